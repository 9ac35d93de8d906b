package engine

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// DefaultLevels are those whose differences count unless somebody says otherwise.
var DefaultLevels = model.LevelSet(model.Documented, model.Invariant, model.Own)

// Options say what a run asks, and what of the answers counts.
type Options struct {
	Features    []string     // directories of a team's own features
	Seed        uint64       // of the generated scenarios
	Generated   int          // how many, 0 to [MaxGenerated]
	Require     model.Levels // the levels whose differences count
	Demand      bool         // each required level must have a scenario
	Tags        string       // narrows the plan, as [Plan.Select] has it
	Scenarios   []string     // ids or globs, likewise
	World                    // scenarios that cannot be there are left out
	Strict      bool         // scenarios that are new gate, too
	Readings    *Readings    // what the reference answers where the guide is silent; nil is its own answers
	Shard       int          // from 1
	Shards      int          // 0 and 1 are the whole
	Expect      string       // a file of known failures, in force; "" is none
	WriteExpect string       // a file for the failures of this run; "" is none
	Stdout      io.Writer    // used if WriteExpect is -
	Today       string       // the day on which expectations are in force or past, such as 2026-12-31
}

// Asking is how an implementation is reached, and who hears of it. All but Target may be nil.
type Asking struct {
	// Target makes the target, once the plan is known.
	Target func(context.Context, *Plan) (target.Target, error)
	// Began is called before the first question. What it returns writes the record, line by line. An error of either
	// ends the run.
	Began func(*Plan, target.Target) (record func(line any) error, err error)
	// Judged is called with how many scenarios have been judged, and how many of them failed.
	Judged func(done, failed int)
	// Hide takes credentials out of what the implementation said, before it is recorded.
	Hide func(text string) string
	// Environment is that of the header.
	Environment func(target.Target) *Environment
	// Commands are those that repeat and explain a scenario.
	Commands func(id string) (reproduce, explain string)
}

// Record is all that is known of a run: the header, a line a scenario in the order of the plan, and the footer.
type Record struct {
	Header *Header
	Lines  []*ScenarioLine
	Footer *Footer

	Findings []string   // the entries of [Options.Expect] that no longer hold, a line each
	Wrote    *Rewriting // what became of [Options.WriteExpect]; nil if it was not written
	Expired  []string   // the ids of written entries that are past their last day
}

// manyLines is the number of lines above which only a part of each is kept.
const manyLines = 5000

// Execute plans a run, asks, judges and records. The record is nil if nothing was asked: then the error is about the
// options or their files, or it is [ErrNothing], Target's, or that of opening the target. With a record, the error is
// that of [Run], of recording, or of writing the expectations.
func Execute(ctx context.Context, o *Options, by *Asking) (*Record, error) {
	known := &knownFailures{file: o.Expect, written: o.WriteExpect, stdout: o.Stdout}
	defer known.discard()
	plan, err := o.plan(ctx, known)
	if err != nil {
		return nil, err
	}
	t, err := by.Target(ctx, plan)
	if err != nil {
		return nil, err
	}
	defer target.Close(t)
	if err := target.Open(ctx, t); err != nil {
		return nil, err
	}
	write, err := by.begin(plan, t)
	if err != nil {
		return nil, err
	}
	r := &Record{Header: NewHeader(plan, o.Seed, o.Require)}
	r.Header.Strict, r.Header.Environment = o.Strict, by.before(t)
	if err := write(r.Header); err != nil {
		return nil, err
	}
	tally, coverage := known.tally(), model.NewCoverage()
	occasion, failed := Run(ctx, plan, t, o.Require, func(outcome *Outcome) error {
		known.judge(outcome, o.Require)
		outcome.hide(by.Hide)
		line := outcome.Line(o.Require)
		line.Environment = by.about(outcome)
		tally.Add(line)
		outcome.Cover(coverage)
		if by.Judged != nil {
			by.Judged(tally.Totals.All.Scenarios(), tally.Totals.All.Fail+tally.Totals.All.Error)
		}
		if err := write(line); err != nil {
			return err
		}
		if len(plan.Scenarios) > manyLines {
			line.light()
		}
		r.Lines = append(r.Lines, line)
		return nil
	})
	known.known.Asked(r.Lines)
	r.Footer = NewFooter(tally, NewCoverage(coverage))
	occasion.Notes = append(occasion.Notes, target.Close(t)...)
	r.Footer.Environment = by.of(occasion)
	r.Footer.Environment.Expired = tally.Known.Expired(o.Today)
	r.Findings = known.findings(o.Today)
	if err := write(r.Footer); failed == nil {
		failed = err
	}
	if o.WriteExpect != "" && failed == nil && ctx.Err() == nil && tally.Totals.All.NotRun == 0 {
		failed = known.write(r, o)
	}
	return r, failed
}

// begin announces the first question, and returns what writes the record's lines.
func (by *Asking) begin(p *Plan, t target.Target) (write func(line any) error, err error) {
	if by.Began == nil {
		return func(any) error { return nil }, nil
	}
	return by.Began(p, t)
}

// before returns what is known of the occasion before anything is asked, or nil.
func (by *Asking) before(t target.Target) *Environment {
	if by.Environment == nil {
		return nil
	}
	return by.Environment(t)
}

// of returns what remains to be said of an occasion, without credentials.
func (by *Asking) of(o *Occasion) *Environment {
	e := &Environment{Ignored: o.Ignored, Notes: o.Notes, Stderr: o.Stderr}
	if by.Hide != nil {
		e.Stderr = by.Hide(e.Stderr)
		for i := range e.Notes {
			e.Notes[i] = by.Hide(e.Notes[i])
		}
	}
	return e
}

// plan makes the plan of a run, and reads the known failures, whose entries are about the whole of it.
func (o *Options) plan(ctx context.Context, known *knownFailures) (*Plan, error) {
	plan, err := PlanOf(o.World, o.Features, o.Seed, o.Generated, o.Scenarios)
	if err != nil {
		return nil, err
	}
	plan.read(o.Readings)
	plan.Of(o.World)
	if !o.Strict {
		plan.spare(Version)
	}
	if err := known.open(ctx, plan); err != nil {
		return nil, err
	}
	if o.Demand {
		if err := plan.Demand(o.Require); err != nil {
			return nil, err
		}
	}
	if err := plan.Select(o.Tags, o.Scenarios); err != nil {
		return nil, err
	}
	if len(plan.Scenarios) == 0 && len(o.World.Media) > 0 {
		return nil, fmt.Errorf("%w: no scenario is about %s alone", ErrNothing, strings.Join(o.World.Media, " or "))
	}
	if plan.Levels()&o.Require == 0 {
		return nil, fmt.Errorf("%w: --require asks for %s, but none of the chosen scenarios has such a level",
			ErrNothing, model.Quoted(o.Require.String()))
	}
	if o.Shards > 1 {
		if plan.Shard(o.Shard, o.Shards); len(plan.Scenarios) == 0 {
			return nil, fmt.Errorf("%w: no scenario falls in shard %d/%d", ErrNothing, o.Shard, o.Shards)
		}
	}
	return plan, nil
}

// about returns what is known of an outcome besides its verdict, or nil.
func (by *Asking) about(o *Outcome) *Environment {
	e := &Environment{Microseconds: o.Took.Microseconds()}
	if by.Commands != nil && o.Verdict != Pass {
		e.Reproduce, e.Explain = by.Commands(o.ID)
	}
	if o.Verdict != Pass {
		e.Stderr = o.Stderr
	}
	if e.Microseconds == 0 && e.Reproduce == "" && e.Stderr == "" {
		return nil
	}
	return e
}
