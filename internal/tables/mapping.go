package tables

import (
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

func (m *Mapping) programs() programs {
	if m == nil {
		return programs{}
	}
	return m.jq
}

// Digest tells mappings apart by all that they say, programs in files of their own included; "" is no mapping.
func (m *Mapping) Digest() string {
	if m == nil {
		return ""
	}
	return m.digest
}

// IDForm is the form of the ids that the suite gives its chats; "" is any.
func (m *Mapping) IDForm() string {
	if m == nil {
		return ""
	}
	return m.form
}

// Media are the media of the deployment that a mapping names; nil is all.
func (m *Mapping) Media() []string {
	if m == nil {
		return nil
	}
	return m.media
}

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
	known := map[string][]string{wire.EventForm.Table: nil, wire.FactForm.Table: nil}
	for i := range wire.EventForm.Columns {
		known[wire.EventForm.Table] = append(known[wire.EventForm.Table], wire.EventForm.Columns[i].Names...)
	}
	for i := range wire.FactForm.Columns {
		known[wire.FactForm.Table] = append(known[wire.FactForm.Table], wire.FactForm.Columns[i].Names...)
	}
	for i := range wire.KeyForm.Columns {
		known[wire.KeyForm.Table] = append(known[wire.KeyForm.Table], wire.KeyForm.Columns[i].Names...)
	}
	for _, t := range infoMart {
		known[t.name] = append(slices.Clone(t.required), t.optional...)
	}
	return known
}

// table is how a table is called.
func (m *Mapping) table(name string) string {
	if m != nil && m.tables[name].Table != "" {
		return m.tables[name].Table
	}
	return name
}

// column is how a column is called, and whether the mapping says so; "" does not exist.
func (m *Mapping) column(table, name string) (actual string, renamed bool) {
	if m == nil {
		return name, false
	}
	actual, renamed = m.tables[table].Columns[name]
	if !renamed {
		return name, false
	}
	return actual, true
}

// flat reports whether facts are read from one flat table.
func (m *Mapping) flat() bool {
	if m == nil {
		return false
	}
	_, ok := m.tables[wire.FactForm.Table]
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

// Keys are how ids and names compare.
func (m *Mapping) Keys() Keys {
	if m == nil {
		return Keys{}
	}
	return m.keys
}
