package wire

import (
	"bytes"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// The types of the messages of the stream protocol. An implementation sends hello, facts, skip and error.
const (
	Hello    = "hello"
	Classify = "classify"
	Facts    = "facts"
	Skip     = "skip"
	Failed   = "error"
	Bye      = "bye"
)

// Protocol is the version of the stream protocol.
const Protocol = 1

// maxMessageFacts limits how many facts of a message are kept.
const maxMessageFacts = 10_000

// Message is what an implementation sends over a stream. Its type says which fields it has.
type Message struct {
	Type  string
	ID    string       // of facts, skip and error: that of the classify it answers
	Facts []model.Fact // of facts
	Text  string       // of skip and error: the reason, the message

	Name, Version, Language string // of hello: the implementation
	MaxInFlight             int    // of hello: how many unanswered classify messages it accepts
}

// MessageReader reads an implementation's messages: JSON Lines, in which it ignores blank lines and unknown fields.
type MessageReader struct {
	// Rows reads the values of an array of facts, one per line, if these are not in our form; nil if they are.
	Rows func(in io.Reader) interface{ Read() (model.Fact, error) }

	lines *lines
	facts *objects[model.Fact]
}

// NewMessageReader reads from in; file names it in errors.
func NewMessageReader(file string, in io.Reader) *MessageReader {
	l := newLines(file, in, nil)
	return &MessageReader{lines: l, facts: newObjects(FactForm, nil, plainFacts(), l.names)}
}

// Read returns the next message. The error is io.EOF at the end, a *LineError for a line that is no message, or the
// input's own. With a *LineError the message has its type and id if these could be read, and reading may go on unless
// the line was too long.
func (r *MessageReader) Read() (Message, error) {
	line, err := r.lines.next()
	if err != nil {
		return Message{}, err
	}
	m, bad := r.message(line)
	if bad != nil {
		return m, bad
	}
	return m, nil
}

func (r *MessageReader) message(line []byte) (m Message, _ *LineError) {
	l := r.lines
	var bad Fault
	protocol, inFlight := model.Number{}, model.Number{}
	facts, text := false, map[string]string{}
	err := l.object(line, func(name []byte) {
		switch field := string(name); field {
		case "type":
			m.Type = l.str(field, &bad)
		case "id":
			m.ID = l.str(field, &bad)
		case "facts":
			facts = true
			m.Facts = r.array(&bad)
		case "reason", "message":
			text[field] = l.str(field, &bad)
		case "protocol":
			protocol = l.integer(field, &bad)
		case "max_in_flight":
			inFlight = l.integer(field, &bad)
		case "implementation":
			l.implementation(&m, &bad)
		default:
			l.skip()
		}
	})
	if err != nil {
		return Message{}, err
	}
	switch m.Type {
	case Hello:
		m.greets(protocol, inFlight, &bad)
	case Facts:
		if !facts {
			bad.Set("facts", "missing; expected an array")
		}
	case Skip:
		m.Text = text["reason"]
	case Failed:
		m.Text = text["message"]
	default:
		bad = Fault{"type", "expected hello, facts, skip or error, got " + model.Word(m.Type)}
	}
	if m.Type != Hello && m.ID == "" {
		bad.Set("id", "missing; expected the id of a classify message")
	}
	if bad.Problem != "" {
		return m, l.errorf(bad.Field, "%s", bad.Problem)
	}
	return m, nil
}

// array reads the facts of a message.
func (r *MessageReader) array(bad *Fault) []model.Fact {
	kind := r.lines.json.PeekKind()
	if kind != '[' {
		bad.Set("facts", "expected an array, got "+kindName(kind))
		r.lines.skip()
		return nil
	}
	_, _ = r.lines.json.ReadToken()
	if r.Rows != nil {
		return r.lines.translatedFacts(r.Rows, bad)
	}
	return r.lines.factArray(r.facts, bad)
}

// greets takes over what a hello says, or sets bad to what it lacks.
func (m *Message) greets(protocol, inFlight model.Number, bad *Fault) {
	m.MaxInFlight = 1
	switch n := inFlight; {
	case protocol.Is != model.Given:
		bad.Set("protocol", "missing; expected "+strconv.Itoa(Protocol))
	case protocol.Value != Protocol:
		bad.Set("protocol", "expected "+strconv.Itoa(Protocol)+", got "+strconv.FormatInt(protocol.Value, 10))
	case m.Name == "":
		bad.Set("implementation.name", "missing; expected a non-empty string")
	case n.Is == model.Given && n.Value < 1:
		bad.Set("max_in_flight", "expected 1 or more, got "+strconv.FormatInt(n.Value, 10))
	case n.Is == model.Given:
		m.MaxInFlight = int(min(n.Value, 1<<30))
	}
}

// factArray reads an array of facts, after its bracket.
func (l *lines) factArray(o *objects[model.Fact], bad *Fault) (facts []model.Fact) {
	for i := 0; ; i++ {
		field := "facts[" + strconv.Itoa(i) + "]"
		switch kind := l.json.PeekKind(); kind {
		case '{':
			var f model.Fact
			wrong, _, err := o.read(l, &f)
			if err != nil {
				return facts // a syntax error shows again at the next token
			}
			if wrong.Problem != "" {
				bad.Set(field+"."+wrong.Field, wrong.Problem)
			}
			if len(facts) < maxMessageFacts {
				facts = append(facts, f)
			} else {
				bad.Set("facts", "expected "+strconv.Itoa(maxMessageFacts)+" at most, got more")
			}
		case ']':
			_, _ = l.json.ReadToken()
			return facts
		default:
			if l.json.SkipValue() != nil {
				return facts
			}
			bad.Set(field, "expected an object, got "+kindName(kind))
		}
	}
}

// translatedFacts reads an array whose values rows turns into facts, after its bracket.
func (l *lines) translatedFacts(rows func(io.Reader) interface{ Read() (model.Fact, error) },
	bad *Fault,
) (facts []model.Fact) {
	var text bytes.Buffer
	for l.json.PeekKind() != ']' {
		value, err := l.json.ReadValue()
		if err != nil {
			return nil // it shows again at the next token
		}
		text.Write(value)
		text.WriteByte('\n')
	}
	_, _ = l.json.ReadToken()
	for source := rows(&text); ; {
		f, err := source.Read()
		switch {
		case err == io.EOF:
			return facts
		case err != nil:
			bad.Set("facts", err.Error())
			return facts
		case len(facts) == maxMessageFacts:
			bad.Set("facts", "expected "+strconv.Itoa(maxMessageFacts)+" at most, got more")
			return facts
		}
		facts = append(facts, f)
	}
}

// implementation reads what an implementation says about itself.
func (l *lines) implementation(m *Message, bad *Fault) {
	if kind := l.json.PeekKind(); kind != '{' {
		bad.Set("implementation", `expected an object such as {"name":"my-etl"}, got `+kindName(kind))
		l.skip()
		return
	}
	_ = l.members(func(name []byte) { // a syntax error shows again at the next token
		switch string(name) {
		case "name":
			m.Name = l.str("implementation.name", bad)
		case "version":
			m.Version = l.str("implementation.version", bad)
		case "language":
			m.Language = l.str("implementation.language", bad)
		default:
			l.skip()
		}
	})
}

// AppendHello appends the harness's hello.
func AppendHello(b []byte, harness string) []byte {
	b = append(b, `{"type":"hello","protocol":`...)
	b = strconv.AppendInt(b, Protocol, 10)
	return append(AppendString(append(b, `,"harness":`...), harness), "}\n"...)
}

// AppendClassify appends a classify message. After the events come the lines that are no events: as they are if they
// are JSON, otherwise as strings.
func AppendClassify(b []byte, id string, events []model.Event, lines []string) []byte {
	b = appendClassify(b, id)
	for i := range events {
		b = AppendEvent(b, &events[i])
		b[len(b)-1] = ','
	}
	return endClassify(b, lines)
}

// AppendClassifyText is [AppendClassify] for events that are lines of JSON already.
func AppendClassifyText(b []byte, id string, events []byte, lines []string) []byte {
	b = append(appendClassify(b, id), events...)
	for i := len(b) - len(events); i < len(b); i++ {
		if b[i] == '\n' {
			b[i] = ','
		}
	}
	return endClassify(b, lines)
}

func appendClassify(b []byte, id string) []byte {
	return append(AppendString(append(b, `{"type":"classify","id":`...), id), `,"events":[`...)
}

func endClassify(b []byte, lines []string) []byte {
	for _, line := range lines {
		if jsontext.Value(line).IsValid() {
			b = append(b, line...)
		} else {
			b = AppendString(b, line)
		}
		b = append(b, ',')
	}
	return append(bytes.TrimSuffix(b, []byte(",")), "]}\n"...)
}

// AppendBye appends the last message.
func AppendBye(b []byte) []byte { return append(b, `{"type":"bye"}`+"\n"...) }
