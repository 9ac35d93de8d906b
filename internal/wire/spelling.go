package wire

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// Spelling returns how the line of an event is written beyond what the event says: its zone and fraction, nulls, and
// members without a meaning, of the event, its actor and its party. It is nil if the line is written in the ordinary
// way, or is no event. With it, [AppendEvent] writes an event that says and leaves unsaid the same.
func Spelling(line []byte) *model.Wire {
	var w model.Wire
	w.Also = others(line, func(name string, value jsontext.Value) (known bool) {
		switch name {
		case "time":
			w.Zone, w.Digits = timeStyle(string(bytes.Trim(value, `"`)))
		case "actor":
			w.Actor = others(value, partyMember)
		case "party":
			w.Party = others(value, partyMember)
		case "interaction_id", "seq", "event", "queue", "operation", "visibility_mode", "reason", "media_type":
		default:
			return false
		}
		return true
	})
	if w == ordinary {
		return nil
	}
	return &w
}

func partyMember(name string, _ jsontext.Value) bool { return name == "type" || name == "id" }

// others returns the members of an object that are null or unknown.
func others(object []byte, known func(name string, value jsontext.Value) bool) string {
	var b []byte
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return ""
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return ""
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return ""
		}
		if known(text, value) && value.Kind() != 'n' {
			continue
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(append(AppendString(b, text), ':'), value...)
	}
	return string(b)
}

// timeStyle returns the zone of an RFC 3339 time, in minutes, and the digits of its fraction if that ends in 0.
func timeStyle(s string) (zone, digits int) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, 0
	}
	_, seconds := t.Zone()
	if _, fraction, ok := strings.Cut(s, "."); ok {
		digits = strings.IndexFunc(fraction, func(r rune) bool { return r < '0' || r > '9' })
		if fraction[digits-1] != '0' { // it is written so anyway
			digits = 0
		}
	}
	return seconds / 60, digits
}

// Unquote returns the text of a JSON string.
func Unquote(quoted string) (text string, ok bool) {
	if len(quoted) < 2 || quoted[0] != '"' {
		return "", false
	}
	b, err := jsontext.AppendUnquote(nil, quoted)
	return string(b), err == nil
}
