package tables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// rawPart is a part of a place that a program reads: JSON values, or rows of another format as objects of their
// columns.
type rawPart interface {
	// next returns the next value, valid until the next call, and the line in which it begins, or the number of the
	// row.
	next() (value jsontext.Value, line int, err error)
	waits() bool // the next value may take long to arrive
	Close() error
}

// rawValues are the values of a JSON file.
type rawValues struct {
	*values
	io.Closer
}

// rawRow stands for a row of a format with columns; the cells are kept in the reader.
type rawRow struct{}

var rawForm = &wire.Form[rawRow]{
	Key: func(*rawRow) (string, int64) { return "", 0 }, Ignored: func(*rawRow) bool { return false },
}

// rawRows are rows as objects.
type rawRows struct {
	*flatReader[rawRow]
	mapping *Mapping
	b       []byte
}

func (r *rawRows) waits() bool { return false }

func (r *rawRows) next() (value jsontext.Value, line int, err error) {
	if _, err := r.Read(); err != nil {
		return nil, 0, err
	}
	words := r.mapping.words()
	r.b = append(r.b[:0], '{')
	for i := range r.own.row {
		c := r.own.row[i]
		if words.Mark(&c); i > 0 {
			r.b = append(r.b, ',')
		}
		r.b = append(wire.AppendString(r.b, r.header[i]), ':')
		r.b = c.AppendJSON(r.b)
	}
	r.b = append(r.b, '}')
	return r.b, r.own.line, nil
}

// openRaw opens one part of a place for a program, and returns its name.
func openRaw(ctx context.Context, p Place, stdin io.Reader, table string) (rawPart, string, error) {
	form := *rawForm
	form.Table = table
	r, values, err := openColumns(ctx, p, stdin, &form, func(context.Context, *database, *Mapping) (string, error) {
		return "SELECT * FROM " + p.Mapping.source(table) + " t", nil
	})
	switch {
	case err != nil:
		return nil, "", err
	case values != nil:
		return &rawValues{newValues(values), values}, values.name, nil
	}
	return &rawRows{flatReader: r, mapping: p.Mapping}, r.file, nil
}

// translated are the rows that a program makes of the values of a place. For a program that takes whole chats, all
// values are first gathered in memory.
type translated[T model.Event | model.Fact] struct {
	program *program
	kind    *kind[T]
	reading *wire.Reading
	open    func(i int) (rawPart, string, error) // returns part i and its name; io.EOF after the last

	part   rawPart
	name   string
	parts  int         // opened so far
	n      int         // values so far
	chats  []*rawValue // of each chat the array of its values
	whole  bool        // all chats are gathered
	reader *translatedReader[T]
	block  wire.Block
}

// rawValue is a value as it was read.
type rawValue struct {
	file    string
	line, n int
	text    []byte
}

// openTranslated opens a place whose rows a program makes, and its first part.
func openTranslated[T model.Event | model.Fact](ctx context.Context, p Place, stdin io.Reader,
	k *kind[T],
) (*translated[T], error) {
	places, err := p.parts()
	if err != nil {
		return nil, err
	}
	t := newTranslated(p.Mapping, k, func(i int) (rawPart, string, error) {
		if i >= len(places) {
			return nil, "", io.EOF
		}
		return openRaw(ctx, places[i], stdin, k.form.Table)
	})
	return t, t.advance()
}

func newTranslated[T model.Event | model.Fact](m *Mapping, k *kind[T],
	open func(i int) (rawPart, string, error),
) *translated[T] {
	t := &translated[T]{program: k.program(m), kind: k, reading: m.words(), open: open}
	t.reader = t.newReader()
	return t
}

// advance goes to the next part; the error is io.EOF after the last.
func (t *translated[T]) advance() (err error) {
	err = t.Close()
	if err == nil {
		t.part, t.name, err = t.open(t.parts)
		t.parts++
	}
	return err
}

// Close closes the open part.
func (t *translated[T]) Close() (err error) {
	if t.part != nil {
		err = t.part.Close()
	}
	t.part = nil
	return err
}

// value reads the next value of all parts.
func (t *translated[T]) value() (v rawValue, err error) {
	for {
		if t.part == nil {
			if err := t.advance(); err != nil {
				return v, err
			}
		}
		text, line, err := t.part.next()
		switch {
		case err == io.EOF:
			if err := t.Close(); err != nil {
				return v, err
			}
		case err != nil:
			return v, t.unread(err, line)
		default:
			v = rawValue{t.name, line, t.n, text}
			t.n++
			return v, nil
		}
	}
}

// unread returns an error that says which value could not be read, and why.
func (t *translated[T]) unread(err error, line int) error {
	var bad *wire.LineError
	if _, isJSON := t.part.(*rawValues); !isJSON || errors.As(err, &bad) {
		return err
	}
	problem := err.Error()
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.ErrUnexpectedEOF) {
		problem = "the value that begins here does not end"
	} else if errors.As(err, &syntax) {
		problem = syntax.Err.Error()
	}
	return &wire.LineError{File: t.name, Line: line, Problem: "not JSON: " + model.Line(problem)}
}

// valuesPerBlock and bytesPerBlock limit a block, so that all goroutines have work.
const (
	valuesPerBlock = 256
	bytesPerBlock  = 256 << 10
)

// Next makes b the next block.
func (t *translated[T]) Next(b *wire.Block) error {
	if t.program.perChat {
		return t.nextChats(b)
	}
	var some []rawValue
	for size := 0; len(some) < valuesPerBlock && size < bytesPerBlock; {
		if len(some) > 0 && t.part != nil && t.part.waits() {
			break
		}
		v, err := t.value()
		if err != nil && (err != io.EOF || len(some) == 0) {
			return err
		} else if err != nil {
			break
		}
		v.text = bytes.Clone(v.text)
		some, size = append(some, v), size+len(v.text)
	}
	b.Other = some
	return nil
}

// nextChats is Next for a program that takes whole chats.
func (t *translated[T]) nextChats(b *wire.Block) error {
	if !t.whole {
		if err := t.gather(); err != nil {
			return err
		}
	}
	if len(t.chats) == 0 {
		return io.EOF
	}
	n := min(len(t.chats), valuesPerBlock)
	var some []rawValue
	for _, c := range t.chats[:n] {
		c.text = append(c.text, ']')
		some = append(some, *c)
	}
	b.Other, t.chats = some, t.chats[n:]
	return nil
}

// gather reads all values and groups them by chat, in the order of each chat's first value.
func (t *translated[T]) gather() error {
	t.whole = true
	by := make(map[string]*rawValue)
	for {
		v, err := t.value()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		decoded, err := decode(v.text)
		id := ""
		if err == nil {
			id, err = t.program.chatOf(decoded, v.n)
		}
		c := by[id]
		switch {
		case err != nil:
			return &wire.LineError{File: v.file, Line: v.line, Problem: err.Error()}
		case c == nil:
			c = &rawValue{v.file, v.line, v.n, append([]byte{'['}, v.text...)}
			by[id], t.chats = c, append(t.chats, c)
		case len(c.text)+len(v.text) > wire.MaxLine:
			return &wire.LineError{
				File: v.file, Line: v.line, Problem: fmt.Sprintf("%s: the values of chat %s have more than %d bytes",
					t.program.name, model.Name(id), wire.MaxLine),
			}
		default:
			c.text = append(append(c.text, ','), v.text...)
		}
	}
}

func decode(text []byte) (any, error) { return valueOf(jsontext.NewDecoder(bytes.NewReader(text))) }

// Read returns the next row.
func (t *translated[T]) Read() (row T, err error) {
	_, err = readRow(t, wire.BlockReader[T](t.reader), &t.block, &row)
	return row, err
}

// Reader returns a reader of blocks.
func (t *translated[T]) Reader() wire.BlockReader[T] { return t.newReader() }

func (t *translated[T]) newReader() *translatedReader[T] {
	return &translatedReader[T]{of: t, objects: wire.NewObjectReader(t.kind.form, t.reading)}
}

// translatedReader makes rows of the values in blocks.
type translatedReader[T model.Event | model.Fact] struct {
	of      *translated[T]
	objects *wire.ObjectReader[T]
	values  []rawValue // still to be read
	at      rawValue   // the last one read
	lines   []byte     // the objects still to be returned
	id      []byte
}

func (r *translatedReader[T]) Take(b *wire.Block) { r.values, _ = b.Other.([]rawValue) }
func (r *translatedReader[T]) Line() int          { return r.at.line }
func (r *translatedReader[T]) File() string       { return r.at.file }

func (r *translatedReader[T]) Next(row *T) (id []byte, err error) {
	var none T
	*row = none
	for len(r.lines) == 0 {
		if len(r.values) == 0 {
			return nil, io.EOF
		}
		if err := r.translate(); err != nil {
			return nil, &wire.LineError{File: r.at.file, Line: r.at.line, Problem: err.Error()}
		}
	}
	line, rest, _ := bytes.Cut(r.lines, []byte("\n"))
	r.lines = rest
	if bad := r.objects.Read(r.at.file, r.at.line, line, row); bad != nil {
		bad.Field = r.of.program.name + " output: " + bad.Field
		err = bad
	}
	interaction, _ := r.of.kind.form.Key(row)
	r.id = append(r.id[:0], interaction...)
	return r.id, err
}

// translate runs the program on the next value.
func (r *translatedReader[T]) translate() error {
	r.at, r.values = r.values[0], r.values[1:]
	value, err := decode(r.at.text)
	if err != nil {
		return err
	}
	r.lines = r.lines[:0]
	err = r.of.program.run(value, r.at.n, func(object map[string]any) (err error) {
		if len(r.lines) > wire.MaxLine {
			return fmt.Errorf("%s: gave more than %d bytes for one value", r.of.program.name, wire.MaxLine)
		}
		r.lines, err = appendObject(r.lines, object, r.of.program.name)
		return err
	})
	if err == nil {
		r.of.program.dropped.count(value, len(r.lines) > 0)
	}
	return err
}

// FactsFrom returns a reader of the rows that a user's program prints: a JSON object per line, or values for
// facts.read. file names them in errors.
func (m *Mapping) FactsFrom(file string, in io.Reader) interface{ Read() (model.Fact, error) } {
	if m.programs().readFacts == nil {
		return wire.NewFactReaderOf(file, in, m.reading(wire.FactForm.Table))
	}
	return newTranslated(m, factKind, func(i int) (rawPart, string, error) {
		if i > 0 {
			return nil, "", io.EOF
		}
		return &rawValues{newValues(in), io.NopCloser(in)}, file, nil
	})
}
