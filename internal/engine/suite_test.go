package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

var defaults = model.LevelSet(model.Documented, model.Invariant, model.Own)

func builtinPlan(t testing.TB) *Plan {
	t.Helper()
	cases, err := Builtin()
	require.NoError(t, err)
	p, err := NewPlan(cases)
	require.NoError(t, err)
	return p
}

// synthetic is a case that no feature holds: an abandoned chat, the reference its oracle.
func synthetic(id string, level model.Level) *model.Case {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	by := model.Party{Type: model.MediaServer}
	return &model.Case{ID: id, Level: level, Name: "made by a test", Events: []model.Event{
		{InteractionID: "x", Seq: 1, Time: at, Name: model.Submitted, Actor: by},
		{InteractionID: "x", Seq: 2, Time: at, Name: model.PlacedInQueue, Actor: by, Queue: "Q"},
		{InteractionID: "x", Seq: 9, Time: at, Name: model.ProcessingStopped, Actor: by},
	}}
}

// answering is a target that does as it is told.
type answering func([]target.Question) (*target.Round, error)

func (a answering) Ask(_ context.Context, batch []target.Question) (*target.Round, error) {
	return a(batch)
}

func (answering) Way() string { return "test" }

func (answering) Command() []string { return nil }

var silent = answering(func(batch []target.Question) (*target.Round, error) {
	return &target.Round{Answers: make([]target.Answer, len(batch))}, nil
})

// run runs a plan and returns the record and its conclusion.
func run(t testing.TB, p *Plan, to target.Target, require_ model.Levels) (string, Conclusion, error) {
	t.Helper()
	var out bytes.Buffer
	tally, coverage := NewTally(), model.NewCoverage()
	require.NoError(t, WriteLine(&out, NewHeader(p, 1, require_)))
	_, err := Run(t.Context(), p, to, require_, func(o *Outcome) error {
		line := o.Line(require_)
		tally.Add(line)
		o.Cover(coverage)
		return WriteLine(&out, line)
	})
	require.NoError(t, WriteLine(&out, NewFooter(tally, NewCoverage(coverage))))
	return out.String(), NewFooter(tally, nil).Conclusion(), err
}

func TestReferenceConforms(t *testing.T) {
	_, verdict, err := run(t, builtinPlan(t), target.Reference{Table: model.Reference()}, model.LevelSet(model.AllLevels...))
	require.NoError(t, err)
	assert.Equal(t, Conforming, verdict)
}

// A case that comes from no feature goes the same way: planned, asked under an id that says nothing, judged against
// the reference, recorded.
func TestSyntheticCase(t *testing.T) {
	p, err := NewPlan([]*model.Case{synthetic("generated/1/0", model.Inferred), synthetic("generated/1/1", model.Inferred)})
	require.NoError(t, err)
	seen := map[string]bool{}
	half := answering(func(batch []target.Question) (*target.Round, error) {
		round := &target.Round{Answers: make([]target.Answer, len(batch))}
		id := batch[0].Events[0].InteractionID
		for _, q := range batch {
			for _, e := range q.Events {
				seen[e.InteractionID] = true
			}
		}
		round.Answers[0].Facts = []model.Fact{{InteractionID: id, Resource: "Q", Role: "RECEIVED", Result: "CUSTOMERABANDONED", Reason: "ABANDONEDWHILEQUEUED"}}
		return round, nil
	})
	record, verdict, err := run(t, p, half, defaults)
	require.NoError(t, err)
	assert.Equal(t, Nonconforming, verdict)
	assert.Len(t, seen, 2)
	for id := range seen {
		assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id)
	}
	lines := strings.Split(record, "\n")
	assert.Contains(t, lines[1], `"id":"generated/1/0","level":"inferred","name":"made by a test","rules":["R6","R12"],"verdict":"pass"`)
	assert.Contains(t, lines[2], `"verdict":"fail"`)
	assert.Contains(t, lines[2], `"expected":"Received/CustomerAbandoned [AbandonedWhileQueued]","actual":"no row","level":"documented","required":true,"rules":["R6","R12"]`)
}

func TestPlanRefusesOneIDTwice(t *testing.T) {
	_, err := NewPlan([]*model.Case{synthetic("own/a/b", model.Own), synthetic("own/a/b", model.Own)})
	assert.ErrorContains(t, err, "own/a/b")
}

func TestRecordFollowsItsSchema(t *testing.T) {
	schema := compileSchema(t, ResultsSchema)
	p := builtinPlan(t)
	broken := answering(func(batch []target.Question) (*target.Round, error) {
		round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		for i := range round.Answers {
			switch i % 4 {
			case 1:
				round.Answers[i] = target.Answer{Failure: &target.Failure{Kind: target.Crash, Message: "exited with status 7"}}
			case 2:
				round.Answers[i].Facts = nil
			case 3:
				for j := range round.Answers[i].Facts {
					round.Answers[i].Facts[j].Result = "Odd \x1b \xff"
				}
			}
		}
		return round, err
	})
	for _, to := range []target.Target{silent, broken} {
		record, _, err := run(t, p, to, defaults)
		require.NoError(t, err)
		for line := range strings.Lines(record) {
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			require.NoError(t, err, line)
			require.NoError(t, schema.Validate(value), line)
		}
	}
}

func compileSchema(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", value))
	schema, err := c.Compile("schema.json")
	require.NoError(t, err)
	return schema
}

func TestRecordIsTheSameTwice(t *testing.T) {
	first, _, err := run(t, builtinPlan(t), silent, defaults)
	require.NoError(t, err)
	second, _, err := run(t, builtinPlan(t), silent, defaults)
	require.NoError(t, err)
	assert.Equal(t, first, second)
}

// Whoever prints nothing passes no scenario in full that expects a row, and no more than one in twenty documented
// scenarios at all.
func TestFloor(t *testing.T) {
	p := builtinPlan(t)
	pass, documented := 0, 0
	_, err := Run(t.Context(), p, silent, defaults, func(o *Outcome) error {
		for range o.expected() {
			assert.NotEmpty(t, o.Differences, o.ID)
		}
		if o.Level == model.Documented {
			documented++
			if o.Verdict == Pass {
				pass++
			}
		}
		return nil
	})
	require.NoError(t, err)
	assert.LessOrEqual(t, pass*20, documented)
}

// What is not asked is recorded as not run, once each, and the run is incomplete.
func TestWhatIsNotAskedIsNotRun(t *testing.T) {
	p := builtinPlan(t)
	broken := &target.StartError{Command: "no-such", Err: errors.New("not found")}
	record, verdict, err := run(t, p, answering(func([]target.Question) (*target.Round, error) { return nil, broken }), defaults)
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, Incomplete, verdict)
	assert.Equal(t, len(p.Scenarios), strings.Count(record, `"verdict":"not-run"`))
}

// The kinds go in batches of their own, and the record keeps the order of the plan.
func TestBatchesNeverMixKinds(t *testing.T) {
	var cases []*model.Case
	for i, kind := range []model.Kind{model.RobustnessKind, model.OrderedKind, model.DeliveryKind, model.OrderedKind, model.InterleavedKind} {
		c := synthetic(fmt.Sprintf("generated/1/%d", i), model.Inferred)
		c.Kind = kind
		cases = append(cases, c)
	}
	p, err := NewPlan(cases)
	require.NoError(t, err)
	var sizes []int
	record, _, err := run(t, p, answering(func(batch []target.Question) (*target.Round, error) {
		sizes = append(sizes, len(batch))
		return silent(batch)
	}), defaults)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, 1, 1}, sizes)
	at := 0
	for i := range cases {
		next := strings.Index(record, fmt.Sprintf(`"id":"generated/1/%d"`, i))
		assert.Greater(t, next, at)
		at = next
	}
}

func TestTagExpressions(t *testing.T) {
	tests := []struct {
		expression string
		tags       string
		want       bool
	}{
		{"@a", "@a", true},
		{"@a", "@ab", false},
		{"@a and @b", "@a @b", true},
		{"@a and not @b", "@a @b", false},
		{`@JIRA-12\(x\) or @b`, "@JIRA-12(x)", true},
		{`not (@JIRA-12\(x\))`, "@JIRA-12(x)", false},
		{`@a\\b`, `@a\b`, true},
		{"@a or @b", "@b", true},
		{"not (@a or @b)", "@c", true},
		{"@1.6 and @R4", "@1.6 @R4", true},
		{"  @a   and(@b or @c-d:e/f)", "@a @c-d:e/f", true},
		{"@a or @b and @c", "@a", true},
		{"not not @a", "@a", true},
		{"not not not @a", "@a", false},
		{"not (not @a)", "@a", true},
	}
	for _, tt := range tests {
		keep, err := tagExpression(tt.expression)
		if assert.NoError(t, err, tt.expression) {
			assert.Equal(t, tt.want, keep(strings.Fields(tt.tags)), tt.expression)
		}
	}
	for _, bad := range []string{`@a\b`, `@a\`, "a", "@a @b", "@a and", "and", "(@a", "@a)", "@a,", "@a,@b", "@", "@a && @b", "not", "()", "@a or or @b", "@a not and @b", "not )"} {
		_, err := tagExpression(bad)
		assert.Error(t, err, bad)
	}
}

func FuzzTagExpression(f *testing.F) {
	for _, s := range []string{"@a and not (@b or @c)", "@a,", "((((", "not not @a", "//go:build @a\n@b"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		if keep, err := tagExpression(s); err == nil {
			keep([]string{"@a"})
		}
	})
}

func TestSelect(t *testing.T) {
	tests := []struct {
		name, tags string
		globs      []string
		want       string // ids, or the error
	}{
		{"all", "", nil, "documented/1.4/x inferred/I4/x own/f/x"},
		{"by tag", "@inferred", nil, "inferred/I4/x"},
		{"by glob, which crosses slashes", "", []string{"*ed/*"}, "documented/1.4/x inferred/I4/x"},
		{"by one character", "", []string{"documented/1.?/x"}, "documented/1.4/x"},
		{"several globs add up, in the order of the plan", "", []string{"own/*", "documented/*"}, "documented/1.4/x own/f/x"},
		{"tags and globs both hold", "@own", []string{"*"}, "own/f/x"},
		{"a glob is no regular expression", "", []string{"documented/1.4/[x]"}, "nothing to run: no scenario is called documented/1.4/[x]: in a glob, only * and ? are wildcards; brackets stand for themselves"},
		{"one glob of several matches nothing", "", []string{"own/*", "nope"}, "nothing to run: no scenario is called nope; see 'list scenarios'"},
		{"no scenario has the tags", "@nope", nil, "nothing to run: no scenario has the tag @nope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cases []*model.Case
			for id, level := range map[string]model.Level{"documented/1.4/x": model.Documented, "inferred/I4/x": model.Inferred, "own/f/x": model.Own} {
				c := synthetic(id, level)
				c.Tags = []string{"@" + level.String()}
				cases = append(cases, c)
			}
			sortByID(cases)
			p, err := NewPlan(cases)
			require.NoError(t, err)
			whole := p.Digest
			if err := p.Select(tt.tags, tt.globs); err != nil {
				assert.ErrorIs(t, err, ErrNothing)
				assert.Equal(t, tt.want, err.Error())
				return
			}
			var ids []string
			for _, s := range p.Scenarios {
				ids = append(ids, s.ID)
			}
			assert.Equal(t, tt.want, strings.Join(ids, " "))
			assert.Equal(t, len(ids) == 3, p.Digest == whole)
		})
	}
}

func sortByID(cases []*model.Case) {
	for i := range cases {
		for j := range cases[:i] {
			if cases[i].ID < cases[j].ID {
				cases[i], cases[j] = cases[j], cases[i]
			}
		}
	}
}

func TestDemand(t *testing.T) {
	p := builtinPlan(t)
	assert.NoError(t, p.Demand(model.LevelSet(model.Documented)))
	assert.ErrorIs(t, p.Demand(model.LevelSet(model.Own)), ErrNothing)
	assert.NoError(t, p.Demand(model.LevelSet(model.Own, model.Documented)), "no features of one's own")
	assert.ErrorIs(t, p.Demand(model.LevelSet(model.Own, model.Robustness)), ErrNothing)
	assert.NoError(t, p.Demand(model.LevelSet(model.Inferred)))
	assert.ErrorIs(t, p.Demand(model.LevelSet(model.Robustness)), ErrNothing)
}

func TestGates(t *testing.T) {
	for _, tt := range []struct {
		verdict Verdict
		level   model.Level
		want    bool
	}{
		{Pass, model.Documented, false},
		{Fail, model.Inferred, true}, // a difference of a required level, wherever it was found
		{Error, model.Documented, true},
		{Error, model.Inferred, false},
		{Skip, model.Documented, true},
		{Skip, model.Inferred, false},
		{NotRun, model.Documented, true},
	} {
		o := &Outcome{Scenario: &Scenario{Case: &model.Case{Level: tt.level}, Levels: model.LevelSet(tt.level)}, Verdict: tt.verdict}
		assert.Equal(t, tt.want, o.Gates(defaults), "%s %s", tt.verdict, tt.level)
	}
}

// To ask a scenario, judge its answer and write its line takes some dozens of allocations: what is asked, what is
// expected, and the line itself.
func TestRunAllocates(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the race detector, which runs so, allocates too")
	}
	p := builtinPlan(t)
	perRun := testing.AllocsPerRun(1, func() {
		_, err := Run(t.Context(), p, target.Reference{Table: model.Reference()}, defaults, func(o *Outcome) error {
			return WriteLine(io.Discard, o.Line(defaults))
		})
		require.NoError(t, err)
	})
	assert.Less(t, perRun/float64(len(p.Scenarios)), 60.0, "48 when this was written")
}

func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRunReference(b *testing.B) {
	p := builtinPlan(b)
	for b.Loop() {
		_, err := Run(b.Context(), p, target.Reference{Table: model.Reference()}, defaults, func(o *Outcome) error {
			_, err := json.Marshal(o.Line(defaults))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
