package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

func (e *env) classify() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "classify [EVENTS|-]",
		Short: "Print the reference's facts for a log of events",
		Long: `Classify reads events (JSON Lines; a name that ends in .gz is unpacked; - or nothing is stdin) and prints the
reference's facts: stopped chats by time of the stop, then unfinished ones, each chat's facts by ordinal. The order
in which events arrive and exact duplicates mean nothing. An ill-formed chat is reported on stderr; the others'
facts are printed, and the exit code is 2. A line that cannot be read at all is reported, and nothing is printed.`,
		Example: `  chatproof classify chats.jsonl
  zcat chats.jsonl.gz | chatproof classify --format table`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			write, ok := factWriters[format]
			if !ok {
				return fmt.Errorf("--format: expected jsonl or table, got %s", model.Name(format))
			}
			log, err := e.readLog(args)
			if err != nil {
				return err
			}
			chats, bad := model.ClassifyLog(model.Reference(), log.events)
			chats = slices.DeleteFunc(chats, func(c model.Chat) bool { return log.spoilt[c.InteractionID] != nil })
			if err := write(e.out, chats); err != nil {
				return err
			}
			return e.reportIllFormed(log, bad)
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or table")
	complete(cmd, "format", "jsonl", "table")
	return cmd
}

// eventLog is a log as read, with the interactions that a bad line has spoilt (W9), each with the first such line.
type eventLog struct {
	file   string
	events []model.Event
	spoilt map[string]*rows.LineError
}

// readLog reads all events of the file that args name, or stdin. A line that belongs to no interaction is an error.
func (e *env) readLog(args []string) (*eventLog, error) {
	path := "-"
	if len(args) > 0 {
		path = args[0]
	}
	in, name, err := rows.Open(path, e.in)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	log := &eventLog{file: name, spoilt: make(map[string]*rows.LineError)}
	for r := rows.NewEventReader(name, in); ; {
		event, err := r.Read()
		var bad *rows.LineError
		switch {
		case err == nil:
			log.events = append(log.events, event)
		case err == io.EOF:
			return log, nil
		case errors.As(err, &bad) && bad.InteractionID != "":
			if log.spoilt[bad.InteractionID] == nil {
				log.spoilt[bad.InteractionID] = bad
			}
		case bad != nil:
			return nil, bad
		default:
			return nil, fmt.Errorf("%s:%d: %w", name, r.Line(), err)
		}
	}
}

// reportIllFormed writes a line for each interaction that could not be classified, by id.
func (e *env) reportIllFormed(log *eventLog, bad []*model.IllFormed) error {
	type line struct{ id, text string }
	var report []line
	for id, err := range log.spoilt {
		report = append(report, line{id, fmt.Sprintf("%v (interaction %s is ill-formed: W9)", err, model.Name(id))})
	}
	for _, err := range bad {
		if log.spoilt[err.InteractionID] == nil {
			report = append(report, line{err.InteractionID, fmt.Sprintf("%s: %v", log.file, err)})
		}
	}
	if len(report) == 0 {
		return nil
	}
	slices.SortFunc(report, func(a, b line) int { return cmp.Compare(a.id, b.id) })
	for _, l := range report {
		fmt.Fprintln(e.err, "chatproof: "+l.text)
	}
	return &exitError{code: exitUsage}
}

// factWriters are the formats of classify.
var factWriters = map[string]func(io.Writer, []model.Chat) error{
	"jsonl": func(w io.Writer, chats []model.Chat) error {
		out := bufio.NewWriterSize(w, 64<<10)
		var b []byte
		for i := range chats {
			for j := range chats[i].IRFs {
				b = rows.AppendFact(b[:0], &chats[i].IRFs[j].Fact)
				if _, err := out.Write(b); err != nil {
					return err
				}
			}
		}
		return out.Flush()
	},
	"table": func(w io.Writer, chats []model.Chat) error {
		out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "INTERACTION\tIRF\tRESOURCE\tTECHNICAL DESCRIPTOR\tFROM\tSTART\tEND")
		for i := range chats {
			for j := range chats[i].IRFs {
				f := &chats[i].IRFs[j].Fact
				from := ""
				if f.ReceivedFrom.Is == model.Given {
					from = fmt.Sprint(f.ReceivedFrom.Value)
				}
				fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", model.Name(f.InteractionID), f.Ordinal.Value, model.Name(f.Resource),
					f.Descriptor(), from, clock(f.Start), clock(f.End))
			}
		}
		return out.Flush()
	},
}
