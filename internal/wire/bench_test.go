package wire_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/internal/wire/wiretest"
)

func benchLines(n int) []byte {
	var b []byte
	for _, e := range wiretest.Events(n) {
		b = wire.AppendEvent(b, &e)
	}
	return b
}

const benchSize = 9_000

func BenchmarkReadEvents(b *testing.B) {
	lines := benchLines(benchSize)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewEventReader("log.jsonl", bytes.NewReader(lines))
		n := 0
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchSize {
			b.Fatal(n)
		}
	}
}

// What one would write without this package: no bound, no check of duplicate names or UTF-8.
func BenchmarkReadEventsEncodingJSON(b *testing.B) {
	type party struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	type event struct {
		InteractionID  string    `json:"interaction_id"`
		Seq            int64     `json:"seq"`
		Time           time.Time `json:"time"`
		Event          string    `json:"event"`
		Actor          *party    `json:"actor"`
		Party          *party    `json:"party"`
		Queue          string    `json:"queue"`
		Operation      string    `json:"operation"`
		VisibilityMode int       `json:"visibility_mode"`
		Reason         string    `json:"reason"`
		MediaType      string    `json:"media_type"`
	}
	lines := benchLines(benchSize)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		in := bufio.NewScanner(bytes.NewReader(lines))
		n := 0
		for in.Scan() {
			var e event
			if err := json.Unmarshal(in.Bytes(), &e); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchSize {
			b.Fatal(n)
		}
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	events := wiretest.Events(benchSize)
	b.SetBytes(int64(len(benchLines(benchSize))))
	b.ReportAllocs()
	buf := make([]byte, 0, 1<<10)
	for b.Loop() {
		for i := range events {
			buf = wire.AppendEvent(buf[:0], &events[i])
		}
	}
}
