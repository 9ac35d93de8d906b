package engine

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

func campaign(n int, require_ model.Levels) *Campaign {
	return &Campaign{Seed: 1, Require: require_, Prove: 100_000, Until: func(asked int) bool { return asked >= n }}
}

func TestCampaignFindsNothingInTheReference(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = trials + 88
	}
	asked, findings, err := campaign(n, model.LevelSet(model.AllLevels...)).Run(t.Context(), target.Reference{Table: model.Reference()})
	require.NoError(t, err)
	assert.Equal(t, n, asked)
	assert.Empty(t, findings)
}

// A rule that answers otherwise is found, and its counterexample is as short as it can be.
func TestCampaignShrinks(t *testing.T) {
	tests := []struct {
		name      string
		table     *model.Table
		signature string
		events    int
	}{
		{
			"a failed conference taken for a routed invitation",
			model.Reference().Yielding(model.R11, model.Yield{Result: model.Redirected, Reason: model.RevokedReason}),
			"R3 R11 technical_descriptor INCONFERENCE/ABANDONED[REVOKED] -> INCONFERENCE/REDIRECTED[REVOKED]", 9,
		},
		{
			"no transfers", model.Reference().Yielding(model.R9, model.Yield{Result: model.Completed}),
			"R1 R9 technical_descriptor ROUTEDTO/TRANSFERRED -> ROUTEDTO/COMPLETED", 10,
		},
		{
			"abandons in the queue lost", model.Reference().Dropping(model.R12),
			"R6 R12 row RECEIVED/CUSTOMERABANDONED[ABANDONEDWHILEQUEUED] -> NOROW", 3,
		},
		{
			"a conference through a queue taken for an entering chat", model.Reference().Dropping(model.R5),
			"R4 R5 R8 technical_descriptor RECEIVEDCONSULT/COMPLETED -> ROUTEDTO/COMPLETED", 12,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := 2000
			if testing.Short() {
				asked = 600
			}
			_, findings, err := campaign(asked, defaults).Run(t.Context(), target.Reference{Table: tt.table})
			require.NoError(t, err)
			found := false
			for _, f := range findings {
				t.Logf("%s ×%d: %d events, %s", f.Signature, f.Count, len(f.Minimal.Log), f.Verdict())
				assert.False(t, f.Unstable)
				assert.NotEmpty(t, f.Found)
				if f.Signature == tt.signature {
					found = true
					assert.LessOrEqual(t, len(f.Minimal.Log), tt.events)
					assert.True(t, f.Minimal.Proven())
				}
			}
			assert.True(t, found, tt.signature)
		})
	}
}

// Findings come by level, then the most frequent first, then by name; where only some are shrunk, those with the
// shortest chats. What is interrupted has found what it found, and shrinks nothing.
func TestFindingsAreOrdered(t *testing.T) {
	wrong := target.Reference{Table: model.Reference().Yielding(model.R8, model.Yield{Result: "Cleared"}).Yielding(model.I14, model.Yield{Result: "Odd"})}
	stopped := errors.New("stopped")
	interrupted := func() target.Target {
		calls := 0
		return answering(func(batch []target.Question) (*target.Round, error) {
			if calls++; calls > 1 {
				return nil, stopped
			}
			return wrong.Ask(t.Context(), batch)
		})
	}
	c := campaign(trials+1, model.LevelSet(model.AllLevels...))
	_, findings, err := c.Run(t.Context(), interrupted())
	assert.ErrorIs(t, err, stopped)
	require.Greater(t, len(findings), 5)
	assert.True(t, slices.IsSortedFunc(findings, func(a, b *Finding) int {
		switch {
		case a.Level != b.Level:
			return cmp.Compare(a.Level, b.Level)
		case a.Count != b.Count:
			return cmp.Compare(b.Count, a.Count)
		}
		return strings.Compare(a.Signature, b.Signature)
	}))
	assert.Less(t, findings[0].Level, findings[len(findings)-1].Level)
	lengths := map[string]int{}
	for _, f := range findings {
		assert.Equal(t, -1, f.Minimal.All)
		assert.ErrorIs(t, f.Err, stopped)
		assert.Equal(t, "not shrunk to the end: interrupted", f.Verdict())
		lengths[f.Signature] = len(f.Example.Events)
	}

	// Interrupted while it is asked, the implementation has answered in vain no trial.
	ctx, cancel := context.WithCancel(t.Context())
	asked, _, err := campaign(3*trials, defaults).Run(ctx, answering(func(batch []target.Question) (*target.Round, error) {
		cancel()
		return wrong.Ask(t.Context(), batch)
	}))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Positive(t, asked)

	c.Shrink = 3
	_, some, err := c.Run(t.Context(), interrupted())
	assert.ErrorIs(t, err, stopped)
	require.Len(t, some, 3)
	for i, f := range some {
		assert.Equal(t, lengths[f.Signature], len(f.Example.Events))
		assert.True(t, i == 0 || len(f.Example.Events) >= len(some[i-1].Example.Events))
		delete(lengths, f.Signature)
	}
	for signature, n := range lengths {
		assert.GreaterOrEqual(t, n, len(some[2].Example.Events), signature)
	}
}

// A campaign that is to find one thing ends with the batch that shows it, however far ahead the next is drawn.
func TestCampaignEndsOnce(t *testing.T) {
	for range 5 {
		c := campaign(10*trials, defaults)
		c.Once, c.Prove, c.Shrink = true, 0, 1
		asked, findings, err := c.Run(t.Context(), target.Reference{Table: model.Reference().Dropping(model.R12)})
		require.NoError(t, err)
		assert.Equal(t, (&target.Reference{}).AtOnce(), asked)
		require.Len(t, findings, 1)
		assert.Equal(t, "R6 R12 row RECEIVED/CUSTOMERABANDONED[ABANDONEDWHILEQUEUED] -> NOROW", findings[0].Signature)
	}
}

// Trials are asked in batches, each once, of a shard every n-th.
func TestTrialsAreShared(t *testing.T) {
	asks := func(c *Campaign) (ids []string, sizes []int) {
		asked, _, err := c.Run(t.Context(), answering(func(batch []target.Question) (*target.Round, error) {
			sizes = append(sizes, len(batch))
			for _, q := range batch {
				ids = append(ids, q.Events[0].InteractionID)
			}
			return target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		}))
		require.NoError(t, err)
		assert.Len(t, ids, asked)
		return ids, sizes
	}
	_, sizes := asks(campaign(trials+88, defaults))
	assert.Equal(t, []int{trials, 88}, sizes)
	whole, _ := asks(campaign(12, defaults))
	require.Len(t, whole, 12)
	for shard := 1; shard <= 3; shard++ {
		c := campaign(4, defaults)
		c.Shard, c.Shards = shard, 3
		ids, _ := asks(c)
		assert.Equal(t, []string{whole[shard-1], whole[shard+2], whole[shard+5], whole[shard+8]}, ids)
	}
}

// Of what was found, an answer may be unstable, and one that gives no facts is confirmed but not shrunk.
func TestFindingsAreConfirmed(t *testing.T) {
	calls := 0
	once := func(first target.Answer) target.Target {
		calls = 0
		return answering(func(batch []target.Question) (*target.Round, error) {
			round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
			if calls++; calls == 1 {
				round.Answers[2] = first
			}
			return round, err
		})
	}
	crash := target.Answer{Failure: &target.Failure{Kind: target.Crash, Message: "exited with status 7"}}
	shortest := math.MaxInt
	always := answering(func(batch []target.Question) (*target.Round, error) {
		for _, q := range batch {
			shortest = min(shortest, len(q.Events))
		}
		round := &target.Round{Answers: make([]target.Answer, len(batch))}
		for i := range round.Answers {
			round.Answers[i] = crash
		}
		return round, nil
	})
	for _, tt := range []struct {
		name    string
		to      target.Target
		count   int
		verdict string
	}{
		{"wrong once", once(target.Answer{}), 1, "unstable: asked again, it did not show"},
		{"crashed once", once(crash), 1, "unstable: asked again, it did not show"},
		{"crashes always", always, 8, "not shrunk"},
		{"declined, or not asked", once(target.Answer{Skip: "no"}), 0, ""},
		{"not asked", once(target.Answer{NotRun: true}), 0, ""},
	} {
		calls = 0
		_, findings, err := campaign(8, defaults).Run(t.Context(), tt.to)
		require.NoError(t, err)
		assert.Equal(t, tt.count > 0, len(findings) > 0, tt.name)
		for _, f := range findings {
			assert.Equal(t, tt.verdict, f.Verdict(), tt.name)
			assert.Equal(t, tt.count, f.Count, tt.name)
			assert.Empty(t, f.Found, tt.name)
			assert.True(t, tt.count == 1 || len(f.Example.Events) == shortest, "the shortest chat is kept")
		}
	}
}

// A campaign keeps the memory of its trials: what is left is little more than what each scenario expects.
func TestCampaignAllocates(t *testing.T) {
	const trials = 2000
	perRun := testing.AllocsPerRun(1, func() {
		_, _, err := campaign(trials, defaults).Run(t.Context(), target.Reference{Table: model.Reference()})
		require.NoError(t, err)
	})
	assert.Less(t, perRun/trials, 40.0)
}

func BenchmarkCampaign(b *testing.B) {
	n := 0
	c := &Campaign{Seed: 1, Require: defaults, Until: func(asked int) bool { n = asked; return asked >= b.N }}
	_, _, err := c.Run(b.Context(), target.Reference{Table: model.Reference()})
	require.NoError(b, err)
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "scenarios/s")
}
