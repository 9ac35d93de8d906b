package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/model"
)

// placeholder matches what an outline has in place of a column's values.
var placeholder = regexp.MustCompile(`<([^<>]+)>`)

// outline refuses an outline that comes to nothing or that nobody would read in full. Without examples it would run
// as it stands, or not at all; a placeholder without a column would be taken for a name; a column without a
// placeholder would be lost.
func (c *compiler) outline(s *messages.Scenario) {
	dialect := gherkin.DialectsBuiltin().GetDialect(c.feature.Language)
	if len(s.Examples) == 0 {
		if slices.Contains(dialect.ScenarioOutlineKeywords(), s.Keyword) &&
			!slices.Contains(dialect.ScenarioKeywords(), s.Keyword) {
			c.problem(s.Location.Line, "the outline has no examples")
		}
		return
	}
	used := make(map[string]int64) // the line of each placeholder
	note := func(text string, line int64) {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if used[m[1]] == 0 {
				used[m[1]] = line
			}
		}
	}
	note(s.Name, s.Location.Line)
	for _, step := range s.Steps {
		note(step.Text, step.Location.Line)
		if step.DocString != nil {
			note(step.DocString.Content+step.DocString.MediaType, step.DocString.Location.Line)
		}
		if step.DataTable == nil {
			continue
		}
		for _, row := range step.DataTable.Rows {
			for _, cell := range row.Cells {
				note(cell.Value, row.Location.Line)
			}
		}
	}
	for _, e := range s.Examples {
		c.examples(e, used)
	}
}

// examples checks one table of examples against its outline's placeholders.
func (c *compiler) examples(e *messages.Examples, used map[string]int64) {
	if e.TableHeader == nil || len(e.TableBody) == 0 {
		c.problem(e.Location.Line, "the outline has no examples here; expected a heading and at least one row")
		return
	}
	var columns []string
	for _, cell := range e.TableHeader.Cells {
		switch {
		case slices.Contains(columns, cell.Value):
			c.problem(e.TableHeader.Location.Line, "the examples: two columns are called "+model.Name(cell.Value))
		case used[cell.Value] == 0:
			c.problem(e.TableHeader.Location.Line, fmt.Sprintf(
				"the examples: column %s is not used, because the outline has no <%s>; remove the column or use "+
					"it", model.Name(cell.Value),
				model.Line(cell.Value)))
		}
		columns = append(columns, cell.Value)
	}
	for name, line := range used {
		if !slices.Contains(columns, name) {
			c.problem(line, fmt.Sprintf("the examples have no column %s; their columns are %s", model.Quoted(name),
				strings.Join(columns, ", ")))
		}
	}
}
