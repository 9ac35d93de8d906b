package model

import (
	"fmt"
	"strings"
	"sync"
)

// Meant is the known name that an unknown one is probably to be: nearly so spelt, in another case, or without the Event
// in front. ok is false where there is none.
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

// cores are those of the names that are known. They are made once: who makes a counterexample shorter asks of each
// event that a chat may hold besides, in every shorter chat that is no chat.
var cores = sync.OnceValue(func() (all []string) {
	for _, known := range EventNames {
		all = append(all, core(known))
	}
	return all
})

var between = strings.NewReplacer("_", "", "-", "", " ", "")

// core is what tells an event's name from others.
func core(n EventName) string {
	return strings.TrimPrefix(strings.ToLower(between.Replace(string(n))), "event")
}

// mind adds to what is wrong with a log the first event that was ignored because its name is misspelt: it may be what
// is missing.
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
	with.Problem += fmt.Sprintf("; %s (seq %d) is no event that is known, and was ignored: is it %s?",
		Name(string(first.Name)), first.Seq, meant)
	return &with
}
