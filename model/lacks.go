package model

import (
	"slices"
	"strings"
)

// missing says what an ill-formed log seems to lack, by the requirement that it breaks and the words of the problem. It
// is a guess, not a proof: often more than one event would make the log a chat.
var missing = []struct{ requirement, phrase, lacks string }{
	{"W4", "placed in %s while the chat is still in", string(TakenFromQueue)},
	{"W4", "the media server places the chat in a queue again", string(Revoked) + " or " + string(Rejected)},
	{"W4", "who is not a party", "an agent's " + string(PartyAdded)},
	{"W4", "while no strategy has the chat and no invitation has failed", string(Revoked) + " or " + string(Rejected)},
	{"W4", "taken from", string(PlacedInQueue)},
	{"W4", "has not just taken the chat from a queue", string(TakenFromQueue)},
	{"W4", "expected the taker's EventPartyAdded", "a strategy's " + string(PartyAdded)},
	{"W4", "expected its EventPartyRemoved next", "an agent's " + string(PartyRemoved)},
	{"W5", "invited by strategy", "a strategy's " + string(PartyAdded)},
	{"W5", "who is not a party", "an agent's " + string(PartyAdded)},
	{"W6", "pulls the chat", "an agent's " + string(PartyRemoved)},
	{"W6", "joins without a pending invitation", string(AgentInvited)},
	{"W6", "who has no pending invitation", string(AgentInvited)},
	{"W7", "strategy", "a strategy's " + string(PartyAdded)},
	{"W7", "is removed, but is not a party", "an agent's " + string(PartyAdded)},
	{
		"W8", "is invited, but is already a party", string(Revoked) + ", " + string(Rejected) + " or an agent's " +
			string(PartyRemoved),
	},
}

// Lacks returns what the log seems to lack, or "" if it seems to have an extra event instead. beginning is true if the
// chat's beginning is missing.
func (e *IllFormed) Lacks(log []Event) (lacks string, beginning bool) {
	if e.Requirement == "W1" && !slices.ContainsFunc(log, func(e Event) bool { return e.Name == Submitted }) {
		misspelt := slices.ContainsFunc(log, func(e Event) bool {
			meant, _ := e.Name.Meant()
			return meant == Submitted
		})
		return string(Submitted), !misspelt
	}
	if e.Requirement == "W9" {
		field, _, _ := strings.Cut(e.Problem, ":")
		return "a sound " + field, false
	}
	for _, m := range missing {
		first, rest, both := strings.Cut(m.phrase, "%s")
		if m.requirement == e.Requirement && strings.Contains(e.Problem, first) &&
			(!both || strings.Contains(e.Problem, rest)) {
			return m.lacks, false
		}
	}
	return "", false
}
