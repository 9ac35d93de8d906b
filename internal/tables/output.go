package tables

import (
	"context"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// CreateEvents opens a place to write events to: a new file, or a table, which is created if it is missing and keeps
// its rows.
func CreateEvents(ctx context.Context, p Place, stdout io.Writer) (*wire.Output[model.Event], error) {
	if send := p.Mapping.programs().send; send != nil {
		return createSent(ctx, p, stdout, send)
	}
	w := newWriting(p.Mapping, wire.EventForm)
	if IsDSN(p.Path) {
		return watched(w)(fillTable(ctx, p, wire.EventForm.Table, w.form))
	}
	return watched(w)(Create(ctx, p, stdout, w.form, w.line(wire.AppendEvent)))
}

// CreateFacts creates a file for facts.
func CreateFacts(ctx context.Context, p Place, stdout io.Writer) (*wire.Output[model.Fact], error) {
	w := newWriting(p.Mapping, wire.FactForm)
	return watched(w)(Create(ctx, p, stdout, w.form, w.line(wire.AppendFact)))
}

// watched lets an output report what goes wrong with the writing, unless it could not be opened.
func watched[T any](w *writing[T]) func(*wire.Output[T], error) (*wire.Output[T], error) {
	return func(o *wire.Output[T], err error) (*wire.Output[T], error) {
		if err != nil {
			return nil, err
		}
		return w.watch(o), nil
	}
}

var resourceForm = wire.Form[wire.Resource]{
	Table: "resource",
	Columns: []wire.Column[wire.Resource]{
		{
			Name: "resource_type", Kind: wire.Text, Get: func(r *wire.Resource) wire.Cell {
				return wire.TextCell(r.Type)
			},
		},
		{Name: "resource", Kind: wire.Text, Get: func(r *wire.Resource) wire.Cell { return wire.TextCell(r.Name) }},
	},
}

// CreateResources creates a file for resources.
func CreateResources(ctx context.Context, p Place, stdout io.Writer) (*wire.Output[wire.Resource], error) {
	return Create(ctx, p, stdout, &resourceForm, func(b []byte, r *wire.Resource) []byte {
		b = wire.AppendString(append(b, `{"resource_type":`...), string(r.Type))
		return append(wire.AppendString(append(b, `,"resource":`...), r.Name), "}\n"...)
	})
}

// Create opens a file for rows of a form, each of which line appends as a line of JSON.
func Create[T any](ctx context.Context, p Place, stdout io.Writer, f *wire.Form[T],
	line func([]byte, *T) []byte,
) (*wire.Output[T], error) {
	if IsDSN(p.Path) {
		return nil, fmt.Errorf("%s is a database; expected a file", p)
	} else if err := foreign(p.Path); err != nil {
		return nil, fmt.Errorf("%w, sqlite:FILE or a file", err)
	}
	format, err := FormatOf(p.Path, p.Format)
	if err != nil {
		return nil, err
	}
	file, err := files.Create(ctx, p.Path, stdout)
	if err != nil {
		return nil, err
	}
	o := &wire.Output[T]{Append: line, Write: file.Write, On: file}
	switch format {
	case "csv":
		o.Append = func(b []byte, row *T) []byte { return appendCSV(b, f, row) }
		if _, err := file.Write(headerCSV(f)); err != nil {
			file.Discard()
			return nil, err
		}
	case "parquet":
		w := newParquetWriter(f, file)
		o.Append, o.Put, o.End = nil, w.put, w.close
	}
	return o, nil
}
