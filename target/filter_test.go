package target

import (
	"fmt"
	"time"

	"github.com/chatproof/chatproof/model"
)

// chat is the log of a chat with two IRFs, or three: the agent that got it conferred others in.
func chat(id string, conferred int) (events []model.Event) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	add := func(e model.Event) {
		e.InteractionID, e.Seq, e.Time = id, int64(len(events)+1), at.Add(time.Duration(len(events))*time.Second)
		events = append(events, e)
	}
	server, strategy := model.Party{Type: model.MediaServer}, model.Party{Type: model.Strategy, ID: "Strategy 1"}
	agent := func(i int) model.Party { return model.Party{Type: model.Agent, ID: fmt.Sprintf("Agent %d", i)} }
	add(model.Event{Name: model.Submitted, Actor: server})
	add(model.Event{Name: model.PlacedInQueue, Actor: server, Queue: "Queue 1"})
	add(model.Event{Name: model.TakenFromQueue, Actor: strategy, Queue: "Queue 1"})
	add(model.Event{Name: model.PartyAdded, Actor: strategy, Party: strategy})
	add(model.Event{Name: model.AgentInvited, Actor: strategy, Party: agent(1)})
	add(model.Event{Name: model.PartyRemoved, Actor: strategy, Party: strategy})
	add(model.Event{Name: model.PartyAdded, Actor: agent(1), Party: agent(1)})
	for i := 2; i <= conferred+1; i++ {
		add(model.Event{Name: model.AgentInvited, Actor: agent(1), Party: agent(i), Operation: model.Conference, VisibilityMode: model.Conferred})
		add(model.Event{Name: model.PartyAdded, Actor: agent(i), Party: agent(i)})
	}
	for i := conferred + 1; i >= 1; i-- {
		add(model.Event{Name: model.PartyRemoved, Actor: agent(i), Party: agent(i)})
	}
	add(model.Event{Name: model.ProcessingStopped, Actor: agent(1)})
	return events
}

// batchOf is n questions of a chat each.
func batchOf(n int) (batch []Question) {
	for i := range n {
		batch = append(batch, Question{chat(fmt.Sprintf("chat-%d", i), i%3)})
	}
	return batch
}
