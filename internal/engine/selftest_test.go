package engine

import (
	"context"
	"flag"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// The suite tells every fault from the reference, takes no accepted answer for one, and proves the short
// counterexamples minimal; a twentieth of the structural faults stand for all in this test, `chatproof selftest` tries them
// all.
func TestSelfTest(t *testing.T) {
	var some []faults.Fault
	stride := 20
	if testing.Short() {
		stride = 45
	}
	for i, f := range append(faults.Rules(), faults.All()...) {
		if f.Accepted && !testing.Short() || i%stride == 0 {
			some = append(some, f)
		}
	}
	s := &SelfTest{Seeds: 1, Scenarios: 500, Prove: 10_000}
	kills, err := s.Of(t.Context(), some)
	require.NoError(t, err)
	require.Len(t, kills, len(some))
	for _, k := range kills {
		assert.True(t, k.Right(), "%s: %s: %s", k.Family, k.Name, k.Says)
		assert.Equal(t, k.Short, k.Proven, "%s: %s", k.Family, k.Name)
		if k.Family == "rules R" {
			assert.True(t, k.ByFeatures, k.Name)
		}
	}
	assert.True(t, testing.Short() || slices.ContainsFunc(kills, func(k *Kill) bool { return k.Accepted }))
}

// Of a fault it is said by which part of the suite it is told, and how many generated scenarios that takes.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	want := map[string]Kill{
		"R9 yields Abandoned":        {ByFeatures: true, ByInvariants: true, First: []int{3, 1}},
		"R13 dropped":                {ByFeatures: true, First: []int{15, 5}},
		"I1 rejected yields Revoked": {First: []int{-1, -1}},
		"by-arrival":                 {First: []int{111, 111}},                                   // by the first scenario of delivery, after all others
		"R5 dropped":                 {ByFeatures: true, ByInvariants: true, First: []int{8, 3}}, // by an invariant later
		"last-to-join-invites":       {ByFeatures: true, ByInvariants: true, First: []int{10, 8}, Shrunk: []int{11, 9}, Short: 2},
	}
	var some []faults.Fault
	for _, f := range append(faults.Rules(), faults.All()...) {
		if _, ok := want[f.Name]; ok {
			some = append(some, f)
		}
	}
	kills, err := (&SelfTest{Seeds: 2, Scenarios: 110, Prove: 100}).Of(t.Context(), some)
	require.NoError(t, err)
	require.Len(t, kills, len(want))
	for _, k := range kills {
		w := want[k.Name]
		assert.Equal(t, [2]bool{w.ByFeatures, w.ByInvariants}, [2]bool{k.ByFeatures, k.ByInvariants}, k.Name)
		assert.Equal(t, w.First, k.First, k.Name)
		assert.Equal(t, w.Shrunk, k.Shrunk, k.Name)
		assert.Equal(t, w.Short, k.Short, k.Name)
		assert.Equal(t, k.First[0] > 0, k.Killed(), k.Name)
		assert.True(t, k.Right(), k.Name)
	}

	one, err := (&SelfTest{Seeds: 1, Scenarios: 20, Prove: 100}).Of(t.Context(), some[:1])
	require.NoError(t, err)
	assert.True(t, one[0].ByInvariants, "of the first seed")

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = (&SelfTest{Seeds: 1, Scenarios: 10}).Of(ctx, some)
	assert.ErrorIs(t, err, context.Canceled)
}

func ask(c *model.Case) *ready { return &prepare([]*model.Case{c})[0] }

var everyFault = flag.Bool("every-fault", false, "prove the counterexample of every fault, which takes minutes")

// Every fault that a campaign finds in process has a counterexample that is proven minimal if it has at most 11 events:
// mutants of the rules, too, and faults beyond the plan. `go test ./internal/engine -run EveryFault -every-fault -v`
// lists what is not found, and the longer ones.
func TestEveryFaultIsProven(t *testing.T) {
	if !*everyFault {
		t.Skip("-every-fault tries them all")
	}
	w := &workbench{SelfTest: &SelfTest{Prove: 100_000}}
	found, short := 0, 0
	for _, f := range slices.Concat(faults.Rules(), faults.All(), faults.Beyond()) {
		if f.Accepted || f.Levels.Has(model.Robustness) {
			continue
		}
		k := &Kill{Fault: f}
		w.shrink(t.Context(), k, 1, DefaultLevels|k.Levels)
		switch {
		case len(k.Shrunk) == 0:
			t.Logf("%s: not found, or not shrunk", k.Name)
			continue
		case k.Short == 0:
			t.Logf("%s: %d events", k.Name, k.Shrunk[0])
		}
		found++
		short += k.Short
		assert.Equal(t, k.Short, k.Proven, "%s: %d events", k.Name, k.Shrunk[0])
	}
	t.Logf("%d found, %d of them with at most 11 events", found, short)
}

func TestFloorIsLow(t *testing.T) {
	s := &SelfTest{Seeds: 1, Scenarios: 500}
	floors, documented, generated, err := s.Floor()
	require.NoError(t, err)
	require.Len(t, floors, 5)
	for _, f := range floors {
		assert.LessOrEqual(t, f.Documented*20, documented, f.Name)
		assert.LessOrEqual(t, f.Generated*10, generated, f.Name)
	}
}

// A counterexample that was shrunk is 1-minimal: no single event can go.
func TestCounterexamplesAreOneMinimal(t *testing.T) {
	table := model.Reference().Yielding(model.R4, model.Yield{Type: model.AgentResource, Role: model.InConference})
	answer := answers(func(events []model.Event) []model.Fact {
		var facts []model.Fact
		chats, _ := model.ClassifyLog(table, events)
		for _, c := range chats {
			for _, r := range c.IRFs {
				facts = append(facts, r.Fact)
			}
		}
		return facts
	})
	findings := campaign(600, DefaultLevels).run(t, answer).Findings
	require.NotEmpty(t, findings)
	for _, f := range findings {
		for i := range f.Minimal.Log {
			rest := slices.Delete(slices.Clone(f.Minimal.Log), i, i+1)
			chat := new(model.Chat)
			if err := model.NewClassifier(model.Reference()).Classify(chat, rest); err != nil || chat.StoppedSeq == 0 {
				continue // a counterexample is a finished chat
			}
			s := newScenario(gen.Candidate("x", rest, f.Example), nil)
			round, err := answer.Ask(t.Context(), []target.Question{s.question()})
			require.NoError(t, err)
			o := s.judge(&round.Answers[0], DefaultLevels)
			assert.NotContains(t, signaturesOf(o), f.Signature, "without event %d", i+1)
		}
	}
}

// A fault that another is harder to tell than proves nothing, whatever part of the suite tells it: a common one alone may
// stay. Which scenarios tell a fault, and which of those by invariants and relations alone, is its signature.
func TestEachFaultEarnsItsPlace(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	features, err := Builtin()
	require.NoError(t, err)
	all := faults.All()
	// Suspected to be harder to tell than a fault are those that no scenario has told without it yet. To ask them first,
	// and the fault only where one of them is told, leaves out nine of ten answers, and no comparison.
	suspects := make([][]int, len(all))
	for b := range all {
		for a := range all {
			if a != b && !all[b].Common {
				suspects[b] = append(suspects[b], a)
			}
		}
	}
	for _, of := range append(features, Generated(1, 500)...) {
		c := ask(of)
		answered := make([]*toldBy, len(all))
		tells := func(i int) toldBy {
			if answered[i] == nil {
				answered[i] = new(toldBy)
				for _, d := range c.judge(all[i].Answer) {
					answered[i].atAll = answered[i].atAll || (DefaultLevels | all[i].Levels).Has(d.Level)
					answered[i].byInvariants = answered[i].byInvariants || d.Level == model.Invariant
				}
			}
			return *answered[i]
		}
		for b := range all {
			suspects[b] = slices.DeleteFunc(suspects[b], func(a int) bool {
				by := tells(a)
				return by.atAll && !tells(b).atAll || by.byInvariants && !tells(b).byInvariants
			})
		}
	}
	for b := range all {
		for _, a := range suspects[b] {
			if a < b || !slices.Contains(suspects[a], b) { // of those alike, the first stays
				t.Errorf("%s is told by all that tells %s: it proves nothing, and is not common", all[b].Name, all[a].Name)
				break
			}
		}
	}
}

// toldBy is by what a scenario tells a fault.
type toldBy struct{ atAll, byInvariants bool }
