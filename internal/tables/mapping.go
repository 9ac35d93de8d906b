package tables

import (
	"cmp"
	"slices"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Mapping says how the user's world differs from ours: how tables and columns are really called and what their values
// look like, which programs make our events theirs and their values ours, which words mean absent, and how ids and
// names compare. A nil Mapping is ours.
//
// The tables are chat_event; fact, one flat table that is read instead of Info Mart's; and Info Mart's own:
// interaction_resource_fact, technical_descriptor, resource_ and interaction_fact. The columns of chat_event and fact
// are those of files, too.
type Mapping struct {
	tables map[string]Renamed
	null   map[string]bool
	keys   Keys
	form   string // of the suite's ids; "" is any
	digest string

	jq programs

	deployment *model.Deployment // nil: the mapping does not say
	media      []string          // nil: the mapping does not say
}

// programs are those of a mapping; one that it does not have is nil.
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

// Reference is the reference's table of answers for the deployment that a mapping tells of; nil is no mapping. The
// names of its queues are as they are read: a mapping that folds names folds these.
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

// Renamed is a table under another name, or with other names of columns.
type Renamed struct {
	Table   string            // with its schema, where it needs one
	Columns map[string]string // from our name; one without a name does not exist
	Where   string            // a condition in SQL on the rows of the table
	file    string            // of keys: where they are, if not in the database of the rows

	forms map[string]*columnForm // by our name: how the column is written, where not as ours
}

// knownColumns are the columns that are read, by table.
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

// table is how a table is called.
func (m *Mapping) table(name string) string {
	return cmp.Or(m.orOurs().tables[name].Table, name)
}

// column is how a column is called, and whether the mapping says so; "" does not exist.
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

// reading is how rows of files are read that have the columns of a table; nil is as ours.
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

// converting is how columns of a table are converted that are read, by our names: all, or those of times alone.
func (m *Mapping) converting(table string, all bool) map[string]wire.Convert {
	by := make(map[string]wire.Convert)
	for name, form := range m.tables[table].forms {
		if all || isTime(name) {
			by[name] = form.reading()
		}
	}
	return by
}

// words is [Mapping.reading] of columns that have our names.
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

// queried is [Mapping.reading] of what a query gives, which renames the columns. That of facts translates values, too:
// so do the invariants find them that the database looks for.
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
	} else if table == wire.FactForm.Table { // whose columns the query calls as Info Mart does
		for ours, theirs := range map[string]string{"start": "start_ts", "end": "end_ts"} {
			if c := r.Convert[ours]; c != nil {
				r.Convert[theirs] = c
			}
		}
	}
	return r
}
