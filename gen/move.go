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
		w.serverDue = false
		w.placeAgain(server)
	case strategyPlaces:
		w.placeAgain(w.strategyParty(w.router))
	case take:
		w.router = w.known(model.StrategyResource, &w.seenRouter, w.limits.Strategies)
		by := w.strategyParty(w.router)
		w.add(model.Event{Name: model.TakenFromQueue, Actor: by, Queue: w.queue})
		w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by})
		w.strategies[w.router], w.stage = true, routing
	case pull:
		w.pull()
	case invite:
		i := w.newcomer()
		w.setInvited(i, agent{operation: w.legOperation, inviter: w.initiator, mode: w.legMode})
		w.stage = alerting
		w.add(model.Event{
			Name: model.AgentInvited, Actor: w.strategyParty(w.router), Party: w.agentParty(i),
			VisibilityMode: w.modeFor(w.legOperation, &w.agents[i].mode),
		})
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
	w.add(model.Event{Name: model.TakenFromQueue, Actor: by, Queue: w.queue})
	mode := w.modeFor(w.legOperation, &w.agents[i].mode)
	w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by, VisibilityMode: mode})
	w.stage = noLeg
	w.join(i)
}

func (w *Walker) accept() {
	i := w.pick(isInvited)
	a := &w.agents[i]
	by := w.agentParty(i)
	w.add(model.Event{Name: model.PartyAdded, Actor: by, Party: by, VisibilityMode: w.modeFor(a.operation, &a.mode)})
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
	w.add(model.Event{Name: model.PlacedInQueue, Actor: by, Queue: queue, Operation: op, VisibilityMode: mode})
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
	w.add(model.Event{Name: model.Revoked, Actor: server, Party: w.agentParty(who), Reason: reason})
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
	w.add(model.Event{
		Name: model.AgentInvited, Actor: w.agentParty(who), Party: w.agentParty(i), Operation: op,
		VisibilityMode: w.modeFor(op, &w.agents[i].mode),
	})
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
	e := model.Event{Name: model.Revoked, Actor: server, Party: w.agentParty(i), Reason: model.Expired}
	switch m {
	case reject:
		e.Name, e.Actor, e.Reason = model.Rejected, w.agentParty(i), ""
	case expire:
		e.Actor = w.revoker(e.Party)
	case revokeOther:
		e.Reason, e.Actor = "Recalled", w.revoker(e.Party)
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
	w.add(model.Event{Name: model.PartyRemoved, Actor: by, Party: w.agentParty(i)})
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
	w.add(model.Event{Name: model.PartyRemoved, Actor: w.remover(p), Party: p})
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
	w.add(model.Event{Name: model.ProcessingStopped, Actor: by})
}

func (w *Walker) neutral() {
	e := model.Event{Name: w.limits.Neutral[w.draw(len(w.limits.Neutral), Driver.Neutral)]}
	if !e.Name.Known() {
		e.Actor = mediaServer
	}
	w.add(e)
}

// add writes an event, with the next seq and time.
func (w *Walker) add(e model.Event) {
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
	e.InteractionID, e.Seq, e.Time = w.id, w.seq, w.clock
	w.log = append(w.log, e)
}

func (w *Walker) agentParty(i int) model.Party {
	return model.Party{Type: model.Agent, ID: w.names.agents[i]}
}

func (w *Walker) strategyParty(i int8) model.Party {
	return model.Party{Type: model.Strategy, ID: w.names.strategies[i]}
}
