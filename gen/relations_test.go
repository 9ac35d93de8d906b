package gen

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

func factsOf(table *model.Table, events []model.Event) (facts []model.Fact) {
	chats, _ := model.ClassifyLog(table, events)
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			facts = append(facts, irf.Fact)
		}
	}
	return facts
}

// alternativeTables are the reference's table, those that always answer with one accepted alternative, and two that
// answer with all at once: with the first of every clause, and with the last.
func alternativeTables() (tables []*model.Table) {
	first, last := model.Reference(), model.Reference()
	tables = append(tables, model.Reference())
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			n := len(c.Accepts) + len(c.Allows)
			for k := range n {
				tables = append(tables, model.Reference().Answering(c.ID, k))
			}
			if n > 0 {
				first, last = first.Answering(c.ID, 0), last.Answering(c.ID, n-1)
			}
		}
	}
	return append(tables, first, last)
}

var deliveries = []string{"D5", "D6", "D7"}

// Every relation and every invariant holds for the reference and for each accepted alternative; and the walks reach
// every relation.
func TestRelationsHold(t *testing.T) {
	tables := alternativeTables()
	w := NewWalker(Everyday)
	reached := make(map[string]int)
	for seed := range uint64(2500) {
		src := Seed(seed)
		log := w.Log("x", src)
		table := tables[int(seed)%len(tables)]
		var chat model.Chat
		require.NoError(t, model.NewClassifier(model.Reference()).Classify(&chat, log))
		of := factsOf(table, log)
		require.Empty(t, model.CheckInvariants(&chat, of), "seed %d\n%s", seed, shown(log))
		for _, relation := range slices.Concat(Relations, deliveries) {
			made, r, ok := Relate(nil, relation, -1, log, "0000xyz00001", src)
			if !ok {
				continue
			}
			reached[relation]++
			compare := r.Compare
			for _, chat := range model.Chats(made) {
				require.True(t, wellFormedLog(chat), "%s, seed %d\n%s", relation, seed, shown(chat))
			}
			variant := slices.DeleteFunc(made, func(e model.Event) bool { return e.InteractionID != r.Variant })
			answer := factsOf(table, variant)
			require.Empty(t, compare(of, answer), "%s %d, seed %d\n%s", relation, r.How, seed, shown(log))
			at := 0
			if n := len(answer); n > 0 {
				at = int(seed) % n
			}
			if len(answer) > 0 && (relation != "V13" || answer[at].ResourceType == model.AgentResource) { // and tells what is wrong
				require.NotEmpty(t, compare(of, slices.Delete(slices.Clone(answer), at, at+1)), "%s, seed %d: a row lost", relation, seed)
				require.NotEmpty(t, compare(of, append(slices.Clone(answer), answer[at])), "%s, seed %d: a row doubled", relation, seed)
				answer[at].Resource = "nobody"
				require.NotEmpty(t, compare(of, answer), "%s, seed %d: another's row", relation, seed)
			}
		}
	}
	for _, relation := range slices.Concat(Relations, deliveries) {
		assert.Greater(t, reached[relation], 30, relation)
	}
	t.Log(reached)
}

// Names that mean something stay: a finishing queue is called what the deployment calls it (V15, D7).
func TestFinishingQueuesKeepTheirNames(t *testing.T) {
	w, finished := NewWalker(Everyday), 0
	for seed := range uint64(2000) {
		src := Seed(15, seed)
		log := slices.Clone(w.Log("x", src))
		for _, relation := range []string{"V15", "D7"} {
			made, r, ok := Relate(nil, relation, -1, log, "0000xyz00001", src)
			if !ok {
				continue
			}
			variant := slices.DeleteFunc(made, func(e model.Event) bool { return e.InteractionID != r.Variant })
			require.Len(t, variant, len(log))
			for i := range log {
				require.Equal(t, model.Usual.Finishes(log[i].Queue), model.Usual.Finishes(variant[i].Queue))
				if model.Usual.Finishes(log[i].Queue) {
					require.Equal(t, log[i].Queue, variant[i].Queue)
					finished++
				}
			}
		}
	}
	assert.Greater(t, finished, 50)
}

// Each comparison of rows detects a difference in what it looks at, and in nothing else.
func TestComparisonsOfRows(t *testing.T) {
	at := Day
	row := model.Fact{Resource: "A", ResourceType: "agent", Role: "RoutedTo", Result: "Redirected", Reason: "Revoked", Start: at, End: at}
	tests := []struct {
		name                           string
		change                         func(f *model.Fact)
		everything, descriptors, roles bool // detects it
	}{
		{"nothing", func(*model.Fact) {}, false, false, false},
		{"codes", func(f *model.Fact) { f.Role, f.Result, f.ResourceType = "ROUTED TO", "redirected", "AGENT" }, false, false, false},
		{"ordinal", func(f *model.Fact) { f.Ordinal = model.Num(7) }, false, false, false},
		{"resource", func(f *model.Fact) { f.Resource = "B" }, true, true, true},
		{"role", func(f *model.Fact) { f.Role = "Puller" }, true, true, true},
		{"result", func(f *model.Fact) { f.Result = "Abandoned" }, true, true, false},
		{"reason", func(f *model.Fact) { f.Reason = "" }, true, true, false},
		{"type", func(f *model.Fact) { f.ResourceType = "queue" }, true, false, false},
		{"role reason", func(f *model.Fact) { f.RoleReason = "Odd" }, true, false, false},
		{"start", func(f *model.Fact) { f.Start = at.Add(time.Second) }, true, false, false},
		{"end", func(f *model.Fact) { f.End = at.Add(time.Second) }, true, false, false},
	}
	for _, tt := range tests {
		changed := row
		tt.change(&changed)
		for _, others := range [][]model.Fact{nil, {{Resource: "Z", Role: "Puller"}}} {
			of, variant := append([]model.Fact{row}, others...), append(slices.Clone(others), changed) // in any order
			assert.Equal(t, tt.everything, sameEverything(of, variant) != "", tt.name)
			assert.Equal(t, tt.descriptors, sameDescriptors(of, variant) != "", tt.name)
			assert.Equal(t, tt.roles, sameRoles(of, variant) != "", tt.name)
		}
	}
	rows := func(resources ...string) (rows []model.Fact) {
		for _, r := range resources {
			rows = append(rows, model.Fact{Resource: r, Role: "R"})
		}
		return rows
	}
	assert.Equal(t, "B R became nothing", sameRoles(rows("A", "B", "B"), rows("B", "A")))
	assert.Equal(t, "A R, B R, C R became D R, E R, F R, 1 more", sameRoles(rows("A", "B", "C"), rows("D", "E", "F", "G")))
}

// When times are stretched, none comes before the one that it followed, and all pauses change by one factor.
func TestStretchKeepsTheOrderOfTimes(t *testing.T) {
	w := NewWalker(Everyday)
	for seed := range uint64(300) {
		log := slices.Clone(w.Log("x", Seed(seed)))
		variant := slices.Clone(log)
		stretch(variant, Seed(seed))
		for i := 1; i < len(log); i++ {
			pause, stretched := log[i].Time.Sub(log[0].Time), variant[i].Time.Sub(variant[0].Time)
			assert.False(t, variant[i].Time.Before(variant[i-1].Time), "seed %d", seed)
			assert.True(t, stretched == 0 || stretched%max(pause, 1) == 0, "seed %d: %v became %v", seed, pause, stretched)
		}
	}
}

// A conference is one whichever of its two events says so, and may become a consult.
func TestConferenceByAcceptanceBecomesConsult(t *testing.T) {
	w := NewWalker(Everyday)
	met := map[model.VisibilityMode]int{}
	for seed := range uint64(3000) {
		log := slices.Clone(w.Log("x", Seed(seed)))
		for i := range log {
			e := &log[i]
			if e.Name != model.AgentInvited || e.Operation != model.Conference || e.Actor.Type != model.Agent || e.VisibilityMode != model.Conferred {
				continue
			}
			if j := Outcome(log, i); j > 0 && log[j].Name == model.PartyAdded && log[j].VisibilityMode <= model.Conferred {
				met[log[j].VisibilityMode]++
				_, _, ok := turnIntoConsult(slices.Clone(log), Seed(seed))
				assert.True(t, ok, shown(log))
			}
		}
	}
	assert.Len(t, met, 2)
}
