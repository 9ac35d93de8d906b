package model

import "math"

// The prices of differences when rows are paired. A missing row and a superfluous one together cost less than a row
// with both the wrong resource and the wrong descriptor, and more than one with only one of them wrong. What is
// compared at level inferred only breaks ties.
const (
	unpairedPrice   = 22
	resourcePrice   = 32
	descriptorPrice = 16
	codePrice       = 4
	typePrice       = 8
	softPrice       = 1
	loosePrice      = 2
)

// price returns how badly a row fits the expected one: 0 is a perfect fit.
func (r *ExpectedRow) price(g *Fact) (p int) {
	resource, kind := resourcePrice, typePrice
	if r.loose() {
		resource, kind = loosePrice, loosePrice
	}
	if r.Resource != "" && g.Resource != r.Resource {
		p += resource
	}
	if !r.sameType(g) {
		p += kind
	}
	if !r.matches(g.Descriptor()) {
		p += descriptorPrice
		for _, same := range [...]bool{
			sameCode(string(r.Role), string(g.Role)), sameCode(string(r.Result), string(g.Result)),
			sameCode(string(r.Reason), string(g.Reason)),
		} {
			if !same {
				p += codePrice
			}
		}
	}
	if !sameCode(r.RoleReason, g.RoleReason) {
		p += typePrice
	}
	if !sameSecond(r.Start, g.Start) {
		p += softPrice
	}
	if !sameSecond(r.End, g.End) {
		p += softPrice
	}
	return p
}

// are reports whether the rows are the expected ones, in their order and spelt alike: then nothing differs. Most
// answers are like that.
func (w *Expected) are(got []Fact) bool {
	if len(got) != len(w.Rows) {
		return false
	}
	last := int64(math.MinInt64)
	for i := range got {
		r, g := &w.Rows[i], &got[i]
		if _, known := g.ResourceType.Meaning(); r.Optional || !known || g.Resource != r.Resource ||
			g.ResourceType != r.ResourceType || g.Role != r.Role || g.RoleReason != r.RoleReason ||
			g.Result != r.Result || g.Reason != r.Reason || g.ReceivedFrom != r.ReceivedFrom ||
			g.Ordinal != r.Ordinal || g.Ordinal.Is != Given || g.Ordinal.Value <= last ||
			!sameSecond(r.Start, g.Start) || !sameSecond(r.End, g.End) {
			return false
		}
		last = g.Ordinal.Value
	}
	return true
}

// pair returns, for every expected row, the index of the row got that it is compared with, or never. It finds the
// cheapest pairing (the Hungarian method; rows and columns are padded for those that stay unpaired).
func pair(want *Expected, got []Fact) []int {
	n, m := len(want.Rows), len(got)
	size := n + m
	prices := make([][]int, size)
	for i := range prices {
		prices[i] = make([]int, size)
		for j := range prices[i] {
			switch {
			case i < n && j < m:
				prices[i][j] = want.Rows[i].price(&got[j])
			case i < n && !want.Rows[i].Optional, j < m && i >= n:
				prices[i][j] = unpairedPrice
			}
		}
	}
	pairs := make([]int, n)
	for i, j := range cheapest(prices) {
		if i < n {
			pairs[i] = never
			if j < m {
				pairs[i] = j
			}
		}
	}
	inOrder(got, pairs, prices)
	return pairs
}

// inOrder swaps the partners of two rows if their ordinals are the wrong way round and the swap costs nothing: of two
// rows that look alike, the one with the lower ordinal comes first.
func inOrder(got []Fact, pairs []int, prices [][]int) {
	for i := range pairs {
		for k := i + 1; k < len(pairs); k++ {
			a, b := pairs[i], pairs[k]
			if a != never && b != never && got[a].Ordinal.Is == Given && got[b].Ordinal.Is == Given &&
				got[a].Ordinal.Value > got[b].Ordinal.Value &&
				prices[i][b]+prices[k][a] <= prices[i][a]+prices[k][b] {
				pairs[i], pairs[k] = b, a
			}
		}
	}
}

// cheapest assigns each row of a square matrix a column of its own, at the least sum. It finds shortest augmenting
// paths with potentials, in O(n³).
func cheapest(prices [][]int) []int {
	n := len(prices)
	u, v := make([]int, n+1), make([]int, n+1)
	rowOf, way := make([]int, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		rowOf[0] = i
		column := 0
		least, done := make([]int, n+1), make([]bool, n+1)
		for j := range least {
			least[j] = math.MaxInt
		}
		for rowOf[column] != 0 {
			done[column] = true
			row, delta, next := rowOf[column], math.MaxInt, 0
			for j := 1; j <= n; j++ {
				if done[j] {
					continue
				}
				if c := prices[row-1][j-1] - u[row] - v[j]; c < least[j] {
					least[j], way[j] = c, column
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := 0; j <= n; j++ {
				if done[j] {
					u[rowOf[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			column = next
		}
		for column != 0 {
			rowOf[column] = rowOf[way[column]]
			column = way[column]
		}
	}
	columns := make([]int, n)
	for j := 1; j <= n; j++ {
		columns[rowOf[j]-1] = j - 1
	}
	return columns
}
