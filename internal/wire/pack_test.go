package wire_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/internal/wire/wiretest"
	"github.com/chatproof/chatproof/model"
)

func TestPackedIsReadAgain(t *testing.T) {
	u := wire.NewUnpacker()
	rapid.Check(t, func(t *rapid.T) {
		e, f := wiretest.Event(t), wiretest.Fact(t)
		gotEvent := model.Event{InteractionID: e.InteractionID}
		u.Event(&gotEvent, wire.PackEvent(nil, &e))
		assert.Equal(t, e, gotEvent)
		gotFact := model.Fact{InteractionID: f.InteractionID}
		rest := u.Fact(&gotFact, append(wire.PackFact(nil, &f), "rest"...))
		assert.Equal(t, f, gotFact)
		assert.Equal(t, "rest", string(rest))
	})
	for _, at := range []string{"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"} {
		want, err := time.Parse(time.RFC3339, at)
		assert.NoError(t, err)
		var got model.Event
		u.Event(&got, wire.PackEvent(nil, &model.Event{Time: want}))
		assert.True(t, got.Time.Equal(want), at)
	}
}

// Once warm, an event is packed and read again without an allocation.
func TestPackingAllocates(t *testing.T) {
	events := wiretest.Events(900)
	u := wire.NewUnpacker()
	var b []byte
	var e model.Event
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		for i := range events {
			b = wire.PackEvent(b[:0], &events[i])
			u.Event(&e, b)
		}
	}))
}

func BenchmarkPackEvent(b *testing.B) {
	events := wiretest.Events(benchSize)
	buf := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		for i := range events {
			buf = wire.PackEvent(buf[:0], &events[i])
		}
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkUnpackEvent(b *testing.B) {
	events := wiretest.Events(benchSize)
	packed := make([][]byte, len(events))
	for i := range events {
		packed[i] = wire.PackEvent(nil, &events[i])
	}
	u := wire.NewUnpacker()
	var e model.Event
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range packed {
			u.Event(&e, p)
		}
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}
