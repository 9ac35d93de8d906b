package model

import (
	"cmp"
	"slices"
)

// Change is what became of an attempt or a difference between an old mart and its successor.
type Change string

// The changes. Changed is for rows without a log: nobody knows which of the two is right.
const (
	Alike          Change = "alike and right"
	Otherwise      Change = "both right, differently"                   // another accepted answer
	Beneath        Change = "different at levels that are not required" // for attempts and chats only
	Corrected      Change = "corrected"
	AlikeWrong     Change = "alike and wrong"
	Regression     Change = "regression"
	WrongOtherwise Change = "both wrong, differently"
	Changed        Change = "changed"
)

// Changes lists the changes, the worst last.
var Changes = []Change{Alike, Otherwise, Beneath, Corrected, AlikeWrong, Changed, WrongOtherwise, Regression}

// Gates reports whether a difference at a required level counts. For a single mart there is no change, and it does.
// For two, it counts if the old mart was right, or wrong in another way: otherwise new faults would hide behind old
// ones.
func (c Change) Gates() bool {
	return c == "" || c == Regression || c == WrongOtherwise || c == Changed
}

// MartRows holds a mart's rows of a chat, and how they differ from what is expected.
type MartRows struct {
	Rows        []Fact
	Differences []Difference
}

// attemptKey names what a difference is about: the ordinal of an expected row, the same and an invariant that its
// partner breaks, or else a resource and a field.
type attemptKey struct {
	ordinal  int64
	resource string
	field    Field
}

// outcome is what became of an attempt.
type outcome struct {
	ordinal int64     // of the expected row, 0 for none
	names   [3]string // of the resource: expected, in the old mart, in the new one
	change  Change
	faults  []Change // of which the change is made, or nil if there is one
}

// CompareMarts returns what became of each attempt of a chat between two marts, and the differences of those that are
// not alike and right. A row is wrong if it differs at one of levels; differences at other levels are returned, too.
// The rows of neither mart may be changed while it runs.
func CompareMarts(want *Expected, old, successor MartRows, levels Levels) (changes []Change, ds []Difference) {
	oldRows, newRows := want.partners(old.Rows), want.partners(successor.Rows)
	was, is := want.byAttempt(&old, oldRows), want.byAttempt(&successor, newRows)
	var attempts, breaches []outcome
	for i, k := range want.attemptKeys(was, is) {
		var o, n *Fact
		a, expected := outcome{ordinal: k.ordinal, names: [3]string{k.resource}}, i < len(want.Rows)
		if expected {
			o, n = oldRows[i], newRows[i]
			a.names = [3]string{want.Rows[i].Resource, nameIn(o), nameIn(n)}
		}
		change, found := want.changeOf(pick(was[k], levels, true), pick(is[k], levels, true), o, n)
		_, beside := want.changeOf(pick(was[k], levels, false), pick(is[k], levels, false), o, n)
		ds = append(append(ds, found...), beside...)
		switch {
		case change == Alike && len(beside) > 0:
			change = Beneath
		case change == Alike && expected && want.Chat != nil:
			if d, differs := want.Rows[i].otherwise(o, n); differs {
				change = Otherwise
				ds = append(ds, d)
			}
		}
		a.change = change
		switch {
		case expected && want.Rows[i].Optional && o == nil && n == nil && change == Alike:
		case expected, k.field == RowField:
			attempts = append(attempts, a)
		default:
			breaches = append(breaches, a)
		}
	}
	for _, a := range withBreaches(attempts, breaches) {
		changes = append(changes, a.change)
	}
	return changes, ds
}

// attemptKeys lists what the differences of the marts are about, the expected rows first.
func (w *Expected) attemptKeys(marts ...map[attemptKey][]Difference) []attemptKey {
	keys := make([]attemptKey, 0, len(w.Rows))
	for i := range w.Rows {
		keys = append(keys, attemptKey{ordinal: w.Rows[i].Ordinal.Value})
	}
	for _, of := range marts {
		for k := range of {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys[len(w.Rows):], func(a, b attemptKey) int {
		return cmp.Or(cmp.Compare(a.ordinal, b.ordinal), cmp.Compare(a.resource, b.resource),
			cmp.Compare(a.field, b.field))
	})
	return keys
}

// nameIn is a mart's name for the resource of a row, "" if it has no row.
func nameIn(f *Fact) string {
	if f == nil {
		return ""
	}
	return f.Resource
}

// withBreaches adds what is wrong with rows whatever is expected, such as a broken invariant. It is no attempt of its
// own, unless the resource has none: it is added to the row's attempt or, if nobody knows which row it is, to the
// worst of the resource's attempts.
func withBreaches(attempts, breaches []outcome) []outcome {
	for _, b := range breaches {
		worst := never
		for i := range attempts {
			about := slices.Contains(attempts[i].names[:], b.names[0])
			if b.ordinal > 0 {
				about = attempts[i].ordinal == b.ordinal
			}
			if about && (worst == never || byBadness(attempts[i].change, attempts[worst].change) > 0) {
				worst = i
			}
		}
		if worst == never {
			attempts = append(attempts, b)
		} else {
			a := &attempts[worst]
			if a.faults == nil {
				a.faults = []Change{a.change}
			}
			a.faults = append(a.faults, b.change)
			a.change = together(a.faults)
		}
	}
	return attempts
}

// together is what became of an attempt with several faults. An old row with another fault was not right.
func together(faults []Change) Change {
	worst := Worst(faults)
	if worst == Regression && slices.ContainsFunc(faults, func(c Change) bool {
		return c == Corrected || c == AlikeWrong || c == WrongOtherwise
	}) {
		return WrongOtherwise
	}
	return worst
}

// Worst returns the worst of the changes, or [Alike] if there are none.
func Worst(changes []Change) Change {
	return slices.MaxFunc(append([]Change{Alike}, changes...), byBadness)
}

func byBadness(a, b Change) int {
	return cmp.Compare(slices.Index(Changes, a), slices.Index(Changes, b))
}

// byAttempt groups a mart's differences by what they are about. partners are its rows by the expected ones.
func (w *Expected) byAttempt(m *MartRows, partners []*Fact) map[attemptKey][]Difference {
	of := make(map[attemptKey][]Difference)
	for _, d := range m.Differences {
		k := attemptKey{ordinal: d.Ordinal}
		if d.Ordinal == 0 {
			k = attemptKey{resource: d.Resource, field: d.Field}
		}
		if i := indexOf(d.row, partners); i >= 0 {
			k = attemptKey{ordinal: w.Rows[i].Ordinal.Value, field: d.Field}
		}
		of[k] = append(of[k], d)
	}
	return of
}

// indexOf finds a row among others, some of which may be nil: the row itself, or else one that equals it. It returns
// -1 if there is none.
func indexOf(f *Fact, rows []*Fact) int {
	if f == nil {
		return -1
	}
	if i := slices.Index(rows, f); i >= 0 {
		return i
	}
	same := keyOf(f)
	return slices.IndexFunc(rows, func(r *Fact) bool { return r != nil && keyOf(r) == same })
}

// pick returns the differences at the levels if counts is true, else the others.
func pick(ds []Difference, levels Levels, counts bool) (picked []Difference) {
	for _, d := range ds {
		if levels.Has(d.Level) == counts {
			picked = append(picked, d)
		}
	}
	return picked
}

// changeOf compares the differences of an old row and a new one. A row that is missing is nil.
func (w *Expected) changeOf(was, is []Difference, o, n *Fact) (Change, []Difference) {
	var change Change
	switch {
	case len(was) == 0 && len(is) == 0:
		return Alike, nil
	case len(was) == 0 && w.Chat == nil && is[0].Level == Own: // the old row is all that is known
		change = Changed
	case len(was) == 0:
		change = Regression
	case len(is) == 0:
		change = Corrected
	case slices.EqualFunc(was, is, func(a, b Difference) bool { return a.Field == b.Field && a.Actual == b.Actual }):
		change = AlikeWrong
	default:
		change = WrongOtherwise
	}
	ds := is
	if change == Corrected {
		ds = was
	}
	for i := range ds {
		d := &ds[i]
		d.Change = change
		if change == Corrected {
			d.Was, d.Actual = d.Actual, d.right(n)
			continue
		}
		d.Was = d.right(o)
		if k := slices.IndexFunc(was, func(w Difference) bool { return w.Field == d.Field }); k >= 0 {
			d.Was = was[k].Actual
		}
	}
	return change, ds
}

// right says what a row without this difference has in its place.
func (d *Difference) right(f *Fact) string {
	if f != nil && (d.Field == DescriptorField || d.Field == RowField) {
		return plainDescriptor(f)
	}
	if d.OfInvariant() {
		return "nothing"
	}
	return d.Expected
}

// otherwise returns the difference between two rows that are both right but not alike: they have different accepted
// answers, or only one has an optional row.
func (r *ExpectedRow) otherwise(o, n *Fact) (d Difference, differs bool) {
	switch {
	case o == nil && n == nil:
		return d, false
	case o != nil && n != nil && o.Descriptor().Same(n.Descriptor()):
		return d, false
	}
	text := func(f *Fact) string {
		if f == nil {
			return "no row"
		}
		return plainDescriptor(f)
	}
	d = r.difference(DescriptorField, max(r.Level, Inferred), r.Descriptor().String(), text(n))
	d.Was, d.Change, d.Accepted = text(o), Otherwise, nil
	return d, true
}

// partners returns, for each expected row, the row got that it is compared with, or nil.
func (w *Expected) partners(got []Fact) []*Fact {
	sorted, places := ranked(got), make([]int, len(got))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return CompareFacts(sorted[a], sorted[b]) })
	places = places[:min(len(places), len(w.Rows)+maxUnpaired)]
	inOrder := make([]Fact, len(places))
	for i, at := range places {
		inOrder[i] = sorted[at]
	}
	rows := make([]*Fact, len(w.Rows))
	for i, j := range pair(w, inOrder) {
		if j != never {
			rows[i] = &got[places[j]]
		}
	}
	return rows
}

// Beside puts the rows of several marts side by side, a column for each mart: a line for each expected row, then one
// for each row that matches none. A nil is no row.
func Beside(want *Expected, marts ...[]Fact) (lines [][]*Fact) {
	lines = make([][]*Fact, len(want.Rows))
	for m, got := range marts {
		partners := want.partners(got)
		for i, f := range partners {
			lines[i] = append(lines[i], f)
		}
		for i := range got {
			if !slices.Contains(partners, &got[i]) {
				line := make([]*Fact, len(marts))
				line[m] = &got[i]
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// ExpectRows makes another mart's rows the expectation, to the letter: every difference is at level [Own]. Unless each
// row has an ordinal of its own, they have no ranks, and [Difference.Ordinal] only tells them apart. It does not change
// rows.
func ExpectRows(id string, rows []Fact) Expected {
	rows = slices.Clone(ranked(rows))
	slices.SortStableFunc(rows, CompareFacts)
	o := ordinalsOf(rows)
	now := make(map[int64]Number)
	for i := range rows {
		if rows[i].Ordinal.Is == Given {
			now[rows[i].Ordinal.Value] = Num(int64(i + 1))
		}
	}
	for i := range rows {
		if rows[i].ReceivedFrom.Is == Given {
			rows[i].ReceivedFrom = now[rows[i].ReceivedFrom.Value] // absent if it names no row
		}
	}
	w := ExpectTable(rows, nil, Own)
	w.InteractionID, w.unranked = id, !o.all || !o.rising
	return w
}

// was says what the old mart has, or "" if there is no old mart.
func (d *Difference) was() string {
	if d.Change == "" {
		return ""
	}
	return "was " + d.Was + ", "
}
