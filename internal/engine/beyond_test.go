package engine

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/model"
)

// A campaign's scenarios tell what no plan holds: faults that ten times the scenarios of a run, of all levels, do not tell
// from the reference. Both are told at once, the campaign's at the default levels.
func TestCampaignGoesBeyondThePlan(t *testing.T) {
	all, generated, random := model.LevelSet(model.AllLevels...), 5000, 4096
	if testing.Short() {
		generated = 300
	}
	authored, err := Builtin()
	require.NoError(t, err)
	planned := prepare(append(authored, Generated(1, generated)...))
	s := gen.NewScenarios(1)
	var trials []*model.Case
	for i := range random {
		trials = append(trials, s.Trial(i))
	}
	asked := prepare(trials)
	require.GreaterOrEqual(t, len(faults.Beyond()), 10)
	for _, f := range faults.Beyond() {
		if i := slices.IndexFunc(planned, func(c ready) bool { return sees(c, f.Answer, all, false) }); i >= 0 {
			t.Errorf("%s: a run tells it by %s", f.Name, planned[i].ID)
		}
		i := slices.IndexFunc(asked, func(c ready) bool { return sees(c, f.Answer, DefaultLevels, false) })
		assert.GreaterOrEqual(t, i, 0, f.Name)
		t.Logf("%s: told by trial %d", f.Name, i)
	}
}

// What takes several chats at once is found, and told as that.
func TestCampaignFindsWhatTakesSeveralChats(t *testing.T) {
	i := slices.IndexFunc(faults.Beyond(), func(f faults.Fault) bool { return f.Name == "five-chats-at-once" })
	c := campaign(2048, DefaultLevels)
	c.Once, c.Prove = true, 0
	h := c.run(t, answers(faults.Beyond()[i].Answer))
	require.NotEmpty(t, h.Findings)
	assert.Equal(t, "shows only in the scenario as it was: its chats together", h.Findings[0].Verdict())
}
