package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// The way to an implementation changes nothing in the record but the environment, nor does the number of jobs, nor a
// mapping through which a program of another world is asked.
func TestAllWaysGiveTheSameRecord(t *testing.T) {
	world := filepath.Join(t.TempDir(), "world.yaml")
	require.NoError(t, os.WriteFile(world, []byte("events: {send: '{w: tojson}'}\nfacts: {read: '.r | fromjson'}"), 0o600))
	for _, how := range []string{"not", "transfers routed"} {
		if testing.Short() && how == "not" {
			continue // the reference starts nothing that the race detector could look at
		}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write(classified(how, logOn(r.Body))) //nolint:errcheck
		}))
		defer s.Close()
		abroad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write(classified("abroad: "+how, logOn(r.Body))) //nolint:errcheck
		}))
		defer abroad.Close()
		ways := map[string][]string{
			"filter, three jobs": {"--jobs", "3", "--", "wrong", how},
			"stream":             {"--stream", "--", "speaker", how},
			"stream, three jobs": {"--stream", "--jobs", "3", "--", "speaker", how},
			"HTTP":               {"--http", s.URL},
			"HTTP, three jobs":   {"--http", s.URL, "--jobs", "3"},

			"a filter of another world": {"--mapping", world, "--", "wrong", "abroad: " + how},
			"a stream of another world": {"--mapping", world, "--stream", "--", "speaker", "abroad: " + how},
			"HTTP of another world":     {"--mapping", world, "--http", abroad.URL},
		}
		if how == "not" { // the other goes the same ways, and more is written of it
			ways = map[string][]string{"reference": nil}
		}
		want := record(t, "--", "wrong", how)
		assert.Equal(t, want, goRecord(t, how), "Go")
		for name, way := range ways {
			got := record(t, way...)
			if !slices.Equal(want, got) {
				require.Equal(t, want, got, name)
			}
		}
	}
}

// record runs the whole suite, and returns the lines without their environment.
func record(t *testing.T, way ...string) []string {
	t.Helper()
	var out, errOut bytes.Buffer
	Run(t.Context(), append([]string{"run", "--require", "all", "--generated", "30", "--json"}, way...), strings.NewReader(""), &out, &errOut)
	require.Empty(t, errOut.String())
	return bare(out.String())
}

// goRecord is the record of a Go function.
func goRecord(t *testing.T, how string) []string {
	t.Helper()
	levels := model.LevelSet(model.AllLevels...)
	cases, err := engine.Builtin()
	require.NoError(t, err)
	plan, err := engine.NewPlan(append(cases, engine.Generated(1, 30)...))
	require.NoError(t, err)
	function := target.Function(func(log []model.Event) (facts []model.Fact, err error) {
		for r := wire.NewFactReader("facts", bytes.NewReader(classified(how, log))); ; {
			f, err := r.Read()
			if err != nil {
				return facts, nil
			}
			facts = append(facts, f)
		}
	})
	var out bytes.Buffer
	require.NoError(t, engine.WriteLine(&out, engine.NewHeader(plan, 1, levels)))
	tally, coverage := engine.NewTally(), model.NewCoverage()
	_, err = engine.Run(t.Context(), plan, function, levels, func(o *engine.Outcome) error {
		line := o.Line(levels)
		tally.Add(line)
		o.Cover(coverage)
		return engine.WriteLine(&out, line)
	})
	require.NoError(t, err)
	require.NoError(t, engine.WriteLine(&out, engine.NewFooter(tally, engine.NewCoverage(coverage))))
	return bare(out.String())
}

// bare is a record, line by line, without the environments.
func bare(record string) []string {
	return strings.SplitAfter(regexp.MustCompile(`,"environment":\{.*\}\}\n`).ReplaceAllString(record, "}\n"), "\n")
}
