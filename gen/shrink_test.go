package gen

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

func row(descriptor string) func(*model.Chat, []model.Event) bool {
	return func(c *model.Chat, _ []model.Event) bool {
		for i := range c.IRFs {
			if c.IRFs[i].Descriptor().String() == descriptor {
				return true
			}
		}
		return false
	}
}

func event(asks func(*model.Event) bool) func(*model.Chat, []model.Event) bool {
	return func(_ *model.Chat, log []model.Event) bool {
		for i := range log {
			if asks(&log[i]) {
				return true
			}
		}
		return false
	}
}

// A chat is shrunk to the fewest events that show what it shows, once all shorter chats over its alphabet are tried.
func TestShrink(t *testing.T) {
	tests := []struct {
		name        string
		asks        func(*model.Chat, []model.Event) bool
		events, all int // of the shortest chat, and the shorter chats over its alphabet
		reduced     int // events, if none of those is tried
	}{
		{"a stop by an agent", event(func(e *model.Event) bool { return e.Name == model.ProcessingStopped && e.Actor.Type == model.Agent }), 2, 0, 2},
		{"a stop by a strategy", func(c *model.Chat, _ []model.Event) bool { return c.StoppedBy.Type == model.Strategy }, 2, 0, 2},
		{"a neutral event", event(func(e *model.Event) bool { return e.Name == model.Held }), 3, 1, 3},
		{"an unknown event", event(func(e *model.Event) bool { return !e.Name.Known() }), 3, 1, 3},
		{"abandoned in a queue", row("Received/CustomerAbandoned [AbandonedWhileQueued]"), 3, 1, 3},
		{"pulled", row("Puller/Completed"), 5, 2, 8},
		{"a strategy sends on", event(func(e *model.Event) bool { return e.Name == model.PlacedInQueue && e.Actor.Type == model.Strategy }), 6, 3, 6},
		{"rejected", row("RoutedTo/Redirected [Rejected]"), 7, 4, 7},
		{"revoked for another reason", event(func(e *model.Event) bool {
			return e.Name == model.Revoked && e.Reason != model.Expired && e.Reason != model.Stopped
		}), 7, 4, 7},
		{"revoked as Stopped", event(func(e *model.Event) bool { return e.Name == model.Revoked && e.Reason == model.Stopped }), 7, 4, 9},
		{"a mode", event(func(e *model.Event) bool { return e.VisibilityMode == model.Monitor }), 8, 5, 9},
		{"some mode", event(func(e *model.Event) bool {
			return e.VisibilityMode == model.Monitor || e.VisibilityMode == model.Conferred
		}), 8, 5, 8},
		{"a second queue", event(func(e *model.Event) bool { return e.Queue == "Queue 2" && e.Actor.Type == model.Agent }), 8, 5, 10},
		{"removed by the media server", event(func(e *model.Event) bool { return e.Name == model.PartyRemoved && e.Actor.Type == model.MediaServer }), 8, 5, 8},
		{"consulted", row("ReceivedConsult/Completed"), 9, 7, 11},
		{"transferred", row("RoutedTo/Transferred"), 9, 6, 9},
		{"transferred on", row("ReceivedTransfer/Transferred"), 11, 9, 11},
		{"three rows", func(c *model.Chat, _ []model.Event) bool { return len(c.IRFs) >= 3 }, 9, 6, 13},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shows := probing(tt.asks)
			log := example(t, shows, tt.name == "pulled")
			m, err := Shrink(t.Context(), log, shows, 20_000)
			require.NoError(t, err)
			assert.Equal(t, Minimal{m.Log, tt.all, tt.all}, m)
			assert.True(t, m.Proven())
			assert.Len(t, m.Log, tt.events, shown(m.Log))
			for i, e := range m.Log { // and plain
				assert.Equal(t, int64(i+1), e.Seq)
				assert.Equal(t, Day.Add(time.Duration(i)*time.Second), e.Time)
				assert.Empty(t, e.MediaType)
				assert.True(t, e.VisibilityMode == 0 || tt.name == "a mode" || tt.name == "some mode" && e.VisibilityMode == model.Conferred || tt.name == "consulted")
				assert.NotContains(t, e.Party.ID+e.Actor.ID, "4")
				assert.True(t, e.Name != model.ProcessingStopped || e.Actor == mediaServer || tt.events == 2)
			}
			less, err := Shrink(t.Context(), m.Log, shows, tt.all/2)
			require.NoError(t, err)
			assert.Equal(t, Minimal{m.Log, tt.all / 2, tt.all}, less)

			// Without a try of shorter chats: none of its events can go.
			m, err = Shrink(t.Context(), log, shows, 0)
			require.NoError(t, err)
			assert.Equal(t, tt.reduced, len(m.Log))
			for i := range m.Log {
				yes, err := shows(t.Context(), [][]model.Event{slices.Delete(slices.Clone(m.Log), i, i+1)})
				assert.False(t, err == nil && yes[0], "event %d of\n%s", i+1, shown(m.Log))
			}
		})
	}
}

// probing probes for chats that show something; a log that is no finished chat is an error.
func probing(asks func(*model.Chat, []model.Event) bool) Probe {
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	return func(_ context.Context, logs [][]model.Event) ([]bool, error) {
		yes := make([]bool, len(logs))
		for i, log := range logs {
			if classifier.Classify(chat, log) != nil || chat.StoppedSeq == 0 {
				return nil, errors.New("no finished chat:\n" + describe(log))
			}
			yes[i] = asks(chat, log)
		}
		return yes, nil
	}
}

// example is a random chat that shows what is probed for, and more. An agent pulls it, or none does: a pull is the shortest
// way to a handling agent.
func example(t *testing.T, shows Probe, pulls bool) []model.Event {
	w := NewWalker(Everyday)
	for seed := uint64(0); ; seed++ {
		log := w.Log("x", Seed(seed))
		yes, err := shows(t.Context(), [][]model.Event{log})
		require.NoError(t, err)
		pulled := slices.ContainsFunc(log, func(e model.Event) bool { return e.Name == model.TakenFromQueue && e.Actor.Type == model.Agent })
		if yes[0] && len(log) > 15 && len(log) <= 32 && pulled == pulls {
			return log
		}
	}
}

// What was found until then is returned with the probe's error.
func TestShrinkIsInterrupted(t *testing.T) {
	broken := errors.New("interrupted")
	shows := probing(row("RoutedTo/Transferred"))
	log := example(t, shows, false)
	last := len(log) + 1
	for asks := 0; ; asks += 1 + asks/3 {
		left := asks
		m, err := Shrink(t.Context(), log, func(ctx context.Context, logs [][]model.Event) ([]bool, error) {
			if left--; left < 0 {
				return nil, broken
			}
			return shows(ctx, logs)
		}, 1000)
		if err == nil {
			assert.True(t, m.Proven())
			assert.Greater(t, asks, 4)
			break
		}
		require.Equal(t, broken, err)
		assert.False(t, m.Proven())
		assert.Equal(t, -1, m.All)
		assert.LessOrEqual(t, len(m.Log), last, "never longer than it was")
		last = len(m.Log)
		yes, _ := shows(t.Context(), [][]model.Event{m.Log})
		assert.True(t, yes[0])
	}
	assert.Less(t, last, len(log))
}

// The alphabet of a chat has all that the chat is made of: the chat is among those over it.
func TestAlphabetHoldsItsChat(t *testing.T) {
	limits := Everyday
	limits.Events, limits.Irregular = 10, false
	w := NewWalker(limits)
	made := map[move]bool{}
	for seed := range uint64(300) {
		log := slices.Clone(w.Log("x", Seed(seed)))
		for i := range log {
			made[model.MoveOf(log, i)] = true
		}
		own := alphabetOf(log)
		own.Events = len(log)
		among := NewWalker(own)
		found := false
		for o, n := new(Odometer), 0; !found && n < 5000; n++ {
			found = slices.Equal(log, among.Log("x", o))
			if !o.Next() {
				assert.True(t, found, shown(log))
				break
			}
		}
	}
	assert.Len(t, made, int(moveCount))
}
