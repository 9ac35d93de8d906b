package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Expected is what the rows of one interaction should be.
type Expected struct {
	InteractionID string
	Rows          []ExpectedRow // by ordinal
	Silent        Clauses       // rules that make no row: an unexpected row is blamed on them
	Level         Level         // of an unexpected row
	Chat          *Chat         // the reference's; nil for an ill-formed log
	unranked      bool          // the order of Rows means nothing
}

// ExpectedRow is one row that should be there. Zero fields of its Fact are not compared, except the reason.
type ExpectedRow struct {
	Fact
	Level    Level
	Optional bool // accepted, but not required
	irf      *IRF // what made it; nil if only a feature's table says so
	accepted []Descriptor
}

// Rules lists the rules behind the row; there are none if only a feature's table asks for it.
func (r *ExpectedRow) Rules() []string {
	if r.irf == nil {
		return nil
	}
	return r.irf.Clauses.Rules()
}

// Expect makes the reference's chat the oracle. The chat must stay unchanged while the result is used.
func Expect(c *Chat) Expected { return expectIn(c, nil) }

// expectIn is [Expect], but puts the rows into the memory of spent ones.
func expectIn(c *Chat, spent []ExpectedRow) Expected {
	w := Expected{
		InteractionID: c.InteractionID, Silent: c.Silent, Level: c.level(c.readings.level(c.Silent)), Chat: c,
	}
	w.Rows = slices.Grow(spent[:0], len(c.IRFs))[:len(c.IRFs)]
	for i := range c.IRFs {
		r, row := &c.IRFs[i], &w.Rows[i]
		row.Fact, row.Level, row.Optional, row.irf, row.accepted = r.Fact, r.Level(), false, r, nil
		if r.Clauses&silenceClauses != 0 { // nobody says when a row that a reading adds starts or ends
			row.Start, row.End = time.Time{}, time.Time{}
		}
	}
	for id := range c.Silent.All() {
		if c.readings.pins(Set(id)) {
			continue
		}
		for _, y := range clauseTable[id].Allows {
			w.Rows = append(w.Rows, ExpectedRow{
				Fact: Fact{
					InteractionID: c.InteractionID, Ordinal: Num(int64(len(c.IRFs) + 1)), ResourceType: y.Type,
					Resource: c.SilentResource,
					Role:     y.Role, Result: y.Result, Reason: y.Reason, ReceivedFrom: Number{Is: Null},
				},
				Level:    w.Level,
				Optional: true,
			})
		}
	}
	return w
}

// ExpectTable makes a feature's table the oracle: its rows are in the order of their ordinals, and the reference's chat
// of the same log explains the rows that it agrees with. A team's own table (level Own) is taken literally: no
// alternative is accepted, and every difference is of that level. chat may be nil.
func ExpectTable(rows []Fact, chat *Chat, level Level) Expected {
	w := Expected{Level: level}
	if chat != nil {
		w = Expect(chat)
		if level == Own {
			w.Silent, w.Level = 0, Own
		}
	}
	explained := w.Rows
	w.Rows = nil
	if level != Own {
		level = chat.level(level)
	}
	for i, row := range rows {
		row.Ordinal = Num(int64(i + 1))
		e := ExpectedRow{Fact: row, Level: level}
		if i < len(explained) && !explained[i].Optional && explained[i].Resource == row.Resource &&
			explained[i].Descriptor().Same(row.Descriptor()) {
			e.irf = explained[i].irf
			if level != Own {
				e.Level = explained[i].Level
				if level == Invariant { // the case is about an invariant, whatever else decides the row
					e.Level = max(e.Level, level)
				}
				e.complete(&explained[i].Fact)
			}
		}
		if level == Own {
			e.accepted = []Descriptor{row.Descriptor()}
		}
		w.Rows = append(w.Rows, e)
	}
	if level != Own {
		for _, e := range explained {
			if e.Optional {
				w.Rows = append(w.Rows, e)
			}
		}
	}
	return w
}

// complete fills in from the reference what the table and the guide leave open: it is compared at level Inferred.
func (r *ExpectedRow) complete(f *Fact) {
	if r.ReceivedFrom.Is == Absent {
		r.ReceivedFrom = f.ReceivedFrom
	}
	if r.ResourceType == "" {
		r.ResourceType = f.ResourceType
	}
	if r.Start.IsZero() {
		r.Start = f.Start
	}
	if r.End.IsZero() {
		r.End = f.End
	}
}

// Field names the field in which two rows differ.
type Field string

// The fields of a Difference. RowField stands for a missing or an extra row.
const (
	RowField          Field = "row"
	DescriptorField   Field = "technical_descriptor"
	RoleReasonField   Field = "role_reason"
	ResourceField     Field = "resource"
	TypeField         Field = "resource_type"
	OrdinalField      Field = "ordinal"
	ReceivedFromField Field = "received_from"
	StartField        Field = "start"
	EndField          Field = "end"
)

// Difference is one way in which an implementation's rows differ from the expected ones.
type Difference struct {
	InteractionID string   `json:"interaction_id"`
	Resource      string   `json:"resource"`         // the expected row's, or the unexpected one's
	Ordinal       int64    `json:"ordinal,omitzero"` // the expected row's, 0 for an unexpected row
	Field         Field    `json:"field"`
	Expected      string   `json:"expected"` // plain text
	Actual        string   `json:"actual"`
	Level         Level    `json:"level"`
	Required      bool     `json:"required"`                // set by whoever judges, with [Require]
	Rules         []string `json:"rules,omitempty"`         // behind the expected row, or why none is expected
	Why           string   `json:"why,omitempty"`           // the events behind the expected row
	Accepted      []string `json:"also_accepted,omitempty"` // descriptors that are accepted besides the expected one
	Change        Change   `json:"change,omitempty"`        // between an old mart, which has Was, and its successor
	Was           string   `json:"was,omitempty"`

	row *Fact // that breaks an invariant, or one that equals it; nil if it is not known which
}

// OfInvariant reports whether the difference is a broken invariant or relation, which is named by Field.
func (d *Difference) OfInvariant() bool { return d.Field[0] == 'V' || d.Field[0] == 'D' }

// String returns the difference as a line of plain text.
func (d *Difference) String() string {
	var b strings.Builder
	if d.OfInvariant() {
		return fmt.Sprintf("%s: %s%s; breaks %s: %s", Name(d.Resource), d.was(), d.Actual, d.Field,
			strings.TrimSuffix(d.Expected, "."))
	}
	b.WriteString(Name(d.Resource) + ": ")
	if d.Field != DescriptorField && d.Field != RowField {
		b.WriteString(string(d.Field) + " ")
	}
	if d.Change != Changed { // which says nothing of what is right
		b.WriteString("expected " + d.Expected + ", ")
	}
	b.WriteString(d.was() + "got " + d.Actual)
	if len(d.Rules) > 0 {
		b.WriteString("; " + strings.Join(d.Rules, ", "))
		if d.Why != "" {
			b.WriteString(": " + d.Why)
		}
	} else if d.Why != "" {
		b.WriteString("; " + d.Why)
	}
	if len(d.Accepted) > 0 {
		b.WriteString("; also accepted: " + strings.Join(d.Accepted, ", "))
	}
	return b.String()
}

// Signature names a difference by codes alone: the rules behind the expected row, the field, and the expected and
// actual values if they are codes. Two differences with the same signature count as one fault.
func (d *Difference) Signature() string {
	var parts []string
	for _, id := range d.Rules {
		if r, ok := RuleByID(id); ok && r.decides() {
			parts = append(parts, id)
		}
	}
	parts = append(parts, string(d.Field))
	switch d.Field {
	case DescriptorField, RowField, TypeField:
		parts = append(parts, Code(d.Expected), "->", Code(d.Actual))
	}
	return strings.Join(parts, " ")
}

// maxUnpaired is how many rows beyond the expected number are examined one by one.
const maxUnpaired = 256

// Compare returns the differences between the rows expected of an interaction and the rows it got, whose order means
// nothing. Rows are paired so that the fewest and mildest differences remain: a row that differs in both resource
// and descriptor counts as one missing row and one extra row. got is not changed.
func Compare(want *Expected, got []Fact) []Difference {
	if want.are(got) {
		return nil
	}
	got = ranked(got)
	byPlace, asked := make([]int, len(want.Rows)), 0
	for i := range want.Rows {
		byPlace[i] = never
		if asked == i && !want.Rows[i].Optional {
			byPlace[i] = i
			asked++
		}
	}
	if len(got) == asked {
		if ds := differences(want, got, byPlace); len(ds) == 0 {
			return nil
		}
	}
	first := want.inOrder(got)
	ds := differences(want, first, pair(want, first))
	if more := len(got) - len(first); more > 0 {
		ds = append(ds, Difference{
			InteractionID: want.InteractionID, Field: RowField, Expected: "no row",
			Actual: fmt.Sprintf("%d more rows", more), Level: want.Level, Rules: want.Silent.Rules(),
		})
	}
	return ds
}

// inOrder returns the rows that are examined one by one: the first ones in order. got is not changed.
func (w *Expected) inOrder(got []Fact) []Fact {
	got = slices.Clone(got)
	slices.SortStableFunc(got, CompareFacts)
	return got[:min(len(got), len(w.Rows)+maxUnpaired)]
}

// ranked returns the rows, without their ordinals if one of them has none: ordinals count only if all have one.
func ranked(got []Fact) []Fact {
	without := 0
	for i := range got {
		if got[i].Ordinal.Is != Given {
			without++
		}
	}
	if without == 0 || without == len(got) {
		return got
	}
	got = slices.Clone(got)
	for i := range got {
		got[i].Ordinal = Number{}
	}
	return got
}

// CompareFacts orders rows, first by interaction, ordinal and start. The order does not depend on the order in which
// they came.
func CompareFacts(a, b Fact) int {
	return cmp.Or(
		cmp.Compare(a.InteractionID, b.InteractionID), cmp.Compare(a.Ordinal.Value, b.Ordinal.Value),
		a.Start.Compare(b.Start),
		cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Result, b.Result),
		cmp.Compare(a.Reason, b.Reason), a.End.Compare(b.End), cmp.Compare(a.ResourceType, b.ResourceType),
		cmp.Compare(a.RoleReason, b.RoleReason), cmp.Compare(a.ReceivedFrom.Value, b.ReceivedFrom.Value),
	)
}

// matches reports whether a descriptor is the row's, or accepted in its place. It caches nothing, since what is
// expected may be shared between goroutines.
func (r *ExpectedRow) matches(d Descriptor) bool {
	switch {
	case r.Descriptor().Same(d):
		return true
	case r.accepted != nil:
		return slices.ContainsFunc(r.accepted, d.Same)
	case r.irf == nil || r.irf.Clauses.Level() == Documented: // documented rules have no alternatives
		return false
	}
	return r.irf.accepts(d)
}

// sameType reports whether the resource types agree, if both are given.
func (r *ExpectedRow) sameType(g *Fact) bool {
	want, _ := r.ResourceType.Meaning()
	got, _ := g.ResourceType.Meaning()
	return want == "" || got == "" || want == got
}

// loose reports whether the row's resource is our reading, not the guide's word (R6, R7).
func (r *ExpectedRow) loose() bool {
	return r.irf != nil && r.irf.Clauses&Set(R6, R7) != 0
}

// differences returns the differences that remain once rows are paired: pairs[i] is the index in got of the row for
// want.Rows[i], or never.
func differences(want *Expected, got []Fact, pairs []int) (ds []Difference) {
	used := make([]bool, len(got))
	for i, j := range pairs {
		r := &want.Rows[i]
		if j == never {
			if !r.Optional {
				ds = append(ds, r.difference(RowField, r.Level, r.Descriptor().String(), "no row"))
			}
			continue
		}
		used[j] = true
		g := &got[j]
		soft := max(r.Level, Inferred)
		hard := r.Level
		if r.Level == Own && r.accepted != nil {
			soft = Own
		} else if r.loose() {
			hard = soft
		}
		if r.Resource != "" && g.Resource != r.Resource {
			expected, actual := Apart(r.Resource, g.Resource)
			ds = append(ds, r.difference(ResourceField, hard, expected, actual))
		}
		if !r.sameType(g) {
			ds = append(ds, r.difference(TypeField, hard, string(r.ResourceType), Name(string(g.ResourceType))))
		} else if d, odd := oddType(g, cmp.Or(string(r.ResourceType), anyType)); odd {
			d.InteractionID, d.Resource, d.Ordinal, d.Level, d.Rules = r.InteractionID, r.Resource, r.Ordinal.Value,
				soft, r.Rules()
			ds = append(ds, d)
		}
		if !r.matches(g.Descriptor()) {
			ds = append(ds, r.difference(DescriptorField, r.Level, r.Descriptor().String(), plainDescriptor(g)))
		}
		if !sameCode(r.RoleReason, g.RoleReason) {
			ds = append(ds, r.difference(RoleReasonField, r.Level, blankOr(r.RoleReason), blankOr(g.RoleReason)))
		}
		if !sameSecond(r.Start, g.Start) {
			ds = append(ds, r.difference(StartField, soft, second(r.Start), second(g.Start)))
		}
		if !sameSecond(r.End, g.End) {
			ds = append(ds, r.difference(EndField, soft, second(r.End), second(g.End)))
		}
		if d, ok := receivedFrom(want, got, pairs, i, j, soft); ok {
			ds = append(ds, d)
		}
	}
	ds = append(ds, ranks(want, got, pairs)...)
	for j := range got {
		if !used[j] {
			ds = append(ds, Difference{
				InteractionID: want.InteractionID, Resource: got[j].Resource, Field: RowField, Expected: "no row",
				Actual: plainDescriptor(&got[j]), Level: want.Level, Rules: want.Silent.Rules(), Why: repeated(got, j),
			})
		}
	}
	return ds
}

func (r *ExpectedRow) difference(field Field, level Level, expected, actual string) Difference {
	d := Difference{
		InteractionID: r.InteractionID, Resource: r.Resource, Ordinal: r.Ordinal.Value, Field: field,
		Expected: expected, Actual: actual, Level: level, Rules: r.Rules(),
	}
	if r.irf == nil {
		return d
	}
	d.Why = r.irf.Because()
	switch {
	case field != DescriptorField || r.accepted != nil:
	case r.irf.open():
		d.Accepted = []string{"any other known result except CustomerAbandoned and Transferred"}
	default:
		for _, a := range r.irf.Accepted()[1:] {
			d.Accepted = append(d.Accepted, a.String())
		}
	}
	return d
}

func bareName(s string) string {
	if s == "" {
		return "(blank)"
	}
	return Name(s)
}

func blankOr(s string) string {
	if sameCode(s, "") {
		return "blank"
	}
	return Name(s)
}

// sameSecond reports whether two times agree, fractions cut off. A time that is not given agrees with any.
func sameSecond(a, b time.Time) bool {
	return a.IsZero() || b.IsZero() || a.Unix() == b.Unix()
}

func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }
