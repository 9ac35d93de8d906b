package reports

import (
	"bytes"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/engine"
)

// Changes are what became of scenarios from one result to a later one, each in the order of its plan. Pass and
// differs are green: from pass to a skip is newly failing, too.
type Changes struct {
	NewlyFailing []Change
	NewlyPassing []Change
	Added        []Change // not run before
	Removed      []Change // no longer run
}

// Change is a scenario with its verdicts; "" where it was not planned.
type Change struct {
	ID          string
	Before, Now engine.Verdict
	Chats       [2]int // of a check: that had the difference, and that have it
}

// Against compares a result with an older one. A scenario that was planned and not run counts as absent. A difference
// that a check does not find is no difference: it passes.
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
			change.Before, change.Chats[1] = engine.Pass, l.Found.Chats
		}
		if was := old[l.ID]; was != nil {
			change.Before = was.Verdict
			if was.Found != nil {
				change.Chats[0] = was.Found.Chats
			}
		}
		delete(old, l.ID)
		switch was, is := runs(change.Before), runs(change.Now); {
		case was && !is:
			c.Removed = append(c.Removed, change)
		case !was && is:
			c.Added = append(c.Added, change)
		case is && change.Before.Green() && !change.Now.Green():
			c.NewlyFailing = append(c.NewlyFailing, change)
		case is && !change.Before.Green() && change.Now.Green():
			c.NewlyPassing = append(c.NewlyPassing, change)
		}
	}
	for _, l := range before.Lines {
		switch was := old[l.ID]; {
		case was == nil || !runs(was.Verdict):
		case isCheck && was.Verdict.Green():
		case isCheck && was.Found != nil:
			c.NewlyPassing = append(c.NewlyPassing, Change{l.ID, was.Verdict, engine.Pass, [2]int{was.Found.Chats}})
		default:
			c.Removed = append(c.Removed, Change{ID: l.ID, Before: was.Verdict})
		}
	}
	return c
}

// maxChanges bounds how many scenarios of a kind are named.
const maxChanges = 10

// Verdicts says how the scenario ended then and now: was pass, is fail.
func (c Change) Verdicts() string {
	switch {
	case c.Chats != [2]int{}:
		return fmt.Sprintf("was in %s, is in %d", Number(c.Chats[0], "chat", "chats"), c.Chats[1])
	case c.Before == "":
		return string(c.Now)
	case c.Now == "":
		return "was " + string(c.Before)
	}
	return fmt.Sprintf("was %s, is %s", c.Before, c.Now)
}

// Kind is changes of one kind.
type Kind struct {
	Name string
	All  []Change
}

// Named is the first changes of the kind, those that are named where not all are.
func (k Kind) Named() []Change { return k.All[:min(len(k.All), maxChanges)] }

// More is how many changes there are beside those that are named.
func (k Kind) More() int { return len(k.All) - len(k.Named()) }

// Kinds is the changes by kind, the worst first.
func (c *Changes) Kinds() []Kind {
	return []Kind{{"Newly failing", c.NewlyFailing}, {"Newly passing", c.NewlyPassing}, {"Added", c.Added}, {"Removed", c.Removed}}
}

// WriteText writes the changes as lines of text: how many of each kind, and which, ten at most where not all are
// asked for.
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

// writeMarkdown writes the changes in Markdown, ten of a kind at most.
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
