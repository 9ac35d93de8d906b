package engine

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/chatproof/chatproof/model"
)

// ExpectSchema is the JSON Schema of an expectations file.
//
//go:embed expect.schema.json
var ExpectSchema []byte

// Expectation is an entry of an expectations file: scenarios that are known to end so. Its lines in the results are alike.
type Expectation struct {
	ID      string  `json:"id"` // a glob, as in [Plan.Select]
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"`
	Issue   string  `json:"issue,omitempty"` // a URL
	Until   string  `json:"until,omitempty"` // the last day on which the entry is in force, such as 2026-12-31

	Scenarios int `json:"scenarios"` // of the whole plan that the glob matches
	Held      int `json:"held"`      // of those: ended with the verdict
	Otherwise int `json:"otherwise"` // of those: ended with another

	pattern      *regexp.Regexp // nil where the glob is an id
	surprise     *Outcome       // the first that ended with another
	line, column int            // where it begins in its file, from 1
}

// Outside reports whether the entry is about scenarios none of which was asked: those of another shard, or outside of
// what a run was narrowed to.
func (x *Expectation) Outside() bool { return x.Scenarios > 0 && x.Held+x.Otherwise == 0 }

// Stale reports whether the entry matches no scenario, or one that passed or ended otherwise.
func (x *Expectation) Stale() bool { return x.Scenarios == 0 || x.Otherwise > 0 }

// Expectations are the known failures of an implementation. Nil is none.
type Expectations struct {
	Entries []*Expectation

	file  string // as errors call it
	lines []string
	flow  bool                      // written in brackets
	about map[string][]*Expectation // by the id of a scenario
}

// key is one that an entry may have.
type key struct {
	name     string
	required bool
	set      func(x *Expectation, value string) (expected string) // "" where the value is good
}

var keys = []key{
	{"id", true, func(x *Expectation, v string) string { x.ID = v; return "" }},
	{"verdict", true, func(x *Expectation, v string) string {
		x.Verdict = Verdict(v)
		if slices.Contains([]Verdict{Fail, Error, Skip}, x.Verdict) {
			return ""
		}
		return "expected fail, error or skip"
	}},
	{"reason", true, func(x *Expectation, v string) string { x.Reason = v; return "" }},
	{"issue", false, func(x *Expectation, v string) string {
		x.Issue = v
		if u, err := url.Parse(v); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			return ""
		}
		return "expected a URL with http or https"
	}},
	{"until", false, func(x *Expectation, v string) string {
		x.Until = v
		if _, err := time.Parse(time.DateOnly, v); err == nil {
			return ""
		}
		return "expected a date such as 2026-12-31"
	}},
}

// ReadExpectations reads an expectations file. Errors name the file, the line and the key.
func ReadExpectations(file string, text []byte) (*Expectations, error) {
	source := strings.TrimPrefix(string(text), "\ufeff")
	x := &Expectations{file: file, lines: strings.SplitAfter(source, "\n")}
	tree, err := parser.ParseBytes([]byte(source), 0)
	if err != nil {
		var bad *yaml.SyntaxError
		if errors.As(err, &bad) && bad.Token != nil {
			return nil, x.wrong(bad.Token.Position.Line, "%s", model.Line(bad.Message))
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	docs := slices.DeleteFunc(tree.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) == 0 {
		return x, nil // blank, or comments alone
	}
	list, ok := docs[0].Body.(*ast.SequenceNode)
	if !ok {
		return nil, x.wrong(docs[0].Body.GetToken().Position.Line, "expected a list of entries, such as - id: documented/1.4/*")
	}
	if len(docs) > 1 {
		return nil, x.wrong(docs[1].Body.GetToken().Position.Line, "expected one list, got a second document")
	}
	x.flow = list.IsFlowStyle
	seen := make(map[string]int)
	for i, node := range list.Values {
		entry, err := x.entry(node)
		if err != nil {
			return nil, err
		}
		if !x.flow {
			start := list.Entries[i].Start.Position
			entry.line, entry.column = start.Line, start.Column
		}
		if line := seen[entry.ID]; line > 0 {
			return nil, x.wrong(entry.line, "id: %s is listed in line %d already", model.Name(entry.ID), line)
		}
		seen[entry.ID] = entry.line
		x.Entries = append(x.Entries, entry)
	}
	return x, nil
}

func (x *Expectations) wrong(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", x.file, line, fmt.Sprintf(format, args...))
}

func (x *Expectations) entry(node ast.Node) (*Expectation, error) {
	entry := &Expectation{line: node.GetToken().Position.Line}
	fields, ok := node.(*ast.MappingNode)
	if !ok {
		return nil, x.wrong(entry.line, "expected an entry with id, verdict and reason")
	}
	given := make(map[string]bool)
	for _, field := range fields.Values {
		line, name := field.Key.GetToken().Position.Line, field.Key.GetToken().Value
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
		if i < 0 {
			return nil, x.wrong(line, "%s: no such key; expected id, verdict, reason, issue or until", model.Name(name))
		}
		given[name] = true
		value, ok := scalar(field.Value)
		if !ok {
			return nil, x.wrong(line, "%s: expected text", name)
		}
		if expected := keys[i].set(entry, value); expected != "" {
			return nil, x.wrong(line, "%s: %s, got %s", name, expected, model.Name(value))
		}
	}
	for _, k := range keys {
		if k.required && !given[k.name] {
			return nil, x.wrong(entry.line, "%s: missing", k.name)
		}
	}
	return entry, nil
}

// scalar is the text of a value as it is written: that it looks like a number or a date makes no difference.
func scalar(node ast.Node) (text string, ok bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		text = n.GetToken().Value
	}
	text = strings.TrimSpace(text)
	return text, text != ""
}

// Plan finds the scenarios of the whole plan that each entry is about: call it before the plan is narrowed.
func (x *Expectations) Plan(whole *Plan) {
	if x == nil {
		return
	}
	x.about = make(map[string][]*Expectation)
	var globs []*Expectation
	for _, entry := range x.Entries {
		if strings.ContainsAny(entry.ID, "*?") {
			entry.pattern = globPattern(entry.ID)
			globs = append(globs, entry)
		} else {
			x.about[entry.ID] = []*Expectation{entry}
		}
	}
	for _, s := range whole.Scenarios {
		for _, entry := range globs {
			if entry.pattern.MatchString(s.ID) {
				x.about[s.ID] = append(x.about[s.ID], entry)
			}
		}
		for _, entry := range x.about[s.ID] {
			entry.Scenarios++
		}
	}
}

// Judge says what became of the entries about an outcome, and returns the one that lists its verdict, else the first,
// else nil.
func (x *Expectations) Judge(o *Outcome) (known *Expectation) {
	if x == nil || o.Verdict == NotRun {
		return nil
	}
	for _, entry := range x.about[o.ID] {
		held := entry.Verdict == o.Verdict
		if known == nil || held && known.Verdict != o.Verdict {
			known = entry
		}
		if held {
			entry.Held++
		} else {
			entry.Otherwise++
			entry.surprise = cmp.Or(entry.surprise, o)
		}
	}
	return known
}

// Stale reports whether an entry is.
func (x *Expectations) Stale() bool {
	return x != nil && slices.ContainsFunc(x.Entries, (*Expectation).Stale)
}

// Expired lists the entries whose last day is before a day, given as 2006-01-02, but for those outside of what was asked.
func (x *Expectations) Expired(today string) (ids []string) {
	if x != nil {
		for _, entry := range x.Entries {
			if entry.expired(today) {
				ids = append(ids, entry.ID)
			}
		}
	}
	return ids
}

func (x *Expectation) expired(today string) bool {
	return x.Until != "" && x.Until < today && !x.Outside()
}

// Findings says in a line each which entries are stale, or expired on a day given as 2006-01-02, and what to do.
func (x *Expectations) Findings(today string) (lines []string) {
	for _, entry := range x.Entries {
		if says := entry.Finding(entry.expired(today)); says != "" {
			lines = append(lines, fmt.Sprintf("%s:%d: %s", x.file, entry.line, says))
		}
	}
	return lines
}

// Finding says in a line that the entry is stale, or expired, and what to do; "" is that it holds. An entry that comes
// from a record does not know which scenarios ended otherwise.
func (x *Expectation) Finding(expired bool) string {
	says := ""
	switch {
	case x.Scenarios == 0:
		says = "matches no planned scenario: remove it"
	case x.Otherwise > 0:
		now, such := "otherwise", ""
		if x.surprise != nil {
			now, such = string(x.surprise.Verdict), ", such as "+model.Name(x.surprise.ID)
		}
		says = "listed as " + string(x.Verdict) + ", now " + now
		if x.Scenarios > 1 {
			says += fmt.Sprintf(" in %d of %d%s", x.Otherwise, x.Scenarios, such)
		}
		says += ": correct or remove it"
	case expired:
		says = "in force until " + x.Until + ": mend what it is about, or agree on another day"
	default:
		return ""
	}
	return model.Name(x.ID) + ": " + says
}
