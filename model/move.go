package model

// Move is what happens in a chat, in the words of the people in it: chats are generated, shrunk, drawn and written as
// steps in this one vocabulary. A move is one event, except Take and Pull: each is the two that W4 keeps together.
type Move uint8

// The moves. The generators number their choices in this order: another order makes other chats from a seed.
const (
	Stop                 Move = iota // EventProcessingStopped, by anyone
	Enter                            // placed in a queue by the media server
	Take                             // a strategy takes the chat from its queue
	Invite                           // a strategy invites an agent
	StrategyLeaves                   // a strategy is removed
	Accept                           // an agent accepts its invitation
	Leave                            // an agent leaves, or is removed by anyone but the media server
	Expire                           // an invitation is revoked as Expired
	Reject                           // an invitation is declined
	TransferTo                       // an agent invites another to a transfer
	ConferWith                       // an agent invites another to a conference or consult
	ServerPlaces                     // the server returns the chat to a queue
	Pull                             // an agent takes the chat from its queue without an invitation
	TransferThroughQueue             // an agent places the chat in a queue to transfer it
	ConferThroughQueue               // an agent places the chat in a queue to confer or consult
	StrategyPlaces                   // a strategy sends the chat on to another queue
	Removed                          // the media server removes an agent
	RevokeOther                      // an invitation is revoked for a reason that is neither Expired nor Stopped
	RevokeStopped                    // an invitation is revoked as Stopped
	Finish                           // the only agent places the chat in a finishing queue
	TimeOut                          // the server revokes the only agent handling the chat
	NoMove                           // a neutral or an unknown event
	Submit                           // the chat begins
	MoveCount
)

// MoveNames are the moves as files and flags name them.
var MoveNames = [MoveCount]string{
	"stop", "enter", "take", "invite", "strategy_leaves", "accept", "leave", "expire", "reject", "transfer", "confer",
	"server_places", "pull", "transfer_through_queue", "confer_through_queue", "strategy_places", "removed",
	"revoke_other", "revoke_stopped", "finish", "time_out", "neutral", "submit",
}

// MoveOf returns the move that the i-th event of a chat's log makes, or is part of. The log is in order but need not be
// well-formed. An event that does not tell which of several moves it is counts as the more general one, like Leave.
func MoveOf(log []Event, i int) Move {
	e := &log[i]
	switch e.Name {
	case Submitted:
		return Submit
	case PlacedInQueue:
		return placing(e)
	case TakenFromQueue:
		if j := neighbour(log, i, 1); j >= 0 && log[j].Party.Type == Agent {
			return Pull
		}
		return Take
	case PartyAdded:
		if e.Party.Type == Strategy {
			return Take
		}
		if j := neighbour(log, i, -1); j >= 0 && log[j].Name == TakenFromQueue {
			return Pull
		}
		return Accept
	case AgentInvited:
		switch {
		case e.Actor.Type == Strategy:
			return Invite
		case e.Operation == Transfer:
			return TransferTo
		}
		return ConferWith
	case Rejected:
		return Reject
	case Revoked:
		if handles(log[:i], e.Party) {
			return TimeOut
		}
		switch e.reason() {
		case Expired:
			return Expire
		case Stopped:
			return RevokeStopped
		}
		return RevokeOther
	case PartyRemoved:
		switch {
		case e.Party.Type == Strategy:
			return StrategyLeaves
		case e.Actor.Type == MediaServer:
			return Removed
		}
		return Leave
	case ProcessingStopped:
		return Stop
	}
	return NoMove
}

func placing(e *Event) Move {
	switch e.Actor.Type {
	case MediaServer:
		return Enter
	case Strategy:
		return StrategyPlaces
	case Agent:
		switch e.Operation {
		case Transfer:
			return TransferThroughQueue
		case Conference:
			return ConferThroughQueue
		}
		return Finish
	}
	return ServerPlaces
}

// handles reports whether an agent is a party at the end of a log.
func handles(log []Event, agent Party) bool {
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Party == agent {
			switch log[i].Name {
			case PartyAdded:
				return true
			case AgentInvited, Rejected, Revoked, PartyRemoved:
				return false
			}
		}
	}
	return false
}

// neighbour returns the index of the next event in the direction of step, neutral and unknown ones aside, or -1.
func neighbour(log []Event, i, step int) int {
	for i += step; i >= 0 && i < len(log); i += step {
		if e := &log[i]; e.Name.Known() && !e.Name.Neutral() {
			return i
		}
	}
	return -1
}
