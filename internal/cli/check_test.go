package cli

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/tables"
)

// What check has no room to list is expected, too.
func TestExpectWhatIsNotListed(t *testing.T) {
	dir := t.TempDir()
	rows, known := filepath.Join(dir, "irf.jsonl"), filepath.Join(dir, "known.yaml")
	var text bytes.Buffer
	for i := range 1100 {
		fmt.Fprintf(&text, `{"interaction_id":"%d","resource":"A","resource_role":"Role %d","technical_result":"Completed"}`+"\n", i, i)
	}
	require.NoError(t, os.WriteFile(rows, text.Bytes(), 0o666))
	run := func(args ...string) (code int, out, said string) {
		var stdout, stderr bytes.Buffer
		code = Run(t.Context(), append([]string{"check", "--facts", rows}, args...), strings.NewReader(""), &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	code, out, _ := run()
	assert.Equal(t, exitNonconforming, code)
	assert.Contains(t, out, "\nNot listed, because there are too many signatures: 1,200 differences. --keys lists their chats.\n"+
		"  1,100 times: V2 * (invariant, counts: yes)\n  100 times: V1 * (invariant, counts: yes)\n")
	for _, said := range []string{": 0 entries kept, 2 added, 0 removed\n", ": 2 entries kept, 0 added, 0 removed\n"} {
		code, _, errOut := run("--write-expect", known)
		assert.Zero(t, code)
		assert.Contains(t, errOut, said)
	}
	code, _, said := run("--expect", known, "--strict-expect")
	assert.Zero(t, code, said)
	assert.Empty(t, said)
}

// An entry that is added covers no more than it counts, although most of what the file lists has no finding.
func TestAddedEntriesHold(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) (code int, said string) {
		var stdout, stderr bytes.Buffer
		code = Run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
		return code, stderr.String()
	}
	code, said := run("generate", "--flows", "-o", file("chats.jsonl"), "--facts", file("irf.jsonl"))
	require.Zero(t, code, said)
	text, err := os.ReadFile(file("irf.jsonl"))
	require.NoError(t, err)
	id := regexp.MustCompile(`"interaction_id":"[^"]+"`)
	add := func(chat []byte, role, result string) {
		text = fmt.Appendf(text, `{%s,"resource":"Z","resource_role":"%s","technical_result":"%s"}`+"\n", chat, role, result)
	}
	for i, chat := range slices.CompactFunc(id.FindAll(text, -1), bytes.Equal)[:6] {
		for j := range 200 {
			add(chat, fmt.Sprint("Role ", 200*i+j), "Completed")
		}
		add(chat, "InConference", "Abandoned")
		add(chat, "InConference", "Redirected")
	}
	require.NoError(t, os.WriteFile(file("irf.jsonl"), text, 0o666))
	require.NoError(t, os.WriteFile(file("known.yaml"),
		[]byte("- {signature: row NOROW -> ROLE*, verdict: fail, reason: known}\n"), 0o666))
	check := []string{"check", "--events", file("chats.jsonl"), "--facts", file("irf.jsonl")}
	code, said = run(append(check, "--write-expect", file("known.yaml"))...)
	assert.Zero(t, code)
	assert.Contains(t, said, ": 1 entry kept, 2 added, 0 removed\n")
	code, said = run(append(check, "--expect", file("known.yaml"), "--strict-expect")...)
	assert.Zero(t, code, said)
	assert.Empty(t, said)
}

// A database answers what the same rows in a file do, but for the rows of an example that break nothing; and with the
// events, everything. A row whose interaction is missing has the id that it names.
func TestCheckInDatabase(t *testing.T) {
	dir := t.TempDir()
	file, database := filepath.Join(dir, "irf.jsonl"), filepath.Join(dir, "mart.db")
	db, err := sql.Open("sqlite", database)
	require.NoError(t, err)
	defer db.Close()
	for _, statement := range []string{
		tables.FactDDL,
		`INSERT INTO interaction_fact VALUES (1, 'c-1'), (2, 'c-2')`,
		`INSERT INTO resource_ VALUES (1, 'Agent', 'AGENT', 'Anna'), (2, 'Agent', 'AGENT', 'Ben')`,
		`INSERT INTO technical_descriptor VALUES
			(1, 'Weitergeleitet an', 'ROUTEDTO', NULL, NULL, 'Abgeschlossen', 'COMPLETED', 'Unbestimmt', 'UNSPECIFIED'),
			(2, 'In Konferenz', 'INCONFERENCE', NULL, NULL, 'Abgeschlossen', 'COMPLETED', 'Widerrufen', 'REVOKED')`,
		`INSERT INTO interaction_resource_fact VALUES (1, 1, 1, 1, 1, NULL, 100, 200), (2, 2, 1, 2, 2, 1, 150, 120), (3, 1, 2, 1, 1, NULL, 100, 200), (4, 1, 3, 2, 1, NULL, 100, 200)`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(`
{"interaction_id":"c-1","ordinal":1,TYPE,"resource":"Anna","resource_role":"RoutedTo","technical_result":"Completed","received_from":null,"start":"1970-01-01T00:01:40Z","end":"1970-01-01T00:03:20Z"}
{"interaction_id":"c-1","ordinal":2,TYPE,"resource":"Ben","resource_role":"InConference","technical_result":"Completed","result_reason":"Revoked","received_from":1,"start":"1970-01-01T00:02:30Z","end":"1970-01-01T00:02:00Z"}
{"interaction_id":"c-2","ordinal":1,TYPE,"resource":"Anna","resource_role":"RoutedTo","technical_result":"Completed","received_from":null,"start":"1970-01-01T00:01:40Z","end":"1970-01-01T00:03:20Z"}
{"interaction_id":"3","ordinal":1,TYPE,"resource":"Anna","resource_role":"InConference","technical_result":"Completed","result_reason":"Revoked","received_from":null,"start":"1970-01-01T00:01:40Z","end":"1970-01-01T00:03:20Z"}
`, "TYPE", `"resource_type":"agent"`)), 0o666))
	run := func(args ...string) string {
		var out, errOut bytes.Buffer
		assert.Equal(t, exitNonconforming, Run(t.Context(), append([]string{"check"}, args...), strings.NewReader(""), &out, &errOut))
		assert.Empty(t, errOut.String())
		return out.String()
	}
	named := func(text string) string {
		return strings.NewReplacer(file, "FACTS", "sqlite:"+database, "FACTS", "       agent Anna  RoutedTo/Completed\n", "").Replace(text)
	}
	inFile := run("--facts", file)
	for _, v := range []string{"V2 agent InConference/Completed [Revoked]", "V7 InConference/Completed [Revoked]", "V11\n"} {
		assert.Contains(t, inFile, "      signature: "+v)
	}
	assert.Contains(t, inFile, "\n3 chats, 4 rows: 1 agrees, 2 differ (")
	assert.Equal(t, named(inFile), named(run("--facts", "sqlite:"+database)))

	events := filepath.Join(dir, "chats.jsonl")
	require.NoError(t, os.WriteFile(events, []byte(`{"interaction_id":"c-2","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
{"interaction_id":"c-2","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventProcessingStopped","actor":{"type":"media_server"}}
`), 0o666))
	assert.Equal(t, named(run("--events", events, "--facts", file, "--json")), named(run("--events", events, "--facts", "sqlite:"+database, "--json")))
}

// Whatever the mapping says, and whatever the types of the values, rows in a database alone are judged as in a file.
func TestDatabaseJudgesAsFile(t *testing.T) {
	const agent = `"resource_type":"agent","resource":"Anna","technical_result":"Completed"`
	for _, tt := range []struct{ name, mapping, rows, want string }{
		{"ids", "fact: {table: irf}\nids: {compare: ignore-case}", `
{"interaction_id":"chat-a","ordinal":1,"resource_role":"RoutedTo",` + agent + `}
{"interaction_id":"CHAT-A","ordinal":1,"resource_role":"Puller",` + agent + `}`, "V20"},
		{"names in two cases", "fact: {table: irf, columns: {resource_type: {column: resource_type, values: {agent: queue, AGENT: agent}}}}", `
{"interaction_id":"a","ordinal":1,"resource_type":"AGENT","resource":"Anna","resource_role":"RoutedTo","technical_result":"Completed"}
{"interaction_id":"A","ordinal":1,"resource_type":"agent","resource":"anna","resource_role":"Received","technical_result":"Completed"}`, "2 chats, 2 rows: 1 agrees, 1 differs"},
		{"formats", "fact: {table: irf, columns: {end: {column: end, format: epoch_ms}}}", `
{"interaction_id":"a","start":1767603609,"end":1767603600000,"resource_role":"RoutedTo",` + agent + `}`, "V11"},
		{"zones", "fact: {table: irf, columns: {end: {column: end, zone: Europe/Berlin}}}", `
{"interaction_id":"a","start":"2026-01-05T09:00:00","end":"2026-01-05T09:30:00","resource_role":"RoutedTo",` + agent + `}`, "V11"},
		{"words for absent", "fact: {table: irf}\n\"null\": [n/a]", `
{"interaction_id":"a","ordinal":1,"resource_role":"RoutedTo","role_reason":"n/a",` + agent + `}
{"interaction_id":"a","ordinal":1,"resource_role":"RoutedTo","role_reason":null,` + agent + `}`, "V20 a duplicated row"},
		{"a program", "facts: {read: '{interaction_id, resource, resource_role: .role, technical_result: .result}'}\nfact: {table: irf}", `
{"interaction_id":"a","resource":"Anna","role":"Guest","result":"Completed"}`, "V1"},
		{"times as text", "fact: {table: irf}", `
{"interaction_id":"a","start":"2026-01-05T09:00:00Z","end":"2026-01-05T10:30:00+02:00","resource_role":"RoutedTo",` + agent + `}`, "V11"},
		{"ordinals as text", "fact: {table: irf}", `
{"interaction_id":"a","ordinal":"1","resource_role":"InConference",` + agent + `}
{"interaction_id":"b","ordinal":1,"resource_role":"RoutedTo",` + agent + `}`, "V6"},
		{"milliseconds", "fact: {table: irf}", `
{"interaction_id":"a","start":1767603609,"end":1767603600000,"resource_role":"RoutedTo",` + agent + `}`, "; it looks like milliseconds ("},
		{"no id", "fact: {table: irf}", `
{"interaction_id":"a","resource_role":"RoutedTo",` + agent + `}
{"interaction_id":"","resource_role":"RoutedTo",` + agent + `}`, ":2: interaction_id: missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			at := func(name string) string { return filepath.Join(dir, name) }
			require.NoError(t, os.WriteFile(at("rows.jsonl"), []byte(strings.TrimSpace(tt.rows)), 0o600))
			require.NoError(t, os.WriteFile(at("mapping.yaml"), []byte(tt.mapping), 0o600))
			inSQLite(t, tt.rows, at("rows.db"))
			answer := func(facts string) (int, string) {
				var out, errOut bytes.Buffer
				code := Run(t.Context(), []string{"check", "--require", "all", "--facts", facts, "--mapping", at("mapping.yaml")}, nil, &out, &errOut)
				text := strings.NewReplacer("sqlite:"+at("rows.db")+": irf", "FACTS", "sqlite:"+at("rows.db"), "FACTS", at("rows.jsonl"), "FACTS",
					"media_server_ixn_guid", "interaction_id", "end_ts", "end")
				return code, text.Replace(out.String() + errOut.String())
			}
			code, inFile := answer(at("rows.jsonl"))
			assert.NotEqual(t, exitDone, code)
			assert.Contains(t, inFile, tt.want)
			inTable, text := answer("sqlite:" + at("rows.db"))
			assert.Equal(t, code, inTable)
			assert.Equal(t, inFile, text)
		})
	}
}

// inSQLite makes a table irf of rows in JSON; its columns have no types, but its values do, and a collation that ignores
// case.
func inSQLite(t *testing.T, rows, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	for _, line := range strings.Split(strings.TrimSpace(rows), "\n") {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		row := make(map[string]any)
		require.NoError(t, d.Decode(&row))
		var names, marks []string
		var values []any
		for _, name := range slices.Sorted(maps.Keys(row)) {
			v := row[name]
			if n, ok := v.(json.Number); ok {
				v, err = n.Int64()
				require.NoError(t, err)
			}
			names, marks, values = append(names, `"`+name+`"`), append(marks, "?"), append(values, v)
		}
		_, err := db.Exec("CREATE TABLE IF NOT EXISTS irf (" + strings.Join(names, " COLLATE nocase, ") + " COLLATE nocase)")
		require.NoError(t, err)
		_, err = db.Exec("INSERT INTO irf ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...)
		require.NoError(t, err)
	}
}
