package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A reading is an Info Mart's answer where the guide is silent: one answer for an inferred clause, which is the
// reference's own, an accepted alternative, or any other. A table with readings ([Table.Reading]) accepts no other
// there. A difference is then at level [Own], unless another clause of the row still has several answers.

// ClauseName returns what readings call an inferred clause: its rule's id, followed by its part if the rule has
// several, like I1.rejected.
func ClauseName(id ClauseID) string {
	r := &ruleTable[ruleOf[id]]
	part := clauseTable[id].Part
	if part == "" {
		return r.ID
	}
	return r.ID + "." + strings.ReplaceAll(strings.ReplaceAll(part, ",", ""), " ", "-")
}

// InferredClauses lists the clauses that a reading can pin, in the order of the table of rules.
func InferredClauses() (ids []ClauseID) {
	for i := range ruleTable {
		for j := range ruleTable[i].Clauses {
			if ruleTable[i].Level == Inferred {
				ids = append(ids, ruleTable[i].Clauses[j].ID)
			}
		}
	}
	return ids
}

// InferredClause finds an inferred clause by its [ClauseName].
func InferredClause(name string) (id ClauseID, ok bool) {
	for _, id := range InferredClauses() {
		if ClauseName(id) == name {
			return id, true
		}
	}
	return 0, false
}

// RuleOf returns the rule of a clause, and ClauseOf the clause itself. The caller must not change them.
func RuleOf(id ClauseID) *Rule     { return &ruleTable[ruleOf[id]] }
func ClauseOf(id ClauseID) *Clause { return clauseTable[id] }

// Reading returns a copy of the table with an inferred clause pinned: to what the clause yields with y laid over it, or
// to the row y if the clause makes no row. The zero Yield pins the reference's own answer. It fails if the kind of
// clause does not decide what y has, or if rows would break V1, V5–V9, V12, V14 or V19.
func (t *Table) Reading(id ClauseID, y Yield) (*Table, error) {
	c := *t
	c.pinned |= Set(id)
	c.chosen[id] = 0
	c.given = sync.OnceValue(func() map[[4]string]bool { return givenBy(&c) })
	c.yields[id] = clauseTable[id].Yield
	c.yields[id].Give(y)
	if y == (Yield{}) {
		return &c, nil
	}
	if err := c.fitting(id, y); err != nil {
		return nil, err
	}
	if clauseTable[id].Kind == SilenceClause {
		return &c, c.validRow(id, &y)
	}
	for s := range c.setsWith(id) {
		for _, w := range waysKnown {
			if err := c.validAnswer(s, w); err != nil {
				return nil, err
			}
		}
	}
	return &c, nil
}

// fitting checks that a reading decides what its kind of clause decides, and nothing else.
func (t *Table) fitting(id ClauseID, y Yield) error {
	kind := clauseTable[id].Kind
	switch {
	case kind == SilenceClause && (y.Role == "" || y.Result == "" || y.Type != QueueResource &&
		y.Type != StrategyResource):
		return errors.New("expected 'no row', or the type (queue or strategy), role and result of a row")
	case kind != SilenceClause && y.Type != "":
		return errors.New("type: remove it: only a clause that makes no row takes a type")
	case kind == RoleClause && (y.Result != "" || y.Reason != ""):
		return errors.New("expected a role alone: the clause decides nothing else")
	case kind == ResultClause && y.Role != "":
		return errors.New("expected no role: the clause decides result and reason")
	}
	symbolic := isOneOf(y.Role, RoleBehind, RoleByFirstMode, RoleWithoutMode)
	if symbolic && !slices.ContainsFunc(clauseTable[id].Accepts, func(a Yield) bool { return a.Role == y.Role }) {
		return fmt.Errorf("role: %s is not an answer of this clause", Name(string(y.Role)))
	}
	return nil
}

// setsWith yields the sets of clauses that include a clause and can make an IRF. A set has no mark but the clause
// itself and at most one pinned mark: an answer that breaks an invariant does so with one.
func (t *Table) setsWith(id ClauseID) func(func(Clauses) bool) {
	marks := []Clauses{0}
	for other := range (t.pinned &^ roleClauses &^ resultClauses &^ silenceClauses).All() {
		marks = append(marks, Set(other))
	}
	return func(yield func(Clauses) bool) {
		for _, roles := range roleSets() {
			for result := range resultClauses.All() {
				for _, mark := range marks {
					s := roles | Set(result) | mark
					if clauseTable[id].Kind == MarkClause {
						s |= Set(id)
					}
					if s.Has(id) && fits(s) && !yield(s) {
						return
					}
				}
			}
		}
	}
}

// validAnswer checks what the table answers for an IRF made by the clauses.
func (t *Table) validAnswer(s Clauses, w ways) error {
	y := t.apply(s, w)
	if s&enters != 0 && !s.Has(I21After) && isOneOf(y.Role, joined...) {
		return breaks("V6", y)
	}
	for _, bound := range []struct {
		result Result
		breaks string
	}{{CustomerAbandoned, "V9"}, {Transferred, "V5"}} {
		if isOneOf(y.Result, bound.result) && reference.apply(s, w).Result != bound.result &&
			!slices.ContainsFunc(reference.variants(s, w), func(o Yield) bool {
				return o.Result == bound.result && sameCode(string(o.Reason), string(y.Reason))
			}) {
			return breaks(bound.breaks, y)
		}
	}
	for _, mark := range [...]struct {
		id     ClauseID
		role   bool // the role may change
		breaks string
	}{{I8, true, "V14"}, {I12, false, "V12"}, {I17Failed, false, "V12"}, {I19, false, "V19"}} {
		// with mode 1, without the invitation that failed, or as a chat, the chat would not have the mark
		without := t.apply(s&^Set(mark.id), w)
		if mark.role {
			without.Role = y.Role
		}
		if without != y {
			return breaks(mark.breaks, y)
		}
	}
	return validYield(y)
}

// validRow checks the row that a reading gives a clause that makes none. It may be CustomerAbandoned only if the clause
// is about a customer who left.
func (t *Table) validRow(id ClauseID, y *Yield) error {
	if Set(I9Queue, I9Strategy).Has(id) && isOneOf(y.Role, joined...) { // it may be the only row
		return breaks("V6", *y)
	}
	if isOneOf(y.Result, CustomerAbandoned) && !Set(I11Queue, I11Strategy, I16).Has(id) {
		return breaks("V9", *y)
	}
	return validYield(*y)
}

// validYield checks an answer against the invariants that a row keeps by itself, whatever the readings.
func validYield(y Yield) error {
	f := y.fact()
	for _, v := range []struct {
		id    string
		check *rowCheck
	}{{"V1", row1}, {"V7", row7}, {"V8", row8}} {
		if v.check.found(&f) != "" {
			return breaks(v.id, y)
		}
	}
	return nil
}

func breaks(invariant string, y Yield) error {
	f := y.fact()
	return fmt.Errorf("the row \"%s %s\" would break %s, which says: \"%s\"", bareName(string(y.Type)),
		plainDescriptor(&f), invariant, strings.TrimSuffix(saying(invariant), "."))
}

func (y *Yield) fact() Fact {
	return Fact{ResourceType: y.Type, Role: y.Role, Result: y.Result, Reason: y.Reason}
}

// Pinned returns the clauses that readings have pinned.
func (t *Table) Pinned() Clauses { return t.pinned }

// Answer returns what the table answers for a clause: if the clause makes no row, the row that a reading gives it.
func (t *Table) Answer(id ClauseID) Yield { return t.answer(id) }

// pins reports whether there are clauses and the table, which may be nil, pins them all.
func (t *Table) pins(s Clauses) bool { return t != nil && s != 0 && s&^t.pinned == 0 }

// level returns the level of the weakest rule among some clauses; t may be nil. It is [Own] if readings pin one, unless
// another clause has several answers: then nobody knows which of the two a difference is about. A clause with a single
// answer does not stand in the way: no row has I8 alone, because somebody always leaves first (I12).
func (t *Table) level(s Clauses) Level {
	if t != nil && s&t.pinned != 0 && s&alternating&^t.pinned == 0 {
		return Own
	}
	return s.Level()
}

// reread reports whether a reading bears on the chat, which may be nil.
func (c *Chat) reread() bool {
	if c == nil || c.readings == nil {
		return false
	}
	return c.Pinned() != 0 ||
		slices.ContainsFunc(c.IRFs, func(r IRF) bool { return r.Pinned() != 0 })
}

// gives reports whether the table's readings can make such a row.
func (t *Table) gives(f *Fact) bool {
	return t.given()[f.codes()]
}

// givenBy returns the codes of all rows that the readings of a table make, each also with a blank type.
func givenBy(t *Table) map[[4]string]bool {
	codes := make(map[[4]string]bool)
	for id := range t.pinned.All() {
		if clauseTable[id].Kind == SilenceClause {
			t.yields[id].addCodes(codes)
			continue
		}
		for s := range t.setsWith(id) {
			for _, w := range waysKnown {
				for _, y := range t.variants(s, w) {
					y.addCodes(codes)
				}
			}
		}
	}
	return codes
}

// waysKnown are the ways that a row's leg may have had.
var waysKnown = []ways{
	{I3Target, I3Target, I3Target}, {R3, R3, R3}, {R4, R4, R4}, {I15, I15, I15},
}
