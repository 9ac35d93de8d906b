package model

import (
	"cmp"
	"math/bits"
	"slices"
)

// Coverage says what the chats added to it exercise, by the reference's reading of them: an implementation's answers
// play no part. It does not depend on the order in which chats are added.
//
// Rules and combinations have a denominator: the table, and the closure of its rules ([Combinations]), where mere
// alternatives cannot be covered. Pairs of rules have none, because which of them can occur at all is not proven here.
// Their count is only to be compared with another run's.
type Coverage struct {
	reads  Classifier
	chat   Chat
	clause [clauseCount]exercised // its IRFs are counted in shapes
	rules  [clauseCount]int       // chats, by place of the rule in the table, which has no more rules than clauses
	shapes map[Clauses]*exercised
	yields map[Yield]*exercised
}

// exercised counts the IRFs and chats that rest on something. example is the least id of such a chat, if chats are
// added by [Coverage.Note].
type exercised struct {
	irfs, chats int
	example     string
}

func (e *exercised) add(irfs, chats int, example string) {
	e.irfs += irfs
	e.chats += chats
	if e.example == "" || example != "" && example < e.example {
		e.example = example
	}
}

// NewCoverage returns the coverage of no chat.
func NewCoverage() *Coverage {
	return &Coverage{
		reads:  *NewClassifier(reference),
		shapes: make(map[Clauses]*exercised), yields: make(map[Yield]*exercised),
	}
}

// RuleCoverage counts what rests on a rule, or on one of its clauses.
type RuleCoverage struct {
	ID      string         `json:"name"`  // for a clause, which part of its rule it is
	IRFs    int            `json:"irfs"`  // none if the rule says that no IRF is made
	Chats   int            `json:"chats"` // of those IRFs, or left without one by the rule
	Example string         `json:"example,omitempty"`
	Clauses []RuleCoverage `json:"clauses,omitempty"` // if the rule has several
}

// Rules lists every rule of the table, in its order, with its clauses.
func (c *Coverage) Rules() []RuleCoverage {
	out := make([]RuleCoverage, len(ruleTable))
	for i := range ruleTable {
		rule := exercised{chats: c.rules[i]}
		for shape, e := range c.shapes {
			if shape&ruleTable[i].set() != 0 {
				rule.irfs += e.irfs
			}
		}
		var clauses []RuleCoverage
		for _, clause := range ruleTable[i].Clauses {
			e := c.clause[clause.ID]
			for shape, x := range c.shapes {
				if shape.Has(clause.ID) {
					e.irfs += x.irfs
				}
			}
			rule.add(0, 0, e.example)
			clauses = append(clauses, RuleCoverage{ID: clause.Part, IRFs: e.irfs, Chats: e.chats, Example: e.example})
		}
		if len(clauses) < 2 {
			clauses = nil
		}
		out[i] = RuleCoverage{ruleTable[i].ID, rule.irfs, rule.chats, rule.example, clauses}
	}
	return out
}

// Shape lists the rules that make a row together, each with the part of it that applies.
type Shape struct {
	Rules   []string `json:"rules"` // such as R3, or I1 (rejected)
	IRFs    int      `json:"irfs"`
	Example string   `json:"example,omitempty"`
}

// Beyond lists the shapes of rows that the other coverage lacks, the most frequent first. A row of another medium (I19)
// has the shape that it would have in a chat.
func (c *Coverage) Beyond(o *Coverage) (shapes []Shape) {
	known, all := make(map[Clauses]bool), make(map[Clauses]*exercised)
	for clauses := range o.shapes {
		known[clauses&^Set(I19)] = true
	}
	for clauses, e := range c.shapes {
		at(all, clauses&^Set(I19)).add(e.irfs, 0, e.example)
	}
	for clauses, e := range all {
		if !known[clauses] {
			s := Shape{IRFs: e.irfs, Example: e.example}
			for i := range ruleTable {
				for _, clause := range ruleTable[i].Clauses {
					switch {
					case !clauses.Has(clause.ID):
					case clause.Part == "":
						s.Rules = append(s.Rules, ruleTable[i].ID)
					default:
						s.Rules = append(s.Rules, ruleTable[i].ID+" ("+clause.Part+")")
					}
				}
			}
			shapes = append(shapes, s)
		}
	}
	slices.SortFunc(shapes, func(a, b Shape) int { return cmp.Or(b.IRFs-a.IRFs, slices.Compare(a.Rules, b.Rules)) })
	return shapes
}

// CombinationCount says how many rows have a combination.
type CombinationCount struct {
	Combination
	IRFs    int    `json:"irfs"`
	Example string `json:"example,omitempty"`
}

// Merge adds another coverage.
func (c *Coverage) Merge(o *Coverage) {
	for i := range o.clause {
		c.clause[i].add(0, o.clause[i].chats, o.clause[i].example)
		c.rules[i] += o.rules[i]
	}
	for s, e := range o.shapes {
		at(c.shapes, s).add(e.irfs, e.chats, e.example)
	}
	for y, e := range o.yields {
		at(c.yields, y).add(e.irfs, e.chats, e.example)
	}
}

// at returns the map's entry for a key, and makes it if there is none.
func at[K comparable](m map[K]*exercised, key K) *exercised {
	e := m[key]
	if e == nil {
		e = new(exercised)
		m[key] = e
	}
	return e
}

// Pairs lists the pairs of different rules that bear on one IRF together. Each pair is in the order of the table, and
// so is the list.
func (c *Coverage) Pairs() (pairs [][2]string) {
	var together [clauseCount]ruleSet
	for s := range c.shapes {
		rules := rulesOf(s)
		for rest := rules; rest != 0; rest &= rest - 1 {
			together[bits.TrailingZeros64(uint64(rest))] |= rules
		}
	}
	for i := range ruleTable {
		for j := i + 1; j < len(ruleTable); j++ {
			if together[i]&(1<<j) != 0 {
				pairs = append(pairs, [2]string{ruleTable[i].ID, ruleTable[j].ID})
			}
		}
	}
	return pairs
}

// Combinations splits [Combinations] into the ones that an IRF has and the others. An answer that is only accepted in
// place of the reference's covers nothing: an implementation that never gives it is right too.
func (c *Coverage) Combinations() (covered []CombinationCount, uncovered []Combination) {
	for _, comb := range Combinations() {
		if e := c.yields[comb.Yield]; e != nil {
			covered = append(covered, CombinationCount{comb, e.irfs, e.example})
		} else {
			uncovered = append(uncovered, comb)
		}
	}
	return covered, uncovered
}

// AddCase adds the chats of a case that are judged row by row, and leaves out those that no oracle judges.
func (c *Coverage) AddCase(of *Case) {
	for _, log := range c.reads.grouper.chats(of.Events) {
		if !slices.Contains(of.Aside, log[0].InteractionID) {
			c.Add(log)
		}
	}
}

// Add adds a chat: the events of one interaction, in any order and with exact duplicates. An ill-formed one adds
// nothing.
func (c *Coverage) Add(events []Event) {
	if c.reads.Classify(&c.chat, events) == nil {
		c.Note(&c.chat, "")
	}
}

// Note adds a chat that the reference has read. Its id becomes the example if it is the least so far; "" is none.
func (c *Coverage) Note(chat *Chat, id string) {
	all := chat.Silent
	for i := range chat.IRFs {
		r := &chat.IRFs[i]
		if r.Clauses&silenceClauses != 0 { // a row that a reading adds: not a shape of ours
			continue
		}
		all |= r.Clauses
		at(c.shapes, r.Clauses).add(1, 0, id)
		at(c.yields, Yield{r.ResourceType, r.Role, r.Result, r.Reason}).add(1, 0, id)
	}
	for clause := range all.All() {
		c.clause[clause].add(0, 1, id)
	}
	for of := rulesOf(all); of != 0; of &= of - 1 {
		c.rules[bits.TrailingZeros64(uint64(of))]++
	}
}

// ruleSet is a set of rules, by place in the table.
type ruleSet uint64

// ruleOf holds the place in the table of each clause's rule.
var ruleOf = func() (places [clauseCount]uint8) {
	for i := range ruleTable {
		for j := range ruleTable[i].Clauses {
			places[ruleTable[i].Clauses[j].ID] = uint8(i)
		}
	}
	return places
}()

func rulesOf(s Clauses) (rules ruleSet) {
	for id := range s.All() {
		rules |= 1 << ruleOf[id]
	}
	return rules
}
