package gen

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Trial i is a function of the seed and i, although it follows those before it.
func TestTrialsSteerByTheirEpochAlone(t *testing.T) {
	asked, again := NewScenarios(7), NewScenarios(7)
	for i := range 2 * trialBlock {
		c := asked.Trial(i)
		if i%97 == 0 {
			assert.Equal(t, c.Events, NewScenarios(7).Trial(i).Events, i)
		}
		if i%191 == 0 { // with holes
			assert.Equal(t, c.Events, again.Trial(i).Events, i)
		}
	}
	assert.Equal(t, asked.Trial(5).Events, again.Trial(5).Events, "back to an earlier one")
	assert.Equal(t, asked.Trial(Epoch+5).Events, again.Trial(Epoch+5).Events, "on to another epoch")
}

// A campaign that steers finds more, in as many events, than one whose chats are all drawn alike.
func TestSteeringComesUponMore(t *testing.T) {
	s, classifier, chat := NewScenarios(1), model.NewClassifier(model.Reference()), model.Chat{}
	upon := func(next func(i int) []model.Event) (features int) {
		var seen steering
		for i, events := 0, 0; events < 100_000; i++ {
			log := next(i)
			events += len(log)
			assert.NoError(t, classifier.Classify(&chat, log))
			seen.chat = chat
			seen.learn()
		}
		for _, with := range seen.seen {
			for _, set := range with {
				features += bits.OnesCount64(uint64(set))
			}
		}
		return features
	}
	src := Seed(1)
	drawn := upon(func(int) []model.Event { return s.everyday.Log("chat", src) })
	steered := upon(func(i int) []model.Event { return s.follow("chat", Seed(2, uint64(i))) })
	t.Logf("%d and %d", drawn, steered)
	assert.Greater(t, steered, drawn*115/100)
}
