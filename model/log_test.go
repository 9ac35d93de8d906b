package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Chats groups events, in the order of arrival, whether or not chats mix, and however many there are.
func TestChats(t *testing.T) {
	grouped := func(ids string) (out []string) {
		var events []model.Event
		for i, id := range ids {
			events = append(events, model.Event{InteractionID: string(id), Seq: int64(i)})
		}
		for _, g := range model.Chats(events) {
			line := g[0].InteractionID
			for _, e := range g {
				assert.Equal(t, g[0].InteractionID, e.InteractionID)
				line += fmt.Sprint(" ", e.Seq)
			}
			out = append(out, line)
		}
		return out
	}
	assert.Empty(t, grouped(""))
	assert.Equal(t, []string{"b 0 1", "a 2"}, grouped("bba"))
	assert.Equal(t, []string{"b 0 2", "a 1 3"}, grouped("baba"))
	const many = "qponmlkjihgfedcba"
	assert.Len(t, grouped(many), 17)
	assert.Equal(t, append(grouped(many), "z 17 18"), grouped(many+"zz"))
	assert.Equal(t, "q 0 17", grouped(many + "q")[0])

	events := []model.Event{{InteractionID: "a", Seq: 1}, {InteractionID: "b", Seq: 2}}
	groups := model.Chats(events)
	assert.Same(t, &events[1], &groups[1][0], "chats that do not mix are not copied")
	assert.Equal(t, cap(groups[0]), len(groups[0]), "who appends to a group spoils no other")
}

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
