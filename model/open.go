package model

import "slices"

// CompareOpen compares the rows of an unfinished chat: every attempt that has closed must have its row. Further rows
// may be newer than the log, or from a chat that somebody closed by hand: they are not judged. judged holds the others,
// not in the order of got.
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
