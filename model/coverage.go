package model

import (
	"math/bits"
	"slices"
)

// Coverage is what the chats exercise that are added to it, by the reference's reading of them: an implementation's
// answers have no part in it. What is covered does not depend on the order in which chats are added.
//
// Rules and combinations have a denominator: the table, and the closure of its rules ([Combinations]), of which those
// that are alternatives only cannot be covered. Pairs of rules have none: which of them can occur at all is not proven
// here. They are a count, to be compared with another run's.
type Coverage struct {
	fold   fold
	chat   Chat
	irfs   [clauseCount]int // by place of the rule in the table, which has no more rules than clauses
	chats  [clauseCount]int
	pairs  [clauseCount]ruleSet // of rules that bear on an IRF together
	yields map[Yield]bool
	logs   []span // working memory of AddCase
	log    []Event
}

// NewCoverage returns the coverage of no chat.
func NewCoverage() *Coverage {
	return &Coverage{fold: fold{table: Reference()}, yields: make(map[Yield]bool)}
}

// RuleCoverage says what rests on a rule.
type RuleCoverage struct {
	ID    string `json:"name"`
	IRFs  int    `json:"irfs"`  // none where the rule says that no IRF is made
	Chats int    `json:"chats"` // of those IRFs, or left without one by the rule
}

// Rules lists every rule of the table, in its order.
func (c *Coverage) Rules() []RuleCoverage {
	out := make([]RuleCoverage, len(ruleTable))
	for i := range ruleTable {
		out[i] = RuleCoverage{ruleTable[i].ID, c.irfs[i], c.chats[i]}
	}
	return out
}

// Pairs lists the pairs of different rules that bear on one IRF together, each in the order of the table, by the first
// and then the second.
func (c *Coverage) Pairs() (pairs [][2]string) {
	for i := range ruleTable {
		for j := i + 1; j < len(ruleTable); j++ {
			if c.pairs[i]&(1<<j) != 0 {
				pairs = append(pairs, [2]string{ruleTable[i].ID, ruleTable[j].ID})
			}
		}
	}
	return pairs
}

// Combinations parts [Combinations] into those that an IRF has and the others. What is only accepted in place of the
// reference's answer covers nothing: who never gives it is right, too.
func (c *Coverage) Combinations() (covered, uncovered []Combination) {
	for _, comb := range Combinations() {
		if c.yields[comb.Yield] {
			covered = append(covered, comb)
		} else {
			uncovered = append(uncovered, comb)
		}
	}
	return covered, uncovered
}

// AddCase adds the chats of a case that are judged row by row: not those that an oracle says nothing of.
func (c *Coverage) AddCase(of *Case) {
	c.logs = c.logs[:0]
	for i := range of.Events {
		id, n := of.Events[i].InteractionID, len(c.logs)-1
		if n < 0 || c.logs[n].id != id {
			n = slices.IndexFunc(c.logs, func(s span) bool { return s.id == id })
		}
		if n < 0 {
			n = len(c.logs)
			c.logs = append(c.logs, span{id: id, from: i})
		}
		c.logs[n].to = i + 1
		c.logs[n].events++
	}
	for _, s := range c.logs {
		if slices.Contains(of.Aside, s.id) {
			continue
		}
		log := of.Events[s.from:s.to]
		if len(log) != s.events { // others between
			c.log = c.log[:0]
			for i := range log {
				if log[i].InteractionID == s.id {
					c.log = append(c.log, log[i])
				}
			}
			log = c.log
		}
		c.Add(log)
	}
}

// span is where a log holds the events of an interaction.
type span struct {
	id               string
	from, to, events int
}

// Add adds a chat: the events of one interaction, in any order and with exact duplicates. An ill-formed one adds
// nothing.
func (c *Coverage) Add(events []Event) {
	f := &c.fold
	if f.order(events) != nil {
		return
	}
	for i, at := range f.turn {
		if f.step(&events[at], at, int32(i)) != nil {
			return
		}
	}
	f.finish(&c.chat)
	c.note(&c.chat)
}

// note adds what made the rows of a chat.
func (c *Coverage) note(chat *Chat) {
	of := rulesOf(chat.Silent)
	for i := range chat.IRFs {
		r := &chat.IRFs[i]
		rules := rulesOf(r.Clauses)
		of |= rules
		for rest := rules; rest != 0; rest &= rest - 1 {
			rule := bits.TrailingZeros64(uint64(rest))
			c.irfs[rule]++
			c.pairs[rule] |= rules
		}
		c.yields[Yield{r.ResourceType, r.Role, r.Result, r.Reason}] = true
	}
	for ; of != 0; of &= of - 1 {
		c.chats[bits.TrailingZeros64(uint64(of))]++
	}
}

// ruleSet is a set of rules, by place in the table.
type ruleSet uint64

// ruleOf finds the rule of a clause, by place in the table.
var ruleOf = func() (places [clauseCount]uint8) {
	for i := range ruleTable {
		for j := range ruleTable[i].Clauses {
			places[ruleTable[i].Clauses[j].ID] = uint8(i)
		}
	}
	return places
}()

func rulesOf(s Clauses) (rules ruleSet) {
	for ; s != 0; s &= s - 1 {
		rules |= 1 << ruleOf[bits.TrailingZeros64(uint64(s))]
	}
	return rules
}
