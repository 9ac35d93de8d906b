package faults

import (
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Rules lists the mutants of the table of rules: each clause yields every other role, result or reason, or nothing at
// all. Those that yield an accepted alternative are marked Accepted.
func Rules() (all []Fault) {
	for _, r := range model.Rules() {
		family := "rules R"
		levels := model.Levels(0)
		if r.Level != model.Documented {
			family, levels = "rules I", onlyInferred
		}
		for _, c := range r.Clauses {
			name, clause := r.ID, "rule "+r.ID
			if c.Part != "" {
				name, clause = name+" "+c.Part, "clause "+model.ClauseName(c.ID)
			}
			add := func(what, says string, table *model.Table, accepted bool) {
				all = append(all, Fault{
					Name: name + " " + what, Family: family, Says: says, Levels: levels,
					Accepted: accepted, Answer: answering(table),
				})
			}
			if c.Kind == model.SilenceClause {
				continue
			}
			dropped := "Reports no row to which " + clause + " applies."
			if c.ID == model.R5 {
				dropped = "Never applies " + clause + "."
			}
			add("dropped", dropped, model.Reference().Dropping(c.ID), false)
			for _, y := range otherYields(&c) {
				yields := describeYield(y)
				reported := strings.TrimSuffix(yields, string(y.Reason))
				if y.Reason != "" {
					reported += "[" + string(y.Reason) + "]"
				}
				add("yields "+yields, "Reports "+reported+" where "+clause+" applies.",
					model.Reference().Yielding(c.ID, y), c.AcceptsInstead(y))
			}
		}
	}
	return all
}

// otherYields lists what a clause could yield instead, with one field changed.
func otherYields(c *model.Clause) (out []model.Yield) {
	change := func(set func(y *model.Yield)) {
		y := c.Yield
		if set(&y); y != c.Yield && !(blank(y.Reason) && blank(c.Yield.Reason) && y.Role == c.Yield.Role &&
			y.Result == c.Yield.Result) {
			out = append(out, y)
		}
	}
	if c.Kind == model.RoleClause {
		for _, role := range model.Roles {
			change(func(y *model.Yield) { y.Role = role })
		}
	}
	if c.Kind == model.ResultClause {
		for _, result := range model.Results {
			change(func(y *model.Yield) { y.Result = result })
		}
	}
	if c.Kind == model.ResultClause || c.Yield.Reason != "" {
		for _, reason := range model.Reasons {
			change(func(y *model.Yield) { y.Reason = reason })
		}
	}
	return out
}

func blank(r model.Reason) bool { return r == "" || r == model.NoReason }

func describeYield(y model.Yield) string {
	s := ""
	for _, part := range []string{string(y.Role), string(y.Result), string(y.Reason)} {
		if part != "" {
			s += " " + part
		}
	}
	return s[min(1, len(s)):]
}

// Right answers as the reference does.
var Right = answering(model.Reference())

// answering classifies by a table of rules.
func answering(t *model.Table) func([]model.Event) []model.Fact {
	return func(events []model.Event) (facts []model.Fact) {
		chats, _ := model.ClassifyLog(t, events)
		for i := range chats {
			for j := range chats[i].IRFs {
				facts = append(facts, chats[i].IRFs[j].Fact)
			}
		}
		return facts
	}
}
