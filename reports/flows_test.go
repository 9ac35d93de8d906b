package reports

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

var update = flag.Bool("update", false, "rewrite docs/flows.md with its pictures, and the golden files")

const flowsHead = `# The eleven flows, drawn

Each picture shows the first scenario of a flow in ` + "`features/documented`" + `. Read a picture like this:

- Events run from left to right, in the order of seq, not of the clock. Above each event are its seq, its time and its
  name.
- The customer has a lane, and so has each interaction queue, routing strategy and agent.
- A solid bar means that the chat is in the queue, that the strategy routes it, or that the agent handles it.
- A dashed bar is an invitation that is not yet answered.
- Under the lane of a resource are its Interaction Resource Facts, with their technical descriptors. Each fact begins
  at the event that opened it and ends at the event that closed it.

` + "`go run . explain --scenario ID --svg FILE`" + ` draws any other scenario, and
` + "`go run . explain EVENTS --svg FILE`" + ` draws a chat of your own. ` + "`go test ./reports -update`" + ` writes this page.
`

// docs/flows.md and its pictures are what the suite's own features yield.
func TestFlowsAreDrawn(t *testing.T) {
	cases, err := engine.Builtin()
	require.NoError(t, err)
	var page bytes.Buffer
	page.WriteString(flowsHead)
	seen := make(map[string]bool)
	for _, c := range cases {
		if c.Level != model.Documented || seen[c.Flow] {
			continue
		}
		seen[c.Flow] = true
		chats, bad := model.ClassifyLog(model.Reference(), c.Events)
		require.Empty(t, bad)
		var svg, again bytes.Buffer
		NewTimeline(c.Events).AppendSVG(&svg, &chats[0])
		NewTimeline(c.Events).AppendSVG(&again, &chats[0])
		assert.Equal(t, svg.String(), again.String())
		name := "flows/" + strings.Replace(c.Flow, "1.", "1.0", 1) + ".svg"
		name = strings.Replace(name, "1.010", "1.10", 1)
		name = strings.Replace(name, "1.011", "1.11", 1)
		golden(t, filepath.Join("../docs", name), svg.Bytes())
		var descriptors []string
		for i := range chats[0].IRFs {
			descriptors = append(descriptors, "`"+chats[0].IRFs[i].Descriptor().String()+"`")
		}
		file, _, _ := strings.Cut(c.Source, ":")
		fmt.Fprintf(&page, "\n## %s %s\n\nScenario: %s. Its rows: %s.\n[%s](../%s)\n\n![%s](%s)\n", c.Flow, c.Title, c.Name, strings.Join(descriptors, ", "), c.ID, file, c.Title, name)
	}
	assert.Len(t, seen, 11)
	golden(t, "../docs/flows.md", page.Bytes())
}

// golden compares with a file, which -update rewrites.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, got, 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), file)
}
