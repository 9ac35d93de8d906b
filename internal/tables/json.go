package tables

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/wire"
)

// values reads JSON values, which need not be on lines of their own, and knows where each begins. It refuses duplicate
// names and invalid UTF-8.
type values struct {
	in       io.Reader
	json     *jsontext.Decoder
	read     int64   // bytes so far
	newlines []int64 // the line ends after the last value
	line     int     // of the next
}

func newValues(in io.Reader) *values {
	v := &values{in: in, line: 1}
	v.json = jsontext.NewDecoder(v)
	return v
}

// Read reads for the decoder.
func (v *values) Read(p []byte) (int, error) {
	if v.read-v.json.InputOffset() > wire.MaxLine {
		return 0, fmt.Errorf("a value of more than %d bytes", wire.MaxLine)
	}
	n, err := v.in.Read(p)
	if v.read == 0 && n >= 3 && string(p[:3]) == "\ufeff" {
		copy(p, "   ") // which mean nothing
	}
	for i, c := range p[:n] {
		if c == '\n' {
			v.newlines = append(v.newlines, v.read+int64(i))
		}
	}
	v.read += int64(n)
	return n, err
}

// next returns the next value, which is valid until the next call, and the line in which it begins; io.EOF at the end.
func (v *values) next() (value jsontext.Value, line int, err error) {
	value, err = v.json.ReadValue()
	begins := v.json.InputOffset() - int64(len(value))
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.ErrUnexpectedEOF) {
		unread := v.json.UnreadBuffer()
		begins += int64(len(unread) - len(bytes.TrimLeft(unread, " \t\r\n")))
	} else if errors.As(err, &syntax) {
		begins = syntax.ByteOffset
	}
	for len(v.newlines) > 0 && v.newlines[0] < begins {
		v.newlines, v.line = v.newlines[1:], v.line+1
	}
	return value, v.line, err
}

// waits reports whether the next value may take long to arrive.
func (v *values) waits() bool { return len(v.json.UnreadBuffer()) == 0 }

// valueOf reads a value in the form that jq programs take, with numbers as they are written.
func valueOf(d *jsontext.Decoder) (any, error) {
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return t.Bool(), nil
	case '"':
		return t.String(), nil
	case '0':
		text := t.String()
		if n, err := strconv.Atoi(text); err == nil {
			return n, nil
		}
		return json.Number(text), nil
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			v, err := valueOf(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.ReadToken()
		return list, err
	}
	object := make(map[string]any)
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		object[key], err = valueOf(d)
		if err != nil {
			return nil, err
		}
	}
	_, err = d.ReadToken()
	return object, err
}
