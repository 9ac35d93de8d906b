// Package wire reads and writes events, facts and messages as JSON Lines. It knows their form and nothing of what
// they mean; that is package model's.
//
// JSON Lines has one object per line. Blank lines and unknown fields are ignored. A known field that is neither text
// nor a number is refused, as are duplicate names and invalid UTF-8.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// LineError says which line of which input could not be read, and why.
type LineError struct {
	File    string
	Line    int
	Field   string // "" if the line as a whole is at fault
	Problem string // what was found and what was expected

	// InteractionID is the interaction that the line belongs to, if the line can be read that far. Then only that
	// interaction is spoilt (W9).
	InteractionID string
	Seq           int64
}

func (e *LineError) Error() string {
	if e.Line == 0 { // no line in particular
		return e.File + ": " + e.What()
	}
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.What()
}

// What returns the error without its place.
func (e *LineError) What() string {
	if e.Field != "" {
		return e.Field + ": " + e.Problem
	}
	return e.Problem
}

// lines reads the lines of an input, numbered, and the JSON object of each.
type lines struct {
	file   string
	blocks *cutter // where the next block comes from; nil in a reader that takes blocks
	block  Block
	rest   []byte // of the block
	line   int
	src    bytes.Buffer
	json   *jsontext.Decoder
	name   []byte
	text   []byte
	names  *Names
	fast   scanner
}

// newLines reads from in; if that is nil, the reader takes blocks.
func newLines(file string, in io.Reader, r *Reading) *lines {
	var blocks *cutter
	if in != nil {
		blocks = newCutter(file, in, blockSize, r)
	}
	names := NewNames()
	return &lines{
		file: file, blocks: blocks, json: jsontext.NewDecoder(bytes.NewReader(nil)), names: names,
		fast: scanner{names: names, off: !r.Plain()},
	}
}

func (l *lines) errorf(field, format string, args ...any) *LineError {
	return &LineError{File: l.file, Line: l.line, Field: field, Problem: fmt.Sprintf(format, args...)}
}

// take sets the block to read next.
func (l *lines) take(b *Block) {
	l.rest, l.line = b.text, b.first-1
}

// next returns the next line that is not blank; the error is io.EOF at the end, or that of the blocks.
func (l *lines) next() ([]byte, error) {
	for {
		if len(l.rest) == 0 {
			if l.blocks == nil {
				return nil, io.EOF
			}
			err := l.blocks.Next(&l.block)
			l.take(&l.block)
			if err != nil {
				l.line = l.block.first
				return nil, err
			}
		}
		line := l.rest
		if end := bytes.IndexByte(l.rest, '\n'); end >= 0 {
			line, l.rest = l.rest[:end], l.rest[end+1:]
		} else {
			l.rest = nil
		}
		if l.line++; l.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 {
			return line, nil
		}
	}
}

// object walks the members of the line's object. It calls member with the name of each; member must consume the value
// by one of the readers below or skip. It returns an error if the line is not one well-formed object.
func (l *lines) object(line []byte, member func(name []byte)) *LineError {
	if bad := l.begin(line); bad != nil {
		return bad
	}
	err := l.members(member)
	if err == nil {
		err = l.end()
	}
	if err != nil {
		return l.notJSON(line, err)
	}
	return nil
}

func (l *lines) reset(line []byte) {
	l.src.Reset()
	l.src.Write(line)
	l.json.Reset(&l.src)
}

// errNoObject says nothing more about a line than that it is no object.
var errNoObject = errors.New("")

// begin goes to the line's object.
func (l *lines) begin(line []byte) *LineError {
	if l.reset(line); l.json.PeekKind() != '{' {
		return l.notJSON(line, errNoObject)
	}
	return nil
}

// end checks that nothing follows the object.
func (l *lines) end() error {
	if _, err := l.json.ReadToken(); err != io.EOF {
		return errors.New("the line has more after the object")
	}
	return nil
}

// members walks the object that comes next.
func (l *lines) members(member func(name []byte)) error {
	if _, err := l.json.ReadToken(); err != nil {
		return err
	}
	for {
		switch l.json.PeekKind() {
		case '}':
			_, err := l.json.ReadToken()
			return err
		case '"':
			raw, err := l.json.ReadValue()
			if err != nil {
				return err
			}
			l.name, err = jsontext.AppendUnquote(l.name[:0], raw)
			if err != nil {
				return err
			}
			at := l.json.InputOffset()
			member(l.name)
			if l.json.InputOffset() == at { // the value could not be read
				_, err := l.json.ReadValue()
				return err
			}
		default:
			_, err := l.json.ReadToken()
			if err == nil {
				err = errors.New("expected a member name")
			}
			return err
		}
	}
}

// readObject reads a line that is one object.
func readObject[T any](l *lines, o *objects[T], line []byte, row *T) *LineError {
	if err := l.begin(line); err != nil {
		return err
	}
	bad, lacks, err := o.read(l, row)
	if err == nil {
		err = l.end()
	}
	if err != nil {
		var none T
		*row = none
		return l.notJSON(line, err)
	}
	if bad.Problem == "" {
		return nil
	}
	if lacks {
		bad.Problem += l.found(line, func(name []byte) bool { return !o.reading.Plain() || o.means(name) }, bad.Field)
	}
	at := l.errorf(bad.Field, "%s", bad.Problem)
	at.InteractionID, at.Seq = o.form.Key(row)
	return at
}

// found lists the names in a line, for an error, preceded by the one that may be the missing one misspelt.
func (l *lines) found(line []byte, known func(name []byte) bool, missing string) string {
	var names, unknown []string
	l.reset(line)
	all := l.members(func(name []byte) {
		names = append(names, string(name))
		if !known(name) {
			unknown = append(unknown, string(name))
		}
		l.skip()
	})
	if all != nil || len(names) == 0 {
		return ""
	}
	hint := ""
	if near := model.Nearest(missing, unknown); near != "" {
		hint = "; did you write " + model.Name(near) + " instead?"
	}
	return hint + "; the names on the line are " + Listed(names) + Unjoined(names)
}

func (l *lines) notJSON(line []byte, err error) *LineError {
	problem := err.Error()
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		problem = "the object does not end"
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		problem = "duplicate name " + model.Quoted(syntax.JSONPointer.LastToken())
	case errors.As(err, &syntax):
		problem = syntax.Err.Error()
	}
	shown := model.Name(string(line[:min(len(line), 400)]))
	if cause := causeOf(line); cause != "" && (l.line == 1 || !bytes.HasPrefix(line, []byte("{"))) {
		if Packed(line) != "" { // nobody can read what was found
			return l.errorf("", "not a JSON object: %s", cause)
		}
		return l.errorf("", "not a JSON object: %s; the line is %s", cause, shown)
	}
	if err == errNoObject {
		return l.errorf("", "not a JSON object: %s", shown)
	}
	return l.errorf("", "not a JSON object: %s; the line is %s", problem, shown)
}

// Fault holds the first thing that is wrong with the fields of a line.
type Fault struct{ Field, Problem string }

// Set says what is wrong with a field, unless something was before.
func (f *Fault) Set(field, problem string) {
	if f.Problem == "" {
		f.Field, f.Problem = field, problem
	}
}

// str reads a string or null; anything else is a fault. Only messages need it: [objects] reads rows.
func (l *lines) str(field string, bad *Fault) string {
	kind := l.json.PeekKind()
	if kind != '"' {
		if kind != 'n' {
			bad.Set(field, "expected a string, got "+kindName(kind))
		}
		l.skip()
		return ""
	}
	return l.cell().Text
}

// integer reads an integer or null; anything else is a fault.
func (l *lines) integer(field string, bad *Fault) model.Number {
	switch kind := l.json.PeekKind(); kind {
	case '0':
		c := l.cell()
		if c.Is != Integer {
			bad.Set(field, "expected an integer, got "+model.Name(c.Text))
		}
		return model.Num(c.N)
	case 'n':
		l.skip()
		return model.Number{Is: model.Null}
	default:
		bad.Set(field, "expected an integer, got "+kindName(kind))
		l.skip()
		return model.Number{}
	}
}

func (l *lines) skip() { _ = l.json.SkipValue() } // a syntax error shows again at the next token

func kindName(k jsontext.Kind) string {
	switch k {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 'n':
		return "null"
	}
	return "no value"
}
