package engine

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// Coverage is what the scenarios that were asked exercise, whatever the answer, by the reference's reading of the chats
// that are judged row by row. See [model.Coverage].
type Coverage struct {
	Rules        []model.RuleCoverage `json:"rules"` // the whole table
	Pairs        PairCoverage         `json:"pairs"`
	Combinations CombinationCoverage  `json:"combinations"`

	// Beyond is the shapes of rows that a user's own chats have and the suite lacks.
	Beyond []model.Shape `json:"beyond,omitempty"`

	// Transitions is in records up to 0.1, which counted them; it is read but not written.
	Transitions jsontext.Value `json:"transitions,omitempty"`
}

// PairCoverage is the pairs of rules that bear on one IRF together, in the order of the table.
type PairCoverage struct {
	Count int         `json:"count"`
	List  [][2]string `json:"list"`
}

// CombinationCoverage is how many of the valid combinations are expected of an IRF.
type CombinationCoverage struct {
	Covered      int                 `json:"covered"`
	All          int                 `json:"all"`
	Alternatives int                 `json:"alternatives"` // of All: never expected, only accepted
	Uncovered    []model.Combination `json:"uncovered"`

	// List is those that are covered, with how often, of a user's own chats.
	List []model.CombinationCount `json:"list,omitempty"`
}

// Cover adds to a coverage what the outcome's scenario exercises, if it was asked.
func (o *Outcome) Cover(c *model.Coverage) {
	if o.Verdict != NotRun {
		c.AddCase(o.Case)
	}
}

// NewCoverage makes the record of a coverage.
func NewCoverage(of *model.Coverage) *Coverage {
	c := &Coverage{Rules: of.Rules()}
	for i := range c.Rules {
		c.Rules[i].Clauses = nil
	}
	c.Pairs.List = of.Pairs()
	_, c.Combinations.Uncovered = of.Combinations()
	c.count()
	return c
}

// LogCoverage makes the record of what a user's own chats exercise, clause by clause, and which of it the suite lacks:
// its features, and the generated chats that a run has by default.
func LogCoverage(of *model.Coverage) (*Coverage, error) {
	c := NewCoverage(of)
	c.Rules = of.Rules()
	c.Combinations.List, _ = of.Combinations()
	cases, err := Builtin()
	if err != nil {
		return nil, err
	}
	suite := model.NewCoverage()
	for _, one := range cases {
		suite.AddCase(one)
	}
	c.Beyond = of.Beyond(suite)
	if len(c.Beyond) > 0 { // to make the others takes longer than to check a small log, which seldom needs them
		for _, one := range Generated(1, DefaultGenerated) {
			suite.AddCase(one)
		}
		c.Beyond = of.Beyond(suite)
	}
	return c, nil
}

// count counts what is listed.
func (c *Coverage) count() {
	c.Pairs.Count = len(c.Pairs.List)
	m := &c.Combinations
	m.All, m.Alternatives = len(model.Combinations()), 0
	m.Covered = m.All - len(m.Uncovered)
	for _, u := range m.Uncovered {
		if u.Alternative {
			m.Alternatives++
		}
	}
}

// MergeCoverage makes the coverage of a whole plan from those of its shards, all of this suite.
func MergeCoverage(shards []*Coverage) (*Coverage, error) {
	whole := NewCoverage(model.NewCoverage())
	pairs := make(map[[2]string]bool)
	for _, c := range shards {
		if len(c.Rules) != len(whole.Rules) {
			return nil, fmt.Errorf("coverage: expected the %d rules of this suite, got %d", len(whole.Rules),
				len(c.Rules))
		}
		for i := range whole.Rules {
			whole.Rules[i].IRFs += c.Rules[i].IRFs
			whole.Rules[i].Chats += c.Rules[i].Chats
		}
		for _, p := range c.Pairs.List {
			pairs[p] = true
		}
		whole.Combinations.Uncovered = slices.DeleteFunc(whole.Combinations.Uncovered, func(u model.Combination) bool {
			return !slices.ContainsFunc(c.Combinations.Uncovered, func(o model.Combination) bool {
				return o.Yield == u.Yield
			})
		})
	}
	for i, a := range whole.Rules { // in the order of the table
		for _, b := range whole.Rules[i+1:] {
			if p := [2]string{a.ID, b.ID}; pairs[p] {
				whole.Pairs.List = append(whole.Pairs.List, p)
			}
		}
	}
	whole.count()
	return whole, nil
}

// CoveredRules counts the rules that something rests on.
func (c *Coverage) CoveredRules() (n int) {
	for _, r := range c.Rules {
		if r.Chats > 0 {
			n++
		}
	}
	return n
}
