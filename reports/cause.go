package reports

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// cause is scenarios that end alike: with one failure, or with a first difference that has the same blame.
type cause struct {
	lines []*engine.ScenarioLine
	said  string   // how the first of them ends, in a line of plain text
	what  string   // what is wrong in all of them, naming no line, scenario or chat, and what helps
	rules []string // that are to blame
	gates bool     // whether some of them gate
}

// causes groups what did not pass: what gates first, then wrong rows before broken invariants, then by size.
func (r *Results) causes() (causes []*cause) {
	byKey := make(map[string]*cause)
	for _, l := range r.Lines {
		c, key := r.causeOf(l)
		if c == nil {
			continue
		}
		if l.Verdict == engine.Pending {
			c.said = "new since " + safe(l.Since) + ", does not count yet: " + c.said
		}
		key = fmt.Sprint(l.IsKnown(), l.Verdict == engine.Pending, key)
		if first := byKey[key]; first != nil {
			c = first
		} else {
			byKey[key], causes = c, append(causes, c)
		}
		c.lines, c.gates = append(c.lines, l), c.gates || l.Gates
	}
	slices.SortStableFunc(causes, func(a, b *cause) int {
		return cmp.Or(first(a.gates, b.gates), first(!a.ofInvariant(), !b.ofInvariant()), len(b.lines)-len(a.lines),
			a.rank()-b.rank())
	})
	return causes
}

// causeOf says why a scenario does not pass, with a key for all scenarios of that cause; it returns nil if it passes.
func (r *Results) causeOf(l *engine.ScenarioLine) (c *cause, key string) {
	switch d := telling(l); {
	case l.Wrong() == engine.Error:
		said, helps, key := r.failureOf(l)
		return &cause{said: said, what: said + helps}, key
	case l.Wrong() == engine.Skip:
		said := "skipped: " + safe(l.Reason)
		return &cause{said: said, what: said}, said
	case l.Wrong() == engine.Fail && d != nil:
		what, rules := blamed(d)
		return &cause{said: sentence(d), what: what, rules: rules}, fmt.Sprint("difference ", rules, what)
	}
	return nil, ""
}

// ofInvariant reports whether a broken invariant is all there is to say: wrong rows would say why.
func (c *cause) ofInvariant() bool {
	d := telling(c.lines[0])
	return c.lines[0].Verdict == engine.Fail && d != nil && d.OfInvariant()
}

// rank orders causes of the same size: errors, failures by level, skips.
func (c *cause) rank() int {
	l := c.lines[0]
	if d := telling(l); l.Verdict == engine.Fail && d != nil {
		return 1 + int(d.Level)
	} else if l.Verdict == engine.Skip {
		return 50
	}
	return 0
}

// What differs from scenario to scenario in a failure: the line of the output; numbers and ids in what the program
// says; the fields of the line, and the line itself.
var (
	lineOf  = regexp.MustCompile(`\b(stdout|answer):\d+: `)
	numbers = regexp.MustCompile(`\d+`)
	itsLine = regexp.MustCompile(`(not a JSON object: |; (?:the line is|the names on the line are) ).*`)
)

// failureOf says what is wrong with a program that returned no facts, and what helps to see why. The key is the same
// for all that fails alike.
func (r *Results) failureOf(l *engine.ScenarioLine) (said, helps, key string) {
	message := lineOf.ReplaceAllString(l.Failure.Message, "$1: ")
	key = message
	for _, s := range l.Sent {
		key = strings.ReplaceAll(key, s.As, "0")
	}
	key = l.Failure.Kind + numbers.ReplaceAllString(itsLine.ReplaceAllString(key, "$1"), "0")
	switch kind := l.Failure.Kind; { // as the record spells it
	case kind == "crash":
		if last := lastLine(r.stderrOf(l)); last != "" {
			helps = "; its stderr ends: " + safe(last)
		}
	case kind == "protocol" && strings.Contains(message, "not a JSON object"):
		helps = "; only rows may go to stdout: send everything else to stderr"
	}
	return safe(l.Failure.Kind + ": " + message), helps, key
}

// stderrOf returns what the program wrote to stderr about a scenario, or else at its end.
func (r *Results) stderrOf(l *engine.ScenarioLine) string {
	for _, e := range []*engine.Environment{l.Environment, r.Footer.Environment} {
		if e != nil && strings.TrimSpace(e.Stderr) != "" {
			return e.Stderr
		}
	}
	return ""
}

// lastLine returns the last line of a text that is not blank.
func lastLine(s string) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(all[len(all)-1])
}

// blamed says what is wrong, without its scenario, and by which rules: expected ReceivedTransfer, got RoutedTo.
func blamed(d *model.Difference) (what string, rules []string) {
	b := d.Blame()
	what = "expected " + b.Expected + ", got " + b.Got
	switch {
	case d.OfInvariant():
		return safe("breaks " + string(d.Field) + ": " + d.Expected), nil
	case d.Field == model.TypeField:
		what = "resource type: " + what
	case d.Field != model.DescriptorField && d.Field != model.RowField:
		what = string(d.Field) + " is wrong"
	}
	for _, rule := range b.Rules {
		rules = append(rules, safe(rule))
	}
	return safe(what), rules
}

// where names the flows and families of a cause's scenarios, in their order.
func (c *cause) where() string {
	var names []string
	for _, l := range c.lines {
		names = joinNew(names, []string{safe(groupOf(l))})
	}
	return strings.Join(names, ", ")
}

// answer says in a line why most failures fail, if one thing explains them; otherwise it returns "".
func (r *Results) answer() (head, why string) {
	if r.rowless() {
		why = "no row came back"
		if e := r.Footer.Environment; e != nil && e.Ignored > 0 {
			why = "the one row that came back is for an interaction that was not asked about"
			if e.Ignored > 1 {
				why = fmt.Sprintf("all %s rows that came back are for interactions that were not asked about",
					thousands(e.Ignored))
			}
			if r.offline() {
				why += "; were they made from this plan, with the same --seed, --generated, --features and --start?"
			}
		}
		return "No row to judge", why + "."
	}
	if n := r.otherSeed(); n > 0 {
		return fmt.Sprintf("0 rows received for the %s of seed %d",
				Number(n, "generated scenario", "generated scenarios"), r.Header.Seed),
			"were the events generated with this --seed?"
	}
	causes, bad := r.causes(), 0
	for _, c := range causes {
		if c.gates {
			bad += len(c.lines)
		}
	}
	if bad < 2 || 2*len(causes[0].lines) < bad {
		return "", ""
	}
	head = fmt.Sprintf("%d of %s that count have one cause", len(causes[0].lines), Number(bad, "failure", "failures"))
	if len(causes[0].lines) == bad {
		head = fmt.Sprintf("All %s that count have one cause", Number(bad, "failure", "failures"))
		if bad == 2 {
			head = "Both failures that count have one cause"
		}
	}
	return head, causes[0].blame(r)
}

// blame says what is wrong, with the rules to blame and what a single one says.
func (c *cause) blame(r *Results) string {
	if len(c.rules) == 0 {
		return c.what
	}
	said := strings.Join(c.rules, ", ") + ": " + c.what
	if of := r.laws(c.rules); len(of) == 1 && of[0].Says != "" {
		said += ". " + of[0].Says
	}
	return said
}

// rowless reports whether rows were expected and none came back, although nothing says that the program failed.
func (r *Results) rowless() bool {
	expected := false
	for _, l := range r.Lines {
		if len(l.Actual) > 0 || l.Failure != nil || l.Wrong() == engine.Skip {
			return false
		}
		expected = expected || len(l.Expected) > 0 && l.Verdict != engine.NotRun
	}
	return expected
}

// otherSeed counts the generated scenarios if none of them has a row although rows of chats outside the plan came
// back: those of another seed.
func (r *Results) otherSeed() (n int) {
	if e := r.Footer.Environment; !r.offline() || e == nil || e.Ignored == 0 {
		return 0
	}
	for _, l := range r.Lines {
		if l.Family() == "generated" && len(l.Expected) > 0 {
			if n++; len(l.Actual) > 0 {
				return 0
			}
		}
	}
	return n
}

// offline reports whether rows at rest were judged.
func (r *Results) offline() bool {
	return r.Header.Environment != nil && r.Header.Environment.Facts != ""
}
