//go:build unix

package target

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stream opens a member that speaks the protocol, asks it, closes it, and sees to what holds for any: answers to all
// questions, and nothing left behind.
func (z *enclosure) stream(s *Stream, batch []Question, how string, more ...string) (round *Round, notes []string, err error) {
	z.Helper()
	s.Argv, s.Harness = z.argv("stream", append([]string{how}, more...)...), "test/0"
	if s.Timeout == 0 {
		s.Timeout = ample
	}
	defer func() { assert.Empty(z, z.alive(), "processes left running") }()
	if err := s.Open(z.Context()); err != nil {
		assert.Empty(z, s.Close())
		return nil, nil, err
	}
	round, err = s.Ask(z.Context(), batch)
	if notes = s.Close(); round != nil {
		require.Len(z, round.Answers, len(batch))
	}
	assert.Empty(z, s.Close(), "closed twice")
	return round, notes, err
}

// Who is right, is right over a stream, too, in any order and with any number of processes.
func TestStreamAgreesWithTheReference(t *testing.T) {
	tests := []struct {
		how   string
		jobs  int
		batch []Question
	}{
		{"right", 1, batchOf(8)},
		{"right", 3, batchOf(80)},
		{"right", 1, interleaved()},
		{"right", 1, nil},
		{"right", 1, append(batchOf(2), Question{Events: chat("odd", 0), Lines: []string{"no event", `{"no":"event"}`, "\x00\xff", "[]"}})},
		{"three in flight, out of order", 1, batchOf(8)},
		{"endless stderr", 1, batchOf(8)},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s, %d questions, %d processes", tt.how, len(tt.batch), tt.jobs), func(t *testing.T) {
			z := newEnclosure(t)
			s := &Stream{Jobs: tt.jobs}
			round, notes, err := z.stream(s, tt.batch, tt.how)
			require.NoError(t, err)
			assert.Empty(t, notes)
			assert.Equal(t, reference(t, tt.batch), round.Answers)
			assert.Equal(t, &Implementation{"zoo", "7", "Go"}, s.Implementation())
		})
	}
}

// However many questions a process takes at the same time, the first ones go to one process each: what shrinks a
// counterexample asks few at a time.
func TestStreamSharesFewQuestions(t *testing.T) {
	s := &Stream{desks: make([]desk, 3), inFlight: 8}
	workers := make(map[*desk]int)
	for w := range len(s.desks) * s.inFlight {
		if workers[s.deskOf(w)]++; w == len(s.desks)-1 {
			assert.Len(t, workers, len(s.desks))
		}
	}
	for _, n := range workers {
		assert.Equal(t, s.inFlight, n)
	}
}

// What goes wrong with one question is that question's failure, and no other's.
func TestStreamFailsOneQuestion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		how     string
		limit   time.Duration
		kind    FailureKind
		message string // a pattern
	}{
		{"exits 7", ample, Crash, "exited with status 7"},
		{"kills itself", ample, Crash, "ended by signal: killed"},
		{"holder", ample, Crash, "exited with status 0" + held},
		{"three in flight, dies", ample, Crash, "exited with status 7"},

		{"hangs", brief, Hang, "no answer within 1s"},
		{"hangs, deaf to signals", brief, Hang, "no answer within 1s"},
		{"closes stdin", brief, Hang, "no answer within 1s"},
		{"endless blank lines", brief, Hang, "no answer within 1s"},

		{"mute", ample, Protocol, "closed its input or output without exiting"},
		{"endless line", ample, Protocol, `stdout:\d+: the line is longer than 16777216 bytes`},
		{"endless answers", ample, Protocol, "facts for id flood0, which was not sent"},
		{"wrong id", ample, Protocol, `facts for id "nobody \\x1b\[2J", which was not sent`},
		{"repeats an id", ample, Protocol, "answered twice"},
		{"garbage", ample, Protocol, `stdout:\d+: not a JSON object: .*Traceback \(most recent call last\): \\x1b\[2J<script>"`},
		{"not UTF-8", ample, Protocol, `stdout:\d+: not a JSON object: invalid UTF-8; the line is .*`},
		{"NUL bytes", ample, Protocol, `stdout:\d+: not a JSON object: .*`},
		{"deep nesting", ample, Protocol, `stdout:\d+: not a JSON object: .*`},
		{"another chat", ample, Protocol, "facts of interaction chat-1, which was not asked about"},
		{"101 rows", ample, Protocol, "more than 100 rows for one interaction"},
		{"10,001 rows", ample, Protocol, "facts: expected 10000 at most, got more"},
		{"arrays for strings", ample, Protocol, `facts\[0\]\.resource: expected a string, got an array`},
		{"no facts", ample, Protocol, "facts: missing; expected an array"},
		{"unknown type", ample, Protocol, `type: expected hello, facts, skip or error, got "result"`},

		{"fails", ample, Said, `no such queue\\x1b\[2J\\nat line 7`},
		{"fails without a word", ample, Said, "no message given"},
	}
	batch := batchOf(7)
	want := reference(t, batch)
	for _, tt := range tests {
		t.Run(tt.how, func(t *testing.T) {
			z := newEnclosure(t)
			if tt.kind == Hang || tt.how == "mute" || tt.how == "holder" {
				t.Parallel()
			}
			round, notes, err := z.stream(&Stream{Timeout: tt.limit}, batch, tt.how)
			require.NoError(t, err)
			assert.Empty(t, notes)
			for i, a := range round.Answers {
				if i != 3 {
					assert.Equal(t, want[i], a, "chat-%d", i)
					continue
				}
				require.NotNil(t, a.Failure)
				assert.Equal(t, tt.kind, a.Failure.Kind)
				assert.Regexp(t, "^(?:"+tt.message+")$", a.Failure.Message)
			}
		})
	}
}

// newMark makes a file that a member removes when it has done once what it does.
func newMark(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "mark")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	return path
}

// An answer that did not come in time is asked for once more, alone.
func TestStreamAsksTwiceBeforeATimeoutCounts(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"hangs once", "hangs with children once"} {
		t.Run(how, func(t *testing.T) {
			z := inCrowd(t)
			mark := newMark(t)
			round, notes, err := z.stream(&Stream{Timeout: brief}, batchOf(7), how, mark)
			require.NoError(t, err)
			assert.Empty(t, notes)
			assert.Equal(t, reference(t, batchOf(7)), round.Answers)
			assert.NoFileExists(t, mark)
		})
	}
}

// A process that ends between two questions fails the second, and is replaced. Nothing else runs meanwhile: a program that
// is just being started has our end of every pipe for a moment, and a question that is written then to a process that
// has closed its input is in the pipe and gets no error, and no answer.
func TestStreamReplacesAProcess(t *testing.T) {
	tests := []struct {
		how    string
		failed map[int]string
	}{
		{"exits after three", map[int]string{3: "crash: exited with status 0"}},
		{"leaks state", map[int]string{}},
		{"closes stdin, having answered", map[int]string{4: "protocol: closed its input or output without exiting"}},
	}
	batch := batchOf(7)
	tests[1].failed = map[int]string{}
	for i := 1; i < 7; i++ {
		tests[1].failed[i] = fmt.Sprintf("protocol: facts of interaction chat-%d, which was not asked about", i-1)
	}
	for _, tt := range tests {
		t.Run(tt.how, func(t *testing.T) {
			z := newEnclosure(t)
			round, notes, err := z.stream(&Stream{}, batch, tt.how)
			require.NoError(t, err)
			assert.Empty(t, notes)
			for i, want := range reference(t, batch) {
				if message, failed := tt.failed[i]; failed {
					assert.EqualError(t, round.Answers[i].Failure, message)
				} else {
					assert.Equal(t, want, round.Answers[i])
				}
			}
		})
	}
}

// Who dies of two questions at once, and of none alone, has answered, and that is said on the first.
func TestStreamFailsInCompany(t *testing.T) {
	z := newEnclosure(t)
	batch := batchOf(3)
	mark := newMark(t)
	round, _, err := z.stream(&Stream{}, batch, "three in flight, dies of the second once", mark)
	assert.NoFileExists(t, mark)
	require.NoError(t, err)
	want := reference(t, batch)
	want[0].Company = &Failure{Crash, "exited with status 7"}
	assert.Equal(t, want, round.Answers)
}

func TestStreamIsDeclined(t *testing.T) {
	z := newEnclosure(t)
	round, notes, err := z.stream(&Stream{}, batchOf(2), "declines")
	require.NoError(t, err)
	assert.Empty(t, notes)
	skip := Answer{Skip: `no \x1b[2Jqueues\nhere`}
	assert.Equal(t, []Answer{skip, skip}, round.Answers)
}

// Who answers nothing is not waited for seven hundred times.
func TestStreamGivesUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		limit    time.Duration
		jobs     int
		answered int // questions that are answered, before the others
		silent   int // and then those that are not
		starts   int
	}{
		{"the first two", tight, 1, 0, maxFirstSilence, maxFirstSilence},
		{"of two at the same time", tight, 2, 0, maxFirstSilence, 4}, // at most: one alone, too
		// Who has answered before may be given more time: the first of them once more, alone.
		{"after an answer", brief / 2, 1, 1, maxSilence, maxSilence + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			z := inCrowd(t)
			batch := batchOf(20)
			for i := tt.answered; i < len(batch); i++ {
				batch[i] = Question{Events: chat(guilty, 0)}
			}
			log := filepath.Join(t.TempDir(), "log")
			round, _, err := z.stream(&Stream{Timeout: tt.limit, Jobs: tt.jobs}, batch, "hangs", log)
			require.NoError(t, err)
			limit := tt.limit.String()
			for i, a := range round.Answers {
				switch {
				case i < tt.answered:
					assert.Nil(t, a.Failure)
				case i < tt.answered+tt.silent:
					require.NotNil(t, a.Failure)
					assert.EqualError(t, a.Failure, "hang: no answer within "+limit)
				default:
					assert.Equal(t, Answer{NotRun: true}, a)
				}
			}
			assert.Equal(t, []string{"repeatedly gave no answer within " + limit + ": " + noMore}, round.Notes)
			text, err := os.ReadFile(log)
			require.NoError(t, err)
			if starts := len(strings.Fields(string(text))); tt.jobs > 1 {
				assert.LessOrEqual(t, starts, tt.starts)
			} else {
				assert.Equal(t, tt.starts, starts)
			}
		})
	}
}

// A handshake that fails is an error of the whole: the program is not one that speaks the protocol.
func TestStreamRefusesAHandshake(t *testing.T) {
	tests := []struct{ how, says string }{
		{"exits at once", `exited with status 1 before its hello; the end of its stderr: "ModuleNotFoundError: \x1b[2J"`},
		{"hangs at the start", "no hello within 50ms"},
		{"speaks version 2", "line 1 of its stdout is not a valid hello: protocol: expected 1, got 2"},
		{"has no name", "line 1 of its stdout is not a valid hello: implementation.name: missing; expected a non-empty string"},
		{"greets in prose", `line 1 of its stdout is not a valid hello: not a JSON object: Listening on stdin ...`},
		{"answers first", "its first message is facts, expected hello"},
	}
	for _, tt := range tests {
		t.Run(tt.how, func(t *testing.T) {
			z := newEnclosure(t)
			s := new(Stream)
			if tt.how == "hangs at the start" {
				s.patience = 50 * time.Millisecond
			}
			_, _, err := z.stream(s, batchOf(1), tt.how)
			var start *StartError
			require.ErrorAs(t, err, &start)
			assert.True(t, strings.HasSuffix(err.Error(), " did not shake hands: "+tt.says), err.Error())
		})
	}
	t.Run("no such program", func(t *testing.T) {
		err := (&Stream{Argv: []string{"no-such-program"}}).Open(t.Context())
		assert.EqualError(t, err, `"no-such-program" could not be started: executable file not found in $PATH`)
	})
}

// What is odd at the end is noted, and ended.
func TestStreamEnds(t *testing.T) {
	for how, note := range map[string]string{
		"exits 9 at bye":        "exited with status 9 at the end",
		"talks at bye":          "answered when there was nothing to answer: facts for id 17",
		"leaves a child at bye": "exited" + held,
		"exits after three":     "",
	} {
		t.Run(how, func(t *testing.T) {
			if how == "leaves a child at bye" {
				onlyLinux(t)
			}
			newEnclosure(t).ends(new(Stream), how, note)
		})
	}
}

func TestStreamEndsWhoDoesNotExit(t *testing.T) {
	inCrowd(t).ends(&Stream{farewell: tight}, "deaf to bye", "did not exit within 300ms after bye")
}

// ends asks a member three questions, and asserts what is noted at the end.
func (z *enclosure) ends(s *Stream, how, note string) {
	batch := batchOf(3)
	s.Argv, s.Timeout = z.argv("stream", how), ample
	require.NoError(z, s.Open(z.Context()))
	round, err := s.Ask(z.Context(), batch)
	require.NoError(z, err)
	assert.Equal(z, reference(z, batch), round.Answers)
	assert.Equal(z, note, strings.Join(s.Close(), "; "))
	assert.Empty(z, z.alive())
}

// Cancelled, it keeps what was answered, and leaves nothing running.
func TestStreamIsCancelled(t *testing.T) {
	z := newEnclosure(t)
	ctx, cancel := context.WithCancel(t.Context())
	path, met := z.meet(func(int, io.Reader) { cancel() })
	batch := batchOf(7)
	s := &Stream{Argv: z.argv("stream", "hangs, deaf to signals", path), Timeout: ample}
	require.NoError(t, s.Open(ctx))
	round, err := s.Ask(ctx, batch)
	<-met
	assert.ErrorIs(t, err, context.Canceled)
	for i, want := range reference(t, batch) {
		if i >= 3 {
			want = Answer{NotRun: true}
		}
		assert.Equal(t, want, round.Answers[i])
	}
	s.Close()
	assert.Empty(t, z.alive())

	_, err = s.Ask(ctx, nil)
	assert.NoError(t, err)
}
