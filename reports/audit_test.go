package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// nastyCheck is the record of a check in which every text is an attack.
func nastyCheck(t testing.TB, findings int) *Results {
	t.Helper()
	at := func(i int) string { return nasty[i%len(nasty)] }
	a := &engine.Audit{
		Chats: 9, Rows: 9, Differing: 3, SetAside: 4, CutOff: 1, Unfinished: 1, Backwards: 1, Alike: at(1), NamesAlike: at(2),
		Groups:  []engine.AsideGroup{{Requirement: at(3), Lacks: at(4), Chats: 3, Example: at(5)}},
		Unknown: []engine.UnknownName{{Name: model.EventName(at(6)), Count: 2, Meant: model.EventName(at(7))}},
		Of:      []engine.RowCount{{Type: model.ResourceType(at(8)), Rows: 5}},
		Repairs: &engine.Mended{Defects: []engine.DefectGroup{{Kind: at(9), Event: model.EventName(at(10)), Actor: model.PartyType(at(11)), Example: at(12)}}},
	}
	for i := range nasty {
		a.Aside = append(a.Aside, engine.AsideChat{InteractionID: at(i), Why: at(i + 1)})
	}
	var lines []*engine.ScenarioLine
	for i := range findings {
		row := model.Fact{InteractionID: "x", ResourceType: model.ResourceType(at(i)), Resource: at(i + 1), Role: model.Role(at(i + 2)), Result: model.Result(at(i + 3))}
		lines = append(lines, &engine.ScenarioLine{
			ID: fmt.Sprint("documented/", i, " ", at(i)), Level: model.Documented.String(), Verdict: engine.Fail, Gates: true,
			Found:    &engine.FoundLine{Signature: at(i), Times: 3, Chats: 2, Type: model.ResourceType(at(i + 1)), Resource: at(i + 2), Example: at(i + 3)},
			Expected: nil, Actual: factsOf(&row),
			Differences: []model.Difference{{
				InteractionID: at(i), Resource: at(i + 1), Field: model.DescriptorField, Expected: at(i + 2), Actual: at(i + 3), Level: model.Documented, Required: true, Rules: []string{at(i)}, Why: at(i + 4),
			}},
			Environment: &engine.Environment{Explain: at(i + 5)},
		})
	}
	c := engine.NewCoverage(model.NewCoverage())
	c.Rules[0] = model.RuleCoverage{ID: at(0), IRFs: 1, Chats: 1, Example: at(1), Clauses: []model.RuleCoverage{{ID: at(2), Chats: 1, Example: at(3)}}}
	c.Combinations.List = []model.CombinationCount{{Combination: model.Combination{Yield: model.Yield{Role: model.Role(at(4))}}, IRFs: 1, Example: at(5)}}
	c.Beyond = []model.Shape{{Rules: []string{at(6)}, IRFs: 1, Example: at(7)}}
	r := engine.NewAudit(a, lines, c, model.LevelSet(model.Documented), new(engine.Judged))
	r.Header.Environment = &engine.Environment{Facts: at(8), Events: at(9)}
	var b bytes.Buffer
	results := Of(r, "r.jsonl")
	require.NoError(t, results.Write(&b))
	return read(t, "r.jsonl", b.String())
}

func factsOf(f *model.Fact) []jsontext.Value {
	return []jsontext.Value{bytes.TrimSpace(wire.AppendFact(nil, f))}
}

// Whatever a user's chats hold, no rendering of a check takes it for markup, for a command or for a line of its own;
// and each rendering is bounded.
func TestHostileCheck(t *testing.T) {
	r := nastyCheck(t, 120) // more make the page no longer
	page := pageOf(t, r)
	assert.NotContains(t, page, "<script>alert")
	assert.NotRegexp(t, `(src|href)="[^#]`, page)
	assert.NotRegexp(t, ` style="| on[a-z]+="`, page)
	assert.Less(t, len(page), 1_400_000)
	for _, s := range nasty {
		if strings.ContainsAny(s, "<\x1b") {
			assert.NotContains(t, page, s)
		}
	}
	var text bytes.Buffer
	require.NoError(t, r.WriteAudit(&text, 3, true))
	assert.NotContains(t, text.String(), "\x1b")
	assert.Less(t, strings.Count(text.String(), "\n"), 400)
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary, 10_000))
	assert.LessOrEqual(t, summary.Len(), 10_000)
	for _, s := range nasty {
		if strings.Contains(s, "<") {
			assert.NotContains(t, summary.String(), s)
		}
	}
}

// What one shift, one type or one resource explains is said once, and first.
func TestWhatOneValueExplains(t *testing.T) {
	found := func(field model.Field, level model.Level, times int, kind model.ResourceType, shift int64, expected, actual string, rules ...string) *engine.ScenarioLine {
		d := model.Difference{InteractionID: "x", Resource: "A", Field: field, Expected: expected, Actual: actual, Level: level, Required: level == model.Documented, Rules: rules}
		l := &engine.ScenarioLine{
			ID: level.String() + "/" + d.Signature() + fmt.Sprint(rules), Level: level.String(), Verdict: engine.Differs, Differences: []model.Difference{d},
			Found: &engine.FoundLine{Signature: d.Signature(), Times: times, Chats: times, Type: kind, ShiftSeconds: shift},
		}
		if d.Required {
			l.Verdict, l.Gates = engine.Fail, true
		}
		return l
	}
	for _, tt := range []struct {
		name  string
		lines []*engine.ScenarioLine
		want  string
	}{
		{"a shift", []*engine.ScenarioLine{
			found(model.StartField, model.Inferred, 30, "", 6*3600, "a", "b"), found(model.EndField, model.Inferred, 30, "", 6*3600, "a", "b"),
		}, "  60 times: wrong start and end – all 6 h late, in every row (does not count)"},
		{"a type", []*engine.ScenarioLine{
			found(model.TypeField, model.Inferred, 6, "queue", 0, "queue", "agent", "R6"), found(model.TypeField, model.Inferred, 4, "queue", 0, "queue", "agent", "R6", "I13"),
		}, "  10 times: wrong resource type: expected queue, got agent – in every row of resource type queue (does not count)"},
		{"a rule, whatever the role", []*engine.ScenarioLine{
			found(model.DescriptorField, model.Documented, 2, "agent", 0, "RoutedTo/Transferred", "RoutedTo/Completed", "R1", "R9"),
			found(model.DescriptorField, model.Inferred, 3, "agent", 0, "Puller/Transferred", "Puller/Completed", "R9", "I7"),
			found("V3", model.Invariant, 5, "agent", 0, "says", "x"),
		}, "  5 times: expected Transferred, got Completed (R9)"},
	} {
		r := &Results{Header: &engine.Header{Kind: engine.Check}, Lines: tt.lines, Footer: &engine.Footer{Audit: &engine.Audit{
			Chats: 30, Of: []engine.RowCount{{Type: "agent", Rows: 20}, {Type: "queue", Rows: 10}},
		}}}
		assert.Equal(t, tt.want, r.auditCauses()[0].String(), tt.name)
		slices.Reverse(r.Lines)
		assert.Contains(t, r.auditCauses()[0].String(), strings.TrimSpace(strings.Split(tt.want, ":")[0]), tt.name)
	}
}
