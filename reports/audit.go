package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// How much of a check is written.
const (
	maxListed     = 100 // findings
	maxReasons    = 10  // of chats set aside
	maxAside      = 20  // chats set aside
	maxRows       = 30  // of an example
	maxEvents     = 200 // of an example
	maxUnknown    = 10  // names of events
	auditCauses   = 3   // that come first
	auditExamples = 3   // unless somebody says how many
	maxBeyond     = 20  // shapes that the suite lacks
	maxRulesSaid  = 4   // of a cause
)

// WriteAudit writes a check as text: first the answer, what was judged and what is wrong; then what was not judged, a
// table of the findings, examples that explain some of them, and what the log exercises. all writes the last in full.
func (r *Results) WriteAudit(w io.Writer, examples int, all bool) error {
	var b bytes.Buffer
	causes := r.auditCauses()
	r.judged(&b, causes[:min(len(causes), auditCauses)])
	r.findings(&b)
	r.hints(&b)
	for _, l := range r.examples(examples) {
		fmt.Fprintf(&b, "\n%s in %s (%s), for example in %s:\n", Number(l.Found.Times, "difference", "differences"),
			chats(l.Found.Chats), l.Level, model.Name(l.Found.Example))
		r.example(&b, l)
	}
	aside(&b, r.Footer.Audit)
	r.exercised(&b, all)
	_, err := w.Write(b.Bytes())
	return err
}

// WriteJudged writes what was judged, and how much of it differs.
func (r *Results) WriteJudged(b *bytes.Buffer) {
	r.judged(b, nil)
	b.WriteString("\n")
}

// judged writes what was judged, the causes of what is wrong, and what was not judged.
func (r *Results) judged(b *bytes.Buffer, causes []auditCause) {
	fmt.Fprintf(b, "chatproof %s, %s\n\n%s\n", safe(r.Header.Chatproof), r.audited(), r.sum())
	for _, c := range causes {
		fmt.Fprintln(b, c.String())
	}
	for _, said := range r.unjudged() {
		fmt.Fprintln(b, said)
	}
}

// auditVerdict returns the verdict of a check in a sentence.
func (r *Results) auditVerdict() string {
	a := r.Footer.Audit
	of, differ := chats(a.Chats), plural(a.Differing, "differs", "differ")
	switch r.Footer.Conclusion() {
	case engine.Nonconforming:
		return fmt.Sprintf("Does not conform: %s of %s %s", thousands(a.Differing), of, differ)
	case engine.Incomplete:
		if a.Chats == 0 {
			return "Incomplete: there was no chat to check"
		}
		return fmt.Sprintf("Incomplete: %s of the chats could not be judged, which is more than --set-aside allows",
			Percent(a.Share))
	case engine.StaleExpectations:
		return fmt.Sprintf("The expectations no longer hold: %s of %s %s in other ways than they "+
			"list", thousands(a.Differing), of,
			differ)
	case engine.AsExpected:
		return fmt.Sprintf("Does not conform, as expected: none of %s differs in other ways than the expectations "+
			"list", of)
	}
	return fmt.Sprintf("Conforms: none of %s differs", of)
}

// audited names the rows, and what they were checked against.
func (r *Results) audited() string {
	e := r.Header.Environment
	switch {
	case e == nil:
		return "a check"
	case e.Events == "" && e.Legacy != "":
		return safe(e.Facts) + after(e.Legacy) + r.under()
	case e.Events == "":
		return safe(e.Facts) + " against the invariants of rows alone" + r.under()
	}
	return safe(e.Facts) + after(e.Legacy) + " against the reference on " + safe(e.Events) + r.under()
}

// sum returns the answer in a line.
func (r *Results) sum() string {
	a, others := r.Footer.Audit, ""
	if a.AsExpected > 0 {
		others = ", " + Number(a.AsExpected, "differs", "differ") + " as expected"
	}
	if n := a.Chats - a.Agreeing - a.Differing - a.AsExpected; n > 0 {
		others += ", " + Number(n, "differs", "differ") + " at other levels only"
	}
	if a.Marts != nil {
		return r.marts()
	}
	return fmt.Sprintf("%s, %s: %s, %s%s (required: %s).", chats(a.Chats), rows(a.Rows),
		Number(a.Agreeing, "agrees", "agree"), Number(a.Differing, "differs", "differ"), others,
		safe(strings.Join(r.Header.Require, ", ")))
}

// unjudged says in lines what was not judged, and why.
func (r *Results) unjudged() (said []string) {
	a := r.Footer.Audit
	say := func(n int, format string, args ...any) { said = sayIf(said, n, format, args...) }
	said = append(said, r.alone()...)
	aside, whole := a.SetAside-a.CutOff, a.Share/float64(max(1, a.Unjudgeable()))
	say(aside, "Set aside: %s, %s of the complete chats, with %s.", chats(aside),
		Percent(whole*float64(aside)), rows(a.RowsAside))
	for i, g := range a.Groups {
		if i == maxReasons {
			say(1, "  and %s", Number(len(a.Groups)-i, "other reason", "other reasons"))
			break
		}
		lacks := "one event seems to be too many"
		if g.Lacks != "" {
			lacks = safe(g.Lacks) + " seems to be missing"
		}
		say(1, "  %s, %s: %s, for example %s", chats(g.Chats), safe(g.Requirement), lacks, safe(model.Name(g.Example)))
	}
	say(a.CutOff,
		"Not judged, because they began before the log: %s, %s of all, in the first %s of the log.",
		chats(a.CutOff), Percent(float64(a.CutOff)/float64(max(1, a.Chats+a.SetAside))), spell(int64(a.AtEdge)))
	say(a.Unfinished, "Unfinished: %s, judged only by the attempts that have closed; not judged: %s of open attempts.",
		chats(a.Unfinished), rows(a.Early))
	say(a.Endless, "  %s (%s) %s to lack EventProcessingStopped: --set-aside counts %s, too",
		chats(a.Endless), Percent(whole*float64(a.Endless)), plural(a.Endless, "seems", "seem"),
		plural(a.Endless, "it", "them"))
	if m := a.Repairs; m != nil && a.SetAside > a.CutOff {
		say(1,
			"Repaired: %s of %s, by at most %d events added or left out. For %s of them, all shortest repairs of "+
				"the chat lead to the same rows. Yours agree with these in %s, and differ in %s (level repaired).",
			thousands(m.Repaired), chats(a.SetAside-a.CutOff), model.MostEdits, thousands(m.Unanimous), chats(m.Mends),
			chats(m.Unanimous-m.Mends))
		for i, g := range m.Defects {
			if i == maxReasons {
				say(1, "  and %s", Number(len(m.Defects)-i, "other defect", "other defects"))
				break
			}
			say(1, "  %s, for example %s", defect(&g), safe(model.Name(g.Example)))
		}
		say(m.Unclear, "  %s: more than one defect is possible", chats(m.Unclear))
	}
	say(a.Backwards, "The clock runs backwards in %s: the order of seq counts.", chats(a.Backwards))
	say(len(a.Unknown), "%s", unknownEvents(a))
	say(a.Strangers, "Ignored: %s of chats that have no events here.", rows(a.Strangers))
	why := "Do rows and events cover the same time?"
	if a.Alike != "" {
		why = "But " + safe(a.Alike) + "."
	}
	say(a.Rowless, "Should have rows, but have none: %s. %s", chats(a.Rowless), why)
	say(a.Unsaid, "Not listed, because there are too many signatures: %s. --keys lists their chats.",
		Number(a.Unsaid, "difference", "differences"))
	for _, u := range a.UnsaidBy {
		say(u.Times, "  %s: %s (%s, counts: %s)", Number(u.Times, "time", "times"), safe(u.Signature), safe(u.Level),
			u.Counts())
	}
	if a.Rows > 0 {
		say(len(a.NotMet), "Not applicable to any of the rows: %s.", safe(strings.Join(a.NotMet, ", ")))
	}
	return said
}

// sayIf adds a line to what is said, if there are any of what it is about.
func sayIf(said []string, n int, format string, args ...any) []string {
	if n > 0 {
		said = append(said, fmt.Sprintf(format, args...))
	}
	return said
}

// defect says how many logs have a defect, and which one.
func defect(g *engine.DefectGroup) string {
	event := safe(string(g.Event))
	if by, ok := map[model.PartyType]string{
		model.Strategy: "a strategy's ", model.Agent: "an agent's ", model.InteractionServer: "the server's ",
		model.MediaServer: "the media server's ",
	}[g.Actor]; ok {
		event = by + event
	}
	of := chats(g.Chats) + " "
	switch g.Kind {
	case model.Superfluous.String():
		return of + plural(g.Chats, "has ", "have ") + event + " twice"
	case model.OutOfOrder.String():
		return of + plural(g.Chats, "has ", "have ") + event + " in the wrong place"
	}
	return of + plural(g.Chats, "lacks ", "lack ") + event
}

// unknownEvents says which events were ignored because their names are unknown.
func unknownEvents(a *engine.Audit) string {
	n, names := 0, []string{}
	for i, u := range a.Unknown {
		n += u.Count
		switch count := thousands(u.Count); {
		case i >= maxUnknown || u.Name == "":
		case u.Meant != "":
			names = append(names, fmt.Sprintf("%s (%s; is it %s?)", safe(model.Name(string(u.Name))), count,
				safe(string(u.Meant))))
		default:
			names = append(names, fmt.Sprintf("%s (%s)", safe(model.Name(string(u.Name))), count))
		}
	}
	if len(a.Unknown) > len(names) {
		names = append(names, "and others")
	}
	return fmt.Sprintf("Ignored: %s with unknown names: %s.", Number(n, "event", "events"), strings.Join(names, ", "))
}

// counts says whether a finding counts.
func counts(l *engine.ScenarioLine) string {
	switch {
	case l.Known != nil && l.Known.Gates:
		return "known"
	case l.Verdict == engine.Fail:
		return "yes"
	}
	return "no"
}

// findings lists the findings, those that count first.
func (r *Results) findings(b *bytes.Buffer) {
	shown := r.Lines[:min(len(r.Lines), maxListed)]
	width := 0
	for _, l := range shown {
		width = max(width, len(l.Level))
	}
	for i, l := range shown {
		if i == 0 {
			fmt.Fprintf(b, "\n   chats    times  counts  %-*s  difference\n", width, "level")
		}
		fmt.Fprintf(b, "%8d %8d  %-6s  %-*s  %s", l.Found.Chats, l.Found.Times, counts(l), width, l.Level,
			safe(l.Found.Signature))
		if hint := r.inCommon([]*engine.ScenarioLine{l}); hint != "" {
			fmt.Fprintf(b, " – %s", hint)
		}
		b.WriteByte('\n')
	}
	if n := len(r.Lines) - len(shown); n > 0 {
		fmt.Fprintf(b, "  and %d more: --json lists them\n", n)
	}
}

// examples returns the most frequent findings that count, those of the shortest chats first.
func (r *Results) examples(most int) (shown []*engine.ScenarioLine) {
	for _, l := range r.Lines {
		if l.Gates && len(shown) < most {
			shown = append(shown, l)
		}
	}
	slices.SortStableFunc(shown, func(a, b *engine.ScenarioLine) int {
		return cmp.Or(len(a.Events)-len(b.Events), len(a.Actual)-len(b.Actual))
	})
	return shown
}

// hints names causes that may explain many findings.
func (r *Results) hints(b *bytes.Buffer) {
	if hint := r.Footer.Audit.NamesAlike; hint != "" {
		fmt.Fprintf(b, "\nNames that may be the same: %s.\n", safe(hint))
	}
	for _, l := range r.Lines {
		if strings.HasPrefix(l.Found.Signature, string(model.TypeField)+" ") {
			if i := slices.IndexFunc(l.Differences, func(d model.Difference) bool { return d.Why != "" }); i >= 0 {
				fmt.Fprintf(b, "\n%s\n", sentence(&l.Differences[i]))
			}
		}
	}
}

// example explains the chat that shows a finding.
func (r *Results) example(b *bytes.Buffer, l *engine.ScenarioLine) {
	for i := range l.Differences {
		if i == maxRows {
			b.WriteString("      and more\n")
			break
		}
		fmt.Fprintf(b, "      %s\n", sentence(&l.Differences[i]))
	}
	fmt.Fprintf(b, "      signature: %s\n", safe(l.Found.Signature))
	chats, err := l.Chats()
	_, rows, err2 := l.Facts()
	if err != nil || err2 != nil {
		return // a record that somebody else wrote
	}
	switch {
	case len(l.Events) > maxEvents:
		fmt.Fprintf(b, "%d events: 'explain --interaction' shows them\n", len(l.Events))
	case len(chats) == 1:
		b.WriteByte('\n')
		if known, _ := model.ClassifyLog(r.Header.Readings.On(r.Footer.Audit.Table()), chats[0]); len(known) == 1 {
			timeline := NewTimeline(chats[0])
			timeline.Put = l.Found.Put
			Explain(b, &known[0], timeline, false)
		}
	}
	if r.Footer.Audit.Marts != nil {
		r.threeWays(b, l)
		return
	}
	b.WriteString("Your rows:\n")
	for i := range rows {
		row := &rows[i]
		if i == maxRows {
			b.WriteString("       and more\n")
			break
		}
		fmt.Fprintf(b, "       %s\n", rowLine(row))
	}
	if len(rows) == 0 {
		b.WriteString("       none\n")
	}
}

// aside lists the chats that were set aside.
func aside(b *bytes.Buffer, a *engine.Audit) {
	for i, x := range a.Aside {
		if i == 0 {
			fmt.Fprintf(b, "\nSet aside because they are ill-formed: %s.\n", chats(a.SetAside))
		}
		if i == maxAside {
			fmt.Fprintf(b, "  and %d more: --json lists them\n", a.SetAside-i)
			break
		}
		edge := ""
		if x.CutOff {
			edge = " (cut off by the beginning of the log)"
		}
		fmt.Fprintf(b, "  %s%s\n", safe(x.Why), edge)
	}
}

// rowLine writes a row in a line.
func rowLine(row *model.Fact) string {
	kind := ""
	if row.ResourceType != "" {
		kind = model.Name(string(row.ResourceType)) + " "
	}
	return kind + model.Name(row.Resource) + "  " + model.Line(row.Descriptor().String())
}
