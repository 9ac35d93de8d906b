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

const required = `"interaction_id":"c-1","resource":"Agent 1","resource_role":"RoutedTo","technical_result":"Completed"`

// row is the least that an implementation must print, and one field more.
func row(field string) string { return `{` + required + `,` + field + `}` }

// badFact reads a bad line after a good one and a blank one, and checks that reading goes on after it.
func badFact(t *testing.T, line string) *wire.LineError {
	t.Helper()
	r := wire.NewFactReader("facts.jsonl", strings.NewReader(`{`+required+"}\n\n"+line+"\n{"+required+`}`))
	_, err := r.Read()
	require.NoError(t, err)
	_, err = r.Read()
	var bad *wire.LineError
	require.ErrorAs(t, err, &bad)
	_, err = r.Read()
	require.NoError(t, err, "after the bad line")
	_, err = r.Read()
	assert.Equal(t, io.EOF, err)
	return bad
}

func TestFactWithoutWhatIsRequired(t *testing.T) {
	for _, c := range []struct{ name, line, field, problem, interaction string }{
		{"nothing", `{}`, "interaction_id", "missing; expected a non-empty string", ""},
		{"no interaction", `{"resource":"Agent 1","resource_role":"RoutedTo","technical_result":"Completed"}`, "interaction_id", "missing; expected a non-empty string; the names on the line are resource, resource_role, technical_result", ""},
		{"interaction null", strings.Replace(`{`+required+`}`, `"c-1"`, `null`, 1), "interaction_id", "missing; expected a non-empty string", ""},
		{"interaction blank", strings.Replace(`{`+required+`}`, `"c-1"`, `""`, 1), "interaction_id", "missing; expected a non-empty string", ""},
		{"no resource", `{"interaction_id":"c-1","resource_role":"RoutedTo","technical_result":"Completed"}`, "resource", "missing; the names on the line are interaction_id, resource_role, technical_result", "c-1"},
		{"no role", `{"interaction_id":"c-1","resource":"Agent 1","technical_result":"Completed"}`, "resource_role", "missing; the names on the line are interaction_id, resource, technical_result", "c-1"},
		{"no result", `{"interaction_id":"c-1","resource":"Agent 1","resource_role":"RoutedTo"}`, "technical_result", "missing; the names on the line are interaction_id, resource, resource_role", "c-1"},
		{
			"keys alone", `{"INTERACTION_ID":"7","TECHNICAL_DESCRIPTOR_KEY":1}`, "resource",
			"missing; the names on the line are INTERACTION_ID, TECHNICAL_DESCRIPTOR_KEY; these rows come from Info Mart's fact table alone; join its dimension tables, as the query of 'run --print-sql' does", "7",
		},
		{"no object", `7`, "", notJSON("", `7`), ""},
		{"two objects", `{` + required + `} {}`, "", notJSON("the line has more after the object", `{`+required+`} {}`), ""},
		{"duplicate name", row(`"resource":"Agent 2"`), "", notJSON(`duplicate name "resource"`, row(`"resource":"Agent 2"`)), ""},
		{"invalid UTF-8", row("\"role_reason\":\"\xff\""), "", notJSON("invalid UTF-8", row("\"role_reason\":\"\xff\"")), ""},
		{"log line on stdout", `INFO: 3 rows`, "", notJSON("", `INFO: 3 rows`), ""},
		{"nested too deeply", row(`"x":` + deep(10_001)), "", notJSON("exceeded max depth", row(`"x":`+deep(10_001))), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, wire.LineError{
				File: "facts.jsonl", Line: 3, Field: c.field, Problem: c.problem, InteractionID: c.interaction,
			}, *badFact(t, c.line))
		})
	}
}

func TestFactFieldThatIsNotOfItsType(t *testing.T) {
	const aTime = "expected a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970, got "
	for _, c := range []struct{ line, field, problem string }{
		{row(`"ordinal":1.5`), "ordinal", "expected an integer, got 1.5"},
		{row(`"ordinal":1e99`), "ordinal", "expected an integer, got 1e99"},
		{row(`"ordinal":true`), "ordinal", "expected an integer, got a boolean"},
		{row(`"role_reason":[]`), "role_reason", "expected a string, got an array"},
		{row(`"result_reason":false`), "result_reason", "expected a string, got a boolean"},
		{row(`"received_from":{}`), "received_from", "expected an integer, got an object"},
		{row(`"end":"09:00:07"`), "end", aTime + "09:00:07"},
		{row(`"end":{}`), "end", aTime + "an object"},
		{strings.Replace(row(`"x":1`), `"RoutedTo"`, `["RoutedTo"]`, 1), "resource_role", "expected a string, got an array"},
		{strings.Replace(row(`"x":1`), `"Completed"`, `{}`, 1), "technical_result", "expected a string, got an object"},
	} {
		t.Run(c.line, func(t *testing.T) {
			assert.Equal(t, wire.LineError{
				File: "facts.jsonl", Line: 3, Field: c.field, Problem: c.problem, InteractionID: "c-1",
			}, *badFact(t, c.line))
		})
	}
}

func TestFactOfAnInteractionThatIsNoString(t *testing.T) {
	bad := badFact(t, strings.Replace(row(`"x":1`), `"c-1"`, `[17]`, 1))
	assert.Equal(t, "facts.jsonl:3: interaction_id: expected a string, got an array", bad.Error())
}

func TestFactIsReadWhole(t *testing.T) {
	least := model.Fact{InteractionID: "c-1", Resource: "Agent 1", Role: model.RoutedTo, Result: model.Completed}
	with := func(change func(*model.Fact)) model.Fact {
		f := least
		change(&f)
		return f
	}
	null := model.Number{Is: model.Null}
	for _, c := range []struct {
		name, line string
		want       model.Fact
	}{
		{"what is required", `{` + required + `}`, least},
		{"unknown fields", row(`"tenant":{"ordinal":"x"},"x":[1e999,null]`), least},
		{"null where a string may be", row(`"resource_type":null,"role_reason":null,"result_reason":null,"start":null,"end":null`), least},
		{"blank where a string may be", row(`"resource_type":"","role_reason":"","result_reason":"","start":"","end":""`), least},
		{"null where a string must be", `{"interaction_id":"c-1","resource":null,"resource_role":null,"technical_result":null}`, model.Fact{InteractionID: "c-1"}},
		{"blank where a string must be", `{"interaction_id":"c-1","resource":"","resource_role":"","technical_result":""}`, model.Fact{InteractionID: "c-1"}},
		{"ordinal", row(`"ordinal":2`), with(func(f *model.Fact) { f.Ordinal = model.Num(2) })},
		{"ordinal 0, as stores that count from it say", row(`"ordinal":0`), with(func(f *model.Fact) { f.Ordinal = model.Num(0) })},
		{"ordinal null, which is none", row(`"ordinal":null`), least},
		{"received from somebody", row(`"received_from":1`), with(func(f *model.Fact) { f.ReceivedFrom = model.Num(1) })},
		{"received from nobody", row(`"received_from":null`), with(func(f *model.Fact) { f.ReceivedFrom = null })},
		{"values that no dimension table holds", row(`"result_reason":"no such","resource_type":"robot"`), with(func(f *model.Fact) {
			f.Reason, f.ResourceType = "no such", "robot"
		})},
		{"every other field", row(`"resource_type":"agent","role_reason":"r","result_reason":"Revoked","start":"2026-01-05T10:00:07+01:00","end":"2026-01-05T09:00:37.5Z"`), with(func(f *model.Fact) {
			f.ResourceType, f.RoleReason, f.Reason = model.AgentResource, "r", model.RevokedReason
			f.Start, f.End = time.Date(2026, 1, 5, 9, 0, 7, 0, time.UTC), time.Date(2026, 1, 5, 9, 0, 37, 5e8, time.UTC)
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := wire.NewFactReader("facts.jsonl", strings.NewReader(c.line)).Read()
			require.NoError(t, err)
			assert.Equal(t, c.want, f)
		})
	}
}

// The example of the contract.
func TestFactIsWrittenInTheOrderOfTheContract(t *testing.T) {
	const line = `{"interaction_id":"c-1","ordinal":2,"resource_type":"agent","resource":"Agent 2","resource_role":"ReceivedTransfer",` +
		`"technical_result":"Abandoned","result_reason":"Revoked","received_from":1,"start":"2026-01-05T09:00:07Z","end":"2026-01-05T09:00:37Z"}` + "\n"
	f, err := wire.NewFactReader("facts.jsonl", strings.NewReader(line)).Read()
	require.NoError(t, err)
	assert.Equal(t, line, string(wire.AppendFact(nil, &f)))
}
