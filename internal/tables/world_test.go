package tables_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const attributes = "../../examples/worlds/interaction-server/mapping.yaml"

// someChats are chats one after the other, with all that the grammar has.
func someChats(n int) (events []model.Event) {
	chats := gen.NewSmallChats()
	for i := 0; i < n; {
		log, _ := chats.Next("")
		if len(log) < 6 && n > 10 {
			continue
		}
		for _, e := range log {
			e.InteractionID = "0000" + string(rune('A'+i%26)) + strings.Repeat("x", i/26)
			e.MediaType = "chat"
			events = append(events, e)
		}
		i++
	}
	return events
}

// perChat sends and reads chats whole, as documents.
const perChat = `
events:
  send: {per: chat, jq: "{id: .[0].interaction_id, steps: map(del(.interaction_id))}"}
  read: ".id as $id | .steps | if type == \"string\" then fromjson else . end | .[] | .interaction_id = $id"
`

// perValue sends values by themselves, and gathers them.
const perValue = `
events:
  send: |
    # a value an event, without its number
    del(.seq) + {chat: .interaction_id, actor_: (.actor | tojson), party_: (.party | tojson)} | del(.interaction_id, .actor, .party)
  read:
    per: chat
    key: .chat
    jq: |
      to_entries[] | .key as $i | .value
      | . + {interaction_id: .chat, seq: ($i + 1), actor: (.actor_ | fromjson), party: (.party_ | fromjson)}
`

// What is written under a mapping is read under it, key by key, in every format.
func TestWorldGoesRound(t *testing.T) {
	events := someChats(20)
	text, err := os.ReadFile(attributes)
	require.NoError(t, err)
	server := pgtest.Database(t)
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer db.Close()
	for name, world := range map[string]string{
		"none":           "{}",
		"columns":        `chat_event: {columns: {interaction_id: Chat ID, seq: "N", time: at, event: what, actor_type: by.kind, actor_id: by.who.name, queue: "Qu,eue"}}`,
		"no column":      "chat_event: {columns: {media_type: ~}}",
		"milliseconds":   "chat_event: {columns: {time: {column: ts, format: epoch_ms}}}",
		"nanoseconds":    "chat_event: {columns: {time: {format: epoch_ns, zone: Asia/Almaty}}}",
		"a zone":         "chat_event: {columns: {time: {column: local, zone: Asia/Almaty}}}",
		"rfc3339":        "chat_event: {columns: {time: {format: rfc3339, zone: Europe/Berlin}}}",
		"values":         "chat_event: {columns: {event: {values: {QUEUED: EventPlacedInQueue, PUT: EventPlacedInQueue}}, visibility_mode: {column: mode, values: {COACH: 3, ALL: 1, SOME: 2}}, operation: {values: {T: transfer}}}}",
		"table":          "chat_event: {table: \"landing\", where: \"seq > 0\"}",
		"words for NULL": "null: [n/a, '-']",
		"ids":            "ids: {form: guid, trim: true}",
		"queues, media":  "finishing_queues: {completed: [Done]}\nmedia: [chat]",
		"jq":             string(text),
		"jq by chat":     perChat,
		"jq gathers":     perValue,
	} {
		m := mapping(t, world)
		for _, ending := range []string{".jsonl", ".csv", ".parquet", "sqlite", "postgres"} {
			t.Run(name+" "+ending, func(t *testing.T) {
				dir := t.TempDir()
				at := tables.Place{Path: filepath.Join(dir, "events"+ending), Mapping: m}
				switch ending {
				case "sqlite":
					at.Path = "sqlite:" + filepath.Join(dir, "events.db")
				case "postgres":
					at.Path = server
					_, err := db.Exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
					require.NoError(t, err)
				}
				write(t, at, events)
				got, err := readAll(tables.OpenEvents(t.Context(), at, nil))
				require.NoError(t, err)
				require.Len(t, got, len(events))
				for i, want := range events {
					if name == "no column" {
						want.MediaType = ""
					}
					require.Equal(t, want, got[i])
				}
			})
		}
	}
}

func write(t *testing.T, at tables.Place, events []model.Event) {
	t.Helper()
	out, err := tables.CreateEvents(t.Context(), at, nil)
	require.NoError(t, err)
	require.NoError(t, out.All(events))
	require.NoError(t, files.Keep(keep(out.On)...))
}

func keep(f *files.File) []*files.File {
	if f == nil {
		return nil
	}
	return []*files.File{f}
}

// Facts are written and read under the columns of fact.
func TestFactsGoRound(t *testing.T) {
	m := mapping(t, `fact: {columns: {interaction_id: ixn, start_ts: {column: from, format: epoch_ms}, end: {zone: Asia/Almaty},
  resource_type: {values: {RP: strategy}}, resource_role: {column: role, values: {R: RoutedTo}}}}`)
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	facts := []model.Fact{
		{InteractionID: "c", Ordinal: model.Num(1), ResourceType: "strategy", Resource: "S", Role: "RoutedTo", Result: "Completed", ReceivedFrom: model.Number{Is: model.Null}, Start: at, End: at.Add(time.Minute)},
		{InteractionID: "c", Ordinal: model.Num(2), ResourceType: "agent", Resource: "A", Role: "ReceivedTransfer", Result: "Completed", ReceivedFrom: model.Num(1), Start: at, End: at},
	}
	for _, ending := range []string{".jsonl", ".csv", ".parquet"} {
		p := tables.Place{Path: filepath.Join(t.TempDir(), "facts"+ending), Mapping: m}
		out, err := tables.CreateFacts(t.Context(), p, nil)
		require.NoError(t, err)
		require.NoError(t, out.All(facts))
		require.NoError(t, files.Keep(out.On))
		got, err := readAll(tables.OpenFacts(t.Context(), p, nil))
		require.NoError(t, err)
		if ending == ".jsonl" { // where a null is left out
			got[0].ReceivedFrom.Is = model.Null
		}
		assert.Equal(t, facts, got, ending)
	}
}

// What would be read as something else is not written.
func TestNotWritten(t *testing.T) {
	event := model.Event{InteractionID: "c", Seq: 1, Time: time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), Name: "EventPlacedInQueue", Queue: "n/a"}
	for world, want := range map[string]string{
		"chat_event: {columns: {time: {zone: Europe/Berlin}}}": "interaction c, seq 1: time: 2026-10-25T00:30:00Z is in the hour that clocks in Europe/Berlin show twice; set another --start, or write times with their zone (format: rfc3339)",
		"null: [n/a]": "interaction c, seq 1: queue: \"n/a\" would be read back as absent, because the mapping lists it under \"null\", as a word that means absent",
		"chat_event: {columns: {queue: {values: {n/a: Q}}}}": "interaction c, seq 1: queue: \"n/a\" would be written unchanged and read back as \"Q\"; under values, add one of your values for \"n/a\"",
		"events: {send: empty}":                              "events.send: gave no object; expected one or more (for interaction \"c\", seq 1, EventPlacedInQueue)",
		"events: {send: '.seq, .'}":                          "events.send: expected objects as output, got a number: 1 (for interaction \"c\", seq 1, EventPlacedInQueue)",
	} {
		m := mapping(t, world)
		for _, ending := range []string{".jsonl", ".csv", ".parquet", "sqlite"} {
			at := tables.Place{Path: filepath.Join(t.TempDir(), "e"+ending), Mapping: m}
			if ending == "sqlite" {
				at.Path = "sqlite:" + at.Path
			}
			out, err := tables.CreateEvents(t.Context(), at, nil)
			if err == nil {
				err = out.All([]model.Event{event})
				out.Discard()
			}
			if !strings.HasPrefix(world, "events") { // of which the columns are found out first
				assert.EqualError(t, err, want, ending)
			} else {
				assert.ErrorContains(t, err, want[:24], ending)
			}
			_, err = m.AppendEvents(nil, []model.Event{event})
			assert.EqualError(t, err, want, ending)
		}
	}
}

// A time of a zone that was twice, or not at all, is refused; no other.
func TestTimesOfAZone(t *testing.T) {
	m := mapping(t, "chat_event: {columns: {time: {zone: Europe/Berlin, format: epoch_ms}}}")
	for text, want := range map[string]string{
		`"2026-01-05 10:00:00"`:     "2026-01-05T09:00:00Z",
		`"2026-07-05T10:00:00.5"`:   "2026-07-05T08:00:00.5Z",
		`"2026-07-05T10:00:00Z"`:    "2026-07-05T10:00:00Z",
		`"2026-07-05 10:00:00 +01"`: "2026-07-05T09:00:00Z",
		`1767603604250`:             "2026-01-05T09:00:04.25Z",
		`"1767603604250"`:           "2026-01-05T09:00:04.25Z",
		`"2026-10-25 02:30:00"`:     `time: "2026-10-25 02:30:00" occurs twice in Europe/Berlin`,
		`"2026-03-29 02:30:00"`:     `time: "2026-03-29 02:30:00" does not exist in Europe/Berlin`,
	} {
		path := filepath.Join(t.TempDir(), "e.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(`{"interaction_id":"c","seq":1,"event":"EventPlacedInQueue","time":`+text+"}"), 0o600))
		got, err := readAll(tables.OpenEvents(t.Context(), tables.Place{Path: path, Mapping: m}, nil))
		if err != nil {
			assert.ErrorContains(t, err, strings.ReplaceAll(want, `"`, ""), text)
			continue
		}
		assert.Equal(t, want, got[0].Time.Format(time.RFC3339Nano), text)
	}
}

// The program is given JSON values over lines or not, numbers as they are, and errors name the line.
func TestRead(t *testing.T) {
	world := "events:\n  read: |\n    if type == \"object\" then (.list[]? // .) else empty end | if .bad then error(\"no good\") elif .kind then {interaction_id: (.id | tostring), seq: $n, event: .kind} else empty end"
	for _, tt := range []struct{ name, text, want string }{
		{"over lines", "\ufeff{\"list\":\n[{\"id\": 12345678901234567890,\n\"kind\":\"x\"},{\"id\":2,\"kind\":\"y\"}]}\n\n{\"id\":3,\"kind\":\"z\"}", "12345678901234567890 0 x, 2 0 y, 3 1 z"},
		{"empty", "{\"a\":1}\n7 [] {\"id\":1,\"kind\":\"x\"}", "1 3 x"},
		{"an error", "{}\n\n{\"bad\":1}", "e.jsonl:3: events.read failed with the error \"no good\""},
		{"no JSON", "{}\n{\"a\":\n}", "e.jsonl:3: not JSON: "},
		{"cut off", "{}\n{\"a\":[", "e.jsonl:2: not JSON: the value that begins here does not end"},
		{"twice", "{}\n{\"a\":1,\"a\":2}", "e.jsonl:2: not JSON: duplicate"},
		{"no id", "{\"kind\":\"EventHeld\",\"id\":\"\"}", "e.jsonl:1: events.read output: interaction_id: missing; expected a non-empty string"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "e.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(tt.text), 0o600))
		got, err := readAll(tables.OpenEvents(t.Context(), tables.Place{Path: path, Mapping: mapping(t, world)}, nil))
		if err != nil {
			assert.ErrorContains(t, err, filepath.Join(dir, tt.want), tt.name)
			continue
		}
		var all []string
		for i := range got {
			all = append(all, strings.Join([]string{got[i].InteractionID, string(rune('0' + got[i].Seq)), string(got[i].Name)}, " "))
		}
		assert.Equal(t, tt.want, strings.Join(all, ", "), tt.name)
	}
}

// What a program makes nothing of is counted by its shape.
func TestDropped(t *testing.T) {
	m := mapping(t, "facts: {read: select(.x?)}")
	in := m.FactsFrom("stdout", strings.NewReader(`{"a":1}{"a":2,"b":3}{"a":4} 7`))
	_, err := in.Read()
	assert.Error(t, err)
	lines, nothing := m.Dropped()
	assert.Equal(t, []string{"facts.read gave no output for 4 of 4 input values: 2 × an object with the key \"a\"; 1 × a number; 1 × an object with the keys \"a\", \"b\""}, lines)
	assert.True(t, nothing)
}

// A program that does not end, or takes all memory, is one line.
func TestBoundedPrograms(t *testing.T) {
	check := func(t *testing.T, program, want string) {
		m := mapping(t, "events:\n  send: |\n    "+program)
		_, err := m.AppendEvents(nil, []model.Event{{InteractionID: "c", Seq: 1, Name: "x"}})
		if assert.Error(t, err, program) {
			assert.Contains(t, err.Error(), want, program)
			assert.NotContains(t, err.Error(), "\n", program)
		}
	}
	t.Run("in time", func(t *testing.T) {
		tables.LimitCalls(t, 50*time.Millisecond)
		check(t, "def f: f; f", "did not end within 50ms")
		check(t, "[recurse]|last|until(false; .)", "did not end within 50ms")
	})
	tables.LimitCalls(t, time.Hour) // what follows is stopped for other reasons, however busy the machine
	for program, want := range map[string]string{
		`"x" * 1e12`:                       "events.send failed: repeat string result too large",
		"{a: \"x\" * 2e7}":                 "an object of more than 16777216 bytes",
		".seq.x":                           "events.send failed: expected an object but got: number (1)",
		"error":                            `events.send failed with the error "`,
		"error(null)":                      `events.send failed with the error "null"`,
		"[.] | implode":                    "events.send failed: ",
		"[limit(300; repeat(.))] | .[1e9]": "events.send: ",
	} {
		check(t, program, want)
	}
}

// A program that does not send what rows hang on is told, by an event.
func TestFaithful(t *testing.T) {
	events := someChats(200)
	logs := model.Chats(events)
	text, err := os.ReadFile(attributes)
	require.NoError(t, err)
	for world, want := range map[string]string{
		string(text):                      "",
		perChat:                           "",
		perValue:                          "",
		"events: {send: del(.operation)}": `operation`,
		"events: {send: {per: chat, jq: '{a: map(del(.party))}'}}": `party`,
		"events: {send: del(.visibility_mode)}":                    `"visibility_mode":`,
		"events: {send: del(.reason)}":                             `"reason":"Stopped"`,
	} {
		err := mapping(t, world).Faithful(logs)
		if want == "" {
			assert.NoError(t, err, world)
		} else if assert.ErrorContains(t, err, "events.send turns two different events into the same output: ", world) {
			assert.Contains(t, err.Error(), want)
		}
	}
}

// Lines of JSON under a mapping without programs are flat, or nested where names have dots; without one they are ours.
func TestAppendEvents(t *testing.T) {
	e := model.Event{InteractionID: "c", Seq: 7, Name: "x", Actor: model.Party{Type: "agent", ID: "A"}}
	const nothing = `,"party_type":null,"party_id":null`
	ours := string(wire.AppendEvent(nil, &e))
	for world, want := range map[string]string{
		"{}": ours, "null: [x]": ours,
		"chat_event: {columns: {seq: n}}":                                `{"interaction_id":"c","n":7,"time":null,"event":"x","actor_type":"agent","actor_id":"A"` + nothing + `,"queue":null,"operation":null,"visibility_mode":null,"reason":null,"media_type":null}` + "\n",
		"chat_event: {columns: {seq: d.n, actor_id: d.who, queue: q.n}}": `{"interaction_id":"c","d":{"n":7,"who":"A"},"time":null,"event":"x","actor_type":"agent"` + nothing + `,"q":{"n":null},"operation":null,"visibility_mode":null,"reason":null,"media_type":null}` + "\n",
	} {
		b, err := mapping(t, world).AppendEvents([]byte("-"), []model.Event{e})
		if world == "null: [x]" {
			assert.ErrorContains(t, err, "event: \"x\" would be read back as absent")
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, "-"+want, string(b), world)
	}
	var none *tables.Mapping
	b, err := none.AppendEvents(nil, []model.Event{e})
	require.NoError(t, err)
	assert.True(t, bytes.Equal([]byte(ours), b))
}

// Where names are folded, so are those of the queues that finish chats.
func TestFinishingQueuesAreFolded(t *testing.T) {
	at := func(seq int64, name model.EventName, actor model.Party, party, queue string) model.Event {
		e := model.Event{InteractionID: "c", Seq: seq, Time: time.Unix(seq, 0).UTC(), Name: name, Actor: actor, Queue: queue}
		if party != "" {
			e.Party = model.Party{Type: model.Agent, ID: party}
		}
		return e
	}
	server, agent := model.Party{Type: model.MediaServer}, model.Party{Type: model.Agent, ID: "A"}
	events := []model.Event{
		at(1, "EventInteractionSubmitted", server, "", ""), at(2, "EventPlacedInQueue", server, "", "Q"),
		at(3, "EventTakenFromQueue", agent, "", "Q"), at(4, "EventPartyAdded", agent, "A", ""),
		at(5, "EventPlacedInQueue", agent, "", "iWD_Canceled"), at(6, "EventPartyRemoved", agent, "A", ""),
		at(7, "EventProcessingStopped", model.Party{Type: model.InteractionServer}, "", ""),
	}
	for _, world := range []string{"{}", "ids: {compare: ignore-case}", "ids: {compare: ignore-case}\nfinishing_queues: {canceled: [IWD_CANCELED]}"} {
		p := tables.Place{Path: filepath.Join(t.TempDir(), "e.jsonl"), Mapping: mapping(t, world)}
		write(t, p, events)
		got, err := readAll(tables.OpenEvents(t.Context(), p, nil))
		require.NoError(t, err)
		chats, bad := model.ClassifyLog(p.Mapping.Reference(), got)
		require.Empty(t, bad, world)
		assert.Equal(t, "Puller/Completed [Canceled]", chats[0].IRFs[0].Descriptor().String(), world)
	}
}
