package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// No other assignment of rows to columns is cheaper.
func TestCheapest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + random.IntN(6)
		prices := make([][]int, n)
		for i := range prices {
			for range n {
				prices[i] = append(prices[i], random.IntN(20))
			}
		}
		least, taken := math.MaxInt, make([]bool, n)
		var try func(row, sum int)
		try = func(row, sum int) {
			if row == n {
				least = min(least, sum)
				return
			}
			for column := range n {
				if !taken[column] {
					taken[column] = true
					try(row+1, sum+prices[row][column])
					taken[column] = false
				}
			}
		}
		try(0, 0)
		columns, sum := cheapest(prices), 0
		for row, column := range columns {
			sum += prices[row][column]
		}
		assert.Equal(t, least, sum, "%v", prices)
		slices.Sort(columns)
		assert.Len(t, slices.Compact(columns), n, "each has a column of its own")
	}
}
