package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The examples conform, on everything that there is.
func TestExamplesConform(t *testing.T) {
	chatproof := build(t, ".")
	for _, tt := range []struct {
		name, needs string
		way         []string
	}{
		{"Python, a filter", "python3", []string{"--", "python3", "examples/python/classify.py"}},
		{"Python, stream", "python3", []string{"--stream", "--", "python3", "examples/python/classify.py", "--stream"}},
		{"Node.js, stream", "node", []string{"--stream", "--", "node", "examples/node/classify.mjs"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			need(t, tt.needs)
			conforms(t, chatproof, tt.way...)
		})
	}
	t.Run("Go, HTTP", func(t *testing.T) {
		server := exec.Command(build(t, "./examples/go"), "-listen", "127.0.0.1:0")
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

func conforms(t *testing.T, chatproof string, way ...string) {
	out, err := exec.Command(chatproof, append([]string{"run", "--require", "all"}, way...)...).CombinedOutput()
	assert.NoError(t, err, string(out))
}

// build builds a program of this module.
func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program.exe") // a name that every system runs
	out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}
