package engine

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// A plan of which the generated scenarios are made again when they are asked is the plan that holds them all, to the byte
// of its record.
func TestLightScenariosAreTheScenarios(t *testing.T) {
	const n = 60
	cases, err := Authored(World{}, nil)
	require.NoError(t, err)
	kept, err := NewPlan(append(cases, Generated(3, n)...))
	require.NoError(t, err)
	light, err := newPlan(append(each(cases), drawings(3, n)...), model.Reference())
	require.NoError(t, err)
	assert.Equal(t, kept.Digest, light.Digest)
	assert.Equal(t, kept.Levels(), light.Levels())
	assert.Empty(t, light.Scenarios[len(light.Scenarios)-1].Events)
	assert.Equal(t, recordOf(t, kept), recordOf(t, light))
	w := World{Form: "guid", Finishing: &model.Deployment{Completed: []string{"Chat_Stop"}, Canceled: []string{"Chat_Canceled"}}}
	kept.Of(w)
	light.Of(w)
	assert.True(t, assert.ObjectsAreEqual(kept.Questions(), light.Questions()), "in a world, too")
}

func recordOf(t *testing.T, p *Plan) string {
	t.Helper()
	var b bytes.Buffer
	_, err := Run(t.Context(), p, target.Function(func(log []model.Event) ([]model.Fact, error) {
		round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), []target.Question{{Events: log}})
		if facts := round.Answers[0].Facts; len(facts) > 3 {
			return facts[1:], err
		}
		return round.Answers[0].Facts, err
	}), DefaultLevels, func(o *Outcome) error { return WriteLine(&b, o.Line(DefaultLevels)) })
	require.NoError(t, err)
	return b.String()
}

// Those that are named and planned are not planned twice; others are.
func TestNamedBesideDrawn(t *testing.T) {
	p, err := PlanOf(World{}, nil, 1, keptGenerated+10, []string{"generated/1/5", "delivery/1/101", "delivery/1/100", "robustness/1/3", "generated/2/5"})
	require.NoError(t, err)
	var ids []string
	for _, s := range p.Scenarios[len(p.Scenarios)-3:] {
		ids = append(ids, s.ID)
	}
	assert.Equal(t, []string{"robustness/1/100", "delivery/1/101", "generated/2/5"}, ids)
}

// liar answers with as much as we take, of characters that take six times as much in the record.
type liar struct{ rows, text int }

func (l liar) Way() string       { return "liar" }
func (l liar) Command() []string { return nil }

func (l liar) Ask(_ context.Context, batch []target.Question) (*target.Round, error) {
	round := &target.Round{Answers: make([]target.Answer, len(batch))}
	for i, q := range batch {
		for _, chat := range model.Chats(q.Events) {
			facts := slices.Repeat([]model.Fact{{
				InteractionID: chat[0].InteractionID, Resource: strings.Repeat("\x01", l.text/3), Role: model.Role(strings.Repeat("\x02", l.text/3)),
				Result: model.Result(strings.Repeat("\x03", l.text/3)),
			}}, l.rows)
			for k := range facts {
				facts[k].Resource += strings.Repeat("\x7f", k%50)
			}
			round.Answers[i].Facts = append(round.Answers[i].Facts, facts...)
		}
	}
	return round, nil
}

// Whatever comes back, a line of the record is bounded as it is written, and says what it leaves out.
func TestLinesAreBounded(t *testing.T) {
	cases, err := Authored(World{}, nil)
	require.NoError(t, err)
	cases = append(cases, Generated(1, 40)...)
	cases = slices.DeleteFunc(cases, func(c *model.Case) bool { return len(c.ID)%5 > 0 }) // a fifth, of all kinds
	liars := []liar{{10, 4000}, {1, target.MaxText}, {target.LeastFacts, target.MaxText / target.LeastFacts}}
	if testing.Short() {
		liars = liars[:1] // the race detector makes ten times as much of megabytes
	}
	for i, l := range liars {
		if i == 1 { // and to compare megabytes takes long
			few := cases[:0:0]
			for k := 0; k < len(cases); k += 4 {
				few = append(few, cases[k])
			}
			cases = few
		}
		p, err := NewPlan(slices.Clone(cases))
		require.NoError(t, err)
		longest, omitted := 0, Omitted{}
		_, err = Run(t.Context(), p, l, model.LevelSet(model.AllLevels...), func(o *Outcome) error {
			rows, differences := len(o.Actual), len(o.Differences)
			line := o.Line(model.LevelSet(model.AllLevels...))
			var b bytes.Buffer
			require.NoError(t, WriteLine(&b, line))
			longest = max(longest, b.Len())
			if line.Verdict == Fail {
				assert.True(t, slices.ContainsFunc(line.Differences, func(d model.Difference) bool { return d.Required }), line.ID)
			}
			if line.Omitted != nil {
				omitted = *line.Omitted
				assert.Equal(t, rows, len(line.Actual)+omitted.Actual, line.ID)
				assert.Equal(t, differences, len(line.Differences)+omitted.Differences, line.ID)
			}
			return nil
		})
		require.NoError(t, err)
		assert.LessOrEqual(t, longest, MaxRecorded)
		if l.rows > 1 {
			assert.NotZero(t, omitted)
		}
	}
}
