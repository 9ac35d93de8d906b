package model_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/model"
)

// What is wrong with rows is said once: whatever a fault makes of them, mended rows break no invariant.
func TestMendedRowsBreakNothing(t *testing.T) {
	all := model.LevelSet(model.AllLevels...)
	logs := gen.Random(150, false, 3)
	differ := 0
	for i := range 150 {
		log, _ := logs(i, fmt.Sprint("chat ", i))
		chats, bad := model.ClassifyLog(model.Reference(), log)
		require.Empty(t, bad)
		want := model.Expect(&chats[0])
		for _, fault := range append(faults.Rules(), faults.All()...) {
			rows, _ := model.Twins(&chats[0], fault.Answer(slices.Clone(log)))
			if ds := model.Compare(&want, rows); len(ds) > 0 {
				differ++
				assert.Empty(t, model.CheckBesides(&want, rows, ds, all), "%s in %s", fault.Name, chats[0].InteractionID)
			}
		}
	}
	assert.Greater(t, differ, 1000)
}
