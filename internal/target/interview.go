package target

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// maxSilence is how many questions in a row may go unanswered before no more are asked, if the first of them also goes
// unanswered alone. maxFirstSilence is the same for an implementation that has never answered anything.
const (
	maxSilence      = 8
	maxFirstSilence = 2
)

// piecemeal is how many questions are asked before the answers are returned.
const piecemeal = 64

// interview asks questions each by itself, several at the same time.
type interview struct {
	// ask asks one question. Up to workers goroutines call it at once, each with its number; alone, worker 0 does.
	ask     func(ctx context.Context, worker int, i int, q *Question) outcome
	workers int
	took    []time.Duration // by each question of the last round
	state   *silence
}

// silence is what is known about an implementation that does not answer. It is kept from round to round.
type silence struct {
	peers    int  // processes, or requests, that can fall silent at the same time
	answered bool // it has answered something
	lost     bool // it no longer answers, and is asked no more
}

// enough returns how many questions in a row may go unanswered.
func (s *silence) enough() int {
	switch {
	case s.answered:
		return maxSilence
	case s.peers > 1: // all fall silent at the same time
		return 1
	}
	return maxFirstSilence
}

// proven reports whether unanswered questions need no further trial, because they were asked one after the other. With
// this, a program that never answers costs at most two timeouts.
func (s *silence) proven() bool { return !s.answered && s.peers < 2 }

// outcome is the result of asking one question.
type outcome struct {
	answer    Answer
	doubt     doubt
	companion *company // if it failed together with others
	err       error    // of the whole round
}

// doubt says why an answer may not count.
type doubt int

const (
	none      doubt = iota
	unheard         // no answer in time: the machine may have been busy
	suspicion       // it failed with others in flight, one of which may be the cause
	innocence       // another one failed, and took this one with it
)

// company is the questions that were in flight when a process failed.
type company struct {
	failure *Failure
	members []int
	guilty  bool // one of them also fails alone
}

// timed asks one question, and takes the time.
func (v *interview) timed(ctx context.Context, worker, i int, q *Question) outcome {
	began := time.Now()
	o := v.ask(ctx, worker, i, q)
	v.took[i] = time.Since(began)
	return o
}

// round asks a batch. A question in doubt is asked once more, alone, before its answer counts. If many have gone
// unanswered, only the first of them is.
func (v *interview) round(ctx context.Context, batch []Question) ([]Answer, error) {
	answers := make([]Answer, len(batch))
	v.took = make([]time.Duration, len(batch))
	todo := make([]int, len(batch))
	for i := range batch {
		answers[i].NotRun, todo[i] = true, i
	}
	for len(todo) > 0 && !v.state.lost {
		suspects, rest, silent, err := v.together(ctx, batch, todo, answers)
		todo = rest
		if err != nil {
			return answers, err
		}
		v.state.lost = silent && v.state.proven()
		if v.state.lost {
			condemn(suspects, answers)
			break
		}
		var companies []*company
		for k, s := range suspects {
			o := v.timed(ctx, 0, s.i, &batch[s.i])
			for o.doubt == innocence {
				o = v.timed(ctx, 0, s.i, &batch[s.i])
			}
			if o.err != nil {
				return answers, o.err
			}
			answers[s.i] = o.answer
			v.state.lost = silent && k == 0 && o.doubt == unheard
			if v.state.lost {
				condemn(suspects, answers)
				break
			}
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
	}
	return answers, nil
}

// condemn lets answers in doubt count.
func condemn(suspects []suspect, answers []Answer) {
	for _, s := range suspects {
		answers[s.i] = s.answer
	}
}

// silenced returns a note if no more is asked after this round.
func (v *interview) silenced(before bool, limit time.Duration) []string {
	if before || !v.state.lost {
		return nil
	}
	return []string{fmt.Sprintf("repeatedly gave no answer within %v: %s", limit, noMore)}
}

// suspect is a question whose answer is in doubt.
type suspect struct {
	i int
	outcome
}

// together asks questions at the same time until all are answered or in doubt, or too many in a row go unanswered. It
// returns those in doubt, in order, those that were not asked, and whether silence is the reason.
func (v *interview) together(ctx context.Context, batch []Question, todo []int,
	answers []Answer,
) (suspects []suspect, rest []int, silent bool, err error) {
	var mu sync.Mutex
	unanswered := 0 // since the last answer
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(todo) == 0 || err != nil || unanswered >= v.state.enough() {
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
			answers[i], unanswered, v.state.answered = o.answer, 0, true
		default:
			suspects = append(suspects, suspect{i, o})
			if o.doubt == unheard {
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
	return suspects, todo, unanswered >= v.state.enough(), err
}
