package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
	"github.com/chatproof/chatproof/suite"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	suite.Generation
	arrival, shard, format, out, facts string
}

func (e *env) generate() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate (--flows | --suite | --random N | --exhaustive LENGTH) [flags]",
		Short: "Write chats to a file, with the reference's facts",
		Long: `Generate writes chats as events, one JSON object a line: the first scenario of each documented flow, all events
that 'run' would send, random chats, or all chats of at most LENGTH events of a small alphabet. Of --suite, the lines
of robustness scenarios that are no events at all are left out.

The same flags give the same bytes, with any number of jobs. A chat's id and events are a function of the seed and of
its number. Of --shard I/N are the chats whose number, counted from 1, is I, I+N, I+2N, …; of --suite --shard those
scenarios that 'run --shard' runs.

Chats are written one behind the other, each in order. --interleave lets 8 at a time run at once (of a shard, 8 of
its own). --delivery duplicated repeats one event in four, at once or a few events later; shuffled shuffles the events
of each chat or, with --interleave, of each 8. Facts come in the order of the chats, whatever the delivery.

A file appears when all is written, or not at all; a name that ends in .gz is packed; - is stdout.`,
		Example: `  chatproof generate --random 1000 --seed 7 -o chats.jsonl.gz --facts facts.jsonl
  chatproof generate --flows --format feature
  chatproof generate --suite -o events.jsonl
  chatproof generate --exhaustive 8 --delivery shuffled,duplicated --interleave --shard 1/4`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("generated") && !f.Suite {
				return errors.New("--generated: only --suite has generated scenarios")
			}
			return e.writeGenerated(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.Flows, "flows", false, "the first scenario of each documented flow")
	flags.BoolVar(&f.Suite, "suite", false, "all events that 'run' would send, under the same ids")
	flags.IntVar(&f.Random, "random", 0, "that many random chats")
	flags.IntVar(&f.Exhaustive, "exhaustive", 0, "all chats of at most that many events")
	flags.StringVar(&f.Level, "level", "", "of --random: documented draws chats that documented rules alone decide, inferred (the default) any")
	flags.IntVar(&f.Generated, "generated", suite.DefaultGenerated, "of --suite: how many generated scenarios, besides the authored ones")
	flags.Uint64Var(&f.Seed, "seed", 1, "the seed of chats, ids and delivery")
	flags.StringVar(&f.arrival, "delivery", "ordered", "how events arrive: ordered, shuffled, duplicated, or several, comma-separated")
	flags.BoolVar(&f.Interleaved, "interleave", false, fmt.Sprintf("let %d chats at a time run at once", suite.AtOnce))
	flags.StringVarP(&f.out, "output", "o", "-", "write the events to this file")
	flags.StringVar(&f.facts, "facts", "", "write the reference's facts to this file")
	flags.StringVar(&f.format, "format", "jsonl", fmt.Sprintf("jsonl, or feature: scenarios with their tables, at most %d chats", suite.MostInFeature))
	flags.StringVar(&f.shard, "shard", "", "only shard I of N, such as 2/5")
	flags.IntVar(&f.Jobs, "jobs", 0, "how many processors to use; 0 is all")
	complete(cmd, "level", "documented", "inferred")
	complete(cmd, "delivery", "ordered", "shuffled", "duplicated", "shuffled,duplicated")
	complete(cmd, "format", "jsonl", "feature")
	return cmd
}

// writeGenerated writes what the flags ask for.
func (e *env) writeGenerated(ctx context.Context, f *generateFlags) (err error) {
	if f.Shard, f.Shards, err = parseShard(f.shard); err != nil {
		return err
	}
	if err := f.Deliver(f.arrival); err != nil {
		return err
	}
	write := f.Write
	switch f.format {
	case "jsonl":
	case "feature":
		write = f.WriteFeature
	default:
		return fmt.Errorf("--format: expected jsonl or feature, got %s", model.Name(f.format))
	}
	if f.facts != "" && samePath(f.facts, f.out) {
		return errors.New("--facts: the events go there; name another file, or one for the events with -o")
	}
	logs, err := f.Logs()
	if err != nil {
		return err
	}
	events, err := rows.Create(f.out, e.out)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	defer events.Discard()
	files, facts := []*rows.File{events}, io.Writer(nil)
	if f.facts != "" {
		file, err := rows.Create(f.facts, e.out)
		if err != nil {
			return fmt.Errorf("--facts: %w", err)
		}
		defer file.Discard()
		files, facts = append(files, file), file
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if err = write(ctx, logs, events, facts); err == nil {
		err = rows.Keep(files...)
	} else if ctx.Err() != nil {
		err = &exitError{exitInterrupted, errors.New("interrupted: no file was written, and what was printed is incomplete")}
	}
	return err
}

// samePath reports whether two names are one file, however they are spelt.
func samePath(a, b string) bool {
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	if errX != nil || errY != nil || x == y {
		return a == b || x == y
	}
	one, errX := os.Stat(x)
	other, errY := os.Stat(y)
	return errX == nil && errY == nil && os.SameFile(one, other) && one.Mode().IsRegular()
}
