package model_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func TestNearest(t *testing.T) {
	verbs := []string{"run", "fuzz", "generate", "classify", "check", "explain", "report"}
	for _, tt := range []struct{ word, want, reason string }{
		{"chek", "check", "a letter missing"},
		{"chekc", "check", "two swapped"},
		{"RUN", "run", "case does not count"},
		{"runn", "run", "a letter too many"},
		{"generaet", "generate", "swapped in a long word"},
		{"rrr", "", "too far"},
		{"", "", "nothing"},
		{"x", "", "one letter is near to none of these"},
		{strings.Repeat("run", 100), "", "no typing error"},
	} {
		assert.Equal(t, tt.want, model.Nearest(tt.word, verbs), "%s: %s", tt.word, tt.reason)
	}
	assert.Equal(t, "R9", model.Nearest("r9", []string{"R1", "R9"}))
	assert.Empty(t, model.Nearest("R99", []string{"R1", "R9"}), "another number is no misspelling")
	assert.Equal(t, "; did you mean check?", model.DidYouMean("chek", verbs))
	assert.Empty(t, model.DidYouMean("rrr", verbs))
}
