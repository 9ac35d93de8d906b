package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A walk allocates nothing once warm, and a trial little more than the names and comparisons of its variants: its events
// are in the memory of those before it.
func TestTrialsAllocateLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the race detector, which runs so, allocates too")
	}
	w := NewWalker(Everyday)
	src := Seed(1)
	for range 1000 {
		w.Log("chat", src)
	}
	assert.Zero(t, testing.AllocsPerRun(1000, func() { w.Log("chat", src) }))

	const trials = 4000
	s := NewScenarios(1)
	i := 0
	perTrial := testing.AllocsPerRun(1, func() {
		for range trials {
			s.Recycle(s.Campaign(i))
			i++
		}
	}) / trials
	assert.Less(t, perTrial, 15.0)
}
