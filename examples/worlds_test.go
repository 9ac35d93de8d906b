package examples

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

// worlds are asked as they are, and with faults: one with all, as it has its own, the others, which share theirs
// (handling.py), with one each.
var worlds = map[string][]string{
	"interaction-server": {"", "consult_as_conference", "stopped_as_expired", "transfer_as_conference"},
	"genesys-cloud":      {"", "consult_as_conference"},
	"amazon-connect":     {"", "stopped_as_expired"},
	"twilio-taskrouter":  {"", "transfer_as_conference"},
	"kafka":              {"", "stopped_as_expired"},
}

// The sample of each world is read, and its rows are right.
func TestSamplesOfWorlds(t *testing.T) {
	needs.Tree(t)
	chatproof := built(t, "chatproof")
	for w := range worlds {
		dir := filepath.Join("examples", "worlds", w)
		out, err := exec.Command(chatproof, "check", "--events", filepath.Join(dir, "sample.jsonl"), "--facts", filepath.Join(dir, "rows.jsonl"),
			"--mapping", filepath.Join(dir, "mapping.yaml"), "--require", "all").CombinedOutput()
		assert.NoError(t, err, "%s: %s", w, out)
	}
}

// A program that knows one world alone is judged through its mapping as through an adapter that is written by hand, as it
// is and with faults.
func TestWorldsAreJudgedAlike(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "python3")
	chatproof := built(t, "chatproof")
	for w, faults := range worlds {
		t.Run(w, func(t *testing.T) {
			dir := filepath.Join("examples", "worlds", w)
			for _, fault := range faults {
				etl := []string{"python3", filepath.Join(dir, "etl.py")}
				if fault != "" {
					etl = append(etl, "--fault", fault)
				}
				mapped := verdicts(t, chatproof, append([]string{"--mapping", filepath.Join(dir, "mapping.yaml"), "--"}, etl...)...)
				byHand := verdicts(t, chatproof, append([]string{"--", "python3", filepath.Join(dir, "adapter.py")}, etl...)...)
				require.NotEmpty(t, mapped)
				failed := false
				for id, v := range mapped { // which leaves some out, where chats are sent whole
					assert.Equal(t, byHand[id], v, "%s %s", id, fault)
					failed = failed || v.Verdict == "fail"
				}
				assert.Equal(t, fault != "", failed, fault)
			}
		})
	}
}

// A program of another world is asked by fuzz, too: nothing is found in it as it is, and its fault at once.
func TestWorldIsFuzzed(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "python3")
	chatproof := built(t, "chatproof")
	dir := filepath.Join("examples", "worlds", "interaction-server")
	for fault, want := range map[string]string{"": ": 0 findings ", "transfer_as_conference": "signature: R2 "} {
		args := []string{"fuzz", "--scenarios", "20", "--prove", "100", "--mapping", filepath.Join(dir, "mapping.yaml"), "--", "python3", filepath.Join(dir, "etl.py")}
		if fault != "" {
			args = append(args, "--fault", fault)
		}
		out, err := exec.Command(chatproof, args...).CombinedOutput()
		assert.Equal(t, fault == "", err == nil, "%s", out)
		assert.Contains(t, string(out), want)
	}
}

// verdict is what is said of a scenario.
type verdict struct {
	ID, Verdict string
	Differences []struct{ Resource, Field, Expected, Actual, Level string }
}

func verdicts(t *testing.T, chatproof string, args ...string) map[string]verdict {
	t.Helper()
	out, _ := exec.Command(chatproof, append([]string{"run", "--generated", "0", "--scenario", "documented/*", "--json"}, args...)...).Output() // exit 1 is told by the verdicts
	all := make(map[string]verdict)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var v verdict
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		if v.ID != "" {
			all[v.ID] = v
		}
	}
	return all
}
