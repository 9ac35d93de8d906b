package rows

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// The flat form is that of CSV, Parquet and tables: a column a field.

// cell is one value of the flat form.
type cell struct {
	is   cellKind
	text string
	n    int64
	time time.Time
}

type cellKind uint8

const (
	emptyCell cellKind = iota
	textCell
	integerCell
	instantCell
)

func textual[S ~string](s S) cell {
	if s == "" {
		return cell{}
	}
	return cell{is: textCell, text: string(s)}
}

func numeric(n int64) cell { return cell{is: integerCell, n: n} }

func numbered(n model.Number) cell {
	if n.Is != model.Given {
		return cell{}
	}
	return numeric(n.Value)
}

func timed(t time.Time) cell {
	if t.IsZero() {
		return cell{}
	}
	return cell{is: instantCell, time: t}
}

// column is a field of the flat form.
type column[T any] struct {
	name  string   // under which it is written
	names []string // under which it is read, the most telling first; nil is name alone
	kind  cellKind
	get   func(*T) cell
	set   func(*T, *value)
}

// form is the flat form of a kind of row.
type form[T any] struct {
	table    string // what a mapping calls it
	columns  []column[T]
	required []string // columns without which nothing can be read
	check    func(row *T, bad *fault)
	key      func(row *T) (interaction string, seq int64)
}

var eventForm = form[model.Event]{
	table: "chat_event",
	columns: []column[model.Event]{
		{"interaction_id", nil, textCell, func(e *model.Event) cell { return textual(e.InteractionID) }, func(e *model.Event, v *value) { e.InteractionID = v.str() }},
		{"seq", nil, integerCell, func(e *model.Event) cell { return numeric(e.Seq) }, func(e *model.Event, v *value) { e.Seq = v.integer().Value }},
		{"time", nil, instantCell, func(e *model.Event) cell { return timed(e.Time) }, func(e *model.Event, v *value) { e.Time = v.instant() }},
		{"event", nil, textCell, func(e *model.Event) cell { return textual(e.Name) }, func(e *model.Event, v *value) { e.Name = model.EventName(v.str()) }},
		{"actor_type", nil, textCell, func(e *model.Event) cell { return textual(e.Actor.Type) }, func(e *model.Event, v *value) { e.Actor.Type = model.PartyType(v.str()) }},
		{"actor_id", nil, textCell, func(e *model.Event) cell { return textual(e.Actor.ID) }, func(e *model.Event, v *value) { e.Actor.ID = v.str() }},
		{"party_type", nil, textCell, func(e *model.Event) cell { return textual(e.Party.Type) }, func(e *model.Event, v *value) { e.Party.Type = model.PartyType(v.str()) }},
		{"party_id", nil, textCell, func(e *model.Event) cell { return textual(e.Party.ID) }, func(e *model.Event, v *value) { e.Party.ID = v.str() }},
		{"queue", nil, textCell, func(e *model.Event) cell { return textual(e.Queue) }, func(e *model.Event, v *value) { e.Queue = v.str() }},
		{"operation", nil, textCell, func(e *model.Event) cell { return textual(e.Operation) }, func(e *model.Event, v *value) { e.Operation = model.Operation(v.str()) }},
		{"visibility_mode", nil, integerCell, modeOf, setMode},
		{"reason", nil, textCell, func(e *model.Event) cell { return textual(e.Reason) }, func(e *model.Event, v *value) { e.Reason = v.str() }},
		{"media_type", nil, textCell, func(e *model.Event) cell { return textual(e.MediaType) }, func(e *model.Event, v *value) { e.MediaType = v.str() }},
	},
	required: []string{"interaction_id", "seq", "time", "event"},
	check: func(e *model.Event, bad *fault) {
		switch {
		case e.Name != "" && !e.Name.Known():
			*bad = fault{}
		case e.InteractionID == "":
			*bad = fault{"interaction_id", "missing; expected a non-empty string"}
		case e.Name == "":
			bad.set("event", "missing; expected the name of an event")
		}
	},
	key: func(e *model.Event) (string, int64) { return e.InteractionID, e.Seq },
}

func modeOf(e *model.Event) cell {
	if e.VisibilityMode == 0 {
		return cell{}
	}
	return numeric(int64(e.VisibilityMode))
}

func setMode(e *model.Event, v *value) {
	n := v.integer()
	if e.VisibilityMode = model.VisibilityMode(n.Value); n.Is == model.Given && (n.Value < 1 || n.Value > 3) {
		v.expected("1, 2 or 3")
	}
}

// Info Mart's columns are accepted beside our names; codes, which nobody translates, before names.
var factForm = form[model.Fact]{
	table: "fact",
	columns: []column[model.Fact]{
		{"interaction_id", []string{"media_server_ixn_guid", "interaction_id"}, textCell, func(f *model.Fact) cell { return textual(f.InteractionID) }, func(f *model.Fact, v *value) { f.InteractionID = v.str() }},
		{"ordinal", []string{"ordinal", "interaction_resource_ordinal"}, integerCell, func(f *model.Fact) cell { return numbered(f.Ordinal) }, func(f *model.Fact, v *value) { f.Ordinal = v.integer() }},
		{"resource_type", []string{"resource_type_code", "resource_type"}, textCell, func(f *model.Fact) cell { return textual(f.ResourceType) }, func(f *model.Fact, v *value) { f.ResourceType = model.ResourceType(v.code()) }},
		{"resource", []string{"resource", "resource_name"}, textCell, func(f *model.Fact) cell { return textual(f.Resource) }, func(f *model.Fact, v *value) { f.Resource = v.str() }},
		{"resource_role", []string{"resource_role_code", "resource_role"}, textCell, func(f *model.Fact) cell { return textual(f.Role) }, func(f *model.Fact, v *value) { f.Role = model.Role(v.code()) }},
		{"role_reason", []string{"role_reason_code", "role_reason"}, textCell, func(f *model.Fact) cell { return textual(f.RoleReason) }, func(f *model.Fact, v *value) { f.RoleReason = v.reason() }},
		{"technical_result", []string{"technical_result_code", "technical_result"}, textCell, func(f *model.Fact) cell { return textual(f.Result) }, func(f *model.Fact, v *value) { f.Result = model.Result(v.code()) }},
		{"result_reason", []string{"result_reason_code", "result_reason"}, textCell, func(f *model.Fact) cell { return textual(f.Reason) }, func(f *model.Fact, v *value) { f.Reason = model.Reason(v.reason()) }},
		{"received_from", nil, integerCell, func(f *model.Fact) cell { return numbered(f.ReceivedFrom) }, setReceivedFrom},
		{"start", []string{"start", "start_ts"}, instantCell, func(f *model.Fact) cell { return timed(f.Start) }, func(f *model.Fact, v *value) { f.Start = v.instant() }},
		{"end", []string{"end", "end_ts"}, instantCell, func(f *model.Fact) cell { return timed(f.End) }, func(f *model.Fact, v *value) { f.End = v.instant() }},
	},
	required: []string{"interaction_id", "resource", "resource_role", "technical_result"},
	check: func(f *model.Fact, bad *fault) {
		if f.InteractionID == "" {
			*bad = fault{"interaction_id", "missing; expected a non-empty string"}
		}
	},
	key: func(f *model.Fact) (string, int64) { return f.InteractionID, 0 },
}

// setReceivedFrom takes an empty cell for a null: where there is such a column, it says that nobody sent the chat.
func setReceivedFrom(f *model.Fact, v *value) {
	if f.ReceivedFrom = v.integer(); f.ReceivedFrom.Is == model.Absent {
		f.ReceivedFrom.Is = model.Null
	}
}

// value is a cell as it is taken into a field.
type value struct {
	cell
	problem string
	known   map[string]string // strings that recur are held once
}

func (v *value) expected(what string) {
	got := v.text
	if v.is == integerCell {
		got = strconv.FormatInt(v.n, 10)
	}
	v.problem = "expected " + what + ", got " + model.Name(got)
}

func (v *value) str() string {
	switch v.is {
	case integerCell:
		return strconv.FormatInt(v.n, 10)
	case instantCell:
		return v.time.UTC().Format(time.RFC3339Nano)
	}
	if s, ok := v.known[v.text]; ok || v.text == "" {
		return s
	}
	s := strings.Clone(v.text) // which may be a part of something larger
	if len(s) <= 256 {
		if len(v.known) > 1<<16 {
			clear(v.known)
		}
		v.known[s] = s
	}
	return s
}

// code is the name of which the cell has the code or the name; as it is, where it is none that is known.
func (v *value) code() string {
	s := v.str()
	if s == "" {
		return ""
	}
	if name, ok := codeNames[s]; ok {
		return name
	}
	if name, ok := codeNames[model.Code(s)]; ok {
		return name
	}
	return s
}

// reason is a code, Unspecified being blank.
func (v *value) reason() string {
	s := v.code()
	if model.Code(s) == "" {
		return ""
	}
	return s
}

// codeNames are the names of codes, and of each name itself.
var codeNames = func() map[string]string {
	names := make(map[string]string)
	add := func(name string) { names[model.Code(name)], names[name] = name, name }
	for _, r := range model.Roles {
		add(string(r))
	}
	for _, r := range model.Results {
		add(string(r))
	}
	for _, r := range model.Reasons {
		add(string(r))
	}
	for _, t := range []model.ResourceType{model.AgentResource, model.QueueResource, model.StrategyResource} {
		add(string(t))
	}
	return names
}()

func (v *value) integer() model.Number {
	switch v.is {
	case emptyCell:
		return model.Number{}
	case integerCell:
		return model.Num(v.n)
	case textCell:
		s := strings.TrimSpace(v.text)
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return model.Num(n)
		}
		if x, err := strconv.ParseFloat(s, 64); err == nil && x == math.Trunc(x) && math.Abs(x) <= 1<<53 { // 1.0 is an integer, too
			return model.Num(int64(x))
		}
	}
	v.expected("an integer")
	return model.Number{}
}

// instant reads a time: an instant, seconds since 1970, or text.
func (v *value) instant() (t time.Time) {
	ok := true
	switch v.is {
	case emptyCell:
		return t
	case instantCell:
		t = v.time.UTC()
	case integerCell:
		t = time.Unix(v.n, 0).UTC()
	default:
		t, ok = parseInstant(v.text)
	}
	if !ok || t.Year() < 0 || t.Year() > 9999 {
		v.expected("a time such as 2026-01-05T09:00:07Z, without a zone UTC, or whole seconds since 1970")
		return time.Time{}
	}
	return t
}

// parseInstant reads RFC 3339, the like that databases print (a blank for the T, a zone of hours alone or none, which
// is UTC), or seconds since 1970.
func parseInstant(s string) (time.Time, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) < len("2026-01-05T09:00:07") || s[4] != '-' {
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0).UTC(), err == nil
	}
	if s[13] != ':' || strings.ContainsRune(s, ',') {
		return time.Time{}, false
	}
	if s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	s = strings.Replace(strings.TrimSuffix(s, " UTC"), " ", "", 1) // of a zone
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// flatReader reads rows of the flat form.
type flatReader[T any] struct {
	form  *form[T]
	file  string
	at    [][]int                               // of each column of the form the cells that may hold it
	cells []cell                                // of the row
	next  func(cells []cell) (n int, err error) // reads a row and tells its number; or gives the error to return
	close func() error
	known map[string]string
}

// newFlatReader binds the columns of an input to those of a form. The error names the columns that are missing.
func newFlatReader[T any](f *form[T], m *Mapping, file string, header []string, next func([]cell) (int, error)) (*flatReader[T], error) {
	r := &flatReader[T]{form: f, file: file, cells: make([]cell, len(header)), next: next, close: func() error { return nil }, known: make(map[string]string)}
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

// Read returns the next row.
func (r *flatReader[T]) Read() (row T, err error) {
	n, err := r.next(r.cells)
	if err != nil {
		return row, err
	}
	var bad fault
	v := value{known: r.known}
	for i := range r.form.columns {
		c := &r.form.columns[i]
		v.cell = cell{}
		for _, j := range r.at[i] {
			if v.cell = r.cells[j]; v.is != emptyCell {
				break
			}
		}
		if len(r.at[i]) == 0 {
			continue
		}
		if c.set(&row, &v); v.problem != "" {
			bad.set(c.name, v.problem)
			v.problem = ""
		}
	}
	if r.form.check(&row, &bad); bad.problem == "" {
		return row, nil
	}
	id, seq := r.form.key(&row)
	return row, &LineError{File: r.file, Line: n, Field: bad.field, Problem: bad.problem, InteractionID: id, Seq: seq}
}

// Close closes the input.
func (r *flatReader[T]) Close() error { return r.close() }
