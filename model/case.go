package model

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Case is one scenario, compiled from a feature or made by other means: a log, and what is expected of it. All
// scenarios are planned, asked and judged in this form.
type Case struct {
	ID     string // stable and unique within a plan: documented/1.6/visibility-mode-unknown
	Level  Level
	Flow   string   // the guide's section, such as 1.6; "" if the case is about no single flow
	Title  string   // what the feature or family is about
	Name   string   // what a report calls the case
	Tags   []string // with their @
	Source string   // file:line of the feature, or "" if there is none
	Since  string   // the suite's minor version that brought an authored case; "" for a team's own or a generated one
	Kind   Kind
	Events []Event

	// Opaque says that the interactions' ids reveal nothing, so that they can be sent as they are.
	Opaque bool
	// Lines are sent as they are, after the events. They are not events at all (robustness).
	Lines []string
	// Aside lists the interactions of the log that no oracle judges: variants, and company.
	Aside    []string
	Variants []Variant
	// Checked says that the invariants are checked too.
	Checked bool

	// Authored says that Table is the oracle. Otherwise, the reference's answer to Events is.
	Authored bool
	Table    []Fact
}

// Variant is a second log of a case, made from the first. The answers to the two must be related.
type Variant struct {
	Relation    string // V12–V19, D3–D7
	Of, Variant string // the interactions
	How         int    // in which of the relation's ways
	Seed        uint64 // of the draws that made the second log, to make one like it
	// Compare returns what is wrong, or "". It needs no oracle.
	Compare func(of, variant []Fact) string
}

// The tags of a chat that the guide's own rules decide: no inferred rule makes a row of it, or says that it has none.
// AsDrawn is a flow as the guide draws it, or a variant that its prose names. Composed combines only such situations.
// The guide warns that it does not answer for modified flows: a wrong row of a drawn chat contradicts the guide
// itself, one of a composed chat only its rules as they are combined here.
const (
	AsDrawn  = "@as-drawn"
	Composed = "@composed"
)

// Guide returns the case's tag, if it is [AsDrawn] or [Composed], or "". It is "" for a team's own case, whose tags
// are the team's.
func (c *Case) Guide() string {
	for _, tag := range c.Tags {
		if c.Level != Own && (tag == AsDrawn || tag == Composed) {
			return tag
		}
	}
	return ""
}

// Kind says which cases may be sent together: one start of a filter never mixes kinds.
type Kind uint8

// The kinds. A robustness case's log may be ill-formed.
const (
	OrderedKind Kind = iota
	InterleavedKind
	DeliveryKind
	RobustnessKind
)

// OpaqueID is the id under which an implementation sees an interaction of a scenario, unless the case is [Case.Opaque]:
// it looks like a GUID, reveals nothing of the scenario, and is the same in every run.
func OpaqueID(scenario, interaction string) string {
	sum := sha256.Sum256([]byte(scenario + "\x00" + interaction))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// Expected returns what is expected of each interaction of the case, in the order in which they first appear in the
// log. Nothing is expected of an ill-formed interaction unless a table says so.
func (c *Case) Expected(t *Table) []Expected { return c.ExpectedIn(t, nil) }

// ExpectedIn is [Case.Expected], but reuses the memory of an earlier result that nobody needs any more.
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
		case chat != nil && chat.InteractionID != "": // readings take precedence over the tables of our own features
			out = append(out, expectIn(chat, last.Rows))
		}
	}
	return out
}

// Judge compares the rows with what is expected of the case and, if the case asks for it, with the invariants and with
// each other. Differences of delivery and robustness cases have those levels. Rows of other interactions are
// ignored.
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
	for i := range c.Variants {
		v := &c.Variants[i]
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

// OfOtherMedium reports whether an interaction of the case is of a medium other than chat, about which the guide says
// nothing in particular (I19).
func (c *Case) OfOtherMedium(interaction string) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool {
		return e.Name == Submitted && e.InteractionID == interaction && !sameCode(e.medium(), chatMedium)
	})
}

// BeyondMedia reports whether the case has a chat of a medium that is not in media.
func (c *Case) BeyondMedia(media []string) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool {
		return e.Name == Submitted && !slices.ContainsFunc(media, func(m string) bool {
			return sameCode(e.medium(), m)
		})
	})
}

// rowsOf returns the rows of an interaction, in their order. Usually they are adjacent, which needs no copy.
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

// OnlyInCompany is the difference of a case without rows when sent among others, though all have them when alone.
func (c *Case) OnlyInCompany(found string) Difference {
	d := broken("V17", c.Events[0].InteractionID, "company", found, Invariant)
	c.temper(&d)
	return d
}

// Merged returns the difference of a case whose ids or names are nearly alike and do not all have rows. Its level is
// Delivery, whatever the case: it explains the other differences.
func (c *Case) Merged(interaction, found string) Difference {
	return broken("D7", interaction, "names", found, Delivery)
}

// temper sets the level of a delivery or robustness case's difference, or I19's level if the medium is not chat.
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

// Levels returns the levels that a difference from what is expected of the case can have.
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
