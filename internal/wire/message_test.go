package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

func TestMessages(t *testing.T) {
	const fact = `{"interaction_id":"c","resource":"A","resource_role":"RoutedTo","technical_result":"Completed"}`
	tests := []struct {
		line string
		want Message
		err  string
	}{
		{`{"type":"hello","protocol":1,"implementation":{"name":"n","version":"1","language":"Go","more":[]},"max_in_flight":7}`, Message{Type: Hello, Name: "n", Version: "1", Language: "Go", MaxInFlight: 7}, ""},
		{`{"implementation":{"name":"n"},"protocol":1.0,"type":"hello","extra":{"a":[1]}}`, Message{Type: Hello, Name: "n", MaxInFlight: 1}, ""},
		{`{"type":"hello","protocol":2,"implementation":{"name":"n"}}`, Message{}, "protocol: expected 1, got 2"},
		{`{"type":"hello","protocol":"1","implementation":{"name":"n"}}`, Message{}, "protocol: expected an integer, got a string"},
		{`{"type":"hello","implementation":{"name":"n"}}`, Message{}, "protocol: missing; expected 1"},
		{`{"type":"hello","protocol":1}`, Message{}, "implementation.name: missing; expected a non-empty string"},
		{`{"type":"hello","protocol":1,"implementation":"n"}`, Message{}, `implementation: expected an object such as {"name":"my-etl"}, got a string`},
		{`{"type":"hello","protocol":1,"implementation":{"name":"n"},"max_in_flight":0}`, Message{}, "max_in_flight: expected 1 or more, got 0"},

		{`{"type":"facts","id":"17","facts":[]}`, Message{Type: Facts, ID: "17"}, ""},
		{
			`{"facts":[` + fact + `],"id":"17","type":"facts"}`,
			Message{Type: Facts, ID: "17", Facts: []model.Fact{{InteractionID: "c", Resource: "A", Role: "RoutedTo", Result: "Completed"}}},
			"",
		},
		{`{"type":"facts","id":"17"}`, Message{ID: "17"}, "facts: missing; expected an array"},
		{`{"type":"facts","id":"17","facts":{}}`, Message{ID: "17"}, "facts: expected an array, got an object"},
		{`{"type":"facts","id":"17","facts":[` + fact + `,7]}`, Message{ID: "17"}, "facts[1]: expected an object, got a number"},
		{`{"type":"facts","id":"17","facts":[` + strings.Replace(fact, `"A"`, "[]", 1) + `]}`, Message{ID: "17"}, "facts[0].resource: expected a string, got an array"},
		{`{"type":"facts","id":"17","facts":[{}]}`, Message{ID: "17"}, "facts[0].interaction_id: missing; expected a non-empty string"},
		{`{"type":"facts","id":"17","facts":[` + fact, Message{}, "not a JSON object: the object does not end; the line is .*"},
		{`{"type":"facts","id":"17","facts":[{"a":}]}`, Message{}, "not a JSON object: .*"},
		{`{"type":"facts","facts":[]}`, Message{}, "id: missing; expected the id of a classify message"},
		{`{"type":"facts","id":17,"facts":[]}`, Message{}, "id: expected a string, got a number"},
		{`{"type":"facts","id":"17","id":"18","facts":[]}`, Message{}, `not a JSON object: duplicate name "id"; the line is .*`},

		{`{"type":"skip","id":"17","reason":"no queues"}`, Message{Type: Skip, ID: "17", Text: "no queues"}, ""},
		{`{"type":"error","id":"17","message":"no"}`, Message{Type: Failed, ID: "17", Text: "no"}, ""},
		{`{"type":"error","id":"17","message":null}`, Message{Type: Failed, ID: "17"}, ""},
		{`{"type":"bye"}`, Message{}, "type: expected hello, facts, skip or error, got \"bye\""},
		{`{}`, Message{}, `type: expected hello, facts, skip or error, got ""`},
		{`[]`, Message{}, "not a JSON object: an array starts here; .*"},
	}
	for _, tt := range tests {
		m, err := NewMessageReader("stdout", strings.NewReader("\n"+tt.line+"\n")).Read()
		if tt.err == "" {
			assert.NoError(t, err, tt.line)
			assert.Equal(t, tt.want, m, tt.line)
			continue
		}
		var bad *LineError
		if assert.ErrorAs(t, err, &bad, tt.line) {
			assert.Regexp(t, "^"+strings.NewReplacer("[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`).Replace(tt.err)+"$", bad.What())
			assert.Equal(t, 2, bad.Line)
			assert.Equal(t, tt.want.ID, m.ID, "the id, where it could be read: %s", tt.line)
		}
	}
}

func TestMessageKeepsSoManyFacts(t *testing.T) {
	const fact = `{"interaction_id":"c","resource":"","resource_role":"","technical_result":""}`
	facts := strings.TrimSuffix(strings.Repeat(fact+",", maxMessageFacts+1), ",")
	m, err := NewMessageReader("stdout", strings.NewReader(`{"type":"facts","id":"1","facts":[`+facts+`]}`)).Read()
	assert.EqualError(t, err, "stdout:1: facts: expected 10000 at most, got more")
	assert.Equal(t, "1", m.ID)
	assert.Len(t, m.Facts, maxMessageFacts)
}

// What the harness sends is one line of JSON, whatever the events hold.
func TestAppendMessages(t *testing.T) {
	events := []model.Event{{InteractionID: "a\n\"b\xff", Seq: 1, Name: model.Submitted}, {InteractionID: "c", Seq: 2, Name: "EventOdd"}}
	for _, lines := range [][]string{nil, {`{"a":1}`, "not json", "\x00\xff", "[]", `{"a":1,"a":2}`}} {
		for _, events := range [][]model.Event{nil, events} {
			b := AppendClassify(nil, "17", events, lines)
			assert.Equal(t, 1, strings.Count(string(b), "\n"))
			var m struct {
				Type, ID string
				Events   []any
			}
			require.NoError(t, json.Unmarshal(b, &m))
			assert.Equal(t, "classify 17", m.Type+" "+m.ID)
			assert.Len(t, m.Events, len(events)+len(lines))
		}
	}
	assert.Equal(t, `{"type":"hello","protocol":1,"harness":"chatproof/0.2.0"}`+"\n", string(AppendHello(nil, "chatproof/0.2.0")))
	assert.Equal(t, `{"type":"bye"}`+"\n", string(AppendBye(nil)))
}

// Whatever an implementation sends, reading it ends, errors are plain and short, and it does not matter how it is cut
// into pieces.
func FuzzMessages(f *testing.F) {
	for _, s := range []string{
		"", "\n", `{"type":"hello","protocol":1,"implementation":{"name":"n"}}`, `{"type":"facts","id":"1","facts":[{"interaction_id":"c","resource":"A","resource_role":"","technical_result":""}]}`,
		`{"type":"facts","id":"1","facts":[{"interaction_id":"c"`, `{"type":"facts","facts":[[[[`, `{"type":"skip","id":"1","reason":"\ud800"}`, `{"type":"error","id":"1","message":7}`,
		"{\"type\":\"bye\"}\n{}\n[]\nnull\n\xff\n", `{"type":"facts","id":"1","facts":[],"facts":[]}`, `{"implementation":{"name":{"name":1}},"type":"hello"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		read := func(r io.Reader) (all []string) {
			for mr := NewMessageReader("stdout", r); ; {
				m, err := mr.Read()
				if err == io.EOF {
					return all
				}
				if bad := new(LineError); err != nil && !errors.As(err, &bad) {
					t.Fatalf("%v", err)
				}
				if err != nil && (strings.ContainsAny(err.Error(), "\n\r\x00\x1b") || len(err.Error()) > 4<<10) {
					t.Fatalf("%q", err)
				}
				if err == nil && (m.Type != Hello && m.ID == "" || m.Type == Hello && m.MaxInFlight < 1) {
					t.Fatalf("%+v", m)
				}
				all = append(all, fmt.Sprint(m, err))
			}
		}
		assert.Equal(t, read(strings.NewReader(string(in))), read(iotest.HalfReader(strings.NewReader(string(in)))))
	})
}
