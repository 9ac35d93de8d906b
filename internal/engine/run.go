package engine

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Verdict is what became of a scenario.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Differs Verdict = "differs" // wrong facts, but only of levels that are not required
	Pending Verdict = "pending" // would be fail, error or skip, but the scenario is new: it gates nothing yet
	Fail    Verdict = "fail"    // wrong facts, of a required level
	Error   Verdict = "error"   // said so, crashed, hung, or broke the protocol
	Skip    Verdict = "skip"    // declined, with its reason
	NotRun  Verdict = "not-run" // the run did not come to it
)

// Verdicts lists them, the best first.
var Verdicts = []Verdict{Pass, Differs, Pending, Fail, Error, Skip, NotRun}

// Green reports whether a scenario that ends so shows that the implementation does what is required.
func (v Verdict) Green() bool { return v == Pass || v == Differs }

// Outcome is a scenario with its verdict.
type Outcome struct {
	*Scenario
	Verdict     Verdict
	Actual      []model.Fact       // under the case's own ids
	Differences []model.Difference // all, whatever their level
	Failure     *target.Failure    // of Error
	Reason      string             // of Skip, as the implementation gave it
	Took        time.Duration      // 0 if it is not known
	Stderr      string             // the lines about it that the implementation wrote there
	Known       *Expectation       // the one that lists the scenario, if the caller sets it
}

// IsKnown reports whether the scenario ended as the expectations list it.
func (o *Outcome) IsKnown() bool { return o.Known != nil && o.Known.Verdict == o.Verdict }

// Gates reports whether the outcome alone makes an implementation nonconforming: wrong facts of a required level, or
// no facts at all for a scenario that could have shown some.
func (o *Outcome) Gates(require model.Levels) bool {
	return o.Verdict == Fail || !o.Verdict.Green() && o.Verdict != Pending && o.Levels&require != 0
}

// Occasion is the part of a run that does not repeat: it is recorded apart.
type Occasion struct {
	Ignored int // rows of interactions that nobody asked about
	Notes   []string
	Stderr  string
}

// maxStderr bounds how much of stderr is kept, in bytes.
const maxStderr = 16 << 10

func (o *Occasion) add(r *target.Round) {
	o.Ignored += r.Ignored
	for _, note := range r.Notes { // each kind of scenario may give the same one: once is enough
		if !slices.Contains(o.Notes, note) {
			o.Notes = append(o.Notes, note)
		}
	}
	if !strings.HasSuffix(o.Stderr, r.Stderr) {
		o.Stderr += r.Stderr
	}
	if over := len(o.Stderr) - maxStderr; over > 0 {
		_, o.Stderr, _ = strings.Cut(o.Stderr[over:], "\n")
	}
}

// Run asks the target every scenario of the plan and passes each outcome to record, in the order of the plan.
// Everything in one batch is of one kind, unless the target answers one by one. The error is the target's
// *target.StartError, or the context's; what was not asked by then is NotRun, and has been recorded as that. An error
// of record ends the run.
func Run(ctx context.Context, p *Plan, t target.Target, require model.Levels,
	record func(*Outcome) error,
) (*Occasion, error) {
	asking, stop := context.WithCancel(ctx)
	defer stop()
	answers := make(chan *answered, 1) // a batch is asked while the one before is judged and recorded
	go p.ask(asking, t, answers)

	occasion := new(Occasion)
	outcomes := make(map[string]*Outcome) // by id
	next := 0
	flush := func(all bool) error {
		for ; next < len(p.Scenarios); next++ {
			s := p.Scenarios[next]
			o := outcomes[s.ID]
			if o == nil {
				if !all {
					return nil
				}
				o = &Outcome{Scenario: s.whole(), Verdict: NotRun}
			}
			delete(outcomes, s.ID)
			if err := record(o); err != nil {
				return err
			}
		}
		return nil
	}
	var failed, unrecorded error
	for a := range answers {
		failed = a.err
		if a.round == nil || unrecorded != nil {
			continue
		}
		occasion.add(a.round)
		for i, s := range a.batch {
			o := s.judge(&a.round.Answers[i], require)
			if a.round.Took != nil {
				o.Took = a.round.Took[i]
			}
			outcomes[s.ID] = o
			a.round.Answers[i] = target.Answer{} // it is judged, and much at once is more than memory has room for
		}
		unrecorded = flush(false)
		if unrecorded != nil {
			stop()
		}
	}
	if unrecorded == nil {
		unrecorded = flush(true)
	}
	if unrecorded != nil {
		return occasion, unrecorded
	}
	return occasion, failed
}

// answered is a batch with what came back.
type answered struct {
	batch []*Scenario
	round *target.Round
	err   error
}

// ask asks the plan's scenarios, batch by batch, to the first error, and closes the channel after the last.
func (p *Plan) ask(ctx context.Context, t target.Target, out chan<- *answered) {
	defer close(out)
	for batch := range p.batches(t) {
		questions := make([]target.Question, len(batch))
		for i, s := range batch {
			batch[i] = s.whole()
			questions[i] = batch[i].question()
		}
		round, err := t.Ask(ctx, questions)
		if out <- (&answered{batch, round, err}); err != nil {
			return
		}
	}
}

// window is the most scenarios that are asked before their outcomes are recorded. It does not depend on the jobs, which
// change no result.
const window = 8000

// batches groups the scenarios by how they are asked.
func (p *Plan) batches(t target.Target) iter.Seq[[]*Scenario] {
	return func(yield func([]*Scenario) bool) {
		if t, ok := t.(target.Piecemeal); ok {
			for batch := range slices.Chunk(p.Scenarios, t.AtOnce()) {
				if !yield(slices.Clone(batch)) {
					return
				}
			}
			return
		}
		for part := range slices.Chunk(p.Scenarios, window) {
			for kind := model.OrderedKind; kind <= model.RobustnessKind; kind++ {
				var batch []*Scenario
				for _, s := range part {
					if s.Kind == kind {
						batch = append(batch, s)
					}
				}
				if len(batch) > 0 && !yield(batch) {
					return
				}
			}
		}
	}
}

// explainMerged puts the difference first that says that ids or names which are nearly alike were merged: it explains
// the rest.
func (s *Scenario) explainMerged(o *Outcome) {
	merged := func(d model.Difference) bool { return d.Field == "D7" }
	if len(o.Differences) == 0 {
		return
	}
	if !slices.ContainsFunc(o.Differences, merged) {
		if id, found := gen.Merged(s.want, o.Actual); found != "" {
			o.Differences = append(o.Differences, s.Merged(id, found))
		}
	}
	slices.SortStableFunc(o.Differences, func(a, b model.Difference) int {
		switch {
		case merged(a) == merged(b):
			return 0
		case merged(a):
			return -1
		}
		return 1
	})
}

// judge compares an answer with what is expected, and spares a scenario that is new.
func (s *Scenario) judge(a *target.Answer, require model.Levels) *Outcome {
	o := s.compare(a, require)
	if s.pending && !o.Verdict.Green() && o.Verdict != NotRun {
		o.Verdict = Pending
	}
	return o
}

// compare compares an answer with what is expected.
func (s *Scenario) compare(a *target.Answer, require model.Levels) *Outcome {
	o := &Outcome{Scenario: s, Verdict: Pass, Actual: s.recognized(a.Facts), Failure: a.Failure, Stderr: a.Stderr}
	switch {
	case a.NotRun:
		o.Verdict = NotRun
		return o
	case a.Skip != "":
		o.Verdict, o.Reason = Skip, a.Skip
		return o
	}
	if a.Failure != nil && s.Kind == model.RobustnessKind && a.Failure.Kind == target.Said {
		o.Failure = nil // an ill-formed log may be answered by an error, or by what is right of it
		if len(o.Actual) == 0 {
			return o
		}
	} else if a.Failure != nil {
		o.Verdict = Error
		return o
	}
	o.Differences = s.Judge(s.want, o.Actual)
	s.explainMerged(o)
	if a.Company != nil {
		o.Differences = append(o.Differences, s.OnlyInCompany("fails only when it is sent together with "+
			"others: "+a.Company.Error()))
	}
	if model.Require(o.Differences, require) {
		o.Verdict = Fail
	} else if len(o.Differences) > 0 {
		o.Verdict = Differs
	}
	return o
}
