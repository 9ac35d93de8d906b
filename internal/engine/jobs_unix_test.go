//go:build unix

package engine

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
)

// hopeless is how long a program may take that is never waited for in vain, and soon is one that is.
const (
	hopeless = time.Minute
	soon     = 300 * time.Millisecond
)

func shell(script string, args ...string) []string {
	return append([]string{"sh", "-c", script, "sh"}, args...)
}

// A campaign keeps as many starts of a filter, and as many requests to a server, under way as there are jobs: each of
// these waits for the other before it answers.
func TestCampaignUsesAllJobs(t *testing.T) {
	const jobs = 2
	found := func(to target.Target) int {
		c := campaign(100, defaults)
		c.Once = true
		h := c.run(t, to)
		require.NotEmpty(t, h.Findings)
		assert.Nil(t, h.Findings[0].Failure, "nothing was waited for in vain")
		return h.Small
	}
	here := t.TempDir()
	f := &target.Filter{
		Argv:    shell(`cat > "$1/$$"; while [ "$(ls "$1" | wc -l)" -lt 2 ]; do sleep 0.01; done`, here),
		Timeout: hopeless, Jobs: jobs, PerStart: MostAtOnce, Spread: 64,
	}
	assert.Equal(t, firstRound, found(f))
	asked, err := filepath.Glob(filepath.Join(here, "*"))
	require.NoError(t, err)
	for _, name := range asked[:jobs] {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}

	var requests atomic.Int32
	both := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == jobs {
			close(both)
		}
		select {
		case <-both:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	h := target.NewHTTP(u, nil, hopeless, jobs)
	assert.Equal(t, piecemealRound, found(h))
}

// A program that hangs costs a run two timeouts, whatever kinds of scenarios the plan has, and one that exits at once
// two starts a kind: a run against either is soon over.
func TestHopelessProgramsAreSoonDone(t *testing.T) {
	plan, err := PlanOf(World{}, nil, 1, 60, nil)
	require.NoError(t, err)
	kinds := 0
	for range plan.batches(new(target.Filter)) {
		kinds++
	}
	require.Greater(t, kinds, 2)
	for _, tt := range []struct {
		script string
		limit  time.Duration
		starts int
		note   string
	}{
		{"exec sleep 3600", soon, 2, "--timeout"},                  // never reads
		{"cat > /dev/null; exec sleep 3600", soon, 2, "--timeout"}, // reads, and sleeps
		{"exit 0", hopeless, kinds, ""},
		{"exit 7", hopeless, 2 * kinds, "failed on many scenarios in one process"},
	} {
		f := &target.Filter{Argv: shell(tt.script), Timeout: tt.limit, Jobs: 1}
		n := 0
		occasion, err := Run(t.Context(), plan, f, defaults, func(o *Outcome) error {
			n++
			assert.False(t, tt.limit == soon && o.Verdict.Green(), o.ID)
			return nil
		})
		require.NoError(t, err)
		assert.Len(t, plan.Scenarios, n, tt.script)
		assert.LessOrEqual(t, f.Starts(), tt.starts, tt.script)
		if tt.note != "" {
			require.Len(t, occasion.Notes, 1, "said once: %s", tt.script)
			assert.Contains(t, occasion.Notes[0], tt.note)
		}
	}
}

// A filter that fails on every chat with a transfer is soon asked few of those, after the others: else each round costs
// the starts to find some of them, and the others get no answer.
func TestWhatAFilterFailsByIsNotAskedOften(t *testing.T) {
	f := &target.Filter{Argv: shell(`! grep -q '"transfer"'`), Timeout: hopeless, Jobs: 1, PerStart: MostAtOnce}
	c := campaign(200, defaults)
	c.Prove = 2000
	h := c.run(t, f)
	assert.Less(t, f.Starts(), 150)
	assert.Greater(t, h.Small+h.Scenarios, 1000)
	require.NotEmpty(t, h.Notes)
	assert.Regexp(t, `^fails on chats with .*transfer.*: \d+ of them were not sent, `, h.Notes[len(h.Notes)-1])
}
