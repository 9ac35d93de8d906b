package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The rows of a chat are found wherever they stand, in their order; those that stand together are not copied.
func TestRowsOf(t *testing.T) {
	for chats, want := range map[string][]int64{
		"": nil, "b": nil, "a": {0}, "ab": {0}, "ba": {1}, "baab": {1, 2}, "aba": {0, 2}, "babab": {1, 3}, "aabba": {0, 1, 4}, "bbaba": {2, 4},
	} {
		var rows []Fact
		for i, chat := range chats {
			rows = append(rows, Fact{InteractionID: string(chat), Ordinal: Num(int64(i))})
		}
		var got []int64
		of := rowsOf(rows, "a")
		for _, f := range of {
			assert.Equal(t, "a", f.InteractionID)
			got = append(got, f.Ordinal.Value)
		}
		assert.Equal(t, want, got, chats)
		if chats == "baab" {
			assert.Same(t, &rows[1], &of[0])
			assert.Equal(t, 2, cap(of), "who appends to them spoils no other's")
		}
	}
}
