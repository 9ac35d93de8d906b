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
	"github.com/chatproof/chatproof/internal/wire"
)

// BenchmarkClassify is all that classify does with a log, but for the files.
func BenchmarkClassify(b *testing.B) {
	var log []byte
	events := 0
	sequence := gen.Random(5_000, false, 1)
	for i := range 5_000 {
		chat, _ := sequence(i, fmt.Sprintf("%08x-0000-4000-8000-0000%08x", i, i))
		events += len(chat)
		for j := range chat {
			log = wire.AppendEvent(log, &chat[j])
		}
	}
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		err := bulk.Classify(context.Background(), bulk.Options{}, "log", wire.EventBlocks("log", bytes.NewReader(log)), wire.FactLines(io.Discard), func(text string) { b.Fatal(text) })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
}

// A chat costs a few allocations, an event none.
func TestAllocations(t *testing.T) {
	events, lines := history(3_000, 3_000)
	log := []byte(strings.Join(lines, ""))
	for _, by := range []classify{bulk.Classify, bulk.ClassifyOrdered} {
		perEvent := testing.AllocsPerRun(1, func() {
			err := by(t.Context(), bulk.Options{Jobs: 2}, "log", wire.EventBlocks("log", bytes.NewReader(log)), wire.FactLines(io.Discard), nil)
			require.NoError(t, err)
		}) / float64(len(events))
		assert.Less(t, perEvent, 0.6)
	}
}
