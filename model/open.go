package model

import "slices"

// CompareOpen compares the rows of an unfinished chat: the attempts that have closed must have theirs. Rows beyond
// those may be newer than the log, or of a chat that somebody closed by hand: they are not judged, and left out of
// judged, which are the others, in an order of their own.
func CompareOpen(want *Expected, got []Fact) (ds []Difference, judged []Fact) {
	got = want.inOrder(got)
	pairs := pair(want, got)
	ds = slices.DeleteFunc(differences(want, got, pairs), func(d Difference) bool {
		return d.Field == RowField && d.Ordinal == 0
	})
	for j := range got {
		if slices.Contains(pairs, j) {
			judged = append(judged, got[j])
		}
	}
	return ds, judged
}
