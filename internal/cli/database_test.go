package cli

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// command runs a command line, and returns what it prints without what depends on the occasion.
func command(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	require.Equal(t, code, Run(context.Background(), args, strings.NewReader(""), &out, &errOut), "%v: %s", args, errOut.String())
	return strings.Join(bare(out.String()), "")
}

// infoMart fills tables of Info Mart with facts; the names of roles, results and reasons are in nobody's language.
func infoMart(t *testing.T, db *sql.DB, facts []model.Fact) {
	t.Helper()
	_, err := db.Exec(tables.FactDDL)
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	keys := make(map[string]int)
	key := func(table, of string, values ...any) int {
		if keys[table+of] == 0 {
			keys[table+of] = len(keys) + 1
			marks := ""
			for i := range values {
				marks += fmt.Sprintf(", $%d", i+2)
			}
			_, err := tx.Exec("INSERT INTO "+table+" VALUES ($1"+marks+")", append([]any{len(keys)}, values...)...)
			require.NoError(t, err)
		}
		return keys[table+of]
	}
	code := func(s string) string {
		if s == "" {
			return "UNSPECIFIED"
		}
		return model.Code(s)
	}
	id := func(interaction int, n model.Number) any {
		if n.Is != model.Given {
			return nil
		}
		return interaction*1000 + int(n.Value)
	}
	for _, f := range facts {
		ixn := key("interaction_fact", f.InteractionID, f.InteractionID)
		d := key("technical_descriptor", f.Descriptor().String(), "Rolle", code(string(f.Role)), nil, nil, "Ergebnis", code(string(f.Result)), "Grund", code(string(f.Reason)))
		r := key("resource_", string(f.ResourceType)+f.Resource, "Art", code(string(f.ResourceType)), f.Resource)
		_, err := tx.Exec("INSERT INTO interaction_resource_fact VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			id(ixn, f.Ordinal), f.Ordinal.Value, ixn, d, r, id(ixn, f.ReceivedFrom), f.Start.Unix(), f.End.Unix())
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
}

// The same facts get the same results from wherever they come, wrong ones among them.
func TestSameFactsSameResults(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	command(t, exitDone, "generate", "--suite", "--generated", "30", "-o", file("events.jsonl.gz"), "--facts", file("right.jsonl"))
	source, err := tables.OpenFacts(t.Context(), tables.Place{Path: file("right.jsonl")}, nil)
	require.NoError(t, err)
	defer source.Close()
	var facts []model.Fact
	for {
		f, err := source.Read()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if f.Role == model.ReceivedTransfer && f.Result == model.Abandoned { // as if the chat had been routed
			f.Role, f.Result = model.RoutedTo, model.Redirected
		}
		facts = append(facts, f)
	}
	for _, name := range []string{"facts.jsonl", "facts.csv", "facts.csv.gz", "facts.parquet"} {
		out, err := tables.CreateFacts(t.Context(), tables.Place{Path: file(name)}, nil)
		require.NoError(t, err)
		require.NoError(t, out.All(facts))
		require.NoError(t, files.Keep(out.On))
	}
	judged := func(place string) string {
		return command(t, exitNonconforming, "run", "--generated", "30", "--require", "documented,inferred", "--json", "--facts", place)
	}
	want := judged(file("facts.jsonl"))
	assert.Contains(t, want, `"actual":"RoutedTo/Redirected [Revoked]"`)
	for _, name := range []string{"facts.csv", "facts.csv.gz", "facts.parquet"} {
		assert.True(t, want == judged(file(name)), name)
	}
	t.Run("SQLite", func(t *testing.T) {
		db, err := sql.Open("sqlite", file("facts.db"))
		require.NoError(t, err)
		infoMart(t, db, facts)
		require.NoError(t, db.Close())
		assert.True(t, want == judged("sqlite:"+file("facts.db")))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.Database(t)
		db, err := sql.Open("pgx", dsn)
		require.NoError(t, err)
		infoMart(t, db, facts)
		require.NoError(t, db.Close())
		assert.True(t, want == judged(dsn))

		// psql runs the printed query as well as we do.
		psql := exec.Command("psql", "-X", "--csv", "-d", dsn)
		psql.Stdin = strings.NewReader(command(t, exitDone, "run", "--print-sql", "postgres"))
		printed, err := psql.Output()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file("psql.csv"), printed, 0o600))
		assert.True(t, want == judged(file("psql.csv")))

		// No password is in what is printed, nor in what is recorded.
		var out, errOut bytes.Buffer
		secret := strings.Replace(dsn, "postgres@", "postgres:s3cret@", 1)
		Run(context.Background(), []string{"run", "--generated", "0", "--facts", secret, "--report", file("report"), "--json"}, strings.NewReader(""), &out, &errOut)
		Run(context.Background(), []string{"run", "--generated", "0", "--facts", secret}, strings.NewReader(""), &out, &errOut)
		assert.NotContains(t, out.String()+errOut.String(), "s3cret")
		assert.Contains(t, out.String(), "--facts '"+tables.Redacted(dsn)+"'")
	})
}

// The same facts under three mappings, in seven forms each, get the same results: ours; their columns, with their
// times and words; and the same columns read by a program.
func TestSameFactsInThreeWorlds(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	world := func(name, text string) *tables.Mapping {
		require.NoError(t, os.WriteFile(file(name), []byte(text), 0o600))
		m, err := tables.ReadMapping(t.Context(), file(name))
		require.NoError(t, err)
		return m
	}
	ours := world("ours.yaml", "fact: {table: ours}")
	columns := world("columns.yaml", `
"null": ["n/a"]
fact:
  table: theirs
  columns:
    interaction_id: chat
    resource_type: {column: kind, values: {QUEUE: queue, AGENT: agent, ROUTINGPOINT: strategy}}
    resource_role: {column: role, values: {CONSULTED: ReceivedConsult}}
    start: {column: began, format: epoch_ms}
    end: {column: ended, zone: Asia/Almaty}
`)
	world("jq.yaml", `
fact: {table: theirs}
facts:
  read: |
    {QUEUE: "queue", AGENT: "agent", ROUTINGPOINT: "strategy"} as $kinds
    | def whole: if type == "string" and test("^[0-9]+$") then tonumber else . end;
    . + {interaction_id: .chat, resource_type: $kinds[.kind], start: (.began | whole / 1000 | floor),
         resource_role: ({CONSULTED: "ReceivedConsult"}[.role] // .role),
         end: ((.ended | sub("T"; " ") | .[:19] + "Z" | sub(" "; "T") | fromdate) - 5 * 3600),
         ordinal: (.ordinal | whole), received_from: (.received_from | whole)}
    | del(.chat, .kind, .began, .ended, .role)
`)
	command(t, exitDone, "generate", "--suite", "--generated", "0", "-o", file("events.jsonl"), "--facts", file("right.jsonl"))
	source, err := tables.OpenFacts(t.Context(), tables.Place{Path: file("right.jsonl")}, nil)
	require.NoError(t, err)
	defer source.Close()
	var facts []model.Fact
	for f, err := source.Read(); err != io.EOF; f, err = source.Read() {
		require.NoError(t, err)
		if f.Role == model.ReceivedConsult && f.Result == model.Abandoned {
			f.Result = model.Redirected
		}
		facts = append(facts, f)
	}
	server, want := pgtest.Database(t), ""
	for _, of := range []struct {
		table string
		*tables.Mapping
		worlds []string
	}{{"ours", ours, []string{"ours"}}, {"theirs", columns, []string{"columns", "jq"}}} {
		places := []string{"sqlite:" + file(of.table+".db"), server}
		for _, ending := range []string{".jsonl", ".jsonl.gz", ".csv", ".parquet"} {
			at := tables.Place{Path: file(of.table + ending), Mapping: of.Mapping}
			out, err := tables.CreateFacts(t.Context(), at, nil)
			require.NoError(t, err)
			require.NoError(t, out.All(facts))
			require.NoError(t, files.Keep(out.On))
			places = append(places, at.Path)
		}
		loadCSV(t, file(of.table+".csv"), of.table, map[string]string{"sqlite": file(of.table + ".db"), "pgx": server})
		for _, w := range of.worlds {
			judged := func(stdin io.Reader, place string) string {
				var out, errOut bytes.Buffer
				require.Equal(t, exitNonconforming, Run(context.Background(), []string{
					"run", "--generated", "0", "--scenario", "documented/*",
					"--require", "all", "--json", "--facts", place, "--mapping", file(w + ".yaml"),
				}, stdin, &out, &errOut), "%s: %s", place, errOut.String())
				return strings.Join(bare(out.String()), "")
			}
			if want == "" {
				want = judged(nil, file("ours.jsonl"))
				assert.Contains(t, want, `"actual":"ReceivedConsult/Redirected [Revoked]"`)
			}
			lines, err := os.Open(file(of.table + ".jsonl"))
			require.NoError(t, err)
			assert.True(t, want == judged(lines, "-"), "%s stdin", w)
			lines.Close()
			for _, place := range places {
				assert.True(t, want == judged(nil, place), "%s %s", w, place)
			}
		}
	}
}

// loadCSV makes a table of a file in databases, by driver: all columns are text but those of whole numbers.
func loadCSV(t *testing.T, path, table string, databases map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for driver, source := range databases {
		db, err := sql.Open(driver, source)
		require.NoError(t, err)
		tx, err := db.Begin()
		require.NoError(t, err)
		var columns, marks []string
		for i, name := range rows[0] {
			kind := "TEXT"
			if slices.Contains([]string{"ordinal", "received_from", "began"}, name) {
				kind = "BIGINT"
			}
			columns, marks = append(columns, `"`+name+`" `+kind), append(marks, fmt.Sprintf("$%d", i+1))
		}
		_, err = tx.Exec("CREATE TABLE " + table + " (" + strings.Join(columns, ", ") + ")")
		require.NoError(t, err)
		for _, row := range rows[1:] {
			values := make([]any, len(row))
			for i, v := range row {
				if v != "" {
					values[i] = v
				}
			}
			_, err := tx.Exec("INSERT INTO "+table+" VALUES ("+strings.Join(marks, ", ")+")", values...)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())
		require.NoError(t, db.Close())
	}
}
