package bulk

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// What repairs make of a log does not depend on its order, nor on the jobs; and rows of chats that lost one event are
// never taken for wrong where all repairs agree.
func TestMend(t *testing.T) {
	w, src := gen.NewWalker(gen.Everyday), rand.New(rand.NewPCG(1, 2))
	var events, facts [][]byte
	for i := range 300 {
		log := slices.Clone(w.Log("chat "+string(rune('A'+i%26))+string(rune('A'+i/26)), gen.Seed(uint64(i))))
		chats, _ := model.ClassifyLog(model.Reference(), log)
		for j := range chats[0].IRFs {
			facts = append(facts, wire.AppendFact(nil, &chats[0].IRFs[j].Fact))
		}
		if i%2 == 0 {
			n := src.IntN(len(log))
			log = slices.Delete(log, n, n+1)
		}
		for j := range log {
			events = append(events, wire.AppendEvent(nil, &log[j]))
		}
	}
	dir := t.TempDir()
	write := func(name string, lines [][]byte) tables.Place {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, bytes.Join(lines, nil), 0o666))
		return tables.Place{Path: path}
	}
	var first *Report
	for _, jobs := range []int{1, 3} {
		r, err := CheckChats(t.Context(), CheckOptions{Options: Options{Jobs: jobs}, Repair: true}, write("events.jsonl", events), write("facts.jsonl", facts))
		require.NoError(t, err)
		assert.Greater(t, r.Repairs.Unanimous, 40) // without those that lack their beginning: all chats begin at once
		assert.Equal(t, r.Repairs.Unanimous, r.Repairs.Mends)
		assert.NotEmpty(t, r.Repairs.Defects)
		if first == nil {
			first = r
		}
		assert.Equal(t, first.Repairs.Defects, r.Repairs.Defects)
		assert.Equal(t, [...]int{first.Repairs.Repaired, first.Repairs.Unanimous, first.Repairs.Unclear}, [...]int{r.Repairs.Repaired, r.Repairs.Unanimous, r.Repairs.Unclear})
		src.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	}
}
