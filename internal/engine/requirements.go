package engine

import (
	"slices"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
)

// Requirement is what the guide's page says of an outcome, with the scenarios that show it, in the order of a run.
type Requirement struct {
	features.Requirement
	Scenarios []*Scenario
}

// Requirements traces each requirement to the scenarios of the suite: those with its tag, or those of its section that
// have a row to which all of its rules apply.
func Requirements() ([]Requirement, error) {
	cases, err := Builtin()
	if err != nil {
		return nil, err
	}
	plan, err := NewPlan(cases)
	if err != nil {
		return nil, err
	}
	var all []Requirement
	for _, r := range features.Requirements() {
		traced := Requirement{Requirement: r}
		for _, s := range plan.Scenarios {
			if s.shows(&r) {
				traced.Scenarios = append(traced.Scenarios, s)
			}
		}
		all = append(all, traced)
	}
	return all, nil
}

func (s *Scenario) shows(r *features.Requirement) bool {
	if len(r.Rules) == 0 {
		return slices.Contains(s.Tags, r.Tag)
	}
	if s.Level != model.Documented || s.Flow != r.Section() {
		return false
	}
	for i := range s.want {
		for j := range s.want[i].Rows {
			rules := s.want[i].Rows[j].Rules()
			if !slices.ContainsFunc(r.Rules, func(id string) bool { return !slices.Contains(rules, id) }) {
				return true
			}
		}
	}
	return false
}

// Untested is something that the suite does not test, and why.
type Untested struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// NotTested lists what the suite does not test, in the order of the requirements.
func NotTested() (all []Untested) {
	for _, r := range features.Requirements() {
		if r.Untested != "" {
			all = append(all, Untested{r.Says, r.Untested})
		}
	}
	return all
}
