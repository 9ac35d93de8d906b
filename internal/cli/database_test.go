package cli

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	return regexp.MustCompile(`,"environment":\{.*\}\}\n`).ReplaceAllString(out.String(), "}\n")
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
		dsn := pgtest.Start(t)
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
