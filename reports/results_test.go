package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

var (
	defaults  = model.LevelSet(model.Documented, model.Invariant, model.Own)
	reference = target.Reference{Table: model.Reference()}
	// routed is wrong: whoever gets a transfer is RoutedTo.
	routed = target.Reference{Table: model.Reference().Yielding(model.R2, model.Yield{Type: model.AgentResource, Role: model.RoutedTo})}
)

var builtin = sync.OnceValues(engine.Builtin)

// record is the record of a run of the suite with 40 generated scenarios, or of shard i of n. Most tests begin with the
// same: each is made once.
func record(t testing.TB, to target.Target, seed uint64, i, n int) string {
	t.Helper()
	of := runOf{to, seed, i, n}
	if _, made := records[of]; !made {
		records[of] = recorded(t, of)
	}
	return records[of]
}

// runOf says which run it is.
type runOf struct {
	target.Target
	seed uint64
	i, n int
}

var records = make(map[runOf]string)

func recorded(t testing.TB, of runOf) string {
	t.Helper()
	cases, err := builtin()
	require.NoError(t, err)
	p, err := engine.NewPlan(append(slices.Clone(cases), engine.Generated(of.seed, 40)...))
	require.NoError(t, err)
	if of.n > 1 {
		p.Shard(of.i, of.n)
	}
	var out bytes.Buffer
	write := func(line any) { require.NoError(t, engine.WriteLine(&out, line)) }
	tally, coverage := engine.NewTally(), model.NewCoverage()
	write(engine.NewHeader(p, of.seed, defaults))
	_, err = engine.Run(t.Context(), p, of.Target, defaults, func(o *engine.Outcome) error {
		line := o.Line(defaults)
		tally.Add(line)
		o.Cover(coverage)
		write(line)
		return nil
	})
	require.NoError(t, err)
	write(engine.NewFooter(tally, engine.NewCoverage(coverage)))
	return out.String()
}

func read(t testing.TB, name, text string) *Results {
	t.Helper()
	r, err := Read(name, strings.NewReader(text))
	require.NoError(t, err)
	return r
}

// What is read is what was written.
func TestRead(t *testing.T) {
	text := record(t, routed, 1, 1, 1)
	r := read(t, "r.jsonl", text)
	assert.False(t, r.Incomplete)
	assert.Len(t, r.Lines, r.Header.Scenarios)
	var again bytes.Buffer
	require.NoError(t, engine.WriteLine(&again, r.Header))
	for _, l := range r.Lines {
		require.NoError(t, engine.WriteLine(&again, l))
	}
	require.NoError(t, engine.WriteLine(&again, r.Footer))
	assert.Equal(t, text, again.String())
}

// A run that did not end left a record that can be read: of the lines that there are, and it says so.
func TestReadIncomplete(t *testing.T) {
	text := record(t, routed, 1, 1, 1)
	lines := strings.SplitAfter(text, "\n")
	for _, cut := range []string{
		lines[0],
		strings.Join(lines[:10], ""),
		strings.Join(lines[:10], "") + lines[10][:40],
		strings.Join(lines[:10], "") + `{"type":"foo`,
	} {
		r := read(t, "r.jsonl", cut)
		assert.True(t, r.Incomplete)
		assert.Equal(t, strings.Count(cut, "\n")-1, r.Footer.Totals.All.Scenarios())
		assert.NotEqual(t, engine.Conforming, r.Footer.Verdict)
		assert.Nil(t, r.Footer.Coverage)
	}
}

func TestReadRefuses(t *testing.T) {
	lines := strings.SplitAfter(record(t, reference, 1, 1, 1), "\n")
	header, first, second, footer := lines[0], lines[1], lines[2], lines[len(lines)-2]
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "r.jsonl:1: no header: this is not the record of a run (results.jsonl)"},
		{"other text", "hello\n", "r.jsonl:1: not JSON: invalid character 'h' at start of value"},
		{"events", `{"interaction_id":"c","seq":1}`, `r.jsonl:1: type: expected the header of a record, got ""`},
		{"no object", "[]", "r.jsonl:1: expected a type other than ["},
		{"two headers", header + header, "r.jsonl:2: a second header; a file holds one record"},
		{"another kind of line", header + `{"type":"\u202ex"}`, `r.jsonl:2: type: expected scenario or footer, got "\u202ex"`},
		{"an unknown field", header + strings.Replace(first, `"index"`, `"x\ny":1,"index"`, 1), `r.jsonl:2: "x\ny": this version of chatproof does not know the field`},
		{"a field twice", header + strings.Replace(first, `"index"`, `"id":"a","index"`, 1), `r.jsonl:2: id: not JSON: duplicate object member name`},
		{"another type", header + strings.Replace(first, `"index":1`, `"index":"1"`, 1), `r.jsonl:2: index: expected a type other than string`},
		{"a line cut off within", header + first[:40] + "\n" + second, "r.jsonl:2: the line is cut off"},
		{"out of order", header + second + first, "r.jsonl:3: index: expected a number from 3 to "},
		{"twice", header + first + strings.Replace(first, `"index":1`, `"index":2`, 1), "r.jsonl:3: id: expected an id that no earlier line has, got \"documented/1.1/"},
		{"no verdict", header + strings.Replace(first, `"pass"`, `"green"`, 1), "r.jsonl:2: verdict: green is not a verdict"},
		{"no failure", header + strings.Replace(first, `"pass"`, `"error"`, 1), "r.jsonl:2: failure: missing; the verdict error needs it"},
		{"fails by nothing", header + strings.Replace(first, `"pass"`, `"fail"`, 1), "r.jsonl:2: differences: expected one that is required, because the scenario fails"},
		{"no level of a difference", header + strings.Replace(first, `"verdict"`, `"differences":[{"field":"","level":"x"}],"verdict"`, 1), `r.jsonl:2: differences.0.level: "x" is not a level`},
		{"no field of a difference", header + strings.Replace(first, `"verdict"`, `"differences":[{"field":"","level":"own"}],"verdict"`, 1), "r.jsonl:2: differences: expected a field, got none"},
		{"a line taken out", header + second + footer, "r.jsonl:3: totals.all: does not match the lines above"},
		{"after the footer", strings.Join(lines, "") + header, "expected nothing after the footer; a file holds one record"},
		{"a long line", header + `{"type":"` + strings.Repeat("x", 17<<20), "r.jsonl:2: the line is longer than 16777216 bytes"},
	} {
		_, err := Read("r.jsonl", strings.NewReader(tt.text))
		assert.ErrorContains(t, err, tt.want, tt.name)
		assert.NotContains(t, fmt.Sprint(err), "\n", tt.name)
	}
	_, err := Read("r.jsonl", io.MultiReader(strings.NewReader(header), brokenReader{}))
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzResults(f *testing.F) {
	lines := strings.SplitAfter(record(f, routed, 1, 1, 1), "\n")
	f.Add(strings.Join(lines[:3], ""))
	f.Add(lines[0] + lines[len(lines)-2])
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := Read("r.jsonl", strings.NewReader(text)); err == nil && (r.Header == nil || r.Footer == nil) {
			t.Fatal("a record without header or footer")
		}
	})
}
