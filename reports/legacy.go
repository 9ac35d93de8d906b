package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// after names the rows of the old mart, "" where there are none.
func after(legacy string) string {
	if legacy == "" {
		return ""
	}
	return " replacing " + safe(legacy)
}

// marts is what became of the attempts between two marts, in a line.
func (r *Results) marts() string {
	a := r.Footer.Audit
	return fmt.Sprintf("%s in both marts, %s in the old, %s in the new: %s (required: %s).", chats(a.Chats),
		rows(a.Marts.OldRows), rows(a.Rows), changes(a.Marts.Attempts), safe(strings.Join(r.Header.Require, ", ")))
}

// changes lists counts, those of nothing left out.
func changes(counts []engine.ChangeCount) string {
	var all []string
	for _, c := range counts {
		all = append(all, fmt.Sprintf("%s: %s", safe(string(c.Change)), thousands(c.Number)))
	}
	return cmp.Or(strings.Join(all, "; "), "no attempts")
}

// noCommonPeriod says that no chat is known to belong in both marts.
const noCommonPeriod = "the rows of the two marts have no period in common"

// alone says in lines which chats are not in both marts.
func (r *Results) alone() (said []string) {
	a := r.Footer.Audit
	m := a.Marts
	if m == nil {
		return nil
	}
	if len(m.Chats) > 0 {
		said = append(said, "Chats by their worst attempt: "+changes(m.Chats)+".")
	}
	say := func(n int, format string, args ...any) { said = sayIf(said, n, format, args...) }
	outside := noCommonPeriod
	if m.Window != "" {
		outside = fmt.Sprintf("%s of them outside the time that both marts cover (%s)", thousands(m.Outside),
			safe(m.Window))
	}
	say(m.Alone(), "Not judged, because they are not in both marts: %s; %s.", chats(m.Alone()), outside)
	say(m.OldAlone, "  %s only in the legacy mart, for example %s", chats(m.OldAlone), safe(model.Name(m.OldLike)))
	say(m.NewAlone, "  %s only in the new mart, for example %s", chats(m.NewAlone), safe(model.Name(m.NewLike)))
	say(m.Neither, "  %s in neither, though they should have rows", chats(m.Neither))
	say(m.Empty, "Not judged, because neither mart has or should have rows for them: %s.", chats(m.Empty))
	say(m.Unkeyed, "Without exactly one id in the table of keys: %s of the legacy mart.", rows(m.Unkeyed))
	if a.Alike != "" {
		said = append(said, "But "+safe(a.Alike)+".")
	}
	return said
}

// Overlap says in a line why so little of two marts was judged.
func Overlap(a *engine.Audit, most float64) string {
	m := a.Marts
	if a.Chats > 0 {
		return fmt.Sprintf("%s of the chats are in only one mart, or were set aside, but --set-aside allows only "+
			"%v %%: the result is incomplete", Percent(a.Share), most)
	}
	say := fmt.Sprintf("no chat to check: no chat is in both marts (only in the legacy mart: %d, only in the new "+
		"mart: %d)", m.OldAlone, m.NewAlone)
	if m.OldAlone > 0 && m.NewAlone > 0 {
		period := noCommonPeriod
		if m.Window != "" {
			period = "the period that they have in common is " + m.Window
		}
		say += "; " + period
		say += fmt.Sprintf("; ids in the legacy mart look like %s, ids in the new mart like %s; if they stand for the "+
			"same chats, add to the mapping a table of keys that pairs the old ids with the new", model.Name(m.OldLike),
			model.Name(m.NewLike))
	}
	return say
}

// abreast is a line of the three side by side: the reference, the old mart, the new one.
type abreast struct{ Ordinal, Resource, Reference, Legacy, New string }

// rowsAbreast are the rows of a finding's example, side by side.
func rowsAbreast(l *engine.ScenarioLine) (lines []abreast) {
	expected, rows, err := l.Facts()
	old, err2 := l.OldFacts()
	if err != nil || err2 != nil {
		return nil // a record that somebody else wrote
	}
	of := "-"
	want := model.ExpectRows("", expected)
	if len(expected) == 0 { // without a log
		want = model.ExpectRows("", old)
	}
	text := func(f *model.Fact) string {
		if f == nil {
			return of
		}
		return safe(f.Descriptor().String())
	}
	for i, pair := range model.Beside(&want, old, rows) {
		line := abreast{Ordinal: of, Reference: of, Legacy: text(pair[0]), New: text(pair[1])}
		switch {
		case i < len(want.Rows):
			line.Ordinal, line.Resource = fmt.Sprint(want.Rows[i].Ordinal.Value), want.Rows[i].Resource
			if len(expected) > 0 {
				line.Reference = text(&want.Rows[i].Fact)
			}
		case pair[0] != nil:
			line.Resource = pair[0].Resource
		default:
			line.Resource = pair[1].Resource
		}
		line.Resource = safe(model.Name(line.Resource))
		lines = append(lines, line)
		if len(lines) == maxRows {
			break
		}
	}
	return lines
}

// threeWays writes them.
func (r *Results) threeWays(b *bytes.Buffer, l *engine.ScenarioLine) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Rows:\tresource\treference\tlegacy\tnew")
	for _, line := range rowsAbreast(l) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", line.Ordinal, line.Resource, line.Reference, line.Legacy, line.New)
	}
	w.Flush()
}
