package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// checkReport writes what check found.
type checkReport struct {
	*bulk.Report
	flags  *checkFlags
	levels model.Levels
}

// How much is written.
const (
	maxExamples = 10  // findings explained
	maxListed   = 100 // findings
	maxAside    = 20  // chats set aside
	maxRows     = 30  // of an example
	maxEvents   = 200
)

// text writes the findings that count, the first of them explained, then the others, and the sum last.
func (r *checkReport) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "chatproof %s, %s", engine.Version, model.Line(placeOf(r.flags.facts).String()))
	if len(r.flags.events) > 0 {
		fmt.Fprintf(b, " against the reference on %s\n", model.Line(placeOf(r.flags.events).String()))
	} else {
		b.WriteString(" against the invariants of rows alone\n")
	}
	explained, listed := 0, 0
	for _, f := range r.Findings {
		head := fmt.Sprintf("%s  (%s, %s in %s)", f.Signature, f.Level, number(f.Count, "time", "times"), number(f.Chats, "chat", "chats"))
		if f.Required && explained < maxExamples {
			explained++
			fmt.Fprintf(b, "\nDIFFERENCE  %s, for example in %s\n", head, model.Name(f.Example.InteractionID))
			r.example(b, f)
			continue
		}
		if listed == 0 || !f.Required && r.Findings[explained+listed-1].Required {
			b.WriteString(map[bool]string{true: "\nAnd besides:\n", false: "\nOf levels that do not count (explained if --require names them):\n"}[f.Required])
		}
		if listed++; listed > maxListed {
			fmt.Fprintf(b, "  and %d more: --json lists them\n", len(r.Findings)-explained-maxListed)
			break
		}
		fmt.Fprintf(b, "  %s, for example in %s\n", head, model.Name(f.Example.InteractionID))
	}
	if r.Unsaid > 0 {
		fmt.Fprintf(b, "\n%s more, of more signatures than are kept.\n", number(r.Unsaid, "difference", "differences"))
	}
	for i, a := range r.Aside {
		if i == 0 {
			fmt.Fprintf(b, "\nSet aside, because the events make no chat: %s.\n", number(r.Spoilt, "chat", "chats"))
		}
		if i == maxAside {
			fmt.Fprintf(b, "  and %d more: --json lists them\n", r.Spoilt-i)
			break
		}
		fmt.Fprintf(b, "  %v\n", a.Why)
	}
	r.unknown(b)
	if r.Strangers > 0 {
		fmt.Fprintf(b, "\nIgnored: %s of chats that have no events here.\n", number(r.Strangers, "row", "rows"))
	}
	if r.Unfinished > 0 {
		fmt.Fprintf(b, "\nUnfinished: %s, judged by the attempts that have closed; %s beyond them not judged.\n", number(r.Unfinished, "chat", "chats"), number(r.Early, "row", "rows"))
	}
	if r.Rowless > 0 {
		why := "Do rows and events cover the same time?"
		if r.Alike != "" {
			why = "But " + r.Alike + "."
		}
		fmt.Fprintf(b, "\nWithout any row, though they should have some: %s. %s\n", number(r.Rowless, "chat", "chats"), why)
	}
	if hint := alikeNames(r.Findings); hint != "" {
		fmt.Fprintf(b, "\nNames that may be one: %s.\n", hint)
	}
	others := ""
	if n := r.Chats - r.Agreeing - r.Differing; n > 0 {
		others = ", " + number(n, "differs", "differ") + " at other levels only"
	}
	fmt.Fprintf(b, "\n%s, %s: %s, %s%s (required: %s).\n", number(r.Chats, "chat", "chats"), number(r.Rows, "row", "rows"), number(r.Agreeing, "agrees", "agree"),
		number(r.Differing, "differs", "differ"), others, strings.ReplaceAll(r.levels.String(), ",", ", "))
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
		fmt.Fprintf(b, "\nIgnored: %s of unknown names: %s.\n", number(n, "event", "events"), strings.Join(names, ", "))
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
		chats, _ := model.ClassifyLog(model.Reference(), x.Log)
		explainChat(b, &chats[0], x.Log, false)
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
	}
	unknownLine struct {
		Type  string `json:"type"`            // "unknown_event"
		Name  string `json:"event"`           // "" of all beyond those that are told apart
		Count int    `json:"count"`           // events
		Meant string `json:"meant,omitempty"` // the known name that is nearly so spelt
	}
	sumLine struct {
		Type       string `json:"type"` // "sum"
		Chats      int    `json:"chats"`
		Rows       int    `json:"rows"`
		Agreeing   int    `json:"agreeing"`
		Differing  int    `json:"differing"`
		SetAside   int    `json:"set_aside"`
		Unfinished int    `json:"unfinished"`
		Early      int    `json:"rows_of_open_attempts"`
		Rowless    int    `json:"chats_without_rows"`
		Strangers  int    `json:"rows_without_events"`
		Unsaid     int    `json:"differences_unsaid"`
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
		write(findingLine{"difference", f.Signature, f.Level.String(), f.Required, f.Count, f.Chats, x})
	}
	for _, a := range r.Aside {
		write(asideLine{"set_aside", a.InteractionID, a.Why.Error()})
	}
	for _, u := range r.Unknown {
		write(unknownLine{"unknown_event", string(u.Name), u.Count, string(u.Meant)})
	}
	write(sumLine{"sum", r.Chats, r.Rows, r.Agreeing, r.Differing, r.Spoilt, r.Unfinished, r.Early, r.Rowless, r.Strangers, r.Unsaid})
	return err
}
