package gen

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// The steps of shrinking, each on its own: what they offer the probe.

func steps() *shrinker { return &shrinker{classifier: model.NewClassifier(model.Reference())} }

// held is a chat with the given number of neutral events between the first event and the stop.
func held(n int) []model.Event {
	log := []model.Event{{InteractionID: "x", Seq: 1, Time: Day, Name: model.Submitted, Actor: mediaServer}}
	for i := range n {
		log = append(log, model.Event{InteractionID: "x", Seq: int64(i + 2), Time: Day.Add(time.Duration(i+1) * time.Second), Name: model.Held, Actor: mediaServer})
	}
	return append(log, model.Event{InteractionID: "x", Seq: int64(n + 2), Time: Day.Add(time.Minute), Name: model.ProcessingStopped, Actor: model.Party{Type: model.Agent, ID: "Agent 1"}})
}

func TestEventsAreLeftOut(t *testing.T) {
	log := held(5)
	for _, tt := range []struct{ n, candidates, shortest int }{
		{1, 5, 6},  // the stop by itself cannot go: the chat would get another
		{3, 4, 4},  // in a row, the stop among them
		{2, 15, 5}, // any two
	} {
		candidates := steps().withoutEvents(log, tt.n)
		assert.Len(t, candidates, tt.candidates, "%d events", tt.n)
		shortest := len(log)
		for _, c := range candidates {
			shortest = min(shortest, len(c))
			assert.Equal(t, log[0], c[0])
			assert.Equal(t, model.ProcessingStopped, c[len(c)-1].Name)
			assert.Less(t, len(c), len(log))
		}
		assert.Equal(t, tt.shortest, shortest, "%d events", tt.n)
	}
	assert.Len(t, steps().withoutEvents(held(38), 2), 39*38/2)
	assert.Empty(t, steps().withoutEvents(held(39), 2), "of a long chat there are too many pairs")
	assert.Len(t, steps().withoutEvents(held(39), 1), 39)
}

func TestChatIsEndedAgain(t *testing.T) {
	log := held(2)
	want := model.Event{InteractionID: "x", Seq: 4, Time: log[2].Time, Name: model.ProcessingStopped, Actor: mediaServer}
	assert.Equal(t, append(slices.Clone(log[:3]), want), steps().repair(slices.Clone(log[:3]), 5))
	assert.Nil(t, steps().repair(slices.Clone(log[:3]), 4), "no shorter than that")
	assert.Nil(t, steps().repair(nil, 5))
	assert.Nil(t, steps().repair(slices.Clone(log[1:2]), 5), "without its first event there is nothing")
}

// Without an agent, all that it was in goes, and with that what no longer fits.
func TestPartiesAreLeftOut(t *testing.T) {
	w := NewWalker(Everyday)
	several := 0
	for seed := range uint64(200) {
		log := slices.Clone(w.Log("x", Seed(seed)))
		parties := map[model.Party]bool{}
		for i := range log {
			if log[i].Party.ID != "" {
				parties[log[i].Party] = true
			}
		}
		candidates := steps().withoutAgents(log)
		assert.Len(t, candidates, len(parties), shown(log))
		without := map[model.Party]bool{}
		for _, c := range candidates {
			for p := range parties {
				if !slices.ContainsFunc(c, func(e model.Event) bool { return e.Party == p || e.Actor == p }) {
					without[p] = true
				}
			}
		}
		assert.Equal(t, parties, without, shown(log))
		if len(parties) > 2 {
			several++
		}
	}
	assert.Greater(t, several, 50)
}

// What is made plainer keeps its length, and is plainer in one way.
func TestEventsAreMadePlainer(t *testing.T) {
	plain := held(1)
	plain[2].Time = Day.Add(2 * time.Second)
	plain[2].Actor = mediaServer
	assert.Empty(t, steps().plainer(plain), "nothing to do")

	log := slices.Clone(plain)
	log[0].MediaType = "callback"
	log[2].Actor = model.Party{Type: model.Agent, ID: "Agent 1"}
	log[2].Time = log[2].Time.Add(time.Second)
	candidates := steps().plainer(log)
	require.Len(t, candidates, 3)
	for i, changed := range []int{2, 0, 2} { // the time, the medium, who stops
		for j := range log {
			assert.Equal(t, j != changed, candidates[i][j] == log[j], "candidate %d, event %d", i, j)
		}
	}
}

func TestModesAreMadePlainer(t *testing.T) {
	limits := Everyday
	limits.Irregular = false
	w := NewWalker(limits)
	met := map[model.VisibilityMode]bool{}
	for seed := range uint64(400) {
		log := slices.Clone(w.Log("x", Seed(seed)))
		candidates := steps().plainer(log)
		for i, e := range log {
			var to []model.VisibilityMode
			for _, c := range candidates {
				if changed := c[i]; changed.VisibilityMode != e.VisibilityMode {
					to = append(to, changed.VisibilityMode)
				}
			}
			met[e.VisibilityMode] = true
			switch e.VisibilityMode {
			case 0:
				assert.Empty(t, to)
			case model.Conferred, model.Coach:
				assert.Equal(t, []model.VisibilityMode{0}, to)
			default:
				assert.Equal(t, []model.VisibilityMode{0, model.Conferred}, to)
			}
		}
	}
	assert.Len(t, met, 4)
}

// Names are given in order of appearance, for each kind on its own, as long as there are names.
func TestNamesAreMadePlain(t *testing.T) {
	change := canonical()
	for _, tt := range []struct{ from, to model.Event }{
		{
			model.Event{Party: model.Party{Type: model.Agent, ID: "Zoe"}, Actor: model.Party{Type: model.Strategy, ID: "Late"}, Queue: "Sales"},
			model.Event{Party: model.Party{Type: model.Agent, ID: "Agent 1"}, Actor: model.Party{Type: model.Strategy, ID: "Strategy 1"}, Queue: "Queue 1"},
		},
		{
			model.Event{Party: model.Party{Type: model.Strategy, ID: "Early"}, Actor: model.Party{Type: model.Agent, ID: "Abe"}},
			model.Event{Party: model.Party{Type: model.Strategy, ID: "Strategy 2"}, Actor: model.Party{Type: model.Agent, ID: "Agent 2"}},
		},
		{model.Event{Actor: mediaServer, Queue: "Sales"}, model.Event{Actor: mediaServer, Queue: "Queue 1"}},
		{model.Event{Actor: model.Party{Type: model.Agent, ID: "Zoe"}, Queue: "Support"}, model.Event{Actor: model.Party{Type: model.Agent, ID: "Agent 1"}, Queue: "Queue 2"}},
	} {
		change(&tt.from)
		assert.Equal(t, tt.to, tt.from)
	}
	for i := 2; i < maxParties; i++ {
		e := model.Event{Queue: fmt.Sprint("other ", i)}
		change(&e)
		assert.Equal(t, fmt.Sprint("Queue ", i+1), e.Queue)
	}
	e := model.Event{Queue: "one too many"}
	change(&e)
	assert.Equal(t, "one too many", e.Queue)
}

// What fits is what does so event by event, in order of seq, where that is found in fewer steps, and in any other.
func TestWhatFits(t *testing.T) {
	s, w := steps(), NewWalker(Everyday)
	for seed := range uint64(600) {
		src := Seed(seed, 1)
		log := slices.Clone(w.Log("x", Seed(seed)))
		log[src.Intn(len(log))].Party.ID = ""
		if seed%3 == 0 {
			Shuffle(log, src)
		}
		i := src.Intn(len(log) - 1)
		log = slices.Delete(log, i, i+1)
		var want []model.Event
		for _, e := range log {
			if s.classifier.Classify(&s.chat, append(want, e)) == nil {
				want = append(want, e)
			}
		}
		require.True(t, slices.Equal(want, s.fitting(log)), "seed %d", seed)
	}
}
