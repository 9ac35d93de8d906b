// Package suite runs the conformance suite on a Go function: [Test] from a test, with each scenario a subtest; [Run]
// for the results as a value. It is the only package that a user imports.
//
// Goals: a test in one line; the same plan, verdicts and report as `chatproof run`. Non-goals: programs in other
// languages, servers, files and databases, which are the command's.
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
	// Event is one line of a chat's log; Party is who caused it, or who is affected.
	Event = model.Event
	Party = model.Party
	// Fact is one Interaction Resource Fact. [Number] makes its Ordinal and ReceivedFrom.
	Fact = model.Fact
	// Classify is an implementation: it returns the facts of a log, which is in order of arrival and may hold several
	// chats. One goroutine calls it at a time, and it may keep the log. If it returns an error or panics, the
	// scenario's verdict is [Error].
	Classify func(log []Event) ([]Fact, error)
	// Level says what an expectation rests on, and so whether a difference counts. Its String is its name.
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

// The verdicts. Fail means wrong facts of a required level; Error, that the function returned an error or panicked.
const (
	Pass    = engine.Pass
	Differs = engine.Differs
	Pending = engine.Pending
	Fail    = engine.Fail
	Error   = engine.Error
	Skip    = engine.Skip
	NotRun  = engine.NotRun
)

// Number returns n as a given number, for an Ordinal or a ReceivedFrom.
func Number(n int64) model.Number { return model.Num(n) }

// Options say what is run, and what counts. The zero Options are those of `chatproof run` without flags.
type Options struct {
	Features  []string // directories of your own features, in addition to the suite's
	Require   []Level  // whose differences count; none is the default: documented, invariant and own
	Tags      string   // only scenarios whose tags satisfy this expression: "@R2 and not @1.4"
	Scenarios []string // only scenarios whose ids match one of these globs: "documented/1.4/*"
	Seed      uint64   // of the generated scenarios; 0 is 1
	Generated int      // how many there are; 0 is 500, -1 is none
	Expect    string   // a file of known failures, which do not count as long as they end as listed
	Readings  string   // a file of readings: what your Info Mart answers where the guide is silent, and nothing else
	Strict    bool     // scenarios that are new in this minor version of the suite count too, instead of pending
	Report    string   // a directory for the record, the page, JUnit XML, the summary and the badge; "" writes nothing
}

// Results are the outcome of a run.
type Results struct {
	Conforms  bool        // in all that counts, known failures aside; the command's exit code 0
	Summary   string      // the verdict in a sentence
	Scenarios []*Scenario // in the order of the plan
}

// Run runs the suite on a function and returns the results. An error comes from the options, the files that they
// name, or the context; the results so far come with it, or nil if there are none.
func Run(ctx context.Context, o Options, classify Classify) (*Results, error) {
	r, err := o.execute(ctx, classify)
	if r == nil {
		return nil, err
	}
	return results(r), err
}

// Test runs the suite on a function from a test. Each scenario is a subtest under its id, so
// `go test -run 'TestETL/documented/1.4'` shows those of one flow. A scenario that does not conform fails; one that
// the expectations list is skipped with the reason they give. There is at most one Options; zero is the default.
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

// tell reports a scenario's verdict in its subtest.
func tell(t *testing.T, l *Scenario) {
	report := t.Log
	switch {
	case l.IsKnown():
		t.Skipf("known failure: %s", l.Known.Reason)
	case l.Verdict == Pending:
		t.Skipf("pending: new since %s; it counts from the next minor version on", l.Since)
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
	if o.Readings != "" {
		var err error
		run.Readings, err = engine.ReadReadings(ctx, o.Readings)
		if err != nil {
			return nil, fmt.Errorf("suite: Readings: %w", err)
		}
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
