package wire_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const (
	good  = `{"interaction_id":"c-1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventHeld"}`
	other = `{"interaction_id":"c-2","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventHeld"}`
)

// notJSON is the problem of a line that is faulty as a whole: it shows the line, as there is no field.
func notJSON(problem, line string) string {
	if problem == "" {
		return "not a JSON object: " + model.Name(line)
	}
	return "not a JSON object: " + problem + "; the line is " + model.Name(line)
}

// deep is n arrays, one inside the other.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// held is an event with one field more, or instead.
func held(field string) string {
	return `{"interaction_id":"c-1","seq":4,"event":"EventHeld",` + field + `}`
}

// badEvent reads a bad line after a good one and a blank one, and checks that reading goes on after it.
func badEvent(t *testing.T, line string) *wire.LineError {
	t.Helper()
	r := wire.NewEventReader("log.jsonl", strings.NewReader(good+"\n\n"+line+"\n"+other))
	_, err := r.Read()
	require.NoError(t, err)
	_, err = r.Read()
	var bad *wire.LineError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "log.jsonl", bad.File)
	assert.Equal(t, 3, bad.Line)
	next, err := r.Read()
	require.NoError(t, err, "after the bad line")
	assert.Equal(t, "c-2", next.InteractionID)
	assert.Equal(t, 4, r.Line())
	_, err = r.Read()
	assert.Equal(t, io.EOF, err)
	return bad
}

func TestLineThatIsNoObject(t *testing.T) {
	for _, c := range []struct{ name, line, problem string }{
		{"text", `garbage`, ""},
		{"number", `7`, ""},
		{"null", `null`, ""},
		{"byte order mark after the first line", "\ufeff" + good, ""},
		{"two objects", good + good, "the line has more after the object"},
		{"two objects with a comma", good + "," + good, "the line has more after the object"},
		{"a closing brace too many", good + "}", "the line has more after the object"},
		{"duplicate name", held(`"seq":5`), `duplicate name "seq"`},
		{"duplicate unknown name", held(`"x":1,"x":2`), `duplicate name "x"`},
		{"duplicate name, differently escaped", held(`"\u0073eq":5`), `duplicate name "seq"`},
		{"duplicate name in a party", held(`"party":{"id":"a","id":"b"}`), `duplicate name "id"`},
		{"invalid UTF-8 in a value", held("\"queue\":\"\xff\""), "invalid UTF-8"},
		{"invalid UTF-8 in a name", held("\"\xff\":1"), "invalid UTF-8"},
		{"invalid UTF-8 in an unknown field", held("\"x\":[\"\xff\"]"), "invalid UTF-8"},
		{"half a surrogate pair", held(`"queue":"\ud800"`), "invalid surrogate pair `\\ud800\"}` in string"},
		{"raw tab in a string", held("\"queue\":\"a\tb\""), `invalid character '\t' in string (expecting non-control character)`},
		{"comma missing", `{"interaction_id":"c-1" "seq":4}`, `invalid character '"' after object value (expecting ',' or '}')`},
		{"comma missing in a party", held(`"party":{"type":"agent" "id":"a"}`), `invalid character '"' after object value (expecting ',' or '}')`},
		{"comma too many", `{"interaction_id":"c-1",}`, "invalid character ',' at start of value"},
		{"name without a value", `{"interaction_id"}`, "invalid character '}' after object name (expecting ':')"},
		{"name without quotes", `{7:8}`, "object member name must be a string"},
		{"leading zero", held(`"visibility_mode":01`), "invalid character '1' after object value (expecting ',' or '}')"},
		{"not a number", held(`"x":NaN`), "invalid character 'N' at start of value"},
		{"nested too deeply", held(`"x":` + deep(10_001)), "exceeded max depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := badEvent(t, c.line)
			assert.Equal(t, wire.LineError{File: "log.jsonl", Line: 3, Problem: notJSON(c.problem, c.line)}, *bad)
		})
	}
}

func TestObjectThatDoesNotEnd(t *testing.T) {
	for _, line := range []string{
		`{`, `{"interaction_id"`, `{"interaction_id":`, `{"interaction_id":"c-1`, `{"interaction_id":"c-1"`, `{"interaction_id":"c-1",`,
		`{"interaction_id":"c-1","party":{`, `{"interaction_id":"c-1","party":{"id":"a"`, `{"interaction_id":"c-1","x":[1`,
	} {
		t.Run(line, func(t *testing.T) {
			bad := badEvent(t, line)
			assert.Equal(t, notJSON("the object does not end", line), bad.Problem)
			assert.Empty(t, bad.InteractionID, "half a line belongs to no interaction")
		})
	}
}

func TestFieldThatIsNotOfItsType(t *testing.T) {
	const aTime = "expected a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970, got "
	const party = `expected an object such as {"type":"agent","id":"Agent 1"}, got `
	for _, c := range []struct{ line, field, problem string }{
		{held(`"time":"yesterday"`), "time", aTime + `"yesterday"`},
		{held(`"time":"2026-02-30T09:00:07Z"`), "time", aTime + "2026-02-30T09:00:07Z"},
		{held(`"actor":"Agent 1"`), "actor", party + "a string"},
		{held(`"actor":7`), "actor", party + "a number"},
		{held(`"actor":[{"type":"agent"}]`), "actor", party + "an array"},
		{held(`"actor":{"type":{}}`), "actor.type", "expected a string, got an object"},
		{held(`"actor":{"id":true}`), "actor.id", "expected a string, got a boolean"},
		{held(`"party":false`), "party", party + "a boolean"},
		{held(`"queue":["Queue 1"]`), "queue", "expected a string, got an array"},
		{held(`"visibility_mode":0`), "visibility_mode", "expected 1, 2 or 3, got 0"},
		{held(`"visibility_mode":4`), "visibility_mode", "expected 1, 2 or 3, got 4"},
		{held(`"visibility_mode":7`), "visibility_mode", "expected 1, 2 or 3, got 7"},
		{held(`"visibility_mode":-1`), "visibility_mode", "expected 1, 2 or 3, got -1"},
		{held(`"visibility_mode":true`), "visibility_mode", "expected an integer, got a boolean"},
		{held(`"visibility_mode":2.5`), "visibility_mode", "expected an integer, got 2.5"},
		{held(`"reason":{}`), "reason", "expected a string, got an object"},
		{held(`"reason":[],"queue":{}`), "queue", "expected a string, got an object"},
		{held(`"time":1767603600000`), "time", aTime + "1767603600000; it looks like milliseconds (2026-01-05T09:00:00Z)"},
		{held(`"time":1767603600.5`), "time", aTime + "1767603600.5"},
		{held(`"time":true`), "time", "expected a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970, got a boolean"},
		{held(`"visibility_mode":"three"`), "visibility_mode", "expected an integer, got \"three\""},
		{held(`"actor":{"id":"a"},"actor_id":"b"`), "actor_id", "given twice; actor.id is the same field, so leave out one of them"},
		{held(`"queue":"a","QUEUE":"b"`), "QUEUE", "given twice; queue is the same field, so leave out one of them"},
		{`{"interaction_id":"c-1","seq":4}`, "event", "missing; expected the name of an event; the names on the line are interaction_id, seq"},
		{`{"interaction_id":"c-1","seq":4,"event":null}`, "event", "missing; expected the name of an event"},
		{`{"interaction_id":"c-1","seq":4,"event":""}`, "event", "missing; expected the name of an event"},
	} {
		t.Run(c.line, func(t *testing.T) {
			assert.Equal(t, wire.LineError{
				File: "log.jsonl", Line: 3, Field: c.field, Problem: c.problem, InteractionID: "c-1", Seq: 4,
			}, *badEvent(t, c.line))
		})
	}
}

// The interaction is known, but not which of its events this is: its seq counts as 0.
func TestSeqThatIsNone(t *testing.T) {
	const expected = "expected an integer from 0 to 9007199254740991, got "
	for value, problem := range map[string]string{
		`"4th"`: expected + "4th", `4.5`: expected + "4.5", `[4]`: expected + "an array", `-1`: expected + "-1",
		`9007199254740992`: expected + "9007199254740992", `9223372036854775808`: expected + "9223372036854775808",
		`null`: "missing; expected an integer of 0 or more", `""`: "missing; expected an integer of 0 or more", `" "`: "missing; expected an integer of 0 or more",
	} {
		bad := badEvent(t, `{"interaction_id":"c-1","seq":`+value+`,"event":"EventHeld"}`)
		assert.Equal(t, wire.LineError{File: "log.jsonl", Line: 3, Field: "seq", Problem: problem, InteractionID: "c-1"}, *bad)
	}
	bad := badEvent(t, `{"interaction_id":"c-1","event":"EventHeld"}`)
	assert.Equal(t, "log.jsonl:3: seq: missing; expected an integer of 0 or more; the names on the line are interaction_id, event", bad.Error())
}

// A line without an interaction spoils no chat: it is an error of the input.
func TestEventOfNoInteraction(t *testing.T) {
	for line, found := range map[string]string{
		`{}`:                            "",
		`{"seq":4,"event":"EventHeld"}`: "; the names on the line are seq, event",
		`{"interaction_id":null,"seq":4,"event":"EventHeld"}`: "",
		`{"interaction_id":"","seq":4,"event":"EventHeld"}`:   "",
		`{"seq":"4th","GUID":"c-1"}`:                          "; the names on the line are seq, GUID",
	} {
		bad := badEvent(t, line)
		assert.Equal(t, "log.jsonl:3: interaction_id: missing; expected a non-empty string"+found, bad.Error(), line)
		assert.Empty(t, bad.InteractionID, line)
	}
}

func TestInteractionThatIsNoString(t *testing.T) {
	bad := badEvent(t, `{"interaction_id":[7],"seq":4,"event":"EventHeld"}`)
	assert.Equal(t, "log.jsonl:3: interaction_id: expected a string, got an array", bad.Error())
}

// What is not JSON Lines is called what it is.
func TestLikelyCause(t *testing.T) {
	for line, cause := range map[string]string{
		`[` + good + `]`:                   "an array starts here; put one object on each line, as jq -c '.[]' prints them",
		`{`:                                "the object continues on the next line; put one object on each line, as jq -c . prints them",
		"interaction_id,seq,time,event":    "it looks like a CSV header; use --format csv, or give the file a name that ends in .csv",
		"\x1f\x8b\x08\x00\x01":             "it is compressed with gzip; give the file a name that ends in .gz, or decompress it",
		"\xff\xfe{\x00\"\x00":              "it is UTF-16; save it as UTF-8",
		"{\x00\"\x00":                      "it is UTF-16; save it as UTF-8",
		"PAR1\x15":                         "it is Parquet; give the file a name that ends in .parquet",
		"PK\x03\x04":                       "it is a ZIP archive or an Excel workbook; unpack the archive, or save the workbook as CSV",
		"RESOURCE_NAME;RESOURCE_ROLE_CODE": "it looks like a CSV header; use --format csv, or give the file a name that ends in .csv",
	} {
		_, err := readEvents(line + "\n").Read()
		assert.ErrorContains(t, err, "log.jsonl:1: not a JSON object: "+cause)
	}
}

// An error is a line of text, however long the names of the input are.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	for name, line := range map[string]string{
		"text":           long,
		"time":           held(`"time":"` + long + `"`),
		"number":         held(`"visibility_mode":1` + strings.Repeat("0", 1<<16)),
		"duplicate name": held(`"` + long + `":1,"` + long + `":2`),
	} {
		assert.Less(t, len(badEvent(t, line).Error()), 1000, name)
	}
}

func TestUnknownEventAsksForItsInteractionAlone(t *testing.T) {
	for _, line := range []string{
		`{"interaction_id":"c-1","event":"EventTypingStarted"}`,
		`{"interaction_id":"c-1","event":"EventTypingStarted","seq":"x","time":"yesterday","actor":7,"party":{"id":{}},"queue":[],"visibility_mode":9}`,
		`{"seq":1.5,"visibility_mode":"3","event":"EventTypingStarted","interaction_id":"c-1"}`,
		`{"interaction_id":"c-1","event":"eventheld","seq":null}`,
	} {
		e, err := readEvents(line).Read()
		require.NoError(t, err, line)
		assert.Equal(t, "c-1", e.InteractionID)
		assert.False(t, e.Name.Known())
	}
}

// readEvents reads a text as a file.
func readEvents(text string) *wire.EventReader {
	return wire.NewEventReader("log.jsonl", strings.NewReader(text))
}

func TestEventIsReadWhole(t *testing.T) {
	bare := model.Event{InteractionID: "c-1", Seq: 4, Name: model.Held}
	whole := model.Event{
		InteractionID: "c-1", Seq: 4, Time: time.Date(2026, 1, 5, 9, 0, 7, 500, time.UTC), Name: model.PartyAdded,
		Actor: model.Party{Type: model.Agent, ID: "Ägent \"1\""}, Party: model.Party{Type: model.Strategy, ID: "😀"},
		Queue: "Queue 1", Operation: model.Conference, VisibilityMode: model.Coach, Reason: "Expired", MediaType: "chat",
	}
	const wholeLine = `"interaction_id":"c-1","seq":4,"time":"2026-01-05T10:00:07.0000005+01:00","event":"EventPartyAdded",` +
		`"actor":{"type":"agent","id":"\u00c4gent \"1\""},"party":{"id":"\ud83d\ude00","type":"strategy"},"queue":"Queue 1",` +
		`"operation":"conference","visibility_mode":3,"reason":"Expired","media_type":"chat"`
	for _, c := range []struct {
		name, line string
		want       model.Event
	}{
		{"every field", `{` + wholeLine + `}`, whole},
		{"blanks around everything", "\t { \"interaction_id\" : \"c-1\" , \"seq\" : 4 , \"event\" : \"EventHeld\" } ", bare},
		{"null in every optional field", held(`"time":null,"actor":null,"party":null,"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null`), bare},
		{"null within the parties", held(`"actor":{"type":null,"id":null},"party":{}`), bare},
		{"numbers where a string may be", held(`"queue":7,"actor":{"id":4711},"media_type":1.5`), model.Event{
			InteractionID: "c-1", Seq: 4, Name: model.Held, Queue: "7", Actor: model.Party{ID: "4711"}, MediaType: "1.5",
		}},
		{"strings where a number may be", `{"interaction_id":"c-1","seq":"4","event":"EventHeld","visibility_mode":""}`, bare},
		{"the flat form", held(`"actor_type":"agent","actor_id":"A","party_id":"B"`), model.Event{
			InteractionID: "c-1", Seq: 4, Name: model.Held, Actor: model.Party{Type: model.Agent, ID: "A"}, Party: model.Party{ID: "B"},
		}},
		{"words that a column pads", held(`"reason":"Expired   ","actor":{"type":"agent ","id":"A "}`), model.Event{
			InteractionID: "c-1", Seq: 4, Name: model.Held, Actor: model.Party{Type: model.Agent, ID: "A "}, Reason: "Expired",
		}},
		{"names in upper case", `{"INTERACTION_ID":"c-1","SEQ":4,"EVENT":"EventHeld"}`, bare},
		{"blank strings", held(`"time":"","actor":{"type":"","id":""},"queue":"","operation":"","reason":"","media_type":""`), bare},
		{"unknown fields", held(`"tenant":{"id":[1,{"seq":"x"}]},"x":1e999,"actor":{"role":[]},"":null,"y":` + deep(9_000)), bare},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := readEvents(c.line).Read()
			require.NoError(t, err)
			assert.Equal(t, c.want, e)
		})
	}
}
