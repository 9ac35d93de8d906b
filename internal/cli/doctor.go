package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

func (e *env) doctor() *cobra.Command {
	var w way
	cmd := &cobra.Command{
		Use:   "doctor [flags] [-- COMMAND [ARG]...]",
		Short: "Look step by step whether an implementation can be asked at all",
		Long: `Doctor asks an implementation, reached as by 'chatproof run', for one documented chat, then for the same chat with
events in it that nobody knows, then for the same chat twice. It tells an adapter that is broken (what reads, groups
and prints) from a classification that is wrong, and says what to mend.

Exit codes: 0 all is well; 1 something is to be mended; 2 usage; 3 it could not be started; 130 interrupted.`,
		Example: `  chatproof doctor -- python3 my.py
  chatproof doctor --stream -- node my.js
  chatproof doctor --http http://localhost:8080/classify`,
		RunE: func(cmd *cobra.Command, args []string) error {
			w.command = args
			t, err := w.target(cmd.Context())
			if err != nil {
				return err
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			steps, stderr, err := engine.Checkup(ctx, t)
			var notStarted *target.StartError
			switch {
			case ctx.Err() != nil:
				return &exitError{exitInterrupted, errors.New("interrupted")}
			case errors.As(err, &notStarted):
				hint := "try it by itself, from this directory"
				if w.url != nil {
					hint = "is it running?"
				}
				return &exitError{exitNotStarted, fmt.Errorf("%w; %s", err, hint)}
			case err != nil:
				return err
			}
			var b bytes.Buffer
			well := prescription(&b, steps, stderr)
			if _, err := e.out.Write(b.Bytes()); err != nil {
				return err
			}
			if !well {
				return &exitError{code: exitNonconforming}
			}
			return nil
		},
	}
	w.addTo(cmd)
	return cmd
}

// prescription writes what each step found, what is to be mended, and who is to blame; it reports whether nobody is.
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
		b.WriteString("\nThe end of its stderr:\n")
		for line := range strings.SplitSeq(lines, "\n") {
			fmt.Fprintf(b, "  | %s\n", model.Line(line))
		}
	}
	switch blame {
	case engine.Adapter:
		b.WriteString("\nYour adapter is broken: of the classification nothing can be said before that is mended.\n")
	case engine.Classification:
		b.WriteString("\nYour adapter works; your classification is wrong. 'chatproof run' finds where, rule by rule.\n")
	case engine.Silence:
		b.WriteString("\nIt runs, and prints no rows yet. More cannot be told before it does.\n")
	default:
		b.WriteString("\nAll is well: go on with 'chatproof run'.\n")
	}
	return blame == engine.Nothing
}
