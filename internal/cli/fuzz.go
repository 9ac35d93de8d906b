package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// fuzzFlags are the flags of fuzz.
type fuzzFlags struct {
	span      time.Duration
	scenarios int
	require   string
	seed      uint64
	shard     string
	prove     int
	report    string
	way       way
}

func (e *env) fuzz() *cobra.Command {
	var f fuzzFlags
	cmd := &cobra.Command{
		Use:   "fuzz [flags] [-- COMMAND [ARG]...]",
		Short: "Look for counterexamples among random chats, and shrink them",
		Long: `Fuzz sends random chats, each with a variant to which a relation holds, to an implementation (without a command: to the
reference model) and compares the answers with the reference and with each other. It goes on after the first
difference, groups differences by signature, asks each again, and makes its chat as short as it can be.

With --report each counterexample gets a directory: events.jsonl, expected.jsonl, actual.jsonl, and replay.feature,
which fails for the same reason when the directory is given to 'run --features'. Interrupted, it keeps what it found.
Exit codes as of run.`,
		Example: `  chatproof fuzz --scenarios 20000 -- python3 my.py
  chatproof fuzz --for 8h --seed 7 --require all --report found/ -- ./etl.sh`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("for") && cmd.Flags().Changed("scenarios") {
				return errors.New("fuzz takes --for or --scenarios, not both")
			}
			if cmd.Flags().Changed("for") && f.span <= 0 {
				return fmt.Errorf("--for: expected a duration above zero, got %v", f.span)
			}
			if err := namedReport(cmd, f.report); err != nil {
				return err
			}
			f.way.command = args
			return e.runCampaign(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.span, "for", 0, "how long to look, such as 8h, instead of --scenarios")
	flags.IntVar(&f.scenarios, "scenarios", 10_000, "how many scenarios to look at")
	flags.StringVar(&f.require, "require", engine.DefaultLevels.String(), "the levels whose differences count, comma-separated, or all")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the scenarios")
	flags.StringVar(&f.shard, "shard", "", "only every N-th scenario from the I-th on, such as 2/5, as many as --scenarios says; "+shardVariables)
	flags.IntVar(&f.prove, "prove", 100_000, "how many shorter chats to try before a counterexample is called minimal")
	f.way.addTo(cmd)
	f.way.refuseOffline(cmd)
	flags.StringVar(&f.report, "report", "", "write the counterexamples to this directory")
	return cmd
}

// runCampaign looks, reports, and writes what was found.
func (e *env) runCampaign(ctx context.Context, f *fuzzFlags) error {
	levels, err := parseLevels(f.require)
	if err != nil {
		return err
	}
	shard, shards, err := shardOf(f.shard)
	if err != nil {
		return err
	}
	if len(f.way.facts) > 0 {
		return errors.New("fuzz asks as it goes, and rows at rest cannot answer; give it a command, or judge rows with 'run --facts'")
	}
	t, err := f.way.target()
	if err != nil {
		return err
	}
	if f.scenarios < 1 || f.prove < 0 {
		return errors.New("fuzz: --scenarios is above zero, --prove is not below it")
	}
	if f.report != "" { // now, not after a night
		if err := os.MkdirAll(f.report, 0o777); err != nil {
			return fmt.Errorf("--report: %w", err)
		}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	defer target.Close(t)
	if err := target.Open(ctx, t); err != nil {
		return exitOf(ctx, "", err)
	}
	defer memoryForSpeed()()
	started := time.Now()
	c := &engine.Campaign{Seed: f.seed, Require: levels, Prove: f.prove, Shard: shard, Shards: shards}
	c.Until = func(asked int) bool {
		if f.span > 0 {
			return time.Since(started) >= f.span
		}
		return asked >= f.scenarios
	}
	shown := &progress{found: "signatures", end: f.span}
	if f.span == 0 {
		shown.total = f.scenarios
	}
	c.Progress = shown.start(e).set
	asked, findings, failed := c.Run(ctx, t)
	shown.stop()
	var notStarted *target.StartError
	if errors.As(failed, &notStarted) {
		return &exitError{exitNotStarted, failed}
	}
	var b bytes.Buffer
	for i, found := range findings {
		describeFinding(&b, found)
		if f.report == "" {
			continue
		}
		dir := filepath.Join(f.report, found.Directory(i))
		if err := found.Write(dir); err != nil {
			return fmt.Errorf("--report: %w", err)
		}
		fmt.Fprintf(&b, "      written to %s\n", model.Line(dir))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s, seed %d: %d signatures of differences (required: %s).\n", scenarios(asked), f.seed, len(findings), levels)
	if _, err := e.out.Write(b.Bytes()); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return &exitError{exitInterrupted, errors.New("interrupted: what was found by then is above")}
	case failed != nil:
		return failed
	case len(findings) > 0:
		return &exitError{code: exitNonconforming}
	}
	return nil
}

// describeFinding writes a finding as text: what it is, the shortest chat, what differs.
func describeFinding(b *bytes.Buffer, f *engine.Finding) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	if f.Failure != nil {
		fmt.Fprintf(b, "FOUND %s  (no facts, in %s, first %s)\n", f.Signature, scenarios(f.Count), f.First)
		fmt.Fprintf(b, "      %s\n", f.Failure.Message)
		return
	}
	fmt.Fprintf(b, "FOUND %s  (%s, in %s, first %s)\n", f.Signature, f.Level, scenarios(f.Count), f.First)
	fmt.Fprintf(b, "      %d events; %s\n", len(f.Minimal.Log), f.Verdict())
	for i := range f.Found {
		if f.Found[i].Signature() == f.Signature {
			fmt.Fprintf(b, "      %s\n", &f.Found[i])
			break
		}
	}
	if len(f.Minimal.Log) <= 40 {
		reports.NewTimeline(f.Minimal.Log).AppendText(b)
	}
}
