package reports

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
)

func shards(t *testing.T, n int) (rs []*Results) {
	t.Helper()
	for i := n; i > 0; i-- {
		rs = append(rs, read(t, fmt.Sprintf("%d.jsonl", i), record(t, routed, 1, i, n)))
	}
	return rs
}

// Seven shards, in any order, give the whole, byte for byte: lines, totals, coverage, verdict.
func TestMergeIsTheWhole(t *testing.T) {
	whole := record(t, routed, 1, 1, 1)
	merged, err := Merge(shards(t, 7))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, merged.Write(&out))
	assert.Equal(t, whole, regexp.MustCompile(`,"environment":\{[^{}]*\}`).ReplaceAllString(out.String(), ""))
	again, err := Merge([]*Results{read(t, "whole.jsonl", whole)})
	require.NoError(t, err)
	assert.Equal(t, merged.Footer.Totals, again.Footer.Totals)
}

func TestMergeRefuses(t *testing.T) {
	part := shards(t, 3) // 3, 2, 1
	change := func(r *Results, by func(*engine.Header)) *Results {
		header, other := *r.Header, *r
		by(&header)
		other.Name, other.Header = "other.jsonl", &header
		return &other
	}
	cut := read(t, "cut.jsonl", strings.SplitAfter(record(t, routed, 1, 1, 3), "{\"type\":\"footer\"")[0])
	for _, tt := range []struct {
		name   string
		shards []*Results
		want   string
	}{
		{"a gap", part[:2], "scenarios are in none of the results, because only the shards "},
		{"a gap, by name", part[:2], "only the shards 3/3, 2/3 were given; add the results of the other shards (the first missing scenario is number 4 in the order of the run)"},
		{"one shard alone", part[:1], "scenarios are in none of the results, because only the shards "},
		{"twice the same", []*Results{part[0], part[1], part[0], part[2]}, "3.jsonl: given twice; give each shard once"},
		{"other shards", []*Results{part[0], part[1], part[2], read(t, "1of2.jsonl", record(t, routed, 1, 1, 2))}, "1of2.jsonl overlap: both hold documented/"},
		{"incomplete", []*Results{part[0], part[1], cut}, "cut.jsonl: incomplete: the run did not end"},
		{"another seed", []*Results{part[0], part[1], read(t, "2.jsonl", record(t, routed, 2, 1, 3))}, "3.jsonl and 2.jsonl have different seeds (1, 2)"},
		{"another suite", []*Results{part[0], part[1], change(part[2], func(h *engine.Header) { h.Suite = "abc" })}, "other.jsonl have different suites (0.2.0 "},
		{"another plan", []*Results{part[0], part[1], change(part[2], func(h *engine.Header) { h.Plan = "abc" })}, "different scenarios (281 with the digest "},
		{"other levels", []*Results{part[0], part[1], change(part[2], func(h *engine.Header) { h.Require = []string{"own"} })}, "different required levels (documented,invariant,own, own)"},
		{"another implementation", []*Results{part[0], part[1], change(part[2], func(h *engine.Header) { h.Environment = &engine.Environment{Command: []string{"a\x1b"}} })}, `("the reference model (self-check)", "a\x1b")`},
		{"all of another suite", []*Results{change(part[0], func(h *engine.Header) { h.Suite = "abc" })}, "other.jsonl: made by chatproof 0.2.0 abc, but this is chatproof 0.2.0 "},
	} {
		_, err := Merge(tt.shards)
		assert.ErrorContains(t, err, tt.want, tt.name)
	}
}

// What a check finds has not passed in another one that could not list all that it found.
func TestAgainstUnlisted(t *testing.T) {
	of := func(unsaid int, ids ...string) *Results {
		r := &Results{Header: &engine.Header{Kind: engine.Check}, Footer: &engine.Footer{Audit: &engine.Audit{Unsaid: unsaid}}}
		for _, id := range ids {
			r.Lines = append(r.Lines, &engine.ScenarioLine{ID: id, Verdict: engine.Fail, Found: &engine.FoundLine{Chats: 2}})
		}
		return r
	}
	none, one := [2]int{0, 2}, [2]int{2}
	assert.Equal(t, &Changes{NewlyFailing: []Change{{ID: "a", Before: engine.Pass, Now: engine.Fail, Chats: none}}}, Against(of(0), of(1, "a")))
	assert.Equal(t, &Changes{Added: []Change{{ID: "a", Now: engine.Fail, Chats: none}}}, Against(of(1), of(0, "a")))
	assert.Equal(t, &Changes{NewlyPassing: []Change{{ID: "a", Before: engine.Fail, Now: engine.Pass, Chats: one}}}, Against(of(1, "a"), of(0)))
	assert.Equal(t, &Changes{Removed: []Change{{ID: "a", Before: engine.Fail}}}, Against(of(0, "a"), of(1)))
}

func TestAgainst(t *testing.T) {
	line := func(id string, v engine.Verdict) *engine.ScenarioLine {
		return &engine.ScenarioLine{ID: id, Verdict: v}
	}
	of := func(l *engine.ScenarioLine, since string, expected ...string) *engine.ScenarioLine {
		l.Since, l.Source = since, "features/x.feature:1"
		for _, e := range expected {
			l.Expected = append(l.Expected, jsontext.Value(e))
		}
		return l
	}
	before := &Results{Header: &engine.Header{Chatproof: "0.3.0", Suite: "a"}, Lines: []*engine.ScenarioLine{
		of(line("other", engine.Pass), "", "{}"), line("in force now", engine.Pending),
		line("same", engine.Pass), line("broke", engine.Pass), line("declined", engine.Pass), line("mended", engine.Error),
		line("still wrong", engine.Fail), line("gone", engine.Pass), line("no longer run", engine.Fail), line("never run", engine.NotRun),
	}}
	now := &Results{Header: &engine.Header{Chatproof: "0.4.0", Suite: "b"}, Lines: []*engine.ScenarioLine{
		of(line("new", engine.Pending), "0.4"), of(line("narrow", engine.Fail), ""), of(line("other", engine.Fail), "", "{}", "{}"), line("in force now", engine.Fail),
		line("same", engine.Pass), line("broke", engine.Fail), line("declined", engine.Skip),
		line("mended", engine.Pass), line("still wrong", engine.Error), line("no longer run", engine.NotRun), line("never run", engine.Pass),
	}}
	c := Against(before, now)
	assert.Equal(t, &Changes{
		NewlyFailing: []Change{
			{ID: "in force now", Before: engine.Pending, Now: engine.Fail}, {ID: "broke", Before: engine.Pass, Now: engine.Fail}, {ID: "declined", Before: engine.Pass, Now: engine.Skip},
		},
		NewlyPassing: []Change{{ID: "mended", Before: engine.Error, Now: engine.Pass}},
		BecauseNew: []Change{
			{ID: "new", Now: engine.Pending, Why: "new since 0.4"},
			{ID: "other", Before: engine.Pass, Now: engine.Fail, Why: "expects different rows than before"},
		},
		Added:   []Change{{ID: "narrow", Now: engine.Fail}, {ID: "never run", Before: engine.NotRun, Now: engine.Pass}},
		Removed: []Change{{ID: "no longer run", Before: engine.Fail, Now: engine.NotRun}, {ID: "gone", Before: engine.Pass}},
	}, c)
	var text bytes.Buffer
	require.NoError(t, c.WriteText(&text, false))
	assert.Equal(t, `Newly failing: 3
  in force now  (was pending, is fail)
  broke  (was pass, is fail)
  declined  (was pass, is skip)
Failing, and new: 2
  new  (pending; new since 0.4)
  other  (was pass, is fail; expects different rows than before)
Newly passing: 1
  mended  (was error, is pass)
Added: 2
  narrow  (fail)
  never run  (was not-run, is pass)
Removed: 2
  no longer run  (was fail, is not-run)
  gone  (was pass)
`, text.String())
	assert.Equal(t, new(Changes), Against(now, now))
	r := read(t, "r.jsonl", record(t, reference, 1, 1, 1))
	r.Changes = c
	c.Removed[1].ID = nasty[0]
	assert.Contains(t, render(t, "summary.md", r), "\n**Newly failing:** 3\n\n- ` in force now ` was pending, is fail\n- ` broke ` was pass, is fail\n- ` declined ` was pass, is skip\n")
	page := pageOf(t, r)
	assert.Contains(t, page, `<h3>Newly failing: 3</h3>`)
	assert.Contains(t, page, `<li><a href="#broke">broke</a> (was pass, is fail)</li>`)
	assert.NotContains(t, page, nasty[0])
	for i := range 30 {
		now.Lines = append(now.Lines, line(fmt.Sprint("more", i), engine.Pass))
	}
	text.Reset()
	require.NoError(t, Against(before, now).WriteText(&text, false))
	assert.Contains(t, text.String(), "  and 22 more: --verbose names them\n")
}
