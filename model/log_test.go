package model_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func TestMoved(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	f := model.Fact{Resource: "Agent 1", Start: at, End: at.Add(time.Minute)}
	assert.Equal(t, model.Fact{Resource: "Agent 1", Start: at.Add(time.Hour), End: at.Add(time.Hour + time.Minute)}, f.Moved(time.Hour))
	assert.Equal(t, at, f.Start, "a copy moves")
	f.End = time.Time{}
	assert.Zero(t, f.Moved(time.Hour).End, "a time that is not known stays so")
}

func TestBegan(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	assert.Equal(t, map[string]time.Time{"a": at, "b": at.Add(time.Second)}, model.Began([]model.Event{
		{InteractionID: "a", Time: at.Add(time.Hour)},
		{InteractionID: "b", Time: at.Add(time.Second)},
		{InteractionID: "a", Time: at},
		{InteractionID: "a", Time: at.Add(time.Minute)},
	}), "the earliest time of each, in any order")
	assert.Empty(t, model.Began(nil))
}
