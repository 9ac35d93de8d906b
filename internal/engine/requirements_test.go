package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// Every documented rule and scenario rests on what the guide says, and each thing that it says is shown, or it is said
// why not.
func TestRequirementsTrace(t *testing.T) {
	all, err := Requirements()
	require.NoError(t, err)
	rules, shown, ids := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	for _, r := range all {
		assert.False(t, ids[r.ID], "%s stands twice", r.ID)
		ids[r.ID] = true
		assert.True(t, len(r.Scenarios) > 0 || r.Untested != "", "%s has no scenario, and no reason why", r.ID)
		assert.False(t, len(r.Rules) > 0 && len(r.Scenarios) == 0, "%s: no row of a scenario is by %s", r.ID, r.Rules)
		for _, id := range r.Rules {
			_, found := model.RuleByID(id)
			require.True(t, found, "%s: there is no rule %s", r.ID, id)
			rules[r.Section()+" "+id] = true
		}
		if r.Section() != "1" { // what the head of the page says is of all scenarios
			for _, s := range r.Scenarios {
				shown[s.ID] = true
			}
		}
	}
	for _, r := range model.Rules() {
		if r.Level != model.Documented {
			continue
		}
		for _, section := range sections(r.Source) {
			assert.True(t, rules[section+" "+r.ID], "%s is of section %s, and hangs on no requirement there", r.ID, section)
		}
	}
	cases, err := Builtin()
	require.NoError(t, err)
	for _, c := range cases {
		assert.True(t, shown[c.ID] || c.Level != model.Documented, "%s hangs on no requirement", c.ID)
	}
}

// sections are those that a rule's source names: "1.1, 1.4–1.8" are six.
func sections(source string) (all []string) {
	order := []string{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11"}
	for part := range strings.SplitSeq(source, ", ") {
		first, last, ranged := strings.Cut(part, "–")
		if !ranged {
			last = first
		}
		all = append(all, order[slices.Index(order, first):slices.Index(order, last)+1]...)
	}
	return all
}

// The tags are what the reference's rules say: a chat is drawn or composed where no inferred rule makes a row of it, or
// keeps one out. A drawn chat has a row for each of a few things that its section says, and none twice. No other case
// has these tags.
func TestTagsOfTheGuide(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	plan, err := NewPlan(append(cases, Generated(1, 400)...))
	require.NoError(t, err)
	all, err := Requirements()
	require.NoError(t, err)
	composed := 0
	for _, s := range plan.Scenarios {
		tags := slices.DeleteFunc(slices.Clone(s.Tags), func(tag string) bool { return tag != model.AsDrawn && tag != model.Composed })
		judged := s.Level != model.Delivery && s.Level != model.Robustness
		rules := model.RulesIn(s.want)
		byTheGuide := judged && !slices.ContainsFunc(rules, func(id string) bool { return id[0] != 'R' })
		if !byTheGuide {
			assert.Empty(t, tags, "%s: %s bear on it", s.ID, rules)
			continue
		}
		require.Len(t, tags, 1, "%s: expected %s or %s", s.ID, model.AsDrawn, model.Composed)
		if s.Source == "" {
			assert.Equal(t, model.Composed, s.Guide(), s.ID)
			composed++
		}
		if s.Guide() == model.AsDrawn {
			checkDrawn(t, s, all)
		}
	}
	assert.Greater(t, composed, 200)
}

// checkDrawn checks that each row of a drawn chat is one that its section speaks of, and each another.
func checkDrawn(t *testing.T, s *Scenario, all []Requirement) {
	t.Helper()
	seen := make(map[string]bool)
	for _, row := range s.want[0].Rows {
		rules := strings.Join(row.Rules(), " ")
		assert.False(t, seen[rules], "%s: two rows by %s: the guide draws no such chat", s.ID, rules)
		seen[rules] = true
		assert.True(t, slices.ContainsFunc(all, func(r Requirement) bool {
			return r.Section() == s.Flow && strings.Join(row.Rules(), " ") == strings.Join(inOrder(r.Rules), " ")
		}), "%s: the guide's section %s says nothing of a row by %s", s.ID, s.Flow, rules)
	}
}

// inOrder are rules in the order of the table.
func inOrder(ids []string) (out []string) {
	for _, r := range model.Rules() {
		if slices.Contains(ids, r.ID) {
			out = append(out, r.ID)
		}
	}
	return out
}

// A run can be narrowed to what the guide draws: the levels and the verdict are of those scenarios alone.
func TestSelectDrawn(t *testing.T) {
	plan, err := PlanOf(World{}, nil, 1, 40, nil)
	require.NoError(t, err)
	require.NoError(t, plan.Select(model.AsDrawn, nil))
	flows := make(map[string]bool)
	for _, s := range plan.Scenarios {
		flows[s.Flow] = true
		assert.Equal(t, model.Documented, s.Level, s.ID)
	}
	assert.Len(t, flows, 11)
}
