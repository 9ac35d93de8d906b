package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// factOutput is where facts go, one by one: in a format of rows, or as a table to be looked at.
type factOutput struct {
	*rows.Output[model.Fact]
	facts []model.Fact // that are still to be put
	lines []byte       // that are still to be written
	table *tabwriter.Writer
	n     int
}

// factOutput opens the place that --output and --format tell.
func (e *env) factOutput(path, format string) (o *factOutput, err error) {
	if format == "table" {
		file, err := rows.Create(path, e.out)
		if err != nil {
			return nil, fmt.Errorf("--output: %w", err)
		}
		o := &factOutput{Output: rows.FileOutput[model.Fact](file), table: tabwriter.NewWriter(file, 0, 0, 2, ' ', 0)}
		fmt.Fprintln(o.table, tableHead)
		return o, nil
	}
	if _, err := rows.FormatOf(path, format); err != nil {
		return nil, fmt.Errorf("--format: %w, or table", err)
	}
	out, err := rows.CreateFacts(rows.Place{Path: path, Format: format}, e.out)
	if err != nil {
		return nil, fmt.Errorf("--output: %w", err)
	}
	return &factOutput{Output: out}, nil
}

const (
	tableHead = "INTERACTION\tIRF\tRESOURCE\tTECHNICAL DESCRIPTOR\tFROM\tSTART\tEND"
	// aligned is how many facts of a table are aligned with each other: who looks at it does not see more at once.
	aligned = 10_000
	// atOnce is how many facts or bytes are written at once.
	factsAtOnce, bytesAtOnce = 1_000, 64 << 10
)

// put writes a fact.
func (o *factOutput) put(f *model.Fact) (err error) {
	switch {
	case o.table != nil:
		if o.n++; o.n%aligned == 0 {
			if err := o.table.Flush(); err != nil {
				return err
			}
			fmt.Fprintln(o.table, tableHead)
		}
		from := ""
		if f.ReceivedFrom.Is == model.Given {
			from = fmt.Sprint(f.ReceivedFrom.Value)
		}
		_, err = fmt.Fprintf(o.table, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", model.Name(f.InteractionID), f.Ordinal.Value, model.Name(f.Resource),
			f.Descriptor(), from, clock(f.Start), clock(f.End))
	case o.Append == nil:
		if o.facts = append(o.facts, *f); len(o.facts) >= factsAtOnce {
			err = o.flush()
		}
	default:
		if o.lines = o.Append(o.lines, f); len(o.lines) >= bytesAtOnce {
			err = o.flush()
		}
	}
	return err
}

// flush writes what is still to be written.
func (o *factOutput) flush() (err error) {
	switch {
	case o.table != nil:
		err = o.table.Flush()
	case o.Append == nil:
		err = o.Put(o.facts)
	default:
		_, err = o.Write(o.lines)
	}
	o.facts, o.lines = o.facts[:0], o.lines[:0]
	return err
}

// keep makes what was put appear.
func (o *factOutput) keep() error {
	if err := errors.Join(o.flush(), o.Finish()); err != nil {
		return err
	}
	return rows.Keep(o.File())
}
