package rows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

func TestPackedIsReadAgain(t *testing.T) {
	u := rows.NewUnpacker()
	rapid.Check(t, func(t *rapid.T) {
		e, f := anyEvent(t), anyFact(t)
		gotEvent := model.Event{InteractionID: e.InteractionID}
		u.Event(&gotEvent, rows.PackEvent(nil, &e))
		assert.Equal(t, e, gotEvent)
		gotFact := model.Fact{InteractionID: f.InteractionID}
		rest := u.Fact(&gotFact, append(rows.PackFact(nil, &f), "rest"...))
		assert.Equal(t, f, gotFact)
		assert.Equal(t, "rest", string(rest))
	})
}

// Once warm, an event is packed and read again without an allocation.
func TestPackingAllocates(t *testing.T) {
	events := benchEvents(900)
	u := rows.NewUnpacker()
	var b []byte
	var e model.Event
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		for i := range events {
			b = rows.PackEvent(b[:0], &events[i])
			u.Event(&e, b)
		}
	}))
}

func BenchmarkPackEvent(b *testing.B) {
	events := benchEvents(benchSize)
	buf := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		for i := range events {
			buf = rows.PackEvent(buf[:0], &events[i])
		}
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkUnpackEvent(b *testing.B) {
	events := benchEvents(benchSize)
	packed := make([][]byte, len(events))
	for i := range events {
		packed[i] = rows.PackEvent(nil, &events[i])
	}
	u := rows.NewUnpacker()
	var e model.Event
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range packed {
			u.Event(&e, p)
		}
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}
