package wire

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// EventReader reads events from JSON Lines.
type EventReader struct {
	lines   *lines
	objects *objects[model.Event]
	id      []byte
	event   model.Event
}

// NewEventReader reads from in; file names it in errors.
func NewEventReader(file string, in io.Reader) *EventReader { return NewEventReaderOf(file, in, nil) }

// NewEventReaderOf is [NewEventReader] for a log of the user's world.
func NewEventReaderOf(file string, in io.Reader, r *Reading) *EventReader {
	l := newLines(file, in, r)
	return &EventReader{lines: l, objects: newObjects(EventForm, r, plainEvents(), l.names)}
}

// Take sets the block to read next.
func (r *EventReader) Take(b *Block) { r.lines.take(b) }

// Read returns the next event. The error is io.EOF at the end, a *LineError for a line that is no event (reading may
// go on after it, unless the line was too long), or the input's own. If the name of an event is unknown, nothing that
// is wrong with its fields counts.
func (r *EventReader) Read() (e model.Event, err error) {
	id, err := r.Next(&r.event) // which is on the heap already
	e = r.event
	if e.InteractionID == "" {
		e.InteractionID = r.lines.names.Of(id)
	}
	return e, err
}

// Next is [EventReader.Read] into e, except for the interaction's id, which it returns. The id is valid until the next
// call; e may or may not have it too.
func (r *EventReader) Next(e *model.Event) (id []byte, err error) {
	isRaw, line, err := r.scan()
	if isRaw {
		r.lines.fast.raw.event(e, r.lines.names)
		return r.lines.fast.raw.id, nil
	}
	return r.strict(line, err, e)
}

// strict reads a line by the decoder, unless there was an error.
func (r *EventReader) strict(line []byte, err error, e *model.Event) (id []byte, _ error) {
	*e = model.Event{}
	if err != nil {
		return nil, err
	}
	if bad := readObject(r.lines, r.objects, line, e); bad != nil {
		err = bad
	}
	r.id = append(r.id[:0], e.InteractionID...)
	return r.id, err
}

// NextPacked is Next for an event that is only to be packed.
func (r *EventReader) NextPacked(p *PackedEvent) error {
	isRaw, line, err := r.scan()
	if isRaw {
		r.lines.fast.raw.Pack(p, r.lines.names)
		return nil
	}
	id, err := r.strict(line, err, &r.event)
	p.Pack(id, &r.event)
	return err
}

// scan goes to the next line and reads it if the scanner can; otherwise it returns the line.
func (r *EventReader) scan() (isRaw bool, line []byte, err error) {
	l := r.lines
	tried := len(l.rest) > 0 && l.rest[0] == '{'
	if tried { // the line is found by reading it
		if n, ok := l.fast.scan(l.rest); ok {
			l.rest = l.rest[n:]
			l.line++
			return true, nil, nil
		}
	}
	line, err = l.next()
	if err != nil || tried {
		return false, line, err
	}
	n, ok := l.fast.scan(line)
	return ok && n == len(line), line, nil
}

// Line returns the number of the line that was read last.
func (r *EventReader) Line() int { return r.lines.line }

// File returns what errors call the input.
func (r *EventReader) File() string { return r.lines.file }

// AppendEvent appends an event as a JSON line: its fields in the order of the contract, without absent ones, and last
// what its Wire adds.
func AppendEvent(b []byte, e *model.Event) []byte {
	w := e.Wire
	if w == nil {
		w = &ordinary
	}
	b = append(b, `{"interaction_id":`...)
	b = AppendString(b, e.InteractionID)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, e.Seq, 10)
	if !e.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = append(appendTime(b, e.Time, w), '"')
	}
	b = member(b, `,"event":`, string(e.Name))
	b = appendParty(b, `,"actor":`, e.Actor, w.Actor)
	b = appendParty(b, `,"party":`, e.Party, w.Party)
	b = member(b, `,"queue":`, e.Queue)
	b = member(b, `,"operation":`, string(e.Operation))
	if e.VisibilityMode != 0 {
		b = append(b, `,"visibility_mode":`...)
		b = strconv.AppendInt(b, int64(e.VisibilityMode), 10)
	}
	b = member(b, `,"reason":`, e.Reason)
	b = member(b, `,"media_type":`, e.MediaType)
	return append(further(b, w.Also), "}\n"...)
}

var ordinary model.Wire

// appendTime appends a time in its zone, with as many digits of a fraction as it has, or as w asks for.
func appendTime(b []byte, t time.Time, w *model.Wire) []byte {
	t = t.UTC()
	if *w == ordinary {
		return t.AppendFormat(b, time.RFC3339Nano)
	}
	local := t.Add(time.Duration(w.Zone) * time.Minute)
	layout, nanos := "2006-01-02T15:04:05.999999999", "000000000"
	if n := min(w.Digits, len(nanos)); n > 0 && strings.TrimRight(fmt.Sprintf("%09d", t.Nanosecond())[n:], "0") == "" {
		layout = "2006-01-02T15:04:05." + nanos[:n]
	}
	b = local.AppendFormat(b, layout)
	if w.Zone == 0 {
		return append(b, 'Z')
	}
	return time.Time{}.In(time.FixedZone("", w.Zone*60)).AppendFormat(b, "-07:00")
}

func appendParty(b []byte, name string, p model.Party, also string) []byte {
	if p == (model.Party{}) {
		return b
	}
	b = append(b, name...)
	b = append(b, `{"type":`...)
	b = AppendString(b, string(p.Type))
	b = member(b, `,"id":`, p.ID)
	return append(further(b, also), '}')
}

// further appends members that are JSON already.
func further(b []byte, members string) []byte {
	if members == "" {
		return b
	}
	return append(append(b, ','), members...)
}

// member appends a member with a string value, unless that is empty. name includes its comma, quotes and colon.
func member(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return AppendString(append(b, name...), value)
}

// AppendString appends a JSON string; what is not UTF-8 becomes U+FFFD. Most strings need no escapes.
func AppendString(b []byte, s string) []byte {
	start := len(b)
	b = append(append(b, '"'), s...)
	if plainEnd(b, start+1) < len(b) {
		b, _ = jsontext.AppendQuote(b[:start], s)
		return b
	}
	return append(b, '"')
}
