//go:build unix

package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An interrupt ends the program also while it waits for somebody at the other end of a pipe, to read or to write.
func TestInterruptedAtAPipe(t *testing.T) {
	dir := t.TempDir()
	pipe, csv, events := filepath.Join(dir, "pipe"), filepath.Join(dir, "pipe.csv"), filepath.Join(dir, "events.jsonl")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, syscall.Mkfifo(csv, 0o600))
	require.NoError(t, os.WriteFile(events, nil, 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range []string{
		"run --generated 0 --facts PIPE", "run --generated 0 --expect PIPE", "run --generated 0 --write-expect PIPE", "run --generated 0 --facts EVENTS --mapping PIPE",
		"check --facts PIPE", "check --facts PIPE.csv", "check --events PIPE --facts EVENTS", "check --facts EVENTS --expect PIPE",
		"check --facts EVENTS --keys PIPE.csv", "check --facts EVENTS --write-expect PIPE", "check --facts EVENTS --mapping PIPE",
		"classify PIPE", "classify EVENTS --mapping PIPE", "classify EVENTS --output PIPE", "classify EVENTS --format table --output PIPE",
		"generate --random 3 --output PIPE", "generate --random 3 --output EVENTS --facts PIPE", "generate --random 3 --output EVENTS --resources PIPE.csv",
		"explain PIPE", "explain EVENTS --mapping PIPE",
	} {
		t.Run(args, func(t *testing.T) {
			words := strings.Fields(strings.NewReplacer("PIPE", pipe, "EVENTS", events).Replace(args))
			var out, errOut bytes.Buffer
			code := Run(ctx, words, strings.NewReader(""), &out, &errOut)
			assert.Equal(t, exitInterrupted, code, "%s%s", out.String(), errOut.String())
			assert.Equal(t, 1, strings.Count(errOut.String(), "\n"), errOut.String())
		})
	}
}
