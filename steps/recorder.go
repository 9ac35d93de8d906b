package steps

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Recorder holds what the steps of one scenario record: the log of its chats, and the facts that it expects. It is
// for one goroutine.
type Recorder struct {
	chat     string
	clock    time.Time
	seqs     map[string]int64
	events   []model.Event
	expected bool
	facts    []model.Fact
}

// firstChat is the interaction id of a scenario that names none.
const firstChat = "chat 1"

var dayStart = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// NewRecorder returns a Recorder for one scenario.
func NewRecorder() *Recorder {
	return &Recorder{chat: firstChat, clock: dayStart, seqs: make(map[string]int64)}
}

// errNoStep is wrapped in the error of a step that no definition matches.
var errNoStep = errors.New("no such step")

// Play records a step. Its error leaves out the step's text, unless no definition matches it.
func (r *Recorder) Play(s *messages.PickleStep) error {
	if err := checkArgument(s); err != nil {
		return err
	}
	return r.step(s.Text, s.Argument)
}

// Expects reports whether the scenario has stated its facts, or that there are none: that ends it.
func (r *Recorder) Expects() bool { return r.expected }

// Case returns the log and the facts that the steps recorded; the caller adds names, level and tags. A scenario
// without an event, or without an expectation, is an error: it would pass whatever an implementation answers.
func (r *Recorder) Case() (*model.Case, error) {
	switch {
	case len(r.events) == 0:
		return nil, errors.New("the scenario has no event")
	case !r.expected:
		return nil,
			errors.New(`the scenario expects nothing; end it with "Then the facts are:" or "Then there are no facts"`)
	}
	return &model.Case{Events: r.events, Authored: true, Table: r.facts}, nil
}

// checkArgument refuses a table or doc string that a step does not take, and the lack of one that it needs: half an
// expectation would pass for a whole one.
func checkArgument(s *messages.PickleStep) error {
	table, doc := s.Argument != nil && s.Argument.DataTable != nil, s.Argument != nil && s.Argument.DocString != nil
	switch wantTable, wantDoc := s.Text == factsStep, s.Text == eventsStep; {
	case wantTable && !table:
		return errors.New(`expected a table; write "there are no facts" for none`)
	case wantDoc && !doc:
		return errors.New("expected a doc string of events, one JSON object per line")
	case table && !wantTable, doc && !wantDoc:
		return errors.New("the step takes no table and no doc string")
	}
	return nil
}

// step plays the one definition that matches a text.
func (r *Recorder) step(text string, argument *messages.PickleStepArgument) error {
	var matching *Definition
	var groups []string
	for i, pattern := range Patterns() {
		m := pattern.FindStringSubmatch(text)
		switch {
		case m == nil:
		case matching != nil:
			return fmt.Errorf("%s: several steps match", model.Name(text))
		default:
			matching, groups = &definitions[i], m[1:]
		}
	}
	if matching == nil {
		return fmt.Errorf("%w: %s; see 'list steps'", errNoStep, model.Name(text))
	}
	if matching.play != nil {
		return matching.play(r, groups, argument)
	}
	var matched []string
	for i, g := range groups {
		matched = append(matched, "$"+strconv.Itoa(i+1), g)
	}
	for _, part := range matching.parts {
		part = strings.NewReplacer(matched...).Replace(part)
		if err := r.step(part, nil); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

// add appends an event of the current chat, a second after the one before.
func (r *Recorder) add(e model.Event) error {
	if r.expected {
		return errors.New("an event after the facts; a scenario ends with what it expects")
	}
	r.seqs[r.chat]++
	e.InteractionID, e.Seq, e.Time = r.chat, r.seqs[r.chat], r.clock
	r.clock = r.clock.Add(time.Second)
	r.events = append(r.events, e)
	return nil
}

func (r *Recorder) take(taker model.Party, queue, mode string) error {
	if err := r.add(model.Event{Name: model.TakenFromQueue, Actor: taker, Queue: queue}); err != nil {
		return err
	}
	return r.add(model.Event{Name: model.PartyAdded, Actor: taker, Party: taker, VisibilityMode: number(mode)})
}

// whole reads digits that a pattern has matched.
func whole(digits string) (int64, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is too large", digits)
	}
	return n, nil
}

func (r *Recorder) wait(digits string) error {
	seconds, err := whole(digits)
	if err != nil {
		return err
	}
	if seconds > 366*24*60*60 {
		return errors.New("expected at most a year")
	}
	r.clock = r.clock.Add(time.Duration(seconds) * time.Second)
	return nil
}

// setClock sets the time of the next event. It may be before the last event's: concurrent chats share one clock.
func (r *Recorder) setClock(at string) error {
	t, err := r.moment(at)
	if err == nil && t.IsZero() {
		err = errors.New("an event cannot be in the year 1")
	}
	if err == nil {
		r.clock = t
	}
	return err
}

// skipTo sets the seq of the current chat's next event.
func (r *Recorder) skipTo(digits string) error {
	seq, err := whole(digits)
	if err != nil {
		return err
	}
	last, ok := r.seqs[r.chat]
	if !ok {
		last = -1
	}
	if seq <= last || seq > model.MaxSeq {
		return fmt.Errorf("expected a seq from %d to %d", last+1, int64(model.MaxSeq))
	}
	r.seqs[r.chat] = seq - 1
	return nil
}

func (r *Recorder) switchTo(chat string) error {
	if chat == "" {
		return errors.New("a chat needs a name")
	}
	r.chat = chat
	return nil
}

// lines records events as they are, with their own times and ids.
func (r *Recorder) lines(text string) error {
	if r.expected {
		return errors.New("events after the facts; a scenario ends with what it expects")
	}
	written := strings.Split(text, "\n")
	for in := wire.NewEventReader("the doc string", strings.NewReader(text)); ; {
		e, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e.Wire = wire.Spelling([]byte(written[in.Line()-1]))
		r.chat = e.InteractionID
		r.seqs[r.chat] = max(r.seqs[r.chat], e.Seq)
		if next := e.Time.Add(time.Second); next.After(r.clock) {
			r.clock = next
		}
		r.events = append(r.events, e)
	}
}

// expect records the table of facts; nil stands for none.
func (r *Recorder) expect(table *messages.PickleTable) error {
	if r.expected {
		return errors.New("the facts are given twice; expected them once")
	}
	r.expected = true
	if table == nil {
		return nil
	}
	if len(table.Rows) < 2 {
		return errors.New(`expected a heading and at least one row; write "there are no facts" for none`)
	}
	var heading []string
	for _, cell := range table.Rows[0].Cells {
		if slices.Contains(heading, cell.Value) {
			return fmt.Errorf("column %q appears twice", cell.Value)
		}
		heading = append(heading, cell.Value)
	}
	for _, column := range []string{"resource", "technical descriptor"} {
		if !slices.Contains(heading, column) {
			return fmt.Errorf("column %q is missing; the columns are %s", column, strings.Join(heading, ", "))
		}
	}
	if !slices.Contains(heading, "interaction") && slices.ContainsFunc(r.events,
		func(e model.Event) bool { return e.InteractionID != r.onlyChat() }) {
		return errors.New(`the scenario has several chats: column "interaction" is missing`)
	}
	for i, row := range table.Rows[1:] {
		f := model.Fact{InteractionID: r.onlyChat()}
		for j, cell := range row.Cells {
			if err := r.cell(&f, heading[j], cell.Value); err != nil {
				return fmt.Errorf("row %d, %s: %w", i+1, heading[j], err)
			}
		}
		if !slices.ContainsFunc(r.events, func(e model.Event) bool { return e.InteractionID == f.InteractionID }) {
			return fmt.Errorf("row %d: no event has interaction %s", i+1, model.Name(f.InteractionID))
		}
		if f.ReceivedFrom.Value > int64(len(table.Rows)-1) {
			return fmt.Errorf("row %d, received from: the table has no row %d", i+1, f.ReceivedFrom.Value)
		}
		r.facts = append(r.facts, f)
	}
	return nil
}

// onlyChat returns the interaction id of the rows that name none.
func (r *Recorder) onlyChat() string {
	if len(r.events) > 0 {
		return r.events[0].InteractionID
	}
	return r.chat
}

// cell reads one cell of the table of facts.
func (r *Recorder) cell(f *model.Fact, column, value string) (err error) {
	switch column {
	case "interaction":
		f.InteractionID = bare(value)
	case "resource":
		f.Resource = bare(value)
		if value == "" {
			return errors.New("expected a name, got a blank")
		}
	case "technical descriptor":
		d, ok := model.ParseDescriptor(value)
		not := func(what, code, all string) error {
			return fmt.Errorf("%s is not a %s; expected one of %s", model.Quoted(code), what, all)
		}
		switch {
		case !ok:
			return fmt.Errorf("expected Role/Result or Role/Result [Reason], got %s", model.Word(value))
		case !known(model.Roles, d.Role):
			return not("role", string(d.Role), list(model.Roles))
		case !known(model.Results, d.Result):
			return not("result", string(d.Result), list(model.Results))
		case d.Reason != "" && !known(model.Reasons, d.Reason):
			return not("reason", string(d.Reason), list(model.Reasons))
		}
		f.Role, f.Result, f.Reason = d.Role, d.Result, d.Reason
	case "resource type":
		types := []model.ResourceType{model.AgentResource, model.QueueResource, model.StrategyResource}
		f.ResourceType = model.ResourceType(value)
		if value != "" && !known(types, f.ResourceType) {
			return fmt.Errorf("expected one of %s, got %s", list(types), model.Name(value))
		}
	case "received from":
		f.ReceivedFrom.Is = model.Null
		if value != "" {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 1 {
				return fmt.Errorf("expected the number of a row, or a blank, got %s", model.Word(value))
			}
			f.ReceivedFrom = model.Num(n)
		}
	case "start":
		f.Start, err = r.moment(value)
	case "end":
		f.End, err = r.moment(value)
	default:
		return errors.New("no such column; expected interaction, resource, resource type, technical descriptor, " +
			"received from, start or end")
	}
	return err
}

// bare returns what a cell quotes, as in JSON, including outer blanks; a cell without quotes is returned as it is.
func bare(cell string) string {
	if text, ok := wire.Unquote(cell); ok {
		return text
	}
	return cell
}

// inCell writes a name, in quotes if it would be misread without them.
func inCell(name string) string {
	if strings.TrimSpace(name) == name && !strings.HasPrefix(name, `"`) {
		return name
	}
	return string(wire.AppendString(nil, name))
}

// moment reads a time of the scenario's day, or a full one; a blank is the zero time, which is not compared.
func (r *Recorder) moment(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.TimeOnly, value); err == nil {
		return dayStart.Truncate(24 * time.Hour).Add(t.Sub(t.Truncate(24 * time.Hour))), nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return t, fmt.Errorf("expected a time such as 09:00:07 or 2026-01-05T09:00:07Z, got %s", model.Word(value))
	}
	return t.UTC(), nil
}

func known[S ~string](values []S, v S) bool {
	return slices.ContainsFunc(values, func(o S) bool { return model.Code(string(o)) == model.Code(string(v)) })
}

func list[S ~string](values []S) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}
