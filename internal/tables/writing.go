package tables

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// writing is how rows of a form are written in the user's world: the form with the user's columns, each with the user's
// values, and what went wrong, which shows when the output is written or finished.
type writing[T any] struct {
	form  *wire.Form[T]
	names bool // columns have other names or values: JSON Lines are flat

	refuses bool // there are values that cannot be written

	mu  sync.Mutex
	err error // the first
}

// newWriting returns the writing of a form; form is as ours where the mapping says nothing of it.
func newWriting[T any](m *Mapping, f *wire.Form[T]) *writing[T] {
	w := &writing[T]{form: f}
	if m == nil || len(m.tables[f.Table].Columns) == 0 && len(m.null) == 0 {
		return w
	}
	w.names, w.refuses = len(m.tables[f.Table].Columns) > 0, true
	theirs := *f
	theirs.Columns = nil
	for _, c := range f.Columns {
		name, form := m.writtenAs(f.Table, c.Name, c.Names)
		if name == "" { // it does not exist
			continue
		}
		get, kind := c.Get, c.Kind
		c.Get = func(row *T) wire.Cell {
			cell, problem := get(row), ""
			if cell.Is == wire.Text && m.null[cell.Text] && !(c.IsID && c.Need >= wire.NeedField) {
				problem = model.Name(cell.Text) + " would be read as absent: it is among the words of null"
			}
			if form != nil && problem == "" {
				cell, problem = form.writing(cell)
			}
			if problem != "" {
				id, seq := f.Key(row)
				w.fail(fmt.Errorf("interaction %s, seq %d: %s: %s", model.Name(id), seq, c.Name, problem))
				return wire.Cell{}
			}
			return cell
		}
		c.Name = name
		if form != nil {
			kind = form.kind(kind)
		}
		c.Kind = kind
		theirs.Columns = append(theirs.Columns, c)
	}
	w.form = &theirs
	return w
}

// writtenAs is the name and the form of the column that is written for one of ours: that which the mapping has for one
// of the names under which it is read.
func (m *Mapping) writtenAs(table, name string, names []string) (string, *columnForm) {
	t := m.tables[table]
	for _, n := range append([]string{name}, names...) {
		if actual, renamed := t.Columns[n]; renamed {
			return actual, t.forms[n]
		}
	}
	return name, nil
}

func (w *writing[T]) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

func (w *writing[T]) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// watch makes an output tell what went wrong.
func (w *writing[T]) watch(o *wire.Output[T]) *wire.Output[T] {
	if write := o.Write; write != nil {
		o.Write = func(b []byte) (int, error) {
			if err := w.failed(); err != nil {
				return 0, err
			}
			return write(b)
		}
	}
	if put := o.Put; put != nil {
		o.Put = func(rows []T) error {
			err := put(rows)
			if failed := w.failed(); failed != nil {
				return failed
			}
			return err
		}
	}
	end, abort := o.End, o.Abort
	o.End = func() error {
		if err := w.failed(); err != nil {
			if abort != nil {
				abort()
			}
			return err
		}
		if end == nil {
			return nil
		}
		return end()
	}
	return o
}

// line is what appends a row as a line of JSON: as ours, or flat under the user's names.
func (w *writing[T]) line(ours func([]byte, *T) []byte) func([]byte, *T) []byte {
	switch {
	case !w.refuses: // most often: nothing is to be looked at
		return ours
	case !w.names:
		return func(b []byte, row *T) []byte {
			for i := range w.form.Columns { // which looks whether it can be read again
				w.form.Columns[i].Get(row)
			}
			return ours(b, row)
		}
	}
	root := &jsonMember{}
	for i := range w.form.Columns {
		root.add(strings.Split(w.form.Columns[i].Name, "."), i)
	}
	return func(b []byte, row *T) []byte {
		cells := make([]wire.Cell, len(w.form.Columns))
		for i := range cells {
			cells[i] = w.form.Columns[i].Get(row)
		}
		return append(root.append(b, cells), '\n')
	}
}

// jsonMember is a member of the objects that are written: a column, or an object of several, whose names have its name
// and a dot in front.
type jsonMember struct {
	name    string
	column  int
	members []*jsonMember // nil of a column
}

func (m *jsonMember) add(path []string, column int) {
	i := slices.IndexFunc(m.members, func(o *jsonMember) bool { return o.name == path[0] })
	if i < 0 {
		i = len(m.members)
		m.members = append(m.members, &jsonMember{name: path[0], column: column})
	}
	if len(path) > 1 {
		m.members[i].add(path[1:], column)
	}
}

// append appends a value. What is absent is null: so each name is in each line, and one that a mapping has wrong is
// told.
func (m *jsonMember) append(b []byte, cells []wire.Cell) []byte {
	if m.members == nil {
		return cells[m.column].AppendJSON(b)
	}
	b = append(b, '{')
	for i, o := range m.members {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.append(append(wire.AppendString(b, o.name), ':'), cells)
	}
	return append(b, '}')
}
