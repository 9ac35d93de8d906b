package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/target"
)

// forms are the renderings of text.
var forms = map[string]func(*Results, io.Writer) error{
	"junit.xml":   (*Results).WriteJUnit,
	"ctrf.json":   (*Results).WriteCTRF,
	"summary.md":  func(r *Results, w io.Writer) error { return r.WriteMarkdown(w, MaxMarkdown) },
	"badge.json":  (*Results).WriteBadge,
	"badge.svg":   (*Results).WriteBadgeSVG,
	"annotations": (*Results).WriteAnnotations,
}

func render(t testing.TB, form string, r *Results) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, forms[form](r, &out))
	return out.String()
}

// The last is longer than a line of a record may be. The limits of what is written are that of two such texts above what
// is written of them, so that one that is not cut, in two places, is noticed.
var nasty = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "]]>&lt;&#0;", "a\x00\x07\x1b[2J\r\n::error::x", "\u202egnp.exe\u2066\u200f", "\ufffe\xff\xc3",
	"`` ` ``` | [x](javascript:alert(1)) ![x](//x/y) @all *b* http://x.yz www.x.yz <b>", "::stop-commands::x", "%0A::error::x", strings.Repeat("<é>\u202e", 40_000),
}

// hostile is a record in which every text that can come from outside is as nasty as it gets.
func hostile(t testing.TB) *Results {
	r := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	r.Header.Environment = &engine.Environment{Command: nasty}
	r.Header.Chatproof, r.Header.Require = nasty[0], nasty
	for i, l := range r.Lines {
		n := nasty[i%len(nasty)]
		l.ID, l.Name, l.Source, l.Title = l.ID+n, n, n+":12", n
		l.Environment = &engine.Environment{Reproduce: n, Explain: n, Microseconds: int64(i % 4 * 1500)}
		if i%3 == 0 {
			l.Verdict, l.Gates, l.Failure = engine.Error, i%2 == 0, &engine.FailureLine{Kind: n, Message: n}
		}
		if i%5 == 0 {
			l.Verdict, l.Gates, l.Reason = engine.Skip, i%2 == 0, n
		}
		if i%11 == 0 {
			l.Verdict, l.Gates, l.Since = engine.Pending, false, n
		}
		if i%7 == 0 {
			l.Verdict, l.Gates, l.Known = engine.Fail, false, &engine.KnownLine{Verdict: engine.Fail, Reason: n, Issue: n}
		}
		for j := range l.Differences {
			d := &l.Differences[j]
			d.Resource, d.InteractionID, d.Expected, d.Actual, d.Why, d.Accepted = n, n, n, n, n, nasty
		}
	}
	for i := range r.Footer.Totals.Flows {
		r.Footer.Totals.Flows[i].Title = nasty[i%len(nasty)]
	}
	return r
}

// Whatever a record says, in no rendering is anything of it markup, moves the text, or goes on without end; and a
// second rendering is the same.
func TestFormsAreInertAndRepeat(t *testing.T) {
	for name, r := range map[string]*Results{"hostile": hostile(t), "plain": read(t, "r.jsonl", record(t, routed, 1, 1, 1))} {
		for form := range forms {
			text := render(t, form, r)
			assert.Equal(t, text, render(t, form, r), form)
			assert.Less(t, len(text), 1<<20, form)
			for _, c := range text {
				if c != '\n' && c != ' ' && (!unicode.IsPrint(c) || c == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, c)) {
					t.Errorf("%s, %s: holds %U", name, form, c)
					break
				}
			}
		}
	}
}

func TestMarkdownIsNoMarkup(t *testing.T) {
	r := hostile(t)
	text := render(t, "summary.md", r)
	assert.LessOrEqual(t, len(text), MaxMarkdown)
	for line := range strings.Lines(text) {
		plain := withoutCode(line)
		assert.NotRegexp(t, "(^|[^\\\\])[<>@\\[\\]`]", plain)
		assert.NotRegexp(t, `[^\\]:/|www\.`, plain)
	}
	var short bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&short, 30_000))
	assert.LessOrEqual(t, short.Len(), 30_000)
	assert.Regexp(t, `\nand \d+ more scenarios: the report has them all\.\n$`, short.String())
}

// withoutCode removes the code spans from a line of Markdown.
func withoutCode(line string) string {
	fences := regexp.MustCompile("`+").FindAllStringIndex(line, -1)
	var b strings.Builder
	at := 0
	for i := 0; i < len(fences); i++ {
		if fences[i][0] > 0 && line[fences[i][0]-1] == '\\' {
			continue
		}
		for j := i + 1; j < len(fences); j++ {
			if fences[j][1]-fences[j][0] == fences[i][1]-fences[i][0] {
				b.WriteString(line[at:fences[i][0]])
				at, i = fences[j][1], j
				break
			}
		}
	}
	return b.String() + line[at:]
}

func TestAnnotations(t *testing.T) {
	for _, r := range []*Results{hostile(t), read(t, "r.jsonl", record(t, routed, 1, 1, 1))} {
		lines := strings.Split(strings.TrimSuffix(render(t, "annotations", r), "\n"), "\n")
		require.Len(t, lines, 10)
		for _, l := range lines[:9] {
			assert.Regexp(t, `^::error (file=[^,:]+,line=\d+,)?title=[^,:]+::[^\r]+$`, l)
		}
		assert.Regexp(t, `^::error title=chatproof::and \d+ more scenarios$`, lines[9])
	}
	r := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	assert.Contains(t, render(t, "annotations", r), "::error file=features/documented/1.03-agent-transfers-chat-to-another-agent.feature,line=7,title=documented/1.3/")
	assert.Empty(t, render(t, "annotations", read(t, "r.jsonl", record(t, reference, 1, 1, 1))))
}

// JUnit XML follows Jenkins's schema, and is red exactly if the verdict is not good.
func TestJUnit(t *testing.T) {
	whole := record(t, routed, 1, 1, 1)
	incomplete := strings.Join(strings.SplitAfter(whole, "\n")[:4], "")
	for name, tt := range map[string]struct {
		r   *Results
		red bool
	}{
		"hostile":    {hostile(t), true},
		"wrong":      {read(t, "r.jsonl", whole), true},
		"right":      {read(t, "r.jsonl", record(t, reference, 1, 1, 1)), false},
		"incomplete": {read(t, "r.jsonl", incomplete), true},
	} {
		text := render(t, "junit.xml", tt.r)
		var got struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Suites   []struct {
				Name  string `xml:"name,attr"`
				Cases []struct {
					Failure *struct{} `xml:"failure"`
					Error   *struct{} `xml:"error"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(text), &got), name)
		tests, failures, errors := 0, 0, 0
		for _, s := range got.Suites {
			for _, c := range s.Cases {
				tests++
				if c.Failure != nil {
					failures++
				}
				if c.Error != nil {
					errors++
				}
			}
		}
		assert.Equal(t, []int{got.Tests, got.Failures, got.Errors}, []int{tests, failures, errors}, name)
		assert.Equal(t, tt.red, failures+errors > 0, name)
		for _, tag := range regexp.MustCompile(`<[a-zA-Z!]+`).FindAllString(text, -1) {
			assert.Contains(t, "<testsuites <testsuite <testcase <failure <error <skipped", tag)
		}
		t.Run(name+" by the schema", func(t *testing.T) { validate(t, text) })
		asCTRF(t, tt.r, tests, failures+errors)
	}
}

// asCTRF checks that CTRF follows its schema, as in the npm package ctrf 0.3.0, and has the same tests as JUnit.
func asCTRF(t *testing.T, r *Results, tests, failed int) {
	t.Helper()
	schema := jsonschema.NewCompiler().MustCompile("testdata/ctrf-schema-0.0.json")
	text := render(t, "ctrf.json", r)
	got, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	assert.NoError(t, schema.Validate(got))
	var report ctrfReport
	require.NoError(t, json.Unmarshal([]byte(text), &report))
	sum := report.Results.Summary
	assert.Equal(t, []int{tests, failed}, []int{sum.Tests, sum.Failed})
	assert.Equal(t, sum.Tests, sum.Passed+sum.Failed+sum.Skipped+sum.Pending+sum.Other)
	assert.Len(t, report.Results.Tests, tests)
}

// A scenario's time is given if the record knows it, and only then: a filter's times are unknown.
func TestTimes(t *testing.T) {
	r := read(t, "r.jsonl", record(t, reference, 1, 1, 1))
	assert.NotContains(t, render(t, "junit.xml", r), " time=")
	r.Lines[0].Environment = &engine.Environment{Microseconds: 1500}
	r.Lines[2].Environment = &engine.Environment{Microseconds: 2_000_250}
	junit, ctrf := render(t, "junit.xml", r), render(t, "ctrf.json", r)
	assert.Contains(t, junit, ` errors="0" time="2.002">`)
	assert.Equal(t, 1, strings.Count(junit, ` time="0.002"></testcase>`))
	assert.Equal(t, 1, strings.Count(ctrf, `"duration": 2000,`))
	assert.Contains(t, ctrf, `"stop": 2001`)
}

// validate checks JUnit XML with xmllint.
func validate(t *testing.T, text string) {
	t.Helper()
	needs.Program(t, "xmllint")
	file := filepath.Join(t.TempDir(), "junit.xml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	out, err := exec.Command("xmllint", "--noout", "--nonet", "--huge", "--schema", "testdata/junit-10.xsd", file).CombinedOutput()
	assert.NoError(t, err, "%.2000s", out)
}

func TestBadge(t *testing.T) {
	whole := record(t, routed, 1, 1, 1)
	for _, tt := range []struct{ text, want string }{
		{record(t, reference, 1, 1, 1), `{"schemaVersion":1,"label":"chatproof","message":"conforms, %d of %[1]d","color":"brightgreen"}`},
		{whole, `{"schemaVersion":1,"label":"chatproof","message":"%d of %d fail","color":"red"}`},
		{strings.SplitAfter(whole, "\n")[0], `{"schemaVersion":1,"label":"chatproof","message":"incomplete","color":"yellow"}`},
	} {
		r := read(t, "r.jsonl", tt.text)
		switch all := &r.Footer.Totals.All; {
		case strings.Contains(tt.want, "conforms"):
			tt.want = fmt.Sprintf(tt.want, all.Scenarios())
		case strings.Contains(tt.want, "%d"):
			tt.want = fmt.Sprintf(tt.want, all.Bad(), all.Scenarios())
		}
		assert.Equal(t, tt.want+"\n", render(t, "badge.json", r))
		var svg any
		assert.NoError(t, xml.Unmarshal([]byte(render(t, "badge.svg", r)), &svg))
	}
}

// Whatever an implementation says, the summary is one screen of short lines, unless all is asked for.
func TestTextIsBrief(t *testing.T) {
	r := hostile(t)
	r.Header.Environment.Implementation = &target.Implementation{Name: strings.Repeat("x", 2000)}
	longest := func(verbose bool) (n int) {
		var out bytes.Buffer
		for _, l := range r.Lines {
			if l.Verdict == engine.Skip {
				l.Gates, l.Reason = true, strings.Repeat("y", 2000)
			}
		}
		require.NoError(t, r.WriteText(&out, &TextOptions{Verbose: verbose}))
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, "xxx") || strings.Contains(line, "yyy") {
				n = max(n, len(line))
			}
		}
		return n
	}
	assert.Less(t, longest(false), 400)
	assert.Greater(t, longest(true), 1000)
}
