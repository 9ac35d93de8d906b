package suite

import "github.com/chatproof/chatproof/model"

// Coverage is what the scenarios exercise that were asked, whatever the answer, as [model.Coverage] has it: by the
// reference's reading of the chats that are judged row by row.
type Coverage struct {
	Rules        []RuleCoverage      `json:"rules"` // the whole table
	Pairs        PairCoverage        `json:"pairs"`
	Combinations CombinationCoverage `json:"combinations"`
	Transitions  TransitionCoverage  `json:"transitions"`
}

// RuleCoverage counts what rests on a rule: the IRFs that it bears on, and the chats that have one, or have none by it.
type RuleCoverage struct {
	Name  string `json:"name"`
	IRFs  int    `json:"irfs"`
	Chats int    `json:"chats"`
}

// PairCoverage is the pairs of rules that bear on one IRF together, in the order of the table.
type PairCoverage struct {
	Count int         `json:"count"`
	List  [][2]string `json:"list"`
}

// CombinationCoverage is how many of the valid combinations are expected of an IRF.
type CombinationCoverage struct {
	Covered      int           `json:"covered"`
	All          int           `json:"all"`
	Alternatives int           `json:"alternatives"` // of All: never expected, only accepted
	Uncovered    []Combination `json:"uncovered"`
}

// Combination is a combination of resource type and technical descriptor.
type Combination struct {
	Type        model.ResourceType `json:"resource_type"`
	Role        model.Role         `json:"resource_role"`
	Result      model.Result       `json:"technical_result"`
	Reason      model.Reason       `json:"result_reason,omitempty"`
	Alternative bool               `json:"alternative,omitzero"`
}

// TransitionCoverage counts the transitions.
type TransitionCoverage struct {
	Count int `json:"count"`
}

// Coverage is the coverage of the outcomes so far.
func (t *Tally) Coverage() *Coverage {
	c := new(Coverage)
	for _, r := range t.coverage.Rules() {
		c.Rules = append(c.Rules, RuleCoverage{r.ID, r.IRFs, r.Chats})
	}
	c.Pairs.List = t.coverage.Pairs()
	c.Pairs.Count = len(c.Pairs.List)
	covered, uncovered := t.coverage.Combinations()
	c.Combinations.Covered, c.Combinations.All = len(covered), len(covered)+len(uncovered)
	for _, u := range uncovered {
		c.Combinations.Uncovered = append(c.Combinations.Uncovered, Combination{u.Type, u.Role, u.Result, u.Reason, u.Alternative})
		if u.Alternative {
			c.Combinations.Alternatives++
		}
	}
	c.Transitions.Count = t.coverage.TransitionCount()
	return c
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
