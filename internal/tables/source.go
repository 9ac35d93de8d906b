package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Source is where rows are read from.
type Source[T model.Event | model.Fact] interface {
	// Read returns the next row. The error is io.EOF at the end, a *wire.LineError for an input that is no row (if it
	// has an interaction id, reading may go on), or one that says what cannot be read and where.
	Read() (T, error)
	Close() error
}

// Place says where rows are: in files, on stdin, or in databases. They are read one after the other.
type Place struct {
	Path    string   // a file, a directory or a glob; - for stdin; or a DSN of postgres:// or sqlite:
	More    []string // further paths, to be read
	Format  string   // jsonl, csv or parquet; "" goes by the file's ending
	Mapping *Mapping // nil changes nothing

	QueryTimeout time.Duration // of reading from a database; 0 is DefaultQueryTimeout
}

// Formats are the formats of files.
var Formats = []string{"jsonl", "csv", "parquet"}

// String returns the name of the place for messages, without a password.
func (p Place) String() string {
	name := p.Path
	if p.Path == "-" {
		name = "stdin"
	} else if IsDSN(p.Path) {
		name = Redacted(p.Path)
	}
	if n := len(p.More); n > 0 {
		return fmt.Sprintf("%s and %d more", name, n)
	}
	return name
}

// IsDatabase reports whether everything is in one database.
func (p Place) IsDatabase() bool { return len(p.More) == 0 && IsDSN(p.Path) }

// parts returns the single places that a place consists of.
func (p Place) parts() (all []Place, err error) {
	stdin := 0
	for _, path := range append([]string{p.Path}, p.More...) {
		files := []string{path}
		switch err = foreign(path); {
		case err != nil:
			return nil, fmt.Errorf(
				"%w, sqlite:FILE or a file; for another database, print the query with --print-sql, run it there, and "+
					"pipe the output to --facts -", err)
		case path == "-":
			stdin++
		case !IsDSN(path):
			files, err = expand(path, p.Format)
			if err != nil {
				return nil, err
			}
		}
		for _, f := range files {
			all = append(all, Place{Path: f, Format: p.Format, Mapping: p.Mapping, QueryTimeout: p.QueryTimeout})
		}
	}
	if stdin > 1 {
		return nil, errors.New("stdin: given twice; it can be read only once")
	}
	return all, nil
}

// expand returns the files that a path names, which must have the same format.
func expand(path, format string) ([]string, error) {
	found, err := files.Expand(path)
	if err != nil || len(found) == 1 {
		return found, err
	}
	first := ""
	for _, f := range found {
		of, err := FormatOf(f, format)
		if err != nil {
			return nil, err
		} else if first != "" && of != first {
			return nil, fmt.Errorf(
				"%s: its files have different formats, such as %s and %s; select one format with a glob",
				path, found[0], f)
		}
		first = of
	}
	return found, nil
}

// foreign returns an error for a path that names a database that we have no driver for.
func foreign(path string) error {
	if scheme, _, ok := strings.Cut(path, "://"); ok && !IsDSN(path) {
		return fmt.Errorf("%s: chatproof has no driver for this database; expected postgres://…",
			model.Name(scheme+"://…"))
	}
	return nil
}

// endings maps the ending of a file name to a format; .gz may follow it.
var endings = map[string]string{
	".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
}

// FormatOf returns the wanted format or, if that is "", the one of the file's ending. Stdin, pipes and devices have no
// ending, and are JSON Lines.
func FormatOf(path, wanted string) (string, error) {
	format := wanted
	if format == "" && path != "-" {
		ending := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz")))
		info, err := os.Stat(path)
		format = endings[ending]
		if format == "" && (err != nil || info.Mode().IsRegular()) {
			says := "its name has no ending"
			if ending != "" {
				says = ending + " is not a known format"
			}
			return "",
				fmt.Errorf("%s: %s; expected a name that ends in .jsonl, .ndjson, .json, .csv or "+
					".tsv (each may be followed by .gz), or in .parquet", path, says)
		}
	}
	switch {
	case format == "":
		return "jsonl", nil
	case format == "parquet" && strings.HasSuffix(path, ".gz"):
		return "", fmt.Errorf("%s: Parquet has its own compression; leave out the .gz", path)
	case !slices.Contains(Formats, format):
		return "", fmt.Errorf("expected %s, got %s", files.Or(Formats), model.Word(format))
	}
	return format, nil
}

// OpenEvents opens a source of events.
func OpenEvents(ctx context.Context, p Place, stdin io.Reader) (Source[model.Event], error) {
	return openRows(ctx, p, stdin, eventKind)
}

// OpenFacts opens a source of facts.
func OpenFacts(ctx context.Context, p Place, stdin io.Reader) (Source[model.Fact], error) {
	return openRows(ctx, p, stdin, factKind)
}

// OpenEventBlocks is [OpenEvents] for several goroutines.
func OpenEventBlocks(ctx context.Context, p Place, stdin io.Reader) (wire.Blocks[model.Event], error) {
	return openRows(ctx, p, stdin, eventKind)
}

// rows can be read one by one, or by several goroutines.
type rows[T model.Event | model.Fact] interface {
	Source[T]
	wire.Blocks[T]
}

// openRows opens a place. A program makes its rows if the mapping has one.
func openRows[T model.Event | model.Fact](ctx context.Context, p Place, stdin io.Reader, k *kind[T]) (rows[T], error) {
	if k.program(p.Mapping) != nil {
		t, err := openTranslated(ctx, p, stdin, k)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	r, err := openParts(ctx, p, stdin, k)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// kind is what readers must know about events, or about facts.
type kind[T model.Event | model.Fact] struct {
	form    *wire.Form[T]
	lines   func(file string, in io.Reader, r *wire.Reading) wire.Blocks[T]
	query   tableQuery
	program func(*Mapping) *program // that makes the rows; nil if there is none
}

var (
	eventKind = &kind[model.Event]{
		wire.EventForm, wire.EventBlocks, queryColumns(wire.EventForm),
		func(m *Mapping) *program { return m.programs().readEvents },
	}
	factKind = &kind[model.Fact]{
		wire.FactForm, wire.FactBlocks, queryFacts, func(m *Mapping) *program { return m.programs().readFacts },
	}
)

// open opens one part of a place.
func (k *kind[T]) open(ctx context.Context, p Place, stdin io.Reader, watch *unseen) (wire.Blocks[T], error) {
	flat, lines, err := openColumns(ctx, p, stdin, k.form, k.query)
	if err != nil || lines == nil {
		return flat, err
	}
	reading := watch.watching(p.Mapping.reading(k.form.Table))
	return &openBlocks[T]{k.lines(lines.name, lines, reading), lines}, nil
}

// openColumns opens a place whose rows have columns: a table of a database by a query, Parquet, or CSV. If the place is
// a file of JSON Lines, openColumns returns the open file instead.
func openColumns[T any](ctx context.Context, p Place, stdin io.Reader, f *wire.Form[T], query tableQuery,
) (*flatReader[T], *openFile, error) {
	if IsDSN(p.Path) {
		r, err := readTable(ctx, p, f, query)
		return r, nil, err
	}
	format, err := FormatOf(p.Path, p.Format)
	if err != nil {
		return nil, nil, err
	}
	if format == "parquet" {
		r, err := openParquet(ctx, p, f)
		return r, nil, err
	}
	in, name, err := files.Open(ctx, p.Path, stdin)
	if err != nil {
		return nil, nil, err
	}
	if format == "jsonl" {
		return nil, &openFile{in, name}, nil
	}
	r, err := newCSV(f, p.Mapping.reading(f.Table), name, in)
	if err != nil {
		in.Close()
		return nil, nil, err
	}
	r.close = in.Close
	return r, nil, nil
}

// openFile is a file and its name for messages.
type openFile struct {
	io.ReadCloser
	name string
}

// readRow reads the next row of an input by one of its readers, which has been given the block read last.
func readRow[T any](in wire.Blocks[T], r wire.BlockReader[T], b *wire.Block, row *T) (id []byte, err error) {
	for {
		id, err = r.Next(row)
		if err != io.EOF {
			return id, err
		}
		if err := in.Next(b); err != nil {
			return nil, err
		}
		r.Take(b)
	}
}

// openBlocks also closes the input of the blocks.
type openBlocks[T any] struct {
	wire.Blocks[T]
	in io.Closer
}

func (b *openBlocks[T]) Close() error { return b.in.Close() }
