package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// fuzzFlags are the flags of fuzz.
type fuzzFlags struct {
	span      time.Duration
	scenarios int
	require   model.Levels
	seed      uint64
	shard     string
	prove     int
	report    reportDir
	way       way
}

func (e *env) fuzz() *cobra.Command {
	var f fuzzFlags
	cmd := &cobra.Command{
		Use:   "fuzz [flags] [-- COMMAND [ARG]...]",
		Short: "Look for counterexamples among small and random chats, and shrink them",
		Long: `Fuzz asks an implementation about chats that nobody wrote, and compares its answers with the
reference's. Without a COMMAND it asks the built-in reference model.

First it asks about all small chats, the shortest first. What fails there is as short as it can be.
Then it draws random chats, and changes each in a way that has a known effect on the facts, such as
new names for the agents. When a chat fails in a new way, fuzz shrinks it. Failures with the same
cause are one finding. A finding is named after its first failure; the other failures are called its
faces.

A finding is printed and written as soon as its chat is as short as it gets. A summary comes last.

With --scenarios N, fuzz tries up to 10 × N small chats, but no more than --prove allows, and then up
to N random ones. --for limits the time instead, shrinking included. If you interrupt fuzz, it keeps
what it has found.

With --report, each finding has a directory with events.jsonl, expected.jsonl, actual.jsonl and
replay.feature. To see the failure again, give the directory to 'chatproof run --features'.
index.html shows all findings, with timelines.

The exit codes are those of 'chatproof run'.`,
		Example: `  chatproof fuzz --scenarios 20000 -- python3 my.py
  chatproof fuzz --for 8h --seed 7 --require all --report found/ -- ./etl.sh`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("for") && cmd.Flags().Changed("scenarios") {
				return errors.New("fuzz takes --for or --scenarios, not both")
			}
			if cmd.Flags().Changed("for") && f.span <= 0 {
				return fmt.Errorf("--for: expected a duration above zero, got %v", f.span)
			}
			f.way.command = args
			return e.runCampaign(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.span, "for", 0, "how long fuzz may take, such as 8h, instead of --scenarios")
	flags.IntVar(&f.scenarios, "scenarios", 10_000, "how many random chats to ask about")
	addRequire(cmd, &f.require, requireUsage)
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the random chats")
	flags.StringVar(&f.shard, "shard", "",
		"run shard `I/N`, such as 2/5: every shard tries the same small chats, but draws random chats of its own, as "+
			"many as --scenarios says; "+
			shardVariables)
	flags.IntVar(&f.prove, "prove", 100_000,
		"two limits in one: how many small chats to ask about, and how many chats to try before a finding is called "+
			"minimal")
	f.way.addTo(cmd)
	f.way.refuseOffline(cmd)
	f.way.addReadings(cmd)
	f.report.addTo(cmd, "write the findings to this `DIR`")
	return cmd
}

// leastPerStart is the least number of chats that each of several concurrent starts of a filter gets.
const leastPerStart = 64

// runCampaign runs a campaign, and prints and writes its findings.
func (e *env) runCampaign(ctx context.Context, f *fuzzFlags) error {
	c, t, err := f.campaign(ctx)
	if err != nil {
		return err
	}
	place, err := f.report.hold()
	if err != nil {
		return err
	}
	defer place.Release()
	ctx, stop := interruptible(ctx)
	defer stop()
	defer target.Close(t)
	if err := target.Open(ctx, t); err != nil {
		return exitOf(ctx, "", err)
	}
	defer memoryForSpeed(f.scenarios > engine.MostAtOnce || f.span > 0)()
	if filter, ok := t.(*target.Filter); ok {
		filter.PerStart, filter.Spread = engine.MostAtOnce, leastPerStart
	}
	shown := &progress{}
	told := &campaignReport{
		env: e, dir: f.report.dir, shown: shown, hide: f.way.secrets().Hide, words: f.way.words(),
		header: &engine.Header{
			Chatproof: engine.Version, Seed: f.seed, Shard: f.shard, Require: strings.Split(f.require.String(), ","),
			Readings: f.way.pinned, Environment: f.way.environment(t),
		},
	}
	c.Found, c.Progress = told.found, told.progress
	shown.says = func(spent time.Duration) string { return told.line(spent, f.span) }
	shown.start(e)
	harvest, failed := c.Run(ctx, t)
	shown.stop()
	var notStarted *target.StartError
	if errors.As(failed, &notStarted) {
		return &exitError{exitNotStarted, failed}
	}
	if err := told.close(harvest, f.seed, f.require); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return exit(exitInterrupted, "interrupted: the findings so far are above")
	case failed != nil:
		return failed
	case len(harvest.Findings) > 0:
		return &exitError{code: exitNonconforming}
	case harvest.Over:
		return exit(exitIncomplete, "the program answered nothing")
	}
	return nil
}

// campaign checks the flags, and returns the campaign and the implementation to ask.
func (f *fuzzFlags) campaign(ctx context.Context) (*engine.Campaign, target.Target, error) {
	shard, shards, err := shardOf(f.shard)
	if err != nil {
		return nil, nil, err
	}
	if len(f.way.facts) > 0 {
		return nil, nil, errors.New("fuzz needs a program to ask, but --facts names only rows; give a command " +
			"instead, or judge the rows with 'run --facts'")
	}
	if _, err := f.way.reference(ctx); err != nil {
		return nil, nil, err
	}
	t, err := f.way.asked(ctx)
	if err != nil {
		return nil, nil, err
	}
	world, err := f.way.world(ctx, "", "")
	switch {
	case err != nil:
	case f.scenarios < 1:
		err = fmt.Errorf("--scenarios: expected 1 or more, got %d", f.scenarios)
	case f.prove < 0:
		err = fmt.Errorf("--prove: expected 0 or more, got %d", f.prove)
	}
	return &engine.Campaign{
		Seed: f.seed, Require: f.require, Prove: f.prove, Shard: shard, Shards: shards, Scenarios: f.scenarios,
		Span: f.span, Table: f.way.pinned.On(model.Reference()), World: world,
	}, t, err
}
