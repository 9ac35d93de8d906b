package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
)

// requirement is what the guide's page says about an outcome.
type requirement struct {
	ID        string   `json:"id"`
	Section   string   `json:"section,omitempty"` // "" if the page does not mention it
	Says      string   `json:"says"`
	Rules     []string `json:"rules"`
	Scenarios []string `json:"scenarios"`
	Untested  string   `json:"not_tested,omitempty"`
}

func listRequirements(engine.World, []string) (items []item, err error) {
	all, err := engine.Requirements()
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		out := &requirement{
			ID: r.ID, Section: r.Section(), Says: r.Says, Rules: append([]string{}, r.Rules...), Scenarios: []string{},
			Untested: r.Untested,
		}
		for _, s := range r.Scenarios {
			out.Scenarios = append(out.Scenarios, s.ID)
		}
		items = append(items, item{out, []string{
			out.ID, strings.Join(out.Rules, " "), fmt.Sprint(len(out.Scenarios)), out.Says, out.Untested,
		}})
	}
	return items, nil
}

// writeRequirements writes requirements as CSV, for a spreadsheet.
func writeRequirements(w io.Writer, items []item) error {
	out := csv.NewWriter(w)
	out.Write([]string{"id", "section", "says", "rules", "scenarios", "not_tested"}) //nolint:errcheck // see Error
	for _, it := range items {
		r := it.object.(*requirement)
		row := []string{r.ID, r.Section, r.Says, strings.Join(r.Rules, " "), strings.Join(r.Scenarios, " "), r.Untested}
		for i := range row {
			row[i] = inert(row[i])
		}
		out.Write(row) //nolint:errcheck // see Error
	}
	out.Flush()
	return out.Error()
}

// inert quotes a cell that a spreadsheet would read as a formula.
func inert(cell string) string {
	if cell != "" && strings.Contains("=+-@\t\r\n", cell[:1]) {
		return "'" + cell
	}
	return cell
}
