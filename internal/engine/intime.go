package engine

import (
	"container/heap"
	"math"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// running is a chat whose events are written in the order of time, interleaved with those of other chats.
type running struct {
	number int
	at     []int64 // when each event arrives
	text   []byte  // the events as they are written, up to
	ends   []int
	events []model.Event // or, where rows are written, the events themselves
}

// usualBytes is an upper bound on the written size of most events.
const usualBytes = 256

// run queues the events of a chat. An event whose time is before its predecessor's arrives with the predecessor.
func (b *block) run(out *wire.Output[model.Event], number int, events []model.Event) {
	r := &running{number: number, at: make([]int64, len(events))}
	if out.Append != nil {
		r.text, r.ends = make([]byte, 0, usualBytes*len(events)), make([]int, 0, len(events))
	}
	last := int64(math.MinInt64)
	for i := range events {
		last = max(last, events[i].Time.UnixNano())
		r.at[i] = last
		if out.Append != nil {
			r.text = out.Append(r.text, &events[i])
			r.ends = append(r.ends, len(r.text))
		}
	}
	if out.Append == nil {
		r.events = append(r.events, events...)
	}
	b.running = append(b.running, r)
}

// inTime writes the events of chats in the order of time. The chats must come in the order in which they begin. Only
// chats that run at the same time are held.
type inTime struct {
	out  *wire.Output[model.Event]
	left runningHeap
	text []byte
	rows []model.Event
}

// take takes the next chats.
func (t *inTime) take(chats []*running) error {
	for _, r := range chats {
		if len(r.at) == 0 {
			continue
		}
		if err := t.until(r.at[0], r.number); err != nil {
			return err
		}
		heap.Push(&t.left, &cursor{running: r})
	}
	return nil
}

// until writes everything that comes before the event of chat number at the given time.
func (t *inTime) until(at int64, number int) error {
	for len(t.left) > 0 {
		c := t.left[0]
		if now := c.at[c.next]; now > at || now == at && c.number > number {
			return nil
		}
		if t.out.Append != nil {
			t.text = append(t.text, c.text[c.from:c.ends[c.next]]...)
			c.from = c.ends[c.next]
		} else {
			t.rows = append(t.rows, c.events[c.next])
		}
		if c.next++; c.next == len(c.at) {
			heap.Pop(&t.left)
		} else {
			heap.Fix(&t.left, 0)
		}
		if len(t.text) >= 1<<18 || len(t.rows) >= 1<<12 {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// end writes what is left.
func (t *inTime) end() error {
	if err := t.until(math.MaxInt64, math.MaxInt); err != nil {
		return err
	}
	return t.flush()
}

func (t *inTime) flush() (err error) {
	switch {
	case len(t.text) > 0:
		_, err = t.out.Write(t.text)
	case len(t.rows) > 0:
		err = t.out.Put(t.rows)
	}
	t.text, t.rows = t.text[:0], t.rows[:0]
	return err
}

// cursor is a chat and its next event.
type cursor struct {
	*running
	next, from int
}

// runningHeap has the chat with the earliest next event on top; of chats with the same time, the lowest number wins.
type runningHeap []*cursor

func (h runningHeap) Len() int { return len(h) }
func (h runningHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if at, other := a.at[a.next], b.at[b.next]; at != other {
		return at < other
	}
	return a.number < b.number
}
func (h runningHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runningHeap) Push(x any)   { *h = append(*h, x.(*cursor)) }
func (h *runningHeap) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return c
}
