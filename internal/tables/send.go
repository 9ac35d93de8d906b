package tables

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/itchyny/gojq"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Sends reports whether a program makes the events that are sent.
func (m *Mapping) Sends() bool { return m.programs().send != nil }

// SendsChats reports whether events are sent as whole chats: then chats do not overlap, and everything arrives in
// order.
func (m *Mapping) SendsChats() bool {
	send := m.programs().send
	return send != nil && send.perChat
}

// Speaks reports whether a mapping changes the form of sent events or returned rows.
func (m *Mapping) Speaks() bool {
	return m.programs() != (programs{}) || m.reading(wire.FactForm.Table) != nil ||
		len(m.orOurs().tables[wire.EventForm.Table].Columns) > 0
}

// AppendEvents appends events in the user's form, a line of JSON each, or the output of events.send for them. Several
// goroutines may call it.
func (m *Mapping) AppendEvents(b []byte, events []model.Event) ([]byte, error) {
	if send := m.programs().send; send != nil {
		err := send.sent(events, func(object map[string]any) (err error) {
			b, err = appendObject(b, object, send.name)
			return err
		})
		return b, err
	}
	w := newWriting(m, wire.EventForm)
	line := w.line(wire.AppendEvent)
	for i := range events {
		b = line(b, &events[i])
	}
	return b, w.failed()
}

// sent calls emit with the output of events.send for each event, or for each chat.
func (p *program) sent(events []model.Event, emit func(map[string]any) error) error {
	if !p.perChat {
		for i := range events {
			if err := p.sendOne(eventValue(&events[i]), &events[i], i, emit); err != nil {
				return err
			}
		}
		return nil
	}
	chats := make(map[string][]any)
	var first []*model.Event
	for i := range events {
		id := events[i].InteractionID
		if chats[id] == nil {
			first = append(first, &events[i])
		}
		chats[id] = append(chats[id], eventValue(&events[i]))
	}
	for i, e := range first {
		if err := p.sendOne(chats[e.InteractionID], e, i, emit); err != nil {
			return err
		}
	}
	return nil
}

// sendOne makes the objects for a value. It is an error if there are none: what is not sent cannot be judged.
func (p *program) sendOne(value any, of *model.Event, n int, emit func(map[string]any) error) error {
	gave := false
	err := p.run(value, n, func(object map[string]any) error {
		gave = true
		return emit(object)
	})
	if err == nil && !gave {
		err = fmt.Errorf("%s: gave no object; expected one or more", p.name)
	}
	if err != nil {
		return fmt.Errorf("%w (for interaction %s, seq %d, %s)", err, model.Quoted(of.InteractionID), of.Seq,
			model.Name(string(of.Name)))
	}
	return nil
}

// eventValue returns an event in the form that jq programs take: as in the contract, with times in UTC, and without
// members that mean nothing to us. How the user's world writes its own is up to the program.
func eventValue(e *model.Event) any {
	v := make(map[string]any, 10)
	v["interaction_id"], v["seq"] = e.InteractionID, int(e.Seq)
	if !e.Time.IsZero() {
		v["time"] = e.Time.UTC().Format(time.RFC3339Nano)
	}
	party := func(name string, p model.Party) {
		if p == (model.Party{}) {
			return
		}
		of := map[string]any{"type": string(p.Type)}
		if p.ID != "" {
			of["id"] = p.ID
		}
		v[name] = of
	}
	party("actor", e.Actor)
	party("party", e.Party)
	for _, text := range [...][2]string{
		{"event", string(e.Name)},
		{"queue", e.Queue},
		{"operation", string(e.Operation)},
		{"reason", e.Reason},
		{"media_type", e.MediaType},
	} {
		if text[1] != "" {
			v[text[0]] = text[1]
		}
	}
	if e.VisibilityMode != 0 {
		v["visibility_mode"] = int(e.VisibilityMode)
	}
	return v
}

// sentRow is an object from events.send, as a row.
type sentRow map[string]any

// createSent opens a place to write the output of events.send to.
func createSent(ctx context.Context, p Place, stdout io.Writer, send *program) (*wire.Output[model.Event], error) {
	format := ""
	if !IsDSN(p.Path) {
		var err error
		format, err = FormatOf(p.Path, p.Format)
		if err != nil {
			return nil, err
		}
	}
	var failure writing[model.Event]
	if format == "jsonl" && !send.perChat {
		return watched(&failure)(Create(ctx, p, stdout, wire.EventForm, func(b []byte, e *model.Event) []byte {
			b, err := p.Mapping.AppendEvents(b, []model.Event{*e})
			if err != nil {
				failure.fail(err)
			}
			return b
		}))
	}
	form := &wire.Form[sentRow]{Key: func(*sentRow) (string, int64) { return "", 0 }}
	line := func(b []byte, row *sentRow) []byte {
		b, err := appendObject(b, *row, send.name)
		if err != nil {
			failure.fail(err)
		}
		return b
	}
	if format != "jsonl" {
		var err error
		form, err = sentForm(send)
		if err != nil {
			return nil, err
		}
	}
	var to *wire.Output[sentRow]
	var err error
	if IsDSN(p.Path) {
		to, err = fillTable(ctx, p, wire.EventForm.Table, form)
	} else {
		to, err = Create(ctx, p, stdout, form, line)
	}
	if err != nil {
		return nil, err
	}
	s := &sender{program: send, to: to, form: form, failed: failure.failed}
	return &wire.Output[model.Event]{Put: s.put, End: s.end, Abort: to.Discard, On: to.On}, nil
}

// sentForm returns a form with the columns that events.send makes for events of all kinds.
func sentForm(send *program) (*wire.Form[sentRow], error) {
	kinds := make(map[string]wire.Kind)
	err := send.sent(everyKind(), func(object map[string]any) error {
		for name, v := range object {
			if cell := cellOfValue(v); kinds[name] == wire.Empty || cell.Is == wire.Text {
				kinds[name] = cell.Is
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	form := &wire.Form[sentRow]{Table: wire.EventForm.Table, Key: func(*sentRow) (string, int64) { return "", 0 }}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		if kind == wire.Empty {
			kind = wire.Text
		}
		form.Columns = append(form.Columns, wire.Column[sentRow]{
			Name: name, Kind: kind,
			Get: func(row *sentRow) wire.Cell {
				cell := cellOfValue((*row)[name])
				if kind == wire.Text && cell.Is == wire.Integer {
					cell = wire.TextCell(textOf(&cell))
				}
				return cell
			},
		})
	}
	return form, nil
}

// everyKind returns events of every name, by and about every party type, with all fields and with the required ones
// only.
func everyKind() (events []model.Event) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, name := range model.EventNames {
		for _, actor := range []model.PartyType{
			model.MediaServer, model.Strategy, model.Agent,
			model.InteractionServer,
		} {
			for _, party := range []model.PartyType{model.Strategy, model.Agent} {
				e := model.Event{
					InteractionID: "chat", Seq: int64(len(events) + 1), Time: at, Name: name, Actor: model.Party{
						Type: actor, ID: "a",
					},
				}
				events = append(events, e)
				e.Party, e.Queue, e.Operation, e.VisibilityMode = model.Party{Type: party, ID: "p"}, "q",
					model.Transfer, model.Coach
				e.Seq, e.Reason, e.MediaType = e.Seq+1, "Expired", "chat"
				events = append(events, e)
			}
		}
	}
	return events
}

// cellOfValue returns a value of jq as a cell. Arrays and objects become JSON text.
func cellOfValue(v any) wire.Cell {
	switch v := v.(type) {
	case nil:
		return wire.Cell{}
	case string:
		return wire.TextCell(v)
	case int:
		return wire.IntegerCell(int64(v))
	case float64:
		return wire.FloatCell(v)
	case *big.Int, json.Number:
		return wire.TextCell(fmt.Sprint(v))
	}
	b, err := gojq.Marshal(v)
	if err != nil {
		return wire.TextCell(err.Error())
	}
	return wire.TextCell(string(b))
}

// sender makes rows of events, or of a chat once it is complete, and passes them on.
type sender struct {
	program *program
	to      *wire.Output[sentRow]
	form    *wire.Form[sentRow]
	failed  func() error
	chat    []model.Event // not complete yet
	batch   wire.Batch[sentRow]
}

func (s *sender) put(events []model.Event) error {
	if s.program.perChat {
		s.chat = append(s.chat, events...)
		last := s.chat[len(s.chat)-1].InteractionID
		i := slices.IndexFunc(s.chat, func(e model.Event) bool { return e.InteractionID == last })
		events = slices.Clone(s.chat[:i])
		s.chat = slices.Delete(s.chat, 0, i)
	}
	return s.send(events)
}

func (s *sender) send(events []model.Event) error {
	err := s.program.sent(events, func(object map[string]any) error {
		for name := range object {
			if len(s.form.Columns) > 0 && !slices.ContainsFunc(s.form.Columns,
				func(c wire.Column[sentRow]) bool { return c.Name == name }) {
				return fmt.Errorf("%s: gave the field %s only for some events; give every object all fields, with "+
					"null where there is nothing", s.program.name, model.Name(name))
			}
		}
		row := sentRow(object)
		s.batch.Add(s.to, &row)
		return nil
	})
	if err == nil {
		err = s.batch.Flush(s.to)
	}
	if failed := s.failed(); failed != nil {
		return failed
	}
	return err
}

func (s *sender) end() error {
	if err := s.send(s.chat); err != nil {
		return err
	}
	return s.to.Finish()
}
