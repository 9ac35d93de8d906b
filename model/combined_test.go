package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Rows that are valid combinations (V2) are not asked about the invariants that all combinations keep.
func TestCombinationsKeepWhatIsNotAsked(t *testing.T) {
	var skipped []string
	for _, v := range invariants {
		row, ok := v.check.(*rowCheck)
		if !ok || !row.combined {
			continue
		}
		skipped = append(skipped, v.ID)
		for c := range combinationCodes() {
			f := Fact{ResourceType: ResourceType(c[0]), Role: Role(c[1]), Result: Result(c[2]), Reason: Reason(c[3])}
			assert.Empty(t, row.found(&f), "%s %v", v.ID, c)
		}
	}
	assert.Equal(t, []string{"V1", "V2", "V7", "V8"}, skipped)
}
