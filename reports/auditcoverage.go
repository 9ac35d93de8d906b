package reports

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// exercised says which rules and combinations the log exercises, which never, and which of its sets of rules the
// suite lacks. With all, it says how often, with an example each.
func (r *Results) exercised(b *bytes.Buffer, all bool) {
	c := r.Footer.Coverage
	if c == nil || r.Footer.Audit.Chats == 0 {
		return
	}
	fmt.Fprintf(b, "\nYour log exercises %d of %d rules and %d of %d combinations (%d of the %d are never expected, "+
		"only accepted)",
		c.CoveredRules(), len(c.Rules),
		c.Combinations.Covered, c.Combinations.All, c.Combinations.Alternatives, c.Combinations.All)
	if all {
		b.WriteString(":\n")
		often(b, c)
	} else {
		b.WriteString("; --coverage counts each, with an example.\n")
	}
	if never := neverMet(c, all); len(never) > 0 {
		fmt.Fprintf(b, "Not exercised: %s.\n", strings.Join(never, ", "))
	}
	most := 1
	if all {
		most = maxBeyond
	}
	for i, s := range c.Beyond {
		if i == 0 {
			fmt.Fprintf(b,
				"Rules that together make a row here, but in no scenario of the suite: %s; the most frequent:\n",
				Number(len(c.Beyond), "set", "sets"))
		}
		if i == most {
			break
		}
		fmt.Fprintf(b, "  %s: %s, for example %s\n", safe(strings.Join(s.Rules, ", ")), Number(s.IRFs, "row", "rows"),
			safe(model.Name(s.Example)))
	}
}

// often lists what is exercised, and how often.
func often(b *bytes.Buffer, c *engine.Coverage) {
	line := func(indent, name string, x *model.RuleCoverage) {
		if x.Chats > 0 {
			fmt.Fprintf(b, "  %s%s: %s, for example %s\n", indent, safe(name), exercisedBy(x),
				safe(model.Name(x.Example)))
		}
	}
	for _, rule := range c.Rules {
		line("", rule.ID, &rule)
		for _, clause := range rule.Clauses {
			line("    ", clause.ID, &clause)
		}
	}
	for _, comb := range c.Combinations.List {
		fmt.Fprintf(b, "  %s: %s, for example %s\n", combination(&comb.Combination), Number(comb.IRFs, "row", "rows"),
			safe(model.Name(comb.Example)))
	}
}

// neverMet lists the rules and clauses that are not exercised, and the combinations, or without all how many these
// are. Mere alternatives are left out.
func neverMet(c *engine.Coverage, all bool) (never []string) {
	for _, rule := range c.Rules {
		if rule.Chats == 0 {
			never = append(never, safe(rule.ID))
			continue
		}
		for _, clause := range rule.Clauses {
			if clause.Chats == 0 {
				never = append(never, safe(rule.ID+" ("+clause.ID+")"))
			}
		}
	}
	combinations := 0
	for _, comb := range c.Combinations.Uncovered {
		if !comb.Alternative {
			if combinations++; all {
				never = append(never, combination(&comb))
			}
		}
	}
	if combinations > 0 && !all {
		never = append(never, Number(combinations, "combination", "combinations"))
	}
	return never
}

func exercisedBy(c *model.RuleCoverage) string {
	if c.IRFs == 0 {
		return Number(c.Chats, "chat", "chats")
	}
	return Number(c.IRFs, "row", "rows") + " in " + Number(c.Chats, "chat", "chats")
}

func combination(c *model.Combination) string {
	return safe(string(c.Type) + " " + model.Descriptor{Role: c.Role, Result: c.Result, Reason: c.Reason}.String())
}
