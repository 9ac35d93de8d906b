// Package reports turns the record of a run into what a reader wants: a page, pictures of its chats, JUnit XML,
// Markdown, a badge, text. It also merges records and compares them. It renders from the record alone. A record may
// come from anybody: in no rendering is anything in it markup, a command, or without limit.
package reports

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Results is the record of a run.
type Results struct {
	Name   string // of the file
	Header *engine.Header
	Lines  []*engine.ScenarioLine // in the order of the plan
	// Footer is never nil. That of an incomplete record is counted from its lines, without coverage.
	Footer     *engine.Footer
	Incomplete bool // the record has no footer: its run did not end
	// Changes are the changes since an older result, if the caller has compared it: the page and the Markdown show
	// them.
	Changes *Changes
	// Campaign says how far a campaign went if the lines are its findings; "" means a run. Only the page shows it.
	Campaign string
}

// RecordOf returns the file of a record: in a directory, that of a report.
func RecordOf(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, recordFile)
	}
	return path
}

// Open reads a record from a file, or from a report's directory; "-" is stdin. See [Read].
func Open(ctx context.Context, path string, stdin io.Reader) (*Results, error) {
	in, name, err := files.Open(ctx, RecordOf(path), stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return Read(name, in)
}

// Read reads a record; name is what errors call it. A record that breaks off is read as far as it goes. An error
// names the line, or is the input's own.
func Read(name string, in io.Reader) (*Results, error) {
	r := &reader{lines: wire.NewLineReader(name, in), tally: engine.NewTally(), seen: make(map[string]bool)}
	r.Name = name
	for {
		line, err := r.lines.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = r.line(line)
		}
		if r.Header != nil && errors.Is(err, io.ErrUnexpectedEOF) {
			if _, end := r.lines.Next(); end == io.EOF {
				break // the run was ended while it wrote the line
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if r.Header == nil {
		return nil, r.lines.Errorf("", "no header: this is not the record of a run (results.jsonl)")
	}
	if r.Footer == nil {
		r.Incomplete = true
		r.Footer = engine.NewFooter(r.tally, nil)
		if r.Footer.Verdict != engine.Nonconforming {
			r.Footer.Verdict = engine.Incomplete
		}
	}
	return &r.Results, nil
}

// reader is a record as far as it has been read.
type reader struct {
	Results
	lines *wire.LineReader
	tally *engine.Tally
	seen  map[string]bool
}

var scenarioStart = []byte(`{"type":"scenario",`)

func (r *reader) line(line []byte) error {
	// a line as we write it: no need to decode it twice
	if r.Header != nil && r.Header.Kind == "" && r.Footer == nil && bytes.HasPrefix(line, scenarioStart) {
		return r.scenario(line)
	}
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &kind); err != nil {
		return r.fault(err)
	}
	switch {
	case r.Header == nil && kind.Type != "header":
		return r.lines.Errorf("type", "expected the header of a record, got %s", model.Word(kind.Type))
	case r.Footer != nil:
		return r.lines.Errorf("", "expected nothing after the footer; a file holds one record")
	case kind.Type == "header":
		return r.header(line)
	case kind.Type == "scenario" && r.Header.Kind == "", kind.Type == "finding" && r.Header.Kind == engine.Check:
		return r.scenario(line)
	case kind.Type == "footer":
		return r.footer(line)
	}
	return r.lines.Errorf("type", "expected scenario or footer, got %s", model.Word(kind.Type))
}

func (r *reader) header(line []byte) error {
	if r.Header != nil {
		return r.lines.Errorf("", "a second header; a file holds one record")
	}
	h := new(engine.Header)
	if err := r.decode(line, h); err != nil {
		return err
	}
	if h.Kind != "" && h.Kind != engine.Check {
		return r.lines.Errorf("kind", "expected check or no kind, got %s", model.Word(h.Kind))
	}
	if h.Scenarios < 0 || h.Scenarios == 0 && h.Kind == "" {
		return r.lines.Errorf("scenarios", "expected 1 or more, got %d", h.Scenarios)
	}
	r.Header = h
	return nil
}

func (r *reader) scenario(line []byte) error {
	l := new(engine.ScenarioLine)
	if err := r.decode(line, l); err != nil {
		return err
	}
	after := 0
	if n := len(r.Lines); n > 0 {
		after = r.Lines[n-1].Index
	}
	_, level := model.ParseLevel(l.Level)
	switch {
	case l.Index <= after || l.Index > r.Header.Scenarios:
		return r.lines.Errorf("index", "expected a number from %d to %d, got %d", after+1, r.Header.Scenarios, l.Index)
	case l.ID == "" || r.seen[l.ID]:
		return r.lines.Errorf("id", "expected an id that no earlier line has, got %s", model.Word(l.ID))
	case !level:
		return r.lines.Errorf("level", "%s is not a level", model.Quoted(l.Level))
	case !slices.Contains(engine.Verdicts, l.Verdict):
		return r.lines.Errorf("verdict", "%s is not a verdict", model.Name(string(l.Verdict)))
	case r.Header.Kind == engine.Check && l.Found == nil:
		return r.lines.Errorf("found", "missing; every finding of a check has it")
	case l.Verdict == engine.Fail && !slices.ContainsFunc(l.Differences,
		func(d model.Difference) bool { return d.Required }):
		return r.lines.Errorf("differences", "expected one that is required, because the scenario fails")
	case l.Verdict == engine.Error && l.Failure == nil:
		return r.lines.Errorf("failure", "missing; the verdict error needs it")
	}
	if l.Verdict == engine.Pending && l.Since == "" {
		return r.lines.Errorf("since", "missing; the verdict pending needs it")
	}
	for i := range l.Differences {
		d := &l.Differences[i]
		if d.Field == "" {
			return r.lines.Errorf("differences", "expected a field, got none")
		}
	}
	if l.Verdict == engine.Pass && len(l.Differences) > 0 {
		l.Verdict = engine.Differs // a record up to version 0.1
	}
	r.seen[l.ID] = true
	r.Lines = append(r.Lines, l)
	r.tally.Add(l)
	return nil
}

func (r *reader) footer(line []byte) error {
	f := new(engine.Footer)
	if err := r.decode(line, f); err != nil {
		return err
	}
	if r.Header.Kind == engine.Check && f.Audit == nil {
		return r.lines.Errorf("audit", "missing")
	}
	if f.Coverage == nil && r.Header.Kind == "" {
		return r.lines.Errorf("coverage", "missing")
	}
	if f.Totals.Upgrade(); f.Totals.All != r.tally.Totals.All {
		return r.lines.Errorf("totals.all",
			"does not match the lines above: the record was changed, or lines are missing")
	}
	r.Footer = f
	return nil
}

func (r *reader) decode(line []byte, into any) error {
	if err := json.Unmarshal(line, into, json.RejectUnknownMembers(true)); err != nil {
		return r.fault(err)
	}
	return nil
}

// fault turns a decoder's error into one of the line.
func (r *reader) fault(err error) error {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &cutOff{r.lines.Errorf("", "the line is cut off")}
	case errors.As(err, &syntactic):
		return r.lines.Errorf(field(syntactic.JSONPointer), "not JSON: %v", syntactic.Err)
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return r.lines.Errorf(field(semantic.JSONPointer), "this version of chatproof does not know the field")
	case errors.As(err, &semantic) && semantic.Err != nil:
		return r.lines.Errorf(field(semantic.JSONPointer), "%v", semantic.Err)
	case errors.As(err, &semantic):
		return r.lines.Errorf(field(semantic.JSONPointer), "expected a type other than %v", semantic.JSONKind)
	}
	return r.lines.Errorf("", "%v", err)
}

// cutOff is the error of a line without its end: if it is the last one, the run ended while it wrote the line.
type cutOff struct{ *wire.LineError }

func (*cutOff) Unwrap() error { return io.ErrUnexpectedEOF }

// field writes where in a line something is: totals.all.
func field(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, model.Name(name))
	}
	return strings.Join(names, ".")
}
