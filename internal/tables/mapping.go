package tables

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Mapping says how the user's world differs from ours: the names of tables and columns and the form of their values,
// the programs that translate our events into theirs and their values into ours, the words that mean absent, and how
// ids and names compare. With a nil Mapping nothing differs.
//
// The tables are chat_event; fact, a flat table that is read instead of Info Mart's; and Info Mart's own:
// interaction_resource_fact, technical_descriptor, resource_ and interaction_fact. Files have the columns of chat_event
// and fact, too.
type Mapping struct {
	tables map[string]Renamed
	null   map[string]bool
	keys   Keys
	form   string // of the suite's ids; "" means any
	digest string

	jq programs

	deployment *model.Deployment // nil: the mapping does not say
	media      []string          // nil: the mapping does not say
}

// programs are the programs of a mapping, nil if it has none.
type programs struct{ send, readEvents, readFacts *program }

// orOurs returns the mapping, or one that says nothing.
func (m *Mapping) orOurs() *Mapping { return cmp.Or(m, &ours) }

var ours Mapping

func (m *Mapping) programs() programs { return m.orOurs().jq }

// Digest tells mappings apart by all that they say, including programs in files of their own; "" means no mapping.
func (m *Mapping) Digest() string { return m.orOurs().digest }

// IDForm returns the form of the ids that the suite gives its chats; "" means any.
func (m *Mapping) IDForm() string { return m.orOurs().form }

// Media returns the media of the deployment that a mapping names; nil means all.
func (m *Mapping) Media() []string { return m.orOurs().media }

// Keys returns how ids and names compare.
func (m *Mapping) Keys() Keys { return m.orOurs().keys }

// Deployment returns the deployment that a mapping describes; nil means that it does not say.
func (m *Mapping) Deployment() *model.Deployment { return m.orOurs().deployment }

// Reference returns the reference's table for the deployment that a mapping describes. Its queues have the names that
// are read: a mapping that folds names folds these, too.
func (m *Mapping) Reference() *model.Table {
	if m == nil || m.deployment == nil && m.keys.exact() {
		return model.Reference()
	}
	of := model.Usual
	if m.deployment != nil {
		of = *m.deployment
	}
	fold := func(queues []string) (folded []string) {
		for _, q := range queues {
			folded = append(folded, m.keys.Fold(q))
		}
		return folded
	}
	return model.Reference().In(model.Deployment{Completed: fold(of.Completed), Canceled: fold(of.Canceled)})
}

// Twice returns what reports whether a time is ambiguous where the mapping writes times as clocks show them, without
// their zone. It returns nil if the mapping writes no times so.
func (m *Mapping) Twice() func(time.Time) bool {
	var local []*columnForm
	for _, t := range m.orOurs().tables {
		for _, form := range t.forms {
			if form.local() {
				local = append(local, form)
			}
		}
	}
	if local == nil {
		return nil
	}
	return func(t time.Time) bool {
		return slices.ContainsFunc(local, func(form *columnForm) bool { return form.twice(t) })
	}
}

// Renamed is a table with another name, or with other names of columns.
type Renamed struct {
	Table   string            // with its schema if it needs one
	Columns map[string]string // by our name; "" if there is no such column
	Where   string            // a condition in SQL on the rows of the table
	file    string            // of the table of keys: its file, unless it is in the database of the rows

	forms map[string]*columnForm // by our name: how the column is written, if not in our way
}

// knownColumns returns the columns that are read, by table.
func knownColumns() map[string][]string {
	known := map[string][]string{
		wire.EventForm.Table: wire.EventForm.Names(), wire.FactForm.Table: wire.FactForm.Names(),
		wire.KeyForm.Table: wire.KeyForm.Names(),
	}
	for _, t := range infoMart {
		known[t.name] = append(slices.Clone(t.required), t.optional...)
	}
	return known
}

// table returns the name of a table.
func (m *Mapping) table(name string) string {
	return cmp.Or(m.orOurs().tables[name].Table, name)
}

// column returns the name of a column, and whether the mapping gives it; "" means that there is no such column.
func (m *Mapping) column(table, name string) (actual string, renamed bool) {
	actual, renamed = m.orOurs().tables[table].Columns[name]
	if !renamed {
		actual = name
	}
	return actual, renamed
}

// flat reports whether facts are read from one flat table.
func (m *Mapping) flat() bool {
	_, ok := m.orOurs().tables[wire.FactForm.Table]
	return ok
}

// beyondSQL returns the key of something that the mapping says about facts, and that no query does: who reads the rows
// must do it. It returns "" if there is nothing.
func (m *Mapping) beyondSQL() string {
	m = m.orOurs()
	switch {
	case m.jq.readFacts != nil:
		return "facts.read"
	case !m.keys.exact():
		return "ids"
	case len(m.null) > 0:
		return "null"
	}
	table := infoMart[0].name
	if m.flat() {
		table = wire.FactForm.Table
	}
	for _, column := range slices.Sorted(maps.Keys(m.tables[table].forms)) {
		if form := m.tables[table].forms[column]; form.format != "" || form.zone != nil {
			return table + ".columns." + column
		}
	}
	return ""
}

// reading says how to read rows of files that have the columns of a table; nil means in our way.
func (m *Mapping) reading(table string) *wire.Reading {
	r := m.words()
	if m != nil && len(m.tables[table].Columns) > 0 {
		if r == nil {
			r = new(wire.Reading)
		}
		r.Columns, r.Convert = m.tables[table].Columns, m.converting(table, true)
	}
	return r
}

// converting says how to convert the columns of a table when reading, by our names: all of them, or only those of
// times.
func (m *Mapping) converting(table string, all bool) map[string]wire.Convert {
	by := make(map[string]wire.Convert)
	for name, form := range m.tables[table].forms {
		if all || isTime(name) {
			by[name] = form.reading()
		}
	}
	return by
}

// words is [Mapping.reading] for columns with our names.
func (m *Mapping) words() *wire.Reading {
	if m == nil || len(m.null) == 0 && m.keys.exact() {
		return nil
	}
	r := &wire.Reading{Null: m.null}
	if !m.keys.exact() {
		r.Key = m.keys.Fold
	}
	return r
}

// queried is [Mapping.reading] for the result of a query, which has renamed the columns. A query of facts also
// translates values, so that the invariants that the database checks see ours.
func (m *Mapping) queried(table string) *wire.Reading {
	r := m.words()
	if m == nil {
		return nil
	}
	if r == nil {
		r = new(wire.Reading)
	}
	r.Convert = m.converting(table, table == wire.EventForm.Table)
	if table == wire.FactForm.Table && !m.flat() {
		r.Convert = m.converting("interaction_resource_fact", false)
	} else if table == wire.FactForm.Table { // the query gives its columns Info Mart's names
		for ours, theirs := range map[string]string{"start": "start_ts", "end": "end_ts"} {
			if c := r.Convert[ours]; c != nil {
				r.Convert[theirs] = c
			}
		}
	}
	return r
}
