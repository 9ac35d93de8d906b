// Package docs holds the documents, and the tests that hold them to what the program does: each command that a document
// shows is run as it stands, from the root.
package docs

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
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

var (
	buildLine = regexp.MustCompile(`- run: (go build .*)`)
	goBuild   = regexp.MustCompile(`go build (.*)-o (\S+) \.`)
)

// kept makes a script build the same program in a way that go keeps what it has linked (see [needs.Built]). Unlike go
// build, it makes no directory.
func kept(script string) string {
	return goBuild.ReplaceAllString(script, "go run ${1}-exec cp . $2")
}

// building builds the clone where the workflow of docs/ci.md puts it, by its line, and returns what that adds to PATH.
var building = sync.OnceValues(func() (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile("docs/ci.md")
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.Symlink(root, filepath.Join(shared, ".chatproof")), os.Mkdir(filepath.Join(shared, "bin"), 0o777)); err != nil {
		return "", err
	}
	path := filepath.Join(shared, "path")
	cmd := exec.Command("sh", "-c", kept(buildLine.FindStringSubmatch(string(text))[1]))
	cmd.Dir, cmd.Env = shared, append(os.Environ(), "RUNNER_TEMP="+shared, "GITHUB_PATH="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	added, err := os.ReadFile(path)
	return strings.TrimSpace(string(added)), err
})

// built is the directory that chatproof is in, which is built once for all tests.
func built(t *testing.T) string {
	t.Helper()
	dir, err := building()
	require.NoError(t, err)
	return dir
}

// The commands of documents are run as they stand, and print what is shown.
func TestDocuments(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "sh")
	needs.Program(t, "python3")
	path := "PATH=" + built(t) + string(os.PathListSeparator) + os.Getenv("PATH")
	for file, dir := range map[string]string{"README.md": "", "docs/implementing.md": "", "docs/repair.md": t.TempDir()} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		commands := 0
		shown := console.ReplaceAllStringFunc(string(text), func(block string) string {
			commands++
			parts := console.FindStringSubmatch(block)
			cmd := exec.Command("sh", "-c", parts[1])
			cmd.Dir, cmd.Env = dir, append(os.Environ(), path)
			out, _ := cmd.CombinedOutput() // a verdict may be an exit code that is not 0
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
	needs.Tree(t)
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, feature, _ := strings.Cut(string(text), "```gherkin\n")
	feature, _, _ = strings.Cut(feature, "```")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/readme.feature", []byte(feature), 0o666))
	out, err := exec.Command(filepath.Join(built(t), "chatproof"), "run", "--features", dir, "--tags", "@own").CombinedOutput()
	assert.NoError(t, err, string(out))
}
