package tables

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// flatReader reads rows of the flat form from columns.
type flatReader[T any] struct {
	form      *wire.Form[T]
	reading   *wire.Reading
	file      string
	header    []string
	at        [][]flatCell // for each column of the form, the cells that may hold it
	plain     []plainCell  // where an event's columns are, if they are read as they stand; else nil
	width     int          // cells of a row
	separator rune         // of the fields of CSV
	// next adds one or more rows to a block. more says that further rows come without a wait.
	next  func(b *flatBlock) (more bool, err error)
	err   error // after what was read
	close func() error
	own   *flatRows[T] // for Read
	block wire.Block
}

// plainCell is a column of the form that is read as it stands, and its place in the header.
type plainCell struct{ column, in int }

// flatCell is a cell that may hold a column.
type flatCell struct {
	in      int // its place in the header
	convert wire.Convert
}

// rowsPerBlock is how many rows are read at once: they fit the cache of a core.
const rowsPerBlock = 256

// newFlatReader binds the columns of an input to those of a form. The error names the columns that are missing.
func newFlatReader[T any](f *wire.Form[T], m *wire.Reading, file string, header []string,
	next func(*flatBlock) (more bool, err error),
) (*flatReader[T], error) {
	r := &flatReader[T]{
		form: f, reading: m, file: file, header: slices.Clone(header), width: len(header), next: next,
		close: func() error { return nil },
	}
	r.own = r.rows()
	found := make(map[string]int)
	for i, name := range header {
		name = wire.NormalName(name)
		if _, twice := found[name]; twice && name != "" {
			return nil, fmt.Errorf("two columns are called %s; rename one", model.Name(name))
		}
		found[name] = i
	}
	for i := range f.Columns {
		var at []flatCell
		names := f.Columns[i].Names
		for _, name := range names {
			actual, renamed := m.Renamed(name)
			if j, ok := found[wire.NormalName(actual)]; ok && actual != "" {
				at = append(at, flatCell{j, m.Converting(name)})
			} else if renamed && actual != "" {
				return nil, fmt.Errorf("no column %s, the mapping's name for %s; the columns are %s",
					model.Quoted(actual), name, wire.Listed(header))
			}
		}
		if len(at) == 0 && f.Columns[i].Need >= wire.NeedColumn {
			return nil, fmt.Errorf("no column %s; the columns are %s%s", quotedOr(names), wire.Listed(header),
				wire.Unjoined(header))
		}
		r.at = append(r.at, at)
	}
	r.plain = r.plainly()
	return r, nil
}

// plainly returns where the columns of events are, if all of them may be read as they stand.
func (r *flatReader[T]) plainly() (plain []plainCell) {
	if any(r.form) != any(wire.EventForm) || !r.reading.Plain() {
		return nil
	}
	for i, at := range r.at {
		if len(at) > 1 || len(at) == 1 && at[0].convert != nil {
			return nil
		} else if len(at) == 1 {
			plain = append(plain, plainCell{i, at[0].in})
		}
	}
	return plain
}

// flatBlock holds the rows of a block: row by row, column by column, or as CSV.
type flatBlock struct {
	cells []wire.Cell
	lines []int // the number of each row

	columns  []vector
	first, n int // the number of the first row, or line, and how many rows there are

	text   []byte
	broken bool // the text ends in a record that is too long
}

// flatOf returns the flatBlock of a block, which keeps it from one use to the next.
func flatOf(b *wire.Block) *flatBlock {
	flat, ok := b.Other.(*flatBlock)
	if !ok {
		flat = new(flatBlock)
		b.Other = flat
	}
	return flat
}

// row adds a row of empty cells to a block.
func (b *flatBlock) row(line, width int) []wire.Cell {
	b.lines = append(b.lines, line)
	n := len(b.cells)
	b.cells = slices.Grow(b.cells, width)[:n+width]
	clear(b.cells[n:])
	return b.cells[n:]
}

// Next makes b the next block.
func (r *flatReader[T]) Next(block *wire.Block) error {
	b := flatOf(block)
	b.lines, b.cells, b.n, b.text, b.broken = b.lines[:0], b.cells[:0], 0, b.text[:0], false
	for more := true; more && r.err == nil && len(b.lines) < rowsPerBlock; {
		more, r.err = r.next(b)
	}
	if len(b.lines) > 0 || b.n > 0 || len(b.text) > 0 {
		return nil
	}
	return r.err
}

// Read returns the next row.
func (r *flatReader[T]) Read() (row T, err error) {
	_, err = readRow(r, wire.BlockReader[T](r.own), &r.block, &row)
	return row, err
}

// Close closes the input.
func (r *flatReader[T]) Close() error { return r.close() }

// Reader returns a reader of blocks.
func (r *flatReader[T]) Reader() wire.BlockReader[T] { return r.rows() }

func (r *flatReader[T]) rows() *flatRows[T] {
	names := wire.NewNames()
	return &flatRows[T]{
		flatReader: r, names: names, fill: wire.NewFiller(r.form, r.reading, names),
		csv: csvRows{file: r.file, separator: r.separator, width: len(r.header)},
	}
}

// flatRows makes rows of blocks.
type flatRows[T any] struct {
	*flatReader[T]
	flat  *flatBlock
	turn  int         // how many of its rows have been read
	line  int         // of the row read last
	row   []wire.Cell // its cells
	names *wire.Names
	fill  *wire.Filler[T]
	id    []byte
	csv   csvRows
	event wire.RawEvent
	last  T
}

func (r *flatRows[T]) Take(block *wire.Block) {
	r.flat, r.turn = flatOf(block), 0
	r.csv.take(r.flat)
}

func (r *flatRows[T]) Line() int { return r.line }

func (r *flatRows[T]) File() string { return r.file }

// advance goes to the next row; the error is io.EOF at the end.
func (r *flatRows[T]) advance() error {
	switch b := r.flat; {
	case b == nil:
		return io.EOF
	case len(b.text) > 0:
		err := r.csv.next()
		r.line = r.csv.at
		return err
	case r.turn == max(b.n, len(b.lines)):
		return io.EOF
	case b.n > 0:
		r.line = b.first + r.turn
	default:
		r.line = b.lines[r.turn]
	}
	r.turn++
	return nil
}

// cellsOf returns the cells of the current row.
func (r *flatRows[T]) cellsOf() []wire.Cell {
	b, i := r.flat, r.turn-1
	if len(b.lines) > 0 {
		return b.cells[i*r.width:][:r.width]
	}
	if r.row == nil {
		r.row = make([]wire.Cell, r.width)
	}
	if b.n == 0 {
		r.csv.cells(r.row)
		return r.row
	}
	for j := range r.row {
		r.row[j] = b.columns[j].cell(i, r.names)
	}
	return r.row
}

func (r *flatRows[T]) Next(row *T) (id []byte, err error) {
	if err := r.advance(); err != nil {
		var none T
		*row = none
		return nil, err
	}
	return r.read(row)
}

// NextPacked is Next for an event that is only packed.
func (r *flatRows[T]) NextPacked(p *wire.PackedEvent) error {
	if err := r.advance(); err != nil {
		return err
	} else if r.plain != nil && r.isPlain() {
		r.event.Pack(p, r.names)
		return nil
	}
	id, err := r.read(&r.last)
	e, _ := any(&r.last).(*model.Event)
	p.Pack(id, e)
	return err
}

// isPlain reads the current row as it stands, if that is possible.
func (r *flatRows[T]) isPlain() bool {
	r.event.Begin()
	switch b, i := r.flat, r.turn-1; {
	case b.n > 0:
		for _, c := range r.plain {
			if v := &b.columns[c.in]; v.at[i] >= 0 && !v.put(&r.event, c.column, v.at[i]) {
				return false
			}
		}
	case len(b.text) > 0:
		for _, c := range r.plain {
			if field := &r.csv.fields[c.in]; len(field.text) > 0 && !field.put(&r.event, c.column) {
				return false
			}
		}
	default:
		return false
	}
	return r.event.Whole()
}

// read reads the current row.
func (r *flatRows[T]) read(row *T) (id []byte, err error) {
	var none T
	*row = none
	r.row = r.cellsOf()
	for i, at := range r.at {
		if len(at) > 0 {
			c := r.telling(at)
			r.fill.Put(row, i, &r.row[c.in], r.header[c.in], c.convert)
		}
	}
	bad, _ := r.fill.Done(row)
	interaction, seq := r.form.Key(row)
	r.id = append(r.id[:0], interaction...)
	if bad.Problem != "" {
		err = &wire.LineError{
			File: r.file, Line: r.line, Field: strings.TrimSpace(bad.Field), Problem: bad.Problem,
			InteractionID: interaction, Seq: seq,
		}
	}
	return r.id, err
}

// telling returns the first of several cells that holds a value, else one that holds a word for absent.
func (r *flatRows[T]) telling(at []flatCell) flatCell {
	best := at[0]
	for _, of := range at {
		c := &r.row[of.in]
		r.reading.Mark(c)
		switch {
		case c.Is == wire.Word && r.row[best.in].Is == wire.Empty:
			best = of
		case c.Is != wire.Empty && c.Is != wire.Word:
			return of
		}
	}
	return best
}

// quotedOr lists names that a column may have, for an error.
func quotedOr(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = model.Quoted(name)
	}
	return strings.Join(quoted, " or ")
}
