package model

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Case is one scenario in the form in which all scenarios are planned, asked and judged, whether it was compiled
// from a feature or made by other means: a log, and what is expected of it.
type Case struct {
	ID     string // stable and unique within a plan: documented/1.6/visibility-mode-unknown
	Level  Level
	Flow   string   // the guide's section, such as 1.6; "" where the case is about no single flow
	Title  string   // what the feature or family is about
	Name   string   // what a report calls the case
	Tags   []string // with their @
	Source string   // file:line of the feature, "" where there is none
	Since  string   // the suite's minor version that brought an authored case; "" for a team's own or a generated one
	Kind   Kind
	Events []Event

	// Opaque says that the interactions' ids say nothing, so that they can be sent as they are.
	Opaque bool
	// Lines are sent after the events as they are: what is no event at all (robustness).
	Lines []string
	// Aside are interactions of the log that are judged by no oracle: variants, and company.
	Aside    []string
	Variants []Variant
	// Checked says that the invariants are checked, too.
	Checked bool

	// Authored says that Table is the oracle. Otherwise the reference's answer to Events is.
	Authored bool
	Table    []Fact
}

// Variant is a second log of a case, made from the first, the answers to which must be related.
type Variant struct {
	Relation    string // V12–V19, D3–D7
	Of, Variant string // the interactions
	How         int    // in which of the relation's ways, and
	Seed        uint64 // by which draws the second log was made, to make one like it
	// Compare returns what is wrong, or "". It needs no oracle.
	Compare func(of, variant []Fact) string
}

// The tags of a chat that the guide's own rules decide: no row of it, and no row that it lacks, is by an inferred one.
// AsDrawn is a flow as the guide draws it, or a variant that its prose names; Composed is nothing but the same
// situations put together. The guide warns that it does not answer for flows that were modified: what is wrong of a
// composed chat contradicts its rules as they are combined here, and of a drawn one the guide itself.
const (
	AsDrawn  = "@as-drawn"
	Composed = "@composed"
)

// Guide is the one of [AsDrawn] and [Composed] that the case is tagged, or "": also of a team's own case, whose tags
// are the team's.
func (c *Case) Guide() string {
	for _, tag := range c.Tags {
		if c.Level != Own && (tag == AsDrawn || tag == Composed) {
			return tag
		}
	}
	return ""
}

// Kind says in which company a case may be sent: a filter's start never mixes kinds.
type Kind uint8

// The kinds. Of robustness cases the log may be ill-formed.
const (
	OrderedKind Kind = iota
	InterleavedKind
	DeliveryKind
	RobustnessKind
)

// OpaqueID is the id under which an implementation sees an interaction of a scenario, unless the case is [Case.Opaque]:
// it looks like a GUID, says nothing of the scenario, and is the same in every run.
func OpaqueID(scenario, interaction string) string {
	sum := sha256.Sum256([]byte(scenario + "\x00" + interaction))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// Expected tells what is expected of each interaction of the case, in the order in which they first appear in the
// log. An ill-formed interaction expects nothing unless a table says so.
func (c *Case) Expected(t *Table) []Expected { return c.ExpectedIn(t, nil) }

// ExpectedIn is the same as Expected, in the memory of what was expected of a case that nobody needs any more.
func (c *Case) ExpectedIn(t *Table, spent []Expected) []Expected {
	out := spent[:0]
	classifier := borrowed(t)
	defer classifiers.Put(classifier)
	for _, log := range classifier.grouper.chats(c.Events) {
		id := log[0].InteractionID
		if slices.Contains(c.Aside, id) {
			continue
		}
		var last Expected // where the next one goes
		if n := len(out); n < cap(out) {
			last = out[:n+1][n]
		}
		chat := last.Chat
		if chat == nil {
			chat = new(Chat)
		}
		if err := classifier.Classify(chat, log); err != nil {
			chat = nil
		}
		switch {
		case c.Authored && !(c.Level != Own && chat.reread()):
			var rows []Fact
			for _, row := range c.Table {
				if row.InteractionID == id {
					rows = append(rows, row)
				}
			}
			w := ExpectTable(rows, chat, c.Level)
			w.InteractionID, w.Chat = id, chat
			out = append(out, w)
		case chat != nil && chat.InteractionID != "": // readings go before the tables of our own features
			out = append(out, expectIn(chat, last.Rows))
		}
	}
	return out
}

// Judge compares rows with what is expected of the case, with the invariants and with each other, as far as the case
// asks for it. Differences of delivery and robustness cases have those levels. Rows of other interactions are left
// out.
func (c *Case) Judge(want []Expected, got []Fact) (ds []Difference) {
	of := func(id string) []Fact { return rowsOf(got, id) }
	for i := range want {
		rows, start := of(want[i].InteractionID), len(ds)
		ds = append(ds, Compare(&want[i], rows)...)
		if c.Checked && want[i].Chat != nil {
			ds = append(ds, CheckInvariants(want[i].Chat, rows)...)
		}
		for k := start; k < len(ds); k++ {
			c.temper(&ds[k])
		}
	}
	for _, v := range c.Variants {
		if found := v.Compare(of(v.Of), of(v.Variant)); found != "" {
			d := broken(v.Relation, v.Of, "relation", found, Invariant)
			if c.temper(&d); c.OfOtherMedium(v.Variant) {
				d.Level = Inferred
			}
			ds = append(ds, d)
		}
	}
	return ds
}

// OfOtherMedium reports whether an interaction of the case is of another medium than chat, on which the guide says
// nothing in particular (I19).
func (c *Case) OfOtherMedium(interaction string) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool {
		return e.Name == Submitted && e.InteractionID == interaction && !sameCode(e.medium(), chatMedium)
	})
}

// BeyondMedia reports whether a chat of the case is of none of some media.
func (c *Case) BeyondMedia(media []string) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool {
		return e.Name == Submitted && !slices.ContainsFunc(media, func(m string) bool {
			return sameCode(e.medium(), m)
		})
	})
}

// rowsOf are the rows of an interaction, in their order. Most often they stand together, which needs no copy.
func rowsOf(rows []Fact, id string) []Fact {
	start, n, last := 0, 0, 0
	for i := range rows {
		if rows[i].InteractionID == id {
			if n == 0 {
				start = i
			}
			n, last = n+1, i
		}
	}
	if n == 0 || last-start == n-1 {
		return rows[start : start+n : start+n]
	}
	of := make([]Fact, 0, n)
	for i := start; i <= last; i++ {
		if rows[i].InteractionID == id {
			of = append(of, rows[i])
		}
	}
	return of
}

// OnlyInCompany is the difference of a case that gives rows alone and none among others, all of which do alone.
func (c *Case) OnlyInCompany(found string) Difference {
	d := broken("V17", c.Events[0].InteractionID, "company", found, Invariant)
	c.temper(&d)
	return d
}

// Merged is the difference of a case whose ids or names are nearly alike, and do not all have rows. It is of level
// Delivery, whatever the case: it says why other differences are there.
func (c *Case) Merged(interaction, found string) Difference {
	return broken("D7", interaction, "names", found, Delivery)
}

// temper gives a difference of a delivery or robustness case that level, but one of another medium's chat that of I19.
func (c *Case) temper(d *Difference) {
	if d.Level != Own && c.OfOtherMedium(d.InteractionID) {
		d.Level = Inferred
		return
	}
	switch c.Kind {
	case DeliveryKind:
		d.Level = Delivery
	case RobustnessKind:
		d.Level = Robustness
	}
}

// Levels is the set of levels that a difference from what is expected of the case can have.
func (c *Case) Levels(want []Expected) Levels {
	levels := LevelSet(c.Level)
	if c.Kind == DeliveryKind || c.Kind == RobustnessKind {
		return levels
	}
	if c.Checked || len(c.Variants) > 0 {
		levels |= LevelSet(Invariant)
	}
	for i := range want {
		for j := range want[i].Rows {
			levels |= LevelSet(want[i].Rows[j].Level)
		}
	}
	return levels
}

// RulesIn lists the rules that bear on what is expected, in the order of the table.
func RulesIn(want []Expected) []string {
	var s Clauses
	for i := range want {
		s |= want[i].Silent
		for j := range want[i].Rows {
			if irf := want[i].Rows[j].irf; irf != nil {
				s |= irf.Clauses
			}
		}
	}
	return s.Rules()
}
