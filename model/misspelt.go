package model

import (
	"fmt"
	"strings"
	"sync"
)

// Meant returns the known name that n is probably meant to be: n is misspelt, in another case, or lacks the prefix
// Event. ok is false if there is none, or if n is known.
func (n EventName) Meant() (known EventName, ok bool) {
	if n.Known() {
		return "", false
	}
	mine := core(n)
	for i, name := range cores() {
		if Within(mine, name, 1+len(name)/8) {
			return EventNames[i], true
		}
	}
	return "", false
}

// cores are the cores of the known names, in the order of EventNames. They are made once because shrinking asks about
// every unknown event of every ill-formed chat that it tries.
var cores = sync.OnceValue(func() (all []string) {
	for _, known := range EventNames {
		all = append(all, core(known))
	}
	return all
})

var between = strings.NewReplacer("_", "", "-", "", " ", "")

// core reduces an event's name to the letters that tell it from others.
func core(n EventName) string {
	return strings.TrimPrefix(strings.ToLower(between.Replace(string(n))), "event")
}

// mind adds to an [IllFormed] error the first event that was ignored because its name is misspelt: it may be the one
// that is missing.
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
	with.Problem += fmt.Sprintf("; %s (seq %d) is not a known event, and was ignored: is it %s?",
		Name(string(first.Name)), first.Seq, meant)
	return &with
}
