package bulk

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// However many unknown names there are, and by however many they are counted in whatever order: the same are told apart.
func TestUnknownNamesInAnyOrder(t *testing.T) {
	var names []model.EventName
	for i := range 3000 {
		for range 1 + i%3 {
			names = append(names, model.EventName(fmt.Sprintf("Event %04d", i)))
		}
	}
	var want []UnknownName
	for seed := range uint64(2) {
		counters := make([]unknownNames, 1+seed)
		for i := range counters {
			counters[i] = newUnknownNames()
		}
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for i, name := range names {
			counters[i%len(counters)].add(name)
		}
		for i := range counters[1:] {
			counters[0].merge(&counters[1+i])
		}
		assert.Equal(t, model.PartyAdded, counters[0].add("EventPartyAdde"), "it is not told apart, and yet meant")
		got := counters[0].list()
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got)
	}
	assert.Len(t, want, maxUnknown+1)
	assert.Equal(t, UnknownName{Count: 4002}, want[maxUnknown])
	assert.Equal(t, UnknownName{Name: "Event 0002", Count: 3}, want[0])
}
