package wire_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/internal/wire/wiretest"
	"github.com/chatproof/chatproof/model"
)

func TestEventsSurviveWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(wiretest.Event), 1, 5).Draw(t, "events")
		var b []byte
		for i := range events {
			b = wire.AppendEvent(b, &events[i])
		}
		assert.Equal(t, len(events), bytes.Count(b, []byte("\n")), "a line an event")
		r := wire.NewEventReader("log.jsonl", bytes.NewReader(b))
		for i := range events {
			got, err := r.Read()
			require.NoError(t, err)
			require.Equal(t, events[i], got)
		}
		_, err := r.Read()
		require.Equal(t, io.EOF, err)
	})
}

func TestFactsSurviveWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(wiretest.Fact), 1, 5).Draw(t, "facts")
		var b []byte
		for i := range facts {
			b = wire.AppendFact(b, &facts[i])
		}
		r := wire.NewFactReader("facts.jsonl", bytes.NewReader(b))
		for i := range facts {
			got, err := r.Read()
			require.NoError(t, err)
			require.Equal(t, facts[i], got)
		}
		_, err := r.Read()
		require.Equal(t, io.EOF, err)
	})
}

// The format is UTF-8: names in another encoding are written all the same, with their bytes replaced.
func TestInvalidUTF8IsWrittenAsReplacementCharacters(t *testing.T) {
	b := wire.AppendEvent(nil, &model.Event{InteractionID: "c\xff", Name: model.Held, Queue: "\xed\xa0\x80"})
	assert.Equal(t, `{"interaction_id":"c`+"\ufffd"+`","seq":0,"event":"EventHeld","queue":"`+strings.Repeat("\ufffd", 3)+"\"}\n", string(b))
}

func TestTimesAreWrittenInUTC(t *testing.T) {
	at := time.Date(2026, 1, 5, 0, 30, 0, 7, time.FixedZone("", 3600))
	assert.Contains(t, string(wire.AppendEvent(nil, &model.Event{Time: at})), `"time":"2026-01-04T23:30:00.000000007Z"`)
	assert.Contains(t, string(wire.AppendFact(nil, &model.Fact{Start: at, End: at})), `"start":"2026-01-04T23:30:00Z","end":"2026-01-04T23:30:00Z"`)
}

// A zone can lead out of the years that RFC 3339 writes: such an instant must be refused, as it could not be written.
func TestInstantBeyondTheYearsOfRFC3339(t *testing.T) {
	for _, s := range []string{"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"} {
		e, err := readEvents(held(`"time":"` + s + `"`)).Read()
		if err == nil {
			_, err = readEvents(string(wire.AppendEvent(nil, &e))).Read()
			assert.NoError(t, err, "%s was read as %s, which cannot be read again", s, e.Time)
		}
	}
}

func FuzzEvents(f *testing.F) {
	for _, s := range []string{
		"", "\n", "\ufeff", good + "\n" + other, "{", "null", "[1]", good + good, `{"interaction_id":"c","event":"EventTypingStarted","seq":"x"}`,
		held(`"actor":{"type":"agent","id":"Agent 1"},"party":{"type":"strategy","id":"S"},"queue":"Q","operation":"transfer"`),
		held(`"time":"2026-01-05T10:00:07.000000001+01:00","visibility_mode":3,"reason":"Expired","media_type":"chat"`),
		held(`"time":null,"actor":null,"visibility_mode":null`), held(`"actor":{"type":[1,{}],"id":"\ud83d\ude00\ud800"}`), held(`"seq":1`),
		"\xff\n" + held("\"queue\":\"\xff\"") + "\r\n\r\n" + held(`"x":`+deep(20)),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewEventReader("log.jsonl", bytes.NewReader(in))
		for lines := 0; ; {
			e, err := r.Read()
			if err == io.EOF {
				return
			}
			require.Greater(t, r.Line(), lines, "reading gets on")
			lines = r.Line()
			if err != nil {
				aLineError(t, err, lines)
				continue
			}
			if !e.Name.Known() {
				continue
			}
			again, err := readEvents(string(wire.AppendEvent(nil, &e))).Read()
			require.NoError(t, err)
			require.Equal(t, e, again)
		}
	})
}

func FuzzFacts(f *testing.F) {
	for _, s := range []string{
		"", "\n", "{}", `{` + required + `}`, row(`"ordinal":1,"received_from":null`), row(`"ordinal":null,"received_from":9223372036854775808`),
		row(`"start":"2026-01-05T09:00:07.5Z","end":"2026-01-05T10:00:07-01:00"`), row(`"resource":1`), row(`"resource_type":{"a":[]},"x":"\u0000\ud800"`),
		`{"interaction_id":"c","resource":null,"resource_role":null,"technical_result":null}`, `{` + required + "}\r\n\n{" + required + `}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := wire.NewFactReader("facts.jsonl", bytes.NewReader(in))
		for n := 0; ; n++ {
			fact, err := r.Read()
			if err == io.EOF {
				return
			}
			require.LessOrEqual(t, n, bytes.Count(in, []byte("\n")), "a line is read once")
			if err != nil {
				aLineError(t, err, 0)
				continue
			}
			again, err := wire.NewFactReader("again", bytes.NewReader(wire.AppendFact(nil, &fact))).Read()
			require.NoError(t, err)
			fact.Start, fact.End = fact.Start.Truncate(time.Second), fact.End.Truncate(time.Second)
			require.Equal(t, fact, again)
		}
	})
}

// aLineError checks that an error says where it is; line is the number that it must have, 0 for any.
func aLineError(t *testing.T, err error, line int) {
	t.Helper()
	var bad *wire.LineError
	require.ErrorAs(t, err, &bad)
	require.NotEmpty(t, bad.Problem)
	require.Positive(t, bad.Line)
	require.Contains(t, []int{0, bad.Line}, line)
	require.False(t, strings.ContainsAny(err.Error(), "\n\r"), "an error is one line")
}
