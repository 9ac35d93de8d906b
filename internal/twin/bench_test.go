package twin_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/model"
)

// A million events a second, each: what making a chat and learning from one take, reading and writing aside.
func BenchmarkTwin(b *testing.B) {
	p, err := twin.Read(b.Context(), twin.Builtin)
	require.NoError(b, err)
	learner := twin.NewLearner(model.Reference())
	maker := twin.NewMaker(twin.NewPlan(p, 1, monday))
	for i := range 20_000 {
		learner.Learn(maker.Chat(i, "chat"))
	}
	p, err = learner.Tally.Profile(twin.DefaultThreshold)
	require.NoError(b, err)
	run := func(name string, do func(log []model.Event)) {
		b.Run(name, func(b *testing.B) {
			maker := twin.NewMaker(twin.NewPlan(p, 1, monday))
			events := 0
			for i := 0; b.Loop(); i++ {
				log := maker.Chat(i%500_000, "chat")
				events += len(log)
				do(log)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
		})
	}
	run("make", func([]model.Event) {})
	run("make and learn", learner.Learn)
}
