package engine

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

func TestLater(t *testing.T) {
	for _, tt := range []struct {
		a, b  string
		later bool
	}{
		{"0.3", "0.2", true},
		{"0.2", "0.2.7", false}, // of one minor version
		{"0.10", "0.9.1", true},
		{"1.0", "0.10", true},
		{"0.2", "0.1.0", true},
		{"0.2", "", true},
		{"", "0.2", false},
	} {
		assert.Equal(t, tt.later, Later(tt.a, tt.b), "%s after %s", tt.a, tt.b)
	}
}

// Nothing of the suite is newer than the suite.
func TestSinceIsNoLaterThanTheVersion(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	for _, c := range cases {
		assert.False(t, Later(c.Since, Version) || Later(steps.Base, c.Since), "%s: since %s", c.ID, c.Since)
	}
	for _, r := range model.Rules() {
		assert.False(t, r.Since == "" || Later(r.Since, Version), "%s: since %s", r.ID, r.Since)
	}
	for _, v := range model.Invariants() {
		assert.False(t, v.Since == "" || Later(v.Since, Version), "%s: since %s", v.ID, v.Since)
	}
}

// What does not pass is pending in the minor version that brought it, and in no other; nor does a list of known failures,
// which was written before, grow stale by it.
func TestNewScenariosArePending(t *testing.T) {
	schema := compileSchema(t, ResultsSchema)
	failing := target.Answer{Failure: &target.Failure{Kind: target.Crash, Message: "exit 1"}}
	for _, tt := range []struct {
		since, version string
		answer         target.Answer
		want           Verdict
	}{
		{"0.3", "0.3.0", target.Answer{}, Pending},
		{"0.3", "0.3.4", failing, Pending},
		{"0.3", "0.3.4", target.Answer{Skip: "cannot"}, Pending},
		{"0.3", "0.3.0", target.Answer{NotRun: true}, NotRun},
		{"0.3", "0.4.0", target.Answer{}, Fail},
		{"0.3", "0.4.0", failing, Error},
		{"0.2", "0.2.0", target.Answer{}, Fail}, // the base
		{"", "0.3.0", target.Answer{}, Fail},    // a team's own
	} {
		c := synthetic("documented/1.1/new", model.Documented)
		c.Since = tt.since
		p, err := NewPlan([]*model.Case{c})
		require.NoError(t, err)
		known, err := ReadExpectations("e.yaml", "- {id: '*', verdict: skip, reason: all of it}")
		require.NoError(t, err)
		known.Plan(p)
		p.spare(tt.version)
		o := p.Scenarios[0].judge(&tt.answer, DefaultLevels)
		assert.Equal(t, tt.want, o.Verdict, "%+v", tt)
		assert.Equal(t, tt.want != Pending, o.Gates(DefaultLevels), "%+v", tt)
		line, err := json.Marshal(o.Line(DefaultLevels))
		require.NoError(t, err)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(value), "%s", line)
		known.Judge(o)
		assert.Equal(t, tt.want != Pending && tt.want != NotRun, known.Stale(), "%+v", tt)
	}
}
