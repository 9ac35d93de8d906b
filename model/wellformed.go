package model

import (
	"fmt"
	"strings"
)

// Requirement is one of the conditions W1–W9 that make a log well-formed.
type Requirement struct {
	ID   string
	Says string
}

// Requirements lists W1–W9.
func Requirements() []Requirement {
	w := func(id, says string) Requirement { return Requirement{ID: id, Says: says} }
	return []Requirement{
		w("W1", "Exactly one EventInteractionSubmitted, before every other event."),
		w("W2", "After EventProcessingStopped come only exact duplicates and neutral events."),
		w("W3", "seq is unique within the interaction: only exact duplicates share one."),
		w("W4", "One leg is under way at a time: a queue, then a strategy, then its invitation. The leg ends when "+
			"the agent accepts; if the invitation fails, the chat may go back to a queue. The taker is added right "+
			"after EventTakenFromQueue. An agent that transfers through a queue, or places the chat in a finishing "+
			"queue, is removed right after that."),
		w("W5", "Whoever invites is a party: a strategy or an agent."),
		w("W6", "An accept, a reject or a revoke answers a pending invitation of that agent. An agent without an "+
			"invitation joins only by pulling, right after EventTakenFromQueue. The server may revoke an agent that "+
			"handles the chat only if no other agent does, no leg is under way and no invitation is pending; next "+
			"comes the server's EventPlacedInQueue or the stop. After a revoke as Stopped come only removals, "+
			"further such revokes and the stop."),
		w("W7", "Only a party is removed. When the last agent has left, the stop comes next, unless a leg is under "+
			"way or an invitation is pending."),
		w("W8", "An agent has at most one pending invitation, and none while it is a party. It has at most one "+
			"pending transfer of its own."),
		w("W9", "Required fields are present, with values of their type. A strategy or agent that invites, or places "+
			"the chat in a queue, has an id. An agent that does so gives an operation, except when it places the "+
			"chat in a finishing queue."),
	}
}

// IllFormed says why a log cannot be classified: the first requirement that it breaks, and where.
type IllFormed struct {
	InteractionID string
	Seq           int64
	Requirement   string // W1–W9
	Problem       string // what was found and what was expected, without the fields above
}

func (e *IllFormed) Error() string {
	id := Name(e.InteractionID)
	if strings.Contains(id, " ") && id[0] != '"' { // nobody would see where it ends
		id = Quoted(e.InteractionID)
	}
	return fmt.Sprintf("interaction %s, seq %d: %s: %s", id, e.Seq, e.Requirement, e.Problem)
}

// unsaid is the error of a fold that is mute: nobody reads what it says.
var unsaid IllFormed

// illFormed says what is wrong with an event, unless f is mute: the words cost more than the fold, and nobody reads
// those of a repair.
func (f *fold) illFormed(e *Event, requirement, format string, args ...any) *IllFormed {
	if f.mute {
		return &unsaid
	}
	return &IllFormed{e.InteractionID, e.Seq, requirement, fmt.Sprintf(format, args...)}
}

// checkFields checks W9.
func (f *fold) checkFields(e *Event, kind eventKind) *IllFormed {
	switch {
	case e.Seq < 0 || e.Seq > MaxSeq:
		return f.illFormed(e, "W9", "seq: missing, or not an integer from 0 to %d", int64(MaxSeq))
	case e.Time.IsZero():
		return f.illFormed(e, "W9", "time: missing; expected RFC 3339 with a zone")
	case e.VisibilityMode < 0 || e.VisibilityMode > 3:
		return f.illFormed(e, "W9", "visibility_mode: expected 1, 2 or 3, got %d", e.VisibilityMode)
	case kind == aNeutral:
		return nil
	}
	switch e.Actor.Type {
	case MediaServer, Strategy, Agent, InteractionServer:
	case "":
		return f.illFormed(e, "W9", "actor: missing on %s", e.Name)
	default:
		return f.illFormed(e, "W9", "actor.type: expected media_server, strategy, agent or interaction_server, got %s",
			Quoted(string(e.Actor.Type)))
	}
	switch kind {
	case aPlacing, aTaking:
		if e.Queue == "" {
			return f.illFormed(e, "W9", "queue: missing on %s", e.Name)
		}
	case anAddition, aRemoval, anInvitation, aRejection, aRevoke:
		if e.Party.Type != Strategy && e.Party.Type != Agent {
			return f.illFormed(e, "W9", "party.type: expected strategy or agent on %s", e.Name)
		}
		if e.Party.ID == "" {
			return f.illFormed(e, "W9", "party.id: missing on %s", e.Name)
		}
	}
	if kind != aPlacing && kind != anInvitation {
		return nil
	}
	if e.Actor.ID == "" && (e.Actor.Type == Agent || e.Actor.Type == Strategy) {
		return f.illFormed(e, "W9", "actor.id: missing on %s by a %s", e.Name, e.Actor.Type)
	}
	if e.Actor.Type != Agent || e.Operation == Transfer || e.Operation == Conference {
		return nil
	}
	if kind == aPlacing && e.Operation == "" {
		if f.table.deployment.finishing(e.Queue) != unfinished { // the state of the chat says whether it needs one
			return nil
		}
		return f.illFormed(e, "W9",
			"operation: missing on %s by an agent; expected transfer or conference; or list the queue "+
				"%s under finishing_queues in the mapping, if it finishes chats (Info Mart's options "+
				"stop-ixn-queues and canceled-queues)",
			e.Name, Quoted(e.Queue))
	}
	if e.Operation == "" {
		return f.illFormed(e, "W9", "operation: missing on %s by an agent; expected transfer or conference", e.Name)
	}
	return f.illFormed(e, "W9", "operation: expected transfer or conference on %s by an agent, got %s", e.Name,
		Quoted(string(e.Operation)))
}

// due is what must come next, neutral and unknown events aside (W4, W6, W7).
type due uint8

const (
	nothingDue due = iota
	takerDue       // the taker's EventPartyAdded
	removalDue     // the EventPartyRemoved of an agent that transfers through a queue, or finishes the chat
	stopDue        // the stop: the last agent has left
	serverDue      // after a handling timeout: the server places the chat in a queue, or the stop
)

// checkTurn checks W1, W2, what W4, W6 and W7 say must come next, and what W6 says of a chat that is being stopped.
func (f *fold) checkTurn(e *Event, kind eventKind) *IllFormed {
	switch {
	case !f.begun && kind != aSubmission:
		return f.illFormed(e, "W1", "%s comes before EventInteractionSubmitted", e.Name)
	case kind == aNeutral:
		return nil
	case f.begun && kind == aSubmission:
		return f.illFormed(e, "W1", "a second EventInteractionSubmitted")
	case f.stoppedAt >= 0 && kind == aStop:
		return f.illFormed(e, "W2", "a second EventProcessingStopped")
	case f.stoppedAt >= 0:
		return f.illFormed(e, "W2", "%s comes after EventProcessingStopped", e.Name)
	}
	switch f.due {
	case takerDue:
		if kind != anAddition || !f.takenBy(e.Party) {
			return f.illFormed(e, "W4",
				"expected the taker's EventPartyAdded right after EventTakenFromQueue, got %s", e.Name)
		}
	case removalDue:
		if leaver := f.attempts[f.leaver].agent; kind != aRemoval || e.Party.Type != Agent ||
			e.Party.ID != leaver {
			return f.illFormed(e, "W4",
				"%s has transferred or finished the chat through a queue: expected its EventPartyRemoved next, got %s",
				Name(leaver), e.Name)
		}
	case serverDue:
		if kind != aStop && (kind != aPlacing || e.Actor.Type != InteractionServer) {
			return f.illFormed(e, "W6",
				"the agent who handled the chat was revoked (handling-timeout): expected the interaction_server's "+
					"EventPlacedInQueue or the stop next, got %s", e.Name)
		}
	case stopDue:
		if kind == aPlacing {
			return f.illFormed(e, "W7",
				"the last agent has left and no leg or invitation is under way: expected the stop next, got %s (if "+
					"that agent placed the chat in %s, put its EventPartyRemoved after that; if the queue finishes "+
					"chats, list it under finishing_queues in the mapping)", e.Name, Quoted(e.Queue))
		}
		if kind != aStop {
			return f.illFormed(e, "W7",
				"the last agent has left and no leg or invitation is under way: expected the stop next, got %s", e.Name)
		}
	}
	if f.stopping && kind != aRemoval && kind != aStop && (kind != aRevoke || e.Reason != Stopped) {
		return f.illFormed(e, "W6", "%s after an invitation was revoked as Stopped: expected only removals, further "+
			"such revokes and the stop", e.Name)
	}
	return nil
}

// takenBy reports whether a party that is added can be the taker of the last EventTakenFromQueue. The taker is the
// event's actor; what that leaves open may be anyone.
func (f *fold) takenBy(p Party) bool {
	taker := f.events[f.leg.takenAt].Actor
	switch taker.Type {
	case Strategy, Agent:
		return taker.Type == p.Type && (taker.ID == "" || taker.ID == p.ID)
	}
	return true
}
