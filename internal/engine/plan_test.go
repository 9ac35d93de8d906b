package engine

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// What a scenario is called, counts as, sends or expects makes another plan, and so does the order of scenarios.
func TestDigestIsOfScenarios(t *testing.T) {
	digestOf := func(cases ...*model.Case) string {
		p, err := NewPlan(cases)
		require.NoError(t, err)
		return p.Digest
	}
	one := func() *model.Case { return synthetic("own/f/x", model.Own) }
	two := synthetic("own/f/y", model.Own)
	seen := map[string]string{digestOf(one()): "itself", digestOf(one(), two): "two", digestOf(two, one()): "in another order"}
	require.Len(t, seen, 3)
	assert.Equal(t, digestOf(one()), digestOf(one()))
	for name, change := range map[string]func(*model.Case){
		"id":    func(c *model.Case) { c.ID = "own/f/z" },
		"level": func(c *model.Case) { c.Level = model.Inferred },
		"event": func(c *model.Case) { c.Events[1].Queue = "R" },
		"order": func(c *model.Case) { c.Events[0], c.Events[1] = c.Events[1], c.Events[0] },
		"lines": func(c *model.Case) { c.Lines = []string{"{"} },
		"expected": func(c *model.Case) {
			c.Authored, c.Table = true, []model.Fact{{InteractionID: "x", Resource: "Q", End: time.Unix(1, 0)}}
		},
	} {
		c := one()
		change(c)
		d := digestOf(c)
		assert.Empty(t, seen[d], name)
		seen[d] = name
	}
}

// A feature of other words, or of another name, makes another suite.
func TestDigestIsOfFeatures(t *testing.T) {
	seen := map[string]string{Digest(): "the built-in features"}
	for name, files := range map[string]fstest.MapFS{
		"none":           {},
		"one":            {"a/1.feature": {Data: []byte("Feature: 1")}},
		"of other words": {"a/1.feature": {Data: []byte("Feature: 2")}},
		"of other name":  {"a/2.feature": {Data: []byte("Feature: 1")}},
	} {
		d := digest(files)
		assert.Empty(t, seen[d], name)
		seen[d] = name
		assert.Equal(t, d, digest(files))
	}
}
