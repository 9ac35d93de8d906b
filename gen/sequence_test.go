package gen

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// A log of a sequence does not depend on which others were made before.
func TestSequencesMaySkip(t *testing.T) {
	for name, open := range map[string]func() Sequence{
		"random":     func() Sequence { return Random(200, false, 7) },
		"documented": func() Sequence { return Random(200, true, 7) },
		"all":        func() Sequence { return All(7) },
	} {
		var whole [][]model.Event
		each := open()
		for i := 0; ; i++ {
			log, ok := each(i, "x")
			if !ok {
				assert.Empty(t, log)
				break
			}
			whole = append(whole, slices.Clone(log))
		}
		require.Greater(t, len(whole), 100, name)
		require.True(t, name == "all" || len(whole) == 200, name)
		some := open()
		for i := 2; i < len(whole)+3; i += 3 {
			log, ok := some(i, "x")
			if require.Equal(t, i < len(whole), ok, name); ok {
				require.Equal(t, whole[i], log, name)
			}
		}
	}
}

func TestArrive(t *testing.T) {
	chats := Random(8, false, 7)
	var logs [][]model.Event
	var numbers []int
	events := 0
	for i := range 8 {
		log, _ := chats(i, string(rune('a'+i)))
		logs, numbers, events = append(logs, slices.Clone(log)), append(numbers, i), events+len(log)
	}
	inOrder := func(arrived []model.Event) bool {
		for k, log := range model.Chats(arrived) {
			if !slices.Equal(log, logs[k]) {
				return false
			}
		}
		return true
	}
	assert.Equal(t, slices.Concat(logs...), Delivery{}.Arrive(1, numbers, logs))

	interleaved := Delivery{Interleaved: true}.Arrive(1, numbers, logs)
	for _, log := range model.Chats(interleaved) {
		assert.Equal(t, logs[log[0].InteractionID[0]-'a'], log, "each chat is in its own order")
	}
	assert.NotEqual(t, slices.Concat(logs...), interleaved)
	assert.NotEqual(t, interleaved, Delivery{Interleaved: true}.Arrive(2, numbers, logs))

	shuffled := Delivery{Shuffled: true}.Arrive(1, numbers, logs)
	assert.Len(t, shuffled, events)
	assert.False(t, inOrder(shuffled))

	doubled := Delivery{Duplicated: true}.Arrive(1, numbers, logs)
	assert.InDelta(t, events*5/4, len(doubled), float64(events)/8)
	for _, log := range model.Chats(doubled) {
		seen := map[int64]bool{}
		log = slices.DeleteFunc(slices.Clone(log), func(e model.Event) bool {
			again := seen[e.Seq]
			seen[e.Seq] = true
			return again
		})
		assert.Equal(t, logs[log[0].InteractionID[0]-'a'], log, "what comes for the first time is in order")
	}
	third := Delivery{Duplicated: true}.Arrive(1, []int{3}, logs[3:4])
	assert.Equal(t, third, model.Chats(doubled)[3], "duplicates are a chat's own")
}
