package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Implementation names what was asked: as the implementation called itself, or else by how it was reached. The name
// is as it stands in the record: it may hold any character.
func (r *Results) Implementation() string {
	e := r.Header.Environment
	switch {
	case e == nil:
	case e.Implementation != nil:
		return strings.TrimSpace(e.Implementation.Name + " " + e.Implementation.Version)
	case e.Facts != "":
		return "the rows of " + e.Facts
	case e.URL != "":
		return e.URL
	case len(e.Command) > 0:
		return strings.Join(e.Command, " ")
	}
	return "the reference model (self-check)"
}

// Verdict returns the verdict as a sentence of plain text.
func (r *Results) Verdict() string {
	all, required := &r.Footer.Totals.All, safe(strings.Join(r.Header.Require, ", "))
	n := scenarios(all.Scenarios())
	areKnown := plural(all.Known, "is a known failure", "are known failures")
	known := fmt.Sprintf("%d of %s %s", all.Known, n, areKnown)
	said := ""
	if r.Footer.Audit != nil {
		return r.auditVerdict() + " (required: " + required + ")."
	}
	also := func(n int, format string, args ...any) {
		if n > 0 {
			said += fmt.Sprintf("; %d "+format, append([]any{n}, args...)...)
		}
	}
	switch r.Footer.Conclusion() {
	case engine.Conforming:
		said = fmt.Sprintf("Conforms: %s of %s %s", thousands(all.Pass), n, plural(all.Pass, "passes", "pass"))
	case engine.AsExpected:
		said = fmt.Sprintf("Does not conform, as expected: %s, %d pass", known, all.Pass)
	case engine.StaleExpectations:
		said = fmt.Sprintf("The expectations no longer hold: %s, %d pass", known, all.Pass)
	case engine.Incomplete:
		if r.Incomplete {
			return fmt.Sprintf("Incomplete: the run did not end; %d of %d planned scenarios pass.", all.Pass,
				r.Header.Scenarios)
		}
		return fmt.Sprintf("Incomplete: %s of %s were not run.", thousands(all.NotRun), n)
	default:
		said = "Does not conform: " + wrongs(all, n)
		also(all.Known, areKnown)
		if r.Incomplete {
			said += fmt.Sprintf("; the run did not end: %d scenarios are planned", r.Header.Scenarios)
		}
	}
	also(all.Pending, "%s, and pending", plural(all.Pending, "is new", "are new"))
	also(all.Differ, "%s only at levels that are not required", plural(all.Differ, "differs", "differ"))
	return said + " (required: " + required + ")."
}

// Guide says in plain text how the scenarios did that the guide draws, and those composed of its situations. If one
// of these fails, it says what that means, since the guide does not answer for modified flows. "" means that there
// are none.
func (r *Results) Guide() string {
	var said []string
	for _, c := range r.Footer.Totals.Guide {
		passing := fmt.Sprintf("%s of %s %s", thousands(c.Pass+c.Differ), scenarios(c.Scenarios()),
			plural(c.Scenarios(), "passes", "pass"))
		switch c.Name {
		case "as-drawn":
			said = append(said, "Flows as the guide draws them: "+passing+".")
		case "composed":
			if c.Fail > 0 {
				passing += ". The guide promises nothing for modified flows: a failure here contradicts its rules as " +
					"we combine them"
			}
			said = append(said, "Flows composed of the same situations: "+passing+".")
		}
	}
	return strings.Join(said, " ")
}

// failsByTheGuide reports whether a scenario fails that the guide draws, or one composed of its situations.
func (r *Results) failsByTheGuide() bool {
	return slices.ContainsFunc(r.Footer.Totals.Guide, func(c engine.Count) bool { return c.Fail > 0 })
}

// Headline returns what the verdict says first: "Does not conform".
func (r *Results) Headline() string {
	if r.Campaign != "" {
		return Number(len(r.Lines), "finding", "findings")
	}
	headline, _, _ := strings.Cut(r.Verdict(), ":")
	return headline
}

// Rest returns the verdict without its headline and the required levels.
func (r *Results) Rest() string {
	if r.Campaign != "" {
		return safe(r.Campaign)
	}
	_, rest, _ := strings.Cut(strings.TrimSuffix(r.Verdict(), "."), ": ")
	rest, _, _ = strings.Cut(rest, " (required: ")
	return rest
}

// wrongs counts what is not green: 3 of 7 scenarios fail, 1 is in error.
func wrongs(c *engine.Count, of string) string {
	var said []string
	add := func(n int, one, more string) {
		if n > 0 {
			said = append(said, fmt.Sprintf("%d%s %s", n, of, plural(n, one, more)))
			of = ""
		}
	}
	of = " of " + of
	add(c.Fail, "fails", "fail")
	add(c.Error, "is in error", "are in error")
	add(c.Skip, "is skipped", "are skipped")
	add(c.NotRun, "was not run", "were not run")
	return strings.Join(said, ", ")
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// families are the titles of scenarios whose ids begin alike.
var families = map[string]string{
	"invariant":  "Ids, names, times and spellings as in production",
	"inferred":   "Where the guide is silent: our reading, with others accepted",
	"own":        "Your own features",
	"generated":  "Generated chats: rules, invariants, relations",
	"delivery":   "The same events in another order, twice, or spelt differently",
	"robustness": "Ill-formed logs next to healthy chats",
}

// groups returns the flows of the guide, then the other families of scenarios, each with its title.
func (r *Results) groups() (groups []engine.Count) {
	groups = slices.Clone(r.Footer.Totals.Flows)
	for _, c := range r.Footer.Totals.Families {
		if c.Name != model.Documented.String() || r.Header.Kind == engine.Check {
			c.Title = families[c.Name]
			groups = append(groups, c)
		}
	}
	return groups
}

// groupOf returns the name of a scenario's group.
func groupOf(l *engine.ScenarioLine) string {
	if family := l.Family(); family != model.Documented.String() || l.Flow == "" {
		return family
	}
	return l.Flow
}

// scenarios, chats and rows write how many there are.
func scenarios(n int) string { return Number(n, "scenario", "scenarios") }
func chats(n int) string     { return Number(n, "chat", "chats") }
func rows(n int) string      { return Number(n, "row", "rows") }

// Number writes a count of things, with commas between thousands.
func Number(n int, one, more string) string { return thousands(n) + " " + plural(n, one, more) }

func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// maxSafe limits a text in a message, in characters.
const maxSafe = 1000

// safe writes text from outside so that it stays in its line, moves nothing else, and is no command to GitHub Actions
// at the start of a line. Backslashes stay: names in a record's messages are escaped already.
func safe(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, "::") {
		b.WriteByte('\\')
	}
	n := 0
	for _, r := range s {
		if n++; n > maxSafe {
			b.WriteString("…")
			break
		}
		if r == '\\' || r >= ' ' && r <= '~' {
			b.WriteRune(r)
		} else {
			b.WriteString(model.Line(string(r)))
		}
	}
	return strings.ReplaceAll(b.String(), "##[", `#\#[`)
}

// sentence writes a difference as a line of plain text.
func sentence(d *model.Difference) string {
	return safe(d.String())
}

// explains reports whether a difference says why others are there: ids or names were merged.
func explains(d *model.Difference) bool { return d.Field == "D7" }

// telling returns the difference that best says why a scenario fails: broken invariants only repeat it.
func telling(l *engine.ScenarioLine) (best *model.Difference) {
	for i := range l.Differences {
		d := &l.Differences[i]
		if !d.Required {
			continue
		}
		if !d.OfInvariant() || explains(d) { // one that explains comes first
			return d
		}
		if best == nil {
			best = d
		}
	}
	return best
}
