package engine

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// SelfTest asks classifiers that are wrong on purpose what the suite asks an implementation: it shows that the suite
// can tell right from wrong. Every field must be set.
type SelfTest struct {
	Seeds     int // seeds of generated scenarios, from 1 on
	Scenarios int // how many generated scenarios from each seed
	Prove     int // shorter chats tried for a shrunk counterexample
}

// Kill is what became of a fault.
type Kill struct {
	faults.Fault
	ByFeatures   bool  // killed by authored scenarios alone
	ByInvariants bool  // killed by invariants and relations alone, in generated scenarios
	First        []int // by seed: how many generated scenarios it took, or -1
	Shrunk       []int // by seed: events of its shrunk counterexample; none for delivery and robustness faults
	Short        int   // seeds for which it has at most 11 events
	Proven       int   // of those: seeds for which it was proven minimal
}

// OfRules reports whether the fault is a mutant of the table of rules. Those are not shrunk: there are many, and they
// are alike.
func (k *Kill) OfRules() bool { return strings.HasPrefix(k.Family, "rules ") }

// Killed reports whether a run detects the fault: by its features, or by the scenarios of the first seed, which is the
// default.
func (k *Kill) Killed() bool { return k.ByFeatures || k.First[0] > 0 }

// Right reports whether the fault was killed if and only if it should be.
func (k *Kill) Right() bool { return k.Killed() != k.Accepted }

// Run tests all faults, on all processors. The result is in the order of the faults, and the same in every run.
func (t *SelfTest) Run(ctx context.Context) ([]*Kill, error) {
	return t.Of(ctx, append(faults.Rules(), faults.All()...))
}

// Of tests some faults.
func (t *SelfTest) Of(ctx context.Context, some []faults.Fault) ([]*Kill, error) {
	features, err := Builtin()
	if err != nil {
		return nil, err
	}
	w := &workbench{SelfTest: t, features: prepare(features)}
	for seed := range t.Seeds {
		w.generated = append(w.generated, prepare(Generated(uint64(seed+1), t.Scenarios)))
	}
	var kills []*Kill
	for _, f := range some {
		kills = append(kills, &Kill{Fault: f})
	}
	work := make(chan *Kill)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for k := range work {
				w.test(ctx, k)
			}
		})
	}
	for _, k := range kills {
		work <- k
	}
	close(work)
	workers.Wait()
	return kills, ctx.Err()
}

// workbench holds the scenarios, ready to be judged.
type workbench struct {
	*SelfTest
	features  []ready
	generated [][]ready
}

// ready is a case with what the reference answers, and with what is expected.
type ready struct {
	*model.Case
	right []model.Fact
	want  func() []model.Expected
}

func prepare(cases []*model.Case) []ready {
	out := make([]ready, len(cases))
	for i, c := range cases {
		out[i] = ready{c, faults.Right(c.Events), sync.OnceValue(func() []model.Expected {
			return c.Expected(model.Reference())
		})}
	}
	return out
}

// judge returns what differs in an answer. Most faults answer most cases as the reference does: such an answer shows
// nothing, and to judge it takes longer than to make it.
func (c *ready) judge(answer func([]model.Event) []model.Fact) []model.Difference {
	got := answer(c.Events)
	if slices.Equal(got, c.right) {
		return nil
	}
	return c.Judge(c.want(), got)
}

// tells reports whether the case tells a program from the reference, at one of some levels.
func (c *ready) tells(answer func([]model.Event) []model.Fact, at model.Levels) bool {
	return anyAt(c.judge(answer), at)
}

// anyAt reports whether there is a difference of one of some levels.
func anyAt(ds []model.Difference, levels model.Levels) bool {
	return slices.ContainsFunc(ds, func(d model.Difference) bool { return levels.Has(d.Level) })
}

// test tries one fault.
func (w *workbench) test(ctx context.Context, k *Kill) {
	require := DefaultLevels | k.Levels
	k.ByFeatures = slices.ContainsFunc(w.features, func(c ready) bool { return c.tells(k.Answer, require) })
	for seed, cases := range w.generated {
		first := -1
		for i, c := range cases {
			if ctx.Err() != nil {
				return
			}
			ds := c.judge(k.Answer)
			if first < 0 && anyAt(ds, require) {
				first = i + 1
			}
			if seed == 0 {
				k.ByInvariants = k.ByInvariants || anyAt(ds, require&model.LevelSet(model.Invariant))
			}
			if first >= 0 && (k.ByInvariants || seed > 0) {
				break
			}
		}
		k.First = append(k.First, first)
		if k.OfRules() || k.Levels.Has(model.Delivery) || k.Levels.Has(model.Robustness) {
			continue // a campaign sends no deliveries but D5–D7, and no ill-formed logs
		}
		w.shrink(ctx, k, uint64(seed+1), require)
	}
}

// shrink finds the fault by a campaign, which shrinks what it finds first.
func (w *workbench) shrink(ctx context.Context, k *Kill, seed uint64, require model.Levels) {
	c := &Campaign{Seed: seed, Require: require, Prove: w.Prove, Once: true, Scenarios: mostTrials}
	h, err := c.Run(ctx, answers(k.Answer))
	found := slices.DeleteFunc(h.Findings, func(f *Finding) bool { return !f.shrinks() })
	if err != nil || len(found) == 0 {
		return
	}
	m := &slices.MinFunc(found, func(a, b *Finding) int { return len(a.Minimal.Log) - len(b.Minimal.Log) }).Minimal
	k.Shrunk = append(k.Shrunk, len(m.Log))
	if len(m.Log) <= 11 {
		if k.Short++; m.Proven() {
			k.Proven++
		}
	}
}

// mostTrials is the most random scenarios that a campaign against a fault asks.
const mostTrials = 1 << 15

// answers makes a target of a function that never fails.
func answers(f func([]model.Event) []model.Fact) target.Function {
	return func(log []model.Event) ([]model.Fact, error) { return f(log), nil }
}

// Floor is how much a program passes that does nothing useful.
type Floor struct {
	Name                  string
	Documented, Generated int // how many authored documented scenarios it passes, and how many generated ones
}

// Floor asks programs that do nothing useful. It also returns how many scenarios there are of both sorts.
func (t *SelfTest) Floor() (floors []Floor, documented, generated int, err error) {
	features, err := Builtin()
	if err != nil {
		return nil, 0, 0, err
	}
	features = slices.DeleteFunc(features, func(c *model.Case) bool { return c.Level != model.Documented })
	authored, drawn := prepare(features), prepare(Generated(1, t.Scenarios)[:t.Scenarios])
	pass := func(cases []ready, answer func([]model.Event) []model.Fact) (n int) {
		for _, c := range cases {
			if !c.tells(answer, DefaultLevels) {
				n++
			}
		}
		return n
	}
	for _, b := range faults.Blanks() {
		floors = append(floors, Floor{b.Name, pass(authored, b.Answer), pass(drawn, b.Answer)})
	}
	return floors, len(authored), len(drawn), nil
}
