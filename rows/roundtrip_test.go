package rows_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// text is any string, often one of those that JSON has to escape or that take more than one unit of UTF-16.
func text() *rapid.Generator[string] {
	awkward := rapid.SampledFrom([]rune("\"\\/\b\f\n\r\t\x00\x1f\x7f\u0085\u2028\u2029\ufeff\ufffd<>&'é😀\U0010ffff"))
	return rapid.OneOf(rapid.String(), rapid.StringOf(awkward), rapid.SampledFrom([]string{"", "Agent 1", "null", "\U0001f469\u200d\U0001f4bb"}))
}

// instant is any time that RFC 3339 can write in UTC, the zero one, which counts as absent, among them.
func instant() *rapid.Generator[time.Time] {
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	return rapid.Custom(func(t *rapid.T) time.Time {
		s := rapid.Int64Range(time.Time{}.Unix(), last).Draw(t, "seconds")
		return time.Unix(s, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
	})
}

func number() *rapid.Generator[model.Number] {
	return rapid.OneOf(rapid.Just(model.Number{}), rapid.Just(model.Number{Is: model.Null}), rapid.Map(rapid.Int64(), model.Num))
}

func word[S ~string](t *rapid.T, label string) S { return S(text().Draw(t, label)) }

func anyEvent(t *rapid.T) model.Event {
	party := func(label string) model.Party {
		return model.Party{Type: word[model.PartyType](t, label+".type"), ID: word[string](t, label+".id")}
	}
	return model.Event{
		InteractionID:  text().Filter(func(s string) bool { return s != "" }).Draw(t, "interaction_id"),
		Seq:            rapid.Int64().Draw(t, "seq"),
		Time:           instant().Draw(t, "time"),
		Name:           rapid.SampledFrom(model.EventNames).Draw(t, "event"),
		Actor:          party("actor"),
		Party:          party("party"),
		Queue:          word[string](t, "queue"),
		Operation:      word[model.Operation](t, "operation"),
		VisibilityMode: model.VisibilityMode(rapid.IntRange(0, 3).Draw(t, "visibility_mode")),
		Reason:         word[string](t, "reason"),
		MediaType:      word[string](t, "media_type"),
	}
}

func anyFact(t *rapid.T) model.Fact {
	return model.Fact{
		InteractionID: text().Filter(func(s string) bool { return s != "" }).Draw(t, "interaction_id"),
		Ordinal:       number().Draw(t, "ordinal"),
		ResourceType:  word[model.ResourceType](t, "resource_type"),
		Resource:      word[string](t, "resource"),
		Role:          word[model.Role](t, "resource_role"),
		RoleReason:    word[string](t, "role_reason"),
		Result:        word[model.Result](t, "technical_result"),
		Reason:        word[model.Reason](t, "result_reason"),
		ReceivedFrom:  number().Draw(t, "received_from"),
		Start:         instant().Draw(t, "start").Truncate(time.Second),
		End:           instant().Draw(t, "end").Truncate(time.Second),
	}
}

func TestEventsSurviveWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyEvent), 1, 5).Draw(t, "events")
		var b []byte
		for i := range events {
			b = rows.AppendEvent(b, &events[i])
		}
		assert.Equal(t, len(events), bytes.Count(b, []byte("\n")), "a line an event")
		r := rows.NewEventReader("log.jsonl", bytes.NewReader(b))
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
		facts := rapid.SliceOfN(rapid.Custom(anyFact), 1, 5).Draw(t, "facts")
		var b []byte
		for i := range facts {
			b = rows.AppendFact(b, &facts[i])
		}
		r := rows.NewFactReader("facts.jsonl", bytes.NewReader(b))
		for i := range facts {
			got, err := r.Read()
			require.NoError(t, err)
			require.Equal(t, facts[i], got)
		}
		_, err := r.Read()
		require.Equal(t, io.EOF, err)
	})
}

// The format is UTF-8: names of another encoding are written all the same, their bytes replaced.
func TestInvalidUTF8IsWrittenAsReplacementCharacters(t *testing.T) {
	b := rows.AppendEvent(nil, &model.Event{InteractionID: "c\xff", Name: model.Held, Queue: "\xed\xa0\x80"})
	assert.Equal(t, `{"interaction_id":"c`+"\ufffd"+`","seq":0,"event":"EventHeld","queue":"`+strings.Repeat("\ufffd", 3)+"\"}\n", string(b))
}

func TestTimesAreWrittenInUTC(t *testing.T) {
	at := time.Date(2026, 1, 5, 0, 30, 0, 7, time.FixedZone("", 3600))
	assert.Contains(t, string(rows.AppendEvent(nil, &model.Event{Time: at})), `"time":"2026-01-04T23:30:00.000000007Z"`)
	assert.Contains(t, string(rows.AppendFact(nil, &model.Fact{Start: at, End: at})), `"start":"2026-01-04T23:30:00Z","end":"2026-01-04T23:30:00Z"`)
}

// A zone can lead out of the years that RFC 3339 writes: such an instant must be refused, or it could not be written.
func TestInstantBeyondTheYearsOfRFC3339(t *testing.T) {
	for _, s := range []string{"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"} {
		e, err := readEvents(held(`"time":"` + s + `"`)).Read()
		if err == nil {
			_, err = readEvents(string(rows.AppendEvent(nil, &e))).Read()
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
		r := rows.NewEventReader("log.jsonl", bytes.NewReader(in))
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
			again, err := readEvents(string(rows.AppendEvent(nil, &e))).Read()
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
		r := rows.NewFactReader("facts.jsonl", bytes.NewReader(in))
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
			again, err := rows.NewFactReader("again", bytes.NewReader(rows.AppendFact(nil, &fact))).Read()
			require.NoError(t, err)
			fact.Start, fact.End = fact.Start.Truncate(time.Second), fact.End.Truncate(time.Second)
			require.Equal(t, fact, again)
		}
	})
}

// aLineError sees that an error says where it is; line is the number that it must have, 0 any.
func aLineError(t *testing.T, err error, line int) {
	t.Helper()
	var bad *rows.LineError
	require.ErrorAs(t, err, &bad)
	require.NotEmpty(t, bad.Problem)
	require.Positive(t, bad.Line)
	require.Contains(t, []int{0, bad.Line}, line)
	require.False(t, strings.ContainsAny(err.Error(), "\n\r"), "an error is one line")
}
