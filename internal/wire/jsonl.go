// Package wire reads and writes events, facts and messages as JSON Lines. It knows their form and nothing of what they
// mean; that is package model.
//
// JSON Lines is one object a line, blank lines ignored, unknown fields ignored, known fields of the
// wrong type refused, as are duplicate names and invalid UTF-8.
package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// LineError says which line of which input could not be read, and why.
type LineError struct {
	File    string
	Line    int
	Field   string // "" where the line as a whole is at fault
	Problem string // what was found and what was expected

	// InteractionID is the interaction that the line belongs to, where that much could be read: then only that
	// interaction is spoilt (W9).
	InteractionID string
	Seq           int64
}

func (e *LineError) Error() string {
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.What()
}

// What is the error without its place.
func (e *LineError) What() string {
	if e.Field != "" {
		return e.Field + ": " + e.Problem
	}
	return e.Problem
}

// lines reads the lines of an input, numbered, and the JSON object of each.
type lines struct {
	file   string
	blocks *cutter // where the next block comes from; nil of a reader that takes blocks
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

// newLines reads from in; of a nil one, blocks are taken.
func newLines(file string, in io.Reader) *lines {
	var blocks *cutter
	if in != nil {
		blocks = newCutter(file, in, blockSize)
	}
	names := NewNames()
	return &lines{file: file, blocks: blocks, json: jsontext.NewDecoder(bytes.NewReader(nil)), names: names, fast: scanner{names: names}}
}

func (l *lines) errorf(field, format string, args ...any) *LineError {
	return &LineError{File: l.file, Line: l.line, Field: field, Problem: fmt.Sprintf(format, args...)}
}

// take makes a block the next to be read.
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
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

// object walks the members of the line's object. For each it calls member with the name; member must consume the
// value by one of the readers below or skip. It returns an error where the line is not one well-formed object.
func (l *lines) object(line []byte, member func(name []byte)) *LineError {
	l.src.Reset()
	l.src.Write(line)
	l.json.Reset(&l.src)
	if l.json.PeekKind() != '{' {
		return l.notJSON(line, errors.New("expected a JSON object"))
	}
	if err := l.members(member); err != nil {
		return l.notJSON(line, err)
	}
	if _, err := l.json.ReadToken(); err != io.EOF {
		return l.notJSON(line, errors.New("expected one JSON object, found more behind it"))
	}
	return nil
}

// members walks an object that comes next.
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
			if l.name, err = jsontext.AppendUnquote(l.name[:0], raw); err != nil {
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
	return l.errorf("", "not a JSON object: %s: %s", problem, model.Name(string(line[:min(len(line), 400)])))
}

// Fault keeps the first thing wrong with the fields of a line.
type Fault struct{ Field, Problem string }

// Set says what is wrong with a field, unless something was before.
func (f *Fault) Set(field, problem string) {
	if f.Problem == "" {
		f.Field, f.Problem = field, problem
	}
}

// str reads a string or null; anything else is a fault.
func (l *lines) str(field string, bad *Fault) string {
	switch kind := l.json.PeekKind(); kind {
	case '"':
		raw, err := l.json.ReadValue()
		if err != nil {
			return ""
		}
		l.text, _ = jsontext.AppendUnquote(l.text[:0], raw)
		return l.names.Of(l.text)
	default:
		if kind != 'n' {
			bad.Set(field, "expected a string, got "+kindName(kind))
		}
		l.skip()
		return ""
	}
}

// integer reads an integer or null.
func (l *lines) integer(field string, bad *Fault) model.Number {
	switch kind := l.json.PeekKind(); kind {
	case '0':
		raw, err := l.json.ReadValue()
		if err != nil {
			return model.Number{}
		}
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil { // 1.0 is an integer, too
			var x float64
			if x, err = strconv.ParseFloat(string(raw), 64); x != math.Trunc(x) || math.Abs(x) > 1<<53 {
				err = strconv.ErrRange
			}
			n = int64(x)
		}
		if err != nil {
			n = 0
			bad.Set(field, "expected an integer, got "+model.Name(string(raw)))
		}
		return model.Num(n)
	case 'n':
		l.skip()
		return model.Number{Is: model.Null}
	default:
		bad.Set(field, "expected an integer, got "+kindName(kind))
		l.skip()
		return model.Number{}
	}
}

// instant reads an RFC 3339 time or null.
func (l *lines) instant(field string, bad *Fault) time.Time {
	s := l.str(field, bad)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if t = t.UTC(); err != nil || len(s) < len("2026-01-05T09:00:07Z") || s[13] != ':' || strings.ContainsRune(s, ',') || t.Year() < 0 || t.Year() > 9999 {
		bad.Set(field, "expected RFC 3339 with a zone, such as 2026-01-05T09:00:07Z, got "+model.Name(s))
	}
	return t
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
