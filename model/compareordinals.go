package model

import (
	"fmt"
	"slices"
)

// ranks compares the ranks of the ordinals of the paired rows that have one.
func ranks(want *Expected, got []Fact, pairs []int) (ds []Difference) {
	if want.unranked {
		return nil
	}
	var ranked []int // of want.Rows, in their order
	rising := true
	for i, j := range pairs {
		if j == never || got[j].Ordinal.Is != Given || want.Rows[i].Ordinal.Is != Given {
			continue
		}
		if n := len(ranked); n > 0 && got[pairs[ranked[n-1]]].Ordinal.Value >= got[j].Ordinal.Value {
			rising = false
		}
		ranked = append(ranked, i)
	}
	if rising {
		return nil
	}
	for rank, i := range ranked {
		mine, lower, equal := got[pairs[i]].Ordinal.Value, 0, 0
		for _, other := range ranked {
			switch o := got[pairs[other]].Ordinal.Value; {
			case o < mine:
				lower++
			case o == mine:
				equal++
			}
		}
		if lower != rank || equal > 1 {
			actual := fmt.Sprintf("rank %d (ordinal %d)", lower+1, mine)
			if equal > 1 {
				actual = fmt.Sprintf("%d, which another row has too", mine)
			}
			ds = append(ds, want.Rows[i].difference(OrdinalField, want.Rows[i].Level, fmt.Sprintf("rank %d", rank+1),
				actual))
		}
	}
	return ds
}

// receivedFrom compares who sent the chat, by the row that the ordinal points to if rows have ordinals.
func receivedFrom(want *Expected, got []Fact, pairs []int, i, j int, level Level) (Difference, bool) {
	r, g := &want.Rows[i], &got[j]
	if r.ReceivedFrom.Is == Absent || g.ReceivedFrom.Is == Absent {
		return Difference{}, false
	}
	expected, actual := "null", "null"
	if r.ReceivedFrom.Is == Given {
		k := 0
		for k < len(want.Rows) && want.Rows[k].Ordinal != r.ReceivedFrom {
			k++
		}
		// an unfinished chat: the sender has no row yet to point to, and a table cannot name one
		if k == len(want.Rows) {
			return Difference{}, false
		}
		if g.ReceivedFrom.Is == Given && pairs[k] != never &&
			(got[pairs[k]].Ordinal == g.ReceivedFrom || got[pairs[k]].Ordinal.Is != Given) {
			return Difference{}, false
		}
		expected = Name(want.Rows[k].Resource) + "'s row"
	} else if g.ReceivedFrom.Is == Null {
		return Difference{}, false
	}
	if g.ReceivedFrom.Is == Given {
		actual = fmt.Sprintf("ordinal %d", g.ReceivedFrom.Value)
		if g.Ordinal.Is == Given {
			actual += ", which no row has"
		}
		if k := slices.IndexFunc(got, func(o Fact) bool { return o.Ordinal == g.ReceivedFrom }); k >= 0 {
			actual = Name(got[k].Resource) + "'s row"
		}
	}
	return r.difference(ReceivedFromField, level, expected, actual), true
}
