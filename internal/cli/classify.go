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
		Long: `Classify reads the events of chats, and prints the facts that the reference derives from
them.

EVENTS is a file, a directory, a glob, or a database (postgres://… or sqlite:FILE). Files end in
.jsonl, .csv, .parquet, .jsonl.gz or .csv.gz. Without EVENTS, or if it is -, events come from stdin
as JSON Lines. They may be in any order, and an event may come twice.

Finished chats come first, in the order in which they stopped, then unfinished ones. If a chat is
ill-formed, stderr says so, the other chats' facts are printed, and the exit code is 2. If a line
cannot be read, nothing is printed.

What does not fit in --memory goes to temporary files in $TMPDIR. If the log is in time order, use
--ordered: then only the open chats take memory, and a chat's facts are printed when it stops. So
some facts may have been printed before an error is found.

--shard I/N takes one of N parts of the chats. Which part a chat is in depends on its id alone.`,
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
		"the log is in time order: no event has an earlier time than the one before it")
	memoryFlag(cmd, &f.Memory)
	flags.IntVar(&f.Jobs, "jobs", 0, "how many processors to use; 0, the default, is all")
	flags.StringVar(&f.shard, "shard", "", "only shard `I/N`, such as 2/5; "+shardVariables)
	flags.StringVar(&f.format, "format", "",
		"the `FORMAT`: jsonl, csv, parquet or table; by default the ending of --output's name decides, and stdout "+
			"is jsonl")
	flags.StringVarP(&f.out, "output", "o", "-", "write the facts to this `FILE`; it appears only when it is complete")
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
