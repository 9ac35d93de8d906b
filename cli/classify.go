package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/chats"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// classifyFlags are the flags of classify.
type classifyFlags struct {
	chats.Options
	ordered            bool
	shard, format, out string
}

func (e *env) classify() *cobra.Command {
	var f classifyFlags
	cmd := &cobra.Command{
		Use:   "classify [EVENTS|-]",
		Short: "Print the reference's facts for a log of events",
		Long: `Classify reads events (JSON Lines; a name that ends in .gz is unpacked; - or nothing is stdin) and prints the
reference's facts: stopped chats by time of the stop, then unfinished ones, each chat's facts by ordinal. The order
in which events arrive and exact duplicates mean nothing. An ill-formed chat is reported on stderr; the others'
facts are printed, and the exit code is 2. A line that cannot be read at all is reported, and nothing is printed.

What --memory has no room for goes to temporary files in the directory that TMPDIR names. With --ordered, for a log
whose times never fall, only chats that are open at the same time take memory, and facts are printed as soon as a
chat has stopped: what was printed before an error stands.

Of --shard I/N are the chats whose ids have a hash that falls to I; it does not depend on the log or the machine.`,
		Example: `  chatproof classify chats.jsonl
  zcat chats.jsonl.gz | chatproof classify --format table
  chatproof classify --ordered --shard 2/5 -o facts-2.jsonl.gz year.jsonl.gz`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.classifyLog(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.ordered, "ordered", false, "the times of events never fall from line to line")
	memoryFlag(cmd, &f.Memory)
	flags.IntVar(&f.Jobs, "jobs", 0, "how many processors to use; 0 is all")
	flags.StringVar(&f.shard, "shard", "", "only shard I of N, such as 2/5; "+shardVariables)
	flags.StringVar(&f.format, "format", "jsonl", "jsonl or table")
	flags.StringVarP(&f.out, "output", "o", "-", "write the facts to this file, whole or not at all")
	complete(cmd, "format", "jsonl", "table")
	return cmd
}

// classifyLog writes the facts of the log that args name.
func (e *env) classifyLog(ctx context.Context, f *classifyFlags, args []string) (err error) {
	write, ok := factWriters[f.format]
	if !ok {
		return fmt.Errorf("--format: expected jsonl or table, got %s", model.Name(f.format))
	}
	if f.Jobs < 0 {
		return fmt.Errorf("--jobs: expected 1 or more, or 0 for all processors, got %d", f.Jobs)
	}
	if f.Shard, f.Shards, err = shardOf(f.shard); err != nil {
		return err
	}
	path := "-"
	if len(args) > 0 {
		path = args[0]
	}
	in, name, err := rows.Open(path, e.in)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := rows.Create(f.out, e.out)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	defer out.Discard()
	ctx, stop := interruptible(ctx)
	defer stop()
	debug.SetMemoryLimit(f.Memory) // or garbage would take as much again
	classify := chats.Classify
	if f.ordered {
		classify = chats.ClassifyOrdered
	}
	illFormed := 0
	fact, flush := write(out)
	err = classify(ctx, f.Options, name, in, fact, func(text string) {
		illFormed++
		fmt.Fprintln(e.err, "chatproof: "+text)
	})
	if ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New("interrupted: no file was written, and what was printed is incomplete")}
	}
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = rows.Keep(out)
	}
	if err == nil && illFormed > 0 {
		err = &exitError{code: exitUsage}
	}
	return err
}

// factWriters are the formats of classify: each gives a function that writes a fact, and one that writes what is left.
var factWriters = map[string]func(io.Writer) (fact func(*model.Fact) error, flush func() error){
	"jsonl": func(w io.Writer) (func(*model.Fact) error, func() error) {
		out := bufio.NewWriterSize(w, 64<<10)
		return func(f *model.Fact) error {
			_, err := out.Write(rows.AppendFact(out.AvailableBuffer(), f))
			return err
		}, out.Flush
	},
	"table": func(w io.Writer) (func(*model.Fact) error, func() error) {
		const aligned = 10_000 // facts at a time, for whom has so many on a screen
		const head = "INTERACTION\tIRF\tRESOURCE\tTECHNICAL DESCRIPTOR\tFROM\tSTART\tEND"
		out, n := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0), 0
		fmt.Fprintln(out, head)
		return func(f *model.Fact) error {
			if n++; n%aligned == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
				fmt.Fprintln(out, head)
			}
			from := ""
			if f.ReceivedFrom.Is == model.Given {
				from = fmt.Sprint(f.ReceivedFrom.Value)
			}
			_, err := fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", model.Name(f.InteractionID), f.Ordinal.Value, model.Name(f.Resource),
				f.Descriptor(), from, clock(f.Start), clock(f.End))
			return err
		}, out.Flush
	},
}
