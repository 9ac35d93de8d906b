package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/model"
)

// A scenario that a later version of the suite adds is pending, wherever it is shown, and a gate that was green stays so;
// --strict lets it gate. The suite is built with one more scenario, tagged as of 0.3, as that version will be.
func TestNewScenarioIsPending(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "sh")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	root, err := os.Getwd()
	require.NoError(t, err)
	feature := filepath.Join(root, "features/documented/1.01-strategy-delivers-chat-to-agent-and-agent-replies.feature")
	text, err := os.ReadFile(feature)
	require.NoError(t, err)
	_, first, found := strings.Cut(string(text), "Scenario: ")
	require.True(t, found)
	_, first, _ = strings.Cut(first, "\n")
	first, _, _ = strings.Cut(first, "\n\n")
	added := string(text) + "\n  @as-drawn @since-0.3\n  Scenario: Added later\n" + first + "\n"
	require.NoError(t, os.WriteFile(at("added.feature"), []byte(added), 0o666))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{feature: at("added.feature")}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(at("overlay.json"), overlay, 0o666))
	require.NoError(t, needs.Built(".", at("chatproof"), "-overlay", at("overlay.json")))

	// It says nothing of the chat of the scenario that was added.
	forgets := at("chatproof") + " classify - | grep -v " + model.OpaqueID("documented/1.1/added-later", "chat 1")
	run := func(args ...string) (said string, err error) {
		args = append([]string{"run", "--generated", "0", "--scenario", "documented/1.1/*"}, args...)
		cmd := exec.Command(at("chatproof"), append(args, "--", "sh", "-c", forgets)...)
		out, err := cmd.Output()
		return string(out), err
	}
	said, err := run("--report", at("report"))
	require.NoError(t, err, said)
	assert.Contains(t, said, "1 is new, and pending (required: ")
	assert.Contains(t, said, "\nPENDING  1 scenario: new since 0.3, does not count yet: ")
	record := read(t, at("report/results.jsonl"))
	assert.Contains(t, record, `"id":"documented/1.1/added-later","level":"documented","since":"0.3",`)
	assert.Contains(t, record, `"verdict":"pending"`)
	assert.Contains(t, read(t, at("report/junit.xml")), `<skipped type="pending" message="pending, new since 0.3: counts from the next minor version of the suite">`)
	assert.Contains(t, read(t, at("report/index.html")), `<td class="pending">pending</td>`)

	said, err = run("--strict", "--report", at("strict"))
	assert.ErrorContains(t, err, "exit status 1")
	assert.Contains(t, said, "\nFAIL  documented/1.1/added-later")

	for _, report := range []string{"report", "strict"} {
		cmd := exec.Command(at("chatproof"), "report", at(report), "--ctrf", at("ctrf.json"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		status := map[string]string{"report": "pending", "strict": "failed"}[report]
		assert.Contains(t, read(t, at("ctrf.json")), `"name": "documented/1.1/added-later",
        "status": "`+status+`",`)
	}
	listed, err := exec.Command(at("chatproof"), "list", "scenarios", "--json").Output()
	require.NoError(t, err)
	assert.Contains(t, string(listed), `"id":"documented/1.1/added-later","level":"documented","since":"0.3"`)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}
