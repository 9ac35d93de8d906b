package model

import (
	"cmp"
	"slices"
	"time"
)

// Classifier turns the log of one interaction into its IRFs. It keeps its working memory between calls, so that
// classification allocates nothing once warm. It is not safe for concurrent use: take one per goroutine.
type Classifier struct {
	fold    fold
	grouper grouper
}

// NewClassifier returns a classifier that answers as the table says.
func NewClassifier(t *Table) *Classifier {
	return &Classifier{fold: fold{table: t}}
}

// Chat is what became of one interaction.
type Chat struct {
	InteractionID string
	Began, Ended  time.Time // of the first event, and of the stop; Ended is zero for an unfinished chat
	StoppedBy     Party     // the actor of the stop; zero for an unfinished chat
	StoppedSeq    int64     // the seq of the stop; 0 for an unfinished chat
	IRFs          []IRF     // by ordinal
	Silent        Clauses   // rules by which no IRF was made
	// SilentResource is the queue or strategy that the silent rule is about.
	SilentResource string
	OtherMedium    bool          // of a medium other than chat: every difference is of level Inferred (I19)
	Backwards      bool          // the clock ran backwards
	Pause          time.Duration // the longest time between two consecutive events
	readings       *Table        // whose answers are pinned; nil if none are

	handling   bool // an agent was handling at the stop
	inLeg      bool // the stop found it in a queue or with a strategy that had distributed it to nobody
	unreported int  // attempts after an agent had placed it in a finishing queue (I20)
}

// level returns the level of an unexpected row or a broken invariant that would otherwise be of level l.
func (c *Chat) level(l Level) Level {
	switch {
	case c == nil || !c.OtherMedium:
		return l
	case c.readings.pins(Set(I19)):
		return max(l, Own)
	}
	return Inferred
}

// IRF is one fact of the reference, with the rules and the events that made it.
type IRF struct {
	Fact
	Clauses Clauses
	Trace   Trace
	ways    ways

	readings *Table // its chat's
}

// Classify folds the events of one interaction, in any order and with exact duplicates, and writes what it finds
// to dst, whose memory it reuses. Any error is an *IllFormed, and dst is then meaningless. An unfinished chat has
// only its closed attempts. A log without any known event gives an empty Chat.
func (c *Classifier) Classify(dst *Chat, events []Event) error {
	f := &c.fold
	if err := f.order(events); err != nil {
		return mind(err, events)
	}
	for i, at := range f.turn {
		e := &events[at]
		if err := f.step(e, f.kinds[i], at, int32(i)); err != nil {
			return mind(err, events)
		}
	}
	f.finish(dst)
	return nil
}

// fold is the state of a chat between two events. Positions in the log are indices into events; "never" is -1.
type fold struct {
	table     *Table
	events    []Event
	turn      []int32     // the events that count, in order of seq
	kinds     []eventKind // theirs
	backwards bool        // the clock ran backwards somewhere
	mute      bool        // ill-formed events are not described
	pause     time.Duration

	begun     bool
	entered   bool // placed in its first queue
	stoppedAt int32
	attempts  []attempt
	byAgent   map[string]int32 // the last attempt of each agent, once there are many
	offers    map[string]int   // pending direct transfers of each agent, if there are any
	agents    int              // attempts that are parties
	flying    int              // direct transfers that are pending
	parties   []string         // the strategies that are parties
	leg       leg
	due       due
	leaver    int32  // the attempt that is due to leave
	stopping  bool   // an invitation was revoked as Stopped
	closing   int32  // turn of the first of the removals and Stopped revokes that the log now ends with
	now       int32  // turn of the current event
	finished  string // the finishing queue that an agent placed the chat in
	reported  int32  // how many attempts were open before the chat was placed in a finishing queue; never if it was not

	counts, falls []int32 // working memory of aloneFrom and fell
}

const never = -1

// order resets the fold and finds the events that count: known, checked (W9), each once (W3), by seq.
func (f *fold) order(events []Event) error {
	*f = fold{
		table: f.table, events: events, turn: f.turn[:0], kinds: f.kinds[:0], attempts: f.attempts[:0],
		parties: f.parties[:0], byAgent: f.byAgent, offers: f.offers, counts: f.counts, falls: f.falls[:0],
		stoppedAt: never, closing: never, reported: never, leg: entering,
	}
	clear(f.byAgent)
	clear(f.offers)
	rising, last := true, int64(never)
	for i := range events {
		e := &events[i]
		kind := e.Name.kind()
		if kind == anUnknown {
			continue
		}
		rising = rising && e.Seq > last
		last = e.Seq
		f.turn, f.kinds = append(f.turn, int32(i)), append(f.kinds, kind)
	}
	if !rising {
		slices.SortStableFunc(f.turn, func(a, b int32) int { return cmp.Compare(events[a].Seq, events[b].Seq) })
		kept := f.turn[:1]
		for _, at := range f.turn[1:] {
			e, before := &events[at], &events[kept[len(kept)-1]]
			if e.Seq != before.Seq || e.Seq < 0 {
				kept = append(kept, at)
			} else if !e.Equal(before) {
				return f.illFormed(e, "W3", "two different events have the same seq")
			}
		}
		f.turn = kept
		for i, at := range kept {
			f.kinds[i] = events[at].Name.kind()
		}
	}
	for i, at := range f.turn {
		if err := f.checkFields(&events[at], f.kinds[i]); err != nil {
			return err
		}
		if i > 0 {
			since := elapsed(events[f.turn[i-1]].Time, events[at].Time)
			f.backwards, f.pause = f.backwards || since < 0, max(f.pause, since)
		}
	}
	return nil
}

// elapsed returns u.Sub(t). Sub checks for overflow, which took a tenth of the classifier's time.
func elapsed(t, u time.Time) time.Duration {
	seconds := u.Unix() - t.Unix()
	if seconds < -1<<32 || seconds > 1<<32 {
		return u.Sub(t)
	}
	return time.Duration(seconds)*time.Second + time.Duration(u.Nanosecond()-t.Nanosecond())
}

// step applies one event: at is its index, and turn is its place in the order.
func (f *fold) step(e *Event, kind eventKind, at, turn int32) error {
	if err := f.checkTurn(e, kind); err != nil {
		return err
	}
	if kind == aNeutral {
		return nil
	}
	f.due, f.now = nothingDue, turn
	if ends := kind == aRemoval || kind == aRevoke && e.Reason == Stopped || kind == aStop; !ends {
		f.closing = never
	} else if f.closing == never {
		f.closing = turn
	}
	var err *IllFormed
	switch kind {
	case aSubmission:
		f.begun = true
	case aPlacing:
		err = f.placed(e, at)
	case aTaking:
		err = f.taken(e, at)
	case anAddition:
		err = f.added(e, at)
	case anInvitation:
		err = f.invited(e, at)
	case aRejection, aRevoke:
		err = f.unanswered(e, at)
	case aRemoval:
		err = f.removed(e, at)
	case aStop:
		f.stoppedAt = at
	}
	if err != nil {
		return err
	}
	return nil
}

func (f *fold) placed(e *Event, at int32) *IllFormed {
	if f.leg.stage == inQueue {
		return f.illFormed(e, "W4", "placed in %s while the chat is still in %s: expected EventTakenFromQueue "+
			"first", Quoted(e.Queue), Quoted(f.leg.queue))
	}
	switch e.Actor.Type {
	case MediaServer: // it enters
		if f.entered {
			return f.illFormed(e, "W4", "the media server places the chat in a queue a second time: expected it to "+
				"do so only once, when the chat begins")
		}
		f.entered = true
	case Agent: // a leg of its own
		if err := f.placedByAgent(e, at); err != nil {
			return err
		}
	default: // back to a queue, or on to another
		if f.leg.stage != routing && f.leg.stage != failed {
			return f.illFormed(e, "W4",
				"placed in a queue by the %s while no strategy has the chat and no invitation has failed", e.Actor.Type)
		}
		f.leg.sentOn = f.leg.sentOn || f.leg.stage == routing || f.leg.queue != e.Queue
		f.leg.movedOn = true
	}
	f.leg.stage, f.leg.queue, f.leg.placedAt, f.leg.begun = inQueue, e.Queue, at, f.now
	f.leg.modes.give(e.VisibilityMode, at, f.leg.movedOn)
	return nil
}

// placedByAgent begins an agent's own leg, to transfer or conference through a queue, or finishes the chat (I20).
func (f *fold) placedByAgent(e *Event, at int32) *IllFormed {
	initiator := f.open(e.Actor.ID)
	if initiator == never || f.attempts[initiator].state != party {
		return f.illFormed(e, "W4", "placed in a queue by %s, who is not a party", Name(e.Actor.ID))
	}
	if f.leg.stage != noLeg && f.leg.stage != failed {
		return f.illFormed(e, "W4", "placed in a queue by %s while another leg (queue, strategy or its invitation) "+
			"is under way", Name(e.Actor.ID))
	}
	a := &f.attempts[initiator]
	if kind := f.table.deployment.finishing(e.Queue); kind != unfinished && f.agents == 1 && f.flying == 0 {
		f.leg, f.due, f.leaver = entering, removalDue, initiator
		a.finished, a.handedOver, a.handedTo = kind, at, e.Queue
		if f.reported == never {
			f.reported, f.finished = int32(len(f.attempts)), e.Queue
		}
		return nil
	}
	switch {
	case e.Operation == "":
		return f.illFormed(e, "W9",
			"operation: missing on %s by an agent; expected transfer or conference (a queue under finishing_queues "+
				"in the mapping needs none, if no other agent handles the chat and no invitation is pending)", e.Name)
	case e.Operation == Transfer && f.transfers(e.Actor.ID):
		return f.illFormed(e, "W8", "%s already has a pending transfer", Name(e.Actor.ID))
	}
	f.leg = leg{initiator: initiator, operation: e.Operation, leftAt: never}
	if e.Operation == Transfer {
		a.handed, a.handedOver, a.handedTo = queued, at, e.Queue
		f.due, f.leaver = removalDue, initiator
	}
	return nil
}

func (f *fold) taken(e *Event, at int32) *IllFormed {
	if f.leg.stage != inQueue || f.leg.queue != e.Queue {
		return f.illFormed(e, "W4", "taken from %s, but the chat is not in that queue", Quoted(e.Queue))
	}
	f.leg.stage, f.leg.takenAt, f.due = taken, at, takerDue
	return nil
}

func (f *fold) added(e *Event, at int32) *IllFormed {
	if e.Party.Type == Strategy {
		if f.leg.stage != taken {
			return f.illFormed(e, "W4", "strategy %s joins, but has not just taken the chat from a queue",
				Name(e.Party.ID))
		}
		f.leg.stage, f.leg.strategy, f.leg.addedAt, f.leg.leftAt = routing, e.Party.ID, at, never
		if f.strategy(e.Party.ID) < 0 {
			f.parties = append(f.parties, e.Party.ID)
		}
		return nil
	}
	i := f.open(e.Party.ID)
	switch {
	case f.leg.stage == taken && i == never:
		i = f.attempt(e, at)
		a := &f.attempts[i]
		a.pulled = true
		f.fromLeg(a)
		f.leg.stage = noLeg
	case f.leg.stage == taken:
		return f.illFormed(e, "W6", "%s pulls the chat, but is already a party or has a pending "+
			"invitation", Name(e.Party.ID))
	case i == never || f.attempts[i].state != pending:
		return f.illFormed(e, "W6", "%s joins without a pending invitation and without taking the chat from a queue",
			Name(e.Party.ID))
	}
	a := &f.attempts[i]
	a.state, a.joined, a.joinedTurn = party, at, f.now
	f.agents++
	a.modes.give(e.VisibilityMode, at, false)
	if a.pulled {
		return nil
	}
	if a.queue != "" {
		f.leg.stage = noLeg
	} else {
		f.decided(a, at, true)
	}
	return nil
}

func (f *fold) invited(e *Event, at int32) *IllFormed {
	inviter := int32(never)
	switch e.Actor.Type {
	case Strategy:
		if f.strategy(e.Actor.ID) < 0 {
			return f.illFormed(e, "W5", "invited by strategy %s, which is not a party", Name(e.Actor.ID))
		}
		if f.leg.stage != routing || f.leg.strategy != e.Actor.ID {
			return f.illFormed(e, "W4", "invited by strategy %s, which is not routing the chat", Name(e.Actor.ID))
		}
	case Agent:
		inviter = f.open(e.Actor.ID)
		if inviter == never || f.attempts[inviter].state != party {
			return f.illFormed(e, "W5", "invited by %s, who is not a party", Name(e.Actor.ID))
		}
		if e.Operation == Transfer && f.transfers(e.Actor.ID) {
			return f.illFormed(e, "W8", "%s already has a pending transfer", Name(e.Actor.ID))
		}
	default:
		return f.illFormed(e, "W5", "invited by the %s: only a strategy or an agent invites", e.Actor.Type)
	}
	if e.Party.Type != Agent {
		return f.illFormed(e, "W9", "party.type: expected agent: nobody else is invited")
	}
	if f.open(e.Party.ID) != never {
		return f.illFormed(e, "W8", "%s is invited, but is already a party or has a pending "+
			"invitation", Name(e.Party.ID))
	}
	a := &f.attempts[f.attempt(e, at)]
	if inviter == never {
		f.fromLeg(a)
		f.leg.stage = alerting
	} else {
		a.inviter, a.operation = inviter, e.Operation
		if f.flying++; e.Operation == Transfer {
			f.attempts[inviter].offering = true
			if f.offers == nil {
				f.offers = make(map[string]int)
			}
			f.offers[e.Actor.ID]++
		}
	}
	a.modes.give(e.VisibilityMode, at, false)
	return nil
}

// unanswered applies EventRejected and EventRevoked.
func (f *fold) unanswered(e *Event, at int32) *IllFormed {
	i := f.open(e.Party.ID)
	if e.Party.Type == Agent && i != never && f.attempts[i].state == party && e.Name == Revoked {
		return f.timedOut(e, at, i)
	}
	if e.Party.Type != Agent || i == never || f.attempts[i].state != pending {
		return f.illFormed(e, "W6", "%s for %s, who has no pending invitation", e.Name, Name(e.Party.ID))
	}
	a := &f.attempts[i]
	a.closed, a.closedTurn = at, f.now
	switch {
	case e.Name == Rejected:
		a.how = WasRejected
	case e.Reason == Stopped:
		f.stopping = true
		a.state, a.how = withdrawn, WasStopped
		return nil
	case e.Reason == "" || e.Reason == Expired:
		a.how = WasRevoked
	default:
		a.how = WasRevokedOtherwise
	}
	a.state = over
	if a.queue != "" {
		f.leg.stage = failed
	} else {
		f.decided(a, at, false)
	}
	f.checkBereft()
	return nil
}

// timedOut applies the revoke of an agent that is handling: Interaction Server's handling-timeout (I21). Afterwards, it
// is as if the chat's last routed invitation had failed.
func (f *fold) timedOut(e *Event, at, i int32) *IllFormed {
	switch {
	case e.Actor.Type != InteractionServer || e.Reason == Stopped:
		return f.illFormed(e, "W6",
			"%s for %s, who has no pending invitation but handles the chat: only the interaction_server may do that "+
				"(handling-timeout), for a reason other than Stopped", e.Name, Name(e.Party.ID))
	case f.agents > 1, f.flying > 0, f.leg.stage != noLeg && f.leg.stage != failed:
		return f.illFormed(e, "W6",
			"%s for %s, who handles the chat: a handling-timeout is possible only if no other agent handles it, no "+
				"leg is under way and no invitation is pending", e.Name, Name(e.Party.ID))
	}
	a := &f.attempts[i]
	a.state, a.how, a.closed, a.closedTurn = over, TimedOut, at, f.now
	f.agents--
	f.forget(a)
	queue, strategy := f.leg.queue, f.leg.strategy
	f.leg = entering
	f.leg.stage, f.leg.queue, f.leg.strategy, f.leg.afterTime = failed, queue, strategy, true
	f.due = serverDue
	return nil
}

// forget records for the initiator of an accepted transfer that the target is no longer a party.
func (f *fold) forget(target *attempt) {
	if target.operation == Transfer && target.queue == "" {
		f.attempts[target.inviter].targets--
	}
}

// decided ends a direct invitation, and records a transfer's outcome for its initiator.
func (f *fold) decided(target *attempt, at int32, agreed bool) {
	f.flying--
	if target.operation != Transfer {
		return
	}
	initiator := &f.attempts[target.inviter]
	initiator.offering = false
	f.offers[initiator.agent]--
	if agreed {
		initiator.targets++
	}
	if agreed && initiator.state != over {
		initiator.handed, initiator.handedOver, initiator.handedTo = accepted, at, target.agent
	}
	if initiator.state == waiting {
		initiator.state, initiator.late = over, true
	}
}

func (f *fold) removed(e *Event, at int32) *IllFormed {
	if e.Party.Type == Strategy {
		i := f.strategy(e.Party.ID)
		if i < 0 {
			return f.illFormed(e, "W7", "strategy %s is removed, but is not a party", Name(e.Party.ID))
		}
		f.parties = slices.Delete(f.parties, i, i+1)
		if f.leg.strategy == e.Party.ID {
			f.leg.leftAt = at
		}
		return nil
	}
	i := f.open(e.Party.ID)
	if i == never || f.attempts[i].state != party {
		return f.illFormed(e, "W7", "%s is removed, but is not a party", Name(e.Party.ID))
	}
	a := &f.attempts[i]
	a.state, a.how, a.closed, a.closedTurn = over, HasLeft, at, f.now
	if a.offering && a.handed == notHanded {
		a.state = waiting
	}
	a.outlasted = a.handed == accepted && a.targets == 0
	f.forget(a)
	if e.Actor.Type == MediaServer {
		a.how = WasRemoved
	}
	f.agents--
	f.checkBereft()
	return nil
}

// checkBereft makes the stop due if the last agent has left and nothing under way could bring another.
func (f *fold) checkBereft() {
	if f.agents == 0 && f.leg.stage == noLeg && f.flying == 0 {
		f.due = stopDue
	}
}
