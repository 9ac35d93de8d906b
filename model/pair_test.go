package model

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// No other assignment of rows to columns is cheaper.
func TestCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "size")
		prices := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 9), n, n), n, n).Draw(t, "prices")
		sum := func(columns []int) (total int) {
			for row, column := range columns {
				total += prices[row][column]
			}
			return total
		}
		least := math.MaxInt
		var try func(columns []int)
		try = func(columns []int) {
			if len(columns) == n {
				least = min(least, sum(columns))
			}
			for column := range n {
				if !slices.Contains(columns, column) {
					try(append(slices.Clone(columns), column))
				}
			}
		}
		try(nil)
		got := cheapest(prices)
		assert.Equal(t, least, sum(got))
		slices.Sort(got)
		assert.Len(t, slices.Compact(got), n, "each has a column of its own")
	})
}
