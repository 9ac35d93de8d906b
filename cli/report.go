package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/suite"
)

// report is the text of a run: flows and levels first, then what failed, the verdict last.
type report struct {
	out    io.Writer
	flags  *runFlags
	plan   *suite.Plan
	failed []*suite.Outcome
	broken []*suite.Outcome
	skips  []*suite.Outcome
	noted  []*suite.Outcome // passed, with differences of levels that are not required
}

func newReport(out io.Writer, f *runFlags, p *suite.Plan) *report {
	return &report{out: out, flags: f, plan: p}
}

func (r *report) add(o *suite.Outcome) {
	switch known := o.IsKnown() || r.flags.expect.written != ""; {
	case known && o.Verdict != suite.Pass && !r.flags.verbose:
	case o.Verdict == suite.Fail:
		r.failed = append(r.failed, o)
	case o.Verdict == suite.Error:
		r.broken = append(r.broken, o)
	case o.Verdict == suite.Skip:
		r.skips = append(r.skips, o)
	case len(o.Differences) > 0:
		r.noted = append(r.noted, o)
	}
}

func (r *report) print(t *suite.Footer, occasion *suite.Occasion) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "chatproof %s, %s, against %s\n\n", suite.Version, scenarios(len(r.plan.Scenarios)), r.flags.way.who())
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range t.Totals.Flows {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", c.Name, c.Title, standing(&c))
	}
	for _, c := range t.Totals.Families {
		if c.Name != model.Documented.String() {
			fmt.Fprintf(table, "  %s\t%s\t%s\n", c.Name, families[c.Name], standing(&c))
		}
	}
	table.Flush()
	unsaid := 0
	drawn := 0 // of the failures: generated scenarios
	for _, o := range r.failed {
		if o.Source == "" {
			if drawn++; drawn > maxDrawnFailures && !r.flags.verbose {
				unsaid++
				continue
			}
		}
		fmt.Fprintf(&b, "\nFAIL  %s\n", strings.TrimSpace(model.Line(o.ID)+"  "+model.Line(o.Source)))
		if o.IsKnown() {
			fmt.Fprintf(&b, "      known: %s\n", model.Line(strings.TrimSpace(o.Known.Reason+"  "+o.Known.Issue)))
		}
		r.differences(&b, o, true)
		fmt.Fprintf(&b, "      again: %s\n", r.flags.reproduce(o.ID))
		fmt.Fprintf(&b, "      events: %s\n", r.flags.explain(o.ID))
	}
	if unsaid > 0 {
		fmt.Fprintf(&b, "\n%s more of those generated fail: --verbose prints them.\n", scenarios(unsaid))
	}
	r.errors(&b)
	for _, group := range grouped(r.skips, func(o *suite.Outcome) string { return o.Reason }) {
		fmt.Fprintf(&b, "\nSKIP  %s: %s\n", scenarios(len(group)), group[0].Reason)
		r.name(&b, "      ", group)
	}
	if r.flags.verbose {
		for _, o := range r.noted {
			fmt.Fprintf(&b, "\nnote  %s  %s\n", model.Line(o.ID), model.Line(o.Source))
			r.differences(&b, o, false)
		}
	}
	r.invariants(&b, t)
	r.circumstances(&b, occasion)
	r.flags.expect.print(&b, t.Totals.All.Known, r.flags.verbose)
	fmt.Fprintf(&b, "\n%s\n%s\n", coverage(t.Coverage), r.verdict(t))
	_, err := r.out.Write(b.Bytes())
	return err
}

// families says what the scenarios are whose ids begin alike.
var families = map[string]string{
	"inferred":   "Where the guide is silent: our reading, others accepted beside it",
	"own":        "Your own features",
	"generated":  "Generated chats: rules, invariants, relations",
	"delivery":   "The same events delivered otherwise",
	"robustness": "Ill-formed logs beside healthy chats",
}

// maxDrawnFailures bounds how many failing generated scenarios are printed: many tell the same again.
const maxDrawnFailures = 5

// standing says how a group of scenarios did.
func standing(c *suite.Count) string {
	word, tally := "FAIL", fmt.Sprintf("%d of %d", c.Pass, c.Scenarios())
	switch {
	case c.Pass == c.Scenarios():
		word, tally = "pass", fmt.Sprint(c.Pass)
	case c.Fail+c.Error+c.Skip == 0:
		word = "not run"
	case c.Pass+c.Known == c.Scenarios():
		word = "known"
	}
	if c.Known > 0 {
		tally += ", " + number(c.Known, "known failure", "known failures")
	}
	if c.Noted > 0 {
		tally += fmt.Sprintf(", %d with notes", c.Noted)
	}
	return word + "  " + tally
}

func scenarios(n int) string {
	if n == 1 {
		return "1 scenario"
	}
	return fmt.Sprintf("%d scenarios", n)
}

// differences lists an outcome's, those that are not required marked as notes, and left out unless they are asked for.
// Broken invariants are listed where nothing else tells what is wrong.
func (r *report) differences(b *bytes.Buffer, o *suite.Outcome, failed bool) {
	plain := slices.ContainsFunc(o.Differences, func(d model.Difference) bool { return !d.OfInvariant() && r.flags.levels.Has(d.Level) })
	for i := range o.Differences {
		d := &o.Differences[i]
		switch {
		case d.OfInvariant() && plain && !r.flags.verbose: // they say the same again
		case r.flags.levels.Has(d.Level) && d.Level == o.Level:
			fmt.Fprintf(b, "      %s\n", d)
		case r.flags.levels.Has(d.Level):
			fmt.Fprintf(b, "      %s: %s\n", d.Level, d)
		case r.flags.verbose || !failed:
			fmt.Fprintf(b, "      (%s) %s\n", d.Level, d)
		}
	}
}

// errors lists what gave no facts. A program that died has one failure for the whole batch: it is told once.
func (r *report) errors(b *bytes.Buffer) {
	for _, group := range grouped(r.broken, func(o *suite.Outcome) string { return o.Failure.Error() }) {
		failure := group[0].Failure
		fmt.Fprintf(b, "\nERROR  %s: %s: %s\n", scenarios(len(group)), failure.Kind, failure.Message)
		r.name(b, "       ", group)
		fmt.Fprintf(b, "       the first alone: %s\n", r.flags.reproduce(group[0].ID))
	}
}

// name lists scenarios, the first few of them.
func (r *report) name(b *bytes.Buffer, indent string, group []*suite.Outcome) {
	for i, o := range group {
		if i == 5 && !r.flags.verbose {
			fmt.Fprintf(b, "%sand %d more: --verbose names them\n", indent, len(group)-i)
			break
		}
		fmt.Fprintf(b, "%s%s\n", indent, model.Line(o.ID))
	}
}

// grouped puts outcomes together that have one key, in the order of the first of each.
func grouped(outcomes []*suite.Outcome, key func(*suite.Outcome) string) (groups [][]*suite.Outcome) {
	at := make(map[string]int)
	for _, o := range outcomes {
		i, known := at[key(o)]
		if !known {
			i = len(groups)
			at[key(o)], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], o)
	}
	return groups
}

// invariants tells which were broken.
func (r *report) invariants(b *bytes.Buffer, t *suite.Footer) {
	heading := "\nInvariants and relations broken, which hold however the open questions are read:\n"
	for _, v := range t.Totals.Invariants {
		if v.Scenarios > 0 {
			b.WriteString(heading)
			fmt.Fprintf(b, "  %s\t%s\n", v.Name, scenarios(v.Scenarios))
			heading = ""
		}
	}
}

// circumstances tells what was odd besides.
func (r *report) circumstances(b *bytes.Buffer, occasion *suite.Occasion) {
	if occasion.Ignored > 0 {
		fmt.Fprintf(b, "\nIgnored: rows of interactions that were not asked about, %d of them.\n", occasion.Ignored)
	}
	for _, n := range occasion.Notes {
		fmt.Fprintf(b, "\nThe program %s.\n", n)
	}
	if len(r.failed)+len(r.broken) > 0 && occasion.Stderr != "" {
		fmt.Fprintln(b, "\nThe end of its stderr:")
		lines := strings.Split(strings.TrimRight(occasion.Stderr, "\n"), "\n")
		for _, l := range lines[max(0, len(lines)-10):] {
			fmt.Fprintf(b, "  | %s\n", model.Line(l))
		}
	}
	if len(r.noted) > 0 && !r.flags.verbose {
		fmt.Fprintf(b, "\nNotes: in %s it differs only where the guide is silent, or by levels that are not required. --verbose shows how.\n", scenarios(len(r.noted)))
		for notes := r.noted; len(notes) > 0; {
			group := notes[0].ID[:strings.LastIndexByte(notes[0].ID, '/')]
			n := 0
			for n < len(notes) && strings.HasPrefix(notes[n].ID, group+"/") {
				n++
			}
			fmt.Fprintf(b, "  %s", model.Line(notes[0].ID))
			if n > 1 {
				fmt.Fprintf(b, " and %d more of %s/", n-1, model.Line(group))
			}
			b.WriteByte('\n')
			notes = notes[n:]
		}
	}
}

// coverage says what the scenarios exercised.
func coverage(c *suite.Coverage) string {
	return fmt.Sprintf("Coverage: %d of %d rules, %d of %d combinations (%d are accepted alternatives only), %s, %s.",
		c.CoveredRules(), len(c.Rules), c.Combinations.Covered, c.Combinations.All, c.Combinations.Alternatives,
		number(c.Pairs.Count, "pair of rules", "pairs of rules"), number(c.Transitions.Count, "transition", "transitions"))
}

// number writes a count of things, with commas between thousands.
func number(n int, one, more string) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n == 1 {
		more = one
	}
	return digits + " " + more
}

func (r *report) verdict(t *suite.Footer) string {
	all, required := &t.Totals.All, strings.ReplaceAll(r.flags.levels.String(), ",", ", ")
	switch t.Conclusion() {
	case suite.Nonconforming:
		rest := ""
		if all.Skip > 0 {
			rest += fmt.Sprintf("%d are skipped, ", all.Skip)
		}
		if all.NotRun > 0 {
			rest += fmt.Sprintf("%d were not run, ", all.NotRun)
		}
		known := ""
		if all.Known > 0 {
			known = "; " + number(all.Known, "is a known failure", "are known failures")
		}
		return fmt.Sprintf("Does not conform: of %s %d fail, %d are in error, %s%d pass (required: %s)%s.", scenarios(all.Scenarios()), all.Fail, all.Error, rest, all.Pass, required, known)
	case suite.AsExpected:
		return fmt.Sprintf("Does not conform, as expected: of %s %d are known failures, %d pass (required: %s).", scenarios(all.Scenarios()), all.Known, all.Pass, required)
	case suite.StaleExpectations:
		return fmt.Sprintf("The expectations no longer hold: of %s %d are known failures, %d pass (required: %s).", scenarios(all.Scenarios()), all.Known, all.Pass, required)
	case suite.Incomplete:
		return fmt.Sprintf("Incomplete: %d of %s were not run.", all.NotRun, scenarios(all.Scenarios()))
	}
	return fmt.Sprintf("Conforms: %d of %s pass (required: %s).", all.Pass, scenarios(all.Scenarios()), required)
}
