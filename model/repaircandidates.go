package model

// tried is called with each candidate. One that is alike leads to the same chats as the last one that is not, and
// differs only in the rows that it makes: if that one leads to no chat, neither does this.
type tried func(e Event, alike bool)

// candidates yields every event that may come next in a state, in every form that makes a difference: no row could tell
// another event or form from these. The fold, which knows W1–W9, may still refuse what it yields, and refuses what it
// does not (TestCandidates).
func (r *Repairer) candidates(f *fold, yield tried) {
	switch {
	case !f.begun:
		yield(Event{Name: Submitted, Actor: Party{Type: MediaServer}}, false)
		return
	case f.stoppedAt != never:
		return
	}
	switch f.due {
	case takerDue:
		r.takers(f, yield)
		return
	case removalDue:
		removals(f.attempts[f.leaver].agent, yield)
		return
	}
	yield(Event{Name: ProcessingStopped, Actor: Party{Type: MediaServer}}, false)
	yield(Event{Name: ProcessingStopped, Actor: Party{Type: InteractionServer}}, true) // anyone but the customer
	if f.due == stopDue {
		return
	}
	if f.leg.stage != inQueue {
		r.placings(f, yield)
	} else {
		r.takings(f, yield)
	}
	for _, s := range f.parties {
		p := Party{Strategy, s}
		yield(Event{Name: PartyRemoved, Actor: p, Party: p}, false)
		if f.leg.stage == routing && f.leg.strategy == s {
			r.invitations(f, Event{Name: AgentInvited, Actor: p}, f.leg.operation, yield)
		}
	}
	for i := range f.attempts {
		r.ofAttempt(f, &f.attempts[i], yield)
	}
}

// takers yields the events by which the taker of the chat joins it.
func (r *Repairer) takers(f *fold, yield tried) {
	taker := f.events[f.leg.takenAt].Actor
	for _, t := range [...]struct {
		of    PartyType
		names []string
	}{{Strategy, r.strategies}, {Agent, r.agents}} {
		if taker.Type != t.of && (taker.Type == Strategy || taker.Type == Agent) {
			continue
		}
		for _, name := range t.names {
			if taker.Type == t.of && taker.ID != "" && taker.ID != name {
				continue
			}
			p := Party{t.of, name}
			e := Event{Name: PartyAdded, Actor: p, Party: p}
			if t.of == Agent {
				inModes(f.leg.operation, e, yield)
			} else {
				yield(e, false)
			}
		}
	}
}

// takings yields the events that take the chat from its queue.
func (r *Repairer) takings(f *fold, yield tried) {
	for _, name := range r.strategies {
		yield(Event{Name: TakenFromQueue, Actor: Party{Strategy, name}, Queue: f.leg.queue}, false)
	}
	for _, name := range r.agents {
		if f.open(name) == never {
			yield(Event{Name: TakenFromQueue, Actor: Party{Agent, name}, Queue: f.leg.queue}, false)
		}
	}
}

// placings yields the events that place the chat in a queue on nobody's behalf, or back in one.
func (r *Repairer) placings(f *fold, yield tried) {
	for _, queue := range r.queues {
		if !f.entered {
			yield(Event{Name: PlacedInQueue, Actor: Party{Type: MediaServer}, Queue: queue}, false)
		}
		if f.leg.stage == routing || f.leg.stage == failed {
			inModes(f.leg.operation, Event{Name: PlacedInQueue, Actor: Party{Type: InteractionServer}, Queue: queue},
				yield)
		}
	}
}

// ofAttempt yields what may happen to an agent who is invited, or is a party.
func (r *Repairer) ofAttempt(f *fold, a *attempt, yield tried) {
	p := Party{Agent, a.agent}
	switch a.state {
	case pending:
		inModes(a.operation, Event{Name: PartyAdded, Actor: p, Party: p}, yield)
		revoked := Event{Name: Revoked, Actor: Party{Type: InteractionServer}, Party: p, Reason: Expired}
		yield(revoked, false)
		yield(Event{Name: Rejected, Actor: p, Party: p}, true)
		revoked.Reason = "Canceled"
		yield(revoked, true)
		revoked.Reason = Stopped
		yield(revoked, false)
	case party:
		removals(a.agent, yield)
		yield(Event{Name: Revoked, Actor: Party{Type: InteractionServer}, Party: p, Reason: Expired}, false)
		for _, op := range []Operation{Transfer, Conference} {
			r.invitations(f, Event{Name: AgentInvited, Actor: p, Operation: op}, op, yield)
		}
		if f.leg.stage != noLeg && f.leg.stage != failed {
			return
		}
		for _, queue := range r.queues {
			if f.agents == 1 && f.flying == 0 && f.table.deployment.Finishes(queue) {
				yield(Event{Name: PlacedInQueue, Actor: p, Queue: queue}, false)
				continue
			}
			yield(Event{Name: PlacedInQueue, Actor: p, Queue: queue, Operation: Transfer}, false)
			inModes(Conference, Event{Name: PlacedInQueue, Actor: p, Queue: queue, Operation: Conference}, yield)
		}
	}
}

// invitations yields an invitation of every agent who may be invited, for the operation that is wanted.
func (r *Repairer) invitations(f *fold, e Event, wanted Operation, yield tried) {
	for _, name := range r.agents {
		if f.open(name) == never {
			e.Party = Party{Agent, name}
			inModes(wanted, e, yield)
		}
	}
}

// removals yields the events by which an agent leaves.
func removals(agent string, yield tried) {
	p := Party{Agent, agent}
	yield(Event{Name: PartyRemoved, Actor: p, Party: p}, false)
	yield(Event{Name: PartyRemoved, Actor: Party{Type: MediaServer}, Party: p}, true)
}

// inModes yields an event in each visibility mode that makes a difference.
func inModes(operation Operation, e Event, yield tried) {
	yield(e, false)
	if operation != Conference {
		return
	}
	for _, mode := range []VisibilityMode{Conferred, Monitor, Coach} {
		e.VisibilityMode = mode
		yield(e, true)
	}
}
