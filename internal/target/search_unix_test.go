//go:build unix

package target

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// search asks a picky filter, and returns how many interactions each of its starts had.
func (z *enclosure) search(f *Filter, batch []Question, how string, of ...string) (round *Round, starts []string) {
	z.Helper()
	log := filepath.Join(z.TempDir(), "log")
	require.NoError(z, os.WriteFile(log, nil, 0o666))
	f.Argv = z.argv("picky", append([]string{log, how}, of...)...)
	round, err := f.Ask(z.Context(), batch)
	require.NoError(z, err)
	assert.Empty(z, z.alive())
	text, err := os.ReadFile(log)
	require.NoError(z, err)
	return round, strings.Fields(string(text))
}

// A filter that fails on some of a batch fails on those alone, and answers all others.
func TestFilterFailsTheGuilty(t *testing.T) {
	t.Parallel()
	tests := []struct {
		how    string
		limit  time.Duration
		guilty []string
		want   string
	}{
		{"exit 7", ample, []string{"chat-13"}, "crash: exited with status 7"},
		{"exit 7", ample, []string{"chat-19"}, "crash: exited with status 7"},
		{"exit 7", ample, []string{"chat-5", "chat-6", "chat-18"}, "crash: exited with status 7"},
		{"hang", 2 * brief, []string{"chat-18"}, "hang: did not end within 2s"},
		{"garbage", ample, []string{"chat-2"}, "protocol: stdout:1: not a JSON object: Traceback"},
	}
	batch := batchOf(20)
	want := reference(t, batch)
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.how, " ", tt.guilty), func(t *testing.T) {
			z := inCrowd(t)
			round, starts := z.search(&Filter{Timeout: tt.limit}, batch, tt.how, tt.guilty...)
			for i, a := range round.Answers {
				if strings.Contains(strings.Join(tt.guilty, " ")+" ", fmt.Sprintf("chat-%d ", i)) {
					require.NotNil(t, a.Failure)
					assert.EqualError(t, a.Failure, tt.want)
				} else {
					assert.Equal(t, want[i], a, "chat-%d", i)
				}
			}
			assert.Empty(t, round.Notes)
			assert.Equal(t, []string{"20", "1"}, starts[:2])
			assert.Less(t, len(starts), 2+8*len(tt.guilty))
		})
	}
}

// Who fails on the first alone as on all is not asked again and again.
func TestFilterFailsAll(t *testing.T) {
	z := newEnclosure(t)
	round, starts := z.search(&Filter{Timeout: ample}, batchOf(20), "exit 7", "chat-0")
	assertAll(t, round, Crash, "exited with status 7")
	assert.Equal(t, []string{"20", "1"}, starts)
	assert.Equal(t, []string{"failed on many scenarios in one process, and on the first of them alone: the others were not tried alone"}, round.Notes)
}

// Who hangs on many, and on the first of them alone, has cost two timeouts, and is asked nothing any more: neither the
// rest nor what would be asked next. The number of jobs changes no answer.
func TestFilterThatHangsIsDone(t *testing.T) {
	t.Parallel()
	hangs := fmt.Sprintf("did not end within %v, neither with many scenarios in one process nor with the first of them alone: %s", tight, noMore)
	for _, jobs := range []int{1, 2} {
		for _, member := range []string{"sleeper", "deaf sleeper"} {
			t.Run(fmt.Sprintf("%s, %d jobs", member, jobs), func(t *testing.T) {
				z := inCrowd(t)
				f := &Filter{Argv: z.argv(member), Timeout: tight, Jobs: jobs, PerStart: 3}
				round, err := f.Ask(t.Context(), batchOf(10))
				require.NoError(t, err)
				assertAll(t, round, Hang, "did not end within 300ms(, and did not read all events)?")
				assert.Equal(t, []string{hangs}, round.Notes)
				assert.LessOrEqual(t, f.Starts(), 2*jobs)

				before := f.Starts()
				round, err = f.Ask(t.Context(), batchOf(10))
				require.NoError(t, err)
				assert.Equal(t, slices.Repeat([]Answer{{NotRun: true}}, 10), round.Answers)
				assert.Empty(t, round.Notes, "it has been said")
				assert.Equal(t, before, f.Starts())
				assert.Empty(t, z.alive())
			})
		}
	}
}

// Who hangs on one scenario alone has hung on that.
func TestFilterHangsOnOne(t *testing.T) {
	z := inCrowd(t)
	f := &Filter{Argv: z.argv("deaf sleeper"), Timeout: tight}
	round, err := f.Ask(t.Context(), batchOf(1))
	require.NoError(t, err)
	assertAll(t, round, Hang, "did not end within 300ms"+nor)
	assert.Equal(t, 1, f.Starts())
}

// What a program writes before it fails stands beside the scenario that it fails by.
func TestFilterSaysWhyItCrashed(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("sh is missing: ", err)
	}
	const script = `while read -r line; do case $line in *'"chat-5"'*) echo "no queue in chat-5" >&2; exit 7;; esac; done; echo "chat-2: odd" >&2`
	round, err := (&Filter{Argv: []string{sh, "-c", script}, Timeout: ample}).Ask(t.Context(), batchOf(9))
	require.NoError(t, err)
	for i, a := range round.Answers {
		want := Answer{}
		switch i {
		case 2:
			want.Stderr = "chat-2: odd"
		case 5:
			want = Answer{Failure: &Failure{Crash, "exited with status 7"}, Stderr: "no queue in chat-5"}
		}
		assert.Equal(t, want, a, "chat-%d", i)
	}
}

// Who fails on many is told so many, and the rest is left.
func TestFilterSearchIsBounded(t *testing.T) {
	z := newEnclosure(t)
	var guilty []string
	for i := 3; i < 40; i += 3 {
		guilty = append(guilty, fmt.Sprintf("chat-%d", i))
	}
	round, starts := z.search(&Filter{Timeout: ample}, batchOf(40), "exit 7", guilty...)
	failed := 0
	for i, a := range round.Answers {
		assert.Equal(t, a.Failure != nil, i > 0 && i%3 == 0 && !a.NotRun, "chat-%d", i)
		assert.Equal(t, i > 3*maxGuilty, a.NotRun, "chat-%d", i)
		if a.Failure != nil {
			failed++
		}
	}
	assert.Equal(t, maxGuilty, failed)
	assert.LessOrEqual(t, len(starts), 2+maxStarts)
	assert.Equal(t, []string{"fails on more scenarios than chatproof searches for (8 scenarios, 64 starts): the rest were not run"}, round.Notes)
}

// Who fails on so many at once, and on none alone, has answered, and that is said on the first.
func TestFilterFailsInCompany(t *testing.T) {
	z := newEnclosure(t)
	batch := batchOf(12)
	round, _ := z.search(&Filter{Timeout: ample}, batch, "exit 7 in company of more than", "chat-2", "4")
	want := reference(t, batch)
	company := 0
	for i, a := range round.Answers {
		if a.Company != nil {
			company++
			assert.LessOrEqual(t, i, 2)
			assert.Regexp(t, "^crash: exited with status 7, with ([5-9]|1[0-2]) scenarios in one process$", a.Company.Error())
			a.Company = nil
		}
		assert.Equal(t, want[i], a)
	}
	assert.Equal(t, 1, company)
	assert.Empty(t, round.Notes)
}

// Batches are cut where they are long, and the number of jobs changes no answer.
func TestFilterAsksInParts(t *testing.T) {
	z := newEnclosure(t)
	for _, f := range []*Filter{{Jobs: 1}, {Jobs: 3, PerStart: 7}} {
		f.Timeout = ample
		per := cmp.Or(f.PerStart, perStart)
		batch := batchOf(2*per + 1)
		round, starts := z.search(f, batch, "right")
		assert.Equal(t, reference(t, batch), round.Answers)
		assert.ElementsMatch(t, []string{strconv.Itoa(per), strconv.Itoa(per), "1"}, starts)
	}
}

// Cancelled in the midst of a search, it keeps what was answered.
func TestFilterSearchIsCancelled(t *testing.T) {
	z := newEnclosure(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := &search{Filter: &Filter{Argv: z.argv("right"), Timeout: ample}, batch: batchOf(4), round: &Round{Answers: make([]Answer, 4)}, starts: maxStarts}
	for i := range s.round.Answers {
		s.round.Answers[i].NotRun = true
	}
	_, err := s.try(ctx, 0, 2)
	require.NoError(t, err)
	cancel()
	assert.ErrorIs(t, s.bisect(ctx, &Failure{Crash, "exited with status 7"}), context.Canceled)
	assert.Equal(t, reference(t, batchOf(2)), s.round.Answers[:2])
	assert.True(t, s.round.Answers[3].NotRun)
}
