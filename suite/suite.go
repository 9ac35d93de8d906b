// Package suite runs the conformance suite on a Go function, from a test of the user's.
package suite

import (
	"slices"
	"testing"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Event and Fact are what the function of [Test] takes and gives: this package is the only one to import.
type (
	Event = model.Event
	Fact  = model.Fact
)

// Test runs the suite on a Go function, from a test of the user's: what `chatproof run` asks by default, each scenario
// a subtest under its id, so that `go test -run 'TestETL/documented/1.4'` shows those of a flow. The function is
// called in turn, with the log of a scenario in order of arrival, which may hold several chats. Where it returns an error or panics, the scenario is in error.
func Test(t *testing.T, classify func(log []Event) ([]Fact, error)) {
	t.Helper()
	cases, err := engine.Cases(nil, 1, engine.DefaultGenerated)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := engine.NewPlan(cases)
	if err != nil {
		t.Fatal(err)
	}
	of := target.Function(func(log []Event) ([]Fact, error) { return classify(slices.Clone(log)) })
	_, err = engine.Run(t.Context(), plan, of, engine.DefaultLevels, func(o *engine.Outcome) error {
		t.Run(o.ID, func(t *testing.T) { tell(t, o) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tell reports an outcome as that of a test.
func tell(t *testing.T, o *engine.Outcome) {
	if o.Verdict == engine.Pass {
		return
	}
	report := t.Log
	if o.Gates(engine.DefaultLevels) {
		report = t.Error
	}
	if o.Source != "" {
		report(o.Source)
	}
	if o.Failure != nil {
		report(o.Failure)
	}
	for i := range o.Differences {
		if d := &o.Differences[i]; engine.DefaultLevels.Has(d.Level) {
			report(d)
		}
	}
}
