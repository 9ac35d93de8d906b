package reports

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

func pageOf(t testing.TB, results ...*Results) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, WriteHTML(&out, results...))
	return out.String()
}

// The page says what the record says, in the order in which readers want it, and says it again the same.
func TestPage(t *testing.T) {
	text := record(t, routed, 1, 1, 1)
	page := pageOf(t, read(t, "r.jsonl", text))
	assert.Equal(t, page, pageOf(t, read(t, "r.jsonl", text)))
	at := 0
	for _, part := range []string{
		`<h1 class="fail">Does not conform</h1>`, " scenarios fail", `<rect class="fail" x="0.00"`, `<li><p><a href="#R2">R2</a>: expected ReceivedTransfer, got RoutedTo</p>`, `<a href="#cause-1">`,
		">Flows</h2>", `<th scope="row"><a href="#in-1.4">1.4</a> An agent`, ">Failures</h2>", `<section class="cause group" id="cause-1">`,
		`<article id="documented/1.3/the-other-agent-accepts" data-scenario>`,
		"<b>Agent 2</b> expected <code>ReceivedTransfer/Completed</code>, got <code class=\"wrong\">RoutedTo/Completed</code>",
		"<span>events</span> invited by Agent 1&#39;s transfer (seq 8), accepted (seq 9), left (seq 11)", `<a href="#R2">R2</a> An agent invited by another`,
		`<svg xmlns="http://www.w3.org/2000/svg" class="timeline"`, ">≠ RoutedTo/Completed<", "Sent as: <code>chat 1 = ",
		"Feature: An agent transfers a chat to another agent", "| Agent 2  | ReceivedTransfer/Completed |", "</article>",
		`<article id="documented/1.4/`, ">All scenarios</h2>", `<details class="group" id="in-1.4">`, ">Rules and invariants</h2>", `<tr id="R2">`, `<tr id="V3">`, ">Coverage</h2>",
		">Environment</h2>",
	} {
		i := strings.Index(page[at:], part)
		if !assert.GreaterOrEqual(t, i, 0, part) {
			continue
		}
		at += i
	}
	for _, l := range read(t, "r.jsonl", text).Lines {
		assert.Equal(t, 1, strings.Count(page, ` id="`+l.ID+`"`), l.ID)
	}
	assert.NotRegexp(t, `(src|href)="[^#]`, page)
	assert.NotRegexp(t, ` style="| on[a-z]+="`, page)
}

// Every form of a result has a page: one that conforms, one that did not end, several side by side.
func TestPageOfAnyResult(t *testing.T) {
	good, bad := record(t, reference, 1, 1, 1), record(t, routed, 1, 1, 1)
	page := pageOf(t, read(t, "r.jsonl", good))
	assert.Contains(t, page, `<h1 class="pass">Conforms</h1>`)
	for _, empty := range []string{"Expectations in force", "Skips and notes", "Slowest scenarios"} {
		assert.NotContains(t, page, empty)
	}
	assert.NotContains(t, page, ">Failures</h2>")
	cutOff := strings.Join(strings.SplitAfter(bad, "\n")[:20], "")
	assert.Contains(t, pageOf(t, read(t, "r.jsonl", cutOff)), "there is no coverage")
	page = pageOf(t, read(t, "a.jsonl", good), read(t, "b.jsonl", bad), read(t, "c.jsonl", cutOff))
	assert.Contains(t, page, "<h1>3 results side by side</h1>")
	assert.Regexp(t, `1\.4</a> An agent&#39;s attempt to transfer a chat to another agent fails</th><td class="pass"><i aria-hidden="true">✓</i> 7 pass<svg .*</td><td class="fail"><i aria-hidden="true">✗</i> 7 of 7 fail<svg `, page)
}

// A page is bounded however much fails, and nothing in it that comes from the record is markup.
func TestHostilePage(t *testing.T) {
	r := hostile(t)
	r.Name = nasty[9]
	for i := range r.Footer.Totals.Families {
		r.Footer.Totals.Families[i].Name = nasty[i%len(nasty)]
	}
	r.Footer.Environment = &engine.Environment{Stderr: strings.Join(nasty, "\n"), Notes: nasty}
	r.Footer.Expectations = []*engine.Expectation{{ID: nasty[1], Verdict: engine.Verdict(nasty[0]), Reason: nasty[2], Issue: nasty[6], Until: nasty[9]}}
	r.Footer.Coverage.Combinations.Uncovered[0].Role = model.Role(nasty[0])
	page := pageOf(t, r)
	assert.Less(t, len(page), 3<<20)
	assert.Equal(t, 1, strings.Count(page, "<script"))
	for _, markup := range []string{"<img", "onerror=alert(1)>", "\x1b", "\x00", "\u202e", "\u2066", "<b>\""} {
		assert.NotContains(t, page, markup)
	}
	for _, c := range page {
		if c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) {
			t.Fatalf("%q stands in the page", c)
		}
	}
	for _, tag := range regexp.MustCompile(`<[a-z0-9]+`).FindAllString(page, -1) {
		assert.Contains(t, known, tag[1:])
	}
}

// known are the elements that the page is made of.
var known = strings.Fields("html head meta title style body a header p nav main section h1 h2 h3 h4 div table thead tbody tr th td i b span form label input output " +
	"ol ul li article small code pre details summary dl dt dd svg rect path circle text script")

// many returns a record of that many scenarios, all of which fail.
func many(t testing.TB, n int) *Results {
	r := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	var failing []*engine.ScenarioLine
	for _, l := range r.Lines {
		if l.Verdict == engine.Fail {
			failing = append(failing, l)
		}
	}
	r.Lines = nil
	for i := range n {
		l := *failing[i%len(failing)]
		l.ID = fmt.Sprintf("%s/%d", l.ID, i)
		r.Lines = append(r.Lines, &l)
	}
	return r
}

func TestPageOfManyIsBounded(t *testing.T) {
	assert.Less(t, len(pageOf(t, many(t, 5000))), 5_000_000)
}

func BenchmarkPage(b *testing.B) {
	r := many(b, 5000)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, WriteHTML(io.Discard, r))
	}
}
