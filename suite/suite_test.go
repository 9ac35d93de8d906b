package suite_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/suite"
)

// reading is the reference with another table of rules.
func reading(table *model.Table) func([]suite.Event) ([]suite.Fact, error) {
	return func(log []suite.Event) (facts []suite.Fact, err error) {
		chats, _ := model.ClassifyLog(table, log)
		for _, c := range chats {
			for i := range c.IRFs {
				facts = append(facts, c.IRFs[i].Fact)
			}
		}
		return facts, nil
	}
}

func TestTest(t *testing.T) {
	if testing.Short() {
		t.Skip("TestTestFails has scenarios that pass, too")
	}
	suite.Test(t, reading(model.Reference()))
}

// TestFaulty is run by the next test, and fails.
func TestFaulty(t *testing.T) {
	right := reading(model.Reference())
	switch os.Getenv("CHATPROOF_FAULT") {
	case "":
		return
	case "transfers routed":
		suite.Test(t, reading(model.Reference().Yielding(model.R2, model.Yield{Type: model.AgentResource, Role: model.RoutedTo})))
	case "panics and errors":
		suite.Test(t, func(log []suite.Event) ([]suite.Fact, error) {
			for _, e := range log {
				switch {
				case e.Operation == model.Transfer:
					panic("no transfers\x1b[2J")
				case e.Operation == model.Conference:
					return nil, errors.New("no conferences")
				}
			}
			return right(log)
		})
	}
}

func TestTestFails(t *testing.T) {
	tests := []struct {
		fault string
		lines []string // patterns
	}{
		{"transfers routed", []string{
			`\n    --- FAIL: TestFaulty/documented/1\.4/`, `features/documented/1\.04-[^ ]+\.feature:\d+\n`,
			`Agent 2: expected ReceivedTransfer/Abandoned \[Revoked\], got RoutedTo/Abandoned \[Revoked\]; R2, R11: invited by Agent 1's transfer`,
		}},
		{"panics and errors", []string{
			`\n    --- FAIL: TestFaulty/documented/1\.4/`, `crash: panicked: no transfers\\x1b\[2J\n`,
			`\n    --- FAIL: TestFaulty/documented/1\.5/`, `said: no conferences\n`,
		}},
	}
	for _, tt := range tests {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFaulty$")
		cmd.Env = append(os.Environ(), "CHATPROOF_FAULT="+tt.fault)
		out, err := cmd.CombinedOutput()
		assert.Error(t, err)
		for _, line := range tt.lines {
			assert.Regexp(t, line, string(out))
		}
		assert.NotRegexp(t, `FAIL: TestFaulty/documented/1\.[129]/`, string(out))
	}
}

// A user's own module, which imports nothing else of ours, compiles and passes.
func TestAModuleOfItsOwn(t *testing.T) {
	needs.Tree(t)
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/etl")))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666))
	mod, err := os.OpenFile(filepath.Join(dir, "go.mod"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = fmt.Fprintf(mod, "\nreplace github.com/chatproof/chatproof => %q\n", root)
	require.NoError(t, errors.Join(err, mod.Close()))
	cmd := exec.Command("go", "test", "-mod=mod", "-vet=off", "-ldflags=-w", "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// Under readings the answer that they pin is right, and the reference's own is wrong; a file that says nothing of use is
// an error.
func TestReadings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "readings.yaml")
	require.NoError(t, os.WriteFile(path, []byte("clauses: {I1.rejected: {reason: Revoked}}"), 0o666))
	o := suite.Options{Readings: path, Scenarios: []string{"inferred/I1/a-routed-agent-rejects"}}
	r, err := suite.Run(t.Context(), o, reading(model.Reference().Answering(model.I1Rejected, 0)))
	require.NoError(t, err)
	assert.True(t, r.Conforms)
	r, err = suite.Run(t.Context(), o, reading(model.Reference()))
	require.NoError(t, err)
	assert.False(t, r.Conforms)
	o.Readings = filepath.Join(t.TempDir(), "none.yaml")
	_, err = suite.Run(t.Context(), o, reading(model.Reference()))
	assert.ErrorContains(t, err, "suite: Readings: ")
}
