package model_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func TestEventNames(t *testing.T) {
	for i, n := range model.EventNames {
		assert.True(t, n.Known(), n)
		assert.Equal(t, i >= len(model.EventNames)-3, n.Neutral(), n)
	}
	assert.False(t, model.EventName("EventTyping").Known())
	assert.False(t, model.EventName("").Known())
}

// Two events are one if they agree in every field; what is absent stands for its default, of those events that have one.
func TestEventsAreEqual(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	party := model.Party{Type: model.Agent, ID: "Agent 1"}
	of := func(name model.EventName) model.Event {
		return model.Event{InteractionID: "x", Seq: 1, Time: at, Name: name, Actor: party, Party: party, Queue: "Q", Operation: model.Transfer, VisibilityMode: 1}
	}
	tests := []struct {
		name   string
		event  model.EventName
		change func(*model.Event)
		equal  bool
	}{
		{"itself", model.Held, func(*model.Event) {}, true},
		{"the same instant elsewhere", model.Held, func(e *model.Event) { e.Time = e.Time.In(time.FixedZone("", 3600)) }, true},
		{"interaction", model.Held, func(e *model.Event) { e.InteractionID = "y" }, false},
		{"seq", model.Held, func(e *model.Event) { e.Seq = 2 }, false},
		{"time", model.Held, func(e *model.Event) { e.Time = at.Add(1) }, false},
		{"name", model.Held, func(e *model.Event) { e.Name = model.Resumed }, false},
		{"actor", model.Held, func(e *model.Event) { e.Actor.ID = "Agent 2" }, false},
		{"party", model.Held, func(e *model.Event) { e.Party.Type = model.Strategy }, false},
		{"queue", model.Held, func(e *model.Event) { e.Queue = "" }, false},
		{"operation", model.Held, func(e *model.Event) { e.Operation = model.Conference }, false},
		{"mode", model.Held, func(e *model.Event) { e.VisibilityMode = 2 }, false},
		{"reason", model.Revoked, func(e *model.Event) { e.Reason = model.Stopped }, false},
		{"a revoke without a reason expired", model.Revoked, func(e *model.Event) { e.Reason = model.Expired }, true},
		{"no other event has that default", model.Rejected, func(e *model.Event) { e.Reason = model.Expired }, false},
		{"medium", model.Submitted, func(e *model.Event) { e.MediaType = "email" }, false},
		{"a submit without a medium is a chat", model.Submitted, func(e *model.Event) { e.MediaType = "chat" }, true},
		{"nor has another event that", model.Held, func(e *model.Event) { e.MediaType = "chat" }, false},
	}
	for _, tt := range tests {
		a, b := of(tt.event), of(tt.event)
		tt.change(&b)
		assert.Equal(t, tt.equal, a.Equal(&b), tt.name)
		assert.Equal(t, tt.equal, b.Equal(&a), tt.name)
	}
}
