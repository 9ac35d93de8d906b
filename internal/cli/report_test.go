package cli

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/reports"
)

// screen holds what was printed last to a number of lines.
func screen(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); n > limit {
		ts.Fatalf("%d lines, expected at most %d", n, limit)
	}
}

// same compares two records without what depends on the occasion.
func same(ts *testscript.TestScript, _ bool, args []string) {
	var texts [2]bytes.Buffer
	for i := range texts {
		r, err := reports.Read(args[i], strings.NewReader(ts.ReadFile(args[i])))
		ts.Check(err)
		r.Header.Environment, r.Footer.Environment = nil, nil
		for _, l := range r.Lines {
			l.Environment = nil
		}
		ts.Check(r.Write(&texts[i]))
	}
	if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

func TestProgressLine(t *testing.T) {
	for _, tt := range []struct {
		p     *progress
		spent time.Duration
		want  string
	}{
		{&progress{found: "failed", total: 761}, 0, "0 of 761 scenarios, 0 failed"},
		{&progress{found: "failed", total: 761, done: 300, finds: 12}, 2 * time.Second, "300 of 761 scenarios, 12 failed, 150/s, 3s left"},
		{&progress{found: "failed", total: 761, done: 761}, 10 * time.Second, "761 of 761 scenarios, 0 failed, 76/s"},
		{&progress{found: "failed", total: 761, done: 100, answered: map[string]bool{"a": true}}, 10 * time.Second, "100 of 761 scenarios, 0 failed, 10/s, 1m6s left"},
		{&progress{found: "failed", total: 4, answered: map[string]bool{"a": true, "b": true}}, time.Second, "2 of 4 scenarios, 0 failed, 2/s, 1s left"},
	} {
		assert.Equal(t, tt.want, tt.p.line(tt.spent))
	}
}

// On a terminal the line is redrawn and in the end taken away; elsewhere each is a line of its own.
func TestProgressIsDrawn(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, found: "failed", total: 2}
	p.draw(time.Second)
	p.set(1, 0)
	p.draw(time.Second)
	assert.Equal(t, "chatproof: 0 of 2 scenarios, 0 failed\nchatproof: 1 of 2 scenarios, 0 failed, 1/s, 1s left\n", out.String())
	out.Reset()
	p = &progress{out: &out, redrawn: true, found: "failed", total: 2, stopped: make(chan struct{})}
	p.draw(time.Second)
	p.stop()
	assert.Equal(t, "\r0 of 2 scenarios, 0 failed\x1b[K\r\x1b[K", out.String())
}

func TestUseColour(t *testing.T) {
	for _, tt := range []struct {
		flag, noColor, force string
		want                 bool
	}{
		{"auto", "", "", false}, // no terminal
		{"auto", "", "1", true},
		{"auto", "", "0", false},
		{"auto", "1", "1", false},
		{"always", "1", "", true},
		{"never", "", "1", false},
	} {
		t.Setenv("NO_COLOR", tt.noColor)
		t.Setenv("CLICOLOR_FORCE", tt.force)
		got, err := useColour(tt.flag, &bytes.Buffer{})
		require.NoError(t, err)
		assert.Equal(t, tt.want, got, tt)
	}
	_, err := useColour("yes", &bytes.Buffer{})
	assert.EqualError(t, err, "--color: expected auto, always or never, got \"yes\"")
}
