package tables

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// The flat form is that of CSV, Parquet and tables: a column a field.

// cell is one value of the flat form.
type cell struct {
	is   cellKind
	kept bool // the text is no part of something larger
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
	check    func(row *T, bad *wire.Fault)
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
	check: func(e *model.Event, bad *wire.Fault) {
		switch {
		case e.Name != "" && !e.Name.Known():
			*bad = wire.Fault{}
		case e.InteractionID == "":
			*bad = wire.Fault{Field: "interaction_id", Problem: "missing; expected a non-empty string"}
		case e.Name == "":
			bad.Set("event", "missing; expected the name of an event")
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
	check: func(f *model.Fact, bad *wire.Fault) {
		if f.InteractionID == "" {
			*bad = wire.Fault{Field: "interaction_id", Problem: "missing; expected a non-empty string"}
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
	names   *wire.Names
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
	if v.kept {
		return v.text
	}
	return v.names.Of([]byte(v.text)) // which may be a part of something larger
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
	if t, ok := wire.ParseTime(s); ok { // most are such
		return t, true
	}
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
