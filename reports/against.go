package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Changes are how scenarios changed from one result to a later one, each list in the order of its plan. Pass and
// differs are green; a change from pass to skip, or from pending to a failure, is newly failing too.
type Changes struct {
	NewlyFailing []Change
	// BecauseNew are not green; the older suite did not have them, or asked something else under their name.
	BecauseNew   []Change
	NewlyPassing []Change
	Added        []Change // not run before
	Removed      []Change // no longer run
}

// Change is a scenario with its verdicts; "" if it was not planned.
type Change struct {
	ID          string
	Before, Now engine.Verdict
	Chats       [2]int // of a check: how many had the difference, and how many have it
	Why         string // what is new about it, if it fails because of that
}

// Against compares a result with an older one. A scenario that was planned but not run counts as absent. A difference
// that a check does not find counts as a pass, unless the check could not list all that it found.
func Against(before, now *Results) *Changes {
	c := new(Changes)
	old := make(map[string]*engine.ScenarioLine)
	for _, l := range before.Lines {
		old[l.ID] = l
	}
	isCheck := now.Header.Kind == engine.Check
	runs := func(v engine.Verdict) bool { return v != "" && v != engine.NotRun }
	for _, l := range now.Lines {
		change := Change{ID: l.ID, Now: l.Verdict}
		if isCheck {
			change.Chats[1] = l.Found.Chats
			if before.listsAll() {
				change.Before = engine.Pass
			}
		} else {
			change.Why = newTo(before, now, old[l.ID], l)
		}
		if was := old[l.ID]; was != nil {
			change.Before = was.Verdict
			if was.Found != nil {
				change.Chats[0] = was.Found.Chats
			}
		}
		delete(old, l.ID)
		switch was, is := runs(change.Before), runs(change.Now); {
		case is && change.Why != "" && !change.Now.Green():
			c.BecauseNew = append(c.BecauseNew, change)
		case was && !is:
			c.Removed = append(c.Removed, change)
		case !was && is:
			c.Added = append(c.Added, change)
		case is && (change.Before.Green() && !change.Now.Green() || change.Before == engine.Pending &&
			change.Now != engine.Pending && !change.Now.Green()):
			c.NewlyFailing = append(c.NewlyFailing, change)
		case is && !change.Before.Green() && change.Now.Green():
			c.NewlyPassing = append(c.NewlyPassing, change)
		}
	}
	for _, l := range before.Lines {
		switch was := old[l.ID]; {
		case was == nil || !runs(was.Verdict):
		case isCheck && was.Verdict.Green():
		case isCheck && was.Found != nil && now.listsAll():
			c.NewlyPassing = append(c.NewlyPassing, Change{
				ID: l.ID, Before: was.Verdict, Now: engine.Pass, Chats: [2]int{was.Found.Chats},
			})
		default:
			c.Removed = append(c.Removed, Change{ID: l.ID, Before: was.Verdict})
		}
	}
	return c
}

// listsAll reports whether the lines of a check hold all that it found.
func (r *Results) listsAll() bool { return r.Footer.Audit == nil || r.Footer.Audit.Unsaid == 0 }

// newTo says what is new about a scenario compared with an older suite, or returns "". A scenario that the older run
// merely left out is not new: that run may have been a narrow one.
func newTo(before, now *Results, was, is *engine.ScenarioLine) string {
	since := cmp.Or(is.Since, engine.Base)
	authored := is.Source != "" && is.Family() != model.Own.String()
	switch {
	case before.Header.Suite == now.Header.Suite:
	case was == nil && authored && engine.Later(since, before.Header.Chatproof):
		return "new since " + since
	case was != nil && fmt.Sprintf("%s", was.Expected) != fmt.Sprintf("%s", is.Expected):
		return "expects different rows than before"
	}
	return ""
}

// maxChanges limits how many scenarios of a kind are named.
const maxChanges = 10

// Verdicts says how the scenario ended then and now: was pass, is fail.
func (c Change) Verdicts() string {
	said := fmt.Sprintf("was %s, is %s", c.Before, c.Now)
	switch {
	case c.Chats != [2]int{}:
		return fmt.Sprintf("was in %s, is in %d", Number(c.Chats[0], "chat", "chats"), c.Chats[1])
	case c.Before == "":
		said = string(c.Now)
	case c.Now == "":
		said = "was " + string(c.Before)
	}
	if c.Why != "" {
		said += "; " + safe(c.Why)
	}
	return said
}

// Kind is the changes of one kind.
type Kind struct {
	Name string
	All  []Change
}

// Named returns the changes to name if not all are named: the first of the kind.
func (k Kind) Named() []Change { return k.All[:min(len(k.All), maxChanges)] }

// More returns how many changes Named leaves out.
func (k Kind) More() int { return len(k.All) - len(k.Named()) }

// Kinds returns the changes by kind, the worst first. It leaves out an empty BecauseNew: most often nothing is new.
func (c *Changes) Kinds() []Kind {
	kinds := []Kind{{"Newly failing", c.NewlyFailing}}
	if len(c.BecauseNew) > 0 {
		kinds = append(kinds, Kind{"Failing, and new", c.BecauseNew})
	}
	return append(kinds, Kind{"Newly passing", c.NewlyPassing}, Kind{"Added", c.Added}, Kind{"Removed", c.Removed})
}

// WriteText writes the changes as lines of text: how many of each kind, and which. It names ten of a kind, or all if
// asked to.
func (c *Changes) WriteText(w io.Writer, all bool) error {
	for _, kind := range c.Kinds() {
		if _, err := fmt.Fprintf(w, "%s: %d\n", kind.Name, len(kind.All)); err != nil {
			return err
		}
		named, more := kind.Named(), kind.More()
		if all {
			named, more = kind.All, 0
		}
		for _, change := range named {
			fmt.Fprintf(w, "  %s  (%s)\n", safe(change.ID), change.Verdicts())
		}
		if more > 0 {
			fmt.Fprintf(w, "  and %d more: --verbose names them\n", more)
		}
	}
	return nil
}

// writeMarkdown writes the changes in Markdown, at most ten of a kind.
func (c *Changes) writeMarkdown(b *bytes.Buffer) {
	b.WriteString("\n### Since the older result\n")
	for _, kind := range c.Kinds() {
		fmt.Fprintf(b, "\n**%s:** %d\n\n", kind.Name, len(kind.All))
		for _, change := range kind.Named() {
			fmt.Fprintf(b, "- %s %s\n", codeSpan(change.ID), markdown(change.Verdicts()))
		}
		if kind.More() > 0 {
			fmt.Fprintf(b, "- and %d more\n", kind.More())
		}
	}
}
