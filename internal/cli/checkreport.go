package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// checkReport writes what check found.
type checkReport struct {
	*bulk.Report
	flags  *checkFlags
	levels model.Levels
}

// How much is written.
const (
	maxListed = 100 // findings
	maxGroups = 10  // of chats set aside
	maxAside  = 20  // chats set aside
	maxRows   = 30  // of an example
	maxEvents = 200
)

// text writes the answer first: what was judged and what was not, then the findings in a table, then examples.
func (r *checkReport) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "chatproof %s, %s", engine.Version, model.Line(placeOf(r.flags.facts).String()))
	if len(r.flags.events) > 0 {
		fmt.Fprintf(b, " against the reference on %s\n\n", model.Line(placeOf(r.flags.events).String()))
	} else {
		b.WriteString(" against the invariants of rows alone\n\n")
	}
	r.sum(b)
	r.unjudged(b)
	r.table(b)
	r.hints(b)
	for _, f := range r.examples() {
		fmt.Fprintf(b, "\nDIFFERENCE  %s, for example in %s\n", r.head(f), model.Name(f.Example.InteractionID))
		r.example(b, f)
	}
	r.aside(b)
}

// sum is the answer in a line.
func (r *checkReport) sum(b *bytes.Buffer) {
	others := ""
	if n := r.Chats - r.Agreeing - r.Differing; n > 0 {
		others = ", " + number(n, "differs", "differ") + " at other levels only"
	}
	fmt.Fprintf(b, "%s, %s: %s, %s%s (required: %s).\n", number(r.Chats, "chat", "chats"), number(r.Rows, "row", "rows"), number(r.Agreeing, "agrees", "agree"),
		number(r.Differing, "differs", "differ"), others, strings.ReplaceAll(r.levels.String(), ",", ", "))
}

// unjudged says what could not be judged, and why.
func (r *checkReport) unjudged(b *bytes.Buffer) {
	if n := r.Unjudgeable(); n > 0 {
		fmt.Fprintf(b, "Set aside: %s, %s of those that are there whole, with %s.\n", number(n, "chat", "chats"), percent(r.Share()), number(r.RowsAside, "row", "rows"))
	}
	for i, g := range r.Groups {
		if i == maxGroups {
			fmt.Fprintf(b, "  and %s\n", number(len(r.Groups)-i, "other reason", "other reasons"))
			break
		}
		lacks := "something too many"
		if g.Lacks != "" {
			lacks = "seems to lack " + g.Lacks
		}
		fmt.Fprintf(b, "  %s, %s: %s, for example %s\n", number(g.Chats, "chat", "chats"), g.Requirement, lacks, model.Name(g.Example))
	}
	if r.Endless > 0 {
		fmt.Fprintf(b, "  %s: seems to lack EventProcessingStopped, and is judged by the attempts that have closed\n", number(r.Endless, "chat", "chats"))
	}
	if r.CutOff > 0 {
		fmt.Fprintf(b, "Cut off by the beginning of the log, and not judged: %s.\n", number(r.CutOff, "chat", "chats"))
	}
	if r.Unfinished > 0 {
		fmt.Fprintf(b, "Unfinished: %s, judged by the attempts that have closed; %s beyond them not judged.\n", number(r.Unfinished, "chat", "chats"), number(r.Early, "row", "rows"))
	}
	r.repaired(b)
	r.unknown(b)
	if r.Strangers > 0 {
		fmt.Fprintf(b, "Ignored: %s of chats that have no events here.\n", number(r.Strangers, "row", "rows"))
	}
	if r.Rowless > 0 {
		why := "Do rows and events cover the same time?"
		if r.Alike != "" {
			why = "But " + r.Alike + "."
		}
		fmt.Fprintf(b, "Without any row, though they should have some: %s. %s\n", number(r.Rowless, "chat", "chats"), why)
	}
	if r.Rows > 0 && len(r.NotMet) > 0 {
		fmt.Fprintf(b, "Not applicable, for no row is what they are about: %s.\n", strings.Join(r.NotMet, ", "))
	}
}

// percent writes a share.
func percent(share float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', 1, 64), ".0") + " %"
}

// table lists the findings, those that count first.
func (r *checkReport) table(b *bytes.Buffer) {
	width := 0
	for i := range r.Findings[:min(len(r.Findings), maxListed)] {
		width = max(width, len(r.Findings[i].Level.String()))
	}
	for i, f := range r.Findings {
		switch {
		case i == 0:
			fmt.Fprintf(b, "\n   chats    times  counts  %-*s  difference\n", width, "level")
		case i == maxListed:
			fmt.Fprintf(b, "  and %d more: --json lists them\n", len(r.Findings)-i)
		}
		if i >= maxListed {
			break
		}
		counts := "no"
		if f.Required {
			counts = "yes"
		}
		if f.Required && f.Known {
			counts = "known"
		}
		fmt.Fprintf(b, "%8d %8d  %-6s  %-*s  %s%s\n", f.Chats, f.Count, counts, width, f.Level, f.Signature, shifted(f))
	}
	if r.Unsaid > 0 {
		fmt.Fprintf(b, "\n%s more, of more signatures than are kept.\n", number(r.Unsaid, "difference", "differences"))
	}
}

// shifted says that one shift explains all differences of a finding.
func shifted(f *bulk.Finding) string {
	switch {
	case f.Shift == 0 || f.Count < 2:
		return ""
	case f.Shift < 0:
		return fmt.Sprintf(": all are %v early", spell(-f.Shift))
	}
	return fmt.Sprintf(": all are %v late", spell(f.Shift))
}

// spell writes a duration as one says it.
func spell(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}} {
		if d%unit.of == 0 {
			return fmt.Sprintf("%d %s", d/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// head is a finding in a line.
func (r *checkReport) head(f *bulk.Finding) string {
	return fmt.Sprintf("%s  (%s, %s in %s)", f.Signature, f.Level, number(f.Count, "time", "times"), number(f.Chats, "chat", "chats"))
}

// examples are the most frequent findings that count, those of the shortest chats first.
func (r *checkReport) examples() (shown []*bulk.Finding) {
	for _, f := range r.Findings {
		if f.Required && !f.Known && len(shown) < r.flags.examples {
			shown = append(shown, f)
		}
	}
	slices.SortStableFunc(shown, func(a, b *bulk.Finding) int {
		return cmp.Or(len(a.Example.Log)-len(b.Example.Log), len(a.Example.Rows)-len(b.Example.Rows))
	})
	return shown
}

// hints says what one cause may be behind.
func (r *checkReport) hints(b *bytes.Buffer) {
	if hint := alikeNames(r.Findings); hint != "" {
		fmt.Fprintf(b, "\nNames that may be one: %s.\n", hint)
	}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Signature, "resource_type ") {
			i := slices.IndexFunc(f.Example.Differences, func(d model.Difference) bool { return d.Field == model.TypeField && d.Why != "" })
			if i >= 0 {
				fmt.Fprintf(b, "\n%s\n", model.Line(f.Example.Differences[i].String()))
			}
		}
	}
}

// aside lists the chats that were set aside.
func (r *checkReport) aside(b *bytes.Buffer) {
	for i, a := range r.Aside {
		if i == 0 {
			fmt.Fprintf(b, "\nSet aside, because the events make no chat: %s.\n", number(r.Spoilt, "chat", "chats"))
		}
		if i == maxAside {
			fmt.Fprintf(b, "  and %d more: --json lists them\n", r.Spoilt-i)
			break
		}
		edge := ""
		if a.CutOff {
			edge = " (cut off by the beginning of the log)"
		}
		fmt.Fprintf(b, "  %v%s\n", a.Why, edge)
	}
}

// unknown says which events were left out because nobody knows their names.
func (r *checkReport) unknown(b *bytes.Buffer) {
	const most = 10
	n, names := 0, []string{}
	for i, u := range r.Unknown {
		n += u.Count
		switch {
		case i >= most || u.Name == "":
			continue
		case u.Meant != "":
			names = append(names, fmt.Sprintf("%s (%s; is it %s?)", model.Name(string(u.Name)), strings.TrimSpace(number(u.Count, "", "")), u.Meant))
		default:
			names = append(names, fmt.Sprintf("%s (%s)", model.Name(string(u.Name)), strings.TrimSpace(number(u.Count, "", ""))))
		}
	}
	if len(r.Unknown) > len(names) {
		names = append(names, "and others")
	}
	if n > 0 {
		fmt.Fprintf(b, "Ignored: %s of unknown names: %s.\n", number(n, "event", "events"), strings.Join(names, ", "))
	}
}

// alikeNames says in which way alone names differ that a finding is about, with the line of a mapping that makes them
// one; "" where none do.
func alikeNames(findings []*bulk.Finding) string {
	for _, f := range findings {
		for i := range f.Example.Differences {
			d := &f.Example.Differences[i]
			for j := range f.Example.Rows {
				got := f.Example.Rows[j].Resource
				if how, line := tables.Unlike(d.Resource, got); d.Field == model.ResourceField && how != "" {
					a, b := model.Apart(d.Resource, got)
					return fmt.Sprintf("%s and %s differ only in %s. %s", a, b, how, tables.Remedy(line))
				}
			}
		}
	}
	return ""
}

// example explains the chat that shows a finding.
func (r *checkReport) example(b *bytes.Buffer, f *bulk.Finding) {
	x, said := &f.Example, 0
	for i := range x.Differences {
		if d := &x.Differences[i]; d.Level == f.Level && r.Signature(d) == f.Signature {
			if said++; said > maxRows {
				b.WriteString("      and more\n")
				break
			}
			fmt.Fprintf(b, "      %s\n", d)
		}
	}
	switch {
	case len(x.Log) > maxEvents:
		fmt.Fprintf(b, "%d events: 'explain --interaction' shows them\n", len(x.Log))
	case x.Log != nil:
		b.WriteByte('\n')
		chats, _ := model.ClassifyLog(r.Table, x.Log)
		timeline := reports.NewTimeline(x.Log)
		timeline.Put = x.Put
		explainChat(b, &chats[0], timeline, false)
	}
	b.WriteString("Your rows:\n")
	for i := range x.Rows {
		row := &x.Rows[i]
		if i == maxRows {
			b.WriteString("       and more\n")
			break
		}
		kind := ""
		if row.ResourceType != "" {
			kind = model.Name(string(row.ResourceType)) + " "
		}
		fmt.Fprintf(b, "       %s%s  %s\n", kind, model.Name(row.Resource), model.Line(row.Descriptor().String()))
	}
	if len(x.Rows) == 0 {
		b.WriteString("       none\n")
	}
}

// The lines of check --json: the findings, the chats that were set aside, the sum. Facts and events are as in 'schema'.
type (
	findingLine struct {
		Type      string      `json:"type"` // "difference"
		Signature string      `json:"signature"`
		Level     string      `json:"level"`
		Required  bool        `json:"required"`
		Count     int         `json:"count"`
		Chats     int         `json:"chats"`
		Shift     int64       `json:"shift_seconds,omitzero"` // by which all times are late
		Example   exampleLine `json:"example"`
	}
	exampleLine struct {
		InteractionID string             `json:"interaction_id"`
		Events        []jsontext.Value   `json:"events,omitempty"`
		Rows          []jsontext.Value   `json:"rows"`
		Differences   []model.Difference `json:"differences"` // all of the chat
	}
	asideLine struct {
		Type          string `json:"type"` // "set_aside"
		InteractionID string `json:"interaction_id"`
		Why           string `json:"why"`
		CutOff        bool   `json:"cut_off,omitzero"` // by the beginning of the log
	}
	groupLine struct {
		Type        string `json:"type"` // "set_aside_group"
		Requirement string `json:"requirement"`
		Lacks       string `json:"lacks,omitempty"`
		Chats       int    `json:"chats"`
		Example     string `json:"example"`
	}
	unknownLine struct {
		Type  string `json:"type"`            // "unknown_event"
		Name  string `json:"event"`           // "" of all beyond those that are told apart
		Count int    `json:"count"`           // events
		Meant string `json:"meant,omitempty"` // the known name that is nearly so spelt
	}
	sumLine struct {
		Type       string   `json:"type"` // "sum"
		Chats      int      `json:"chats"`
		Rows       int      `json:"rows"`
		Agreeing   int      `json:"agreeing"`
		Differing  int      `json:"differing"`
		SetAside   int      `json:"set_aside"`
		Unfinished int      `json:"unfinished"`
		Early      int      `json:"rows_of_open_attempts"`
		Rowless    int      `json:"chats_without_rows"`
		Strangers  int      `json:"rows_without_events"`
		Unsaid     int      `json:"differences_unsaid"`
		CutOff     int      `json:"cut_off"`     // of set_aside: by the beginning of the log
		Endless    int      `json:"without_end"` // of unfinished: long before the end of the log
		RowsAside  int      `json:"rows_set_aside"`
		Share      float64  `json:"set_aside_share"`          // of the chats that are there whole
		NotMet     []string `json:"not_applicable,omitempty"` // invariants that no row is about

		Repaired *repairedSum `json:"repaired,omitempty"` // with --repair
	}
)

func (r *checkReport) lines(b *bytes.Buffer) (err error) {
	write := func(line any) {
		if err == nil {
			err = engine.WriteLine(b, line)
		}
	}
	for _, f := range r.Findings {
		x := exampleLine{InteractionID: f.Example.InteractionID}
		for i := range f.Example.Log {
			x.Events = append(x.Events, wire.AppendEvent(nil, &f.Example.Log[i]))
		}
		for i := range f.Example.Rows {
			x.Rows = append(x.Rows, wire.AppendFact(nil, &f.Example.Rows[i]))
		}
		model.Require(f.Example.Differences, r.levels)
		x.Differences = f.Example.Differences
		write(findingLine{
			Type: "difference", Signature: f.Signature, Level: f.Level.String(), Required: f.Required, Count: f.Count, Chats: f.Chats,
			Shift: int64(f.Shift / time.Second), Example: x,
		})
	}
	for _, a := range r.Aside {
		write(asideLine{"set_aside", a.InteractionID, a.Why.Error(), a.CutOff})
	}
	for _, u := range r.Unknown {
		write(unknownLine{"unknown_event", string(u.Name), u.Count, string(u.Meant)})
	}
	for _, g := range r.Groups {
		write(groupLine{"set_aside_group", g.Requirement, g.Lacks, g.Chats, g.Example})
	}
	for _, g := range r.Defects {
		write(defectLine{"defect", g.Kind.String(), string(g.Name), string(g.Actor), g.Chats, g.Example})
	}
	write(sumLine{
		Type: "sum", Chats: r.Chats, Rows: r.Rows, Agreeing: r.Agreeing, Differing: r.Differing, SetAside: r.Spoilt, Unfinished: r.Unfinished, Early: r.Early,
		Rowless: r.Rowless, Strangers: r.Strangers, Unsaid: r.Unsaid, CutOff: r.CutOff, Endless: r.Endless, RowsAside: r.RowsAside, Share: r.Share(), NotMet: r.NotMet,
		Repaired: r.repairedSum(),
	})
	return err
}
