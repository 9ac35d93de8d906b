package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
)

var update = flag.Bool("update", false, "rewrite the golden files of the scripts")

// TestMain also is what the tests start: all of it makes much and keeps little, for which see [needs.Memory].
func TestMain(m *testing.M) {
	debug.SetGCPercent(1600)
	testscript.Main(m, map[string]func(){
		"chatproof": func() {
			if day := os.Getenv("TODAY"); day != "" {
				today = func() string { return day }
			}
			os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
		"wrong":   func() { os.Exit(wrong(os.Args[1], os.Stdin, os.Stdout)) },
		"speaker": func() { os.Exit(speaker(os.Args[1], os.Stdin, os.Stdout)) },
	})
}

// TestScripts runs testdata/*.txtar: every behaviour of the command line is a script there. `exits N COMMAND` checks an
// exit code, `flows FILE` writes the eleven flows, `screen N` holds stdout to N lines, `same A B` compares records but
// for their environments; the variable TODAY sets the day; the programs wrong, a filter, and speaker, over a stream, are
// implementations that are wrong in the way they are told.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else each program that a race-enabled test starts ends a second later
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "flows": flows, "screen": screen, "same": same},
	})
}

// silent is an input of which nothing ever comes. It is called when that is waited for.
type silent func()

func (s silent) Read([]byte) (int, error) {
	s()
	select {}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut bytes.Buffer
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run", "--generated", "0"}, strings.NewReader(""), &out, &errOut))
	assert.Equal(t, "chatproof: interrupted: the results are incomplete\n", errOut.String())
	assert.Contains(t, out.String(), "Incomplete: ")

	for _, verb := range []string{"run --generated 0", "check"} { // while they wait for an input that gives nothing
		errOut.Reset()
		ctx, cancel := context.WithCancel(t.Context())
		assert.Equal(t, exitInterrupted, Run(ctx, strings.Fields(verb+" --facts -"), silent(cancel), &out, &errOut))
		assert.Contains(t, errOut.String(), "chatproof: interrupted")
	}

	t.Chdir(t.TempDir())
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run", "--generated", "0", "--write-expect", "expect.yaml"}, strings.NewReader(""), &out, &errOut))
	left, err := os.ReadDir(".")
	assert.NoError(t, err)
	assert.Empty(t, left)
	assert.NoError(t, os.WriteFile("expect.yaml", []byte("- {id: own/nope, verdict: fail, reason: stale}"), 0o666))
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run", "--generated", "0", "--expect", "expect.yaml"}, strings.NewReader(""), &out, &errOut))
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"a-b/c.py": "a-b/c.py", "": "''", "a b": "'a b'", "$(rm)": "'$(rm)'", "it's": `'it'\''s'`, "documented/1.4/*": "'documented/1.4/*'", "ä": "'ä'",
	} {
		assert.Equal(t, want, shellWord(word))
	}
}

// Which command repeats a run does not depend on what a user's directories are called.
func TestCalledAs(t *testing.T) {
	const hash = "9644bb345135d0b5d6bbff62245bbc2d06a96e8e5876e9376c78fc65eff98a51"
	clone := debug.Module{Path: "example.com/chatproof", Version: "(devel)"}
	tests := []struct {
		path string
		main debug.Module
		want string
	}{
		{"/usr/bin/chatproof", clone, "chatproof"},
		{"C:/Users/me/chatproof.exe", clone, "chatproof"},
		{"/home/me/go-builds/chatproof", clone, "chatproof"},
		{"/home/me/go-build/bin/chatproof", clone, "chatproof"},
		{"/tmp/go-build3058584565/b001/cli.test", clone, "chatproof"},
		{"/tmp/go-build3058584565/b001/exe/chatproof", clone, "go run ."},
		{"/home/me/.cache/go-build/96/" + hash + "-d/chatproof", clone, "go run ."},
		{"/ci/cache/96/" + hash + "-d/chatproof", clone, "go run ."},
		{"C:/cache/96/" + hash + "-d/chatproof.exe", clone, "go run ."},
		{
			"/ci/cache/96/" + hash + "-d/chatproof",
			debug.Module{Path: "example.com/chatproof", Version: "v1.2.3", Sum: "h1:"},
			"go run example.com/chatproof@v1.2.3",
		},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, calledAs(tt.path, &tt.main), tt.path)
	}
}
