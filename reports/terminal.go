package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// TextOptions say how to write a result as text.
type TextOptions struct {
	Verbose bool   // every scenario and every difference, instead of a screen
	Brief   bool   // what did not pass is only counted
	Colour  bool   // by SGR
	Doctor  string // a command that finds out why no row came back; "" for none
	// Expect is the file of the expectations in force, and Findings say which of its entries no longer hold, and
	// where they stand; without Expect the record says which.
	Expect   string
	Findings []string
}

// paint colours text: "31" is red.
func (o *TextOptions) paint(sgr, s string) string {
	if !o.Colour {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// brief cuts a text to a few lines unless all is asked for.
func (o *TextOptions) brief(s string) string {
	if o.Verbose {
		return s
	}
	return cut(s, maxSaid)
}

// maxCauses limits how many causes are shown unless all are asked for, and maxAlike the scenarios and differences of
// each: a screen holds that much.
const (
	maxCauses = 4
	maxAlike  = 3
	maxStderr = 5
	maxSaid   = 240 // characters
)

// WriteText writes what a person wants to know first: how each flow did; what is wrong, the worst first; and the
// verdict last.
func (r *Results) WriteText(w io.Writer, o *TextOptions) error {
	if r.Footer.Audit != nil {
		return r.WriteAudit(w, auditExamples, o.Verbose)
	}
	var b bytes.Buffer
	r.heading(&b)
	r.explain(&b, o)
	r.standings(&b, o)
	if !o.Brief {
		r.wrong(&b, o)
	}
	r.notes(&b, o)
	r.odd(&b, o)
	r.expectations(&b, o)
	if r.failsByTheGuide() {
		fmt.Fprintf(&b, "\n%s\n", r.Guide())
	}
	if c := r.Footer.Coverage; c != nil {
		fmt.Fprintf(&b, "\nCoverage: %d of %d rules, %d of %d combinations (%d of the %d are never expected, "+
			"only accepted), %s.\n",
			c.CoveredRules(), len(c.Rules), c.Combinations.Covered, c.Combinations.All,
			c.Combinations.Alternatives, c.Combinations.All, Number(c.Pairs.Count, "pair of rules", "pairs of rules"))
	} else {
		b.WriteByte('\n')
	}
	colour := "32"
	if r.red() {
		colour = "31"
	}
	fmt.Fprintln(&b, o.paint("1;"+colour, r.Verdict()))
	_, err := w.Write(b.Bytes())
	return err
}

func (r *Results) heading(b *bytes.Buffer) {
	n := scenarios(r.Footer.Totals.All.Scenarios())
	if r.Header.Shard != "" {
		n = fmt.Sprintf("shard %s, %s of %d", safe(r.Header.Shard), n, r.Header.Scenarios)
	}
	if without := r.LeftOut(); without != "" {
		n += " (left out: " + without + ")"
	}
	fmt.Fprintf(b, "chatproof %s, %s, against %s%s\n\n", safe(r.Header.Chatproof), n,
		cut(safe(r.Implementation()), maxSaid), r.under())
}

// under names the readings for the heading, or returns "" if there are none.
func (r *Results) under() string {
	if r.Header.Readings == nil {
		return ""
	}
	return ", under " + r.Readings()
}

// Readings names the readings, or returns "" if there are none.
func (r *Results) Readings() string {
	h := r.Header.Readings
	if h == nil {
		return ""
	}
	return fmt.Sprintf("readings %s of %s", safe(h.Digest), Number(len(h.Clauses), "clause", "clauses"))
}

// LeftOut counts the scenarios that the plan leaves out, and says why; "" means none.
func (r *Results) LeftOut() string {
	var without []string
	for _, w := range r.Header.LeftOut {
		without = append(without, fmt.Sprintf("%d %s", w.Scenarios, safe(w.Why)))
	}
	return strings.Join(without, ", ")
}

// explain says first why most failures fail, if one thing explains them.
func (r *Results) explain(b *bytes.Buffer, o *TextOptions) {
	head, why := r.answer()
	if head == "" {
		return
	}
	fmt.Fprintf(b, "%s: %s", o.paint("1;31", head), o.brief(why))
	if r.rowless() && o.Doctor != "" {
		fmt.Fprintf(b, " Try: %s", o.Doctor)
	}
	b.WriteString("\n\n")
}

// standings says how each flow and family did.
func (r *Results) standings(b *bytes.Buffer, o *TextOptions) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, c := range r.groups() {
		word, colour, tally := "FAIL", "31", wrongs(&c, fmt.Sprint(c.Scenarios()))
		switch {
		case c.Pass == c.Scenarios():
			word, colour, tally = "pass", "32", fmt.Sprint(c.Pass)
		case c.Pass+c.Differ == c.Scenarios():
			word, colour = "differs", "33"
			tally = fmt.Sprintf("not required: %d of %d %s", c.Differ, c.Scenarios(),
				plural(c.Differ, "differs", "differ"))
		case c.Bad()+c.NotRun == 0:
			word, colour, tally = "pending", "33", ""
		case c.Bad() == 0:
			word, colour = "not run", "33"
		case c.Bad() == c.Known && c.NotRun == 0:
			word, colour = "known", "33"
		}
		if c.Pending > 0 {
			tally = strings.TrimPrefix(tally+fmt.Sprintf(", %d of %d new and pending", c.Pending, c.Scenarios()), ", ")
		}
		if c.Known > 0 {
			tally += ", " + Number(c.Known, "known failure", "known failures")
		}
		if c.Differ > 0 && word != "differs" {
			tally += fmt.Sprintf(", not required: %d %s", c.Differ, plural(c.Differ, "differs", "differ"))
		}
		fmt.Fprintf(table, "  %s\t%s\t%s  %s\n", safe(c.Name), safe(c.Title), o.paint(colour, word), tally)
	}
	table.Flush()
}

// wrong says what did not pass, cause by cause, or if all is asked for, scenario by scenario with the known failures.
func (r *Results) wrong(b *bytes.Buffer, o *TextOptions) {
	told, left, causes, most := 0, 0, 0, maxCauses
	if r.rowless() {
		most = 1 // they all have the same cause
	}
	for _, c := range r.causes() {
		if !o.Verbose && c.lines[0].IsKnown() {
			continue
		}
		if !o.Verbose && told == most {
			left, causes = left+len(c.lines), causes+1
			continue
		}
		told++
		switch verdict := c.lines[0].Verdict; {
		case verdict != engine.Fail:
			word, colour := strings.ToUpper(string(verdict)), "31"
			if verdict == engine.Pending {
				colour = "33"
			}
			fmt.Fprintf(b, "\n%s  %s: %s\n", o.paint(colour, word), scenarios(len(c.lines)),
				o.brief(strings.TrimPrefix(c.said, "skipped: ")))
			nameLines(b, c.lines, o)
			if l := c.lines[0]; len(l.Sent) > 0 {
				fmt.Fprintf(b, "      the first was sent as: %s\n", o.brief(sentAs(l)))
			}
			if e := c.lines[0].Environment; e != nil && verdict == engine.Error {
				fmt.Fprintf(b, "      run the first again: %s\n", safe(e.Reproduce))
				o.stderr(b, "      ", e.Stderr)
			}
		case o.Verbose:
			for _, l := range c.lines {
				r.failed(b, l, nil, o)
			}
		default:
			r.failed(b, c.lines[0], c.lines[1:], o)
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "\nand %s, with %s: --verbose and the report have them all.\n",
			Number(left, "more scenario", "more scenarios"), Number(causes, "other cause", "other causes"))
	}
	var broken []string
	for _, v := range r.Footer.Totals.Invariants {
		if v.Scenarios > 0 {
			broken = append(broken, fmt.Sprintf("%s in %s", safe(v.Name), scenarios(v.Scenarios)))
		}
	}
	if len(broken) > 0 {
		fmt.Fprintf(b, "\nBroken invariants and relations, which hold on any reading of the guide: %s.\n",
			strings.Join(broken, ", "))
	}
}

// failed describes a scenario with wrong facts, and names one that is alike.
func (r *Results) failed(b *bytes.Buffer, l *engine.ScenarioLine, others []*engine.ScenarioLine, o *TextOptions) {
	fmt.Fprintf(b, "\n%s  %s\n", o.paint("31", "FAIL"), strings.TrimSpace(safe(l.ID)+"  "+safe(l.Source)))
	if l.IsKnown() {
		fmt.Fprintf(b, "      known: %s\n", safe(strings.TrimSpace(l.Known.Reason+"  "+l.Known.Issue)))
	}
	differences(b, l, o)
	if l.Omitted != nil {
		fmt.Fprintf(b, "      too large to record: %s\n", l.Omitted)
	}
	if len(others) > 0 {
		fmt.Fprintf(b, "      same cause: %s, for example %s\n", Number(len(others), "more scenario", "more scenarios"),
			safe(others[0].ID))
	}
	if len(l.Sent) > 0 {
		fmt.Fprintf(b, "      sent as: %s\n", o.brief(sentAs(l)))
	}
	if e := l.Environment; e != nil {
		fmt.Fprintf(b, "      again: %s\n      events: %s\n", safe(e.Reproduce), safe(e.Explain))
		o.stderr(b, "      ", e.Stderr)
	}
}

// sentAs names the interactions and queues of a scenario as the implementation saw them.
func sentAs(l *engine.ScenarioLine) string {
	var all []string
	for _, s := range l.Sent {
		if name := cmp.Or(s.Queue, s.InteractionID); name == s.As {
			all = append(all, safe(model.Name(s.As)))
		} else {
			all = append(all, safe(model.Name(name)+" = "+model.Name(s.As)))
		}
	}
	return strings.Join(all, ", ")
}

// differences lists a scenario's differences, those that are not required with their level in brackets. Unless all is
// asked for, it leaves these out, and broken invariants too if another difference says what is wrong.
func differences(b *bytes.Buffer, l *engine.ScenarioLine, o *TextOptions) {
	best := telling(l)
	plain := best != nil && (!best.OfInvariant() || explains(best))
	var said []string
	for i := range l.Differences {
		d := &l.Differences[i]
		switch {
		case !o.Verbose && (!d.Required || d.OfInvariant() && plain && !explains(d)): // they say the same again
		case !d.Required:
			said = append(said, fmt.Sprintf("(%s) %s", d.Level.String(), sentence(d)))
		case d.Level.String() == l.Level:
			said = append(said, sentence(d))
		default:
			said = append(said, fmt.Sprintf("%s: %s", d.Level.String(), sentence(d)))
		}
	}
	for i, s := range said {
		if i == maxAlike && !o.Verbose {
			fmt.Fprintf(b, "      and %s\n", Number(len(said)-i, "more difference", "more differences"))
			break
		}
		fmt.Fprintf(b, "      %s\n", s)
	}
}

// nameLines names the first few scenarios, or all if asked to.
func nameLines(b *bytes.Buffer, lines []*engine.ScenarioLine, o *TextOptions) {
	for i, l := range lines {
		if i == maxAlike && !o.Verbose {
			fmt.Fprintf(b, "      and %d more: --verbose names them\n", len(lines)-i)
			break
		}
		fmt.Fprintf(b, "      %s\n", safe(l.ID))
	}
}

// notes reports the scenarios that differ only by levels that are not required.
func (r *Results) notes(b *bytes.Buffer, o *TextOptions) {
	if n := r.Footer.Totals.All.Differ; n > 0 && !o.Verbose {
		fmt.Fprintf(b, "\n%s %s only at levels that are not required; --verbose shows "+
			"how.\n", scenarios(n), plural(n, "differs", "differ"))
	}
	for _, l := range r.Lines {
		if o.Verbose && l.Verdict == engine.Differs {
			fmt.Fprintf(b, "\ndiffers  %s\n", strings.TrimSpace(safe(l.ID)+"  "+safe(l.Source)))
			differences(b, l, o)
		}
	}
}

// odd reports what else was odd.
func (r *Results) odd(b *bytes.Buffer, o *TextOptions) {
	e := r.Footer.Environment
	if e == nil {
		return
	}
	if e.Ignored > 0 {
		fmt.Fprintf(b, "\nIgnored: %d rows of interactions that were not asked about.\n", e.Ignored)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(b, "\nThe program %s.\n", safe(n))
	}
	if all := &r.Footer.Totals.All; all.Fail+all.Error > 0 && e.Stderr != "" {
		fmt.Fprintln(b, "\nThe end of the program's stderr:")
		o.stderr(b, "  ", e.Stderr)
	}
}

// stderr shows the last lines of what the implementation wrote to stderr.
func (o *TextOptions) stderr(b *bytes.Buffer, indent, text string) {
	if text == "" {
		return
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for _, l := range lines[max(0, len(lines)-maxStderr):] {
		fmt.Fprintf(b, "%s| %s\n", indent, o.brief(safe(l)))
	}
}

// expectations reports the known failures, and the entries that no longer hold.
func (r *Results) expectations(b *bytes.Buffer, o *TextOptions) {
	entries, by, findings := r.Footer.Expectations, "", o.Findings
	if len(entries) == 0 && o.Expect == "" {
		return
	}
	outside := 0
	for _, x := range entries {
		expired := r.Footer.Environment != nil && slices.Contains(r.Footer.Environment.Expired, x.Name())
		if x.Outside() {
			outside++
		} else if says := x.Finding(expired); says != "" && o.Expect == "" {
			findings = append(findings, says)
		}
	}
	if o.Expect != "" {
		by = " in " + model.Name(o.Expect)
	}
	fmt.Fprintf(b, "\nKnown failures%s: %s end as listed.", by, scenarios(r.Footer.Totals.All.Known))
	if outside > 0 {
		fmt.Fprintf(b, " %s about scenarios not in this run.", Number(outside, "entry is", "entries are"))
	}
	b.WriteByte('\n')
	switch again := ""; {
	case len(findings) == 0:
	case o.Verbose:
		for _, says := range findings {
			fmt.Fprintf(b, "  %s\n", safe(says))
		}
	default:
		if n := len(findings) - 1; n > 0 {
			again = "; " + Number(n, "other entry no longer holds", "other entries no longer hold")
		}
		fmt.Fprintf(b, "  %s%s. 'run --write-expect' rewrites the list.\n", safe(findings[0]), again)
	}
}
