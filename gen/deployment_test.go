package gen

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// I20 and I21 read a second time, by rewriting: a log that has one of them is taken for two that have one less. What the
// reference's fold says of a chat is so held against the words of the rules, of which it knows nothing: a placing in a
// finishing queue ends the chat there; after a handling timeout the chat goes on as after a routed invitation that
// nobody accepted.

// special returns the place of the first placing in a finishing queue by the only agent, with no leg under way and no
// invitation pending (I20), or of the first revoke of an agent who handles (I21); -1 means none.
func special(log []model.Event) (at int, finishing bool) {
	handling, pending, underway := map[string]bool{}, map[string]bool{}, false
	for i := range log {
		e := &log[i]
		switch {
		case e.Name == model.PlacedInQueue:
			if e.Actor.Type == model.Agent && model.Usual.Finishes(e.Queue) && len(handling) == 1 && len(pending) == 0 && !underway {
				return i, true
			}
			underway = true
		case e.Party.Type != model.Agent:
		case e.Name == model.AgentInvited:
			pending[e.Party.ID] = e.Actor.Type == model.Strategy
		case e.Name == model.PartyAdded:
			if byStrategy, invited := pending[e.Party.ID]; byStrategy || !invited {
				underway = false
			}
			delete(pending, e.Party.ID)
			handling[e.Party.ID] = true
		case e.Name == model.PartyRemoved:
			delete(handling, e.Party.ID)
		case e.Name == model.Revoked && handling[e.Party.ID]:
			return i, false
		case e.Name == model.Revoked, e.Name == model.Rejected:
			if pending[e.Party.ID] {
				underway = false
			}
			delete(pending, e.Party.ID)
		}
	}
	return -1, false
}

// secondReading returns the rows of a finished log by their ordinals.
func secondReading(t require.TestingT, log []model.Event) []model.Fact {
	at, finishing := special(log)
	if at < 0 {
		var chat model.Chat
		require.NoError(t, model.NewClassifier(model.Reference()).Classify(&chat, log), "%s", shown(log))
		rows := make([]model.Fact, len(chat.IRFs))
		for i := range chat.IRFs {
			rows[i] = chat.IRFs[i].Fact
		}
		return rows
	}
	e := log[at]
	agent, end := e.Party, e.Time
	if finishing {
		agent = e.Actor
		end = log[at+1+slices.IndexFunc(log[at+1:], func(e model.Event) bool { return e.Name == model.PartyRemoved })].Time
	}
	ended := append(slices.Clone(log[:at]),
		model.Event{InteractionID: e.InteractionID, Time: end, Name: model.PartyRemoved, Actor: agent, Party: agent},
		model.Event{InteractionID: e.InteractionID, Time: end, Name: model.ProcessingStopped, Actor: agent})
	rows := secondReading(t, Renumber(ended))
	own := len(rows) - 1
	for rows[own].Resource != agent.ID || rows[own].ResourceType != model.AgentResource {
		own--
	}
	if rows[own].End = end; finishing {
		rows[own].Result, rows[own].Reason = model.Completed, ""
		if slices.Contains(model.Usual.Canceled, e.Queue) {
			rows[own].Reason = model.CanceledReason
		}
		return rows
	}
	rows[own].Result, rows[own].Reason = model.Redirected, model.RevokedReason
	more := int64(len(rows)) - 1
	for _, row := range secondReading(t, afterwards(log, at))[1:] { // the first is of an agent nobody knows
		row.Ordinal.Value += more
		if row.ReceivedFrom.Is == model.Given {
			row.ReceivedFrom.Value += more
		}
		rows = append(rows, row)
	}
	return rows
}

// afterwards returns a chat in which a strategy's invitation has expired, and then all happens that happens in the
// log after the event at. Strategies that were parties before are not removed.
func afterwards(log []model.Event, at int) []model.Event {
	strategy, agent := model.Party{Type: model.Strategy, ID: "some strategy"}, model.Party{Type: model.Agent, ID: "some agent"}
	begun := []model.Event{
		{Name: model.Submitted, Actor: mediaServer, MediaType: log[0].MediaType},
		{Name: model.PlacedInQueue, Actor: mediaServer, Queue: "some queue"},
		{Name: model.TakenFromQueue, Actor: strategy, Queue: "some queue"},
		{Name: model.PartyAdded, Actor: strategy, Party: strategy},
		{Name: model.AgentInvited, Actor: strategy, Party: agent},
		{Name: model.PartyRemoved, Actor: strategy, Party: strategy},
		{Name: model.Revoked, Actor: server, Party: agent, Reason: model.Expired},
	}
	for i := range begun {
		begun[i].InteractionID, begun[i].Time = log[at].InteractionID, log[at].Time
	}
	there := map[string]bool{}
	for _, e := range log[at+1:] {
		if e.Party.Type == model.Strategy && e.Name == model.PartyAdded {
			there[e.Party.ID] = true
		} else if e.Party.Type == model.Strategy && e.Name == model.PartyRemoved && !there[e.Party.ID] {
			continue
		}
		begun = append(begun, e)
	}
	return Renumber(begun)
}

// The reference and the second reading agree on all small chats that finish or time out so, and on random ones.
func TestFinishingAndTimeoutReadTwice(t *testing.T) {
	small, random := 9, 20_000
	if testing.Short() {
		small, random = 8, 4000
	}
	finished, timedOut := 0, 0
	compare := func(log []model.Event) {
		at, finishing := special(log)
		if at < 0 {
			return
		}
		if finishing {
			finished++
		} else {
			timedOut++
		}
		want := secondReading(t, log)
		require.Equal(t, texts(want), texts(factsOf(model.Reference(), log)), "%s", shown(log))
	}
	each(withEvents(Exhaustive, small), compare)
	w := NewWalker(Everyday)
	for seed := range uint64(random) {
		compare(slices.Clone(w.Log("x", Seed(20, seed))))
	}
	assert.Greater(t, finished, random/50)
	assert.Greater(t, timedOut, random/50)
	t.Logf("%d chats that an agent finishes first, %d that time out first", finished, timedOut)
}

func texts(rows []model.Fact) (all []string) {
	for i := range rows {
		f := &rows[i]
		all = append(all, fmt.Sprint(f.Ordinal.Value, " ", everythingOf(f), " from ", f.ReceivedFrom))
	}
	return all
}
