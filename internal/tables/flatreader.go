package tables

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// flatReader reads rows of the flat form.
type flatReader[T any] struct {
	form  *form[T]
	file  string
	at    [][]int // of each column of the form the cells that may hold it
	width int     // cells of a row
	// next adds a row to a block, or several. There are more to come without a wait, or there is an error to return.
	next  func(b *flatBlock) (more bool, err error)
	err   error // behind what was read
	close func() error
	own   *flatRows[T] // for Read
	block wire.Block
}

// rowsPerBlock is how many rows are read at once: what they take fits the cache of a core.
const rowsPerBlock = 256

// newFlatReader binds the columns of an input to those of a form. The error names the columns that are missing.
func newFlatReader[T any](f *form[T], m *Mapping, file string, header []string, next func(*flatBlock) (more bool, err error)) (*flatReader[T], error) {
	r := &flatReader[T]{form: f, file: file, width: len(header), next: next, close: func() error { return nil }}
	r.own = r.rows()
	found := make(map[string]int)
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := found[name]; twice && name != "" {
			return nil, fmt.Errorf("two columns are called %s", model.Name(name))
		}
		found[name] = i
	}
	for i := range f.columns {
		var at []int
		names := f.columns[i].accepted()
		for _, name := range names {
			actual, renamed := m.column(f.table, name)
			if j, ok := found[strings.ToLower(actual)]; ok && actual != "" {
				at = append(at, j)
			} else if renamed && actual != "" {
				return nil, fmt.Errorf("no column %s, which the mapping names for %s; found %s", model.Name(actual), name, list(header))
			}
		}
		if len(at) == 0 && slices.Contains(f.required, f.columns[i].name) {
			return nil, fmt.Errorf("no column %s; found %s", strings.Join(names, " or "), list(header))
		}
		r.at = append(r.at, at)
	}
	return r, nil
}

// accepted are the names under which a column is read.
func (c *column[T]) accepted() []string {
	if c.names == nil {
		return []string{c.name}
	}
	return c.names
}

// list writes the names of columns, for an error.
func list(header []string) string {
	const most = 20
	var names []string
	for _, h := range header[:min(most, len(header))] {
		names = append(names, model.Name(h))
	}
	if len(header) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// flatBlock is what a block holds of rows of the flat form.
type flatBlock struct {
	cells []cell
	lines []int // the number of each row
}

// flatOf is what a block holds of the flat form, which it keeps from one use to the next.
func flatOf(b *wire.Block) *flatBlock {
	flat, ok := b.Other.(*flatBlock)
	if !ok {
		flat = new(flatBlock)
		b.Other = flat
	}
	return flat
}

// row adds a row of empty cells to a block.
func (b *flatBlock) row(line, width int) []cell {
	b.lines = append(b.lines, line)
	n := len(b.cells)
	b.cells = slices.Grow(b.cells, width)[:n+width]
	clear(b.cells[n:])
	return b.cells[n:]
}

// drop takes the last row away.
func (b *flatBlock) drop(width int) {
	b.lines, b.cells = b.lines[:len(b.lines)-1], b.cells[:len(b.cells)-width]
}

// Next makes b the next block.
func (r *flatReader[T]) Next(block *wire.Block) error {
	b := flatOf(block)
	b.lines, b.cells = b.lines[:0], b.cells[:0]
	for more := true; more && r.err == nil && len(b.lines) < rowsPerBlock; {
		more, r.err = r.next(b)
	}
	if len(b.lines) > 0 {
		return nil
	}
	return r.err
}

// Read returns the next row.
func (r *flatReader[T]) Read() (row T, err error) {
	_, err = r.own.Next(&row)
	if err == io.EOF {
		if err = r.Next(&r.block); err == nil {
			r.own.Take(&r.block)
			_, err = r.own.Next(&row)
		}
	}
	return row, err
}

// Close closes the input.
func (r *flatReader[T]) Close() error { return r.close() }

// Reader returns a reader of blocks.
func (r *flatReader[T]) Reader() wire.BlockReader[T] { return r.rows() }

func (r *flatReader[T]) rows() *flatRows[T] {
	return &flatRows[T]{flatReader: r, v: value{names: wire.NewNames()}}
}

// flatRows makes rows of the cells of blocks.
type flatRows[T any] struct {
	*flatReader[T]
	lines []int  // of the rows that are still to be read
	cells []cell // of these rows
	line  int    // of the row that was read last
	row   []cell // the cells of that
	v     value
	bad   wire.Fault
	id    []byte
}

func (r *flatRows[T]) Take(block *wire.Block) {
	b := flatOf(block)
	r.lines, r.cells = b.lines, b.cells
}

func (r *flatRows[T]) Line() int { return r.line }

func (r *flatRows[T]) Next(row *T) (id []byte, err error) {
	var none T
	if *row = none; len(r.lines) == 0 {
		return nil, io.EOF
	}
	r.line, r.lines = r.lines[0], r.lines[1:]
	r.row, r.cells = r.cells[:r.width], r.cells[r.width:]
	r.bad = wire.Fault{}
	for i, at := range r.at {
		if len(at) == 0 {
			continue
		}
		for _, j := range at {
			if r.v.cell = r.row[j]; r.v.is != emptyCell {
				break
			}
		}
		c := &r.form.columns[i]
		if c.set(row, &r.v); r.v.problem != "" {
			r.bad.Set(c.name, r.v.problem)
			r.v.problem = ""
		}
	}
	r.form.check(row, &r.bad)
	interaction, seq := r.form.key(row)
	if r.id = append(r.id[:0], interaction...); r.bad.Problem != "" {
		err = &wire.LineError{File: r.file, Line: r.line, Field: r.bad.Field, Problem: r.bad.Problem, InteractionID: interaction, Seq: seq}
	}
	return r.id, err
}
