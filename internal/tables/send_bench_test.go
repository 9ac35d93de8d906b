package tables

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// What a program of jq costs an event: the Interaction Server example, on one core.
func BenchmarkSend(b *testing.B) {
	m, err := ReadMapping(b.Context(), "../../examples/worlds/interaction-server/mapping.yaml")
	require.NoError(b, err)
	var events []model.Event
	chats := gen.NewSmallChats()
	for log, more := chats.Next("00011aB2c3D4e5F6"); more && len(events) < 5000; log, more = chats.Next("00011aB2c3D4e5F6") {
		events = append(events, log...)
	}
	var text []byte
	n := 0
	for b.Loop() {
		if text, err = m.AppendEvents(text[:0], events[n%len(events):n%len(events)+1]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
