package wire_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, line string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	require.NoError(t, err, line)
	return s.Validate(v)
}

func TestSchemasAllowWhatIsWritten(t *testing.T) {
	eventSchema, factSchema := compiled(t, wire.EventSchema), compiled(t, wire.FactSchema)
	cases, err := steps.Compile(steps.Source{FS: features.FS, Label: "features"})
	require.NoError(t, err)
	for _, c := range cases {
		for i := range c.Events {
			assert.NoError(t, validate(t, eventSchema, string(wire.AppendEvent(nil, &c.Events[i]))), c.Source)
		}
		for i := range c.Table {
			assert.NoError(t, validate(t, factSchema, string(wire.AppendFact(nil, &c.Table[i]))), c.Source)
		}
		chats, _ := model.ClassifyLog(model.Reference(), c.Events)
		for _, chat := range chats {
			for i := range chat.IRFs {
				assert.NoError(t, validate(t, factSchema, string(wire.AppendFact(nil, &chat.IRFs[i].Fact))), c.Source)
			}
		}
	}
}

const ready = `"interaction_id":"c-1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventHeld"`

func TestEventSchemaRejects(t *testing.T) {
	s := compiled(t, wire.EventSchema)
	require.NoError(t, validate(t, s, `{`+ready+`}`))
	for _, line := range []string{
		`[]`, `null`, `"c-1"`, `{}`,
		`{"seq":1,"time":"2026-01-05T09:00:00Z","event":"EventHeld"}`,
		`{"interaction_id":"c-1","time":"2026-01-05T09:00:00Z","event":"EventHeld"}`,
		`{"interaction_id":"c-1","seq":1,"event":"EventHeld"}`,
		`{"interaction_id":"c-1","seq":1,"time":"2026-01-05T09:00:00Z"}`,
		strings.Replace(`{`+ready+`}`, `"c-1"`, `""`, 1),
		strings.Replace(`{`+ready+`}`, `"c-1"`, `7`, 1),
		strings.Replace(`{`+ready+`}`, `:1,`, `:-1,`, 1),
		strings.Replace(`{`+ready+`}`, `:1,`, `:9007199254740992,`, 1),
		strings.Replace(`{`+ready+`}`, `:1,`, `:1.5,`, 1),
		strings.Replace(`{`+ready+`}`, `:1,`, `:"1",`, 1),
		strings.Replace(`{`+ready+`}`, `:1,`, `:null,`, 1),
		strings.Replace(`{`+ready+`}`, `00Z`, `00`, 1),
		strings.Replace(`{`+ready+`}`, `-05T`, `-32T`, 1),
		strings.Replace(`{`+ready+`}`, `"EventHeld"`, `""`, 1),
		`{` + ready + `,"actor":"Agent 1"}`,
		`{` + ready + `,"actor":{"id":"Agent 1"}}`,
		`{` + ready + `,"actor":{"type":"robot"}}`,
		`{` + ready + `,"actor":{"type":"agent","id":7}}`,
		`{` + ready + `,"party":{"type":"agent"}}`,
		`{` + ready + `,"party":{"type":"agent","id":""}}`,
		`{` + ready + `,"party":{"type":"media_server","id":"m"}}`,
		`{` + ready + `,"queue":7}`,
		`{` + ready + `,"operation":"consult"}`,
		`{` + ready + `,"visibility_mode":0}`,
		`{` + ready + `,"visibility_mode":4}`,
		`{` + ready + `,"visibility_mode":"3"}`,
		`{` + ready + `,"reason":[]}`,
		`{` + ready + `,"media_type":false}`,
	} {
		assert.Error(t, validate(t, s, line), line)
	}
}

func TestFactSchemaRejects(t *testing.T) {
	s := compiled(t, wire.FactSchema)
	require.NoError(t, validate(t, s, `{`+required+`}`))
	for _, line := range []string{
		`[]`, `null`, `{}`,
		`{"resource":"a","resource_role":"RoutedTo","technical_result":"Completed"}`,
		`{"interaction_id":"c-1","resource_role":"RoutedTo","technical_result":"Completed"}`,
		`{"interaction_id":"c-1","resource":"a","technical_result":"Completed"}`,
		`{"interaction_id":"c-1","resource":"a","resource_role":"RoutedTo"}`,
		strings.Replace(`{`+required+`}`, `"c-1"`, `""`, 1),
		strings.Replace(`{`+required+`}`, `"c-1"`, `null`, 1),
		strings.Replace(`{`+required+`}`, `"Agent 1"`, `7`, 1),
		row(`"ordinal":"1"`), row(`"ordinal":1.5`), row(`"resource_type":1`), row(`"role_reason":[]`), row(`"result_reason":{}`),
		row(`"received_from":"1"`), row(`"start":7`), row(`"start":"2026-01-05 09:00:07"`), row(`"end":"09:00:07"`),
	} {
		assert.Error(t, validate(t, s, line), line)
	}
}

// In the transcripts of docs/protocol.md, the harness keeps to the protocol's schema, and an implementation does unless it
// is refused for the form of what it says.
func TestTranscriptsFollowTheSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	for name, text := range map[string][]byte{"event": wire.EventSchema, "fact": wire.FactSchema, "protocol": wire.ProtocolSchema} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, c.AddResource(name+".schema.json", doc))
	}
	schema, err := c.Compile("protocol.schema.json")
	require.NoError(t, err)
	text, err := os.ReadFile("../../docs/protocol.md")
	require.NoError(t, err)
	_, transcripts, _ := strings.Cut(string(text), "\n## Transcripts\n")
	said := make(map[string]int)
	for line := range strings.Lines(transcripts) {
		by, line, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		said[by]++
		switch by {
		case "→":
			assert.NoError(t, validate(t, schema, line), line)
		case "←":
			_, err := wire.NewMessageReader("stdout", strings.NewReader(line)).Read()
			v, jsonErr := jsonschema.UnmarshalJSON(strings.NewReader(line))
			assert.Equal(t, err == nil, jsonErr == nil && schema.Validate(v) == nil, line)
		}
	}
	assert.Positive(t, min(said["→"], said["←"]))
}

// Every field of the model, with a value.
var (
	fullEvent = model.Event{
		InteractionID: "c-1", Seq: 1, Time: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Name: model.AgentInvited,
		Actor: model.Party{Type: model.Agent, ID: "Agent 1"}, Party: model.Party{Type: model.Agent, ID: "Agent 2"}, Queue: "Queue 1",
		Operation: model.Conference, VisibilityMode: model.Coach, Reason: "Expired", MediaType: "chat",
		Wire: &model.Wire{Zone: 330},
	}
	fullFact = model.Fact{
		InteractionID: "c-1", Ordinal: model.Num(1), ResourceType: model.AgentResource, Resource: "Agent 1", Role: model.RoutedTo,
		RoleReason: "r", Result: model.Redirected, Reason: model.RevokedReason, ReceivedFrom: model.Num(1),
		Start: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 1, 5, 9, 0, 1, 0, time.UTC),
	}
)

// The model, what is written, what is read and what the schema says have the same fields.
func TestSchemasNameTheFieldsThatAreReadAndWritten(t *testing.T) {
	for _, c := range []struct {
		name   string
		full   any
		line   []byte
		schema []byte
		read   func(line string) error
	}{
		{"event", fullEvent, wire.AppendEvent(nil, &fullEvent), wire.EventSchema, func(line string) error {
			_, err := readEvents(line).Read()
			return err
		}},
		{"fact", fullFact, wire.AppendFact(nil, &fullFact), wire.FactSchema, func(line string) error {
			_, err := wire.NewFactReader("facts.jsonl", strings.NewReader(line)).Read()
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for field, value := range reflect.ValueOf(c.full).Fields() {
				assert.False(t, value.IsZero(), "give %s a value here", field.Name)
			}
			var members map[string]any
			require.NoError(t, json.Unmarshal(c.line, &members))
			n := reflect.TypeOf(c.full).NumField()
			if c.name == "event" {
				n-- // Wire is how the others are written
			}
			assert.Len(t, members, n, "a field is not written")

			var schema struct{ Properties map[string]property }
			require.NoError(t, json.Unmarshal(c.schema, &schema))
			written := fields("", members)
			assert.Equal(t, written, properties("", schema.Properties))

			s := compiled(t, c.schema)
			for _, field := range written {
				line := spoil(t, members, strings.Split(field, "."))
				var bad *wire.LineError
				if assert.ErrorAs(t, c.read(line), &bad, "the reader does not know %s", field) {
					assert.Equal(t, field, bad.Field)
				}
				assert.Error(t, validate(t, s, line), line)
			}
		})
	}
}

type property struct{ Properties map[string]property }

func properties(prefix string, ps map[string]property) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(ps)) {
		names = append(append(names, prefix+name), properties(prefix+name+".", ps[name].Properties)...)
	}
	return names
}

func fields(prefix string, members map[string]any) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		names = append(names, prefix+name)
		if inner, ok := members[name].(map[string]any); ok {
			names = append(names, fields(prefix+name+".", inner)...)
		}
	}
	return names
}

// spoil writes the members as a line in which the field at a path is an array, which no field is.
func spoil(t *testing.T, members map[string]any, path []string) string {
	t.Helper()
	var set func(m map[string]any, path []string) map[string]any
	set = func(m map[string]any, path []string) map[string]any {
		m = maps.Clone(m)
		if len(path) == 1 {
			m[path[0]] = []any{}
		} else {
			m[path[0]] = set(m[path[0]].(map[string]any), path[1:])
		}
		return m
	}
	b, err := json.Marshal(set(members, path))
	require.NoError(t, err)
	return string(b)
}
