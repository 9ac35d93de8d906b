// Package faults holds implementations that are wrong in one way each, as real ones have been or could be. With them
// the suite proves that it can tell right from wrong (`chatproof selftest`).
//
// A fault earns its place if no other is harder to detect. Say that every scenario that detects fault A also detects
// B: then a suite that kills A kills B, and B proves nothing. B stays only if it is Common, a mistake that teams are
// known to make, so that its name is worth reading in the list. A test checks this.
package faults

import (
	"slices"
	"sync"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Fault is an implementation that is right except for one thing. Only the faults of [Rules] change what a rule
// yields.
type Fault struct {
	Name   string       // short and unique: "seq-as-text"
	Family string       // one of Families
	Says   string       // what it does wrong, in a sentence
	Levels model.Levels // zero: seen at the default levels; else one of these must be required to see it
	Common bool         // a mistake that teams are known to make: it stays even if another is harder to detect
	// Accepted says that its answers are accepted too: then it is no fault, and must not be reported as one.
	Accepted bool

	// Answer returns the facts of a log, which holds any number of interactions in order of arrival. It does not
	// change the log, and is safe for concurrent use.
	Answer func(events []model.Event) []model.Fact
}

// Families lists the families of faults: what an implementation gets wrong.
var Families = []string{
	"who invited", "visibility mode", "through a queue", "order and clock", "duplicates", "interleaving", "history",
	"long chats", "totality", "symmetry", "reasons and blanks", "stop and revoke", "optional fields",
	"media and neutral events", "robustness", "ids and names", "numbers", "times", "form",
}

// All lists the faults, family by family.
func All() (all []Fault) {
	for i, family := range [...][]Fault{
		invitationFaults, modeFaults, queueFaults, orderFaults, duplicateFaults, interleavingFaults, historyFaults,
		longFaults, totalityFaults, symmetryFaults, reasonFaults, stopFaults, fieldFaults, mediaFaults,
		robustnessFaults, worldFaults, numberFaults, timeFaults, formFaults,
	} {
		for _, f := range family {
			f.Family, f.Common = Families[i], f.Common || ofTheStore(Families[i])
			all = append(all, f)
		}
	}
	return all
}

// ofTheStore reports whether a family is about what stores and parsers do to ids, numbers and times: it all happens.
func ofTheStore(family string) bool {
	return slices.Contains([]string{"ids and names", "numbers", "times", "form"}, family)
}

var (
	onlyInferred   = model.LevelSet(model.Inferred)
	onlyDelivery   = model.LevelSet(model.Delivery)
	onlyRobustness = model.LevelSet(model.Robustness)
)

// The ways to be wrong. Whatever a fault makes of a log, the reference then classifies it like an implementation that
// passes over each event that makes no sense to it.

// reading is a fault that misreads the events of a chat. change gets them in order of seq, each once; the order in
// which it returns them counts.
func reading(change func(log []model.Event) []model.Event) func([]model.Event) []model.Fact {
	return arriving(func(log []model.Event) []model.Event { return change(inOrder(log)) })
}

// arriving is a fault of the same kind, but change gets the events as they arrived.
func arriving(change func(log []model.Event) []model.Event) func([]model.Event) []model.Fact {
	return func(events []model.Event) (facts []model.Fact) {
		for _, log := range model.Chats(events) {
			rows, _ := bestEffort(gen.Renumber(change(log)))
			facts = append(facts, factsIn(rows)...)
		}
		return facts
	}
}

// mixing is a fault that confuses chats. change gets the events of each chat in order of seq, each once; the order in
// which it returns them counts.
func mixing(change func(run []model.Event) []model.Event) func([]model.Event) []model.Fact {
	return func(events []model.Event) []model.Fact {
		sorted := make(map[string][]model.Event)
		for _, log := range model.Chats(events) {
			sorted[log[0].InteractionID] = inOrder(log)
		}
		var run []model.Event
		for i := range events {
			if log := sorted[events[i].InteractionID]; len(log) > 0 {
				run, sorted[events[i].InteractionID] = append(run, log[0]), log[1:]
			}
		}
		return arriving(slices.Clone[[]model.Event])(change(run))
	}
}

// writing is a fault in the rows of a chat.
func writing(change func(c *inHand)) func([]model.Event) []model.Fact {
	return reporting(func(chats []inHand) {
		for i := range chats {
			change(&chats[i])
		}
	})
}

// rowByRow is a fault in each row of a chat.
func rowByRow(change func(c *inHand, r *model.IRF)) func([]model.Event) []model.Fact {
	return writing(func(c *inHand) { c.each(func(r *model.IRF) { change(c, r) }) })
}

// losing is a fault that drops rows.
func losing(lost func(c *inHand, r *model.IRF) bool) func([]model.Event) []model.Fact {
	return writing(func(c *inHand) { c.lose(func(r *model.IRF) bool { return lost(c, r) }) })
}

// reporting is a fault in the rows of a run.
func reporting(change func(chats []inHand)) func([]model.Event) []model.Fact {
	return func(events []model.Event) (facts []model.Fact) {
		var chats []inHand
		for _, log := range model.Chats(events) {
			c := inHand{id: log[0].InteractionID, arrived: log, log: log}
			if !gen.Rising(log) {
				c.log = inOrder(log)
			}
			c.rows, c.broken = bestEffort(log)
			chats = append(chats, c)
		}
		change(chats)
		for i := range chats {
			facts = append(facts, factsIn(chats[i].rows)...)
		}
		return facts
	}
}

// inHand is a chat whose rows are about to be written. Its events are the caller's.
type inHand struct {
	id      string
	arrived []model.Event
	log     []model.Event // in order of seq, each once
	rows    []model.IRF
	broken  bool // ill-formed: the rows are an attempt
}

// classifiers are kept warm between chats: a self-test asks faults of millions.
var classifiers = sync.Pool{New: func() any { return model.NewClassifier(model.Reference()) }}

// bestEffort classifies a chat, leaving out events until the rest is well-formed; broken says that it left some out.
func bestEffort(log []model.Event) (rows []model.IRF, broken bool) {
	c := classifiers.Get().(*model.Classifier)
	defer classifiers.Put(c)
	for {
		var chat model.Chat
		err := c.Classify(&chat, log)
		if err == nil {
			return chat.IRFs, broken
		}
		broken = true
		seq, at := err.(*model.IllFormed).Seq, len(log)-1
		for log[at].Seq != seq {
			at--
		}
		log = slices.Concat(log[:at], log[at+1:])
	}
}

func factsIn(rows []model.IRF) (facts []model.Fact) {
	facts = slices.Grow(facts, len(rows))
	for i := range rows {
		facts = append(facts, rows[i].Fact)
	}
	return facts
}

// inOrder returns a copy of a chat's log in order of seq, each event once.
func inOrder(log []model.Event) []model.Event {
	log = slices.Clone(log)
	slices.SortStableFunc(log, bySeq)
	return slices.CompactFunc(log, func(a, b model.Event) bool { return a.Equal(&b) })
}

func bySeq(a, b model.Event) int { return int(min(max(a.Seq-b.Seq, -1), 1)) }

// each changes the rows.
func (c *inHand) each(change func(r *model.IRF)) {
	for i := range c.rows {
		change(&c.rows[i])
	}
}

// lose drops rows.
func (c *inHand) lose(lost func(r *model.IRF) bool) {
	var kept []model.IRF
	for i := range c.rows {
		if !lost(&c.rows[i]) {
			kept = append(kept, c.rows[i])
		}
	}
	c.rows = kept
}

// some reports whether there is such a row.
func (c *inHand) some(such func(r *model.IRF) bool) bool {
	return slices.ContainsFunc(c.rows, func(r model.IRF) bool { return such(&r) })
}

// more adds a row.
func (c *inHand) more(t model.ResourceType, resource string, d model.Descriptor) {
	ordinal := model.Num(int64(len(c.rows) + 1))
	c.rows = append(c.rows, model.IRF{Fact: model.Fact{
		InteractionID: c.id, Ordinal: ordinal, ResourceType: t, Resource: resource, Role: d.Role, Result: d.Result,
		Reason: d.Reason,
	}})
}

// number gives the rows the ordinals 1, 2, … in their present order, and adapts ReceivedFrom.
func (c *inHand) number() {
	now := make(map[int64]model.Number)
	for i := range c.rows {
		now[c.rows[i].Ordinal.Value] = model.Num(int64(i + 1))
	}
	c.each(func(r *model.IRF) {
		r.Ordinal = now[r.Ordinal.Value]
		if r.ReceivedFrom.Is == model.Given {
			r.ReceivedFrom = now[r.ReceivedFrom.Value]
		}
	})
}

// before returns the events before the one with a seq.
func (c *inHand) before(seq int64) []model.Event {
	n := slices.IndexFunc(c.log, func(e model.Event) bool { return e.Seq >= seq })
	if n < 0 {
		n = len(c.log)
	}
	return c.log[:n]
}

// between returns the events after one seq and before another.
func (c *inHand) between(from, to int64) []model.Event {
	return c.before(to)[min(len(c.before(from+1)), len(c.before(to))):]
}

// stopBy returns the type of the party that stopped the chat, or "" while it goes on.
func (c *inHand) stopBy() model.PartyType {
	if e := lastSuch(c.log, named(model.ProcessingStopped)); e != nil {
		return e.Actor.Type
	}
	return ""
}

// Questions about a row.

func answeredAt(r *model.IRF) int64 {
	if r.Trace.Accepted > 0 {
		return r.Trace.Accepted
	}
	return r.Trace.Closed
}

func isAgent(r *model.IRF) bool   { return r.ResourceType == model.AgentResource }
func hasJoined(r *model.IRF) bool { return r.Trace.Accepted > 0 }
func isDirect(r *model.IRF) bool  { return r.Trace.Initiator != "" && r.Trace.Queue == "" }
func isConferee(r *model.IRF) bool {
	return isAgent(r) && r.Trace.Initiator != "" && r.Trace.Queue != "" && r.Trace.Operation == model.Conference
}

// sentBy reports whether an attempt was made on behalf of another attempt's agent.
func sentBy(r, initiator *model.IRF) bool {
	return r.ReceivedFrom.Is == model.Given && r.ReceivedFrom == initiator.Ordinal
}

// asRouted turns an attempt into one that a strategy made for an entering chat.
func asRouted(r *model.IRF) {
	r.Role = model.RoutedTo
	if r.Result == model.Abandoned {
		r.Result = model.Redirected
	}
}

// Questions about a log.

func named(name model.EventName) func(*model.Event) bool {
	return func(e *model.Event) bool { return e.Name == name }
}

// lastSuch returns the last such event, or nil.
func lastSuch(log []model.Event, such func(*model.Event) bool) *model.Event {
	for i := len(log) - 1; i >= 0; i-- {
		if such(&log[i]) {
			return &log[i]
		}
	}
	return nil
}

// howMany counts such events.
func howMany(log []model.Event, such func(*model.Event) bool) (n int) {
	for i := range log {
		if such(&log[i]) {
			n++
		}
	}
	return n
}

// partiesAfter lists the parties of a type after some events, in the order of joining.
func partiesAfter(log []model.Event, t model.PartyType) (names []string) {
	for i := range log {
		e := &log[i]
		if e.Party.Type != t || e.Name != model.PartyAdded && e.Name != model.PartyRemoved {
			continue
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == e.Party.ID })
		if e.Name == model.PartyAdded {
			names = append(names, e.Party.ID)
		}
	}
	return names
}

// rewriting is a fault that changes the events of a log one by one.
func rewriting(change func(log []model.Event, i int)) func([]model.Event) []model.Fact {
	return reading(func(log []model.Event) []model.Event {
		for i := range log {
			change(log, i)
		}
		return log
	})
}

// skipping is a fault that leaves out events of a log.
func skipping(lost func(log []model.Event, i int) bool) func([]model.Event) []model.Fact {
	return reading(func(log []model.Event) (kept []model.Event) {
		for i := range log {
			if !lost(log, i) {
				kept = append(kept, log[i])
			}
		}
		return kept
	})
}
