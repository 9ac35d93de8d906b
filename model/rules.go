package model

import (
	"iter"
	"math/bits"
	"slices"
	"strings"
)

// Rule is one rule of classification: a row of the table that the classifier, the explanations, the lists, the
// comparison and the reports all read. A rule's condition is one named place in the fold (fold.go, finish.go);
// what it yields, and what else is accepted, is here.
type Rule struct {
	ID      string   `json:"id"`
	Level   Level    `json:"level"`
	Since   string   `json:"since"`   // the suite's minor version that introduced it
	Source  string   `json:"section"` // the guide's sections, or "inferred"
	Says    string   `json:"says"`    // the whole rule in one sentence
	Clauses []Clause `json:"clauses,omitempty"`
}

// Clause is a part of a rule that can bear on an IRF by itself. Most rules have one.
type Clause struct {
	ID   ClauseID   `json:"-"`
	Part string     `json:"part,omitempty"` // which part of the rule, "" if it has only one
	Kind ClauseKind `json:"-"`
	// Joins limits what a clause may stand with: for a result, the roles that it may follow, or the mark that lets it
	// follow others; for a mark, roles and results.
	Joins   Clauses `json:"-"`
	Yield   Yield   `json:"yields,omitzero"`               // what the reference answers
	Accepts []Yield `json:"accepts,omitempty"`             // each replaces the answer
	Allows  []Yield `json:"allows_one_row_more,omitempty"` // each is one further row that is allowed
	// Open says that Accepts are examples: any known result but CustomerAbandoned and Transferred is accepted, with any
	// reason that V7 and V8 allow. They are then not part of the closure (V2).
	Open bool `json:"accepts_any_result,omitzero"`
}

// AcceptsInstead reports whether a yield is one of the clause's alternatives laid over its own, or one that the clause
// is open to.
func (c *Clause) AcceptsInstead(y Yield) bool {
	for _, a := range c.Accepts {
		over := c.Yield
		if over.Give(a); over == y {
			return true
		}
	}
	return c.Open && openTo(Descriptor{Result: y.Result, Reason: y.Reason})
}

// openTo reports whether an open clause accepts an agent's result and reason.
func openTo(d Descriptor) bool {
	if blankCode(string(d.Result)) || isOneOf(d.Result, CustomerAbandoned, Transferred) ||
		!isOneOf(d.Result, Results...) {
		return false
	}
	f := Fact{ResourceType: AgentResource, Result: d.Result, Reason: d.Reason}
	return row7.found(&f) == "" && row8.found(&f) == ""
}

// ClauseKind says what a clause does to an IRF.
type ClauseKind uint8

// The kinds of clause. Every IRF has one role clause (two if R5 hands the role on) and one result clause.
const (
	RoleClause    ClauseKind = iota
	ResultClause             // yields result and reason
	MarkClause               // says that an inferred rule bears on the IRF, and may change it
	SilenceClause            // says that no IRF is made; it belongs to the interaction
)

// Yield is what a clause gives an IRF. An empty field leaves what earlier clauses gave; the reason NoReason blanks it.
type Yield struct {
	Type   ResourceType `json:"resource_type,omitempty"`
	Role   Role         `json:"resource_role,omitempty"`
	Result Result       `json:"technical_result,omitempty"`
	Reason Reason       `json:"result_reason,omitempty"`
}

// Roles that stand for others when they are yielded.
const (
	// RoleBehind is the role that an agent would have had if the transfer or conference through a queue had reached one
	// (I6).
	RoleBehind Role = "the role by R2–R5"
	// RoleByFirstMode and RoleWithoutMode are the roles that a conference's invitee has if the first mode counts, and
	// if none does (I18).
	RoleByFirstMode Role = "the role by the first mode"
	RoleWithoutMode Role = "the role without a mode"
)

// ways are the role clauses that a conference or transfer may lead to: by the last of its modes, which is the one that
// counts for the reference, by the first, and without a mode.
type ways struct{ last, first, bare ClauseID }

// ClauseID numbers the clauses in the order in which they are applied to an IRF: role, result, marks.
type ClauseID uint8

// The clauses, named after their rules.
const (
	R1 ClauseID = iota
	R2
	R3
	R4
	I15
	I3Target
	I7Entering
	R6
	R7
	R5
	I18Unlike
	I18Requeued
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	I3Initiator
	I4
	I5
	I5Customer
	I10
	I20Completed
	I20Canceled
	I21
	I1Rejected
	I1Other
	I2
	I6Agent
	I6Mediation
	I7Behalf
	I8
	I12
	I13
	I14
	I17AtStop
	I17Outlasts
	I17Late
	I17Failed
	I19
	I21After
	I9Queue
	I9Strategy
	I11
	I11Queue
	I11Strategy
	I16
	I20After
	clauseCount
)

// Clauses is a set of clauses.
type Clauses uint64

// Set makes a set of clauses.
func Set(ids ...ClauseID) (s Clauses) {
	for _, id := range ids {
		s |= 1 << id
	}
	return s
}

// Has reports whether the clause is in the set.
func (s Clauses) Has(id ClauseID) bool { return s&(1<<id) != 0 }

// All yields the set's clauses in the order in which they are applied.
func (s Clauses) All() iter.Seq[ClauseID] {
	return func(yield func(ClauseID) bool) {
		for s != 0 {
			id := ClauseID(bits.TrailingZeros64(uint64(s)))
			if !yield(id) {
				return
			}
			s &= s - 1
		}
	}
}

// Rules lists the ids of the rules that the clauses belong to, in the order of the table, each once.
func (s Clauses) Rules() []string {
	var ids []string
	for i := range ruleTable {
		if s&ruleTable[i].set() != 0 {
			ids = append(ids, ruleTable[i].ID)
		}
	}
	return ids
}

// Level returns the level of the weakest rule among the clauses.
func (s Clauses) Level() Level {
	if s&inferredClauses != 0 {
		return Inferred
	}
	return Documented
}

func (s Clauses) String() string { return strings.Join(s.Rules(), ", ") }

// Rules returns the table, R1–R14 then I1–I21. The caller must not change it.
func Rules() []Rule { return ruleTable }

// RuleByID finds a rule.
func RuleByID(id string) (*Rule, bool) {
	i := slices.IndexFunc(ruleTable, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return &ruleTable[i], true
}

// decides reports whether the rule is more than a mark: it yields a role or result, or makes no row.
func (r *Rule) decides() bool {
	return slices.ContainsFunc(r.Clauses, func(c Clause) bool { return c.Kind != MarkClause })
}

func (r *Rule) set() (s Clauses) {
	for i := range r.Clauses {
		s |= 1 << r.Clauses[i].ID
	}
	return s
}

// clauseTable has the clauses by number; the sets are the clauses of a kind.
var (
	clauseTable                                 [clauseCount]*Clause
	roleClauses, resultClauses, inferredClauses Clauses
	openClauses, silenceClauses                 Clauses
	alternating                                 Clauses // inferred clauses with more than one accepted answer
)

func init() {
	for i := range ruleTable {
		for j := range ruleTable[i].Clauses {
			c := &ruleTable[i].Clauses[j]
			clauseTable[c.ID] = c
			reference.yields[c.ID] = c.Yield
			switch c.Kind {
			case RoleClause:
				roleClauses |= 1 << c.ID
			case ResultClause:
				resultClauses |= 1 << c.ID
			case SilenceClause:
				silenceClauses |= 1 << c.ID
			}
			if ruleTable[i].Level != Documented {
				inferredClauses |= 1 << c.ID
				if len(c.Accepts) > 0 || len(c.Allows) > 0 || c.Open {
					alternating |= 1 << c.ID
				}
			}
			if c.Open {
				openClauses |= 1 << c.ID
			}
		}
	}
}

// Table is a choice of answers to the rules: the reference's, or a variation that stands for an implementation which
// reads a rule otherwise. A Table does not change once it is made, and is safe for concurrent use.
type Table struct {
	yields     [clauseCount]Yield
	chosen     [clauseCount]uint8 // 1 + index into Accepts or Allows; 0 is the reference's answer
	dropped    Clauses
	pinned     Clauses                   // those with only one answer, see [Table.Reading]
	given      func() map[[4]string]bool // the rows that its readings make, by codes; nil without readings
	deployment Deployment
}

// Reference returns the table with the reference's answers, for the deployment [Usual].
func Reference() *Table { return reference }

var reference = &Table{deployment: Usual}

// Deployment returns the deployment that the table is for. The caller must not change it.
func (t *Table) Deployment() *Deployment { return &t.deployment }

// In returns a copy of the table for another deployment.
func (t *Table) In(d Deployment) *Table {
	c := *t
	c.deployment = d
	return &c
}

// Yielding returns a copy of the table in which a clause yields something else.
func (t *Table) Yielding(id ClauseID, y Yield) *Table {
	c := *t
	c.yields[id] = y
	return &c
}

// Dropping returns a copy of the table without a clause: IRFs that it would bear on are not reported. Without R5,
// however, a conference through a queue is taken for an entering chat (R1).
func (t *Table) Dropping(id ClauseID) *Table {
	c := *t
	c.dropped |= 1 << id
	return &c
}

// Answering returns a copy of the table that always gives a clause's k-th alternative (from 0). Those that allow a
// further row are numbered after those that replace the answer.
func (t *Table) Answering(id ClauseID, k int) *Table {
	c := *t
	c.chosen[id] = uint8(k + 1)
	return &c
}

// answer returns what the table yields for a clause.
func (t *Table) answer(id ClauseID) Yield {
	y := t.yields[id]
	if k := int(t.chosen[id]); k > 0 && k <= len(clauseTable[id].Accepts) {
		y.Give(clauseTable[id].Accepts[k-1])
	}
	return y
}

// Give overwrites the fields of y that o gives, as an alternative is laid over what its clause yields.
func (y *Yield) Give(o Yield) {
	if o.Type != "" {
		y.Type = o.Type
	}
	if o.Role != "" {
		y.Role = o.Role
	}
	if o.Result != "" {
		y.Result = o.Result
	}
	if o.Reason != "" {
		y.Reason = o.Reason
	}
}

// extra returns the further row that the table makes for a clause, if any.
func (t *Table) extra(id ClauseID) (Yield, bool) {
	c := clauseTable[id]
	if k := int(t.chosen[id]) - 1 - len(c.Accepts); k >= 0 {
		return c.Allows[k], true
	}
	return t.yields[id], t.yields[id] != Yield{}
}

// modal are the clauses whose answers depend on the ways of a conference or transfer; conferred are the roles that I18
// is about.
var (
	modal     = Set(I18Unlike, I18Requeued, I6Mediation)
	conferred = Set(R3, R4, I15)
)

// apply returns what a set of clauses yields together, applied in order. The ways count only if the set has one of the
// modal clauses.
func (t *Table) apply(s Clauses, w ways) (out Yield) {
	behind := w.last
	for rest := s; rest != 0; rest &= rest - 1 {
		id := ClauseID(bits.TrailingZeros64(uint64(rest)))
		y := &t.yields[id]
		if t.chosen[id] != 0 {
			answer := t.answer(id)
			y = &answer
		}
		out.Give(*y)
		switch out.Role {
		case RoleByFirstMode, RoleWithoutMode:
			behind = w.first
			if out.Role == RoleWithoutMode {
				behind = w.bare
			}
			out.Role = t.roleOf(s, behind)
		case RoleBehind:
			out.Role = t.answer(behind).Role
		}
	}
	if out.Reason == NoReason {
		out.Reason = ""
	}
	return out
}

// roleOf returns the role of a row made by the clauses if another way of its conference counts. A queue or strategy
// keeps its own role.
func (t *Table) roleOf(s Clauses, way ClauseID) Role {
	if s&conferred != 0 {
		return t.answer(way).Role
	}
	for id := range (s & roleClauses).All() {
		if role := t.answer(id).Role; role != "" {
			return role
		}
	}
	return ""
}

// variants returns every answer that is accepted for an IRF made by the clauses: all combinations of their
// alternatives, the table's own first, each once. Clauses that readings pin have no alternatives.
func (t *Table) variants(s Clauses, w ways) (out []Yield) {
	for y := range t.combined(s, w) {
		if !slices.Contains(out, y) {
			out = append(out, y)
		}
	}
	return out
}

// combined yields the answer of each combination of alternatives, t's own first, and the table that chooses it. It
// reuses that table for the next combination.
func (t *Table) combined(s Clauses, w ways) iter.Seq2[Yield, *Table] {
	return func(yield func(Yield, *Table) bool) {
		c := *t
		open := make([]ClauseID, 0, 4)
		for id := range (asked(s, w) &^ t.pinned).All() {
			if len(clauseTable[id].Accepts) > 0 {
				open = append(open, id)
			}
		}
		for {
			if !yield(c.apply(s, w), &c) {
				return
			}
			i := 0
			for ; i < len(open); i++ { // count up, with a digit for each clause
				if c.chosen[open[i]]++; int(c.chosen[open[i]]) <= len(clauseTable[open[i]].Accepts) {
					break
				}
				c.chosen[open[i]] = 0
			}
			if i == len(open) {
				return
			}
		}
	}
}

// asked returns the clauses that an IRF's answer may depend on: its own, and if one is modal, those of its ways.
func asked(s Clauses, w ways) Clauses {
	if s&modal != 0 {
		s |= Set(w.last, w.first, w.bare)
	}
	return s
}
