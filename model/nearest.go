package model

import (
	"slices"
	"strings"
)

// Nearest returns the word that was probably meant: the one with the fewest letters wrong, added, missing or swapped,
// the first of several, or "" if none is near. At most one letter in three may be so. Case does not count.
func Nearest(word string, among []string) (best string) {
	short := []rune(strings.ToLower(word))
	if len(short) > 100 { // no typing error, and expensive to compare
		return ""
	}
	least := max(1, len(short)/3) + 1
	for _, other := range among {
		if letters := withoutDigits(other); letters != other && letters == withoutDigits(word) {
			continue // R99 is not a misspelt R9, nor 1.12 a misspelt 1.1
		}
		if d := edits(short, []rune(strings.ToLower(other)), least); d < least {
			best, least = other, d
		}
	}
	return best
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}

// DidYouMean asks, at the end of a message, whether the nearest word was meant. It returns "" if none is near.
func DidYouMean(word string, among []string) string {
	if best := Nearest(word, among); best != "" {
		return "; did you mean " + Name(best) + "?"
	}
	return ""
}

// Within reports whether no more than most edits turn one word into the other. An edit inserts, deletes or changes a
// letter, or swaps two neighbours.
func Within(a, b string, most int) bool { return edits([]rune(a), []rune(b), most+1) <= most }

// edits counts the edits between two words, as [Within] does. It stops at enough, which it then returns.
func edits(a, b []rune, enough int) int {
	if len(a)-len(b) >= enough || len(b)-len(a) >= enough {
		return enough
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			row[j+1] = min(above[j+1], row[j]) + 1
			if same := above[j]; a[i] == b[j] {
				row[j+1] = min(row[j+1], same)
			} else {
				row[j+1] = min(row[j+1], same+1)
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		if slices.Min(row) >= enough {
			return enough
		}
	}
	return row[len(b)]
}
