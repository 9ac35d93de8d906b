package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// A level is its name in JSON, and another word is refused.
func TestLevelAsText(t *testing.T) {
	for _, l := range model.AllLevels {
		text, err := l.MarshalText()
		assert.NoError(t, err)
		var again model.Level
		assert.NoError(t, again.UnmarshalText(text))
		assert.Equal(t, l, again)
	}
	var none model.Level
	assert.EqualError(t, none.UnmarshalText([]byte("x")), `"x" is not a level`)
}

// Only differences of the levels that are asked for are required.
func TestRequire(t *testing.T) {
	ds := []model.Difference{{Level: model.Inferred}, {Level: model.Documented}}
	assert.False(t, model.Require(ds, model.LevelSet(model.Delivery)))
	assert.True(t, model.Require(ds, model.LevelSet(model.Documented)))
	assert.False(t, ds[0].Required)
	assert.True(t, ds[1].Required)
}

// What an ill-formed log lacks is told, whatever requirement it breaks and wherever it is cut.
func TestLacks(t *testing.T) {
	whole := log(t, alerted+"\"Agent 1\" accepts\n\"Agent 1\" leaves\nthe customer leaves")
	told := 0
	for i := range whole {
		cut := append(append([]model.Event(nil), whole[:i]...), whole[i+1:]...)
		if _, bad := model.ClassifyLog(model.Reference(), cut); len(bad) > 0 {
			if lacks, _ := bad[0].Lacks(cut); lacks != "" {
				told++
			}
		}
	}
	assert.Greater(t, told, 2)
	assert.NotEqual(t, model.OpaqueID("a", "chat 1"), model.OpaqueID("b", "chat 1"))
}
