package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

func (e *env) doctor() *cobra.Command {
	var w way
	var events, facts string
	cmd := &cobra.Command{
		Use:   "doctor [flags] [-- COMMAND [ARG]...]",
		Short: "Check step by step whether chatproof can talk to an implementation",
		Long: `Doctor asks an implementation about one chat of a documented flow. Then it adds unknown
events to the chat, and asks again. Last it asks about two such chats at once. If an answer is
wrong, it says what to fix: the adapter (the part that reads events and prints facts) or the
classification. Give the implementation as for 'chatproof run'.

With --events or --facts it asks no implementation. It shows how --mapping reads the first three
events or rows of your own data, and which fields it does not use.

Exit codes:
    0  all is well
    1  something needs fixing
    2  wrong usage, or input that cannot be read
    3  the implementation could not be started
  130  interrupted`,
		Example: `  chatproof doctor -- python3 my.py
  chatproof doctor --stream -- node my.js
  chatproof doctor --mapping world.yaml --events sample.jsonl --facts rows.csv
  chatproof doctor --http http://localhost:8080/classify`,
		RunE: func(cmd *cobra.Command, args []string) error {
			w.command = args
			if events != "" || facts != "" {
				return e.leftOut(&w.placeFlags, e.showSamples(cmd.Context(), &w, events, facts))
			}
			return e.checkUp(cmd.Context(), &w)
		},
	}
	w.addTo(cmd)
	w.addMapping(cmd)
	cmd.Flags().StringVar(&events, "events", "",
		"show how the first events of this `FILE` are read")
	cmd.Flags().StringVar(&facts, "facts", "", "show how the first rows of this `FILE` are read")
	return cmd
}

// checkUp asks an implementation, and says what to mend.
func (e *env) checkUp(ctx context.Context, w *way) error {
	t, err := w.asked(ctx)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	var about atomic.Value // the current question; a program may be slow
	about.Store("the start")
	shown := (&progress{says: func(spent time.Duration) string {
		return fmt.Sprintf("waiting for the answer about %s, %v so far", about.Load(), spent.Round(time.Second))
	}}).start(e)
	steps, stderr, err := engine.Checkup(ctx, t, func(what string) { about.Store(what) })
	shown.stop()
	var notStarted *target.StartError
	switch {
	case ctx.Err() != nil:
		return exit(exitInterrupted, "interrupted")
	case errors.As(err, &notStarted):
		hint := "try the command by itself, from this directory"
		if w.url != nil {
			hint = "is the server running?"
		}
		return exit(exitNotStarted, "%w; %s", err, hint)
	case err != nil:
		return err
	}
	var b bytes.Buffer
	well := prescription(&b, steps, stderr)
	if len(w.command) == 0 && w.http == "" {
		b.WriteString("This was the built-in reference model; 'chatproof doctor -- python3 my.py' asks your program.\n")
	}
	if _, err := e.out.Write([]byte(w.secrets().Hide(b.String()))); err != nil {
		return err
	}
	if !well {
		return &exitError{code: exitNonconforming}
	}
	return nil
}

// showSamples shows what the mapping makes of samples.
func (e *env) showSamples(ctx context.Context, w *way, events, facts string) error {
	if len(w.command) > 0 || w.http != "" || w.stream {
		return errors.New("with --events or --facts, doctor starts no program, but shows how a sample is read: " +
			"leave out the command, --stream and --http")
	}
	for _, s := range []struct {
		path, what string
		of         func(context.Context, tables.Place, io.Reader) (*tables.Sampled, error)
	}{{events, "events", tables.SampleEvents}, {facts, "rows", tables.SampleFacts}} {
		if s.path == "" {
			continue
		}
		at, err := w.place(ctx, s.path)
		if err != nil {
			return err
		}
		found, err := s.of(ctx, at, e.in)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "The first %s of %s, as they are read:\n", s.what, at)
		for _, row := range found.Rows {
			fmt.Fprintln(e.out, "  "+model.Line(row))
		}
		for i, name := range found.Unused {
			found.Unused[i] = model.Name(name)
		}
		switch {
		case found.Values == 0:
		case len(found.Unused) == 0:
			fmt.Fprintf(e.out, "Every field of the first %s is used.\n", number(found.Values, "value", "values"))
		default:
			fmt.Fprintf(e.out, "Fields of the first %s that are not used: %s\n",
				number(found.Values, "value", "values"), strings.Join(found.Unused, ", "))
		}
		if len(found.Unknown) > 0 {
			fmt.Fprintf(e.out, "Unknown events, which are ignored: %s\n", strings.Join(found.Unknown, ", "))
		}
	}
	return nil
}

// prescription writes what each step found, what to mend, and what is to blame. It reports whether nothing is.
func prescription(b *bytes.Buffer, steps []engine.Step, stderr string) (well bool) {
	var blame engine.Blame
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, s := range steps {
		word := "ok"
		switch {
		case !s.Tried:
			word, s.Found = "-", "not tried"
		case s.Blame != engine.Nothing:
			word = "FAIL"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", word, s.Name, s.Found)
	}
	table.Flush()
	for _, s := range steps {
		if s.Means != "" {
			fmt.Fprintf(b, "\n%s: %s\n", s.Name, s.Means)
		}
		if blame != engine.Adapter && s.Blame != engine.Nothing {
			blame = s.Blame
		}
	}
	if lines := strings.TrimSpace(stderr); lines != "" && blame != engine.Nothing {
		b.WriteString("\nThe end of the program's stderr:\n")
		for line := range strings.SplitSeq(lines, "\n") {
			fmt.Fprintf(b, "  | %s\n", model.Line(line))
		}
	}
	switch blame {
	case engine.Adapter:
		b.WriteString("\nYour adapter is broken. Fix that first: " +
			"until then nothing can be said about the classification.\n")
	case engine.Classification:
		b.WriteString("\nYour adapter works; your classification is wrong. 'chatproof run' finds where, rule by " +
			"rule.\n")
	case engine.Silence:
		b.WriteString("\nYour program runs, but prints no rows yet. Nothing more can be said until it does.\n")
	default:
		b.WriteString("\nAll is well: go on with 'chatproof run'.\n")
	}
	return blame == engine.Nothing
}
