package gen

import (
	"time"

	"github.com/chatproof/chatproof/model"
)

// make makes a move: it draws what the move leaves open, writes its events and changes the state.
func (w *Walker) make(m move) {
	switch m {
	case stop:
		w.stop()
	case enter:
		w.entered = true
		w.place(mediaServer, "", 0)
	case serverPlaces:
		w.place(server, "", 0)
	case strategyPlaces:
		w.place(w.strategyParty(w.router), "", 0)
	case take:
		w.router = w.known(&w.seenRouter, w.limits.Strategies)
		by := w.strategyParty(w.router)
		w.add(model.Event{Name: model.TakenFromQueue, Actor: by, Queue: w.names.queue(w.queue)})
		w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by})
		w.strategies[w.router], w.stage = true, routing
	case pull:
		i := w.newcomer()
		by := w.agentParty(i)
		w.agents[i] = agent{operation: w.legOperation, inviter: w.initiator, offering: w.agents[i].offering}
		w.add(model.Event{Name: model.TakenFromQueue, Actor: by, Queue: w.names.queue(w.queue)})
		w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by, VisibilityMode: w.modeFor(w.legOperation)})
		w.stage = noLeg
		w.join(i)
	case invite:
		i := w.newcomer()
		w.setInvited(i, agent{operation: w.legOperation, inviter: w.initiator})
		w.stage = alerting
		w.add(model.Event{Name: model.AgentInvited, Actor: w.strategyParty(w.router), Party: w.agentParty(i), VisibilityMode: w.modeFor(w.legOperation)})
	case transfer, confer:
		w.inviteDirectly(m)
	case transferThroughQueue, conferThroughQueue:
		w.placeOnBehalf(m)
	case accept:
		i := w.pick(isInvited)
		a := &w.agents[i]
		by := w.agentParty(i)
		w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by, VisibilityMode: w.modeFor(a.operation)})
		w.decided(i)
		if !a.direct {
			w.stage = noLeg
		}
		w.join(i)
	case expire, reject, revokeOther, revokeStopped:
		w.unanswered(m)
	case leave, removed:
		i := w.pick(isJoined)
		by := w.agentParty(i)
		if m == removed {
			by = mediaServer
		}
		w.leave(i, by)
	case strategyLeaves:
		w.strategyLeaves()
	case neutral:
		w.neutral()
	}
}

func (w *Walker) place(by model.Party, op model.Operation, mode model.VisibilityMode) {
	w.queue, w.stage = w.known(&w.seenQueues, w.limits.Queues), inQueue
	w.add(model.Event{Name: model.PlacedInQueue, Actor: by, Queue: w.names.queue(w.queue), Operation: op, VisibilityMode: mode})
}

func (w *Walker) inviteDirectly(m move) {
	op, who := model.Conference, 0
	if m == transfer {
		op, who = model.Transfer, w.pick((*Walker).mayTransfer)
		w.agents[who].offering = true
	} else {
		who = w.pick(isJoined)
	}
	i := w.newcomer()
	w.setInvited(i, agent{operation: op, direct: true, inviter: int8(who)})
	w.flying++
	w.add(model.Event{Name: model.AgentInvited, Actor: w.agentParty(who), Party: w.agentParty(i), Operation: op, VisibilityMode: w.modeFor(op)})
}

func (w *Walker) placeOnBehalf(m move) {
	op, who := model.Conference, 0
	if m == transferThroughQueue {
		op, who = model.Transfer, w.pick((*Walker).mayTransfer)
	} else {
		who = w.pick(isJoined)
	}
	w.initiator, w.legOperation = int8(who), op
	w.place(w.agentParty(who), op, w.modeFor(op))
	if op == model.Transfer {
		by := w.agentParty(who)
		if odds := w.odds(); !w.limits.Guide && w.src.Intn(odds) == odds-1 {
			by = mediaServer
		}
		w.leave(who, by)
	}
}

// odds are those of a rare choice: one in so many.
func (w *Walker) odds() int {
	if w.limits.Weighted {
		return 10
	}
	return 2
}

func (w *Walker) unanswered(m move) {
	i := w.pick(isInvited)
	e := model.Event{Name: model.Revoked, Actor: server, Party: w.agentParty(i), Reason: model.Expired}
	switch m {
	case reject:
		e.Name, e.Actor, e.Reason = model.Rejected, w.agentParty(i), ""
	case revokeOther:
		e.Reason = "Recalled"
	case revokeStopped:
		e.Reason = model.Stopped
		w.agents[i].status, w.stopping = withdrawn, true
		w.add(e)
		return
	}
	w.add(e)
	w.decided(i)
	if !w.agents[i].direct {
		w.stage = failed
	}
	w.agents[i].status = free
	w.checkBereft()
}

// setInvited keeps what an agent has under way from an earlier stay.
func (w *Walker) setInvited(i int, a agent) {
	a.status, a.offering = invited, w.agents[i].offering
	w.agents[i] = a
	w.attempted = true
}

func (w *Walker) join(i int) {
	w.agents[i].status, w.attempted = joined, true
	w.joinedAgents++
	w.lastJoined = int8(i)
}

// decided ends a direct invitation.
func (w *Walker) decided(i int) {
	if a := &w.agents[i]; a.direct {
		w.flying--
		if a.operation == model.Transfer {
			w.agents[a.inviter].offering = false
		}
	}
}

func (w *Walker) leave(i int, by model.Party) {
	w.agents[i].status = free
	w.joinedAgents--
	w.add(model.Event{Name: model.PartyRemoved, Actor: by, Party: w.agentParty(i)})
	w.checkBereft()
}

func (w *Walker) checkBereft() {
	if w.joinedAgents == 0 && w.stage == noLeg && w.flying == 0 && w.attempted {
		w.stopDue = true
	}
}

func (w *Walker) strategyLeaves() {
	n := 0
	for i := range w.seenRouter {
		if w.strategies[i] {
			n++
		}
	}
	at := w.src.Intn(n)
	for i := range w.seenRouter {
		if w.strategies[i] {
			if at == 0 {
				w.strategies[i] = false
				p := w.strategyParty(int8(i))
				w.add(model.Event{Name: model.PartyRemoved, Actor: p, Party: p})
				return
			}
			at--
		}
	}
}

func (w *Walker) stop() {
	by := model.Party{Type: w.limits.Stops[0]}
	if w.limits.Guide {
		by = w.guideStopper()
	} else {
		by.Type = w.limits.Stops[w.src.Intn(len(w.limits.Stops))]
	}
	switch {
	case by.Type == model.Agent && w.lastJoined != nobody:
		by = w.agentParty(int(w.lastJoined))
	case by.Type == model.Strategy && w.router != nobody:
		by = w.strategyParty(w.router)
	}
	w.add(model.Event{Name: model.ProcessingStopped, Actor: by})
}

func (w *Walker) neutral() {
	e := model.Event{Name: w.limits.Neutral[w.src.Intn(len(w.limits.Neutral))]}
	if !e.Name.Known() {
		e.Actor = mediaServer
	}
	w.add(e)
}

// add writes an event, at its seq and time.
func (w *Walker) add(e model.Event) {
	w.seq++
	if w.limits.Irregular {
		w.seq += int64([...]int{0, 0, 0, 1, 4}[w.src.Intn(5)])
		w.clock = w.clock.Add([...]time.Duration{0, 0, time.Second, 2 * time.Second, 5 * time.Second, 30 * time.Second}[w.src.Intn(6)])
	} else if len(w.log) > 0 {
		w.clock = w.clock.Add(time.Second)
	}
	e.InteractionID, e.Seq, e.Time = w.id, w.seq, w.clock
	w.log = append(w.log, e)
}

func (w *Walker) agentParty(i int) model.Party {
	return model.Party{Type: model.Agent, ID: w.names.agents[i]}
}

func (w *Walker) strategyParty(i int8) model.Party {
	return model.Party{Type: model.Strategy, ID: w.names.strategies[i]}
}
