package suite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/target"
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
