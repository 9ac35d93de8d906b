package engine

import (
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// ExpectSchema is the JSON Schema of an expectations file.
//
//go:embed expect.schema.json
var ExpectSchema []byte

// Expectation is an entry of an expectations file: scenarios that are known to end with a verdict. The results have the
// same fields.
type Expectation struct {
	// a glob, as in [Plan.Select]; "" is every scenario, if there is a signature
	ID      string  `json:"id,omitempty"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"`
	Issue   string  `json:"issue,omitempty"` // a URL
	Until   string  `json:"until,omitempty"` // the last day on which the entry is in force, such as 2026-12-31
	Max     string  `json:"max,omitempty"`   // the most that may end so: a number, or a share such as 0.5%

	// Signature is a glob of signatures of differences: the entry covers only these, and holds if there is one.
	Signature string `json:"signature,omitempty"`

	Scenarios int `json:"scenarios"` // of the whole plan that the glob matches
	Held      int `json:"held"`      // of those: ended with the verdict
	Otherwise int `json:"otherwise"` // of those: ended with another

	// Nothing says that all those scenarios were asked, and no difference has the signature.
	Nothing bool `json:"nothing,omitzero"`

	pattern      *regexp.Regexp // nil if the glob is an id
	signature    *regexp.Regexp // nil if there is none
	surprise     *Outcome       // the first that ended with another
	line, column int            // where it begins in its file, from 1
}

// Outside reports whether none of the entry's scenarios was asked: they are of another shard, or the run was narrowed
// to others.
func (x *Expectation) Outside() bool { return x.Scenarios > 0 && x.Held+x.Otherwise == 0 && !x.Nothing }

// Stale reports whether the entry matches no scenario, or one that passed or ended otherwise, or is exceeded.
func (x *Expectation) Stale() bool {
	return x.Scenarios == 0 || x.Otherwise > 0 || x.Nothing || x.Exceeded(x.Held, x.Scenarios)
}

// Exceeded reports whether n of all are more than Max.
func (x *Expectation) Exceeded(n, all int) bool {
	if x.Max == "" {
		return false
	}
	most, share, ok := readMax(x.Max)
	if share {
		most *= float64(all) / 100
	}
	return ok && float64(n) > most
}

// readMax reads a number, or a share in percent.
func readMax(s string) (most float64, share, ok bool) {
	number, share := strings.CutSuffix(s, "%")
	most, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	switch {
	case err != nil || !(most >= 0):
		return 0, share, false
	case share:
		return most, true, most <= 100
	}
	return most, false, most == math.Trunc(most)
}

// Covers reports whether the entry is about differences of a signature, wherever they are.
func (x *Expectation) Covers(signature string) bool {
	return x.signature != nil && x.signature.MatchString(signature)
}

// Name returns what messages call the entry.
func (x *Expectation) Name() string {
	switch {
	case x.Signature == "":
		return x.ID
	case x.ID == "":
		return "signature " + x.Signature
	}
	return x.ID + ", signature " + x.Signature
}

// Expectations are the known failures of an implementation. Nil is none.
type Expectations struct {
	Entries []*Expectation

	require model.Levels // what gates; none is all
	file    string       // its name in errors
	lines   []string
	flow    bool                      // written in brackets
	about   map[string][]*Expectation // by the id of a scenario
}

// key is one that an entry may have.
type key struct {
	name     string
	required bool
	of       func(x *Expectation) *string
	good     func(value string) bool // nil is any text
	expected string                  // what is good
}

// keys are those of an entry, in the order in which they are written.
var keys = []key{
	{name: "id", of: func(x *Expectation) *string { return &x.ID }},
	{name: "signature", of: func(x *Expectation) *string { return &x.Signature }},
	{
		name: "verdict", required: true, of: func(x *Expectation) *string { return (*string)(&x.Verdict) },
		good:     func(v string) bool { return slices.Contains([]Verdict{Fail, Error, Skip}, Verdict(v)) },
		expected: "fail, error or skip",
	},
	{name: "reason", required: true, of: func(x *Expectation) *string { return &x.Reason }},
	{
		name: "issue", of: func(x *Expectation) *string { return &x.Issue }, good: func(v string) bool {
			u, err := url.Parse(v)
			return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
		},
		expected: "an http or https URL",
	},
	{
		name: "until", of: func(x *Expectation) *string { return &x.Until }, good: func(v string) bool {
			_, err := time.Parse(time.DateOnly, v)
			return err == nil
		},
		expected: "a date such as 2026-12-31",
	},
	{
		name: "max", of: func(x *Expectation) *string { return &x.Max }, good: func(v string) bool {
			_, _, ok := readMax(v)
			return ok
		},
		expected: "a number, or a share such as 0.5%",
	},
}

// ReadExpectations reads an expectations file, whose text is plain. Errors name the file, the line and the key.
func ReadExpectations(file, text string) (*Expectations, error) {
	x := &Expectations{file: file, lines: strings.SplitAfter(text, "\n")}
	body, err := files.YAML(file, text)
	if err != nil || body == nil {
		return x, err
	}
	list, ok := body.(*ast.SequenceNode)
	if !ok {
		return nil, x.wrong(body.GetToken().Position.Line, "expected a list of entries, such as - id: documented/1.4/*")
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
		what, name := "id", entry.ID
		if entry.Signature != "" {
			what, name = "signature", entry.Name()
		}
		if line := seen[name]; line > 0 {
			return nil, x.wrong(entry.line, "%s: %s is already listed on line %d", what, model.Name(name), line)
		}
		seen[name] = entry.line
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
			return nil, x.wrong(line, "%s: no such key; expected id, signature, verdict, reason, issue, until or max",
				model.Name(name))
		}
		given[name] = true
		value, ok := scalar(field.Value)
		if !ok {
			return nil, x.wrong(line, "%s: expected text", name)
		}
		if k := keys[i]; k.good != nil && !k.good(value) {
			return nil, x.wrong(line, "%s: expected %s, got %s", name, k.expected, model.Word(value))
		}
		*keys[i].of(entry) = value
	}
	for _, k := range keys {
		if k.required && !given[k.name] {
			return nil, x.wrong(entry.line, "%s: missing", k.name)
		}
	}
	if entry.Signature != "" {
		entry.signature = globPattern(entry.Signature)
	}
	switch {
	case entry.ID == "" && entry.Signature == "":
		return nil, x.wrong(entry.line, "id: missing; expected id or signature")
	case entry.Signature != "" && entry.Verdict != Fail:
		return nil, x.wrong(entry.line, "verdict: expected fail for an entry with a signature, got %s", entry.Verdict)
	}
	return entry, nil
}

// scalar returns the text of a value as it is written, even if it looks like a number or a date.
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

// Plan finds the scenarios of the whole plan that each entry is about. Call it before the plan is narrowed.
func (x *Expectations) Plan(whole *Plan) {
	if x == nil {
		return
	}
	x.about = make(map[string][]*Expectation)
	var globs []*Expectation
	for _, entry := range x.Entries {
		if strings.ContainsAny(entry.ID, "*?") || entry.ID == "" {
			entry.pattern = globPattern(cmp.Or(entry.ID, "*"))
			globs = append(globs, entry)
		} else {
			x.about[entry.ID] = append(x.about[entry.ID], entry)
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

// Judge counts an outcome for the entries about it, and returns the one that lists its verdict, else the first, else
// nil.
func (x *Expectations) Judge(o *Outcome) (known *Expectation) {
	if x == nil || o.Verdict == NotRun || o.pending { // who wrote a glob did not know of new scenarios
		return nil
	}
	known = x.covered(o)
	for _, entry := range x.about[o.ID] {
		if entry.Signature != "" {
			continue
		}
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

// Asked tells the entries which scenarios were asked: if all of an entry's were, and none has its signature, nothing
// has.
func (x *Expectations) Asked(lines []*ScenarioLine) {
	if x == nil {
		return
	}
	for _, entry := range x.Entries {
		if entry.Signature == "" || entry.Held > 0 {
			continue
		}
		pattern, asked := globPattern(cmp.Or(entry.ID, "*")), 0
		for _, l := range lines {
			if l.Verdict != NotRun && pattern.MatchString(l.ID) {
				asked++
			}
		}
		entry.Nothing = asked == entry.Scenarios
	}
}

// covered counts an outcome for the entries whose signature one of its differences has. It returns the first of them if
// every difference that gates is covered: another cause in the same scenario gates.
func (x *Expectations) covered(o *Outcome) (known *Expectation) {
	if o.Verdict != Fail {
		return nil
	}
	all := true
	counted := make(map[*Expectation]bool)
	for i := range o.Differences {
		d := &o.Differences[i]
		if x.require != 0 && !x.require.Has(d.Level) {
			continue
		}
		signature, found := d.Signature(), false
		for _, entry := range x.about[o.ID] {
			if !entry.Covers(signature) {
				continue
			}
			found = true
			if known == nil {
				known = entry
			}
			if !counted[entry] {
				counted[entry] = true
				entry.Held++
			}
		}
		all = all && found
	}
	if !all {
		return nil
	}
	return known
}

// Stale reports whether an entry is.
func (x *Expectations) Stale() bool {
	return x != nil && slices.ContainsFunc(x.Entries, (*Expectation).Stale)
}

// Expired lists the entries whose last day is before a day, given as 2006-01-02, except for those outside of what was
// asked.
func (x *Expectations) Expired(today string) (ids []string) {
	if x != nil {
		for _, entry := range x.Entries {
			if entry.expired(today) {
				ids = append(ids, entry.Name())
			}
		}
	}
	return ids
}

func (x *Expectation) expired(today string) bool {
	return x.Until != "" && x.Until < today && !x.Outside()
}

// Findings says, in a line each, which entries are stale or have expired on a day given as 2006-01-02, and what to do.
func (x *Expectations) Findings(today string) (lines []string) {
	for _, entry := range x.Entries {
		if says := entry.Finding(entry.expired(today)); says != "" {
			lines = append(lines, fmt.Sprintf("%s:%d: %s", x.file, entry.line, says))
		}
	}
	return lines
}

// Finding says in a line that the entry is stale or has expired, and what to do; it returns "" if the entry holds. An
// entry that comes from a record does not know which scenarios ended otherwise.
func (x *Expectation) Finding(expired bool) string {
	says := ""
	switch {
	case x.Scenarios == 0:
		says = "matches no scenario; remove the entry"
	case x.Nothing:
		says = "matches no difference; remove the entry"
	case x.Otherwise > 0:
		now, such := "different", ""
		if x.surprise != nil {
			now, such = string(x.surprise.Verdict), ", such as "+model.Name(x.surprise.ID)
		}
		says = "is listed as " + string(x.Verdict) + ", but is now " + now
		if x.Scenarios > 1 {
			says += fmt.Sprintf(" in %d of %d scenarios%s", x.Otherwise, x.Scenarios, such)
		}
		says += "; correct or remove the entry"
	case x.Exceeded(x.Held, x.Scenarios):
		says = fmt.Sprintf("covers %d cases, but its max is %s; fix the cause or raise max", x.Held, x.Max)
	case expired:
		says = "expired after " + x.Until + "; fix the cause, or set a later date"
	default:
		return ""
	}
	var subject []string
	if x.ID != "" {
		subject = append(subject, model.Quoted(x.ID))
	}
	if x.Signature != "" {
		subject = append(subject, "signature "+model.Quoted(x.Signature))
	}
	return strings.Join(subject, ", ") + " " + says
}
