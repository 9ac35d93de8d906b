package cli

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
)

// classifyFlags are the flags of classify.
type classifyFlags struct {
	bulk.Options
	ordered            bool
	shard, format, out string
	in                 placeFlags
}

func (e *env) classify() *cobra.Command {
	var f classifyFlags
	cmd := &cobra.Command{
		Use:   "classify [EVENTS|-]...",
		Short: "Print the reference's facts for a log of events",
		Long: `Classify reads events and prints the reference's facts: stopped chats first, in the order they stopped,
then unfinished ones, and each chat's facts by ordinal. Events come from files that end in .jsonl, .csv or .parquet,
compressed (.gz) or not, from directories or globs of these, from a database (postgres://… or sqlite:FILE), or, with -
or no argument, from stdin, as JSON Lines. Neither their order nor exact duplicates matter. An ill-formed chat is
reported on stderr; the others' facts are still printed, and the exit code is 2. If a line cannot be read, it is
reported and nothing is printed.

What does not fit in --memory goes to temporary files in $TMPDIR. With --ordered, for a log whose times never decrease,
only chats that are open at the same time take memory, and a chat's facts are printed as soon as it stops: what was
printed before an error stays printed.

--shard I/N takes the chats whose ids hash to I: the same chats for any log on any machine.`,
		Example: `  chatproof classify chats.jsonl
  zcat chats.jsonl.gz | chatproof classify --format table
  chatproof classify --ordered --shard 2/5 -o facts-2.jsonl.gz year.jsonl.gz`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.classifyLog(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.ordered, "ordered", false,
		"the log is in time order: no event is earlier than the one before it")
	memoryFlag(cmd, &f.Memory)
	flags.IntVar(&f.Jobs, "jobs", 0, "how many processors to use; 0 is all")
	flags.StringVar(&f.shard, "shard", "", "only shard I of N, such as 2/5; "+shardVariables)
	flags.StringVar(&f.format, "format", "",
		"jsonl, csv, parquet or table; by default the ending of --output decides, else jsonl")
	flags.StringVarP(&f.out, "output", "o", "-", "write the facts to this file, whole or not at all")
	f.in.addMapping(cmd)
	f.in.addReadings(cmd)
	complete(cmd, "format", append(tables.Formats, "table")...)
	return cmd
}

// classifyLog writes the facts of the log that args name.
func (e *env) classifyLog(ctx context.Context, f *classifyFlags, args []string) (err error) {
	if err := processors(f.Jobs); err != nil {
		return err
	}
	f.Shard, f.Shards, err = shardOf(f.shard)
	if err != nil {
		return err
	}
	at, err := f.in.inputs(ctx, args)
	if err != nil {
		return err
	}
	f.Table, err = f.in.reference(ctx)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	in, err := tables.OpenEventBlocks(ctx, at, e.in)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := e.factOutput(ctx, f.out, f.format, at.Mapping)
	if err != nil {
		return err
	}
	defer out.Discard()
	defer memoryBound(f.Memory)() // otherwise garbage would take as much again
	illFormed := 0
	classify := bulk.ClassifyOrdered
	if !f.ordered { // there is little garbage, and scanning the live heap for it takes long
		classify = bulk.Classify
		if f.Memory >= thrifty {
			hugeHeap()
		}
		defer debug.SetGCPercent(debug.SetGCPercent(400))
	}
	err = classify(ctx, f.Options, at.String(), in, out, func(text string) {
		illFormed++
		fmt.Fprintln(e.err, "chatproof: "+text)
	})
	if ctx.Err() != nil {
		return exit(exitInterrupted, "interrupted: no file was written, and what was printed is incomplete")
	}
	if err == nil {
		err = out.Finish()
	}
	if err == nil {
		err = files.Keep(out.On)
	}
	if err == nil && illFormed > 0 {
		err = &exitError{code: exitUsage}
	}
	return e.leftOut(&f.in, err)
}
