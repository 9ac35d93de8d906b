package wire

import (
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Need says when a missing field is a fault.
type Need uint8

// The needs, each including those before it.
const (
	Optional   Need = iota
	NeedColumn      // a format with a header names it there
	NeedField       // each row has it, perhaps blank
	NeedValue       // and not blank
)

// Column is a field of the flat form.
type Column[T any] struct {
	Name    string   // the name under which it is written
	Names   []string // the names under which it is read, the most telling first
	Kind    Kind     // Text, Integer or Instant
	IsID    bool     // it is an id or a name of the user's
	Need    Need
	Missing string // the problem of a row that lacks it
	Get     func(*T) Cell
	Set     func(*T, *Value)
}

// Form is a kind of row as every format has it, with a column per field. One reader reads it, whatever the format.
type Form[T any] struct {
	Table   string // what a mapping calls it
	Columns []Column[T]
	Parents []string // objects of JSON whose members are columns: actor.type is actor_type
	Key     func(row *T) (interaction string, seq int64)
	Ignored func(row *T) bool // nothing that is wrong with it counts
}

// Names returns the names under which the columns are read.
func (f *Form[T]) Names() (names []string) {
	for i := range f.Columns {
		names = append(names, f.Columns[i].Names...)
	}
	return names
}

// needed returns the column as a needed one; missing is the problem of a row without it.
func (c Column[T]) needed(need Need, missing string) Column[T] {
	c.Need, c.Missing = need, missing
	return c
}

// textColumn is a field that holds text, which read makes of a value. names are those under which it is read, if not
// only its own.
func textColumn[T any, S ~string](name string, read func(*Value) string, at func(*T) *S, names ...string) Column[T] {
	return Column[T]{
		Name: name, Names: orOwn(names, name), Kind: Text,
		Get: func(row *T) Cell { return TextCell(*at(row)) },
		Set: func(row *T, v *Value) { *at(row) = S(read(v)) },
	}
}

// codeColumn is a text column for which Info Mart has the code in a separate column.
func codeColumn[T any, S ~string](name string, read func(*Value) string, at func(*T) *S) Column[T] {
	return textColumn(name, read, at, name+"_code", name)
}

// orOwn returns the names of a column, or just its own if there are none.
func orOwn(names []string, name string) []string {
	if len(names) == 0 {
		return []string{name}
	}
	return names
}

func idColumn[T any](name string, at func(*T) *string, names ...string) Column[T] {
	c := textColumn(name, (*Value).id, at, names...)
	c.IsID = true
	return c
}

func numberColumn[T any](name string, at func(*T) *model.Number, names ...string) Column[T] {
	return Column[T]{
		Name: name, Names: orOwn(names, name), Kind: Integer,
		Get: func(row *T) Cell {
			if at(row).Is != model.Given {
				return Cell{}
			}
			return IntegerCell(at(row).Value)
		},
		Set: func(row *T, v *Value) { *at(row) = v.integer() },
	}
}

func instantColumn[T any](name string, at func(*T) *time.Time, names ...string) Column[T] {
	return Column[T]{
		Name: name, Names: orOwn(names, name), Kind: Instant,
		Get: func(row *T) Cell { return InstantCell(*at(row)) },
		Set: func(row *T, v *Value) { *at(row) = v.instant() },
	}
}

const (
	missingID    = "missing; expected a non-empty string"
	missingSeq   = "missing; expected an integer of 0 or more"
	missingEvent = "missing; expected the name of an event"
)

// EventForm is the flat form of events.
var EventForm = &Form[model.Event]{
	Table: "chat_event",
	Columns: []Column[model.Event]{
		idColumn("interaction_id", func(e *model.Event) *string { return &e.InteractionID }).
			needed(NeedValue, missingID),
		{
			Name: "seq", Names: []string{"seq"}, Kind: Integer, Need: NeedValue, Missing: missingSeq,
			Get: func(e *model.Event) Cell { return IntegerCell(e.Seq) },
			Set: func(e *model.Event, v *Value) { e.Seq = v.seq() },
		},
		instantColumn("time", func(e *model.Event) *time.Time { return &e.Time }).needed(NeedColumn, ""),
		textColumn("event", (*Value).word, func(e *model.Event) *model.EventName { return &e.Name }).
			needed(NeedValue, missingEvent),
		textColumn("actor_type", (*Value).word, func(e *model.Event) *model.PartyType { return &e.Actor.Type }),
		idColumn("actor_id", func(e *model.Event) *string { return &e.Actor.ID }),
		textColumn("party_type", (*Value).word, func(e *model.Event) *model.PartyType { return &e.Party.Type }),
		idColumn("party_id", func(e *model.Event) *string { return &e.Party.ID }),
		idColumn("queue", func(e *model.Event) *string { return &e.Queue }),
		textColumn("operation", (*Value).word, func(e *model.Event) *model.Operation { return &e.Operation }),
		{Name: "visibility_mode", Names: []string{"visibility_mode"}, Kind: Integer, Get: modeOf, Set: setMode},
		textColumn("reason", (*Value).word, func(e *model.Event) *string { return &e.Reason }),
		textColumn("media_type", (*Value).word, func(e *model.Event) *string { return &e.MediaType }),
	},
	Parents: []string{"actor", "party"},
	Key:     func(e *model.Event) (string, int64) { return e.InteractionID, e.Seq },
	Ignored: func(e *model.Event) bool { return e.Name != "" && !e.Name.Known() },
}

// KeyPair is an id of an old mart, and the one that the same interaction has in a new one.
type KeyPair struct{ Old, New string }

// KeyForm is the form of a table of keys.
var KeyForm = &Form[KeyPair]{
	Table: "keys",
	Columns: []Column[KeyPair]{
		idColumn("old", func(k *KeyPair) *string { return &k.Old }).needed(NeedValue, "missing"),
		idColumn("new", func(k *KeyPair) *string { return &k.New }).needed(NeedValue, "missing"),
	},
	Key:     func(*KeyPair) (string, int64) { return "", 0 },
	Ignored: func(*KeyPair) bool { return false },
}

func modeOf(e *model.Event) Cell {
	if e.VisibilityMode == 0 {
		return Cell{}
	}
	return IntegerCell(int64(e.VisibilityMode))
}

func setMode(e *model.Event, v *Value) {
	n := v.integer()
	e.VisibilityMode = model.VisibilityMode(n.Value)
	if n.Is == model.Given && (n.Value < 1 || n.Value > 3) {
		v.expected("1, 2 or 3")
	}
}

// FactForm is the flat form of facts. Info Mart's columns are accepted as well as our names; codes, which nobody
// translates, come before names.
var FactForm = &Form[model.Fact]{
	Table: "fact",
	Columns: []Column[model.Fact]{
		idColumn("interaction_id", func(f *model.Fact) *string { return &f.InteractionID }, "media_server_ixn_guid",
			"interaction_id").
			needed(NeedValue, missingID),
		numberColumn("ordinal", func(f *model.Fact) *model.Number { return &f.Ordinal }, "ordinal",
			"interaction_resource_ordinal"),
		codeColumn("resource_type", (*Value).code, func(f *model.Fact) *model.ResourceType { return &f.ResourceType }),
		idColumn("resource", func(f *model.Fact) *string { return &f.Resource }, "resource",
			"resource_name").needed(NeedField, "missing"),
		codeColumn("resource_role", (*Value).code, func(f *model.Fact) *model.Role { return &f.Role }).needed(NeedField,
			"missing"),
		codeColumn("role_reason", (*Value).reason, func(f *model.Fact) *string { return &f.RoleReason }),
		codeColumn("technical_result", (*Value).code,
			func(f *model.Fact) *model.Result { return &f.Result }).needed(NeedField, "missing"),
		codeColumn("result_reason", (*Value).reason, func(f *model.Fact) *model.Reason { return &f.Reason }),
		receivedFrom(),
		instantColumn("start", func(f *model.Fact) *time.Time { return &f.Start }, "start", "start_ts"),
		instantColumn("end", func(f *model.Fact) *time.Time { return &f.End }, "end", "end_ts"),
	},
	Key:     func(f *model.Fact) (string, int64) { return f.InteractionID, 0 },
	Ignored: func(*model.Fact) bool { return false },
}

// receivedFrom reads an empty cell as a null: if there is such a field, it says that nobody sent the chat.
func receivedFrom() Column[model.Fact] {
	c := numberColumn("received_from", func(f *model.Fact) *model.Number { return &f.ReceivedFrom })
	c.Set = func(f *model.Fact, v *Value) {
		f.ReceivedFrom = v.integer()
		if f.ReceivedFrom.Is == model.Absent {
			f.ReceivedFrom.Is = model.Null
		}
	}
	return c
}

// NormalName returns the name of a column as names are compared: case and outer blanks mean nothing, and a nested
// column has the name of its path.
func NormalName(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), ".", "_")
}

// Convert turns what the user's world has in a column into what ours has, in place; problem says why it cannot.
type Convert func(c *Cell) (problem string)

// Reading is how rows are read if the user's world has other names, words and ids than ours. A nil one is ours.
type Reading struct {
	Columns map[string]string   // the user's names, by a name under which a column is read; "" if there is none
	Convert map[string]Convert  // by a name under which a column is read; a column like ours is not there
	Null    map[string]bool     // words that mean absent
	Key     func(string) string // what ids and names are compared by; nil leaves them as they are
	Watch   func(text []byte)   // sees JSON Lines before they are read, in order; nil if nobody looks
}

// Renamed returns what a column is called for one of its names, "" if it is missing, and whether the reading says so.
func (r *Reading) Renamed(name string) (actual string, renamed bool) {
	if r != nil {
		actual, renamed = r.Columns[name]
	}
	if !renamed {
		actual = name
	}
	return actual, renamed
}

// Plain reports whether a reading is ours, except for what it may convert.
func (r *Reading) Plain() bool {
	return r == nil || len(r.Columns) == 0 && len(r.Null) == 0 && r.Key == nil
}

// Converting returns how to convert the values of a column that is read under a name; nil means not at all.
func (r *Reading) Converting(name string) Convert {
	if r == nil {
		return nil
	}
	return r.Convert[name]
}

// Mark turns text that is a word for absent into a [Word].
func (r *Reading) Mark(c *Cell) {
	if r != nil && c.Is == Text && r.Null[c.Text] {
		c.Is = Word
	}
}

// Filler fills the fields of rows, column by column, and keeps the first fault.
type Filler[T any] struct {
	form  *Form[T]
	value Value
	bad   Fault
	lacks bool // the fault is that a field is not there
}

// NewFiller returns a filler for rows of a form; names keeps the strings that it makes.
func NewFiller[T any](f *Form[T], r *Reading, names *Names) *Filler[T] {
	filler := &Filler[T]{form: f, value: Value{names: names}}
	if r != nil {
		filler.value.key = r.Key
	}
	return filler
}

// Put fills the field of column i, which the user names called, from a cell, after convert unless that is nil.
func (f *Filler[T]) Put(row *T, i int, c *Cell, called string, convert Convert) {
	column := &f.form.Columns[i]
	f.value.Cell = *c
	if c.Is == Word {
		f.value.Is = Text
		if !column.IsID || column.Need < NeedField {
			f.value.Cell = Cell{}
		}
	}
	if convert != nil && f.value.Is != Empty {
		if problem := convert(&f.value.Cell); problem != "" {
			f.bad.Set(called, problem)
			return
		}
	}
	if f.value.Is == Empty && column.Need == NeedValue {
		f.bad.Set(called, column.Missing)
		return
	}
	if column.Set(row, &f.value); f.value.problem != "" {
		f.bad.Set(called, f.value.problem)
		f.value.problem = ""
	}
}

// Lack says that the row has no column i.
func (f *Filler[T]) Lack(i int) {
	if c := &f.form.Columns[i]; c.Need >= NeedField && f.bad.Problem == "" {
		f.bad, f.lacks = Fault{c.Name, c.Missing}, true
	}
}

// Done returns what is wrong with a row, and begins the next.
func (f *Filler[T]) Done(row *T) (bad Fault, lacks bool) {
	bad, lacks = f.bad, f.lacks
	f.bad, f.lacks = (Fault{}), false
	if f.form.Ignored(row) {
		return Fault{}, false
	}
	return bad, lacks
}
