package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

const requirementsHead = `# What the guide says, and what shows it

This page takes the guide's page *Chat Interactions* sentence by sentence. It has each sentence that says or implies
which rows a chat has, in our own words. Below each sentence are:

- the rules by which the suite judges it (` + "`list rules`" + ` prints them);
- the scenarios that show it *as drawn*: flows as the guide draws them, and variants that its text names;
- the scenarios that show it *composed*: chats made of the same situations. The guide does not guarantee results for
  modified flows;
- the *inferred* scenarios, about what the guide leaves open;
- what is not tested, and why.

If an as-drawn scenario fails, the program contradicts the guide. If a composed scenario fails, the program contradicts
the guide's rules as the suite combines them.

This page is written by ` + "`go test ./reports -update`" + `. ` + "`go run . list requirements --csv`" + ` prints the same for a
spreadsheet.
`

// docs/requirements.md is what the requirements and the features yield.
func TestRequirementsAreWritten(t *testing.T) {
	all, err := engine.Requirements()
	require.NoError(t, err)
	var page bytes.Buffer
	page.WriteString(requirementsHead)
	section := "-"
	for _, r := range all {
		if r.Section() != section {
			section = r.Section()
			fmt.Fprintf(&page, "\n## %s\n", requirementsTitle(section, r.Scenarios))
		}
		fmt.Fprintf(&page, "\n**%s** %s\n", r.ID, r.Says)
		if len(r.Rules) > 0 {
			fmt.Fprintf(&page, "- rules: %s\n", strings.Join(r.Rules, ", "))
		}
		writeShown(&page, "as drawn", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == model.AsDrawn })
		writeShown(&page, "composed", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == model.Composed })
		writeShown(&page, "inferred", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == "" })
		if r.Untested != "" {
			fmt.Fprintf(&page, "- left open, or not tested: %s\n", r.Untested)
		}
	}
	golden(t, "../docs/requirements.md", page.Bytes())
	assert.NotContains(t, page.String(), "%!")
}

func requirementsTitle(section string, shown []*engine.Scenario) string {
	switch section {
	case "":
		return "Not mentioned on the page, and not tested by any scenario"
	case "1":
		return "1 The head of the page"
	}
	return section + " " + shown[0].Title
}

// writeShown names the scenarios of a kind, at most a few unless they are all of one section.
func writeShown(page *bytes.Buffer, kind string, all []*engine.Scenario, is func(*engine.Scenario) bool) {
	var names []string
	flows := make(map[string]bool)
	for _, s := range all {
		if is(s) {
			file, _, _ := strings.Cut(s.Source, ":")
			names = append(names, fmt.Sprintf("[%s](../%s)", s.ID, file))
			flows[s.Flow] = true
		}
	}
	if len(flows) > 2 {
		names = []string{fmt.Sprintf("%d scenarios of %d flows", len(names), len(flows))}
	}
	if len(names) > 0 {
		fmt.Fprintf(page, "- %s: %s\n", kind, strings.Join(names, ", "))
	}
}
