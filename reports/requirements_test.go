package reports

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

const requirementsHead = `# What the guide says, and which scenarios show it

The guide's page *Chat Interactions* says which rows a chat has. This page repeats each of its statements in our own
words, in the guide's order. Use it to see what a passing or failing scenario proves.

Under each statement are some of these:

- *rules*: the rules that the statement leads to. ` + "`go run . list rules`" + ` prints them.
- *scenarios as the guide draws them*: they follow one of its flows, or a variant that its text names. If one of them
  fails, your program contradicts the guide.
- *composed scenarios*: they put the situations of several flows together. The guide promises nothing about such chats.
  If one of them fails, your program contradicts the guide's rules as the suite combines them.
- *inferred scenarios*: they are about what the guide leaves open.
- *left open*: what the guide leaves open or the suite does not test, and why.
- *why not*: why no scenario shows this statement. Only the statements at the end of this page have it.

` + "`go test ./reports -update`" + ` writes this page. ` + "`go run . list requirements --csv`" + ` prints it for a spreadsheet.
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
			if r.Scenarios != nil && r.Scenarios[0].Flow == section {
				fmt.Fprintf(&page, "\nThe scenarios are in [this feature file](../%s). Their ids begin with `%s`.\n",
					file(r.Scenarios[0]), prefix(r.Scenarios[0]))
			}
		}
		fmt.Fprintf(&page, "\n**%s** %s\n\n", r.ID, r.Says)
		if len(r.Rules) > 0 {
			fmt.Fprintf(&page, "- rules: %s\n", strings.Join(r.Rules, ", "))
		}
		writeShown(&page, "scenarios as the guide draws them", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == model.AsDrawn })
		writeShown(&page, "composed scenarios", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == model.Composed })
		writeShown(&page, "inferred scenarios", r.Scenarios, func(s *engine.Scenario) bool { return s.Guide() == "" })
		if r.Untested != "" {
			label := "left open"
			if r.Section() == "" {
				label = "why not"
			}
			fmt.Fprintf(&page, "- %s: %s\n", label, r.Untested)
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

// writeShown names the scenarios of a kind. If they are of more than two flows, it only counts them. An id leaves out
// what the section has said: the part that all ids of a flow begin with.
func writeShown(page *bytes.Buffer, kind string, all []*engine.Scenario, is func(*engine.Scenario) bool) {
	var names []string
	flows := make(map[string]bool)
	for _, s := range all {
		switch {
		case !is(s):
			continue
		case s.Level == model.Documented:
			names = append(names, fmt.Sprintf("`%s`", strings.TrimPrefix(s.ID, prefix(s))))
		default:
			names = append(names, fmt.Sprintf("[`%s`](../%s)", s.ID, file(s)))
		}
		flows[s.Flow] = true
	}
	if len(flows) > 2 {
		names = []string{fmt.Sprintf("%d, of %d flows", len(names), len(flows))}
	}
	if len(names) > 0 {
		fmt.Fprintf(page, "- %s: %s\n", kind, strings.Join(names, ", "))
	}
}

func file(s *engine.Scenario) string {
	name, _, _ := strings.Cut(s.Source, ":")
	return name
}

func prefix(s *engine.Scenario) string { return path.Dir(s.ID) + "/" }
