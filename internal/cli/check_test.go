package cli

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/tables"
)

// A database answers what the same rows in a file do, but for the rows of an example that break nothing; and with the
// events, everything.
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
		`INSERT INTO interaction_resource_fact VALUES (1, 1, 1, 1, 1, NULL, 100, 200), (2, 2, 1, 2, 2, 1, 150, 120), (3, 1, 2, 1, 1, NULL, 100, 200)`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(`
{"interaction_id":"c-1","ordinal":1,TYPE,"resource":"Anna","resource_role":"RoutedTo","technical_result":"Completed","received_from":null,"start":"1970-01-01T00:01:40Z","end":"1970-01-01T00:03:20Z"}
{"interaction_id":"c-1","ordinal":2,TYPE,"resource":"Ben","resource_role":"InConference","technical_result":"Completed","result_reason":"Revoked","received_from":1,"start":"1970-01-01T00:02:30Z","end":"1970-01-01T00:02:00Z"}
{"interaction_id":"c-2","ordinal":1,TYPE,"resource":"Anna","resource_role":"RoutedTo","technical_result":"Completed","received_from":null,"start":"1970-01-01T00:01:40Z","end":"1970-01-01T00:03:20Z"}
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
	assert.Contains(t, inFile, "\n2 chats, 3 rows: 1 agrees, 1 differs (")
	assert.Equal(t, named(inFile), named(run("--facts", "sqlite:"+database)))

	events := filepath.Join(dir, "chats.jsonl")
	require.NoError(t, os.WriteFile(events, []byte(`{"interaction_id":"c-2","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
{"interaction_id":"c-2","seq":2,"time":"2026-01-05T09:00:01Z","event":"EventProcessingStopped","actor":{"type":"media_server"}}
`), 0o666))
	assert.Equal(t, named(run("--events", events, "--facts", file, "--json")), named(run("--events", events, "--facts", "sqlite:"+database, "--json")))
}
