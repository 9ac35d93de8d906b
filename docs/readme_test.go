// Package docs holds the documents, and the tests that hold them to what the program does: each command that a document
// shows is run as it stands, from the root.
package docs

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the output shown in documents")

var console = regexp.MustCompile("(?s)```console\n\\$ ([^\n]*)\n(.*?)```")

var shared string // a directory for what all tests use

// The documents, and their commands, name files from the root.
func TestMain(m *testing.M) {
	err := os.Chdir("..")
	if err == nil {
		shared, err = os.MkdirTemp("", "chatproof-docs-")
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(shared) //nolint:errcheck // it is in the directory for temporary files
	os.Exit(code)
}

var building = sync.OnceValues(func() ([]byte, error) {
	return exec.Command("go", "build", "-o", filepath.Join(shared, "chatproof"), ".").CombinedOutput()
})

// built is the directory that chatproof is in, which is built once for all tests.
func built(t *testing.T) string {
	t.Helper()
	out, err := building()
	require.NoError(t, err, string(out))
	return shared
}

// The commands of documents are run as they stand, and print what is shown.
func TestDocuments(t *testing.T) {
	need(t, "sh")
	need(t, "python3")
	for _, file := range []string{"README.md", "docs/implementing.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		commands := 0
		shown := console.ReplaceAllStringFunc(string(text), func(block string) string {
			commands++
			parts := console.FindStringSubmatch(block)
			out, _ := exec.Command("sh", "-c", parts[1]).CombinedOutput() // a verdict may be an exit code that is not 0
			if !*update {
				assert.Equal(t, parts[2], string(out), "%s: %s", file, parts[1])
			}
			return "```console\n$ " + parts[1] + "\n" + string(out) + "```"
		})
		assert.Greater(t, commands, 1)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(shown), 0o666))
		}
	}
}

// A feature shown in the README is one that the suite understands, and that the reference agrees with.
func TestREADMEFeature(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, feature, _ := strings.Cut(string(text), "```gherkin\n")
	feature, _, _ = strings.Cut(feature, "```")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/readme.feature", []byte(feature), 0o666))
	out, err := exec.Command(filepath.Join(built(t), "chatproof"), "run", "--features", dir, "--tags", "@own").CombinedOutput()
	assert.NoError(t, err, string(out))
}

// need skips a test for want of a program, and says so; in CI that is a failure.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	} else if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed: .ci/run must install it", program)
	}
	t.Skipf("%s is not installed: this test was not run", program)
}
