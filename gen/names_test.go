package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Merged says all that two names differ in, and that one of them has no row.
func TestMerged(t *testing.T) {
	for _, pair := range alike {
		assert.Equal(t, pair.in, differIn(pair.one, pair.two))
		assert.Equal(t, pair.in, differIn("0000a"+pair.tail, "0000a"+pair.end))
		rows := func(names ...string) (facts []model.Fact) {
			for _, name := range names {
				facts = append(facts, model.Fact{InteractionID: "c", Resource: name, Role: model.RoutedTo, Result: model.Completed})
			}
			return facts
		}
		want := []model.Expected{model.ExpectTable(rows(pair.one, pair.two), nil, model.Delivery)}
		want[0].InteractionID = "c"
		_, found := Merged(want, rows(pair.one, pair.two))
		assert.Empty(t, found)
		for _, got := range [][]model.Fact{nil, rows(pair.one), rows(pair.two, pair.two), rows("x")} {
			id, found := Merged(want, got)
			assert.Equal(t, "c", id)
			assert.Contains(t, found, "ids or names that differ only in "+pair.in+" were taken for one (")
		}
	}
	assert.Empty(t, differIn("Anna", "Berta"))
	assert.Empty(t, differIn("Anna", "Anna"))
}

// However a chat names its people, no two of a kind have the same name.
func TestNamesDiffer(t *testing.T) {
	for _, n := range append(namings[:], canonicalNames) {
		for _, names := range []*[maxParties]string{n.agents, n.queues, n.strategies} {
			seen := map[string]bool{}
			for _, name := range names {
				assert.NotEmpty(t, name)
				seen[name] = true
			}
			assert.Len(t, seen, maxParties)
		}
	}
}
