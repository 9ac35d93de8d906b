package engine

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// A campaign's scenarios tell what no plan holds: faults that ten times the scenarios of a run, of all levels, do not tell
// from the reference. Both are told at once, the campaign's at the default levels.
func TestCampaignGoesBeyondThePlan(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	all, generated, random := model.LevelSet(model.AllLevels...), 5000, 1<<16
	authored, err := Builtin()
	require.NoError(t, err)
	planned := prepare(append(authored, Generated(1, generated)...))
	s := gen.NewScenarios(1)
	found := make(map[string]int)
	for i := range random { // one at a time: chats of a thousand events are rare, and so many at once would fill the memory
		c := prepare([]*model.Case{s.Trial(i)})[0]
		for _, f := range faults.Beyond() {
			if _, told := found[f.Name]; !told && sees(c, f.Answer, DefaultLevels, false) {
				found[f.Name] = i
			}
		}
		if len(found) == len(faults.Beyond()) {
			break
		}
	}
	require.GreaterOrEqual(t, len(faults.Beyond()), 10)
	for _, f := range faults.Beyond() {
		if i := slices.IndexFunc(planned, func(c ready) bool { return sees(c, f.Answer, all, false) }); i >= 0 {
			t.Errorf("%s: a run tells it by %s", f.Name, planned[i].ID)
		}
		i, told := found[f.Name]
		assert.True(t, told, f.Name)
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

// What D5–D7 tell is found by a campaign, each as one finding, and shrunk with the delivery that shows it.
func TestCampaignSendsDeliveries(t *testing.T) {
	for _, told := range []struct{ fault, by string }{
		{"zone-ignored", "D6"},
		{"seq-of-16-bits", "D5"},
		{"names-without-case", "D7"},
		{"ids-without-case", "D7"},
		{"ids-of-50", "D7"},
	} {
		all := faults.All()
		i := slices.IndexFunc(all, func(f faults.Fault) bool { return f.Name == told.fault })
		require.GreaterOrEqual(t, i, 0, told.fault)
		c := campaign(2048, model.LevelSet(model.Delivery))
		h := c.run(t, inOneStart(all[i].Answer))
		require.Len(t, h.Findings, 1, told.fault)
		f := h.Findings[0]
		assert.Equal(t, told.by, f.Signature, told.fault)
		assert.Equal(t, model.Delivery, f.Level, told.fault)
		assert.LessOrEqual(t, len(f.Minimal.Log), 11, told.fault)
		assert.True(t, slices.ContainsFunc(f.Found, func(d model.Difference) bool { return d.Signature() == told.by }),
			"%s: its chat shows it alone, too", told.fault)
		if testing.Short() {
			break
		}
	}
}

// inOneStart is a program that gets all chats of a round at once, as a filter does: two that share an id would be one.
func inOneStart(answer func([]model.Event) []model.Fact) target.Target {
	return answering(func(batch []target.Question) (*target.Round, error) {
		var events []model.Event
		of := make(map[string]int)
		for i, q := range batch {
			for _, e := range q.Events {
				of[e.InteractionID] = i
			}
			events = append(events, q.Events...)
		}
		round := &target.Round{Answers: make([]target.Answer, len(batch))}
		for _, f := range answer(events) {
			a := &round.Answers[of[f.InteractionID]]
			a.Facts = append(a.Facts, f)
		}
		return round, nil
	})
}
