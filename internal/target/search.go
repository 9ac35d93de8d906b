package target

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
)

const (
	// perStart is the most questions that a start of a filter is sent by default. It does not depend on the number of
	// jobs, so that jobs change no result.
	perStart = 1000
	// maxStarts and maxGuilty limit the search for the questions that a filter fails by.
	maxStarts = 64
	maxGuilty = 8
)

// Ask sends the questions in as few starts as possible. If a start fails, it searches for the questions that it fails
// by. A program that hangs on many questions, and on the first of them alone, is asked no more, now and later.
func (f *Filter) Ask(ctx context.Context, batch []Question) (*Round, error) {
	if f.silent {
		return &Round{Answers: slices.Repeat([]Answer{{NotRun: true}}, len(batch))}, nil
	}
	parts := slices.Collect(slices.Chunk(batch, f.perStart(len(batch))))
	if len(batch) == 0 {
		parts = [][]Question{nil}
	}
	asking := f.divide(ctx, len(parts))
	var workers sync.WaitGroup
	next := make(chan int)
	for range min(max(f.Jobs, 1), len(parts)) {
		workers.Go(func() {
			for i := range next {
				asking.part(i, parts[i])
			}
		})
	}
	for i := range parts {
		next <- i
	}
	close(next)
	workers.Wait()
	return asking.joined(parts), firstOf(asking.errs)
}

// perStart returns the most questions of a batch that a start is sent.
func (f *Filter) perStart(n int) int {
	per := cmp.Or(f.PerStart, perStart)
	if jobs := max(f.Jobs, 1); f.Spread > 0 {
		per = min(per, max(f.Spread, (n+jobs-1)/jobs))
	}
	return per
}

// division is a batch that is asked part by part, several at the same time.
type division struct {
	*Filter
	rounds []*Round
	errs   []error
	asked  []context.Context
	stop   []context.CancelFunc
	hung   int // the first part on which the program hangs for good; later parts do not count
}

func (f *Filter) divide(ctx context.Context, n int) *division {
	d := &division{Filter: f, rounds: make([]*Round, n), errs: make([]error, n), hung: n}
	for range n {
		asked, stop := context.WithCancel(ctx)
		d.asked, d.stop = append(d.asked, asked), append(d.stop, stop)
	}
	return d
}

// part asks a part, unless that is pointless by now.
func (d *division) part(i int, part []Question) {
	defer d.stop[i]()
	d.mu.Lock()
	late := i > d.hung
	d.mu.Unlock()
	if late {
		return
	}
	round, hung, err := d.Filter.part(d.asked[i], part)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rounds[i], d.errs[i] = round, err
	if !hung && err == nil || i > d.hung {
		return
	}
	pointless := d.stop[i+1:]
	if hung {
		d.hung, d.silent = i, true
	} else {
		pointless = d.stop
	}
	for _, stop := range pointless {
		stop()
	}
}

// joined makes one round of the parts. If the program hangs on one, all later parts have that failure, too, whether
// they were asked at the same time or not, so that jobs change no result.
func (d *division) joined(parts [][]Question) *Round {
	for i := d.hung + 1; i < len(parts); i++ {
		failure := d.rounds[d.hung].Answers[0].Failure
		d.errs[i], d.rounds[i] = nil, &Round{Answers: slices.Repeat([]Answer{{Failure: failure}}, len(parts[i]))}
	}
	return joined(parts, d.rounds)
}

// joined makes one round of the parts' rounds; nil if there are none. Parts without a round were not run.
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
		all.Stderr = cmp.Or(r.Stderr, all.Stderr)
	}
	return all
}

// firstOf returns the first error. One of a part that another one stopped comes last.
func firstOf(errs []error) (first error) {
	for _, err := range errs {
		if err != nil && (first == nil || first == context.Canceled) {
			first = err
		}
	}
	return first
}

// add adds the ignored rows and the notes of another round.
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
	starts int // how many are left
}

// part asks the questions of one start. If that fails, perhaps each question does: the first is tried alone, and if it
// fails in the same way, all have that failure. Otherwise they are bisected. hung says that the program hangs either
// way.
func (f *Filter) part(ctx context.Context, batch []Question) (round *Round, hung bool, err error) {
	round, failure, err := f.start(ctx, batch)
	if err != nil || failure == nil {
		return round, false, err
	}
	s := &search{
		f, batch, &Round{Answers: slices.Repeat([]Answer{{NotRun: true}}, len(batch)), Stderr: round.Stderr}, maxStarts,
	}
	if len(batch) < 2 {
		for i := range batch {
			s.round.Answers[i] = Answer{Failure: failure, Stderr: lastWords(round.Stderr)}
		}
		return s.round, false, nil
	}
	alone, bad, err := f.start(ctx, batch[:1])
	if err != nil {
		return s.round, false, err
	}
	if bad == nil || bad.Kind != failure.Kind {
		return s.round, false, s.bisect(ctx, failure)
	}
	for i := range s.round.Answers {
		s.round.Answers[i] = Answer{Failure: bad}
	}
	s.round.Answers[0].Stderr, s.round.Stderr = lastWords(alone.Stderr), alone.Stderr
	hung = bad.Kind == Hang
	if hung {
		s.round.Notes = []string{
			fmt.Sprintf("did not end within %v, neither with many scenarios in one process nor with the first of them "+
				"alone: %s", f.Timeout, noMore),
		}
	} else {
		s.round.Notes = []string{"failed on many scenarios in one process, and on the first of them alone: the " +
			"others were not tried alone"}
	}
	return s.round, hung, nil
}

// noMore says what happens to further questions for a silent program, and what to do.
const noMore = "it was asked nothing more. Raise --timeout, or find out why with 'chatproof doctor'"

// bisect finds the questions that the filter fails by, one after the other, and keeps the answers to all others.
// failure is how all of them fail together.
func (s *search) bisect(ctx context.Context, failure *Failure) error {
	lo, hi, n := 0, len(s.batch), len(s.batch)
	most := n // that are sent in one start
	for guilty := 0; ; {
		// The questions before lo have been answered. Those between from and hi fail together.
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
			s.round.Answers[lo] = Answer{Failure: failure, Stderr: lastWords(s.round.Stderr)}
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
			failure, err = s.try(ctx, lo, hi)
			if err != nil || s.starts < 0 || failure != nil && guilty == maxGuilty {
				return s.stop(err)
			} else if failure != nil {
				break
			}
		}
	}
}

// company tries alone the last of some questions that fail together; the others have passed. If it passes, too, they
// fail only together, unless they were just too slow for one start, which is tried once more.
func (s *search) company(ctx context.Context, from, hi int, together *Failure) error {
	bad, err := s.try(ctx, hi-1, hi)
	if err != nil || s.starts < 0 {
		return err
	}
	if bad != nil {
		s.round.Answers[hi-1] = Answer{Failure: bad, Stderr: lastWords(s.round.Stderr)}
		return nil
	}
	if together.Kind == Hang {
		bad, err = s.try(ctx, from, hi)
		if err != nil || s.starts < 0 || bad == nil {
			return err
		}
		together = bad
	}
	s.round.Answers[from].Company = &Failure{
		together.Kind, fmt.Sprintf("%s, with %d scenarios in one process", together.Message, hi-from),
	}
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

// stop notes that the search ended before everything was answered.
func (s *search) stop(err error) error {
	if err == nil {
		s.round.Notes = append(s.round.Notes,
			fmt.Sprintf("fails on more scenarios than chatproof searches for (%d scenarios, %d starts): the rest were "+
				"not run", maxGuilty, maxStarts))
	}
	return err
}
