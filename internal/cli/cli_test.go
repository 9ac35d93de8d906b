package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
)

var update = flag.Bool("update", false, "rewrite the golden files of the scripts")

func TestMain(m *testing.M) {
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
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else each program that a race-enabled test starts ends a second later
			e.Setenv("ROOT", strings.TrimSuffix(root, "/cli"))
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
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run"}, strings.NewReader(""), &out, &errOut))
	assert.Equal(t, "chatproof: interrupted: the results are incomplete\n", errOut.String())
	assert.Contains(t, out.String(), "Incomplete: ")

	for _, verb := range []string{"run", "check"} { // while they wait for an input that gives nothing
		errOut.Reset()
		ctx, cancel := context.WithCancel(t.Context())
		assert.Equal(t, exitInterrupted, Run(ctx, []string{verb, "--facts", "-"}, silent(cancel), &out, &errOut))
		assert.Contains(t, errOut.String(), "chatproof: interrupted")
	}

	t.Chdir(t.TempDir())
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run", "--write-expect", "expect.yaml"}, strings.NewReader(""), &out, &errOut))
	left, err := os.ReadDir(".")
	assert.NoError(t, err)
	assert.Empty(t, left)
	assert.NoError(t, os.WriteFile("expect.yaml", []byte("- {id: own/nope, verdict: fail, reason: stale}"), 0o666))
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"run", "--expect", "expect.yaml"}, strings.NewReader(""), &out, &errOut))
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{
		"a-b/c.py": "a-b/c.py", "": "''", "a b": "'a b'", "$(rm)": "'$(rm)'", "it's": `'it'\''s'`, "documented/1.4/*": "'documented/1.4/*'", "ä": "'ä'",
	} {
		assert.Equal(t, want, shellWord(word))
	}
}
