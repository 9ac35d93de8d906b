package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

// The example takes the implementation's part in the first transcript of docs/protocol.md: it answers what stands
// there, and more about each fact.
func TestExampleKeepsToTheTranscript(t *testing.T) {
	needs.Tree(t)
	needs.Program(t, "python3")
	text, err := os.ReadFile("docs/protocol.md")
	require.NoError(t, err)
	_, block, _ := strings.Cut(string(text), "```text\n")
	block, _, _ = strings.Cut(block, "```")
	var asked, want []string
	for line := range strings.Lines(block) {
		if rest, found := strings.CutPrefix(line, "→ "); found {
			asked = append(asked, rest)
		} else if rest, found := strings.CutPrefix(line, "← "); found {
			want = append(want, rest)
		}
	}
	cmd := exec.Command("python3", "examples/python/classify.py", "--stream")
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(asked, "")), os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, got, len(want))
	type message struct {
		Type, ID string
		Facts    []map[string]any
	}
	for i := range want {
		var w, g message
		require.NoError(t, json.Unmarshal([]byte(want[i]), &w))
		require.NoError(t, json.Unmarshal([]byte(got[i]), &g))
		assert.Equal(t, w.Type+" "+w.ID, g.Type+" "+g.ID)
		assert.Len(t, g.Facts, len(w.Facts))
		for _, fact := range w.Facts {
			assert.Condition(t, func() bool {
				for _, f := range g.Facts {
					same := true
					for name, value := range fact {
						same = same && f[name] == value
					}
					if same {
						return true
					}
				}
				return false
			}, "%v is not among %v", fact, g.Facts)
		}
	}
}
