package gen

import (
	"testing"

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

// alternatives are the tables that always answer by one accepted alternative, the reference's first.
func alternatives() (tables []*model.Table) {
	tables = append(tables, model.Reference())
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			for k := range len(c.Accepts) + len(c.Allows) {
				tables = append(tables, model.Reference().Answering(c.ID, k))
			}
		}
	}
	return tables
}

// Every relation and every invariant holds for the reference and for each accepted alternative; and the walks reach
// every relation.
func TestRelationsHold(t *testing.T) {
	tables := alternatives()
	w := NewWalker(Everyday)
	reached := make(map[string]int)
	for seed := range uint64(4000) {
		src := Seed(seed)
		log := w.Log("x", src)
		table := tables[int(seed)%len(tables)]
		var chat model.Chat
		require.NoError(t, model.NewClassifier(model.Reference()).Classify(&chat, log))
		of := factsOf(table, log)
		require.Empty(t, model.CheckInvariants(&chat, of), "seed %d\n%s", seed, describe(log))
		for _, relation := range Relations {
			variant, compare, ok := Relate(nil, relation, log, "y", src)
			if !ok {
				continue
			}
			reached[relation]++
			require.True(t, wellFormedLog(variant), "%s, seed %d\n%s", relation, seed, describe(variant))
			require.Empty(t, compare(of, factsOf(table, variant)), "%s, seed %d\n%s", relation, seed, describe(log))
		}
	}
	for _, relation := range Relations {
		assert.Greater(t, reached[relation], 30, relation)
	}
	t.Log(reached)
}
