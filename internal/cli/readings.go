package cli

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// learning is the part of check that learns readings.
type learning struct {
	learn string // the file to write; "" learns nothing
	least int
	share float64 // percent
}

func (l *learning) addLearn(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&l.learn, "learn", "",
		"learn your Info Mart's answers where the guide is silent, and write them to this `FILE`, for --readings; "+
			"differences do not fail the check")
	flags.IntVar(&l.least, "learn-min", 20, "with --learn: how many rows an answer needs")
	flags.Float64Var(&l.share, "learn-share", 99,
		"with --learn: what percentage of these rows must agree on the answer")
}

// tellLearnt prints what was learnt, and writes the file if there were chats to learn from.
func (e *env) tellLearnt(f *checkFlags, record *engine.Record, learnt *engine.Learning, file *files.File) error {
	var b bytes.Buffer
	if f.json {
		for i := range learnt.Clauses {
			if err := engine.WriteLine(&b, engine.LineOf(&learnt.Clauses[i])); err != nil {
				return err
			}
		}
	} else {
		reports.Of(record, "").WriteJudged(&b)
		learntTable(&b, learnt)
	}
	if record.Footer.Audit.Chats > 0 {
		if _, err := io.WriteString(file, learnt.Text()); err != nil {
			return err
		}
		if err := files.Keep(file); err != nil {
			return err
		}
	}
	if f.learn == "-" {
		return nil
	}
	_, err := e.out.Write(b.Bytes())
	return err
}

// learntTable writes a row for each answer that was seen.
func learntTable(b *bytes.Buffer, learnt *engine.Learning) {
	pinned := 0
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLAUSE\tROWS\tANSWER\t")
	for i := range learnt.Clauses {
		x := &learnt.Clauses[i]
		name, what := model.ClauseName(x.Clause), "pinned"
		if x.Open != "" {
			what = "open: " + x.Open
		} else {
			pinned++
		}
		if len(x.Answers) == 0 {
			fmt.Fprintf(w, "%s\t0\t-\t%s\n", name, what)
		}
		for k := range x.Answers[:min(len(x.Answers), maxAnswers)] {
			a := &x.Answers[k]
			if k > 0 {
				name, what = "", "such as "+engine.Examples(a)
			}
			fmt.Fprintf(w, "%s\t%d of %d\t%s\t%s\n", name, a.Rows, x.Rows, engine.AnswerOf(x.Clause, a), what)
		}
		if more := len(x.Answers) - maxAnswers; more > 0 {
			fmt.Fprintf(w, "\t\tand %d more answers\t\n", more)
		}
	}
	w.Flush()
	fmt.Fprintf(b,
		"\n%d of %d clauses pinned. A row counts for each clause that it decides, whatever the others answer.\n",
		pinned, len(learnt.Clauses))
}

// maxAnswers bounds how many answers of a clause are printed.
const maxAnswers = 10
