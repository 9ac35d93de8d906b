package model

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEventNameThatIsMeant(t *testing.T) {
	for name, want := range map[EventName]EventName{
		"EventInteractionSubmited": Submitted, "eventpartyadded": PartyAdded, "PartyAdded": PartyAdded, "EVENT_AGENT_INVITED": AgentInvited,
		"EventRevoke": Revoked, "EventTypingStarted": "", "EventAccepted": "", "EventPlacedInWorkbin": "", "": "", "Event": "", "EventHeld": "",
	} {
		got, ok := name.Meant()
		assert.Equal(t, want, got, name)
		assert.Equal(t, want != "", ok, name)
	}
}

// What is missing may be there under a name that is misspelt: the first such is told.
func TestMisspeltEventIsTold(t *testing.T) {
	log := []Event{
		{InteractionID: "c", Seq: 3, Name: "EventPartyAded"},
		{InteractionID: "c", Seq: 1, Name: "EventInteractionSubmited"},
		{InteractionID: "c", Seq: 2, Name: PlacedInQueue, Time: time.Unix(1, 0), Actor: Party{Type: MediaServer}, Queue: "Q"},
	}
	_, bad := ClassifyLog(Reference(), log)
	assert.Equal(t, "W1", bad[0].Requirement)
	assert.Equal(t, "EventPlacedInQueue comes before EventInteractionSubmitted; EventInteractionSubmited (seq 1) is not a known event, and was ignored: is it EventInteractionSubmitted?", bad[0].Problem)
}
