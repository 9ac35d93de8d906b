package model

import (
	"slices"
	"strings"
)

// Blame says which part of a difference is wrong, and which rules decide that part.
type Blame struct {
	Rules         []string // that decide the wrong part, in the order of the table
	Expected, Got string   // only the role if only that is wrong; likewise the result and reason
}

// Blame narrows a difference down: if only the role is wrong, the rules for results are not to blame, and vice versa.
// If a transferee is RoutedTo/Completed, R2 is to blame and R8 is not: if both were, one fault would count as many
// times as there are results.
func (d *Difference) Blame() Blame {
	b := Blame{Expected: d.Expected, Got: d.Actual}
	var kind ClauseKind
	all := true
	if d.Field == DescriptorField {
		role, result, _ := strings.Cut(d.Expected, "/")
		gotRole, gotResult, _ := strings.Cut(d.Actual, "/")
		switch {
		case result == gotResult:
			kind, all, b.Expected, b.Got = RoleClause, false, role, gotRole
		case role == gotRole:
			kind, all, b.Expected, b.Got = ResultClause, false, result, gotResult
		}
	}
	for _, id := range d.Rules {
		if r, ok := RuleByID(id); ok && (all && r.decides() || !all && r.has(kind)) {
			b.Rules = append(b.Rules, id)
		}
	}
	return b
}

// has reports whether the rule has a clause of the given kind.
func (r *Rule) has(kind ClauseKind) bool {
	return slices.ContainsFunc(r.Clauses, func(c Clause) bool { return c.Kind == kind })
}
