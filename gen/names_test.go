package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// However a chat names its people, no two of a kind have one name.
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
