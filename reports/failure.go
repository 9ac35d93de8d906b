package reports

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// What is shown of one scenario.
const (
	maxPictures    = 2
	maxDifferences = 12
	maxUnfolded    = 50     // further differences, to unfold
	maxFeature     = 20_000 // bytes
)

// failure is a scenario that does not pass, as the page shows it, with what each result says about it.
type failure struct {
	*engine.ScenarioLine
	Feature string
	Views   []*view
}

// view is what one result says about a scenario.
type view struct {
	*engine.ScenarioLine
	Of       string // the result's name; "" if there is only one
	Pictures []template.HTML
	Reasons  []reason
	Others   []reason // to unfold
	More     int      // differences that are not shown either
	Sent     string   // the interactions as the implementation saw them
}

// reason is a difference, with what its rules say.
type reason struct {
	*model.Difference
	Laws []law
}

// law is a rule or invariant with what it says.
type law struct{ ID, Says string }

// laws looks up what rules and invariants say, and what readings pin instead; those that this version does not know
// say nothing.
func (r *Results) laws(ids []string) (all []law) {
	for _, id := range ids {
		l := law{ID: safe(id)}
		if rule, ok := model.RuleByID(id); ok {
			l.Says = rule.Says
			if h := r.Header.Readings; h != nil {
				if says := engine.Pinned(h.Clauses, id); says != "" {
					l.Says += " (" + safe(says) + ")"
				}
			}
		}
		for _, v := range model.Invariants() {
			if v.ID == id {
				l.Says = v.Says
			}
		}
		all = append(all, l)
	}
	return all
}

// OthersCount returns how many differences are folded or left out.
func (v *view) OthersCount() int { return len(v.Others) + v.More }

// FieldName returns the field, or the broken invariant.
func (r *reason) FieldName() string { return safe(string(r.Field)) }

// Invariant reports whether an invariant or relation is broken; such a difference says everything itself.
func (r *reason) Invariant() bool { return r.Difference.OfInvariant() }

// newFailure prepares a scenario. lines are those of the results, nil if it passes or is missing there.
func newFailure(lines []*engine.ScenarioLine, results []*Results, names []string) *failure {
	f := new(failure)
	for i, l := range lines {
		if l == nil {
			continue
		}
		if f.ScenarioLine == nil {
			f.ScenarioLine = l
			f.Feature = featureOf(l)
		}
		v := &view{ScenarioLine: l}
		if len(names) > 1 {
			v.Of = names[i]
		}
		v.Pictures = pictures(l)
		shown := shownDifferences(l)
		for k, d := range shown {
			switch {
			case k < maxDifferences:
				v.Reasons = append(v.Reasons, reason{d, results[i].laws(d.Rules)})
			case k < maxDifferences+maxUnfolded:
				v.Others = append(v.Others, reason{d, results[i].laws(d.Rules)})
			default:
				v.More++
			}
		}
		v.Sent = cut(sentAs(l), maxSaid)
		f.Views = append(f.Views, v)
	}
	return f
}

// featureOf returns the scenario as a feature to copy, or says why there is none.
func featureOf(l *engine.ScenarioLine) string {
	if len(l.Events) == 0 {
		return ""
	}
	text, err := l.Feature()
	if err != nil {
		return "# No feature can be written: " + safe(err.Error())
	}
	if len(text) > maxFeature {
		return "# Too long to be shown here: see the events in results.jsonl."
	}
	return lines(text)
}

// shownDifferences returns the differences, invariants' last, and only the required ones if the scenario fails.
func shownDifferences(l *engine.ScenarioLine) (ds []*model.Difference) {
	for i := range l.Differences {
		if d := &l.Differences[i]; d.Required || l.Verdict != engine.Fail {
			ds = append(ds, d)
		}
	}
	slices.SortStableFunc(ds, func(a, b *model.Difference) int {
		return first(!a.OfInvariant(), !b.OfInvariant())
	})
	return ds
}

// pictures draws the chats of a scenario: what is expected, and what came if that differs.
func pictures(l *engine.ScenarioLine) (all []template.HTML) {
	chats, err := l.Chats()
	if err != nil {
		return nil
	}
	expected, _, err := l.Facts()
	if err != nil {
		return nil
	}
	for _, log := range chats[:min(len(chats), maxPictures)] {
		var chat *model.Chat
		if known, _ := model.ClassifyLog(model.Reference(), log); len(known) == 1 {
			chat = &known[0]
		}
		var b bytes.Buffer
		NewTimeline(log).draw(&b, judgedBars(l, log[0].InteractionID, chat, expected), "")
		all = append(all, template.HTML(b.String())) // all text in it has been escaped
	}
	return all
}

// judgedBars returns the rows expected of a chat, each with what differs, and then the rows that are too many.
func judgedBars(l *engine.ScenarioLine, interaction string, chat *model.Chat, expected []model.Fact) (bars []bar) {
	place := func(b *bar) {
		for i := range chat.IRFs {
			r := &chat.IRFs[i]
			if r.Resource == b.resource && (b.ordinal == 0 || r.Ordinal.Value == b.ordinal) {
				b.opened, b.closed = r.Trace.Opened, r.Trace.Closed
			}
		}
	}
	if chat == nil {
		place = func(*bar) {}
	}
	shown := slices.DeleteFunc(shownDifferences(l), func(d *model.Difference) bool {
		return d.InteractionID != interaction || d.OfInvariant()
	})
	for i := range expected {
		f := &expected[i]
		if f.InteractionID != interaction {
			continue
		}
		b := bar{
			kind: f.ResourceType, resource: f.Resource, ordinal: f.Ordinal.Value,
			expected: safe(f.Descriptor().String()),
		}
		var differ []string
		for _, d := range shown {
			switch {
			case d.Ordinal == 0 || d.Ordinal != b.ordinal:
			case d.Field == model.RowField, d.Field == model.DescriptorField:
				differ = append(differ, safe(d.Actual))
			default:
				differ = append(differ, safe(strings.ReplaceAll(string(d.Field), "_", " ")+" "+d.Actual))
			}
		}
		b.actual = strings.Join(differ, ", ")
		place(&b)
		bars = append(bars, b)
	}
	for _, d := range shown {
		if d.Ordinal == 0 {
			b := bar{resource: d.Resource, expected: safe(d.Expected), actual: safe(d.Actual)}
			place(&b)
			bars = append(bars, b)
		}
	}
	return bars
}

// lines makes each line of a text safe.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		out = append(out, safe(strings.TrimRight(line, "\r\n")))
	}
	return strings.Join(out, "\n")
}
