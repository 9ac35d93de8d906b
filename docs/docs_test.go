package docs

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/model"
)

// What docs/mapping.md says of each thing that may be missing is what the reference does.
func TestMappingMissing(t *testing.T) {
	needs.Tree(t)
	each := func(change func(*model.Event)) func([]model.Event) []model.Event {
		return func(log []model.Event) []model.Event {
			for i := range log {
				change(&log[i])
			}
			return log
		}
	}
	without := func(name model.EventName, kind model.PartyType) func([]model.Event) []model.Event {
		return func(log []model.Event) []model.Event {
			return slices.DeleteFunc(log, func(e model.Event) bool { return e.Name == name && (kind == "" || e.Party.Type == kind) })
		}
	}
	inviting := func(e *model.Event) bool { return e.Name == model.AgentInvited || e.Name == model.PlacedInQueue }
	missing := map[string]func([]model.Event) []model.Event{
		"`seq`":   each(func(e *model.Event) { e.Seq = -1 }),
		"`time`":  each(func(e *model.Event) { e.Time = time.Time{} }),
		"`actor`": each(func(e *model.Event) { e.Actor = model.Party{} }),
		"`actor.id` of whoever invites an agent or queues the chat": each(func(e *model.Event) {
			if inviting(e) {
				e.Actor.ID = ""
			}
		}),
		"`actor.id` elsewhere": each(func(e *model.Event) {
			if !inviting(e) {
				e.Actor.ID = ""
			}
		}),
		"`party`":                           each(func(e *model.Event) { e.Party = model.Party{} }),
		"`queue`":                           each(func(e *model.Event) { e.Queue = "" }),
		"`operation`":                       each(func(e *model.Event) { e.Operation = "" }),
		"`visibility_mode`":                 each(func(e *model.Event) { e.VisibilityMode = 0 }),
		"`reason` of EventRevoked":          each(func(e *model.Event) { e.Reason = "" }),
		"`media_type`":                      each(func(e *model.Event) { e.MediaType = "" }),
		"EventInteractionSubmitted":         without(model.Submitted, ""),
		"EventPlacedInQueue":                without(model.PlacedInQueue, ""),
		"EventTakenFromQueue":               without(model.TakenFromQueue, ""),
		"EventPartyAdded of the strategy":   without(model.PartyAdded, model.Strategy),
		"EventPartyRemoved of the strategy": without(model.PartyRemoved, model.Strategy),
		"EventAgentInvited":                 without(model.AgentInvited, ""),
		"EventPartyAdded of the agent":      without(model.PartyAdded, model.Agent),
		"EventRevoked":                      without(model.Revoked, ""),
		"EventProcessingStopped":            without(model.ProcessingStopped, ""),
	}
	cases, err := engine.Builtin()
	require.NoError(t, err)
	at := slices.IndexFunc(cases, func(c *model.Case) bool { return c.ID == "documented/1.4/invitation-expired" })
	text, err := os.ReadFile("docs/mapping.md")
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(text), "## What to do when something is missing")
	rows := regexp.MustCompile(`(?m)^\| (.+?) \| (?:set aside \()?(W\d|judged)\b.*$`).FindAllStringSubmatch(table, -1)
	assert.Len(t, rows, len(missing))
	for _, row := range rows {
		take := missing[row[1]]
		require.NotNil(t, take, row[1])
		_, bad := model.ClassifyLog(model.Reference(), take(slices.Clone(cases[at].Events)))
		got := "judged"
		if len(bad) > 0 {
			got = bad[0].Requirement
		}
		assert.Equal(t, row[2], got, row[1])
	}
}

var block = regexp.MustCompile("(?s)```(console|sh)\n(.*?)```")

// The commands of docs/offline.md are run as they stand, one after the other, and print what it shows.
func TestOfflineDocument(t *testing.T) { runDocument(t, "docs/offline.md") }

// And so are those of docs/twin.md.
func TestTwinDocument(t *testing.T) { runDocument(t, "docs/twin.md") }

func runDocument(t *testing.T, path string) {
	t.Helper()
	t.Parallel()
	needs.Program(t, "sh")
	needs.Program(t, "python3")
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	run := func(command string) string {
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput() // a verdict may be an exit code that is not 0
		return string(out)
	}
	require.NoError(t, os.Symlink(root+"/examples", dir+"/examples"))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	commands := 0
	shown := block.ReplaceAllStringFunc(string(text), func(found string) string {
		parts := block.FindStringSubmatch(found)
		commands++
		if parts[1] == "sh" {
			if commands == 1 {
				assert.Equal(t, "go build -o chatproof .\n", parts[2])
				assert.NoError(t, os.Symlink(built(t)+"/chatproof", dir+"/chatproof"))
			} else {
				assert.Empty(t, run(parts[2]), parts[2])
			}
			return found
		}
		command, output, _ := strings.Cut(strings.TrimPrefix(parts[2], "$ "), "\n")
		got := run(command)
		if !*update {
			assert.Equal(t, output, got, command)
		}
		return "```console\n$ " + command + "\n" + got + "```"
	})
	assert.Greater(t, commands, 6)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(shown), 0o666))
	}
}
