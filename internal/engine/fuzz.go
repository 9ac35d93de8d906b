package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Campaign looks for counterexamples: chats on which an implementation differs from the reference, or from itself
// where a relation holds.
type Campaign struct {
	Seed    uint64
	Require model.Levels
	Prove   int // how many shorter chats to try before a counterexample is called minimal
	Shrink  int // how many findings to shrink, those with the shortest chats; 0 is all
	Shard   int // of Shards, from 1
	Shards  int
	Once    bool // ends after the first batch that found something

	// Until says after how many scenarios to stop: it is asked before each, with the number of those before, by one
	// goroutine, not the caller's.
	Until func(asked int) bool
	// Progress, where it is set, is told how many scenarios were asked and how many signatures found.
	Progress func(asked, found int)
}

// Finding is one fault: all the differences with its signature, and the shortest chat that shows it.
type Finding struct {
	Signature string
	Level     model.Level
	Count     int    // scenarios that showed it
	First     string // the id of the first of them
	Unstable  bool   // asked again, the scenario did not show it
	Unshrunk  bool   // it takes the whole scenario: a chat and a variant like its own, under other ids, do not show it
	Example   *model.Case
	Minimal   gen.Minimal
	Actual    []model.Fact       // of Minimal.Log
	Found     []model.Difference // of Minimal.Log
	Failure   *target.Failure    // of a program that gave no facts
	Err       error              // why shrinking ended early
}

// trials is how many scenarios are asked at once, where the target does not say.
const trials = 512

// Run asks batches of trials until it is told to stop, then confirms what it found and shrinks it. Findings come by
// level, then the most frequent first. The error is the target's, or the context's: what was found by then is returned
// with it.
func (c *Campaign) Run(ctx context.Context, t target.Target) (asked int, findings []*Finding, err error) {
	atOnce := trials
	if p, ok := t.(target.Piecemeal); ok {
		atOnce = p.AtOnce()
	}
	bySignature := make(map[string]*Finding)
	drawing, stop := context.WithCancel(ctx)
	defer stop()
	drawn, spent := make(chan *draw), make(chan *draw, 2)
	go c.draw(drawing, atOnce, drawn, spent)
	for d := range drawn {
		var round *target.Round
		if round, err = t.Ask(ctx, d.questions); err != nil {
			break
		}
		for i, s := range d.scenarios {
			if !c.note(s, &round.Answers[i], bySignature) {
				d.spent = append(d.spent, s.Case)
			}
		}
		if asked += len(d.scenarios); c.Progress != nil {
			c.Progress(asked, len(bySignature))
		}
		if c.Once && len(bySignature) > 0 {
			break
		}
		spent <- d
	}
	if err == nil {
		err = ctx.Err()
	}
	for _, f := range bySignature {
		findings = append(findings, f)
	}
	slices.SortFunc(findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Signature, b.Signature))
	})
	if c.Shrink > 0 {
		slices.SortStableFunc(findings, func(a, b *Finding) int { return len(a.Example.Events) - len(b.Example.Events) })
		findings = findings[:min(c.Shrink, len(findings))]
	}
	for _, f := range findings {
		f.Minimal, f.Err = gen.Minimal{Log: c.subject(f), All: -1}, err
		if err == nil {
			err = c.shrink(ctx, t, f)
		}
	}
	return asked, findings, err
}

// draw is a batch of trials on its way to the target and back.
type draw struct {
	scenarios []*Scenario
	questions []target.Question
	spent     []*model.Case // that nobody needs any more
}

// draw makes the trials, a batch ahead of those that are asked, and closes drawn behind the last. Batches come back by
// spent, which has room for all of them.
func (c *Campaign) draw(ctx context.Context, atOnce int, drawn chan<- *draw, spent chan *draw) {
	defer close(drawn)
	for range cap(spent) {
		spent <- new(draw)
	}
	scenarios := gen.NewScenarios(c.Seed)
	next := max(c.Shard-1, 0)
	for made := 0; ; {
		var d *draw
		select {
		case d = <-spent:
		case <-ctx.Done():
			return
		}
		for _, trial := range d.spent {
			scenarios.Recycle(trial)
		}
		*d = draw{d.scenarios[:0], d.questions[:0], d.spent[:0]}
		for len(d.scenarios) < atOnce && !c.Until(made) {
			s := newTrial(scenarios.Trial(next))
			d.scenarios, d.questions = append(d.scenarios, s), append(d.questions, s.question())
			next += max(c.Shards, 1)
			made++
		}
		if len(d.scenarios) == 0 {
			return
		}
		select {
		case drawn <- d:
		case <-ctx.Done():
			return
		}
	}
}

// note adds what a scenario showed to the findings, and reports whether it did; of each, the shortest chat is kept.
func (c *Campaign) note(s *Scenario, a *target.Answer, findings map[string]*Finding) (noted bool) {
	add := func(signature string, level model.Level, failure *target.Failure) {
		noted = true
		f := findings[signature]
		if f == nil {
			f = &Finding{Signature: signature, Level: level, First: s.ID, Example: s.Case, Failure: failure}
			findings[signature] = f
		}
		if f.Count++; len(s.Events) < len(f.Example.Events) {
			f.Example = s.Case
		}
	}
	if a.NotRun || a.Skip != "" {
		return false
	}
	if a.Failure != nil {
		add("failure "+string(a.Failure.Kind), s.Level, a.Failure)
		return true
	}
	seen := make(map[string]bool)
	for _, d := range s.judge(a, c.Require).Differences {
		if signature := d.Signature(); c.Require.Has(d.Level) && !seen[signature] {
			seen[signature] = true
			add(signature, d.Level, nil)
		}
	}
	return noted
}

// shrink confirms a finding by asking its scenario again, and then makes its chat as short as it can be. A program
// that gives no facts is confirmed, and not shrunk: the whole of a batch fails with it.
func (c *Campaign) shrink(ctx context.Context, t target.Target, f *Finding) error {
	again := newTrial(f.Example)
	round, err := t.Ask(ctx, []target.Question{again.question()})
	if err != nil {
		f.Err = err
		return err
	}
	o := again.judge(&round.Answers[0], c.Require)
	if f.Failure != nil {
		f.Unstable = o.Failure == nil
		return nil
	}
	if f.Unstable = !shows(o, f.Signature); f.Unstable {
		return nil
	}
	probe := func(ctx context.Context, logs [][]model.Event) ([]bool, error) {
		return c.probe(ctx, t, f, logs)
	}
	if alone, err := probe(ctx, [][]model.Event{c.subject(f)}); err != nil || !alone[0] {
		f.Unshrunk, f.Err = true, err
		return err
	}
	f.Minimal, f.Err = gen.Shrink(ctx, c.subject(f), probe, c.Prove)
	outcomes, err := c.ask(ctx, t, f, [][]model.Event{f.Minimal.Log})
	if err != nil {
		return err
	}
	f.Actual, f.Found = outcomes[0].Actual, outcomes[0].Differences
	return f.Err
}

// subject is the chat of the finding's scenario that is shrunk.
func (c *Campaign) subject(f *Finding) []model.Event {
	return model.Chats(f.Example.Events)[0]
}

func shows(o *Outcome, signature string) bool {
	return slices.ContainsFunc(o.Differences, func(d model.Difference) bool { return d.Signature() == signature })
}

// probe asks about candidates for the finding's signature.
func (c *Campaign) probe(ctx context.Context, t target.Target, f *Finding, logs [][]model.Event) ([]bool, error) {
	outcomes, err := c.ask(ctx, t, f, logs)
	if err != nil {
		return nil, err
	}
	yes := make([]bool, len(outcomes))
	for i, o := range outcomes {
		yes[i] = o.Failure == nil && shows(o, f.Signature)
	}
	return yes, nil
}

// ask asks about chats, each with its variant where the finding is of a relation.
func (c *Campaign) ask(ctx context.Context, t target.Target, f *Finding, logs [][]model.Event) ([]*Outcome, error) {
	var batch []*Scenario
	var questions []target.Question
	for i, log := range logs {
		s := newTrial(gen.Candidate(fmt.Sprintf("candidate/%d", i), log, f.Example))
		batch, questions = append(batch, s), append(questions, s.question())
	}
	round, err := t.Ask(ctx, questions)
	if err != nil {
		return nil, err
	}
	outcomes := make([]*Outcome, len(batch))
	for i, s := range batch {
		outcomes[i] = s.judge(&round.Answers[i], c.Require)
	}
	return outcomes, nil
}

// Case makes a case of the finding's shortest chat, by which it can be shown again.
func (f *Finding) Case() *model.Case {
	return gen.Candidate(f.First+" "+f.Signature, f.Minimal.Log, f.Example)
}

// Verdict says how short the chat is known to be.
func (f *Finding) Verdict() string {
	m := &f.Minimal
	switch {
	case f.Unstable:
		return "unstable: asked again, it did not show"
	case f.Failure != nil, f.Unshrunk:
		return "not shrunk"
	case f.Err != nil:
		return "not shrunk to the end: interrupted"
	case m.Proven():
		return fmt.Sprintf("proven minimal: none of the %d shorter chats over its alphabet shows it", m.All)
	}
	return fmt.Sprintf("no shorter one among %d of %d", m.Tried, m.All)
}
