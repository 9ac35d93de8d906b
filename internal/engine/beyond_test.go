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

// A campaign's scenarios tell what no plan holds: faults that twice the scenarios of a run, of all levels, do not tell
// from the reference. Both are told at once, the campaign's at the default levels.
func TestCampaignGoesBeyondThePlan(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	const generated, random = 1000, 1 << 16
	authored, err := Builtin()
	require.NoError(t, err)
	// One at a time: chats of a thousand events are rare, and so many at once would fill the memory.
	for _, c := range authored {
		noneIsTold(t, c)
	}
	s := gen.NewScenarios(1)
	for i := range generated {
		noneIsTold(t, s.Generated(i))
	}
	for i := range generated / 10 {
		noneIsTold(t, s.Delivery(i))
		noneIsTold(t, s.Robustness(i))
	}
	untold := faults.Beyond()
	s = gen.NewScenarios(32) // whose first thousand trials tell all: most seeds need several thousand for the rarest
	require.GreaterOrEqual(t, len(untold), 10)
	for i := 0; i < random && len(untold) > 0; i++ {
		c := ask(s.Trial(i))
		untold = slices.DeleteFunc(untold, func(f faults.Fault) bool {
			told := c.tells(f.Answer, DefaultLevels)
			if told {
				t.Logf("%s: told by trial %d", f.Name, i)
			}
			return told
		})
	}
	for _, f := range untold {
		t.Errorf("%s: no trial tells it", f.Name)
	}
}

// noneIsTold checks that a scenario of a run tells no fault beyond the plan, at any level.
func noneIsTold(t *testing.T, of *model.Case) {
	c := ask(of)
	for _, f := range faults.Beyond() {
		if c.tells(f.Answer, model.LevelSet(model.AllLevels...)) {
			t.Errorf("%s: a run tells it by %s", f.Name, c.ID)
		}
	}
}

// What takes several chats at once is found, and told as that.
func TestCampaignFindsWhatTakesSeveralChats(t *testing.T) {
	i := slices.IndexFunc(faults.Beyond(), func(f faults.Fault) bool { return f.Name == "five-chats-at-once" })
	c := campaign(2048, DefaultLevels)
	c.Once, c.Prove = true, 0
	h := c.run(t, answers(faults.Beyond()[i].Answer))
	require.NotEmpty(t, h.Findings)
	assert.Equal(t, "shows only with all the scenario's chats together", h.Findings[0].Verdict())
}

// What D5–D7 tell is found by a campaign, each as one finding, and shrunk with the delivery that shows it.
func TestCampaignSendsDeliveries(t *testing.T) {
	for _, told := range []struct {
		fault, by string
		scenarios int
	}{
		{"zone-ignored", "D6", 1024},
		{"seq-of-16-bits", "D5", 1024},
		{"names-without-case", "D7", 1024},
		{"ids-without-case", "D7", 2048},
		{"ids-of-50", "D7", 1024},
	} {
		all := faults.All()
		i := slices.IndexFunc(all, func(f faults.Fault) bool { return f.Name == told.fault })
		require.GreaterOrEqual(t, i, 0, told.fault)
		c := campaign(told.scenarios, model.LevelSet(model.Delivery))
		c.Prove = 1000 // small chats come whole and in order: the tens of thousands that the scenarios allow tell nothing here
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
