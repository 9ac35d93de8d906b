package model

import (
	"cmp"
	"iter"
	"slices"
	"sync"
)

// Combination is a valid combination of resource type, role, result and reason: the rules, or their accepted
// alternatives, can yield it together (V2).
type Combination struct {
	Yield
	Level Level    `json:"-"` // Documented if documented rules alone yield it
	Rules []string `json:"-"` // one of the smallest sets of rules that yield it
	// Alternative says that no rules yield it: it is only accepted in place of their answer, or in addition to it.
	Alternative bool `json:"alternative,omitzero"`
}

// Combinations lists the closure of the rules and their alternatives: documented ones first, then by type, role,
// result and reason.
func Combinations() []Combination { return slices.Clone(combinations()) }

var combinations = sync.OnceValue(func() []Combination {
	var out []Combination
	add := func(y Yield, by Clauses, alternative bool) {
		level := by.Level()
		i := slices.IndexFunc(out, func(c Combination) bool { return c.Yield == y })
		if i < 0 {
			out = append(out, Combination{y, level, by.Rules(), alternative})
			return
		}
		if rules := by.Rules(); level < out[i].Level || level == out[i].Level && len(rules) < len(out[i].Rules) {
			out[i].Level, out[i].Rules = level, rules
		}
		out[i].Alternative = out[i].Alternative && alternative
	}
	var marks []ClauseID // the ones that can change a row
	for id, c := range clauseTable {
		if c.Kind == MarkClause && len(c.Accepts) > 0 {
			marks = append(marks, ClauseID(id))
		}
		for _, y := range c.Allows {
			add(y, Set(ClauseID(id)), true)
		}
	}
	for s, result := range rowSets(marks) {
		ofWays := []ClauseID{I3Target, R3, R4, I15}
		if s&modal == 0 {
			ofWays = ofWays[:1] // its answers are the same for all
		}
		for _, behind := range ofWays {
			for i, y := range reference.variants(s, ways{behind, behind, behind}) {
				// An open clause adds the reference's own answer, or right rows would break V2 without the log. Its
				// examples are left out.
				if result.Open && (y.Result != result.Yield.Result || y.Reason != result.Yield.Reason) {
					continue
				}
				add(y, s, i > 0)
			}
		}
	}
	slices.SortFunc(out, func(a, b Combination) int {
		return cmp.Or(
			cmp.Compare(a.Level, b.Level), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Role, b.Role),
			cmp.Compare(a.Result, b.Result), cmp.Compare(a.Reason, b.Reason),
		)
	})
	return out
})

// roleSets lists the sets of role clauses that an IRF can have: one clause, or R5 with the one that it passes on.
func roleSets() (sets []Clauses) {
	for id, c := range clauseTable {
		switch {
		case c.Kind != RoleClause:
		case c.Joins == 0:
			sets = append(sets, Set(ClauseID(id)))
		default:
			for other := range c.Joins.All() {
				sets = append(sets, Set(ClauseID(id), other))
			}
		}
	}
	return sets
}

// rowSets yields the sets of clauses, some of the marks among them, that an IRF can have; and the result of each.
func rowSets(marks []ClauseID) iter.Seq2[Clauses, *Clause] {
	return func(yield func(Clauses, *Clause) bool) {
		for _, roles := range roleSets() {
			for id := range resultClauses.All() {
				result, within := clauseTable[id], roles|Set(id)
				fitting := slices.DeleteFunc(slices.Clone(marks), func(mark ClauseID) bool {
					return !mark.fits(within)
				})
				for subset := range 1 << len(fitting) {
					s := within
					for i, mark := range fitting {
						if subset&(1<<i) != 0 {
							s |= Set(mark)
						}
					}
					if fits(s) && !yield(s, result) {
						return
					}
				}
			}
		}
	}
}

// fits reports whether every result and mark of the set may go with its role, and every mark with its result.
func fits(s Clauses) bool {
	for id := range s.All() {
		if c := clauseTable[id]; c.Kind == ResultClause && c.Joins&s == 0 || c.Kind == MarkClause && !id.fits(s) {
			return false
		}
	}
	return true
}

// fits reports whether a mark may go with the role and the result of the set.
func (id ClauseID) fits(s Clauses) bool {
	joins := clauseTable[id].Joins
	return (joins&roleClauses == 0 || joins&s&roleClauses != 0) &&
		(joins&resultClauses == 0 || joins&s&resultClauses != 0)
}
