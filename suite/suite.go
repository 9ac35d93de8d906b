// Package suite runs the conformance suite on a Go function: [Test] from a test of yours, each scenario a subtest,
// [Run] for the results as a value. It is the only package that a user imports.
//
// Goals: one line for a test; the same plan, verdicts and report as `chatproof run`. Not among them: programs in other
// languages, servers, files and databases, which the command asks.
package suite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

type (
	// Event is one line of a chat's log; Party is who caused it, or whom it befalls.
	Event = model.Event
	Party = model.Party
	// Fact is one Interaction Resource Fact. An Ordinal or ReceivedFrom is made by [Number].
	Fact = model.Fact
	// Classify is an implementation: it gives the facts of a log, which comes in order of arrival and may hold several
	// chats. It is called by one goroutine at a time and may keep the log. Where it returns an error or panics, the
	// scenario is in error.
	Classify func(log []Event) ([]Fact, error)
	// Level says on what an expectation rests, and so whether a difference counts. Its String is its name.
	Level = model.Level
	// Verdict is what became of a scenario.
	Verdict = engine.Verdict
	// Scenario is a scenario with its verdict, as a line of results.jsonl has it.
	Scenario = engine.ScenarioLine
)

// The levels. Documented, Invariant and Own are required unless [Options] say otherwise.
const (
	Documented = model.Documented
	Invariant  = model.Invariant
	Own        = model.Own
	Inferred   = model.Inferred
	Delivery   = model.Delivery
	Robustness = model.Robustness
)

// The verdicts. Fail is wrong facts of a required level; of a function, Error is an error returned or a panic.
const (
	Pass    = engine.Pass
	Differs = engine.Differs
	Pending = engine.Pending
	Fail    = engine.Fail
	Error   = engine.Error
	Skip    = engine.Skip
	NotRun  = engine.NotRun
)

// Number is a given number, such as an ordinal.
func Number(n int64) model.Number { return model.Num(n) }

// Options say what is asked, and what counts. The zero Options are those of `chatproof run` without flags.
type Options struct {
	Features  []string // directories of your own features, besides those that come with the suite
	Require   []Level  // whose differences count; none is the default, documented, invariant and own
	Tags      string   // only scenarios whose tags satisfy this expression: "@R2 and not @1.4"
	Scenarios []string // only scenarios whose ids match one of these globs: "documented/1.4/*"
	Seed      uint64   // of the generated scenarios; 0 is 1
	Generated int      // how many there are; 0 is 500, -1 is none
	Expect    string   // a file of known failures, which do not count as long as they end as listed
	Strict    bool     // scenarios that are new in this minor version of the suite count, too, and are not pending
	Report    string   // a directory for the record, the page, JUnit XML, the summary and the badge; "" writes nothing
}

// Results are what came of a run.
type Results struct {
	Conforms  bool        // as far as what counts goes, known failures aside; exit code 0 of the command
	Summary   string      // the verdict in a sentence
	Scenarios []*Scenario // in the order of the plan
}

// Run asks a function the scenarios of the suite, and returns the results. The error is that of the options, the files
// they name, or the context; then what was asked until then is returned with it, or nil where nothing was.
func Run(ctx context.Context, o Options, classify Classify) (*Results, error) {
	r, err := o.execute(ctx, classify)
	if r == nil {
		return nil, err
	}
	return results(r), err
}

// Test runs the suite on a function from a test: each scenario is a subtest under its id, so that
// `go test -run 'TestETL/documented/1.4'` shows those of a flow. A scenario that does not conform fails; one that the
// expectations list is skipped with the reason they give. Options are those of one run; without any, the zero Options.
func Test(t *testing.T, classify Classify, options ...Options) {
	t.Helper()
	var o Options
	switch len(options) {
	case 0:
	case 1:
		o = options[0]
	default:
		t.Fatalf("suite.Test: expected at most one Options, got %d", len(options))
	}
	r, err := o.execute(t.Context(), classify)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range r.Lines {
		t.Run(l.ID, func(t *testing.T) { tell(t, l) })
	}
	for _, stale := range r.Findings {
		t.Error(stale)
	}
}

// tell reports a scenario as that of a test.
func tell(t *testing.T, l *Scenario) {
	report := t.Log
	switch {
	case l.IsKnown():
		t.Skipf("known failure: %s", l.Known.Reason)
	case l.Verdict == Pending:
		t.Skipf("pending: new since %s, counts with the next minor version", l.Since)
	case l.Verdict.Green():
		return
	case l.Gates:
		report = t.Error
	}
	if l.Source != "" {
		report(l.Source)
	}
	if l.Failure != nil {
		report(l.Failure)
	}
	for i := range l.Differences {
		if d := &l.Differences[i]; d.Required {
			report(d)
		}
	}
}

func (o *Options) execute(ctx context.Context, classify Classify) (*engine.Record, error) {
	run := &engine.Options{
		Features: o.Features, Seed: cmp.Or(o.Seed, 1), Generated: o.Generated, Require: model.LevelSet(o.Require...),
		Demand: len(o.Require) > 0,
		Tags:   o.Tags, Scenarios: o.Scenarios, Expect: o.Expect, Strict: o.Strict,
		Today: time.Now().UTC().Format(time.DateOnly),
	}
	switch {
	case o.Generated == 0:
		run.Generated = engine.DefaultGenerated
	case o.Generated == -1:
		run.Generated = 0
	case o.Generated < 0 || o.Generated > engine.MaxGenerated:
		return nil, fmt.Errorf("suite: Generated: expected -1 to %d, got %d", engine.MaxGenerated, o.Generated)
	}
	if len(o.Require) == 0 {
		run.Require = engine.DefaultLevels
	}
	var out *reports.Writer
	var place *reports.Place
	defer func() { place.Release() }()
	r, failed := engine.Execute(ctx, run, &engine.Asking{
		Target: func(context.Context, *engine.Plan) (target.Target, error) {
			return target.Function(func(log []Event) ([]Fact, error) { return classify(slices.Clone(log)) }), nil
		},
		Began: func(*engine.Plan, target.Target) (record func(any) error, err error) {
			place, err = reports.Hold(o.Report, false)
			if err == nil {
				out, err = reports.Create(place, nil)
			}
			if err != nil {
				return nil, fmt.Errorf("suite: Report: %w", err)
			}
			return out.Write, nil
		},
	})
	if r == nil {
		return nil, failed
	}
	err := out.Close()
	if err == nil {
		err = out.Render(reports.Of(r, out.Path()))
	}
	return r, cmp.Or(failed, err)
}

func results(r *engine.Record) *Results {
	whole := reports.Of(r, "results.jsonl")
	c := r.Footer.Conclusion()
	return &Results{
		Conforms: c == engine.Conforming || c == engine.AsExpected, Summary: whole.Verdict(), Scenarios: r.Lines,
	}
}
