package target

import (
	"context"
	"slices"
	"sync"
	"time"
)

// maxSilence is how many questions in a row may go unanswered, each tried once more alone, before no more are asked.
const maxSilence = 8

// piecemeal is how many questions are asked before the answers are given back.
const piecemeal = 64

// interview asks questions each by itself, several at the same time.
type interview struct {
	// ask asks one. It is called by up to workers goroutines at once, each with its number; alone by worker 0.
	ask     func(ctx context.Context, worker int, i int, q *Question) outcome
	workers int
	took    []time.Duration // by each question of the last round
	lost    *bool           // set when the implementation has gone silent: no more is asked
}

// outcome is what became of asking one question.
type outcome struct {
	answer    Answer
	doubt     doubt
	companion *company // of a failure in company
	err       error    // of the whole
}

// doubt is how little an answer may mean.
type doubt int

const (
	none      doubt = iota
	silence         // no answer in time: the machine may have been busy
	suspicion       // it failed with others in flight: one of them may have done it
	innocence       // another has failed, and this one with it
)

// company is questions that were in flight when a process failed.
type company struct {
	failure *Failure
	members []int
	guilty  bool // one of them fails alone, too
}

// timed asks one, and takes the time.
func (v *interview) timed(ctx context.Context, worker, i int, q *Question) outcome {
	began := time.Now()
	o := v.ask(ctx, worker, i, q)
	v.took[i] = time.Since(began)
	return o
}

// round asks a batch. What is in doubt is asked once more, alone, before it counts.
func (v *interview) round(ctx context.Context, batch []Question) ([]Answer, error) {
	answers := make([]Answer, len(batch))
	v.took = make([]time.Duration, len(batch))
	todo := make([]int, len(batch))
	for i := range batch {
		answers[i].NotRun, todo[i] = true, i
	}
	for len(todo) > 0 && !*v.lost {
		suspects, rest, silent, err := v.together(ctx, batch, todo, answers)
		if todo = rest; err != nil {
			return answers, err
		}
		var companies []*company
		for _, s := range suspects {
			o := v.timed(ctx, 0, s.i, &batch[s.i])
			for o.doubt == innocence {
				o = v.timed(ctx, 0, s.i, &batch[s.i])
			}
			if o.err != nil {
				return answers, o.err
			}
			answers[s.i] = o.answer
			silent = silent && o.doubt == silence
			if c := s.companion; c != nil {
				if !slices.Contains(companies, c) {
					companies = append(companies, c)
				}
				c.members, c.guilty = append(c.members, s.i), c.guilty || o.answer.Failure != nil
			}
		}
		for _, c := range companies {
			if !c.guilty {
				answers[slices.Min(c.members)].Company = c.failure
			}
		}
		*v.lost = silent
	}
	return answers, nil
}

// suspect is a question whose answer is in doubt.
type suspect struct {
	i int
	outcome
}

// together asks questions at the same time until all are answered or in doubt, or none is for long. It returns those
// in doubt, in their order, those that were not asked, and whether that is for the silence.
func (v *interview) together(ctx context.Context, batch []Question, todo []int, answers []Answer) (suspects []suspect, rest []int, silent bool, err error) {
	var mu sync.Mutex
	unanswered := 0 // since the last answer
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(todo) == 0 || err != nil || unanswered >= maxSilence {
			return 0, false
		}
		i := todo[0]
		todo = todo[1:]
		return i, true
	}
	settle := func(i int, o outcome) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case o.err != nil:
			if err == nil {
				err = o.err
			}
		case o.doubt == innocence:
			todo = append([]int{i}, todo...)
		case o.doubt == none:
			answers[i], unanswered = o.answer, 0
		default:
			if suspects = append(suspects, suspect{i, o}); o.doubt == silence {
				unanswered++
			}
		}
	}
	var workers sync.WaitGroup
	for w := range min(v.workers, len(todo)) {
		workers.Go(func() {
			for i, more := next(); more; i, more = next() {
				settle(i, v.timed(ctx, w, i, &batch[i]))
			}
		})
	}
	workers.Wait()
	slices.SortFunc(suspects, func(a, b suspect) int { return a.i - b.i })
	return suspects, todo, unanswered >= maxSilence, err
}
