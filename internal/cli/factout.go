package cli

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// factOutput opens the place that --output and --format name, in a format of rows or as a table for people.
func (e *env) factOutput(ctx context.Context, path, format string,
	m *tables.Mapping,
) (*wire.Output[model.Fact], error) {
	if format == "table" {
		file, err := files.Create(ctx, path, e.out)
		if err != nil {
			return nil, fmt.Errorf("--output: %w", err)
		}
		t := &factTable{Writer: tabwriter.NewWriter(file, 0, 0, 2, ' ', 0)}
		fmt.Fprintln(t, tableHead)
		return &wire.Output[model.Fact]{Put: t.put, End: t.Flush, On: file}, nil
	}
	if format != "" && !slices.Contains(tables.Formats, format) {
		return nil, fmt.Errorf("--format: expected jsonl, csv, parquet or table, got %s", model.Word(format))
	}
	out, err := tables.CreateFacts(ctx, tables.Place{Path: path, Format: format, Mapping: m}, e.out)
	if err != nil {
		return nil, fmt.Errorf("--output: %w", err)
	}
	return out, nil
}

// factTable is a table of facts.
type factTable struct {
	*tabwriter.Writer
	n int
}

const (
	tableHead = "INTERACTION\tIRF\tRESOURCE\tTECHNICAL DESCRIPTOR\tFROM\tSTART\tEND"
	// aligned is how many facts of a table are aligned with each other: nobody sees more at once.
	aligned = 10_000
)

func (t *factTable) put(facts []model.Fact) error {
	for i := range facts {
		f := &facts[i]
		if t.n++; t.n%aligned == 0 {
			if err := t.Flush(); err != nil {
				return err
			}
			fmt.Fprintln(t, tableHead)
		}
		from := ""
		if f.ReceivedFrom.Is == model.Given {
			from = fmt.Sprint(f.ReceivedFrom.Value)
		}
		_, err := fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", model.Name(f.InteractionID), f.Ordinal.Value,
			model.Name(f.Resource),
			f.Descriptor(), from, clock(f.Start), clock(f.End))
		if err != nil {
			return err
		}
	}
	return nil
}
