package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// judged are the outcomes of six scenarios, and what is listed of them judged.
func judged(t testing.TB, text string) (*Expectations, []*Outcome) {
	t.Helper()
	x, err := ReadExpectations("expect.yaml", text)
	require.NoError(t, err)
	p := new(Plan)
	var outcomes []*Outcome
	for i, v := range []Verdict{Pass, Fail, Fail, Error, Skip, NotRun} {
		s := &Scenario{Case: &model.Case{ID: fmt.Sprintf("own/f/%d-%s", i, v)}, Levels: defaults}
		p.Scenarios = append(p.Scenarios, s)
		o := &Outcome{Scenario: s, Verdict: v}
		if v == Error {
			o.Failure = &target.Failure{Kind: target.Crash, Message: "exited with status 7\x1b"}
		} else if v == Fail {
			d := model.Difference{Resource: "A: # 'x'\u202e", Field: model.DescriptorField, Expected: "RoutedTo/Completed", Actual: "no row", Level: model.Documented, Rules: []string{"R1"}}
			o.Differences = []model.Difference{d, {Level: model.Inferred}, d}
		}
		outcomes = append(outcomes, o)
	}
	x.Plan(p)
	for _, o := range outcomes {
		o.Known = x.Judge(o)
	}
	return x, outcomes
}

func gating(outcomes []*Outcome) []*Outcome {
	return slices.DeleteFunc(slices.Clone(outcomes), func(o *Outcome) bool { return o.Verdict == NotRun || !o.Gates(defaults) })
}

func TestExpectationsThatCannotBeRead(t *testing.T) {
	const good = "- id: own/x\n  verdict: fail\n  reason: late\n"
	for _, tt := range []struct{ name, text, want string }{
		{"no list", "id: own/x\n", "expect.yaml:1: expected a list of entries, such as - id: documented/1.4/*"},
		{"text alone", "own/x\n", "expect.yaml:1: expected a list of entries, such as - id: documented/1.4/*"},
		{"an entry that is text", good + "- own/y\n", "expect.yaml:4: expected an entry with id, verdict and reason"},
		{"a misspelt key", good + "  isue: https://tracker/1\n", "expect.yaml:4: isue: no such key; expected id, signature, verdict, reason, issue, until or max"},
		{"a key in capitals", "- ID: own/x\n", "expect.yaml:1: ID: no such key; expected id, signature, verdict, reason, issue, until or max"},
		{"a key twice", good + "  reason: later\n", `expect.yaml:4:3: the key "reason" is given twice, first at 3:3`},
		{"an unknown verdict", "- id: own/x\n  verdict: fails\n", "expect.yaml:2: verdict: expected fail, error or skip, got \"fails\""},
		{"pass is no failure", "- id: own/x\n  verdict: pass\n", "expect.yaml:2: verdict: expected fail, error or skip, got \"pass\""},
		{"a bad date", good + "  until: 2026-02-30\n", "expect.yaml:4: until: expected a date such as 2026-12-31, got 2026-02-30"},
		{"a date with a time", good + "  until: 2026-02-03T00:00:00Z\n", "expect.yaml:4: until: expected a date such as 2026-12-31, got 2026-02-03T00:00:00Z"},
		{"an issue that is no link", good + "  issue: javascript:alert(1)\n", "expect.yaml:4: issue: expected an http or https URL, got \"javascript:alert(1)\""},
		{"no id", "- verdict: fail\n  reason: late\n", "expect.yaml:1: id: missing; expected id or signature"},
		{"a signature of no failure", "- {signature: R1*, verdict: skip, reason: late}\n", "expect.yaml:1: verdict: expected fail for an entry with a signature, got skip"},
		{"a signature twice", "- {signature: R1*, verdict: fail, reason: late}\n- {signature: R1*, verdict: fail, reason: late}\n", "expect.yaml:2: signature: signature R1* is already listed on line 1"},
		{"most of what", "- {signature: R1*, verdict: fail, reason: late, max: 101%}\n", "expect.yaml:1: max: expected a number, or a share such as 0.5%, got 101%"},
		{"no reason", "- id: own/x\n  verdict: fail\n", "expect.yaml:1: reason: missing"},
		{"a blank reason", "- id: own/x\n  verdict: fail\n  reason: ''\n", "expect.yaml:3: reason: expected text"},
		{"a list for a reason", "- id: own/x\n  verdict: fail\n  reason: [late]\n", "expect.yaml:3: reason: expected text"},
		{"an alias", "- id: &x own/x\n", "expect.yaml:1: id: expected text"},
		{"an id twice", good + good, "expect.yaml:4: id: own/x is already listed on line 1"},
		{"two documents", good + "---\n" + good, "expect.yaml:5:1: a second YAML document begins here; expected only one"},
		{"no YAML", "- id: own/x\n verdict: fail\n", "expect.yaml:2:2: value is not allowed in this context"},
		{"what a terminal would obey", "- \"i\\ed\": 1\n", `expect.yaml:1: "i\x1bd": no such key; expected id, signature, verdict, reason, issue, until or max`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadExpectations("expect.yaml", tt.text)
			assert.EqualError(t, err, tt.want)
		})
	}
}

// What is read is what the schema allows.
func TestExpectationsFollowTheirSchema(t *testing.T) {
	var schema struct {
		Items struct {
			Required   []string
			Properties map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(ExpectSchema, &schema))
	for _, k := range keys {
		assert.Contains(t, schema.Items.Properties, k.name)
		assert.Equal(t, k.required, slices.Contains(schema.Items.Required, k.name), k.name)
	}
	assert.Len(t, schema.Items.Properties, len(keys))

	compiled := compileSchema(t, ExpectSchema)
	for _, text := range []string{
		"[]", "{}", "- own/x", "- id: a", "- {id: a, verdict: fail, reason: b}", "- {id: a, verdict: skip, reason: b, issue: http://x/1, until: '2026-12-31'}",
		"- {id: a, verdict: pass, reason: b}", "- {id: '', verdict: fail, reason: b}", "- {id: a, verdict: fail, reason: b, until: soon}",
		"- {id: a, verdict: fail, reason: b, until: '2026-13-01'}", "- {id: a, verdict: fail, reason: b, issue: 'file:///x'}", "- {id: a, verdict: fail, reason: b, why: c}",
	} {
		var value any
		require.NoError(t, yaml.Unmarshal([]byte(text), &value))
		_, err := ReadExpectations("expect.yaml", text)
		assert.Equal(t, compiled.Validate(value) == nil, err == nil, text)
	}
}

func TestWhatBecameOfExpectations(t *testing.T) {
	for _, tt := range []struct {
		name, entry string
		known       []string // scenarios that are known failures
		finding     string
	}{
		{"holds", "{id: own/f/1-fail, verdict: fail, reason: r}", []string{"own/f/1-fail"}, ""},
		{"a glob that holds", "{id: '*-fail', verdict: fail, reason: r}", []string{"own/f/1-fail", "own/f/2-fail"}, ""},
		{"on its last day", "{id: own/f/4-skip, verdict: skip, reason: r, until: 2026-06-01}", []string{"own/f/4-skip"}, ""},
		{"the day after", "{id: own/f/4-skip, verdict: skip, reason: r, until: 2026-05-31}", []string{"own/f/4-skip"}, "\"own/f/4-skip\" expired after 2026-05-31; fix the cause, or set a later date"},
		{"passes", "{id: own/f/0-pass, verdict: fail, reason: r}", nil, "\"own/f/0-pass\" is listed as fail, but is now pass; correct or remove the entry"},
		{"ends otherwise", "{id: own/f/3-error, verdict: skip, reason: r}", nil, "\"own/f/3-error\" is listed as skip, but is now error; correct or remove the entry"},
		{"a part passes", "{id: 'own/f/?-?a*', verdict: fail, reason: r}", []string{"own/f/1-fail", "own/f/2-fail"}, "\"own/f/?-?a*\" is listed as fail, but is now pass in 1 of 3 scenarios, such as own/f/0-pass; correct or remove the entry"},
		{"matches nothing", "{id: own/g/*, verdict: fail, reason: r}", nil, "\"own/g/*\" matches no scenario; remove the entry"},
		{"was not asked", "{id: own/f/5-not-run, verdict: fail, reason: r, until: 2026-05-31}", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, outcomes := judged(t, "- "+tt.entry)
			var known []string
			for _, o := range outcomes {
				if o.IsKnown() {
					known = append(known, o.ID)
				}
			}
			assert.Equal(t, tt.known, known)
			findings := x.Findings("2026-06-01")
			assert.Equal(t, tt.finding != "", len(findings) > 0)
			for _, f := range findings {
				assert.Equal(t, "expect.yaml:1: "+tt.finding, f)
			}
			assert.Equal(t, len(findings) > 0, x.Stale() || len(x.Expired("2026-06-01")) > 0)
		})
	}
}

func TestOutside(t *testing.T) {
	for _, tt := range []struct {
		scenarios, held, otherwise int
		outside, stale             bool
	}{
		{0, 0, 0, false, true},
		{2, 0, 0, true, false},
		{2, 1, 0, false, false},
		{2, 0, 1, false, true},
		{2, 1, 1, false, true},
	} {
		x := Expectation{Scenarios: tt.scenarios, Held: tt.held, Otherwise: tt.otherwise}
		assert.Equal(t, tt.outside, x.Outside(), "%+v", x)
		assert.Equal(t, tt.stale, x.Stale(), "%+v", x)
	}
}

// Of several entries about a scenario, the first that lists its verdict is the one that it is known by, else the first.
func TestWhichEntryIsKnown(t *testing.T) {
	_, outcomes := judged(t, "- {id: '*', verdict: error, reason: a}\n- {id: 'own/*', verdict: fail, reason: b}\n- {id: 'own/f/*', verdict: fail, reason: c}\n")
	var reasons []string
	for _, o := range outcomes {
		if o.Known != nil {
			reasons = append(reasons, o.Known.Reason)
		}
	}
	assert.Equal(t, []string{"a", "b", "b", "a", "a"}, reasons, "of pass, fail, fail, error, skip")
}

// What gates and is not listed outweighs everything; then comes what was not run, then the state of the list.
func TestConclusions(t *testing.T) {
	const all = "- {id: '*-fail', verdict: fail, reason: r}\n- {id: '*-error', verdict: error, reason: r}\n- {id: '*-skip', verdict: skip, reason: r}\n"
	for _, tt := range []struct {
		name, text string
		ran        []int // of the outcomes of judged
		expired    bool
		want       Conclusion
	}{
		{"nothing fails, nothing is listed", "", []int{0}, false, Conforming},
		{"all is listed", all, []int{0, 1, 2, 3, 4}, false, AsExpected},
		{"one is not listed", "- {id: '*/1-fail', verdict: fail, reason: r}", []int{1, 2}, false, Nonconforming},
		{"one is not listed, others are stale, one was not run", "- {id: own/f/0-pass, verdict: fail, reason: r}", []int{0, 1, 5}, false, Nonconforming},
		{"one was not run, others are stale", "- {id: own/f/0-pass, verdict: fail, reason: r}", []int{0, 5}, false, Incomplete},
		{"stale", all + "- {id: nope, verdict: fail, reason: r}", []int{1, 2, 3, 4}, false, StaleExpectations},
		{"fails other than listed", "- {id: '*', verdict: skip, reason: r}", []int{1, 4}, false, StaleExpectations},
		{"expired", all, []int{1}, true, StaleExpectations},
		{"expired, and one is not listed", "- {id: '*-error', verdict: error, reason: r}", []int{1, 3}, true, Nonconforming},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, outcomes := judged(t, "")
			p := new(Plan)
			for _, o := range outcomes {
				p.Scenarios = append(p.Scenarios, o.Scenario)
			}
			tally := NewTally()
			var err error
			tally.Known, err = ReadExpectations("expect.yaml", tt.text)
			require.NoError(t, err)
			tally.Known.Plan(p)
			for _, i := range tt.ran {
				o := outcomes[i]
				o.Known = tally.Known.Judge(o)
				tally.Add(o.Line(defaults))
			}
			footer := NewFooter(tally, nil)
			if tt.expired {
				footer.Environment = &Environment{Expired: []string{"x"}}
			}
			assert.Equal(t, tt.want, footer.Conclusion())
		})
	}
}

// Known failures, and what became of the list, are in the record, as its schema has them.
func TestRecordOfExpectations(t *testing.T) {
	p, err := NewPlan([]*model.Case{synthetic("own/f/x", model.Own), synthetic("own/f/y", model.Own)})
	require.NoError(t, err)
	tally := NewTally()
	tally.Known, err = ReadExpectations("expect.yaml", "- {id: own/f/x, verdict: fail, reason: r, issue: https://tracker/1, until: 2026-05-31}\n- {id: own/f/y, verdict: error, reason: r}\n")
	require.NoError(t, err)
	tally.Known.Plan(p)
	var out bytes.Buffer
	_, err = Run(t.Context(), p, silent, defaults, func(o *Outcome) error {
		o.Known = tally.Known.Judge(o)
		line := o.Line(defaults)
		tally.Add(line)
		return WriteLine(&out, line)
	})
	require.NoError(t, err)
	footer := NewFooter(tally, NewCoverage(model.NewCoverage()))
	footer.Environment = &Environment{Expired: tally.Known.Expired("2026-06-01")}
	require.NoError(t, WriteLine(&out, footer))
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		`"known":{"verdict":"fail","reason":"r","issue":"https://tracker/1","gates":true}`,
		`"known":{"verdict":"error","reason":"r","gates":true}`,
		`"expectations":[{"id":"own/f/x","verdict":"fail","reason":"r","issue":"https://tracker/1","until":"2026-05-31","scenarios":1,"held":1,"otherwise":0},{"id":"own/f/y","verdict":"error","reason":"r","scenarios":1,"held":0,"otherwise":1}]`,
	} {
		assert.Contains(t, lines[i], want)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(lines[i]))
		require.NoError(t, err)
		assert.NoError(t, compileSchema(t, ResultsSchema).Validate(value), lines[i])
	}
	assert.Contains(t, lines[2], `"known":1}`)
	assert.Contains(t, lines[2], `"expired":["own/f/x"]`)
}

const (
	rewrittenFails  = "- signature: \"*technical_descriptor ROUTEDTO/COMPLETED -> NOROW\"\n  verdict: fail\n  reason: \"for example in own/f/1-fail\"\n  max: \"2\"\n"
	rewrittenErrors = "- id: own/f/3-error\n  verdict: error\n  reason: \"crash: exited with status 7\\\\x1b\"\n- id: own/f/4-skip\n  verdict: skip\n  reason: \"declined\"\n"
)

func TestRewrite(t *testing.T) {
	const fails = rewrittenFails
	const others = "- {id: '*-error', verdict: error, reason: r}\n- {id: '*-skip', verdict: skip, reason: r}\n"
	const listed = "- {id: '*-fail', verdict: fail, reason: r}\n" + others
	for _, tt := range []struct{ name, text, want string }{
		{"no file yet", "", fails + rewrittenErrors},
		{"an empty list", "# ours\n[]\n", "# ours\n" + fails + rewrittenErrors},
		{"all holds: not a byte changes", "# ours\r\n\n" + listed + "\n# end", ""},
		{"a list in brackets", "# ours\n[{id: '*-fail', verdict: fail, reason: \"a: b\"},\n# more\n {id: own/f/3-error, verdict: error, reason: r, until: 2030-01-01}]", "# ours\n# more\n- id: \"*-fail\"\n  verdict: fail\n  reason: \"a: b\"\n- id: own/f/3-error\n  verdict: error\n  reason: \"r\"\n  until: 2030-01-01\n- id: own/f/4-skip\n  verdict: skip\n  reason: \"declined\"\n"},
		{
			"stale entries go with the comments directly above, others stay",
			"# top\n- {id: own/f/0-pass, verdict: fail, reason: r}\n\n# section\n\n# about nope\n# at length\n- id: nope\n  verdict: fail\n  reason: |\n    r\n    # not a comment\n# about fails\n" + listed + "# end\n",
			"# top\n\n# section\n\n# about fails\n" + listed + "# end\n",
		},
		{
			"of a part, what holds stays with reason, issue and comment",
			"# top\n\n" + others + "# about f\n- id: own/f/?-?a*\n  verdict: fail\n  reason: late # yes\n  issue: https://tracker/?n=1\n",
			"# top\n\n" + others + "# about f\n- id: own/f/1-fail\n  verdict: fail\n  reason: \"late\"\n  issue: \"https://tracker/?n=1\"\n- id: own/f/2-fail\n  verdict: fail\n  reason: \"late\"\n  issue: \"https://tracker/?n=1\"\n",
		},
		{
			"an entry that stays is preferred to one that goes",
			listed + "- {id: '*', verdict: fail, reason: all}\n",
			listed,
		},
		{
			"a cause that several have is one entry; another cause stands by its id",
			others + "- {id: own/f/1-fail, verdict: fail, reason: r}\n",
			others + "- {id: own/f/1-fail, verdict: fail, reason: r}\n- id: own/f/2-fail\n  verdict: fail\n  reason: " + `"\"A: # 'x'\\u202e\": expected RoutedTo/Completed, got no row (and 1 more)"` + "\n",
		},
		{
			"max becomes today's number",
			others + "# ours\n- {signature: '* NOROW', verdict: fail, reason: r, max: 1}\n",
			others + "# ours\n- signature: \"* NOROW\"\n  verdict: fail\n  reason: \"r\"\n  max: \"2\"\n",
		},
		{
			"an indented list",
			"---\n  # a\n  - id: own/f/3-error\n    verdict: error\n    reason: r\n  # b\n  - {id: own/f/4-skip, verdict: skip, reason: r}",
			"---\n  # a\n  - id: own/f/3-error\n    verdict: error\n    reason: r\n  # b\n  - {id: own/f/4-skip, verdict: skip, reason: r}\n" + "  " + strings.TrimSuffix(strings.ReplaceAll(fails, "\n", "\n  "), "  "),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, outcomes := judged(t, tt.text)
			text, _, err := x.Rewrite(gating(outcomes), defaults)
			require.NoError(t, err)
			if tt.want == "" {
				tt.want = tt.text
			}
			assert.Equal(t, strings.TrimSuffix(tt.want, "\n"), strings.TrimSuffix(text, "\n"))
			again, outcomes := judged(t, text)
			assert.Empty(t, again.Findings("2026-06-01"))
			twice, done, err := again.Rewrite(gating(outcomes), defaults)
			require.NoError(t, err)
			assert.Equal(t, text, twice)
			assert.Equal(t, Rewriting{Kept: len(again.Entries)}, done)
		})
	}
}

func TestReasons(t *testing.T) {
	d := model.Difference{Resource: "A", Field: model.RowField, Expected: "RoutedTo/Completed", Actual: "no row", Level: model.Documented, Rules: []string{"R1"}}
	for _, tt := range []struct {
		o    Outcome
		want string
	}{
		{Outcome{Verdict: Fail, Differences: []model.Difference{{Level: model.Inferred}, d}}, "A: expected RoutedTo/Completed, got no row"},
		{Outcome{Verdict: Fail, Differences: []model.Difference{d, d, d}}, "A: expected RoutedTo/Completed, got no row (and 2 more)"},
		{Outcome{Verdict: Skip, Reason: "no\nqueues"}, `no\nqueues`},
		{Outcome{Verdict: Skip}, "declined"},
		{Outcome{Verdict: Error, Failure: &target.Failure{Kind: target.Hang, Message: "5 s"}}, "hang: 5 s"},
	} {
		assert.Equal(t, tt.want, tt.o.reason(defaults))
	}
}

func TestRewriteWhenNothingFails(t *testing.T) {
	x, _ := judged(t, "# top\n- {id: own/f/0-pass, verdict: fail, reason: r}\n")
	text, done, err := x.Rewrite(nil, defaults)
	require.NoError(t, err)
	assert.Equal(t, "# top\n[]\n", text)
	assert.Equal(t, Rewriting{Removed: 1}, done)
	_, err = ReadExpectations("expect.yaml", text)
	assert.NoError(t, err)
}

// Whatever the file, what is written for it is read again and holds, or it is refused.
func FuzzExpectations(f *testing.F) {
	f.Add("# c\n- id: '*-fail'\n  verdict: fail\n  reason: |\n    x\n    # y\n# z\n- {id: own/f/3-error, verdict: error, reason: r}\n...\n")
	f.Add("[{id: a, verdict: fail, reason: b}]")
	f.Add("- id: &a own/f/*\n- *a\n- <<: *a")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ReadExpectations("f", text); err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		x, outcomes := judged(t, text)
		written, _, err := x.Rewrite(gating(outcomes), defaults)
		if err != nil {
			return
		}
		again, _ := judged(t, written)
		assert.Empty(t, again.Findings("0000-00-00"), written)
	})
}
