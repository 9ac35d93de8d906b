package engine

import (
	_ "embed"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// ResultsSchema is the JSON Schema of a line of the results.
//
//go:embed results.schema.json
var ResultsSchema []byte

// Header is the first line of the results. Whatever depends on the occasion is in Environment, here and in the other
// lines. Without it, two runs of one plan against one behaviour give the same bytes.
type Header struct {
	Type        string       `json:"type"`           // "header"
	Kind        string       `json:"kind,omitempty"` // [Check], or "" of a run
	Chatproof   string       `json:"chatproof"`
	Suite       string       `json:"suite"` // digest of features, rules and invariants
	Seed        uint64       `json:"seed"`  // of the generated scenarios
	Plan        string       `json:"plan"`  // digest of the scenarios, those of other shards included
	Scenarios   int          `json:"scenarios"`
	Shard       string       `json:"shard,omitempty"`    // I/N; "" is the whole plan
	Media       []string     `json:"media,omitempty"`    // of the deployment; none is all
	LeftOut     []Without    `json:"left_out,omitempty"` // scenarios that are not planned
	Readings    *Readings    `json:"readings,omitempty"` // by which the reference answered
	Require     []string     `json:"require"`
	Strict      bool         `json:"strict,omitzero"` // scenarios that are new gate, too
	Environment *Environment `json:"environment,omitempty"`
}

// NewHeader returns the header of a run of the plan.
func NewHeader(p *Plan, seed uint64, require model.Levels) *Header {
	return &Header{
		Type: "header", Chatproof: Version, Suite: p.Suite, Seed: seed, Plan: p.Digest, Scenarios: p.Size,
		Shard: p.shard, Media: p.media, LeftOut: p.without, Require: strings.Split(require.String(), ","),
		Readings: p.reading,
	}
}

// Environment is what depends on the occasion. Each line fills in what it knows.
type Environment struct {
	Way       string   `json:"way,omitempty"`
	Command   []string `json:"command,omitempty"`
	URL       string   `json:"url,omitempty"`
	Events    string   `json:"events,omitempty"`  // of a check: where they were read from, without credentials
	Legacy    string   `json:"legacy,omitempty"`  // where the rows of the old mart were read from, without credentials
	Facts     string   `json:"facts,omitempty"`   // where rows at rest were read from, without credentials
	Mapping   string   `json:"mapping,omitempty"` // the digest of --mapping, its programs included
	Platform  string   `json:"platform,omitempty"`
	Reproduce string   `json:"reproduce,omitempty"` // a command that runs this scenario alone
	Explain   string   `json:"explain,omitempty"`   // a command that shows its events and what follows from them
	Ignored   int      `json:"ignored_rows,omitzero"`
	Notes     []string `json:"notes,omitempty"`
	Stderr    string   `json:"stderr,omitempty"`  // its tail
	Expired   []string `json:"expired,omitempty"` // ids of expectations that were past their last day

	// Implementation is what the implementation said of itself, if it was asked.
	Implementation *target.Implementation `json:"implementation,omitempty"`
	// Microseconds is how long the implementation took for the scenario, if it is asked for each separately.
	Microseconds int64 `json:"microseconds,omitzero"`
}

// ScenarioLine is the line of a scenario. Facts are as in `schema fact`.
type ScenarioLine struct {
	Type  string `json:"type"`  // "scenario"; "finding" in the record of a check
	Index int    `json:"index"` // place in the plan, from 1
	ID    string `json:"id"`
	Level string `json:"level"`
	// the minor version that introduced the scenario, if after 0.2
	Since       string             `json:"since,omitempty"`
	Flow        string             `json:"flow,omitempty"`
	Guide       string             `json:"guide,omitempty"` // as-drawn or composed, see [model.Case.Guide]
	Title       string             `json:"title,omitempty"`
	Name        string             `json:"name,omitempty"`
	Source      string             `json:"source,omitempty"`
	Rules       []string           `json:"rules,omitempty"`
	Invariants  []string           `json:"invariants,omitempty"` // and relations, that the answer is held against
	Verdict     Verdict            `json:"verdict"`
	Gates       bool               `json:"gates,omitzero"`  // it alone makes the implementation nonconforming
	Known       *KnownLine         `json:"known,omitempty"` // if the expectations list the scenario
	Failure     *FailureLine       `json:"failure,omitempty"`
	Reason      string             `json:"reason,omitempty"` // of a skip
	Expected    []jsontext.Value   `json:"expected"`
	Actual      []jsontext.Value   `json:"actual"`
	Legacy      []jsontext.Value   `json:"legacy,omitempty"` // the rows of the old mart, of a check of two
	Differences []model.Difference `json:"differences,omitempty"`
	Events      []jsontext.Value   `json:"events,omitempty"` // of chats that differ; in error, of all judged
	Sent        []Sent             `json:"sent,omitempty"`   // if not green: the ids its chats were sent under
	Omitted     *Omitted           `json:"omitted,omitempty"`
	Found       *FoundLine         `json:"found,omitempty"` // of a check's finding, whose example the line holds
	Environment *Environment       `json:"environment,omitempty"`
}

// Sent is an interaction or a queue of a scenario with the id or the name under which the implementation saw it.
type Sent struct {
	InteractionID string `json:"interaction_id,omitempty"`
	Queue         string `json:"queue,omitempty"`
	As            string `json:"as"`
}

// KnownLine is what the expectations list a scenario as.
type KnownLine struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"`
	Issue   string  `json:"issue,omitempty"`
	Gates   bool    `json:"gates,omitzero"` // were it not listed
}

// IsKnown reports whether the scenario ended as the expectations list it.
func (l *ScenarioLine) IsKnown() bool { return l.Known != nil && l.Known.Verdict == l.Verdict }

// Wrong returns how a scenario that is not green ended: Fail, Error or Skip. For a pending scenario, it returns how it
// would have ended if it were not new. For any other it returns "".
func (l *ScenarioLine) Wrong() Verdict {
	switch {
	case l.Verdict == Fail, l.Verdict == Error, l.Verdict == Skip:
		return l.Verdict
	case l.Verdict != Pending:
		return ""
	case l.Failure != nil:
		return Error
	case len(l.Differences) > 0:
		return Fail
	}
	return Skip
}

// FailureLine says why there are no facts to compare.
type FailureLine struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// String returns the failure in one line.
func (f *FailureLine) String() string { return f.Kind + ": " + f.Message }

// Footer is the last line. Without it the results are incomplete.
type Footer struct {
	Type         string         `json:"type"`    // "footer"
	Verdict      Conclusion     `json:"verdict"` // whatever the day; see [Footer.Conclusion]
	Totals       Totals         `json:"totals"`
	Coverage     *Coverage      `json:"coverage"` // nil of a check of rows alone
	Audit        *Audit         `json:"audit,omitempty"`
	Expectations []*Expectation `json:"expectations,omitempty"` // in force, in the order of their file
	Environment  *Environment   `json:"environment,omitempty"`
}

// NewFooter returns the footer of a run.
func NewFooter(t *Tally, c *Coverage) *Footer {
	f := &Footer{Type: "footer", Verdict: t.conclusion(), Totals: t.Totals, Coverage: c}
	if t.Known != nil {
		f.Expectations = t.Known.Entries
	}
	return f
}

// Conclusion returns the verdict as of the day of the run, which the environment knows. On another day, an expired
// expectation may have been in force.
func (f *Footer) Conclusion() Conclusion {
	if f.Environment != nil && len(f.Environment.Expired) > 0 && (f.Verdict == Conforming || f.Verdict == AsExpected) {
		return StaleExpectations
	}
	return f.Verdict
}

// Totals counts scenarios: all, and by level, flow and rule, in the order of the plan and of the table of rules.
// A scenario counts for every rule that bears on what it expects.
type Totals struct {
	All        Count    `json:"all"`
	Levels     []Count  `json:"levels"`
	Families   []Count  `json:"families"`        // the first part of the id
	Guide      []Count  `json:"guide,omitempty"` // drawn or composed: what a verdict says of the guide
	Flows      []Count  `json:"flows"`
	Rules      []Count  `json:"rules"`
	Invariants []Broken `json:"invariants"`
}

// Broken counts the scenarios that broke an invariant or relation: what is wrong whatever the open questions.
type Broken struct {
	Name      string `json:"name"`
	Checked   int    `json:"checked"` // scenarios that were asked and are held against it
	Scenarios int    `json:"scenarios"`
}

// Count counts the verdicts of a group of scenarios.
type Count struct {
	Name    string `json:"name,omitempty"`
	Title   string `json:"title,omitempty"`
	Pass    int    `json:"pass"`
	Differ  int    `json:"differs"`
	Pending int    `json:"pending,omitzero"`
	Fail    int    `json:"fail"`
	Error   int    `json:"error"`
	Skip    int    `json:"skip"`
	NotRun  int    `json:"not_run"`
	Known   int    `json:"known"` // of Fail, Error and Skip: as the expectations list them

	// Noted occurs in records up to 0.1, where those that differ counted as passing. It is read but never written.
	Noted int `json:"noted,omitzero"`
}

// upgrade counts what a record up to 0.1 has as passing with notes under its present name, differing.
func (c *Count) upgrade() {
	c.Pass, c.Differ, c.Noted = c.Pass-c.Noted, c.Differ+c.Noted, 0
}

// Upgrade converts the totals of a record up to 0.1 to those of this version.
func (t *Totals) Upgrade() {
	t.All.upgrade()
	for _, counts := range [][]Count{t.Levels, t.Families, t.Flows, t.Rules} {
		for i := range counts {
			counts[i].upgrade()
		}
	}
}

// Bad returns how many scenarios of the group failed, were in error, or were skipped.
func (c *Count) Bad() int { return c.Fail + c.Error + c.Skip }

// Scenarios returns the size of the group.
func (c *Count) Scenarios() int {
	return c.Pass + c.Differ + c.Pending + c.Fail + c.Error + c.Skip + c.NotRun
}

func (c *Count) add(l *ScenarioLine) {
	switch l.Verdict {
	case Pass:
		c.Pass++
	case Differs:
		c.Differ++
	case Pending:
		c.Pending++
	case Fail:
		c.Fail++
	case Error:
		c.Error++
	case Skip:
		c.Skip++
	case NotRun:
		c.NotRun++
	}
	if l.IsKnown() {
		c.Known++
	}
}

// Conclusion is the result of a run in a word.
type Conclusion string

// The conclusions.
const (
	Conforming        Conclusion = "conforming"
	AsExpected        Conclusion = "as expected" // what would gate is listed in the expectations
	StaleExpectations Conclusion = "stale expectations"
	Nonconforming     Conclusion = "not conforming"
	Incomplete        Conclusion = "incomplete" // nothing gates, but not everything required was run
)

// Tally adds up the lines of scenarios.
type Tally struct {
	Totals     Totals
	Known      *Expectations // whose entries are in force, judged; nil without
	gating     bool
	listed     bool // what would gate
	incomplete bool
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	t := new(Tally)
	for _, r := range model.Rules() {
		t.Totals.Rules = append(t.Totals.Rules, Count{Name: r.ID})
	}
	for _, v := range model.Invariants() {
		t.Totals.Invariants = append(t.Totals.Invariants, Broken{Name: v.ID})
	}
	return t
}

// Add counts a line. Lines come in the order of the plan: groups are listed as they first occur.
func (t *Tally) Add(l *ScenarioLine) {
	t.Totals.All.add(l)
	group := func(counts *[]Count, name, title string) {
		i := slices.IndexFunc(*counts, func(c Count) bool { return c.Name == name })
		if i < 0 {
			i = len(*counts)
			*counts = append(*counts, Count{Name: name, Title: title})
		}
		(*counts)[i].add(l)
	}
	group(&t.Totals.Levels, l.Level, "")
	slices.SortStableFunc(t.Totals.Levels, func(a, b Count) int { return rank(a.Name) - rank(b.Name) })
	if l.Level == model.Documented.String() && l.Flow != "" {
		group(&t.Totals.Flows, l.Flow, l.Title)
	}
	group(&t.Totals.Families, l.Family(), "")
	if l.Guide != "" {
		group(&t.Totals.Guide, l.Guide, guideTitles[l.Guide])
	}
	for _, r := range l.Rules {
		group(&t.Totals.Rules, r, "")
	}
	for i := range t.Totals.Invariants {
		v := &t.Totals.Invariants[i]
		if l.Verdict != NotRun && slices.Contains(l.Invariants, v.Name) {
			v.Checked++
		}
		if slices.ContainsFunc(l.Differences, func(d model.Difference) bool { return string(d.Field) == v.Name }) {
			v.Scenarios++
		}
	}
	t.gating = t.gating || l.Gates
	t.listed = t.listed || l.Known != nil && l.Known.Gates
	t.incomplete = t.incomplete || l.Verdict == NotRun
}

// guideTitles say what each of [Totals] Guide means for a verdict.
var guideTitles = map[string]string{
	"as-drawn": "Flows as the guide draws them: a failure contradicts the guide",
	"composed": "The same situations combined: the guide promises nothing for modified flows, and a failure " +
		"contradicts its rules as we combine them",
}

func rank(level string) int {
	l, _ := model.ParseLevel(level)
	return int(l)
}

// Family returns the first part of the id.
func (l *ScenarioLine) Family() string {
	family, _, _ := strings.Cut(l.ID, "/")
	return family
}

func (t *Tally) conclusion() Conclusion {
	switch {
	case t.gating:
		return Nonconforming
	case t.incomplete:
		return Incomplete
	case t.Known.Stale():
		return StaleExpectations
	case t.listed:
		return AsExpected
	}
	return Conforming
}

// Line returns the line of an outcome.
func (o *Outcome) Line(require model.Levels) *ScenarioLine {
	l := &ScenarioLine{
		Type: "scenario", Index: o.Index, ID: o.ID, Level: o.Level.String(), Flow: o.Flow,
		Guide: strings.TrimPrefix(o.Guide(), "@"), Title: o.Title, Name: o.Name, Source: o.Source,
		Rules: o.Rules, Invariants: o.checks(), Verdict: o.Verdict, Gates: o.Verdict != NotRun &&
			o.Gates(require), Reason: o.Reason,
	}
	if Later(o.Since, steps.Base) {
		l.Since = o.Since
	}
	if o.Known != nil {
		l.Known = &KnownLine{o.Known.Verdict, o.Known.Reason, o.Known.Issue, l.Gates}
		l.Gates = false
	}
	if o.Failure != nil {
		l.Failure = &FailureLine{string(o.Failure.Kind), o.Failure.Message}
	}
	if !o.Verdict.Green() && o.Verdict != NotRun {
		l.Sent = o.sentAs()
	}
	model.Require(o.Differences, require)
	l.bound(o)
	return l
}

func pointers[T any](all []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range all {
			if !yield(&all[i]) {
				return
			}
		}
	}
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
