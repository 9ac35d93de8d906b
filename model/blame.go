package model

import (
	"slices"
	"strings"
)

// Blame is what of a difference is wrong, and by which rules.
type Blame struct {
	Rules         []string // that decide what is wrong, in the order of the table
	Expected, Got string   // the role alone where only that is wrong, the result and reason likewise
}

// Blame narrows a difference down: where the role alone is wrong, the rules of results have no part in it, and the
// other way round. Of a transferee that is RoutedTo/Completed, R2 is to blame and not R8: blamed by both rules, one
// fault would be as many as there are results.
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

// has reports whether a rule has a clause of a kind.
func (r *Rule) has(kind ClauseKind) bool {
	return slices.ContainsFunc(r.Clauses, func(c Clause) bool { return c.Kind == kind })
}
