package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// footerOf reads the coverage from the last line of a record, and checks that line against the schema.
func footerOf(t *testing.T, record string) (c Coverage) {
	t.Helper()
	last := record[strings.LastIndexByte(strings.TrimSuffix(record, "\n"), '\n')+1:]
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(last))
	require.NoError(t, err)
	require.NoError(t, compileSchema(t, ResultsSchema).Validate(value))
	footer := value.(map[string]any)
	delete(footer["coverage"].(map[string]any), "pairs")
	assert.Error(t, compileSchema(t, ResultsSchema).Validate(value))
	delete(footer, "coverage")
	assert.Error(t, compileSchema(t, ResultsSchema).Validate(value))
	require.NoError(t, json.Unmarshal([]byte(last), &struct {
		Coverage *Coverage `json:"coverage"`
	}{&c}))
	return c
}

func TestFooterHasTheCoverage(t *testing.T) {
	p, err := NewPlan([]*model.Case{synthetic("generated/1/0", model.Inferred), synthetic("generated/1/1", model.Inferred)})
	require.NoError(t, err)
	record, _, err := run(t, p, silent, defaults)
	require.NoError(t, err)
	c := footerOf(t, record)
	assert.Equal(t, 2, c.CoveredRules())
	require.Len(t, c.Rules, len(model.Rules()))
	assert.Equal(t, model.RuleCoverage{ID: "R1", IRFs: 0, Chats: 0}, c.Rules[0])
	assert.Equal(t, model.RuleCoverage{ID: "R6", IRFs: 2, Chats: 2}, c.Rules[5])
	assert.Equal(t, PairCoverage{1, [][2]string{{"R6", "R12"}}}, c.Pairs)
	assert.Equal(t, 1, c.Combinations.Covered)
	assert.Equal(t, len(model.Combinations()), c.Combinations.All)
	assert.Len(t, c.Combinations.Uncovered, c.Combinations.All-1)
	uncovered := make(map[model.Yield]bool) // whether it is an alternative only
	for _, u := range c.Combinations.Uncovered {
		uncovered[u.Yield] = u.Alternative
	}
	assert.NotContains(t, uncovered, model.Yield{Type: model.QueueResource, Role: model.Received, Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued})
	assert.Contains(t, uncovered, model.Yield{Type: model.StrategyResource, Role: model.Puller, Result: model.Completed, Reason: ""})
}

// Coverage is of what was asked, whatever the answer: nothing of a program that was never started, and the same of a
// right one, of one that prints nothing, and of one that fails.
func TestCoverageIsOfWhatWasAsked(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	plan := func(generated int) *Plan {
		p, err := NewPlan(append(slices.Clone(cases), Generated(1, generated)...))
		require.NoError(t, err)
		return p
	}
	p := plan(20)
	failing := answering(func(batch []target.Question) (*target.Round, error) {
		round := &target.Round{Answers: make([]target.Answer, len(batch))}
		for i := range round.Answers {
			round.Answers[i].Failure = &target.Failure{Kind: target.Crash, Message: "exited with status 7"}
		}
		return round, nil
	})
	var first Coverage
	for i, to := range []target.Target{target.Reference{Table: model.Reference()}, silent, failing} {
		record, _, err := run(t, p, to, defaults)
		require.NoError(t, err)
		c := footerOf(t, record)
		if i == 0 {
			first = c
		}
		assert.Equal(t, first, c)
	}
	assert.Equal(t, len(model.Rules()), first.CoveredRules())
	if !testing.Short() {
		record, _, err := run(t, plan(500), silent, defaults)
		require.NoError(t, err)
		combinations := footerOf(t, record).Combinations
		assert.Equal(t, combinations.All, combinations.Covered+combinations.Alternatives)
		for _, u := range combinations.Uncovered {
			assert.True(t, u.Alternative, "no scenario expects %v", u)
		}
	}

	record, _, err := run(t, p, answering(func([]target.Question) (*target.Round, error) {
		return nil, &target.StartError{Command: "no-such"}
	}), defaults)
	require.Error(t, err)
	c := footerOf(t, record)
	assert.Zero(t, c.CoveredRules())
	assert.Equal(t, PairCoverage{0, [][2]string{}}, c.Pairs)
	assert.Len(t, c.Combinations.Uncovered, c.Combinations.All)
}

// Shards carry what makes the coverage of the whole: the order and the number of them are indifferent.
func TestShardsMakeTheWholeCoverage(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	cases = append(cases, Generated(1, 60)...)
	p, err := NewPlan(slices.Clone(cases))
	require.NoError(t, err)
	record, _, err := run(t, p, silent, defaults)
	require.NoError(t, err)
	whole := footerOf(t, record)
	for _, n := range []int{1, 3} {
		var shards []*Coverage
		for i := range n {
			p, err := NewPlan(slices.Clone(cases))
			require.NoError(t, err)
			p.Shard(n-i, n)
			record, _, err := run(t, p, silent, defaults)
			require.NoError(t, err)
			c := footerOf(t, record)
			shards = append(shards, &c)
		}
		merged, err := MergeCoverage(shards)
		require.NoError(t, err)
		want, err := json.Marshal(&whole)
		require.NoError(t, err)
		got, err := json.Marshal(merged)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	}
	_, err = MergeCoverage([]*Coverage{{}})
	assert.ErrorContains(t, err, "expected the 35 rules of this suite, got 0")
}
