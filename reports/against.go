package reports

import (
	"fmt"
	"io"

	"github.com/chatproof/chatproof/suite"
)

// Changes are what became of scenarios from one result to a later one, each in the order of its plan. Only pass is
// green: from pass to a skip is newly failing, too.
type Changes struct {
	NewlyFailing []Change
	NewlyPassing []Change
	Added        []Change // not run before
	Removed      []Change // no longer run
}

// Change is a scenario with its verdicts; "" where it was not planned.
type Change struct {
	ID          string
	Before, Now suite.Verdict
}

// Against compares a result with an older one. A scenario that was planned and not run counts as absent.
func Against(before, now *Results) *Changes {
	c := new(Changes)
	old := make(map[string]suite.Verdict)
	for _, l := range before.Lines {
		old[l.ID] = l.Verdict
	}
	runs := func(v suite.Verdict) bool { return v != "" && v != suite.NotRun }
	for _, l := range now.Lines {
		change := Change{l.ID, old[l.ID], l.Verdict}
		delete(old, l.ID)
		switch was, is := runs(change.Before), runs(change.Now); {
		case was && !is:
			c.Removed = append(c.Removed, change)
		case !was && is:
			c.Added = append(c.Added, change)
		case is && change.Before == suite.Pass && change.Now != suite.Pass:
			c.NewlyFailing = append(c.NewlyFailing, change)
		case is && change.Before != suite.Pass && change.Now == suite.Pass:
			c.NewlyPassing = append(c.NewlyPassing, change)
		}
	}
	for _, l := range before.Lines {
		if was, ok := old[l.ID]; ok && runs(was) {
			c.Removed = append(c.Removed, Change{ID: l.ID, Before: was})
		}
	}
	return c
}

// maxChanges bounds how many scenarios of a kind are named.
const maxChanges = 10

// WriteText writes the changes as lines of text: how many of each kind, and which, ten at most where not all are
// asked for.
func (c *Changes) WriteText(w io.Writer, all bool) error {
	for _, group := range []struct {
		name    string
		changes []Change
	}{{"Newly failing", c.NewlyFailing}, {"Newly passing", c.NewlyPassing}, {"Added", c.Added}, {"Removed", c.Removed}} {
		if _, err := fmt.Fprintf(w, "%s: %d\n", group.name, len(group.changes)); err != nil {
			return err
		}
		for i, change := range group.changes {
			if i == maxChanges && !all {
				fmt.Fprintf(w, "  and %d more: --verbose names them\n", len(group.changes)-i)
				break
			}
			verdicts := string(change.Now)
			if change.Before != "" {
				verdicts = "was " + string(change.Before)
				if change.Now != "" {
					verdicts += ", is " + string(change.Now)
				}
			}
			fmt.Fprintf(w, "  %s  (%s)\n", safe(change.ID), verdicts)
		}
	}
	return nil
}
