// Package examples holds implementations of the contract, and the test that each conforms.
package examples

import (
	"bufio"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/pgtest"
)

var shared string // a directory for what all tests use

// Commands name files from the root.
func TestMain(m *testing.M) {
	err := os.Chdir("..")
	if err == nil {
		shared, err = os.MkdirTemp("", "chatproof-examples-")
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(shared) //nolint:errcheck // it is in the directory for temporary files
	os.Exit(code)
}

var building = sync.OnceValue(func() error {
	return errors.Join(needs.Built(".", filepath.Join(shared, "chatproof")), needs.Built("./examples/go", filepath.Join(shared, "go")))
})

// built is a program of this module, chatproof or the example in Go. They are built once for all tests.
func built(t *testing.T, program string) string {
	t.Helper()
	require.NoError(t, building())
	path, err := exec.LookPath(filepath.Join(shared, program)) // with the ending that the system runs
	require.NoError(t, err)
	return path
}

// The examples conform, on everything that there is. Python is asked few generated chats, as .ci/run fuzzes it.
func TestExamplesConform(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	chatproof := built(t, "chatproof")
	for _, tt := range []struct {
		name, needs string
		way         []string
	}{
		{"Python, a filter", "python3", []string{"--generated", "50", "--", "python3", "examples/python/classify.py"}},
		{"Python, stream", "python3", []string{"--generated", "50", "--stream", "--", "python3", "examples/python/classify.py", "--stream"}},
		{"Node.js, stream", "node", []string{"--stream", "--", "node", "examples/node/classify.mjs"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			needs.Program(t, tt.needs)
			conforms(t, chatproof, tt.way...)
		})
	}
	t.Run("Go, HTTP", func(t *testing.T) {
		server := exec.Command(built(t, "go"), "-listen", "127.0.0.1:0")
		out, err := server.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, server.Start())
		t.Cleanup(func() {
			server.Process.Kill() //nolint:errcheck // it may have ended
			server.Wait()         //nolint:errcheck // it was killed
		})
		url, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		conforms(t, chatproof, "--http", strings.TrimSpace(url))
	})
}

var generated = flag.String("generated", "200", "how many generated scenarios the ETL in SQL is judged by; of 10000 there are a million events")

// The ETL in SQL conforms at every level, over a database that generate fills; spoilt, it is told by what is wrong. Over
// columns whose collation folds case, it is told that names and ids were merged.
func TestSQLExampleConforms(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "psql")
	dsn := pgtest.Start(t)
	chatproof := built(t, "chatproof")
	etl, err := os.ReadFile("examples/sql/classify.sql")
	require.NoError(t, err)
	psql := func(text string, args ...string) {
		psql := exec.Command("psql", append([]string{"-q", "-v", "ON_ERROR_STOP=1", "-d", dsn}, args...)...)
		psql.Stdin = strings.NewReader(text)
		out, err := psql.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	judge := func(generated, etl string) (string, error) {
		out, err := exec.Command(chatproof, "generate", "--suite", "--require", "all", "--generated", generated, "--to", dsn).CombinedOutput()
		require.NoError(t, err, string(out))
		psql(etl+"TRUNCATE chat_event;", "-f", "internal/tables/infomart.sql", "-f", "-")
		out, err = exec.Command(chatproof, "run", "--facts", dsn, "--generated", generated, "--require", "all").CombinedOutput()
		return string(out), err
	}

	spoilt := strings.Replace(string(etl), "THEN 'Abandoned'", "THEN 'Redirected'", 1)
	require.NotEqual(t, string(etl), spoilt)
	verdict, err := judge("0", spoilt)
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, verdict)
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, verdict, "Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got ReceivedTransfer/Redirected [Revoked]; R2, R11")

	verdict, err = judge(*generated, string(etl))
	assert.NoError(t, err, verdict)

	psql(`CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		ALTER TABLE chat_event ALTER interaction_id TYPE text COLLATE folding, ALTER actor_id TYPE text COLLATE folding,
			ALTER party_id TYPE text COLLATE folding, ALTER queue TYPE text COLLATE folding;`)
	verdict, err = judge("0", string(etl))
	require.ErrorAs(t, err, &exit, verdict)
	assert.Contains(t, verdict, `ids or names that differ only in case were taken for one (Anna Schmidt and anna schmidt)`)
	assert.Contains(t, verdict, "\nBroken invariants and relations, which hold on any reading of the guide: V3 in 4 scenarios, D7 in 4 scenarios.\n")
}

func conforms(t *testing.T, chatproof string, way ...string) {
	out, err := exec.Command(chatproof, append([]string{"run", "--require", "all"}, way...)...).CombinedOutput()
	assert.NoError(t, err, string(out))
}
