package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// sameVerdict reads a line both ways, as an event and as a fact, and checks that the decoder reads the same as the
// scanner. It returns whether the scanner read it as an event, and as a fact. What the scanner has learned from
// earlier lines must not matter: it reads the line again, after itself and after others, in a text with more lines.
func sameVerdict(t *testing.T, line string, before ...string) (isEvent, isFact bool) {
	t.Helper()
	r, s := NewEventReader("log", strings.NewReader(line)), NewFactReader("facts", nil)
	b, err := r.lines.next()
	if err != nil {
		return false, false
	}
	var e, wantEvent model.Event
	_, isEvent = r.lines.fast.event(b, &e)
	bad := readObject(r.lines, r.objects, b, &wantEvent)
	if isEvent {
		require.Nil(t, bad, line)
	}
	for _, first := range append(append([]string{""}, before...), string(b)) {
		r.lines.fast.scan([]byte(first + "\n"))
		n, ok := r.lines.fast.scan(append(append([]byte{}, b...), "\n"+scannedEvent+"}\n"...))
		require.Equal(t, isEvent, ok, "%s after %s", line, first)
		if !ok {
			continue
		}
		require.Equal(t, len(b)+1, n, line)
		raw := &r.lines.fast.raw
		raw.event(&e, r.lines.names)
		e.InteractionID = string(raw.id)
		require.Equal(t, wantEvent, e, "%s after %s", line, first)
		p := PackedEvent{Record: []byte{anything}}
		raw.Pack(&p, r.lines.names)
		require.Equal(t, PackedEvent{
			ID: []byte(e.InteractionID), Record: PackEvent([]byte{anything}, &e), Name: e.Name, Time: e.Time,
		}, p, line)
	}
	var f, wantFact model.Fact
	if isFact = s.lines.fast.fact(b, &f); isFact {
		require.Nil(t, readObject(s.lines, s.objects, b, &wantFact), line)
		require.Equal(t, wantFact, f, line)
	}
	return isEvent, isFact
}

const anything = 7

const (
	scannedEvent = `{"interaction_id":"c-1","seq":4,"time":"2026-01-05T09:00:07Z","event":"EventHeld"`
	scannedFact  = `{"interaction_id":"c-1","resource":"Agent 1","resource_role":"RoutedTo","technical_result":"Completed"`
)

// scanned are members that the scanner reads, and unscanned those that make it give up, in an event and in a fact.
var scanned = []string{
	`"x":1`, `"x":-17.25,"y":0`, `"x":null,"y":true,"z":false`, `"x":{}`, `"x":[]`, `"x":{"a":[1,{"b":"c"}],"d":""},"y":[[[]]]`, `"x":"ä\u00e4\n\ud83d\ude00"`, `"":1`,
}

var unscanned = []string{
	`"x":1,"x":2`, `"interaction_id":"c-2"`, `"\u0078":1`, `"ä":1`, `"x":01`, `"x":-0`, `"x":1.`, `"x":.5`, `"x":1e3`, `"x":+1`, `"x":"\ud800"`, `"x":"\x"`, "\"x\":\"\xff\"", "\"x\":\"\xed\xa0\x80\"",
	"\"x\":\"a\tb\"", `"x":"`, `"x":{"a":1,"a":2}`, `"x":{"a":1,}`, `"x":[1,]`, `"x":[1`, `"x":{"a"}`, `"x":{1:2}`, `"x":nul`, `"x":nulls`, `"x":tru`, `"x"`, `"x":`, `"x" 1`, `x:1`, ``, `"x":1}`, `"x":1,`, "\"x\":1\x00",
	`"x":` + strings.Repeat("[", 17) + strings.Repeat("]", 17), `"x":1000000000000000000`,
}

var scannedEvents = []string{
	`"actor":{"type":"agent","id":"Agent 1"},"party":{"id":"S","type":"strategy"},"queue":"Q","operation":"transfer","visibility_mode":3,"reason":"Expired","media_type":"chat"`,
	`"actor":null,"party":{},"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null`, `"queue":"K\u00f6ln","actor":{"type":"agent","id":"Zo\u00eb"}`, `"queue":"Köln"`,
}

var unscannedEvents = []string{
	`"visibility_mode":0`, `"visibility_mode":4`, `"visibility_mode":"1"`, `"visibility_mode":1.0`, `"seq":5`, `"queue":1`, `"queue":[]`, `"actor":"a"`, `"actor":{"type":"agent","type":"agent"}`, `"actor":{"id":"a","id":"a"}`,
	`"actor":{"id":1}`, `"actor":{"role":"x"}`, `"actor":{"id":"a"`, `"actor":{"id":"a",}`, `"actor":[]`, `"actor""Expired"`, `"actor":{"type":"agent"},"actor":{"id":"a"}`, `"queue":"Q","queue":"Q"`, `"queue":null,"queue":"Q"`,
}

// The scanner reads what programs write, so that it is worth having; and what it gives up is not read wrongly.
func TestScanner(t *testing.T) {
	for _, member := range scanned {
		isEvent, _ := sameVerdict(t, scannedEvent+","+member+"}")
		_, isFact := sameVerdict(t, scannedFact+","+member+"}")
		assert.True(t, isEvent && isFact, member)
	}
	for _, member := range unscanned {
		isEvent, _ := sameVerdict(t, scannedEvent+","+member+"}")
		_, isFact := sameVerdict(t, scannedFact+","+member+"}")
		assert.False(t, isEvent || isFact, member)
	}
	for _, member := range scannedEvents {
		isEvent, _ := sameVerdict(t, scannedEvent+","+member+"}")
		assert.True(t, isEvent, member)
	}
	isEvent, _ := sameVerdict(t, "\t { \"interaction_id\" : \"c-1\" , \"seq\": 4,\r\"event\":\"EventHeld\" , \"actor\" : { \"id\" : null } , \"x\" : [ 1 , { } ] } ")
	assert.True(t, isEvent, "blanks")
	isEvent, _ = sameVerdict(t, `{"interaction_id":"c-1","seq": 4,"event":"EventHeld"}`, scannedEvent+"}")
	assert.True(t, isEvent, "a blank that was not there in the line before")
	for _, line := range []string{
		`{"interaction_id":"c-1","seq":4,"event":"","actor":{"type":"agent"}}`,
		`{"interaction_id":"c-1","seq":4,"event":""{"interaction_id":"c-2"}`,
		`{"x":1,"interaction_id":"c-1","seq":4,"x":2,"event":"EventHeld"}`,
		`{"interaction_id":"c-1","seq":4,"event":"EventHeld","reason":"Expired","reason":"Expired"}`,
		`{"interaction_id":"c-1","seq":4,"event":"EventHeld","media_type":"chat","operation":"transfer","reason":"x","x":1,"x":2}`,
	} {
		isEvent, _ = sameVerdict(t, line, scannedEvent+"}", `{"x":1,"interaction_id":"c-1","seq":4,"event":"EventHeld"}`,
			`{"seq":4,"interaction_id":"c-1","event":"EventHeld"}`, `{"interaction_id":"c-1","seq":4,"event":"EventHeld","reason":"Expired"}`)
		assert.False(t, isEvent, line)
	}
	for _, member := range unscannedEvents {
		isEvent, _ := sameVerdict(t, scannedEvent+","+member+"}")
		assert.False(t, isEvent, member)
	}
	for _, member := range []string{`"ordinal":1,"received_from":null`, `"ordinal":-1,"role_reason":"","result_reason":null,"start":"2026-01-05T09:00:07+01:00","end":null,"resource_type":"agent"`} {
		_, isFact := sameVerdict(t, scannedFact+","+member+"}")
		assert.True(t, isFact, member)
	}
	for _, line := range []string{
		`[]`, `{}`, `null`, `{"interaction_id":"c-1","event":""}`, `{"interaction_id":"","event":"EventHeld"}`, `{"event":"EventHeld"}`, `{"interaction_id":null,"event":"EventHeld"}`, `{"interaction_id":"\u0063","event":"EventHeld"}`,
		`{"interaction_id":"c","resource":"A","resource_role":"R"}`, `{"resource":"A","resource_role":"R","technical_result":"C"}`, scannedEvent + "}" + scannedEvent + "}", scannedFact + "},", "{\"interaction_id\":\"c\xad\",\"seq\":1,\"event\":\"EventHeld\"}",
	} {
		isEvent, isFact := sameVerdict(t, line)
		assert.False(t, isEvent || isFact, line)
	}
}

func TestScannerReadsTimes(t *testing.T) {
	for _, s := range []string{
		"2026-01-05T09:00:07Z", "2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "2026-12-31T23:30:00-02:00", "2026-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "1600-03-01T00:00:00.5Z",
	} {
		isEvent, _ := sameVerdict(t, strings.Replace(scannedEvent, "2026-01-05T09:00:07Z", s, 1)+"}")
		assert.True(t, isEvent, s)
	}
	for _, s := range []string{
		"", "2026-01-05T09:00:07", "2026-01-05 09:00:07Z", "2026-01-05t09:00:07z", "2026-02-29T09:00:07Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-05T24:00:00Z",
		"2026-01-05T09:60:00Z", "2026-01-05T09:00:60Z", "2026-01-05T09:00:07.Z", "2026-01-05T09:00:07,5Z", "2026-01-05T09:00:07.1234567890Z", "2026-01-05T09:00:07.5", "2026-01-05T09:00:07+0100", "2026-01-05T09:00:07+24:00", "2026-01-05T09:00:07+01:60", "2026-1-05T09:00:07ZZ",
		"2026-01-05T09:00:0/Z", "0000-01-01T00:00:00Z", "9999-01-01T00:00:00Z",
	} {
		isEvent, _ := sameVerdict(t, strings.Replace(scannedEvent, "2026-01-05T09:00:07Z", s, 1)+"}")
		assert.False(t, isEvent, s)
	}
}

// Once warm, a line costs no allocation.
func TestScannerAllocates(t *testing.T) {
	l := newLines("log", nil, nil)
	event, fact := []byte(scannedEvent+","+scannedEvents[0]+","+scanned[5]+"}"), []byte(scannedFact+`,"end":"2026-01-05T09:00:07Z"}`)
	var e model.Event
	var f model.Fact
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if _, ok := l.fast.event(event, &e); !ok || !l.fast.fact(fact, &f) {
			t.Fatal("not read")
		}
	}))
}

func FuzzScan(f *testing.F) {
	before := scannedEvent + "," + scannedEvents[0] + "}"
	for _, members := range [][]string{scanned, unscanned, scannedEvents, unscannedEvents} {
		for _, member := range members {
			f.Add(before, scannedEvent+","+member+"}")
			f.Add(scannedEvent+","+member+"}", before)
			f.Add(before, scannedFact+","+member+"}")
		}
	}
	f.Fuzz(func(t *testing.T, before, line string) { sameVerdict(t, line, before) })
}
