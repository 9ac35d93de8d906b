package rows_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// benchEvents are n events of short chats, nine a chat, as a log of Interaction Server holds them.
func benchEvents(n int) []model.Event {
	server, strategy := model.Party{Type: model.MediaServer}, model.Party{Type: model.Strategy, ID: "Strategy 1"}
	agent := func(i int) model.Party { return model.Party{Type: model.Agent, ID: fmt.Sprintf("Agent %d", i/9%200)} }
	events := make([]model.Event, n)
	for i := range events {
		a := agent(i)
		e := [...]model.Event{
			{Name: model.Submitted, Actor: server, MediaType: "chat"},
			{Name: model.PlacedInQueue, Actor: server, Queue: "Queue 1"},
			{Name: model.TakenFromQueue, Actor: strategy, Queue: "Queue 1"},
			{Name: model.PartyAdded, Actor: strategy, Party: strategy},
			{Name: model.AgentInvited, Actor: strategy, Party: a},
			{Name: model.PartyRemoved, Actor: strategy, Party: strategy},
			{Name: model.PartyAdded, Actor: a, Party: a, VisibilityMode: model.Conferred},
			{Name: model.PartyRemoved, Actor: a, Party: a},
			{Name: model.ProcessingStopped, Actor: a, Reason: "Expired"},
		}[i%9]
		e.InteractionID, e.Seq = fmt.Sprintf("0003Ta8G9M%06d", i/9), int64(i%9+1)
		e.Time = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
		events[i] = e
	}
	return events
}

func benchLines(n int) []byte {
	var b []byte
	for _, e := range benchEvents(n) {
		b = rows.AppendEvent(b, &e)
	}
	return b
}

const benchSize = 9_000

func BenchmarkReadEvents(b *testing.B) {
	lines := benchLines(benchSize)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		r := rows.NewEventReader("log.jsonl", bytes.NewReader(lines))
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
	events := benchEvents(benchSize)
	b.SetBytes(int64(len(benchLines(benchSize))))
	b.ReportAllocs()
	buf := make([]byte, 0, 1<<10)
	for b.Loop() {
		for i := range events {
			buf = rows.AppendEvent(buf[:0], &events[i])
		}
	}
}
