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

// Implementation names what was asked, as it stands in the record: it may hold any character. It is what the
// implementation said of itself, or else how it was reached.
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

// Verdict is the verdict in a sentence of plain text.
func (r *Results) Verdict() string {
	all, required := &r.Footer.Totals.All, safe(strings.Join(r.Header.Require, ", "))
	n := scenarios(all.Scenarios())
	known := fmt.Sprintf("%d of %s %s", all.Known, n, plural(all.Known, "is a known failure", "are known failures"))
	said := ""
	switch r.Footer.Conclusion() {
	case engine.Conforming:
		said = fmt.Sprintf("Conforms: %s %s pass", Number(all.Pass, "of", "of"), n)
	case engine.AsExpected:
		said = fmt.Sprintf("Does not conform, as expected: %s, %d pass", known, all.Pass)
	case engine.StaleExpectations:
		said = fmt.Sprintf("The expectations no longer hold: %s, %d pass", known, all.Pass)
	case engine.Incomplete:
		if r.Incomplete {
			return fmt.Sprintf("Incomplete: the run did not end; %d of %d planned scenarios pass.", all.Pass, r.Header.Scenarios)
		}
		return fmt.Sprintf("Incomplete: %s %s were not run.", Number(all.NotRun, "of", "of"), n)
	default:
		said = "Does not conform: " + wrongs(all, n)
		if all.Known > 0 {
			said += fmt.Sprintf("; %d %s", all.Known, plural(all.Known, "is a known failure", "are known failures"))
		}
		if r.Incomplete {
			said += fmt.Sprintf("; the run did not end, %d are planned", r.Header.Scenarios)
		}
	}
	if all.Differ > 0 {
		said += fmt.Sprintf("; %d %s only by what is not required", all.Differ, plural(all.Differ, "differs", "differ"))
	}
	return said + " (required: " + required + ")."
}

// Guide says in plain text how the scenarios did that the guide draws, and those composed of its situations, and what
// that means, since the guide does not answer for modified flows; "" where there are none.
func (r *Results) Guide() string {
	of := func(name string) (string, bool) {
		for _, c := range r.Footer.Totals.Guide {
			if c.Name == name {
				return fmt.Sprintf("%s %s pass", Number(c.Pass+c.Differ, "of", "of"), scenarios(c.Scenarios())), true
			}
		}
		return "", false
	}
	var said []string
	if drawn, any := of("as-drawn"); any {
		said = append(said, "Flows as the guide draws them: "+drawn+".")
	}
	if composed, any := of("composed"); any {
		said = append(said, "Composed of the same situations: "+composed+"; the guide does not guarantee results for modified flows, so what fails there contradicts its rules as they are combined here.")
	}
	return strings.Join(said, " ")
}

// failsByTheGuide reports whether a scenario fails that the guide draws, or that is composed of its situations.
func (r *Results) failsByTheGuide() bool {
	return slices.ContainsFunc(r.Footer.Totals.Guide, func(c engine.Count) bool { return c.Fail > 0 })
}

// Headline is the verdict's first clause, and Rest what follows: of "Does not conform: 3 of 7 scenarios fail; …" the
// page shows the first as its title.
func (r *Results) Headline() string {
	headline, _ := r.split()
	return headline
}

// Rest is what the verdict says beside its first clause.
func (r *Results) Rest() string {
	_, rest := r.split()
	return rest
}

func (r *Results) split() (headline, rest string) {
	v := strings.TrimSuffix(r.Verdict(), ".")
	if at := strings.IndexAny(v, ";("); at > 0 {
		return strings.TrimSpace(v[:at]), strings.Trim(v[at:], "; ()")
	}
	return v, ""
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

// families says what the scenarios are whose ids begin alike.
var families = map[string]string{
	"invariant":  "Ids, names, times, forms as they are in the field",
	"inferred":   "Where the guide is silent: our reading, others accepted beside it",
	"own":        "Your own features",
	"generated":  "Generated chats: rules, invariants, relations",
	"delivery":   "The same events delivered otherwise",
	"robustness": "Ill-formed logs beside healthy chats",
}

// groups is the flows of the guide, then the other families of scenarios, each with its title.
func (r *Results) groups() (groups []engine.Count) {
	groups = slices.Clone(r.Footer.Totals.Flows)
	for _, c := range r.Footer.Totals.Families {
		if c.Name != model.Documented.String() {
			c.Title = families[c.Name]
			groups = append(groups, c)
		}
	}
	return groups
}

// groupOf is the name of a scenario's group.
func groupOf(l *engine.ScenarioLine) string {
	if family := l.Family(); family != model.Documented.String() || l.Flow == "" {
		return family
	}
	return l.Flow
}

func scenarios(n int) string { return Number(n, "scenario", "scenarios") }

// Number writes a count of things, with commas between thousands.
func Number(n int, one, more string) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n == 1 {
		more = one
	}
	return digits + " " + more
}

// maxSafe bounds a text in a message, in characters.
const maxSafe = 1000

// safe writes text from outside so that it stays in its line of text and moves nothing else, and is
// no command to GitHub Actions at the start of a line. Backslashes stay: names in a record's messages have been
// escaped already.
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

// sentence is a difference in a line of plain text.
func sentence(d *model.Difference) string {
	return safe(d.String())
}

// cause is scenarios that end alike: by one failure, or first of all by differences with one signature.
type cause struct {
	lines []*engine.ScenarioLine
	said  string // what it is, in a line of plain text
}

// rank orders causes of one size: what gates; errors, failures by level, skips.
func (c *cause) rank() int {
	l, n := c.lines[0], 0
	if !l.Gates {
		n = 100
	}
	if d := telling(l); l.Verdict == engine.Fail && d != nil {
		return n + 1 + int(d.Level)
	} else if l.Verdict == engine.Skip {
		return n + 50
	}
	return n
}

// places are where in an output something stands: of one cause, it stands somewhere else in each scenario.
var places = regexp.MustCompile(`\d+`)

// ofInvariant reports whether a broken invariant is all there is to say: rows that are wrong say why.
func (c *cause) ofInvariant() bool {
	d := telling(c.lines[0])
	return c.lines[0].Verdict == engine.Fail && d != nil && d.OfInvariant()
}

// causes groups what did not pass: what gates first, wrong rows before broken invariants, then by size.
func (r *Results) causes() (causes []*cause) {
	byKey := make(map[string]*cause)
	for _, l := range r.Lines {
		said, key := "", ""
		if d := telling(l); l.Verdict == engine.Error {
			said = safe(l.Failure.Kind + ": " + l.Failure.Message)
			key = places.ReplaceAllString(said, "0")
		} else if l.Verdict == engine.Skip {
			said = "skipped: " + safe(l.Reason)
			key = said
		} else if l.Verdict == engine.Fail && d != nil {
			said, key = sentence(d), "difference "+blamed(d)
		} else {
			continue
		}
		key = fmt.Sprint(l.Gates, key)
		if byKey[key] == nil {
			byKey[key] = &cause{said: said}
			causes = append(causes, byKey[key])
		}
		byKey[key].lines = append(byKey[key].lines, l)
	}
	slices.SortStableFunc(causes, func(a, b *cause) int {
		return cmp.Or(
			first(a.lines[0].Gates, b.lines[0].Gates), first(!a.ofInvariant(), !b.ofInvariant()),
			len(b.lines)-len(a.lines), a.rank()-b.rank(),
		)
	})
	return causes
}

// blamed says what is wrong, without the scenario in which it is: R2: expected ReceivedTransfer, got RoutedTo.
func blamed(d *model.Difference) string {
	b := d.Blame()
	what := "expected " + b.Expected + ", got " + b.Got
	switch {
	case d.OfInvariant():
		return safe("breaks " + string(d.Field) + ": " + d.Expected)
	case d.Field != model.DescriptorField && d.Field != model.RowField:
		what = string(d.Field) + " is wrong"
		if d.Field == model.TypeField {
			what = "resource type: expected " + b.Expected + ", got " + b.Got
		}
	}
	if len(b.Rules) > 0 {
		what = strings.Join(b.Rules, ", ") + ": " + what
	}
	return safe(what)
}

// where names the flows and families of a cause's scenarios, in their order.
func (c *cause) where() string {
	var names []string
	for _, l := range c.lines {
		if name := safe(groupOf(l)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// explains reports whether a difference says why others are there: ids or names were merged.
func explains(d *model.Difference) bool { return d.Field == "D7" }

// telling is the difference that tells best why a scenario fails: broken invariants say the same again.
func telling(l *engine.ScenarioLine) (best *model.Difference) {
	for i := range l.Differences {
		d := &l.Differences[i]
		if !d.Required {
			continue
		}
		if !d.OfInvariant() || explains(d) { // what explains stands first
			return d
		}
		if best == nil {
			best = d
		}
	}
	return best
}
