package bulk_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// lines are n chats as JSON Lines.
func lines(n int, chat func(i int, id string) []model.Event) (log []byte, events int) {
	for i := range n {
		chat := chat(i, fmt.Sprintf("%08x-0000-4000-8000-0000%08x", i, i))
		events += len(chat)
		for j := range chat {
			log = wire.AppendEvent(log, &chat[j])
		}
	}
	return log, events
}

// random makes chats of all that the grammar has.
func random(n int) func(i int, id string) []model.Event {
	sequence := gen.Random(n, false, 1)
	return func(i int, id string) []model.Event {
		chat, _ := sequence(i, id)
		return chat
	}
}

// BenchmarkLearn is all that generate --like does with a log, but for the files, --compare and the twin. Compare it
// with BenchmarkClassify, which reads the same.
func BenchmarkLearn(b *testing.B) {
	usual, err := twin.Read(b.Context(), twin.Builtin)
	require.NoError(b, err)
	for _, of := range []struct {
		name string
		chat func(i int, id string) []model.Event
	}{{"random", random(20_000)}, {"usual", twin.NewMaker(twin.NewPlan(usual, 1, gen.Day)).Chat}} {
		b.Run(of.name, func(b *testing.B) {
			log, events := lines(20_000, of.chat)
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				tally, err := bulk.Learn(b.Context(), bulk.Options{}, tables.Place{Path: "-"}, bytes.NewReader(log))
				require.NoError(b, err)
				_, err = tally.Profile(twin.DefaultThreshold)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkClassify is all that classify does with a log, but for the files.
func BenchmarkClassify(b *testing.B) {
	log, events := lines(5_000, random(5_000))
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		err := bulk.Classify(context.Background(), bulk.Options{}, "log", wire.EventBlocks("log", bytes.NewReader(log), nil), wire.FactLines(io.Discard), func(text string) { b.Fatal(text) })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
}

// A chat costs a few allocations, an event none.
func TestAllocations(t *testing.T) {
	events, lines := history(1_500, 1_500)
	log := []byte(strings.Join(lines, ""))
	for _, by := range []classify{bulk.Classify, bulk.ClassifyOrdered} {
		perEvent := testing.AllocsPerRun(1, func() {
			err := by(t.Context(), bulk.Options{Jobs: 2}, "log", wire.EventBlocks("log", bytes.NewReader(log), nil), wire.FactLines(io.Discard), nil)
			require.NoError(t, err)
		}) / float64(len(events))
		assert.Less(t, perEvent, 0.6)
	}
}
