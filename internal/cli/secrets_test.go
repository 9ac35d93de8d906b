package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// hiddenIn are words of a command line, and variables, with a credential where § stands.
var hiddenIn = []string{
	"--password|§", "--password=§", "-p§", "--db-password|§", "--token|§", "--token=§", "--api-key|§", "--api-key=§", "--client-secret=§",
	"-H|Authorization: Bearer §", "-H|Authorization: §", "-H|X-Api-Key: §", "-H|Cookie: sid=§", "-u|me:§", "https://me:§@mart/", "http://mart/?token=§",
	"http://mart/?a=b&api_key=§&c=d", "postgres://me:§@mart/db", "host=mart password=§", "jdbc:oracle:thin:me/§@mart:1521/x", "Server=mart;Password=§;Encrypt=yes",
	"PGPASSWORD=§",
}

var hiddenInEnvironment = []string{"MART_PASSWORD=§", "API_TOKEN=§", "DATABASE_URL=postgres://me:§@mart/db"}

// open are words that are no credentials, though they stand where one might.
var open = strings.Fields("--port 8080 -p8081 --lang=en --language english --tokenizer bpe --max-tokens 5 --token-file tokens.txt --password-file words.txt " +
	"--keyspace ks --primary-key id17 --compass north --bypass --author ana --authenticate --user anna http://localhost:8080/classify http://h/?page=2 postgres://me@h/db " +
	"sqlite:facts.db LANG=C PASSENGERS=5 --sigma=3 --secretary bea C:/data/x.csv -profile")

// A credential by which an implementation is reached is shown and written nowhere, whatever the implementation does with
// it; thirty words that are none stay where they are.
func TestThirtySecretsInThirtyPlaces(t *testing.T) {
	var secrets, argv []string
	fill := func(place string) string {
		s := fmt.Sprintf("s3cret%02dOf%d", len(secrets), 1000+7*len(secrets))
		secrets = append(secrets, s)
		return strings.ReplaceAll(place, "§", s)
	}
	argv = append(argv, "wrong", "echoes")
	for _, place := range hiddenIn {
		argv = append(argv, strings.Split(fill(place), "|")...)
	}
	argv = append(argv, open...)
	for _, variable := range hiddenInEnvironment {
		name, value, _ := strings.Cut(fill(variable), "=")
		t.Setenv(name, value)
	}
	t.Setenv("NO_SECRETS", strings.Join(secrets, " ")) // for echoes, which could take them apart itself
	basic := base64.StdEncoding.EncodeToString([]byte("me:" + secrets[13]))
	t.Setenv("NO_BASIC", basic)

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events := logOn(r.Body)
		_, password, _ := r.BasicAuth()
		said := []string{password, r.URL.Query().Get("token"), r.Header.Get("X-Token"), r.Header.Get("Authorization"), r.Header.Get("Accept-Language")}
		if len(events) > 20 {
			http.Error(w, strings.Join(said, " "), http.StatusInternalServerError)
			return
		}
		w.Write(echoed(events, said)) //nolint:errcheck
	}))
	defer s.Close()
	byHTTP := []string{"--http", strings.Replace(s.URL, "http://", fill("http://me:§@"), 1) + fill("/?token=§"), "--header", fill("X-Token: §"), "--header", "Accept-Language: en"}
	last := secrets[len(secrets)-3:]
	encoded := []string{basic, base64.StdEncoding.EncodeToString([]byte("me:" + last[0]))}

	for name, way := range map[string][]string{"command": append([]string{"--"}, argv...), "http": byHTTP} {
		for verb, flags := range map[string]string{"run": "--generated 0", "fuzz": "--scenarios 5 --prove 20", "doctor": ""} {
			t.Run(verb+" by "+name, func(t *testing.T) {
				dir := t.TempDir()
				words := append([]string{verb}, strings.Fields(flags)...)
				if verb != "doctor" {
					words = append(words, "--report", dir)
				}
				code, all := shownAndWritten(t, dir, append(words, way...))
				assert.NotEqual(t, exitUsage, code, all)
				for _, secret := range append(secrets, encoded...) {
					assert.NotContains(t, all, secret)
				}
				if name == "command" && verb == "run" {
					for _, word := range open {
						assert.Contains(t, all, word)
					}
				}
				if name == "http" && verb == "run" {
					assert.Contains(t, all, "Accept-Language: en")
				}
				if name == "command" && verb != "doctor" { // what was echoed is there, but for the credentials
					assert.Contains(t, all, `"resource":"english"`)
					assert.Contains(t, all, `"resource":"…"`)
				}
			})
		}
	}
	t.Run("check", func(t *testing.T) {
		dir := t.TempDir()
		server := strings.Replace(pgtest.Database(t), "postgres@", fill("postgres:§@"), 1)
		code, all := shownAndWritten(t, dir, []string{"check", "--facts", server, "--report", dir}) // there is no table
		assert.Equal(t, exitUsage, code)
		mapping := filepath.Join(t.TempDir(), "map.yaml")
		require.NoError(t, os.WriteFile(mapping, []byte("fact:\n  table: \"(VALUES ('c-1', 1, 'A', 'RoutedTo', 'Completed')) AS x(interaction_id, ordinal, resource, resource_role, technical_result)\"\n"), 0o600))
		_, more := shownAndWritten(t, dir, []string{"check", "--facts", server, "--mapping", mapping, "--report", dir})
		_, wrong := shownAndWritten(t, dir, []string{"check", "--facts", fill("postgres://me:§@127.0.0.1:1/db"), "--events", fill("postgres://me@127.0.0.1:1/db?password=§"), "--report", dir})
		for _, secret := range secrets {
			assert.NotContains(t, all+more+wrong, secret)
		}
		assert.Contains(t, wrong, "postgres://me@127.0.0.1:1/db")
	})
	assert.GreaterOrEqual(t, len(secrets), 28) // 30 with check's two, where there is a PostgreSQL
	assert.GreaterOrEqual(t, len(open), 30)
}

// shownAndWritten is all that a command prints, and writes to a directory.
func shownAndWritten(t *testing.T, dir string, words []string) (int, string) {
	t.Helper()
	var all, errOut bytes.Buffer // one for both would be written at once when the progress is told
	code := Run(t.Context(), words, strings.NewReader(""), &all, &errOut)
	all.Write(errOut.Bytes())
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		all.WriteString(path + "\n")
		if err == nil && !d.IsDir() {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			all.Write(text)
		}
		return err
	}))
	return code, all.String()
}

// echoed are rows, for the first chat of a log, that say some words.
func echoed(events []model.Event, words []string) (facts []byte) {
	for i, word := range words {
		f := model.Fact{Resource: word, Role: model.RoutedTo, Result: model.Completed}
		if len(events) > 0 {
			f.InteractionID = events[0].InteractionID
			f.Ordinal = model.Number{Is: model.Given, Value: int64(i + 1)}
			facts = wire.AppendFact(facts, &f)
		}
	}
	return facts
}
