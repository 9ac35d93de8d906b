package model

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Coverage is what the chats exercise that are added to it, by the reference's reading of them: an implementation's
// answers have no part in it. What is covered does not depend on the order in which chats are added.
//
// Rules and combinations have a denominator: the table, and the closure of its rules ([Combinations]), of which those
// that are alternatives only cannot be covered. Pairs of rules and transitions have none. Which of them can occur at
// all is not proven here: enumerations and walks only ever find some of them. They are counts, to be compared with
// another run's.
type Coverage struct {
	fold    fold
	chat    Chat
	irfs    [clauseCount]int // by place of the rule in the table, which has no more rules than clauses
	chats   [clauseCount]int
	pairs   [clauseCount]ruleSet // of rules that bear on an IRF together
	yields  map[Yield]bool
	passed  [(transitionCount + 63) / 64]uint64 // a bit a transition
	way     []int32                             // the transitions of the chat at hand
	history history
	logs    []span // working memory of AddCase
	log     []Event
}

// NewCoverage returns the coverage of no chat.
func NewCoverage() *Coverage {
	return &Coverage{fold: fold{table: Reference()}, yields: make(map[Yield]bool)}
}

// RuleCoverage says what rests on a rule.
type RuleCoverage struct {
	ID    string
	IRFs  int // none where the rule says that no IRF is made
	Chats int // of those IRFs, or left without one by the rule
}

// Transition is an event in a state of the reference's fold: where the chat's leg stands and what has been so far, each
// number up to [Many], which stands for all that are more. The event is what the fold tells apart, names, times and
// visibility modes aside; neutral events, which change nothing, are none.
type Transition struct {
	Leg         string // where the leg stands
	Parties     int    // agents that are parties
	Pending     int    // invitations that can still be answered
	Failed      int    // invitations rejected or revoked, save as Stopped
	Transfers   int    // agents that joined by a transfer, directly, through a queue or by a pull
	Conferences int    // the same by a conference or consult
	Returns     int    // times that the chat went back to a queue or on to another, a new leg of an agent's aside
	Event       string
}

// Many is the number from which on a [Transition] tells numbers apart no more.
const Many = 2

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

// TransitionCount counts the transitions.
func (c *Coverage) TransitionCount() (n int) {
	for _, word := range c.passed {
		n += bits.OnesCount64(word)
	}
	return n
}

// Transitions lists the transitions, by leg, numbers and event.
func (c *Coverage) Transitions() []Transition {
	out := make([]Transition, 0, c.TransitionCount())
	for _, n := range c.TransitionNumbers() {
		out = append(out, transitionAt(int32(n)))
	}
	return out
}

// TransitionNumbers lists the numbers of the transitions, ascending. Within a version of the suite, a transition has
// the same number in every coverage.
func (c *Coverage) TransitionNumbers() []int {
	out := make([]int, 0, c.TransitionCount())
	for i, word := range c.passed {
		for ; word != 0; word &= word - 1 {
			out = append(out, i*64+bits.TrailingZeros64(word))
		}
	}
	return out
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
	c.way, c.history = c.way[:0], history{}
	for i, at := range f.turn {
		e := &events[at]
		state := c.history.state(f)
		if f.step(e, at, int32(i)) != nil {
			return
		}
		if !e.Name.Neutral() {
			kind := kindOf(e)
			c.way = append(c.way, state*int32(kindCount)+int32(kind))
			c.history.note(f, e, kind)
		}
	}
	for _, t := range c.way {
		c.passed[t/64] |= 1 << (t % 64)
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

// history counts what the fold need not remember.
type history struct{ pending, failed, transfers, conferences, returns int }

// state numbers the state before the next event: the leg's stage, and each number up to Many.
func (h *history) state(f *fold) int32 {
	n := int32(f.leg.stage)
	for _, count := range [...]int{f.agents, h.pending, h.failed, h.transfers, h.conferences, h.returns} {
		n = n*(Many+1) + int32(min(count, Many))
	}
	return n
}

// note counts an event that the fold has taken.
func (h *history) note(f *fold, e *Event, kind eventKind) {
	switch kind {
	case routedInvitation, transferInvitation, conferenceInvitation:
		h.pending++
	case agentAdded:
		a := &f.attempts[f.open(e.Party.ID)]
		if !a.pulled {
			h.pending--
		}
		switch a.operation {
		case Transfer:
			h.transfers++
		case Conference:
			h.conferences++
		}
	case rejected, revokedExpired, revokedOtherwise:
		h.pending--
		h.failed++
	case revokedStopped:
		h.pending--
	case returned:
		h.returns++
	}
}

// eventKind is an event without what is particular to it.
type eventKind uint8

const (
	submitted eventKind = iota
	entered
	returned
	transferredThroughQueue
	conferredThroughQueue
	takenFromQueue
	strategyAdded
	agentAdded
	routedInvitation
	transferInvitation
	conferenceInvitation
	rejected
	revokedExpired
	revokedOtherwise
	revokedStopped
	strategyRemoved
	agentRemoved
	agentRemovedByMediaServer
	stoppedByMediaServer
	stoppedOtherwise
	kindCount
)

var (
	kindNames = [kindCount]string{
		"submitted", "placed in a queue by the media server", "returned to a queue or sent on", "transferred through a queue",
		"conferred through a queue", "taken from a queue", "strategy added", "agent added", "agent invited by a strategy",
		"agent invited to a transfer", "agent invited to a conference", "rejected", "revoked as expired", "revoked otherwise",
		"revoked as stopped", "strategy removed", "agent removed", "agent removed by the media server",
		"stopped by the media server", "stopped otherwise",
	}
	stageNames = [...]string{
		noLeg: "no leg", inQueue: "in a queue", taken: "taken", routing: "routing", alerting: "alerting", failed: "failed",
	}
)

const (
	numbers         = (Many + 1) * (Many + 1) * (Many + 1) * (Many + 1) * (Many + 1) * (Many + 1)
	transitionCount = int32(failed+1) * numbers * int32(kindCount)
)

// kindOf is the kind of an event that is not neutral and that the fold takes.
func kindOf(e *Event) eventKind {
	pick := func(yes bool, kind, other eventKind) eventKind {
		if yes {
			return kind
		}
		return other
	}
	switch e.Name {
	case PlacedInQueue:
		switch e.Actor.Type {
		case MediaServer:
			return entered
		case Agent:
			return pick(e.Operation == Transfer, transferredThroughQueue, conferredThroughQueue)
		}
		return returned
	case TakenFromQueue:
		return takenFromQueue
	case PartyAdded:
		return pick(e.Party.Type == Strategy, strategyAdded, agentAdded)
	case AgentInvited:
		if e.Actor.Type != Agent {
			return routedInvitation
		}
		return pick(e.Operation == Transfer, transferInvitation, conferenceInvitation)
	case Rejected:
		return rejected
	case Revoked:
		if e.Reason == Stopped {
			return revokedStopped
		}
		return pick(e.reason() == Expired, revokedExpired, revokedOtherwise)
	case PartyRemoved:
		if e.Party.Type == Strategy {
			return strategyRemoved
		}
		return pick(e.Actor.Type == MediaServer, agentRemovedByMediaServer, agentRemoved)
	case ProcessingStopped:
		return pick(e.Actor.Type == MediaServer, stoppedByMediaServer, stoppedOtherwise)
	}
	return submitted
}

// transitionAt is the transition of a number.
func transitionAt(n int32) (t Transition) {
	t.Event = kindNames[n%int32(kindCount)]
	n /= int32(kindCount)
	for _, count := range [...]*int{&t.Returns, &t.Conferences, &t.Transfers, &t.Failed, &t.Pending, &t.Parties} {
		*count = int(n % (Many + 1))
		n /= Many + 1
	}
	t.Leg = stageNames[n]
	return t
}

// String writes the transition without the numbers that are 0: "alerting, 1 party, 2+ failed: agent added".
func (t Transition) String() string {
	var b strings.Builder
	b.WriteString(t.Leg)
	for i, count := range [...]int{t.Parties, t.Pending, t.Failed, t.Transfers, t.Conferences, t.Returns} {
		what := [...]string{"party", "pending", "failed", "transferred", "conferred", "returned"}[i]
		switch count {
		case 0:
		case Many:
			fmt.Fprintf(&b, ", %d+ %s", count, what)
		default:
			fmt.Fprintf(&b, ", %d %s", count, what)
		}
	}
	return b.String() + ": " + t.Event
}
