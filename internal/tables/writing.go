package tables

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// writing is how rows of a form are written in the user's world: the form with the user's columns and values, and the
// first error, which shows when the output is written or finished.
type writing[T any] struct {
	form  *wire.Form[T]
	names bool // columns have other names or values, so JSON Lines are flat

	refuses bool // some values cannot be written

	mu  sync.Mutex
	err error // the first
}

// newWriting returns the writing of a form. The form is ours if the mapping says nothing about it.
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
				problem = model.Quoted(cell.Text) + " would be read back as absent, because the mapping lists it " +
					"under \"null\", as a word that means absent"
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

// writtenAs returns the name and the form in which a column of ours is written: what the mapping says for one of the
// names under which it is read.
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

// watch lets an output report what went wrong.
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

// line returns what appends a row as a line of JSON: in our form, or flat under the user's names.
func (w *writing[T]) line(ours func([]byte, *T) []byte) func([]byte, *T) []byte {
	switch {
	case !w.refuses: // the usual case: nothing to check
		return ours
	case !w.names:
		return func(b []byte, row *T) []byte {
			for i := range w.form.Columns { // which checks that it can be read again
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

// jsonMember is a member of the written objects: a column, or an object of several columns, whose names begin with its
// name and a dot.
type jsonMember struct {
	name    string
	column  int
	members []*jsonMember // nil for a column
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

// append appends a value. An absent one is null, so that every line has every name, and a wrong name in a mapping is
// found.
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
