package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type ctrfReport struct {
	Format  string      `json:"reportFormat"`
	Version string      `json:"specVersion"`
	Results ctrfResults `json:"results"`
}

type ctrfResults struct {
	Tool    ctrfTool    `json:"tool"`
	Summary ctrfSummary `json:"summary"`
	Tests   []*ctrfTest `json:"tests"`
}

type ctrfTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ctrfSummary counts the tests. Start is always 0, since the record holds no clock; so Stop is how long the scenarios
// took, in milliseconds, as far as that is known.
type ctrfSummary struct {
	Tests   int   `json:"tests"`
	Passed  int   `json:"passed"`
	Failed  int   `json:"failed"`
	Skipped int   `json:"skipped"`
	Pending int   `json:"pending"`
	Other   int   `json:"other"`
	Start   int64 `json:"start"`
	Stop    int64 `json:"stop"`
}

type ctrfTest struct {
	Name     string     `json:"name"`
	Status   testResult `json:"status"`
	Duration int64      `json:"duration"` // milliseconds; 0 if it is not known
	Suite    []string   `json:"suite,omitempty"`
	Message  string     `json:"message,omitempty"`
	Trace    string     `json:"trace,omitempty"`
	Raw      string     `json:"rawStatus,omitempty"`
	Tags     []string   `json:"tags,omitempty"` // the rules
	File     string     `json:"filePath,omitempty"`
}

// WriteCTRF writes the Common Test Report Format (ctrf.io): the same tests with the same outcomes as
// [Results.WriteJUnit].
func (r *Results) WriteCTRF(w io.Writer) error {
	var took int64
	var texts bodies
	all := &ctrfReport{
		Format: "CTRF", Version: "0.0.0", Results: ctrfResults{Tool: ctrfTool{"chatproof", safe(r.Header.Chatproof)}},
	}
	sum := &all.Results.Summary
	add := func(t *ctrfTest) {
		all.Results.Tests = append(all.Results.Tests, t)
		sum.Tests++
		switch t.Status {
		case testPassed:
			sum.Passed++
		case testFailed:
			sum.Failed++
		case testSkipped:
			sum.Skipped++
		case testPending:
			sum.Pending++
		}
	}
	titles := make(map[string]string)
	for _, g := range r.groups() {
		titles[g.Name] = g.Title
	}
	for _, l := range r.Lines {
		is, outcome := asTest(l, &texts)
		if is == testError {
			is = testFailed
		}
		t := &ctrfTest{
			Name: safe(l.ID), Status: is,
			Suite: []string{safe(strings.TrimSpace(groupOf(l) + " " + titles[groupOf(l)]))}, Raw: string(l.Verdict),
			File: safe(l.Source),
		}
		if is != testPassed {
			t.Message, t.Trace = outcome.Message, outcome.Body
		}
		for _, rule := range l.Rules {
			t.Tags = append(t.Tags, safe(rule))
		}
		if e := l.Environment; e != nil {
			took += e.Microseconds
			t.Duration = e.Microseconds / 1000
		}
		add(t)
	}
	if r.Incomplete || r.red() && sum.Failed == 0 {
		add(&ctrfTest{Name: "verdict", Status: testFailed, Message: r.Verdict(), Raw: string(r.Footer.Conclusion())})
	}
	sum.Stop = took / 1000
	b, err := json.Marshal(all, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", b)
	}
	return err
}
