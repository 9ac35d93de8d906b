package wire

import (
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// The types of the messages of the stream protocol. Of these an implementation sends hello, facts, skip and error.
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

// maxMessageFacts bounds the facts of a message that are kept.
const maxMessageFacts = 10_000

// Message is what an implementation sends over a stream. Which fields it has goes by its type.
type Message struct {
	Type  string
	ID    string       // of facts, skip and error: that of the classify it answers
	Facts []model.Fact // of facts
	Text  string       // of skip and error: the reason, the message

	Name, Version, Language string // of hello: the implementation
	MaxInFlight             int    // of hello: how many classify it takes before it has answered
}

// MessageReader reads an implementation's messages: a JSON object a line, blank lines and unknown fields ignored.
type MessageReader struct {
	lines *lines
	facts *objects[model.Fact]
}

// NewMessageReader reads from in; file names it in errors.
func NewMessageReader(file string, in io.Reader) *MessageReader {
	l := newLines(file, in, nil)
	return &MessageReader{l, newObjects(FactForm, nil, plainFacts(), l.names)}
}

// Read returns the next message. The error is io.EOF at the end, a *LineError for a line that is no message, or the
// input's own. With a *LineError the message has its type and id where these could be read, and reading may go on
// unless the line was too long.
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
			m.Facts = l.factArray(r.facts, &bad)
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
		bad = Fault{"type", "expected hello, facts, skip or error, got " + model.Name(m.Type)}
	}
	if m.Type != Hello && m.ID == "" {
		bad.Set("id", "missing; expected that of a classify message")
	}
	if bad.Problem != "" {
		return m, l.errorf(bad.Field, "%s", bad.Problem)
	}
	return m, nil
}

// greets takes over what a hello says, or puts in bad what it lacks.
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

// factArray reads an array of facts.
func (l *lines) factArray(o *objects[model.Fact], bad *Fault) (facts []model.Fact) {
	if kind := l.json.PeekKind(); kind != '[' {
		bad.Set("facts", "expected an array, got "+kindName(kind))
		l.skip()
		return nil
	}
	_, _ = l.json.ReadToken()
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
				bad.Set("facts", "more than "+strconv.Itoa(maxMessageFacts))
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

// implementation reads what an implementation says of itself.
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

// AppendClassify appends a classify message. Lines that are no events stand behind them: as they are where they are
// JSON, else as strings.
func AppendClassify(b []byte, id string, events []model.Event, lines []string) []byte {
	b = AppendString(append(b, `{"type":"classify","id":`...), id)
	b = append(b, `,"events":[`...)
	for i := range events {
		b = AppendEvent(b, &events[i])
		b[len(b)-1] = ','
	}
	for _, line := range lines {
		if jsontext.Value(line).IsValid() {
			b = append(b, line...)
		} else {
			b = AppendString(b, line)
		}
		b = append(b, ',')
	}
	if len(events)+len(lines) > 0 {
		b = b[:len(b)-1]
	}
	return append(b, "]}\n"...)
}

// AppendBye appends the last message.
func AppendBye(b []byte) []byte { return append(b, `{"type":"bye"}`+"\n"...) }
