package gen

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

var (
	scenarios    = flag.Int("scenarios", 120, "how many generated scenarios the reference must pass")
	alternatives = flag.Int("alternatives", 120, "how many of them each accepted alternative must pass, and all alternatives at once")
)

// The reference and every alternative conform to generated scenarios, at every level.
func TestGeneratedScenariosRaiseNoFalseAlarm(t *testing.T) {
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			s, tables := NewScenarios(1), newTables()
			for n := w; n < *scenarios; n += workers {
				of := tables
				if n >= *alternatives {
					of = tables[:1]
				}
				pass(t, of, s.Generated(n))
				pass(t, of, s.Robustness(n))
				pass(t, tables[:1], s.Delivery(n)) // an alternative may revise a row at the stop (D4)
			}
		})
	}
}

// newTables are classifiers by the reference's table, by each accepted alternative, and by all at once.
func newTables() (all []*model.Classifier) {
	for _, table := range alternativeTables() {
		all = append(all, model.NewClassifier(table))
	}
	return all
}

// pass requires that the tables' answers, of which the first is the reference's, show no difference.
func pass(t *testing.T, tables []*model.Classifier, c *model.Case) {
	want, chats := c.Expected(model.Reference()), model.Chats(c.Events)
	var chat model.Chat
	var reference, facts []model.Fact
	for i, table := range tables {
		facts = facts[:0]
		for _, log := range chats {
			if table.Classify(&chat, log) == nil {
				for j := range chat.IRFs {
					facts = append(facts, chat.IRFs[j].Fact)
				}
			}
		}
		if i == 0 {
			reference = slices.Clone(facts)
		} else if slices.Equal(facts, reference) {
			continue // the same answer
		}
		require.Empty(t, c.Judge(want, facts), "%s, table %d", c.ID, i)
	}
}

// A queue put between is where a chat may be lost after a handling timeout: by I16's alternative it then has the row that
// another queue had (V13 is about agents).
func TestQueueBetweenMayLoseTheChat(t *testing.T) {
	pass(t, newTables(), NewScenarios(30).Generated(8171))
}

func TestScenariosAreFunctionsOfSeedAndIndex(t *testing.T) {
	one, other, another := NewScenarios(7), NewScenarios(7), NewScenarios(8)
	for i := range 40 {
		other.Generated(i + 1000) // what was made before does not matter
		assert.Equal(t, one.Generated(i).Events, other.Generated(i).Events)
		assert.Equal(t, one.Delivery(i).Events, other.Delivery(i).Events)
		assert.Equal(t, one.Robustness(i).Events, other.Robustness(i).Events)
		assert.NotEqual(t, one.Generated(i).Events, another.Generated(i).Events)
	}
}

func TestHalfOfTheScenariosAreDocumented(t *testing.T) {
	s := NewScenarios(1)
	for i := range 200 {
		c := s.Generated(i)
		if i%2 > 0 {
			assert.Equal(t, model.Inferred, c.Level)
			continue
		}
		for _, w := range c.Expected(model.Reference()) {
			assert.True(t, Documented(w.Chat), c.ID)
		}
	}
}

func TestRobustnessBreaksEachRequirement(t *testing.T) {
	s := NewScenarios(1)
	names := map[string]bool{}
	for i := range 10 {
		names[s.Robustness(i).Name] = true
	}
	for n := 1; n <= 9; n++ {
		assert.True(t, names[fmt.Sprintf("W%d broken", n)])
	}
	assert.True(t, names["lines that are no events"])
}

// Whoever answers without looking passes at most one generated scenario in ten.
func TestFloorOfGeneratedScenarios(t *testing.T) {
	rowsOf := func(c *model.Case, d model.Descriptor, all bool) (facts []model.Fact) {
		for _, log := range model.Chats(c.Events) {
			seen := map[string]bool{}
			for _, e := range log {
				if e.Party.Type == model.Agent && !seen[e.Party.ID] && (all || len(seen) == 0) {
					seen[e.Party.ID] = true
					facts = append(facts, model.Fact{InteractionID: e.InteractionID, Resource: e.Party.ID, Role: d.Role, Result: d.Result, Reason: d.Reason})
				}
			}
		}
		return facts
	}
	completed := model.Descriptor{Role: model.RoutedTo, Result: model.Completed}
	answers := map[string]func(*model.Case) []model.Fact{
		"nothing":                    func(*model.Case) []model.Fact { return nil },
		"RoutedTo/Completed for all": func(c *model.Case) []model.Fact { return rowsOf(c, completed, true) },
		"RoutedTo/Completed for one": func(c *model.Case) []model.Fact { return rowsOf(c, completed, false) },
		"RoutedTo/Redirected [Revoked]": func(c *model.Case) []model.Fact {
			return rowsOf(c, model.Descriptor{Role: model.RoutedTo, Result: model.Redirected, Reason: model.RevokedReason}, false)
		},
	}
	required := model.LevelSet(model.Documented, model.Invariant, model.Own)
	const n = 1000
	s := NewScenarios(1)
	pass := map[string]int{}
	for i := range n {
		c := s.Generated(i)
		want := c.Expected(model.Reference())
		for name, answer := range answers {
			ok := true
			for _, d := range c.Judge(want, answer(c)) {
				ok = ok && !required.Has(d.Level)
			}
			if ok {
				pass[name]++
			}
		}
	}
	for name, k := range pass {
		assert.LessOrEqual(t, k, n/10, name)
	}
	t.Log(pass)
}

func BenchmarkGenerated(b *testing.B) {
	s := NewScenarios(1)
	for i := 0; b.Loop(); i++ {
		s.Generated(i)
	}
}

// What is recycled and not reused, for example the deliveries of a long campaign, does not pile up.
func TestRecycledCasesAreBounded(t *testing.T) {
	s := NewScenarios(1)
	for range mostSpare + 10 {
		s.Recycle(&model.Case{Events: make([]model.Event, 0, leastRoom-1)})
		s.Recycle(&model.Case{Events: make([]model.Event, 0, leastRoom)})
		s.Recycle(&model.Case{Events: make([]model.Event, 0, 2*leastRoom)})
	}
	assert.Len(t, s.spare[0], mostSpare)
	assert.Len(t, s.spare[1], mostSpare)
}
