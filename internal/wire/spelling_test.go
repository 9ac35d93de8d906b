package wire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Spelling finds how a line writes its event, and AppendEvent writes it like that again; the event stays the same.
func TestSpellingOfEvents(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 7, 0, time.UTC)
	agent := model.Party{Type: model.Agent, ID: "Anna"}
	for _, c := range []struct {
		name   string
		wire   *model.Wire
		moment time.Time
		want   string // of the line
	}{
		{"ordinary", nil, at, `"time":"2026-01-05T09:00:07Z","event"`},
		{"ordinary fraction", nil, at.Add(250 * time.Millisecond), `"time":"2026-01-05T09:00:07.25Z"`},
		{"zone", &model.Wire{Zone: 330}, at, `"time":"2026-01-05T14:30:07+05:30"`},
		{"zone to the west", &model.Wire{Zone: -210}, at, `"time":"2026-01-05T05:30:07-03:30"`},
		{"zeros", &model.Wire{Digits: 3}, at, `"time":"2026-01-05T09:00:07.000Z"`},
		{"zeros at the end", &model.Wire{Digits: 3, Zone: 330}, at.Add(250 * time.Millisecond), `"time":"2026-01-05T14:30:07.250+05:30"`},
		{"more digits than are asked for", &model.Wire{Digits: 1}, at.Add(123 * time.Millisecond), `"time":"2026-01-05T09:00:07.123Z"`},
		{"members", &model.Wire{Also: `"node":{"a":[1,null]},"queue":null`}, at, `,"node":{"a":[1,null]},"queue":null}`},
		{"members of parties", &model.Wire{Actor: `"dbid":7`, Party: `"name":null`}, at, `"actor":{"type":"agent","id":"Anna","dbid":7},"party":{"type":"agent","id":"Anna","name":null}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := model.Event{InteractionID: "c-1", Time: c.moment, Name: model.PartyAdded, Actor: agent, Party: agent, Wire: c.wire}
			line := wire.AppendEvent(nil, &e)
			assert.Contains(t, string(line), c.want)

			read, err := readEvents(string(line)).Read()
			require.NoError(t, err)
			assert.True(t, read.Equal(&e))
			read.Wire = wire.Spelling(line)
			assert.Equal(t, string(line), string(wire.AppendEvent(nil, &read)))
			if !strings.HasPrefix(c.name, "more") {
				assert.Equal(t, c.wire, read.Wire)
			}
		})
	}
	for _, line := range []string{"", "[]", "{", `{"a"`, `{"a":`, `{"time":7}`, `{"time":"07:00."}`, `{"actor":[]}`} {
		wire.Spelling([]byte(line)) // does not panic
	}
}
