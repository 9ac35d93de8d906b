package gen

import (
	"slices"
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
		w.serverDue = false
		w.placeAgain(server)
	case strategyPlaces:
		w.placeAgain(w.strategyParty(w.router))
	case take:
		w.router = w.known(model.StrategyResource, &w.seenRouter, w.limits.Strategies)
		by := w.strategyParty(w.router)
		w.add(model.TakenFromQueue, by, model.Party{}).Queue = w.queue
		w.add(model.PartyAdded, by, by)
		w.strategies[w.router], w.stage = true, routing
	case pull:
		w.pull()
	case invite:
		i := w.newcomer()
		w.setInvited(i, agent{operation: w.legOperation, inviter: w.initiator, mode: w.legMode})
		w.stage = alerting
		mode := w.modeFor(w.legOperation, &w.agents[i].mode)
		w.add(model.AgentInvited, w.strategyParty(w.router), w.agentParty(i)).VisibilityMode = mode
	case transfer, confer:
		w.inviteDirectly(m)
	case transferThroughQueue, conferThroughQueue:
		w.placeOnBehalf(m)
	case accept:
		w.accept()
	case expire, reject, revokeOther, revokeStopped:
		w.unanswered(m)
	case leave, removed:
		i := w.pick(isJoined)
		by := w.remover(w.agentParty(i))
		if m == removed {
			by = mediaServer
		}
		w.leave(i, by)
	case finish:
		w.finish()
	case timeOut:
		w.timeOut()
	case strategyLeaves:
		w.strategyLeaves()
	case neutral:
		w.neutral()
	}
}

func (w *Walker) pull() {
	i := w.newcomer()
	by := w.agentParty(i)
	w.agents[i] = agent{
		operation: w.legOperation, inviter: w.initiator, offering: w.agents[i].offering, mode: w.legMode,
	}
	w.add(model.TakenFromQueue, by, model.Party{}).Queue = w.queue
	mode := w.modeFor(w.legOperation, &w.agents[i].mode)
	w.add(model.PartyAdded, by, by).VisibilityMode = mode
	w.stage = noLeg
	w.join(i)
}

func (w *Walker) accept() {
	i := w.pick(isInvited)
	a := &w.agents[i]
	by := w.agentParty(i)
	mode := w.modeFor(a.operation, &a.mode)
	w.add(model.PartyAdded, by, by).VisibilityMode = mode
	w.decided(i)
	if !a.direct {
		w.stage = noLeg
	}
	w.join(i)
}

func (w *Walker) place(by model.Party, op model.Operation, mode model.VisibilityMode) {
	w.placeIn(w.names.queue(w.known(model.QueueResource, &w.seenQueues, w.limits.Queues)), by, op, mode)
}

func (w *Walker) placeIn(queue string, by model.Party, op model.Operation, mode model.VisibilityMode) {
	w.queue, w.stage = queue, inQueue
	e := w.add(model.PlacedInQueue, by, model.Party{})
	e.Queue, e.Operation, e.VisibilityMode = queue, op, mode
}

// placeAgain places a leg in a queue once more, perhaps in another one.
func (w *Walker) placeAgain(by model.Party) {
	mode := w.modeFor(w.legOperation, &w.legMode)
	if w.limits.Weighted && w.src.Intn(3) > 0 {
		mode = 0
	}
	w.place(by, "", mode)
}

// finish has the only agent place the chat in a finishing queue (I20).
func (w *Walker) finish() {
	who := w.pick(isJoined)
	queue := w.limits.Finishing[w.draw(len(w.limits.Finishing), Driver.Finishing)]
	op := [...]model.Operation{"", model.Transfer, model.Conference}[w.src.Intn(3)]
	w.initiator, w.legOperation, w.legMode = nobody, "", 0
	w.placeIn(queue, w.agentParty(who), op, w.modeFor(op, &w.legMode))
	w.leave(who, w.transferRemover(who))
}

// timeOut has the server revoke the only agent (I21).
func (w *Walker) timeOut() {
	who := w.pick(isJoined)
	reason := model.Expired
	if w.limits.OtherReasons && w.limits.Irregular && w.src.Intn(3) == 2 {
		reason = "HandlingTimeout"
	}
	w.agents[who].status = free
	w.joinedAgents--
	w.initiator, w.legOperation, w.legMode, w.stage, w.serverDue = nobody, "", 0, failed, true
	w.add(model.Revoked, server, w.agentParty(who)).Reason = reason
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
	mode := w.modeFor(op, &w.agents[i].mode)
	e := w.add(model.AgentInvited, w.agentParty(who), w.agentParty(i))
	e.Operation, e.VisibilityMode = op, mode
}

func (w *Walker) placeOnBehalf(m move) {
	op, who := model.Conference, 0
	if m == transferThroughQueue {
		op, who = model.Transfer, w.pick((*Walker).mayTransfer)
	} else {
		who = w.pick(isJoined)
	}
	queue := -1 // a finishing queue, although it will not finish the chat; -1 for another
	if n := len(w.limits.Finishing); n > 0 && !w.alone() {
		usual := 1 // how much likelier another is
		if w.limits.Weighted {
			usual = 20
		}
		queue = w.src.Intn(n+usual) - usual
	}
	w.initiator, w.legOperation, w.legMode = int8(who), op, 0
	mode := w.modeFor(op, &w.legMode)
	if queue >= 0 {
		w.placeIn(w.limits.Finishing[queue], w.agentParty(who), op, mode)
	} else {
		w.place(w.agentParty(who), op, mode)
	}
	if op == model.Transfer {
		w.leave(who, w.transferRemover(who))
	}
}

// transferRemover returns who removes an agent that has placed the chat in a queue for good.
func (w *Walker) transferRemover(who int) model.Party {
	if odds := w.odds(); !w.limits.Guide && w.src.Intn(odds) == odds-1 {
		return mediaServer
	}
	return w.remover(w.agentParty(who))
}

// remover returns who removes a party that leaves: most often itself. It means nothing.
func (w *Walker) remover(p model.Party) model.Party {
	if !w.limits.Irregular || w.src.Intn(6) > 0 {
		return p
	}
	others := [...]model.Party{server, w.agentParty(0), w.strategyParty(0)}
	return others[w.src.Intn(len(others))]
}

// revoker returns who revokes an invitation: most often the server. It means nothing.
func (w *Walker) revoker(invited model.Party) model.Party {
	if !w.limits.Irregular || w.src.Intn(6) > 0 {
		return server
	}
	others := [...]model.Party{mediaServer, invited, w.agentParty(0), w.strategyParty(0)}
	return others[w.src.Intn(len(others))]
}

// odds are those of a rare choice: one in that many.
func (w *Walker) odds() int {
	if w.limits.Weighted {
		return 10
	}
	return 2
}

func (w *Walker) unanswered(m move) {
	i := w.pick(isInvited)
	invited := w.agentParty(i)
	switch m {
	case reject:
		w.add(model.Rejected, invited, invited)
	case expire:
		w.add(model.Revoked, w.revoker(invited), invited).Reason = model.Expired
	case revokeOther:
		w.add(model.Revoked, w.revoker(invited), invited).Reason = "Recalled"
	case revokeStopped:
		w.agents[i].status, w.stopping = withdrawn, true
		w.add(model.Revoked, server, invited).Reason = model.Stopped
		return
	}
	w.decided(i)
	if !w.agents[i].direct {
		w.stage = failed
	}
	w.agents[i].status = free
	w.failures++
	w.checkBereft()
}

// setInvited invites an agent. It keeps what the agent has under way from an earlier stay.
func (w *Walker) setInvited(i int, a agent) {
	a.status, a.offering = invited, w.agents[i].offering
	w.agents[i] = a
	w.attempted = true
}

func (w *Walker) join(i int) {
	w.agents[i].status, w.attempted = joined, true
	w.joinedAgents++
	w.joins++
	w.agents[i].since = w.joins
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
	w.add(model.PartyRemoved, by, w.agentParty(i))
	w.checkBereft()
}

func (w *Walker) checkBereft() {
	if w.joinedAgents == 0 && w.stage == noLeg && w.flying == 0 && w.attempted {
		w.stopDue = true
	}
}

func (w *Walker) strategyLeaves() {
	there := w.listed[:0]
	for i := range w.seenRouter {
		if w.strategies[i] {
			there = append(there, int8(i))
		}
	}
	w.listed = there
	i := there[w.draw(len(there), func(d Driver) int { return d.Which(model.StrategyResource, there) })]
	w.strategies[i] = false
	p := w.strategyParty(i)
	w.add(model.PartyRemoved, w.remover(p), p)
}

func (w *Walker) stop() {
	by := model.Party{Type: w.limits.Stops[0]}
	if w.limits.Guide {
		by = w.guideStopper()
	} else if w.driver != nil {
		by.Type = w.driver.Stopper()
	} else {
		by.Type = w.limits.Stops[w.src.Intn(len(w.limits.Stops))]
	}
	switch {
	case by.Type == model.Agent && w.lastJoined != nobody:
		by = w.agentParty(int(w.lastJoined))
	case by.Type == model.Strategy && w.router != nobody:
		by = w.strategyParty(w.router)
	}
	w.add(model.ProcessingStopped, by, model.Party{})
}

func (w *Walker) neutral() {
	name, by := w.limits.Neutral[w.draw(len(w.limits.Neutral), Driver.Neutral)], model.Party{}
	if !name.Known() {
		by = mediaServer
	}
	w.add(name, by, model.Party{})
}

// add writes an event, with the next seq and time, and returns it for what else it says.
func (w *Walker) add(name model.EventName, actor, party model.Party) *model.Event {
	w.seq++
	if w.limits.Irregular {
		w.seq += int64([...]int{0, 0, 0, 1, 4}[w.src.Intn(5)])
		w.clock = w.clock.Add([...]time.Duration{
			0, 0, time.Second, 2 * time.Second, 5 * time.Second,
			30 * time.Second,
		}[w.src.Intn(6)])
	} else if w.driver != nil {
		w.clock = w.clock.Add(w.driver.Wait())
	} else if len(w.log) > 0 {
		w.clock = w.clock.Add(time.Second)
	}
	n := len(w.log)
	w.log = slices.Grow(w.log, 1)[:n+1]
	e := &w.log[n] // an event is large: it is written in its place, not copied there
	*e = model.Event{}
	e.InteractionID, e.Seq, e.Time, e.Name, e.Actor, e.Party = w.id, w.seq, w.clock, name, actor, party
	return e
}

func (w *Walker) agentParty(i int) model.Party {
	return model.Party{Type: model.Agent, ID: w.names.agents[i]}
}

func (w *Walker) strategyParty(i int8) model.Party {
	return model.Party{Type: model.Strategy, ID: w.names.strategies[i]}
}
