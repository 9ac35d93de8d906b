package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// The small chats come once each, the shortest of an alphabet first, and are well-formed and finished. How many each
// world adds says what asking about it costs.
func TestSmallChats(t *testing.T) {
	s, classifier, chat := NewSmallChats(), model.NewClassifier(model.Reference()), new(model.Chat)
	seen := make(map[string]bool)
	var adds []int
	for world, length := 0, 0; ; {
		log, ok := s.Next("chat")
		if !ok || s.world == 6 && testing.Short() || s.world == 7 {
			break
		}
		require.NoError(t, classifier.Classify(chat, log))
		require.NotZero(t, chat.StoppedSeq)
		for s.world > world || len(adds) == 0 {
			world, length, adds = s.world, 0, append(adds, 0)
		}
		require.GreaterOrEqual(t, len(log), length)
		length = len(log)
		adds[world]++
		if world < 6 {
			key := describe(log)
			require.False(t, seen[key], key)
			seen[key] = true
		}
	}
	assert.Equal(t, []int{150, 572, 1818, 2325, 5612, 14460}, adds[:6])
}

// What an alphabet has is what its walker makes.
func TestAlphabetsHaveWhatTheyMake(t *testing.T) {
	type made struct {
		log   string
		needs Limits
	}
	short := func(i int) (all []made) {
		each(withEvents(smallWorlds[i].Limits, 6), func(log []model.Event) {
			all = append(all, made{describe(log), alphabetOf(log)})
		})
		return all
	}
	everything := short(5)
	for i, w := range smallWorlds {
		own := make(map[string]bool)
		for _, m := range short(i) {
			own[m.log] = true
			require.True(t, w.has(&m.needs), "world %d: %v", i, m.log)
		}
		for _, m := range everything {
			if w.has(&m.needs) && !own[m.log] {
				t.Errorf("world %d: %v", i, m.log)
			}
		}
	}
}
