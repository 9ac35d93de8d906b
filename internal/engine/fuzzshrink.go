package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// query asks whether candidates show a finding.
type query struct {
	*asking
	logs   [][]model.Event
	review bool // ask for what differs in them, even if it is known whether they show it
	reply  chan answer
}

// answer says for each candidate of a query whether it shows the finding's signature.
type answer struct {
	yes      []bool
	outcomes []*Outcome // of a review
	gaps     int        // candidates that were not answered
	err      error
}

// asking is how one of several findings that are shrunk together asks.
type asking struct {
	place   int // of the finding among the others
	f       *Finding
	queries chan<- *query
	own     int  // how many more chats may be asked for it alone
	spend   *int // and for all together; nil is no limit
}

// ownProof is how many shorter chats each finding may ask even if the others have used up the common budget.
const ownProof = 1000

// spent takes one chat from the budget, and reports whether there was none left.
func (a *asking) spent() bool {
	switch {
	case a.spend == nil:
	case a.own > 0:
		a.own--
	case *a.spend > 0:
		*a.spend--
	default:
		return true
	}
	return false
}

// probe is a [gen.Probe].
func (a *asking) probe(_ context.Context, logs [][]model.Event) ([]bool, error) {
	q := &query{asking: a, logs: logs, reply: make(chan answer)}
	a.queries <- q
	got := <-q.reply
	a.f.gaps += got.gaps
	return got.yes, got.err
}

// review asks for the finding's chat as it is now, to learn what differs in it.
func (a *asking) review() error {
	q := &query{asking: a, logs: [][]model.Event{a.f.Minimal.Log}, review: true, reply: make(chan answer)}
	a.queries <- q
	got := <-q.reply
	if got.err != nil {
		return got.err
	}
	o := got.outcomes[0]
	a.f.Actual, a.f.Found = o.Actual, o.Differences
	return nil
}

// together works on several findings at the same time: their questions share starts, and each chat is asked once. done
// is called for the findings that are ready, in their order. It returns the first error.
func (r *campaignRun) together(ctx context.Context, findings []*Finding, spend *int, work func(*asking) error,
	done func(*Finding),
) error {
	queries, ended := make(chan *query), make(chan int)
	errs := make([]error, len(findings))
	for i, f := range findings {
		go func() {
			errs[i] = work(&asking{place: i, f: f, queries: queries, own: ownProof, spend: spend})
			ended <- i
		}()
	}
	var waiting []*query
	var ready []int
	for active := len(findings); active > 0; {
		select {
		case q := <-queries:
			waiting = append(waiting, q)
		case i := <-ended:
			ready = append(ready, i)
			active--
		}
		if len(waiting) < active {
			continue
		}
		// Each has asked or ended, so the rounds are the same in every run.
		slices.Sort(ready)
		for _, i := range ready {
			done(findings[i])
		}
		ready = nil
		slices.SortFunc(waiting, func(a, b *query) int { return a.place - b.place })
		r.reply(ctx, waiting)
		waiting = nil
	}
	return cmp.Or(errs...)
}

// reply asks what several queries need and is not known yet.
func (r *campaignRun) reply(ctx context.Context, queries []*query) {
	var cases []*model.Case
	var keys []chatKey
	asked := make(map[chatKey]*Outcome)
	over := false
	for _, q := range queries {
		for _, log := range q.logs {
			k := r.known.keyOf(q.f.relation, log)
			_, known := r.known.get(k)
			if _, twice := asked[k]; twice || known && !q.review {
				continue
			}
			if !q.review && q.spent() {
				over = true
				continue
			}
			asked[k] = nil
			cases, keys = append(cases, q.f.candidate(log)), append(keys, k)
		}
	}
	outcomes, err := r.ask(ctx, cases)
	for i, o := range outcomes {
		asked[keys[i]] = o
		if o.Verdict != NotRun {
			r.known.put(keys[i], signaturesOf(o))
		}
	}
	for _, q := range queries {
		a := answer{yes: make([]bool, len(q.logs)), err: err}
		if over && err == nil && !q.review {
			a.err = errSpent
		}
		for i, log := range q.logs {
			k := r.known.keyOf(q.f.relation, log)
			shown, known := r.known.get(k)
			if o := asked[k]; o != nil && !known {
				shown = signaturesOf(o)
			} else if !known {
				a.gaps++
			}
			a.yes[i] = slices.Contains(shown, q.f.Signature)
			if a.yes[i] && errors.Is(a.err, errSpent) {
				a.err = nil // a shorter one was found among those that were asked
			}
			if q.review {
				a.outcomes = append(a.outcomes, asked[k])
			}
		}
		q.reply <- a
	}
}

// ask asks cases, and judges the answers.
func (r *campaignRun) ask(ctx context.Context, cases []*model.Case) ([]*Outcome, error) {
	scenarios, questions := make([]*Scenario, len(cases)), make([]target.Question, len(cases))
	for i, c := range cases {
		scenarios[i] = newTrial(c, r.Table)
		scenarios[i].in(&r.World)
		questions[i] = scenarios[i].question()
	}
	answers, err := r.put(ctx, shorterPhase, questions, nil)
	outcomes := make([]*Outcome, len(answers))
	for i := range answers {
		outcomes[i] = scenarios[i].judge(&answers[i], r.Require)
	}
	return outcomes, err
}

var (
	errUnshrunk = errors.New("not shrunk")                   // it came too late
	errSpent    = errors.New("as many were asked as may be") // the budget of all findings together
)

// shrunkAtOnce is how many sightings are shrunk together: what the first ones turn out to be often explains the rest.
const shrunkAtOnce = 8

// conclude turns open sightings into findings: those of small chats as they are, others after shrinking.
func (r *campaignRun) conclude(ctx context.Context) error {
	for {
		fresh := r.unexplained(shrunkAtOnce)
		if len(fresh) == 0 {
			return nil
		}
		r.shrinking = len(fresh)
		err := r.confirm(ctx, fresh)
		if err == nil {
			err = r.shrink(ctx, fresh)
		}
		r.shrinking = 0
		if err != nil {
			for _, f := range fresh {
				for _, x := range append(f.pending, f.sighting) {
					if x.of == nil {
						r.open = append(r.open, x)
					}
				}
			}
			return err
		}
		if r.Once {
			r.open = nil
			return nil
		}
	}
}

// unexplained takes from the open sightings the first that no finding explains, one for each cause as far as is known.
// It takes all that small chats showed, and at most that many others.
func (r *campaignRun) unexplained(most int) (fresh []*Finding) {
	var open []*sighting
	for _, x := range r.byTelling(r.open) {
		if f := r.explained(x); f != nil {
			r.adopt(f, x)
		} else if i := slices.IndexFunc(fresh, func(f *Finding) bool { return f.explains(x) }); i >= 0 {
			fresh[i].pending = append(fresh[i].pending, x)
		} else if x.minimal || len(fresh) < most {
			fresh = append(fresh, r.newFinding(x))
		} else {
			open = append(open, x)
		}
	}
	r.open = open
	return fresh
}

// confirm asks each finding's scenario again. If the chat alone shows the finding, it needs no other chat; if neither
// the chat nor the whole scenario shows it, the finding is unstable.
func (r *campaignRun) confirm(ctx context.Context, fresh []*Finding) error {
	var cases []*model.Case
	for _, f := range fresh {
		cases = append(cases, f.forms()...)
	}
	outcomes, err := r.ask(ctx, cases)
	if err != nil {
		return err
	}
	for _, f := range fresh {
		n := len(f.forms())
		f.settle(outcomes[:n])
		outcomes = outcomes[n:]
	}
	return nil
}

// setApart asks for the findings' chats with another agent in place of each that comes again. It is used on whole
// chats, and once more on what is left of them.
func (r *campaignRun) setApart(ctx context.Context, fresh []*Finding) error {
	var of []*Finding
	var cases []*model.Case
	for _, f := range fresh {
		if log := apart(f.Minimal.Log); f.shrinks() && !f.Again && log != nil {
			of, cases = append(of, f), append(cases, f.candidate(log))
		}
	}
	outcomes, err := r.ask(ctx, cases)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		of[i].Again = o.Verdict.Green()
		of[i].again = of[i].Again
	}
	return nil
}

// shrink makes the chats of confirmed findings as short as possible, and publishes the findings that are causes of
// their own, each as soon as it is ready.
func (r *campaignRun) shrink(ctx context.Context, fresh []*Finding) error {
	var long, left, proving []*Finding
	if err := r.setApart(ctx, fresh); err != nil {
		return err
	}
	again := slices.ContainsFunc(r.harvest.Findings, func(f *Finding) bool { return f.again })
	for _, f := range fresh {
		face := again && f.again
		again = again || f.again
		if f.shrinks() && !f.sighting.minimal && !face {
			long = append(long, f)
		}
	}
	err := r.together(ctx, long, nil, func(a *asking) (err error) {
		a.f.Minimal.Log, err = gen.Reduce(ctx, a.f.Minimal.Log, a.probe)
		if err != nil {
			return err
		}
		return a.review()
	}, func(*Finding) {})
	if err != nil {
		return err
	}
	if err := r.setApart(ctx, fresh); err != nil {
		return err
	}
	// What is shown is the shortest chat of a cause, and reducing has changed which that is: the shortest comes first.
	slices.SortStableFunc(fresh, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(len(a.Minimal.Log), len(b.Minimal.Log)))
	})
	for _, f := range fresh {
		if other := r.explainedBy(f, left); other != nil {
			other.pending = append(append(other.pending, f.sighting), f.pending...)
			other.again = other.again || f.again
			r.adoptPending(other)
		} else {
			left = append(left, f)
		}
	}
	for _, f := range left {
		if f.shrinks() {
			proving = append(proving, f)
		} else {
			r.publish(f)
		}
	}
	r.shrinking = len(proving)
	return r.together(ctx, proving, &r.proofs, func(a *asking) error {
		f, before := a.f, len(a.f.Minimal.Log)
		f.gaps = 0
		f.Minimal, f.Err = gen.Prove(ctx, f.Minimal.Log, a.probe, r.Prove)
		f.Minimal.Tried -= f.gaps
		if f.Err == nil && len(f.Minimal.Log) < before {
			f.Err = a.review()
		}
		if errors.Is(f.Err, errSpent) {
			return nil
		}
		return f.Err
	}, func(f *Finding) {
		r.shrinking--
		r.publish(f)
	})
}
