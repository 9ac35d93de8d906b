package target

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

const (
	// perStart is how many questions a start of a filter is sent at most. It does not depend on the number of jobs, so
	// that they change no result.
	perStart = 1000
	// maxStarts and maxGuilty bound the search for what a filter fails by.
	maxStarts = 64
	maxGuilty = 8
)

// Ask sends the questions in as few starts as may be. Where a start fails, it searches for the questions that it
// fails by.
func (f *Filter) Ask(ctx context.Context, batch []Question) (*Round, error) {
	parts := slices.Collect(slices.Chunk(batch, perStart))
	if len(batch) == 0 {
		parts = [][]Question{nil}
	}
	rounds, errs := make([]*Round, len(parts)), make([]error, len(parts))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	next := make(chan int)
	for range min(max(f.Jobs, 1), len(parts)) {
		workers.Go(func() {
			for i := range next {
				if rounds[i], errs[i] = f.part(ctx, parts[i]); errs[i] != nil {
					stop()
				}
			}
		})
	}
	for i := range parts {
		next <- i
	}
	close(next)
	workers.Wait()
	return joined(parts, rounds), firstOf(errs)
}

// joined makes one round of those of the parts, nil where there is none. Parts without one were not run.
func joined(parts [][]Question, rounds []*Round) *Round {
	if !slices.ContainsFunc(rounds, func(r *Round) bool { return r != nil }) {
		return nil
	}
	all := new(Round)
	for i, r := range rounds {
		if r == nil {
			r = &Round{Answers: slices.Repeat([]Answer{{NotRun: true}}, len(parts[i]))}
		}
		all.add(r)
		all.Answers = append(all.Answers, r.Answers...)
		all.Stderr = r.Stderr
	}
	return all
}

// firstOf returns the first error, rather one that is not for its parts being stopped by another.
func firstOf(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || first == context.Canceled) {
			first = err
		}
	}
	return first
}

// add adds what is odd about another round.
func (r *Round) add(o *Round) {
	r.Ignored += o.Ignored
	for _, n := range o.Notes {
		if !slices.Contains(r.Notes, n) {
			r.Notes = append(r.Notes, n)
		}
	}
}

// search looks for the questions of a batch that a filter fails by.
type search struct {
	*Filter
	batch  []Question
	round  *Round
	starts int // that are left
}

// part asks one start's worth of questions. If that fails, so does perhaps each: one is tried alone, and if it ends
// alike, all have that failure. Otherwise they are bisected.
func (f *Filter) part(ctx context.Context, batch []Question) (*Round, error) {
	round, failure, err := f.start(ctx, batch)
	if err != nil || failure == nil {
		return round, err
	}
	s := &search{f, batch, &Round{Answers: slices.Repeat([]Answer{{NotRun: true}}, len(batch)), Stderr: round.Stderr}, maxStarts}
	if len(batch) == 1 {
		s.round.Answers[0] = Answer{Failure: failure}
		return s.round, nil
	}
	alone, bad, err := f.start(ctx, batch[:1])
	switch {
	case err != nil:
		return s.round, err
	case bad != nil && bad.Kind == failure.Kind:
		for i := range s.round.Answers {
			s.round.Answers[i] = Answer{Failure: bad}
		}
		s.round.Stderr = alone.Stderr
		s.round.Notes = append(s.round.Notes, fmt.Sprintf("failed on %d scenarios in one start, and on the first of them alone: the others were not tried", len(batch)))
		return s.round, nil
	}
	return s.round, s.bisect(ctx, failure)
}

// bisect finds one question after another that the filter fails by, and keeps the answers to all others. All fail
// together, as failure says.
func (s *search) bisect(ctx context.Context, failure *Failure) error {
	lo, hi, n := 0, len(s.batch), len(s.batch)
	most := n // that are sent in one start
	for guilty := 0; ; {
		// What is in front of lo has been answered. From from on, the questions up to hi fail together.
		from := lo
		for hi-lo > 1 {
			mid := (lo + hi) / 2
			switch bad, err := s.try(ctx, lo, mid); {
			case err != nil || s.starts < 0:
				return s.stop(err)
			case bad != nil:
				from, hi, failure = lo, mid, bad
			default:
				lo = mid
			}
		}
		if from == lo {
			s.round.Answers[lo] = Answer{Failure: failure}
		} else if err := s.company(ctx, from, hi, failure); err != nil || s.starts < 0 {
			return s.stop(err)
		} else if s.round.Answers[from].Company != nil {
			most = (hi - from + 1) / 2
		}
		guilty++
		for lo, failure = hi, nil; failure == nil; lo = hi {
			if lo == n {
				return nil
			}
			hi = min(lo+most, n)
			var err error
			if failure, err = s.try(ctx, lo, hi); err != nil || s.starts < 0 || failure != nil && guilty == maxGuilty {
				return s.stop(err)
			} else if failure != nil {
				break
			}
		}
	}
}

// company tries the last of some questions alone that fail together, the others having passed. If it does not fail,
// nobody does but in company; unless they were only too slow for one start, which is tried once more.
func (s *search) company(ctx context.Context, from, hi int, together *Failure) error {
	bad, err := s.try(ctx, hi-1, hi)
	if err != nil || s.starts < 0 {
		return err
	}
	if bad != nil {
		s.round.Answers[hi-1] = Answer{Failure: bad}
		return nil
	}
	if together.Kind == Hang {
		if bad, err = s.try(ctx, from, hi); err != nil || s.starts < 0 || bad == nil {
			return err
		}
		together = bad
	}
	s.round.Answers[from].Company = &Failure{together.Kind, fmt.Sprintf("%s, in a start with %d scenarios", together.Message, hi-from)}
	return nil
}

// try asks some of the questions in one start, and keeps the answers unless it fails.
func (s *search) try(ctx context.Context, from, to int) (*Failure, error) {
	if s.starts--; s.starts < 0 {
		return nil, nil
	}
	round, failure, err := s.start(ctx, s.batch[from:to])
	switch {
	case err != nil:
		return nil, err
	case failure != nil:
		s.round.Stderr = round.Stderr
		return failure, nil
	}
	copy(s.round.Answers[from:to], round.Answers)
	s.round.add(round)
	return nil, nil
}

// stop notes that the search is over before all was answered.
func (s *search) stop(err error) error {
	if err == nil {
		s.round.Notes = append(s.round.Notes, fmt.Sprintf("fails on more scenarios than are searched for (%d, in %d starts): what was left was not run", maxGuilty, maxStarts))
	}
	return err
}
