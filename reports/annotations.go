package reports

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// maxAnnotations is one less than GitHub shows for a step.
const maxAnnotations = 9

var sourceLine = regexp.MustCompile(`^(.*):(\d+)$`)

// WriteAnnotations writes commands that make GitHub Actions show failures at the lines of their features. Those of
// a team's own features come first, since the team has their files; then the first scenario of each cause; then the
// others. It writes at most nine, and says how many more there are.
func (r *Results) WriteAnnotations(w io.Writer) error {
	var lines, rest []*engine.ScenarioLine
	said := make(map[*engine.ScenarioLine]string)
	for _, c := range r.causes() {
		if !c.lines[0].Gates {
			continue
		}
		lines, rest = append(lines, c.lines[0]), append(rest, c.lines[1:]...)
		for _, l := range c.lines {
			said[l] = c.said
			if d := telling(l); d != nil && l.Verdict == engine.Fail {
				said[l] = sentence(d)
			}
		}
	}
	lines = append(lines, rest...)
	own := func(l *engine.ScenarioLine) bool { return l.Family() == model.Own.String() }
	slices.SortStableFunc(lines, func(a, b *engine.ScenarioLine) int { return first(own(a), own(b)) })
	for i, l := range lines {
		if i == maxAnnotations {
			_, err := fmt.Fprintf(w, "::error title=chatproof::and %s\n",
				Number(len(lines)-i, "more scenario", "more scenarios"))
			return err
		}
		place := ""
		if m := sourceLine.FindStringSubmatch(l.Source); m != nil {
			place = "file=" + property(m[1]) + ",line=" + m[2] + ","
		}
		if _, err := fmt.Fprintf(w, "::error %stitle=%s::%s\n", place, property(l.ID),
			commandText(said[l])); err != nil {
			return err
		}
	}
	return nil
}

var commandEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

// commandText escapes the text of a workflow command.
func commandText(s string) string { return commandEscapes.Replace(safe(s)) }

// property escapes the value of a workflow command's property.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandText(s))
}
