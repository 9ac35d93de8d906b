package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
)

const (
	// maxBody limits the text of a test case, in bytes: its last line counts the lines that are left out. maxBodies
	// limits the text of all cases: further ones have only a message.
	maxBody   = 8 << 10
	maxBodies = 8 << 20
)

type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr,omitempty"` // seconds, over the scenarios whose time is known
	Suites   []*junitSuite

	took   int64
	bodies bodies
}

type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr,omitempty"`
	Cases    []*junitCase

	took int64
}

type junitCase struct {
	XMLName xml.Name      `xml:"testcase"`
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr,omitempty"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`

	took int64 // microseconds
}

type junitOutcome struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Body    string `xml:",chardata"`
}

// WriteJUnit writes JUnit XML as Jenkins and Surefire have it, with a suite per flow or family. A scenario that does
// not gate is skipped, with its reason. If the record breaks off, or the verdict is bad and no scenario shows it, an
// extra case does, so the file is green exactly if the verdict is. A case has a time if the record knows one: the
// implementation was asked about that scenario alone, over a stream or HTTP.
func (r *Results) WriteJUnit(w io.Writer) error {
	all := &junitSuites{Name: "chatproof " + safe(r.Header.Chatproof)}
	suites := make(map[string]*junitSuite)
	for _, group := range r.groups() {
		s := &junitSuite{Name: safe(strings.TrimSpace(group.Name + " " + group.Title))}
		suites[group.Name], all.Suites = s, append(all.Suites, s)
	}
	for _, l := range r.Lines {
		if s := suites[groupOf(l)]; s != nil {
			class := "chatproof." + strings.ReplaceAll(safe(groupOf(l)), ".", "-")
			all.add(s, &junitCase{Name: safe(l.ID), Class: class}, l)
		}
	}
	bad := r.Incomplete || r.red() && all.Failures+all.Errors == 0
	if bad || !r.red() && r.Footer.Audit != nil { // a check that finds nothing has no other case
		c := &junitCase{Name: "verdict", Class: "chatproof.verdict"}
		s := &junitSuite{Name: "verdict", Tests: 1, Cases: []*junitCase{c}}
		all.Suites, all.Tests = append(all.Suites, s), all.Tests+1
		if bad {
			c.Failure = &junitOutcome{Type: string(r.Footer.Conclusion()), Message: r.Verdict()}
			s.Failures, all.Failures = 1, all.Failures+1
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (all *junitSuites) add(s *junitSuite, c *junitCase, l *engine.ScenarioLine) {
	s.Cases = append(s.Cases, c)
	s.Tests, all.Tests = s.Tests+1, all.Tests+1
	if e := l.Environment; e != nil && e.Microseconds > 0 {
		c.took = e.Microseconds
		s.took, all.took = s.took+c.took, all.took+c.took
		c.Time, s.Time, all.Time = seconds(c.took), seconds(s.took), seconds(all.took)
	}
	is, outcome := asTest(l, &all.bodies)
	switch is {
	case testFailed:
		c.Failure = outcome
		s.Failures, all.Failures = s.Failures+1, all.Failures+1
	case testError:
		c.Error = outcome
		s.Errors, all.Errors = s.Errors+1, all.Errors+1
	case testSkipped, testPending:
		c.Skipped = outcome
		s.Skipped++
	}
}

// seconds writes a time as JUnit has it, with three decimals.
func seconds(micro int64) string { return fmt.Sprintf("%.3f", float64(micro)/1e6) }

// testResult is how a scenario ended, in the few words that readers of tests know.
type testResult string

const (
	testPassed  testResult = "passed"
	testFailed  testResult = "failed"
	testError   testResult = "error"
	testSkipped testResult = "skipped"
	testPending testResult = "pending"
)

// asTest returns a scenario as a test: one that does not gate is skipped, with its reason.
func asTest(l *engine.ScenarioLine, texts *bodies) (testResult, *junitOutcome) {
	outcome := &junitOutcome{Message: string(l.Verdict)}
	switch {
	case l.Verdict.Green():
		return testPassed, outcome
	case l.Verdict == engine.Fail && l.Gates:
		outcome.Type, outcome.Body = "wrong facts", texts.of(l)
		if d := telling(l); d != nil {
			outcome.Message = sentence(d)
		}
		return testFailed, outcome
	case l.Verdict == engine.Error && l.Gates:
		outcome.Type, outcome.Message, outcome.Body = safe(l.Failure.Kind), safe(l.Failure.Message), texts.of(l)
		return testError, outcome
	case l.Verdict == engine.Pending:
		outcome.Type, outcome.Message, outcome.Body = "pending",
			"pending, new since "+safe(l.Since)+": counts from the next minor version of the suite", texts.of(l)
		return testPending, outcome
	}
	outcome.Message = notGating(l)
	return testSkipped, outcome
}

// notGating says why a scenario that did not pass counts as skipped.
func notGating(l *engine.ScenarioLine) string {
	why := ""
	switch {
	case l.IsKnown():
		why = "known, " + string(l.Verdict) + ": " + l.Known.Reason + " " + l.Known.Issue
	case l.Verdict == engine.Skip:
		why = l.Reason
	case l.Verdict == engine.NotRun:
		why = "not run"
	case l.Verdict == engine.Error:
		why = "error, not at a required level: " + l.Failure.Kind + ": " + l.Failure.Message
	case l.Known != nil:
		why = string(l.Verdict) + ", and the expectations list it as " + string(l.Known.Verdict)
	default:
		why = string(l.Verdict) + ", and does not count"
	}
	return safe(strings.TrimSpace(why))
}

// red reports whether a gate stops at the verdict.
func (r *Results) red() bool {
	c := r.Footer.Conclusion()
	return c != engine.Conforming && c != engine.AsExpected
}

// bodies counts the bytes of text in a file so far.
type bodies int

// of returns the text of a test case, or "" if there is no room left for it.
func (n *bodies) of(l *engine.ScenarioLine) string {
	if *n > maxBodies {
		return ""
	}
	text := body(l)
	*n += bodies(len(text))
	return text
}

// body returns all that there is to say about a scenario that did not pass, in lines of text, within maxBody.
func body(l *engine.ScenarioLine) string {
	var lines []string
	if l.Source != "" {
		lines = append(lines, safe(l.Source))
	}
	if l.Failure != nil {
		lines = append(lines, safe(l.Failure.Kind+": "+l.Failure.Message))
	}
	for i := range l.Differences {
		if d := &l.Differences[i]; d.Required {
			lines = append(lines, sentence(d))
		} else {
			lines = append(lines, fmt.Sprintf("(%s) %s", d.Level.String(), sentence(d)))
		}
	}
	if e := l.Environment; e != nil {
		if e.Reproduce != "" {
			lines = append(lines, "again: "+safe(e.Reproduce))
		}
		lines = append(lines, "events: "+safe(e.Explain))
	}
	var b strings.Builder
	for n, line := range lines {
		if b.Len()+len(line)+1 > maxBody {
			fmt.Fprintf(&b, "and %d more lines\n", len(lines)-n)
			break
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
