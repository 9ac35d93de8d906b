//go:build unix

package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// Programs that are right, in their ways.
func TestFilterAgreesWithTheReference(t *testing.T) {
	tests := []struct {
		name    string
		batch   []Question
		ignored int
	}{
		{"right", batchOf(5), 0},
		{"right", bigBatch(), 0},
		{"right", interleaved(), 0},
		{"right", nil, 0},
		{"right", append(batchOf(2), Question{}), 0},
		{"right", append(batchOf(3), Question{Lines: []string{"no event", "{}", "\x00\xff", strings.Repeat("[", 1<<20)}}), 0},
		{"shuffled", bigBatch(), 0},
		{"shuffled", interleaved(), 0},
		{"slow", batchOf(3), 0},
		{"early answers", bigBatch(), 1 << 14},
		{"strangers", batchOf(3), 5},
		{"noisy", batchOf(3), 0},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s, %d questions", tt.name, len(tt.batch)), func(t *testing.T) {
			z := newEnclosure(t)
			round, err := z.ask(t.Context(), ample, tt.batch, z.argv(tt.name)...)
			require.NoError(t, err)
			assert.Empty(t, round.Notes)
			assert.Equal(t, tt.ignored, round.Ignored)
			for i, want := range reference(t, tt.batch) {
				if tt.name == "shuffled" {
					require.Nil(t, round.Answers[i].Failure)
					require.ElementsMatch(t, want.Facts, round.Answers[i].Facts)
				} else {
					require.Equal(t, want, round.Answers[i])
				}
			}
			if tt.name == "noisy" {
				assert.True(t, strings.HasPrefix(round.Stderr, "\x1b[31mline 1"), "from the start of a line: %q", round.Stderr[:20])
				assert.Contains(t, round.Stderr, "\x1b[31mline 1999\x00\ufffd \x1b]0;title\x07\n")
				assert.True(t, strings.HasSuffix(round.Stderr, "\nthe last line\n"))
			} else {
				assert.Empty(t, round.Stderr)
			}
		})
	}
}

// A program of several processes is one program.
func TestFilterRunsPipelines(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("sh is missing: ", err)
	}
	for _, script := range []string{`cat | "$@" | cat`, `"$@" & wait`, `exec "$@"`, `cat >/dev/null | "$@"`} {
		t.Run(script, func(t *testing.T) {
			if runtime.GOOS != "linux" && strings.Contains(script, "&") {
				t.Skip("the stdin of a background command differs")
			}
			z := newEnclosure(t)
			if strings.Contains(script, "& wait") {
				script = `exec 3<&0; "$@" <&3 & wait` // stdin of a background command is /dev/null otherwise
			}
			round, err := z.ask(t.Context(), ample, batchOf(4), append([]string{sh, "-c", script, "sh"}, z.argv("right")...)...)
			require.NoError(t, err)
			if strings.HasPrefix(script, "cat >") {
				assert.Equal(t, make([]Answer, 4), round.Answers, "all that was read went elsewhere")
				return
			}
			assert.Equal(t, reference(t, batchOf(4)), round.Answers)
		})
	}
}

// Programs that end, one way or another, without an answer to anything.
func TestFilterFailsTheBatch(t *testing.T) {
	t.Parallel()
	batch := batchOf(3)
	tests := []struct {
		name    string
		limit   time.Duration
		batch   []Question
		kind    FailureKind
		message string // a pattern
	}{
		{"exit 7", ample, batch, Crash, `exited with status 7`},
		{"exit 7", ample, bigBatch(), Crash, `exited with status 7`},
		{"right exit 7", ample, batch, Crash, `exited with status 7`},
		{"suicide", ample, batch, Crash, `ended by signal: killed`},
		{"garbage and 7", ample, batch, Crash, `exited with status 7; and stdout:1: not a JSON object: Segmentation fault`},

		{"garbage", ample, batch, Protocol, `stdout:1: not a JSON object: .*Traceback \(most recent call last\):.*`},
		{"garbage galore", ample, batch, Protocol, `stdout:7: not a JSON object: <html>`},

		{"sleeper", 2 * brief, batch, Hang, `did not end within 2s`},
		{"stopped", tight, batch, Hang, `did not end within 300ms` + nor},
		{"stubborn", tight, batch, Hang, `did not end within 300ms` + nor},
		{"mute", 2 * brief, batch, Hang, `did not end within 2s`},
		{"deaf sleeper", tight, batch, Hang, `did not end within 300ms` + nor},
		{"deaf sleeper", tight, bigBatch(), Hang, `did not end within 300ms, and did not read all events`},
		{"flood", tight, batch, Hang, `did not end within 300ms` + nor},
		{"flood a line", tight, batch, Hang, `did not end within 300ms` + nor},
		{"flood of stderr", tight, batch, Hang, `did not end within 300ms` + nor},

		{"holder", ample, batch, Protocol, "exited" + held},
		{"holder and 7", ample, batch, Crash, "exited with status 7" + held},
		{"garbling holder", ample, batch, Protocol, "exited" + held + `; and stdout:1: not a JSON object: oops`},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s, %d questions", tt.name, len(tt.batch)), func(t *testing.T) {
			z := newEnclosure(t)
			if tt.kind == Hang || strings.Contains(tt.message, held) {
				t.Parallel()
			}
			round, err := z.ask(t.Context(), tt.limit, tt.batch, z.argv(tt.name)...)
			require.NoError(t, err)
			assertAll(t, round, tt.kind, tt.message)
			assert.Empty(t, round.Notes)
			if tt.name == "garbage galore" {
				assert.Equal(t, "written in full\n", round.Stderr, "what follows the garbage was read")
			}
		})
	}
}

// What is wrong with one interaction's facts is that question's failure, and no other's.
func TestFilterFailsOneQuestion(t *testing.T) {
	batch := batchOf(3)
	tests := []struct {
		name    string
		guilty  int
		message string
	}{
		{"one bad line", 0, "stdout:1: resource: expected a string, got an array"},
		{"101 rows", 2, "more than 100 rows for one interaction"},
		{"fat rows", 2, "more than 65536 bytes of text in the rows of one interaction"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := newEnclosure(t)
			round, err := z.ask(t.Context(), ample, batch, z.argv(tt.name)...)
			require.NoError(t, err)
			for i, want := range reference(t, batch) {
				if i == tt.guilty {
					assert.Equal(t, &Failure{Protocol, tt.message}, round.Answers[i].Failure)
				} else {
					assert.Equal(t, want, round.Answers[i])
				}
			}
			assert.Zero(t, round.Ignored)
			assert.Empty(t, round.Notes)
		})
	}
}

func TestFilterTakesAsManyRowsAsAreAllowed(t *testing.T) {
	z := newEnclosure(t)
	round, err := z.ask(t.Context(), ample, batchOf(2), z.argv("100 rows")...)
	require.NoError(t, err)
	assert.Nil(t, round.Answers[1].Failure)
	assert.Len(t, round.Answers[1].Facts, 100)
}

// A program that exits with 0 is judged by its facts, few as they may be; that it has not read all is noted.
func TestFilterTakesWhatThereIs(t *testing.T) {
	tests := []struct {
		name  string
		batch []Question
		facts int // of the first question; no other has any
		notes []string
	}{
		{"silent", batchOf(3), 0, nil},
		{"deaf", bigBatch(), 0, []string{note}},
		{"closes stdin", bigBatch(), 1, []string{note}},
		{"stdin holder", bigBatch(), 1, []string{note}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := newEnclosure(t)
			round, err := z.ask(t.Context(), ample, tt.batch, z.argv(tt.name)...)
			require.NoError(t, err)
			assert.Equal(t, tt.notes, round.Notes)
			for i, a := range round.Answers {
				want := 0
				if i == 0 {
					want = tt.facts
				}
				require.Nil(t, a.Failure)
				require.Len(t, a.Facts, want)
			}
		})
	}
}

func TestFilterIsCancelled(t *testing.T) {
	for _, member := range []string{"stubborn", "family"} {
		t.Run(member, func(t *testing.T) {
			if member == "family" {
				onlyLinux(t)
			}
			z := newEnclosure(t)
			ctx, cancel := context.WithCancel(t.Context())
			path, met := z.meet(func(int, io.Reader) { cancel() })
			round, err := z.ask(ctx, ample, bigBatch(), z.argv(member, path)...)
			<-met
			assert.ErrorIs(t, err, context.Canceled)
			assert.Nil(t, round)
		})
	}
	t.Run("before", func(t *testing.T) {
		z := newEnclosure(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := z.ask(ctx, ample, batchOf(1), z.argv("sleeper")...)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("deadline", func(t *testing.T) {
		z := newEnclosure(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := z.ask(ctx, ample, batchOf(1), z.argv("sleeper")...)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestFilterCannotStart(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode fs.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	tests := []struct {
		name, command string
		is            error
		says          string
	}{
		{"not found", "no-such-command-anywhere", exec.ErrNotFound, "executable file not found in $PATH"},
		{"no such path", filepath.Join(dir, "missing"), fs.ErrNotExist, "no such file or directory"},
		{"not executable", file("plain", "#!/bin/sh\n", 0o644), fs.ErrPermission, "permission denied"},
		{"a directory", dir, fs.ErrPermission, "permission denied"},
		{"a strange path", "./no\x1b[2J\nsuch", fs.ErrNotExist, "no such file or directory"},
		{"no program", file("empty", "\x00\x01", 0o755), syscall.ENOEXEC, "exec format error"},
		{"no interpreter", file("script", "#!/no/such/interpreter\n", 0o755), fs.ErrNotExist, "no such file or directory"},
		{"nothing", "", nil, "no command"},
		{"a strange name", "no\x1b[2Jsuch", exec.ErrNotFound, "executable file not found in $PATH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := newEnclosure(t)
			round, err := z.ask(t.Context(), ample, batchOf(1), tt.command, "argument")
			assert.Nil(t, round)
			var start *StartError
			require.ErrorAs(t, err, &start)
			assert.Equal(t, tt.command, start.Command)
			assert.Regexp(t, "^"+exactly(model.Quoted(tt.command))+" could not be started: (exec: )?"+exactly(tt.says)+"$", err.Error())
			require.Error(t, errors.Unwrap(err))
			if tt.is != nil {
				assert.ErrorIs(t, err, tt.is)
			}
		})
	}
}

// Programs that run at the same time leave one another alone.
func TestFiltersAtOnce(t *testing.T) {
	z := newEnclosure(t)
	batch := batchOf(3)
	want := reference(t, batch)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 15 {
				round, err := (&Filter{Argv: z.argv("right"), Timeout: ample}).Ask(t.Context(), batch)
				if !assert.NoError(t, err) || !assert.Equal(t, want, round.Answers) {
					return
				}
			}
		})
	}
	all.Wait()
	assert.Empty(t, z.alive())
}
