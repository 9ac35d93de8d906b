package gen

import "github.com/chatproof/chatproof/model"

// The guide's flows, as limits on moves: what they do not show is not made. The rules say which chats are documented
// ([Documented]); these limits make most chats so.

// guided returns the moves among these that the guide shows.
func (w *Walker) guided(moves moveSet) (shown moveSet) {
	for ; moves != 0; moves &= moves - 1 {
		if m := moves.first(); w.guideMoves(m) {
			shown |= 1 << m
		}
	}
	return shown
}

func (w *Walker) guideMoves(m move) bool {
	switch m {
	case stop: // nobody handles: the customer leaves from where the chat came first, or the last agent has left
		return w.joinedAgents == 0
	case reject, pull, transferThroughQueue, strategyPlaces, removed, revokeOther, timeOut:
		return false
	case revokeStopped: // of a routed agent, if the chat has not been back in a queue
		return w.initiator == nobody && w.stage == alerting && w.seenAgents == 1
	case serverPlaces:
		return w.stage == failed && w.initiator == nobody
	case expire:
		return w.initiator == nobody || w.stage != alerting
	case leave: // conferees and transferees leave before whoever invited them, and nobody is left waiting
		return w.flying == 0 && (w.stage == noLeg || w.stage == failed)
	case transfer, confer, conferThroughQueue:
		return w.guideInviter() && w.flying == 0
	}
	return true
}

// guideInviter reports whether the agent who would invite was routed, not invited by another agent.
func (w *Walker) guideInviter() bool {
	for i := range w.seenAgents {
		if a := &w.agents[i]; a.status == joined && a.inviter != nobody {
			return false
		}
	}
	return true
}

// guideStopper returns the agent who handled last, or else the customer.
func (w *Walker) guideStopper() model.Party {
	if w.lastJoined != nobody {
		return model.Party{Type: model.Agent}
	}
	return mediaServer
}

// Guide limits a random chat to what the guide's flows show.
var Guide = Limits{
	Events: 60, Agents: 4, Queues: 3, Strategies: 2, Modes: []model.VisibilityMode{0, model.Conferred, model.Coach},
	Stops: []model.PartyType{model.MediaServer, model.Agent}, Neutral: neutralEvents, Weighted: true, Irregular: true,
	Guide: true,
}

// Documented reports whether documented rules alone decide a chat.
func Documented(c *model.Chat) bool {
	for i := range c.IRFs {
		if c.IRFs[i].Clauses.Level() != model.Documented {
			return false
		}
	}
	return c.Silent == 0
}
