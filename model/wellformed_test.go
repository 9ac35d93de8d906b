package model_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

func TestWellFormed(t *testing.T) {
	tests := []struct {
		name, log   string
		requirement string // "" where the log is well-formed
		seq         int64
	}{
		{"a handling timeout", handled + `the server revokes the chat from "Agent 1"` + "\n" + `the server returns the chat to queue "Queue 1"`, "", 0},
		{"a handling timeout, and the stop", handled + `the server revokes the chat from "Agent 1"` + "\nthe customer leaves", "", 0},
		{"something else after a handling timeout", handled + `the server revokes the chat from "Agent 1"` + "\n" + `strategy "S" leaves`, "W6", 9},
		{"a handling timeout as Stopped", handled + `the server revokes the chat from "Agent 1" as "Stopped"`, "W6", 8},
		{"a handling timeout by another", handled + `the media server revokes the invitation of "Agent 1"`, "W6", 8},
		{"a handling timeout of one of two", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 2" accepts` + "\n" + `the server revokes the chat from "Agent 1"`, "W6", 10},
		{"a handling timeout while another is invited", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `the server revokes the chat from "Agent 1"`, "W6", 9},
		{"a handling timeout while a leg is under way", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `the server revokes the chat from "Agent 1"`, "W6", 9},
		{"a handling timeout after a leg has failed", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `strategy "S" routes the chat from queue "Queue 2" to "Agent 2"` + "\n" + `"Agent 2" rejects` + "\n" + `the server revokes the chat from "Agent 1"`, "", 0},
		{"placed without an operation", handled + `"Agent 1" finishes the chat in queue "Queue 2"`, "W9", 8},
		{"finished", handled + `"Agent 1" finishes the chat in queue "iWD_Completed"` + "\n" + `"Agent 1" leaves` + "\nthe server stops the chat", "", 0},
		{"who finishes the chat leaves next", handled + `"Agent 1" finishes the chat in queue "iWD_Completed"` + "\n" + `strategy "S" takes the chat from queue "iWD_Completed"`, "W4", 9},
		{"also if it is called a conference", handled + `"Agent 1" confers through queue "iWD_Completed"` + "\n" + `strategy "S" takes the chat from queue "iWD_Completed"`, "W4", 9},
		{"not finished while another agent is there", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 2" accepts` + "\n" + `"Agent 1" finishes the chat in queue "iWD_Completed"`, "W9", 10},
		{"not finished while another agent is invited", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" finishes the chat in queue "iWD_Completed"`, "W9", 9},
		{"what follows is checked", handled + `"Agent 1" finishes the chat in queue "iWD_Completed"` + "\n" + `"Agent 1" leaves` + "\n" + `"Agent 1" leaves`, "W7", 10},
		{"nothing before the submit", `the chat is held` + "\n" + entered, "W1", 1},
		{"unknown events do not count before the submit", `the unknown event "EventX" occurs` + "\n" + entered, "", 0},
		{"a second submit", entered + `a customer submits a chat`, "W1", 3},
		{"an event after the stop", entered + "the customer leaves\nthe customer leaves", "W2", 4},
		{"neutral events after the stop", entered + "the customer leaves\nthe chat is updated", "", 0},

		{"the media server places only once", entered + `the chat enters queue "Queue 2"`, "W4", 3},
		{"placed while in a queue", entered + `the server returns the chat to queue "Queue 2"`, "W4", 3},
		{"returned before it ever entered", "a customer submits a chat\n" + `the server returns the chat to queue "Queue 2"`, "W4", 2},
		{"entering after an agent has handled", handled + `the chat enters queue "Queue 2"`, "W4", 8},
		{"placed by an agent who is no party", entered + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `"Agent 1" confers through queue "Queue 2"`, "W4", 5},
		{"placed by an agent while another leg is under way", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `strategy "S" takes the chat from queue "Queue 2"` + "\n" + `"Agent 1" confers through queue "Queue 3"`, "W4", 11},
		{"an agent tries again after its leg has failed", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `strategy "S" routes the chat from queue "Queue 2" to "Agent 2"` + "\n" + `"Agent 2" rejects` + "\n" + `"Agent 1" confers through queue "Queue 3"`, "", 0},
		{"returned while an agent is alerted", alerted + `the server returns the chat to queue "Queue 1"`, "W4", 7},
		{"returned while a strategy has it", entered + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `the server returns the chat to queue "Queue 1"`, "", 0},
		{"taken from another queue", entered + `strategy "S" takes the chat from queue "Queue 2"`, "W4", 3},
		{"the transferring agent leaves next", handled + `"Agent 1" transfers through queue "Queue 2"` + "\n" + `strategy "S" takes the chat from queue "Queue 2"`, "W4", 9},
		{"invited by a strategy that is not routing", alerted + `"Agent 1" accepts` + "\n" + `strategy "Strategy 1" invites "Agent 2"`, "W5", 8},
		{"invited by a strategy that has invited already", entered + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `strategy "S" invites "Agent 1"` + "\n" + `strategy "S" invites "Agent 2"`, "W4", 6},
		{"invited again before the chat is back in a queue", entered + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `strategy "S" invites "Agent 1"` + "\n" + `"Agent 1" rejects` + "\n" + `strategy "S" invites "Agent 2"`, "W4", 7},

		{"invited by an agent who is no party", alerted + `"Agent 2" invites "Agent 3" to a transfer`, "W5", 7},
		{"accepted without an invitation", alerted + `"Agent 2" accepts`, "W6", 7},
		{"accepted twice", handled + `"Agent 1" accepts`, "W6", 8},
		{"rejected without an invitation", handled + `"Agent 1" rejects`, "W6", 8},
		{"revoked without an invitation", handled + `the invitation of "Agent 2" is revoked`, "W6", 8},
		{"revoked as Stopped twice", alerted + `the invitation of "Agent 1" is revoked as "Stopped"` + "\n" + `the invitation of "Agent 1" is revoked as "Stopped"`, "W6", 8},
		{"accepted after it was revoked as Stopped", alerted + `the invitation of "Agent 1" is revoked as "Stopped"` + "\n" + `"Agent 1" accepts`, "W6", 8},
		{"something else after a revoke as Stopped", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `the invitation of "Agent 2" is revoked as "Stopped"` + "\n" + `"Agent 1" invites "Agent 3" to a conference`, "W6", 10},
		{"another revoke after a revoke as Stopped", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" invites "Agent 3" to a conference` + "\n" + `the invitation of "Agent 2" is revoked as "Stopped"` + "\n" + `the invitation of "Agent 3" is revoked`, "W6", 11},
		{"further such revokes, removals and the stop after a revoke as Stopped", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" invites "Agent 3" to a conference` + "\n" + `the invitation of "Agent 2" is revoked as "Stopped"` + "\n" + `the invitation of "Agent 3" is revoked as "Stopped"` + "\n" + `"Agent 1" leaves` + "\nthe customer leaves", "", 0},
		{"pulled by an agent who is a party", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `"Agent 1" pulls the chat from queue "Queue 2"`, "W6", 10},
		{"pulled by an agent who has an invitation", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" confers through queue "Queue 2"` + "\n" + `"Agent 2" pulls the chat from queue "Queue 2"`, "W6", 11},

		{"a strategy that is no party leaves", handled + `strategy "Strategy 1" leaves`, "W7", 8},
		{"a strategy that took the chat twice leaves once", entered + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `the server returns the chat to queue "Queue 1"` + "\n" + `strategy "S" takes the chat from queue "Queue 1"` + "\n" + `strategy "S" leaves` + "\n" + `strategy "S" leaves`, "W7", 9},
		{"an agent that is no party leaves", alerted + `"Agent 1" leaves`, "W7", 7},
		{"something else after the last agent has left", handled + `"Agent 1" leaves` + "\n" + `"Agent 1" accepts`, "W7", 9},
		{"the last agent leaves while a leg is under way", handled + `"Agent 1" confers through queue "Queue 2"` + "\n" + `"Agent 1" leaves` + "\n" + `strategy "S" takes the chat from queue "Queue 2"`, "", 0},
		{"the last agent leaves while a transfer is pending", handled + `"Agent 1" invites "Agent 2" to a transfer` + "\n" + `"Agent 1" leaves` + "\n" + `"Agent 2" accepts`, "", 0},
		{"the stop comes next once that transfer has failed", handled + `"Agent 1" invites "Agent 2" to a transfer` + "\n" + `"Agent 1" leaves` + "\n" + `"Agent 2" rejects` + "\n" + `"Agent 2" rejects`, "W7", 11},
		{"a log may end anywhere", handled + `"Agent 1" transfers through queue "Queue 2"`, "", 0},

		{"an agent with two invitations", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" invites "Agent 2" to a conference`, "W8", 9},
		{"a party is invited", handled + `"Agent 1" invites "Agent 1" to a conference`, "W8", 8},
		{"two pending transfers", handled + `"Agent 1" invites "Agent 2" to a transfer` + "\n" + `"Agent 1" invites "Agent 3" to a transfer`, "W8", 9},
		{"a transfer through a queue while one is pending", handled + `"Agent 1" invites "Agent 2" to a transfer` + "\n" + `"Agent 1" transfers through queue "Queue 2"`, "W8", 9},
		{"a transfer after one has failed", handled + `"Agent 1" invites "Agent 2" to a transfer` + "\n" + `"Agent 2" rejects` + "\n" + `"Agent 1" invites "Agent 3" to a transfer`, "", 0},
		{"two pending conference invitations", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 1" invites "Agent 3" to a conference`, "", 0},
		{"a second transfer of an agent that is back while its first is in a queue", handled + `"Agent 1" invites "Agent 2" to a conference` + "\n" + `"Agent 2" accepts` + "\n" +
			`"Agent 1" transfers through queue "Queue 2"` + "\n" + `"Agent 1" leaves` + "\n" + `"Agent 2" invites "Agent 1" to a conference` + "\n" + `"Agent 1" accepts` + "\n" + `"Agent 1" invites "Agent 3" to a transfer`, "W8", 14},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := log(t, tt.log)
			for i := range events { // whichever event arrives first
				err := model.NewClassifier(model.Reference()).Classify(new(model.Chat), slices.Concat(events[i:], events[:i]))
				if tt.requirement == "" {
					assert.NoError(t, err)
					continue
				}
				var bad *model.IllFormed
				require.ErrorAs(t, err, &bad)
				assert.Equal(t, tt.requirement, bad.Requirement, bad.Error())
				assert.Equal(t, tt.seq, bad.Seq, bad.Error())
			}
		})
	}
}

// Fields are checked one by one: each change to a healthy log breaks W3, W4 or W9.
func TestFieldsOfEvents(t *testing.T) {
	healthy := log(t, handled+`"Agent 1" invites "Agent 2" to a conference`+"\n"+`"Agent 1" confers through queue "Queue 2"`)
	const submitted, placed, taken, strategyAdded, invited, strategyLeaves, agentInvites, agentPlaces = 0, 1, 2, 3, 4, 5, 7, 8
	tests := []struct {
		name        string
		at          int
		change      func(*model.Event)
		requirement string
	}{
		{"seq beyond what JSON readers hold", placed, func(e *model.Event) { e.Seq = model.MaxSeq + 1 }, "W9"},
		{"seq as large as can be", agentPlaces, func(e *model.Event) { e.Seq = model.MaxSeq }, ""},
		{"seq from 0", submitted, func(e *model.Event) { e.Seq = 0 }, ""},
		{"seq negative", placed, func(e *model.Event) { e.Seq = -4 }, "W9"},
		{"seq of another event", placed, func(e *model.Event) { e.Seq = 1 }, "W3"},
		{"time missing", placed, func(e *model.Event) { e.Time = time.Time{} }, "W9"},
		{"unknown visibility mode", invited, func(e *model.Event) { e.VisibilityMode = 4 }, "W9"},
		{"actor missing", placed, func(e *model.Event) { e.Actor = model.Party{} }, "W9"},
		{"actor of an unknown type", placed, func(e *model.Event) { e.Actor.Type = "robot" }, "W9"},
		{"queue missing", taken, func(e *model.Event) { e.Queue = "" }, "W9"},
		{"party missing", invited, func(e *model.Event) { e.Party = model.Party{} }, "W9"},
		{"party without an id", invited, func(e *model.Event) { e.Party.ID = "" }, "W9"},
		{"party of a type that is none", invited, func(e *model.Event) { e.Party.Type = model.MediaServer }, "W9"},
		{"a strategy is invited", invited, func(e *model.Event) { e.Party.Type = model.Strategy }, "W9"},
		{"inviting strategy without an id", invited, func(e *model.Event) { e.Actor.ID = "" }, "W9"},
		{"invited by the server", invited, func(e *model.Event) { e.Actor.Type = model.InteractionServer }, "W5"},
		{"agent invites without an operation", agentInvites, func(e *model.Event) { e.Operation = "" }, "W9"},
		{"agent places with an unknown operation", agentPlaces, func(e *model.Event) { e.Operation = "barge" }, "W9"},
		{"another taker than the one added", taken, func(e *model.Event) { e.Actor.ID = "Strategy 9" }, "W4"},
		{"another kind of taker than the one added", taken, func(e *model.Event) { e.Actor = model.Party{Type: model.Agent} }, "W4"},
		{"taker without an id", taken, func(e *model.Event) { e.Actor.ID = "" }, ""},
		{"taker not told", taken, func(e *model.Event) { e.Actor = model.Party{Type: model.InteractionServer} }, ""},
		{"a strategy joins that has not taken the chat", strategyLeaves, func(e *model.Event) { e.Name = model.PartyAdded }, "W4"},
		{"submitted by another", submitted, func(e *model.Event) { e.Actor.Type = model.InteractionServer }, ""},
		{"an unknown event needs no fields", strategyAdded, func(e *model.Event) {
			next := *e
			*e = model.Event{InteractionID: e.InteractionID, Name: "EventTyping"}
			healthy = append(healthy, next) // out of order, and a gap where it was
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			restore := append([]model.Event(nil), healthy...)
			defer func() { healthy = restore }()
			healthy = append([]model.Event(nil), healthy...)
			tt.change(&healthy[tt.at])
			err := model.NewClassifier(model.Reference()).Classify(new(model.Chat), healthy)
			if tt.requirement == "" {
				assert.NoError(t, err)
				return
			}
			var bad *model.IllFormed
			require.True(t, errors.As(err, &bad), "%v", err)
			assert.Equal(t, tt.requirement, bad.Requirement, bad.Error())
			assert.Contains(t, err.Error(), `interaction "chat 1", seq`)
		})
	}
}

func TestRequirementsAreNine(t *testing.T) {
	var ids string
	for _, r := range model.Requirements() {
		ids += r.ID + " "
		assert.NotEmpty(t, r.Says)
	}
	assert.Equal(t, "W1 W2 W3 W4 W5 W6 W7 W8 W9 ", ids)
}
