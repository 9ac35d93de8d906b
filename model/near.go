package model

import (
	"fmt"
	"strings"
)

// Within reports whether one word becomes the other by at most so many insertions, deletions, changes and swaps of
// neighbours.
func Within(a, b string, most int) bool {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return false
	}
	var before []int
	row, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row = make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			row[j+1] = min(last[j+1], row[j]) + 1
			if x[i] == y[j] {
				row[j+1] = min(row[j+1], last[j])
			} else {
				row[j+1] = min(row[j+1], last[j]+1)
			}
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)] <= most
}

// Meant is the known name that an unknown one is probably to be: nearly so spelt, in another case, or without the Event
// in front. ok is false where there is none.
func (n EventName) Meant() (known EventName, ok bool) {
	if n.Known() {
		return "", false
	}
	mine := core(n)
	for _, known := range EventNames {
		if name := core(known); Within(mine, name, 1+len(name)/8) {
			return known, true
		}
	}
	return "", false
}

// core is what tells an event's name from others.
func core(n EventName) string {
	return strings.TrimPrefix(strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(string(n))), "event")
}

// mind adds to what is wrong with a log the first event that was ignored because its name is misspelt: it may be what is
// missing.
func mind(err error, log []Event) error {
	bad, ok := err.(*IllFormed)
	if !ok {
		return err
	}
	var first *Event
	var meant EventName
	for i := range log {
		if known, ok := log[i].Name.Meant(); ok && (first == nil || log[i].Seq < first.Seq) {
			first, meant = &log[i], known
		}
	}
	if first == nil {
		return err
	}
	with := *bad
	with.Problem += fmt.Sprintf("; %s (seq %d) is no event that is known, and was ignored: is it %s?", Name(string(first.Name)), first.Seq, meant)
	return &with
}
