package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Source is where rows are read from.
type Source[T model.Event | model.Fact] interface {
	// Read returns the next row. The error is io.EOF at the end, a *wire.LineError for what is no row (if it has an
	// interaction id, reading may go on behind it), or one that says what cannot be read and where.
	Read() (T, error)
	Close() error
}

// Place is where rows are: a file, stdin, or a database.
type Place struct {
	Path    string   // of a file; - for stdin; or a DSN that begins with postgres:// or sqlite:
	Format  string   // jsonl, csv or parquet; "" goes by the ending of the file
	Mapping *Mapping // nil renames nothing
}

// Lines reports whether the rows at a place that can be read are JSON Lines.
func (p Place) Lines() bool {
	format, err := FormatOf(p.Path, p.Format)
	return err == nil && format == "jsonl" && !IsDSN(p.Path)
}

// Formats are the formats of files.
var Formats = []string{"jsonl", "csv", "parquet"}

// String is the place as messages name it: without a password.
func (p Place) String() string {
	if p.Path == "-" {
		return "stdin"
	} else if IsDSN(p.Path) {
		return Redacted(p.Path)
	}
	return p.Path
}

// foreign tells of a path that names a database of a kind that is not reached from here.
func foreign(path string) error {
	if scheme, _, ok := strings.Cut(path, "://"); ok && !IsDSN(path) {
		return fmt.Errorf("%s: no driver for it; expected postgres://… or sqlite:FILE", model.Name(scheme+"://…"))
	}
	return nil
}

// FormatOf is the format that is wanted or, where that is "", the one that the ending of a file tells: jsonl, unless
// it is .csv or .parquet, perhaps with .gz.
func FormatOf(path, wanted string) (string, error) {
	format := wanted
	if format == "" {
		format = "jsonl"
		for _, f := range Formats {
			if strings.HasSuffix(strings.TrimSuffix(strings.ToLower(path), ".gz"), "."+f) {
				format = f
			}
		}
	}
	switch {
	case format == "parquet" && strings.HasSuffix(path, ".gz"):
		return "", fmt.Errorf("%s: Parquet is packed inside; leave the .gz out", path)
	case format != "jsonl" && format != "csv" && format != "parquet":
		return "", fmt.Errorf("expected %s, got %s", strings.Join(Formats, ", "), model.Name(format))
	}
	return format, nil
}

// OpenEvents opens a source of events.
func OpenEvents(ctx context.Context, p Place, stdin io.Reader) (Source[model.Event], error) {
	return open(ctx, p, stdin, &eventForm, func(file string, in io.Reader) lineReader[model.Event] { return wire.NewEventReader(file, in) }, queryEvents)
}

// OpenFacts opens a source of facts.
func OpenFacts(ctx context.Context, p Place, stdin io.Reader) (Source[model.Fact], error) {
	return open(ctx, p, stdin, &factForm, func(file string, in io.Reader) lineReader[model.Fact] { return wire.NewFactReader(file, in) }, queryFacts)
}

func open[T model.Event | model.Fact](ctx context.Context, p Place, stdin io.Reader, f *form[T], lines func(string, io.Reader) lineReader[T], query func(context.Context, *database, *Mapping) (string, error)) (Source[T], error) {
	if IsDSN(p.Path) {
		return readTable(ctx, p, f, query)
	}
	if err := foreign(p.Path); err != nil {
		return nil, fmt.Errorf("%w, or a file. For other databases print the query with --print-sql, and give its client's output to --facts -", err)
	}
	format, err := FormatOf(p.Path, p.Format)
	if err != nil {
		return nil, err
	}
	if format == "parquet" {
		return openParquet(p, f)
	}
	in, name, err := files.Open(p.Path, stdin)
	if err != nil {
		return nil, err
	}
	if format == "jsonl" {
		return &lineSource[T]{lines(name, in), name, in}, nil
	}
	flat, err := newCSV(f, p.Mapping, name, in)
	if err != nil {
		in.Close()
		return nil, err
	}
	flat.close = in.Close
	return flat, nil
}

// OpenEventBlocks is [OpenEvents], to be read by several goroutines.
func OpenEventBlocks(ctx context.Context, p Place, stdin io.Reader) (wire.Blocks[model.Event], error) {
	if !p.Lines() {
		source, err := OpenEvents(ctx, p, stdin)
		if err != nil {
			return nil, err
		}
		return source.(*flatReader[model.Event]), nil
	}
	if err := foreign(p.Path); err != nil {
		return nil, err
	}
	in, name, err := files.Open(p.Path, stdin)
	if err != nil {
		return nil, err
	}
	return &openBlocks{wire.EventBlocks(name, in), in}, nil
}

// openBlocks closes the input of blocks with them.
type openBlocks struct {
	wire.Blocks[model.Event]
	in io.Closer
}

func (b *openBlocks) Close() error { return b.in.Close() }

// lineReader is a reader of JSON Lines.
type lineReader[T any] interface {
	Read() (T, error)
	Line() int
}

// lineSource names the place in the errors of an input.
type lineSource[T any] struct {
	lines lineReader[T]
	name  string
	in    io.Closer
}

func (s *lineSource[T]) Read() (T, error) {
	row, err := s.lines.Read()
	var bad *wire.LineError
	if err != nil && err != io.EOF && !errors.As(err, &bad) {
		err = fmt.Errorf("%s:%d: %w", s.name, s.lines.Line(), err)
	}
	return row, err
}

func (s *lineSource[T]) Close() error { return s.in.Close() }
