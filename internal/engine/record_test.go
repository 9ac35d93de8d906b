package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Every line counts once in each group that it belongs to.
func TestTotals(t *testing.T) {
	known := &KnownLine{Verdict: Error, Gates: true}
	v3, noted := []model.Difference{{Field: "V3"}, {Field: "V3"}}, []model.Difference{{Field: "start"}}
	tally := NewTally()
	for _, l := range []ScenarioLine{
		{ID: "inferred/I4/a", Level: "inferred", Flow: "1.4", Verdict: Pass, Rules: []string{"R1", "I4"}, Invariants: []string{"V1"}},
		{ID: "documented/1.4/a", Level: "documented", Flow: "1.4", Title: "Transfers", Verdict: Differs, Differences: noted, Rules: []string{"R1"}},
		{ID: "documented/1.4/b", Level: "documented", Flow: "1.4", Title: "Transfers", Verdict: Fail, Differences: v3, Invariants: []string{"V1", "V3"}},
		{ID: "documented/1.5/a", Level: "documented", Flow: "1.5", Title: "Conferences", Verdict: Error, Known: known, Invariants: []string{"V3"}},
		{ID: "generated/1/0", Level: "documented", Verdict: Skip, Known: known},
		{ID: "generated/1/1", Level: "delivery", Verdict: NotRun, Invariants: []string{"V1"}},
	} {
		tally.Add(&l)
	}
	totals := &tally.Totals
	assert.Equal(t, Count{Pass: 1, Differ: 1, Fail: 1, Error: 1, Skip: 1, NotRun: 1, Known: 1}, totals.All)
	assert.Equal(t, 6, totals.All.Scenarios())
	assert.Equal(t, []Count{
		{Name: "documented", Differ: 1, Fail: 1, Error: 1, Skip: 1, Known: 1}, {Name: "inferred", Pass: 1}, {Name: "delivery", NotRun: 1},
	}, totals.Levels, "the strongest first")
	assert.Equal(t, []Count{
		{Name: "1.4", Title: "Transfers", Differ: 1, Fail: 1}, {Name: "1.5", Title: "Conferences", Error: 1, Known: 1},
	}, totals.Flows, "of documented scenarios alone")
	assert.Equal(t, []Count{
		{Name: "inferred", Pass: 1}, {Name: "documented", Differ: 1, Fail: 1, Error: 1, Known: 1}, {Name: "generated", Skip: 1, NotRun: 1},
	}, totals.Families, "in the order of the plan")
	assert.Equal(t, Count{Name: "R1", Pass: 1, Differ: 1}, totals.Rules[0])
	assert.Equal(t, Count{Name: "R2"}, totals.Rules[1])
	assert.Len(t, totals.Rules, len(model.Rules()))
	assert.Equal(t, []Broken{{"V1", 2, 0}, {"V2", 0, 0}, {"V3", 2, 1}}, totals.Invariants[:3], "what was not run is not checked")
}

func TestExpiryDependsOnTheDay(t *testing.T) {
	for _, verdict := range []Conclusion{Conforming, AsExpected, Nonconforming, Incomplete} {
		f := Footer{Verdict: verdict, Environment: new(Environment)}
		assert.Equal(t, verdict, f.Conclusion())
		f.Environment.Expired = []string{"own/x"}
		assert.Equal(t, verdict == Conforming || verdict == AsExpected, f.Conclusion() == StaleExpectations)
	}
}

// Of stderr the tail is kept, from the beginning of a line.
func TestStderrIsBounded(t *testing.T) {
	for over, want := range map[int]int{0: maxStderr, 1: maxStderr - 100} {
		var o Occasion
		o.add(&target.Round{Stderr: strings.Repeat("x", 99+over) + "\n", Ignored: 2})
		o.add(&target.Round{Stderr: strings.Repeat("y", maxStderr-100), Ignored: 3})
		assert.Len(t, o.Stderr, want)
		assert.Equal(t, 5, o.Ignored)
	}
}

// An ill-formed log may be answered by an error, which any other may not, or by what is right of it; nothing else.
func TestErrorsOfTheIllFormed(t *testing.T) {
	said, crash := &target.Failure{Kind: target.Said, Message: "what?"}, &target.Failure{Kind: target.Crash}
	wrong := func(s *Scenario) []model.Fact {
		return []model.Fact{{InteractionID: s.question().Events[0].InteractionID, Resource: "Q", Role: "Odd", Result: "Odd"}}
	}
	for _, tt := range []struct {
		name    string
		kind    model.Kind
		failure *target.Failure
		facts   bool
		want    Verdict
		differs bool
	}{
		{"said of an ill-formed log", model.RobustnessKind, said, false, Pass, false},
		{"said, with wrong facts of the healthy", model.RobustnessKind, said, true, Fail, true},
		{"a crash", model.RobustnessKind, crash, false, Error, false},
		{"said of any other log", model.OrderedKind, said, false, Error, false},
		{"no error and no facts", model.RobustnessKind, nil, false, Fail, true},
	} {
		c := synthetic("x", model.Robustness)
		c.Kind = tt.kind
		s, a := newScenario(c, nil), target.Answer{Failure: tt.failure}
		if tt.facts {
			a.Facts = wrong(s)
		}
		o := s.judge(&a, model.LevelSet(model.AllLevels...))
		assert.Equal(t, tt.want, o.Verdict, tt.name)
		assert.Equal(t, tt.differs, len(o.Differences) > 0, tt.name)
		assert.Equal(t, tt.want == Error, o.Failure != nil, tt.name)
	}
}

// A record that cannot be written ends the run.
func TestRecordThatCannotBeWritten(t *testing.T) {
	p, err := NewPlan([]*model.Case{synthetic("own/f/x", model.Own), synthetic("own/f/y", model.Own)})
	require.NoError(t, err)
	full, recorded := errors.New("no space left"), 0
	_, err = Run(t.Context(), p, silent, defaults, func(*Outcome) error {
		recorded++
		return full
	})
	assert.Equal(t, full, err)
	assert.Equal(t, 1, recorded)
}

func TestPlanIsNumbered(t *testing.T) {
	cases := Generated(3, 40)
	assert.Len(t, cases, 40+4+4)
	p, err := NewPlan(cases)
	require.NoError(t, err)
	for i, s := range p.Scenarios {
		assert.Equal(t, i+1, s.Index)
	}
	assert.Equal(t, 48, p.Size)
}

// A team's features are read directory by directory, and refused where a chat cannot happen so, unless that is meant.
func TestOwn(t *testing.T) {
	write := func(text string) (dir string) {
		dir = t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "f.feature"), []byte(text), 0o666))
		return dir
	}
	const one, impossible = "Feature: f\n  Scenario: one\n    When a customer submits a chat\n    Then there are no facts\n", "Feature: g\n  Scenario: two\n    When \"Agent 1\" accepts\n    Then there are no facts\n"
	cases, err := Own(World{}, write(one), write(strings.ReplaceAll(one, "f\n", "g\n")))
	require.NoError(t, err)
	assert.Len(t, cases, 2)
	_, err = Own(World{}, filepath.Join(t.TempDir(), "nowhere"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = Own(World{}, write(one), write("Feature: f\n  Scenario: one\n    When nonsense\n"))
	assert.ErrorContains(t, err, "nonsense")
	_, err = Own(World{}, write(impossible))
	assert.ErrorContains(t, err, "these events cannot happen")
	cases, err = Own(World{}, write("@ill-formed\n"+impossible))
	require.NoError(t, err)
	assert.Equal(t, model.RobustnessKind, cases[0].Kind)
}
