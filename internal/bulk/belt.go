package bulk

import (
	"context"
	"sync"
)

// belt passes items to several jobs at once, and hands them on in the order in which they were put. Items are reused.
// One goroutine calls get, put and end, and another calls each. Everything ends with the context.
type belt[T any] struct {
	ctx         context.Context
	stop        context.CancelFunc
	spare, todo chan *carried[T]
	order       chan *carried[T]
	workers     sync.WaitGroup
}

type carried[T any] struct {
	item T
	done chan struct{}
}

// newBelt starts the jobs. Each calls work with its number.
func newBelt[T any](ctx context.Context, jobs int, work func(job int, item *T)) *belt[T] {
	n := 2*jobs + 1
	b := &belt[T]{spare: make(chan *carried[T], n), todo: make(chan *carried[T], n), order: make(chan *carried[T], n)}
	b.ctx, b.stop = context.WithCancel(ctx)
	for range n {
		b.spare <- &carried[T]{done: make(chan struct{}, 1)}
	}
	for job := range jobs {
		b.workers.Go(func() {
			for {
				select {
				case <-b.ctx.Done():
					return
				case c, more := <-b.todo:
					if !more {
						return
					}
					work(job, &c.item)
					c.done <- struct{}{}
				}
			}
		})
	}
	return b
}

// get returns an item to fill and put, or nil if nobody wants any more.
func (b *belt[T]) get() *carried[T] {
	select {
	case <-b.ctx.Done():
		return nil
	case c := <-b.spare:
		return c
	}
}

func (b *belt[T]) put(c *carried[T]) {
	b.order <- c
	b.todo <- c
}

// end says that no more items will be put.
func (b *belt[T]) end() {
	close(b.order)
	close(b.todo)
}

// each calls take for the items in order, until the end. The error is take's or the context's. The jobs have ended when
// it returns.
func (b *belt[T]) each(take func(*T) error) error {
	defer b.workers.Wait()
	defer b.stop()
	for {
		select {
		case <-b.ctx.Done():
			return b.ctx.Err()
		case c, more := <-b.order:
			if !more {
				return nil
			}
			select {
			case <-b.ctx.Done():
				return b.ctx.Err()
			case <-c.done:
			}
			if err := take(&c.item); err != nil {
				return err
			}
			b.spare <- c
		}
	}
}
