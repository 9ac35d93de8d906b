package wire

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// target is what a member of an object is for: a column, under one of the names by which it is read.
type target struct {
	column, rank int
	convert      Convert // most often nil
}

// binding says which columns the members of objects are for.
type binding struct {
	columns map[string][]target // by normal name
	parents map[string]bool     // objects that have such members, by normal name
}

func bind[T any](f *Form[T], r *Reading) *binding {
	b := &binding{columns: make(map[string][]target), parents: make(map[string]bool)}
	for _, p := range f.Parents {
		b.parents[p] = true
	}
	for i := range f.Columns {
		for rank, name := range f.Columns[i].Names {
			actual, renamed := r.Renamed(name)
			normal := NormalName(actual)
			if renamed && actual == "" {
				continue
			}
			for at, c := range actual {
				if c == '.' {
					b.parents[NormalName(actual[:at])] = true
				}
			}
			b.columns[normal] = append(b.columns[normal], target{i, rank, r.Converting(name)})
		}
	}
	return b
}

// plainEvents and plainFacts are the bindings without any renaming.
var (
	plainEvents = sync.OnceValue(func() *binding { return bind(EventForm, nil) })
	plainFacts  = sync.OnceValue(func() *binding { return bind(FactForm, nil) })
)

// means reports whether a name means something to the binding, perhaps spelt otherwise.
func (b *binding) means(name []byte) bool {
	var room [40]byte
	if len(name) > len(room) {
		return false
	}
	for i, c := range name {
		switch {
		case c >= utf8.RuneSelf:
			return true // its lower case may be anything
		case c == '.':
			c = '_'
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		room[i] = c
	}
	normal := strings.TrimSpace(string(room[:len(name)]))
	_, ok := b.columns[normal]
	return ok || b.parents[normal]
}

// objects reads rows of a form from JSON objects.
type objects[T any] struct {
	*binding
	form    *Form[T]
	reading *Reading
	fill    *Filler[T]
	cells   []objectCell
}

// objectCell is what an object has for a column.
type objectCell struct {
	Cell
	called  string // the member's name; "" if there is none
	score   int    // of several for one column, the least counts
	convert Convert
}

func newObjects[T any](f *Form[T], r *Reading, plain *binding, names *Names) *objects[T] {
	if !r.Plain() {
		plain = bind(f, r)
	}
	return &objects[T]{
		binding: plain, form: f, reading: r, fill: NewFiller(f, r, names), cells: make([]objectCell, len(f.Columns)),
	}
}

// read reads the object that comes next; a syntax error shows again at the next token.
func (o *objects[T]) read(l *lines, row *T) (bad Fault, lacks bool, err error) {
	clear(o.cells)
	shape := Fault{} // of the object, not of a value
	if err := o.members(l, "", &shape); err != nil {
		return bad, false, err
	}
	for i := range o.cells {
		if c := &o.cells[i]; c.called == "" {
			o.fill.Lack(i)
		} else {
			o.fill.Put(row, i, &c.Cell, c.called, c.convert)
		}
	}
	bad, lacks = o.fill.Done(row)
	if lacks {
		bad.Problem += o.mapped(bad.Field)
	}
	if bad.Problem == "" && !o.form.Ignored(row) {
		bad = shape
	}
	return bad, lacks, nil
}

// mapped says what a mapping calls a column.
func (o *objects[T]) mapped(column string) string {
	for i := range o.form.Columns {
		for _, name := range o.form.Columns[i].Names {
			if actual, renamed := o.reading.Renamed(name); renamed && actual != "" && o.form.Columns[i].Name == column {
				return "; the mapping says that it is called " + model.Name(actual)
			}
		}
	}
	return ""
}

func (o *objects[T]) members(l *lines, path string, shape *Fault) error {
	return l.members(func(name []byte) {
		called := path + string(name)
		normal := NormalName(called)
		targets := o.columns[normal]
		switch kind := l.json.PeekKind(); {
		case kind == '{' && o.parents[normal]:
			_ = o.members(l, called+".", shape)
			return
		case len(targets) == 0 && (kind == 'n' || !o.parents[normal]):
			l.skip()
			return
		case len(targets) == 0: // what should be an object
			shape.Set(called, `expected an object such as {"type":"agent","id":"Agent 1"}, got `+kindName(kind))
			l.skip()
			return
		}
		cell := l.cell()
		o.reading.Mark(&cell)
		for _, t := range targets {
			o.put(t, cell, called, shape)
		}
	})
}

// put takes a member for a column: of several, the most telling one that is not empty counts.
func (o *objects[T]) put(t target, cell Cell, called string, shape *Fault) {
	score, c := t.rank, &o.cells[t.column]
	switch cell.Is {
	case Empty:
		score += 200
	case Word:
		score += 100
	}
	switch {
	case c.called != "" && c.score == score && score < 100:
		shape.Set(called, "given twice; "+model.Name(c.called)+" is the same field, so leave out one of them")
	case c.called == "" || score < c.score:
		*c = objectCell{Cell: cell, called: called, score: score, convert: t.convert}
	}
}

// cell reads a value.
func (l *lines) cell() Cell {
	switch kind := l.json.PeekKind(); kind {
	case '"':
		raw, err := l.json.ReadValue()
		if err != nil {
			return Cell{}
		}
		l.text, _ = jsontext.AppendUnquote(l.text[:0], raw)
		c := TextCell(l.names.Of(l.text))
		c.Kept = true
		return c
	case '0':
		raw, err := l.json.ReadValue()
		if err != nil {
			return Cell{}
		}
		text := string(raw)
		if n, ok := parseInteger(text); ok {
			return IntegerCell(n.Value)
		}
		return Cell{Is: Text, Kept: true, Text: text}
	case 'n':
		l.skip()
		return Cell{}
	default:
		l.skip()
		return Cell{Is: Odd, Text: kindName(kind)}
	}
}
