package wire

import (
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// EventReader reads events from JSON Lines.
type EventReader struct {
	lines *lines
	id    []byte
}

// NewEventReader reads from in; file names it in errors.
func NewEventReader(file string, in io.Reader) *EventReader {
	return &EventReader{lines: newLines(file, in)}
}

// Take makes a block the next to be read.
func (r *EventReader) Take(b *Block) { r.lines.take(b) }

// Read returns the next event. The error is io.EOF at the end, a *LineError for a line that is no event (reading may
// go on behind it, unless the line was too long), or the input's own. Of an event whose name is unknown nothing but
// the interaction is asked for.
func (r *EventReader) Read() (e model.Event, err error) {
	id, err := r.Next(&e)
	if e.InteractionID == "" {
		e.InteractionID = r.lines.names.Of(id)
	}
	return e, err
}

// Next is [EventReader.Read] into e, but for the interaction, whose id it returns: it is valid until the next call, and
// whether e names it, too, says nothing.
func (r *EventReader) Next(e *model.Event) (id []byte, err error) {
	line, err := r.lines.next()
	if err != nil {
		*e = model.Event{}
		return nil, err
	}
	if id, ok := r.lines.fast.event(line, e); ok {
		return id, nil
	}
	var bad *LineError
	if *e, bad = r.lines.event(line); bad != nil {
		err = bad
	}
	r.id = append(r.id[:0], e.InteractionID...)
	return r.id, err
}

// Line is the number of the line that was read last.
func (r *EventReader) Line() int { return r.lines.line }

func (l *lines) event(line []byte) (e model.Event, _ *LineError) {
	var bad Fault
	named := false
	bareEvent := func(name []byte) {
		switch string(name) {
		case "interaction_id":
			e.InteractionID = l.str("interaction_id", &bad)
		case "seq":
			e.Seq = l.integer("seq", &bad).Value
		case "time":
			e.Time = l.instant("time", &bad)
		case "event":
			e.Name = model.EventName(l.str("event", &bad))
			named = e.Name != ""
		case "actor":
			e.Actor = l.party("actor", &bad)
		case "party":
			e.Party = l.party("party", &bad)
		case "queue":
			e.Queue = l.str("queue", &bad)
		case "operation":
			e.Operation = model.Operation(l.str("operation", &bad))
		case "visibility_mode":
			n := l.integer("visibility_mode", &bad)
			if e.VisibilityMode = model.VisibilityMode(n.Value); n.Is == model.Given && (n.Value < 1 || n.Value > 3) {
				bad.Set("visibility_mode", "expected 1, 2 or 3, got "+strconv.FormatInt(n.Value, 10))
			}
		case "reason":
			e.Reason = l.str("reason", &bad)
		case "media_type":
			e.MediaType = l.str("media_type", &bad)
		default:
			l.skip()
		}
	}
	if err := l.object(line, bareEvent); err != nil {
		return e, err
	}
	switch {
	case named && !e.Name.Known():
		return e, nil
	case e.InteractionID == "" && bad.Field != "interaction_id":
		bad = Fault{"interaction_id", "missing; expected a non-empty string"}
	case !named:
		bad.Set("event", "missing; expected the name of an event")
	}
	if bad.Problem == "" {
		return e, nil
	}
	err := l.errorf(bad.Field, "%s", bad.Problem)
	err.InteractionID, err.Seq = e.InteractionID, e.Seq
	return e, err
}

// party reads {"type": …, "id": …} or null.
func (l *lines) party(field string, bad *Fault) (p model.Party) {
	switch kind := l.json.PeekKind(); kind {
	case '{':
		_ = l.members(func(name []byte) { // a syntax error shows again at the next token
			switch string(name) {
			case "type":
				p.Type = model.PartyType(l.str(field+".type", bad))
			case "id":
				p.ID = l.str(field+".id", bad)
			default:
				l.skip()
			}
		})
	default:
		if kind != 'n' {
			bad.Set(field, `expected an object such as {"type":"agent","id":"Agent 1"}, got `+kindName(kind))
		}
		l.skip()
	}
	return p
}

// AppendEvent appends an event as a JSON line, fields in the order of the contract, absent ones left out.
func AppendEvent(b []byte, e *model.Event) []byte {
	b = append(b, `{"interaction_id":`...)
	b = AppendString(b, e.InteractionID)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, e.Seq, 10)
	if !e.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	b = member(b, `,"event":`, string(e.Name))
	b = appendParty(b, `,"actor":`, e.Actor)
	b = appendParty(b, `,"party":`, e.Party)
	b = member(b, `,"queue":`, e.Queue)
	b = member(b, `,"operation":`, string(e.Operation))
	if e.VisibilityMode != 0 {
		b = append(b, `,"visibility_mode":`...)
		b = strconv.AppendInt(b, int64(e.VisibilityMode), 10)
	}
	b = member(b, `,"reason":`, e.Reason)
	b = member(b, `,"media_type":`, e.MediaType)
	return append(b, "}\n"...)
}

func appendParty(b []byte, name string, p model.Party) []byte {
	if p == (model.Party{}) {
		return b
	}
	b = append(b, name...)
	b = append(b, `{"type":`...)
	b = AppendString(b, string(p.Type))
	b = member(b, `,"id":`, p.ID)
	return append(b, '}')
}

// member appends a member whose value is a string, unless it is empty. name comes with its comma, quotes and colon.
func member(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return AppendString(append(b, name...), value)
}

// AppendString appends a JSON string; what is not UTF-8 becomes U+FFFD. Most strings stand for themselves.
func AppendString(b []byte, s string) []byte {
	start := len(b)
	b = append(append(b, '"'), s...)
	if plainEnd(b, start+1) < len(b) {
		b, _ = jsontext.AppendQuote(b[:start], s)
		return b
	}
	return append(b, '"')
}
