package steps

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Written is a scenario for [Write] to write.
type Written struct {
	Name    string   // with at least one letter or digit: the id is made of it
	Tags    []string // with their @; Write adds that of an ill-formed log
	Comment string   // precedes the scenario; any number of lines
	Events  []model.Event

	// Facts are the expected facts, those of each interaction in order of their ordinals. Ordinals may be left out,
	// and so may the interaction id if the log has only one. A table has no role reasons.
	Facts []model.Fact
}

// Write writes a feature that Compile turns back into exactly these events, in this order, and these facts, their
// ordinals given by their order alone. Times are the same instants.
//
// A scenario is written in single-event steps if these say all of it, otherwise as JSON Lines in one doc string.
// Write decides by reading back what it wrote. What neither form can say is an error, and nothing is written: an
// event that package wire would not read, text that is not UTF-8, a line of 64 KiB, a tag with a blank, received from
// given in some rows and absent in others. In the title and the names, which are one line each, runs of white space
// become one blank. Two names that make the same id are an error, as in Compile.
func Write(w io.Writer, title string, scenarios []Written) error {
	if len(scenarios) == 0 {
		return errors.New("a feature needs a scenario")
	}
	head := strings.TrimSpace("Feature: "+oneLine(title)) + "\n"
	var b strings.Builder
	b.WriteString(head)
	named := make(map[string]string)
	for i := range scenarios {
		s := &scenarios[i]
		text, err := s.text(head)
		id := slug(s.Name)
		if other, twice := named[id]; err == nil && twice {
			err = fmt.Errorf("its id would be the same as the id of scenario %s; rename one of them", model.Name(other))
		}
		if err != nil {
			return fmt.Errorf("scenario %s: %w", model.Name(s.Name), err)
		}
		named[id] = s.Name
		b.WriteString(text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// text writes the scenario in the first form that reads back the same. head is the feature's.
func (s *Written) text(head string) (string, error) {
	switch {
	case len(s.Events) == 0:
		return "", errors.New("it has no event")
	case slug(s.Name) == "":
		return "", errors.New("its name has no letters or digits, and so makes no id; give it some")
	}
	facts, err := s.expectation()
	if err != nil {
		return "", err
	}
	body, ok := authored(s.Events)
	if ok {
		text := s.heading() + body + table(facts, s.chats() > 1)
		if s.check(head, text, facts) == nil {
			return text, nil
		}
	}
	text := s.heading() + quoted(s.Events) + table(facts, s.chats() > 1)
	return text, s.check(head, text, facts)
}

// chats returns 1 if the log has one interaction, and 2 if it has more.
func (s *Written) chats() int {
	if slices.ContainsFunc(s.Events, func(e model.Event) bool { return e.InteractionID != s.Events[0].InteractionID }) {
		return 2
	}
	return 1
}

// expectation returns the facts as Compile gives them: with their interaction, and with ordinals by position alone.
// An unfinished chat's ordinals may have gaps; if a sender has no row, no row says whom it received the chat from.
func (s *Written) expectation() ([]model.Fact, error) {
	facts := slices.Clone(s.Facts)
	type row struct {
		interaction string
		ordinal     int64
	}
	place, last := make(map[row]int64), make(map[string]row)
	count := make(map[string]int64)
	for i := range facts {
		f := &facts[i]
		if f.InteractionID == "" && s.chats() == 1 {
			f.InteractionID = s.Events[0].InteractionID
		}
		count[f.InteractionID]++
		this := row{f.InteractionID, count[f.InteractionID]}
		if f.Ordinal.Is == model.Given {
			this.ordinal = f.Ordinal.Value
		}
		if before, ok := last[f.InteractionID]; ok && before.ordinal >= this.ordinal {
			return nil, fmt.Errorf("fact %d has ordinal %d; expected ordinals in rising order", i+1, this.ordinal)
		}
		last[f.InteractionID], place[this] = this, count[f.InteractionID]
	}
	orphan := false
	for i := range facts {
		f := &facts[i]
		f.Ordinal = (model.Number{})
		if f.ReceivedFrom.Is != model.Given {
			continue
		}
		n, ok := place[row{f.InteractionID, f.ReceivedFrom.Value}]
		if !ok && last[f.InteractionID].ordinal == count[f.InteractionID] { // no gap that it could be in
			return nil, fmt.Errorf("fact %d is received from row %d, but there is no such "+
				"row", i+1, f.ReceivedFrom.Value)
		}
		f.ReceivedFrom, orphan = model.Num(n), orphan || !ok
	}
	for i := range facts {
		if orphan {
			facts[i].ReceivedFrom = model.Number{}
		}
	}
	return facts, nil
}

// check reads a text as Compile would, and returns an error that says how it differs from the scenario.
func (s *Written) check(head, text string, facts []model.Fact) error {
	if !utf8.ValidString(text) || !utf8.ValidString(head) {
		return errors.New("it is not UTF-8")
	}
	doc, pickles, err := parse([]byte(head + text))
	if err != nil {
		return err
	}
	if len(pickles) != 1 || strings.TrimSpace("Feature: "+doc.Feature.Name)+"\n" != head ||
		pickles[0].Name != oneLine(s.Name) {
		return errors.New("a feature cannot hold its name")
	}
	if !slices.EqualFunc(pickles[0].Tags, s.tags(), func(t *messages.PickleTag,
		want string,
	) bool {
		return t.Name == want
	}) {
		return fmt.Errorf("a feature cannot hold its tags %s", model.Quoted(strings.Join(s.Tags, " ")))
	}
	r := NewRecorder()
	for _, step := range pickles[0].Steps {
		if err := r.Play(step); err != nil {
			return inStep(step, err)
		}
	}
	if n := differAt(r.events, s.Events, sameWritten); n >= 0 {
		return fmt.Errorf("event %d: a feature cannot hold it", n+1)
	}
	if n := differAt(r.facts, facts, sameFact); n >= 0 {
		return fmt.Errorf("fact %d: a table cannot hold it", n+1)
	}
	return nil
}

// sameWritten reports whether two events agree, including in how they are sent.
func sameWritten(a, b *model.Event) bool {
	return a.Equal(b) && (a.Wire == nil && b.Wire == nil ||
		bytes.Equal(wire.AppendEvent(nil, a), wire.AppendEvent(nil, b)))
}

// differAt returns the first index at which two lists differ, or -1.
func differAt[T any](a, b []T, same func(a, b *T) bool) int {
	n := min(len(a), len(b))
	for i := range n {
		if !same(&a[i], &b[i]) {
			return i
		}
	}
	if len(a) != len(b) {
		return n
	}
	return -1
}

// sameFact reports whether two facts agree in every field, times compared as instants.
func sameFact(a, b *model.Fact) bool {
	x, y := *a, *b
	x.Start, x.End, y.Start, y.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return x == y && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}

// oneLine trims a text, and replaces each run of white space with one blank.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// tags returns the scenario's tags, and the one that a plan demands if the log cannot happen.
func (s *Written) tags() []string {
	if _, bad := model.ClassifyLog(model.Reference(), s.Events); len(bad) > 0 &&
		!slices.Contains(s.Tags, IllFormedTag) {
		return append(slices.Clone(s.Tags), IllFormedTag)
	}
	return s.Tags
}

// heading writes what precedes the steps.
func (s *Written) heading() string {
	var b strings.Builder
	b.WriteString("\n")
	if s.Comment != "" {
		for line := range strings.Lines(newlines.Replace(s.Comment)) {
			b.WriteString("  " + strings.TrimSpace("# "+strings.TrimRight(line, " \t\n")) + "\n")
		}
	}
	if tags := s.tags(); len(tags) > 0 {
		b.WriteString("  " + strings.Join(tags, " ") + "\n")
	}
	b.WriteString("  Scenario: " + oneLine(s.Name) + "\n")
	return b.String()
}

// quoted writes events as a step's doc string. Gherkin would undo three escaped quotes in a row, so these use JSON's
// other way to escape.
func quoted(events []model.Event) string {
	const indent = "      "
	b := []byte("    Given " + eventsStep + "\n" + indent + "\"\"\"\n")
	for i := range events {
		b = wire.AppendEvent(append(b, indent...), &events[i])
	}
	return strings.ReplaceAll(string(b), `\"\"\"`, `\u0022\u0022\u0022`) + indent + "\"\"\"\n"
}

// table writes the last step: the facts. It leaves out a column that no row fills.
func table(facts []model.Fact, manyChats bool) string {
	if len(facts) == 0 {
		return "    Then there are no facts\n"
	}
	type column struct {
		heading string
		cell    func(f *model.Fact) string
		wanted  func(f model.Fact) bool
	}
	always := func(model.Fact) bool { return true }
	columns := []column{
		{
			"interaction", func(f *model.Fact) string { return inCell(f.InteractionID) }, func(model.Fact) bool {
				return manyChats
			},
		},
		{"resource", func(f *model.Fact) string { return inCell(f.Resource) }, always},
		{
			"resource type", func(f *model.Fact) string { return string(f.ResourceType) }, func(f model.Fact) bool {
				return f.ResourceType != ""
			},
		},
		{"technical descriptor", descriptor, always},
		{
			"received from", func(f *model.Fact) string { return number64(f.ReceivedFrom) }, func(f model.Fact) bool {
				return f.ReceivedFrom.Is != model.Absent
			},
		},
		{
			"start", func(f *model.Fact) string { return clockTime(f.Start) }, func(f model.Fact) bool {
				return !f.Start.IsZero()
			},
		},
		{
			"end", func(f *model.Fact) string { return clockTime(f.End) }, func(f model.Fact) bool {
				return !f.End.IsZero()
			},
		},
	}
	lines := make([]string, 1+len(facts))
	for _, c := range columns {
		if !slices.ContainsFunc(facts, c.wanted) {
			continue
		}
		cells := []string{c.heading}
		for i := range facts {
			cells = append(cells, escapeCell.Replace(c.cell(&facts[i])))
		}
		width := 0
		for _, cell := range cells {
			width = max(width, utf8.RuneCountInString(cell))
		}
		for i, cell := range cells {
			lines[i] += " " + cell + strings.Repeat(" ", width-utf8.RuneCountInString(cell)) + " |"
		}
	}
	return "    Then " + factsStep + "\n      |" + strings.Join(lines, "\n      |") + "\n"
}

var escapeCell = strings.NewReplacer(`\`, `\\`, `|`, `\|`, "\n", `\n`)

// descriptor writes a reason even if it means the same as a blank.
func descriptor(f *model.Fact) string {
	s := string(f.Role) + "/" + string(f.Result)
	if f.Reason != "" {
		s += " [" + string(f.Reason) + "]"
	}
	return s
}

func number64(n model.Number) string {
	if n.Is != model.Given {
		return ""
	}
	return strconv.FormatInt(n.Value, 10)
}

// clockTime writes a time as moment reads it: on the scenario's day, the time of day alone.
func clockTime(t time.Time) string {
	t = t.UTC()
	switch {
	case t.IsZero():
		return ""
	case t.Truncate(24*time.Hour).Equal(dayStart.Truncate(24*time.Hour)) && t.Nanosecond() == 0:
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.RFC3339Nano)
}

// authored writes events as somebody would write a feature by hand, or returns false if an event has no step. The
// caller finds out whether the steps record just these events.
func authored(events []model.Event) (string, bool) {
	var b strings.Builder
	r := NewRecorder() // the state in which a reader comes to each step
	acting := false
	keyword := "Given "
	step := func(text string) {
		b.WriteString("    " + keyword + text + "\n")
		keyword = "And "
	}
	for len(events) > 0 {
		e := &events[0]
		text, n := sentence(events)
		if n == 0 {
			return "", false
		}
		if opening := e.Name == model.Submitted || e.Name == model.PlacedInQueue &&
			e.Actor.Type == model.MediaServer; !opening && !acting {
			acting, keyword = true, "When "
		}
		if e.InteractionID != r.chat {
			step(`chat "` + e.InteractionID + `"`)
		}
		if e.Seq != r.seqs[e.InteractionID]+1 {
			step("the next event has seq " + strconv.FormatInt(e.Seq, 10))
		}
		switch gap := e.Time.Sub(r.clock); {
		case gap == time.Second:
			step("1 second passes")
		case gap > 0 && gap <= time.Hour && gap%time.Second == 0:
			step(strconv.Itoa(int(gap/time.Second)) + " seconds pass")
		case gap != 0:
			step("the next event is at " + clockTime(e.Time))
		}
		step(text)
		last := &events[n-1]
		r.chat, r.seqs[last.InteractionID], r.clock = last.InteractionID, last.Seq, last.Time.Add(time.Second)
		events = events[n:]
	}
	return b.String(), true
}
