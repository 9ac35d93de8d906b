package suite

import (
	"bytes"
	_ "embed"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// ResultsSchema is the JSON Schema of a line of the results.
//
//go:embed results.schema.json
var ResultsSchema []byte

// Header is the first line of the results. What depends on the occasion stands in Environment, here and in the other
// lines: without it, two runs of one plan against one behaviour give the same bytes.
type Header struct {
	Type        string       `json:"type"` // "header"
	Chatproof   string       `json:"chatproof"`
	Suite       string       `json:"suite"` // digest of features and rules
	Plan        string       `json:"plan"`  // digest of the scenarios
	Scenarios   int          `json:"scenarios"`
	Require     []string     `json:"require"`
	Environment *Environment `json:"environment,omitempty"`
}

// NewHeader makes the header of a run of the plan.
func NewHeader(p *Plan, require model.Levels) *Header {
	return &Header{
		Type: "header", Chatproof: Version, Suite: p.Suite, Plan: p.Digest, Scenarios: len(p.Scenarios), Require: strings.Split(require.String(), ","),
	}
}

// Environment is what depends on the occasion. Each line fills in what it knows.
type Environment struct {
	Way       string   `json:"way,omitempty"`
	Command   []string `json:"command,omitempty"`
	Platform  string   `json:"platform,omitempty"`
	Reproduce string   `json:"reproduce,omitempty"` // a command that runs this scenario alone
	Ignored   int      `json:"ignored_rows,omitzero"`
	Notes     []string `json:"notes,omitempty"`
	Stderr    string   `json:"stderr,omitempty"` // its tail
}

// ScenarioLine is the line of a scenario. Facts are as in `schema fact`.
type ScenarioLine struct {
	Type        string           `json:"type"` // "scenario"
	ID          string           `json:"id"`
	Level       string           `json:"level"`
	Flow        string           `json:"flow,omitempty"`
	Title       string           `json:"title,omitempty"`
	Name        string           `json:"name,omitempty"`
	Source      string           `json:"source,omitempty"`
	Rules       []string         `json:"rules,omitempty"`
	Verdict     Verdict          `json:"verdict"`
	Failure     *FailureLine     `json:"failure,omitempty"`
	Expected    []jsontext.Value `json:"expected"`
	Actual      []jsontext.Value `json:"actual"`
	Differences []DifferenceLine `json:"differences,omitempty"`
	Environment *Environment     `json:"environment,omitempty"`
}

// FailureLine says why there are no facts to compare.
type FailureLine struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// DifferenceLine is one difference between expected and actual rows.
type DifferenceLine struct {
	InteractionID string   `json:"interaction_id"`
	Resource      string   `json:"resource"`
	Ordinal       int64    `json:"ordinal,omitzero"`
	Field         string   `json:"field"`
	Expected      string   `json:"expected"`
	Actual        string   `json:"actual"`
	Level         string   `json:"level"`
	Required      bool     `json:"required"`
	Rules         []string `json:"rules,omitempty"`
	Why           string   `json:"why,omitempty"`
	Accepted      []string `json:"also_accepted,omitempty"`
}

// Footer is the last line; without it the results are incomplete.
type Footer struct {
	Type        string       `json:"type"` // "footer"
	Verdict     string       `json:"verdict"`
	Totals      Totals       `json:"totals"`
	Coverage    *Coverage    `json:"coverage"`
	Environment *Environment `json:"environment,omitempty"`
}

// NewFooter makes the footer of a run.
func NewFooter(t *Tally) *Footer {
	return &Footer{Type: "footer", Verdict: string(t.Conclusion()), Totals: t.Totals, Coverage: t.Coverage()}
}

// Totals counts scenarios: all, and by level, flow and rule, in the order of the plan and of the table of rules.
// A scenario counts for every rule that bears on what it expects.
type Totals struct {
	All        Count    `json:"all"`
	Levels     []Count  `json:"levels"`
	Families   []Count  `json:"families"` // the first part of the id
	Flows      []Count  `json:"flows"`
	Rules      []Count  `json:"rules"`
	Invariants []Broken `json:"invariants"`
}

// Broken counts the scenarios that broke an invariant or relation: what is wrong whatever the open questions.
type Broken struct {
	Name      string `json:"name"`
	Scenarios int    `json:"scenarios"`
}

// Count counts the verdicts of a group of scenarios.
type Count struct {
	Name   string `json:"name,omitempty"`
	Title  string `json:"title,omitempty"`
	Pass   int    `json:"pass"`
	Noted  int    `json:"noted"` // of Pass: those with differences of levels that are not required
	Fail   int    `json:"fail"`
	Error  int    `json:"error"`
	Skip   int    `json:"skip"`
	NotRun int    `json:"not_run"`
}

// Scenarios is the size of the group.
func (c *Count) Scenarios() int { return c.Pass + c.Fail + c.Error + c.Skip + c.NotRun }

func (c *Count) add(o *Outcome) {
	switch o.Verdict {
	case Pass:
		c.Pass++
		if len(o.Differences) > 0 {
			c.Noted++
		}
	case Fail:
		c.Fail++
	case Error:
		c.Error++
	case Skip:
		c.Skip++
	case NotRun:
		c.NotRun++
	}
}

// Conclusion is a run in a word.
type Conclusion string

// The conclusions.
const (
	Conforming    Conclusion = "conforming"
	Nonconforming Conclusion = "not conforming"
	Incomplete    Conclusion = "incomplete" // nothing gates, but not everything required was run
)

// Tally adds up outcomes.
type Tally struct {
	Totals     Totals
	coverage   *model.Coverage
	require    model.Levels
	gating     bool
	incomplete bool
}

// NewTally starts a tally for the plan, so that groups come in its order.
func NewTally(p *Plan, require model.Levels) *Tally {
	t := &Tally{require: require, coverage: model.NewCoverage()}
	for _, l := range model.AllLevels {
		if slices.ContainsFunc(p.Scenarios, func(s *Scenario) bool { return s.Level == l }) {
			t.Totals.Levels = append(t.Totals.Levels, Count{Name: l.String()})
		}
	}
	for _, s := range p.Scenarios {
		if family, _, _ := strings.Cut(s.ID, "/"); !slices.ContainsFunc(t.Totals.Families, func(c Count) bool { return c.Name == family }) {
			t.Totals.Families = append(t.Totals.Families, Count{Name: family})
		}
		if s.Flow != "" && s.Level == model.Documented && !slices.ContainsFunc(t.Totals.Flows, func(c Count) bool { return c.Name == s.Flow }) {
			t.Totals.Flows = append(t.Totals.Flows, Count{Name: s.Flow, Title: s.Title})
		}
	}
	for _, r := range model.Rules() {
		t.Totals.Rules = append(t.Totals.Rules, Count{Name: r.ID})
	}
	for _, v := range model.Invariants() {
		t.Totals.Invariants = append(t.Totals.Invariants, Broken{Name: v.ID})
	}
	return t
}

// Add counts an outcome.
func (t *Tally) Add(o *Outcome) {
	t.Totals.All.add(o)
	group := func(counts []Count, name string) {
		for i := range counts {
			if counts[i].Name == name {
				counts[i].add(o)
			}
		}
	}
	group(t.Totals.Levels, o.Level.String())
	if o.Level == model.Documented {
		group(t.Totals.Flows, o.Flow)
	}
	family, _, _ := strings.Cut(o.ID, "/")
	group(t.Totals.Families, family)
	for _, r := range o.Rules {
		group(t.Totals.Rules, r)
	}
	for i := range t.Totals.Invariants {
		v := &t.Totals.Invariants[i]
		if slices.ContainsFunc(o.Differences, func(d model.Difference) bool { return string(d.Field) == v.Name }) {
			v.Scenarios++
		}
	}
	if o.Verdict == NotRun {
		t.incomplete = true
		return
	}
	t.coverage.AddCase(o.Case)
	if o.Gates(t.require) {
		t.gating = true
	}
}

// Conclusion concludes.
func (t *Tally) Conclusion() Conclusion {
	switch {
	case t.gating:
		return Nonconforming
	case t.incomplete:
		return Incomplete
	}
	return Conforming
}

// Line makes the line of an outcome.
func (o *Outcome) Line(require model.Levels) *ScenarioLine {
	l := &ScenarioLine{
		Type: "scenario", ID: o.ID, Level: o.Level.String(), Flow: o.Flow, Title: o.Title, Name: o.Name, Source: o.Source,
		Rules: o.Rules, Verdict: o.Verdict, Expected: factLines(o.expected()), Actual: factLines(o.Actual),
	}
	if o.Failure != nil {
		l.Failure = &FailureLine{string(o.Failure.Kind), o.Failure.Message}
	}
	for i := range o.Differences {
		d := &o.Differences[i]
		l.Differences = append(l.Differences, DifferenceLine{
			d.InteractionID, d.Resource, d.Ordinal, string(d.Field), d.Expected, d.Actual, d.Level.String(), require.Has(d.Level), d.Rules, d.Why, d.Accepted,
		})
	}
	return l
}

func factLines(facts []model.Fact) []jsontext.Value {
	lines := make([]jsontext.Value, len(facts))
	for i := range facts {
		lines[i] = bytes.TrimSpace(rows.AppendFact(nil, &facts[i]))
	}
	return lines
}

// WriteLine writes a header, scenario or footer as one line.
func WriteLine(w io.Writer, line any) error {
	b, err := json.Marshal(line, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
