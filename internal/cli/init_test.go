package cli

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// What a user may write where a starter says so: a row for each chat that tells how many events it has, and which is
// the first and which the last.
var filledIn = map[string]string{
	"python": `    rows.append({"interaction_id": interaction_id, "ordinal": len(events), "resource": events[0]["event"] + " " + events[-1]["event"], "resource_role": "RoutedTo", "technical_result": "Completed"})`,
	"node":   `  rows.push({ interaction_id, ordinal: events.length, resource: events[0].event + " " + events.at(-1).event, resource_role: "RoutedTo", technical_result: "Completed" });`,
	"go":     `	rows = append(rows, Row{InteractionID: events[0].InteractionID, Ordinal: len(events), Resource: events[0].Event + " " + events[len(events)-1].Event, ResourceRole: "RoutedTo", TechnicalResult: "Completed"})`,
	"java":   `        rows.add(row("interaction_id", interactionId, "ordinal", events.size(), "resource", events.get(0).get("event") + " " + events.get(events.size() - 1).get("event"), "resource_role", "RoutedTo", "technical_result", "Completed"));`,
	"sql": `SELECT interaction_id, count(*)::int, 'agent', (array_agg(event ORDER BY seq))[1] || ' ' || (array_agg(event ORDER BY seq DESC))[1], 'RoutedTo', 'Completed', NULL
FROM event GROUP BY interaction_id UNION ALL`,
}

// Each starter runs as it is written, is known to fail exactly what its expectations list, and has a workflow that
// runs just that. Filled in, it finds the chats whole and in order, whatever the order of arrival.
func TestStarters(t *testing.T) {
	for _, s := range starters {
		t.Run(s.lang, func(t *testing.T) {
			command := strings.Fields(s.command)
			if s.lang == "sql" {
				dsn, err := url.Parse(pgtest.Database(t))
				require.NoError(t, err)
				t.Setenv("PGDATABASE", strings.TrimPrefix(dsn.Path, "/"))
				t.Setenv("PGHOST", dsn.Query().Get("host"))
				t.Setenv("PGUSER", dsn.User.Username())
			}
			if s.lang == "java" { // what its second compiler would do takes longer than all that it is started for here
				t.Setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
			}
			needs.Program(t, command[0])
			t.Chdir(t.TempDir())
			var out, errOut bytes.Buffer
			require.Zero(t, Run(t.Context(), []string{"init", "--lang", s.lang}, nil, &out, &errOut), errOut.String())

			var workflow struct {
				Jobs map[string]struct{ Steps []struct{ Run string } }
			}
			text, err := os.ReadFile(".github/workflows/chatproof.yml")
			require.NoError(t, err)
			require.NoError(t, yaml.UnmarshalWithOptions(text, &workflow))
			steps := workflow.Jobs["chatproof"].Steps
			gate := strings.Fields(steps[len(steps)-2].Run)[1:]
			require.Equal(t, append([]string{"run", "--expect", "expect.yaml", "--report", "chatproof-report", "--"}, command...), gate)
			if s.lang != "python" { // which is run as a whole by a script
				// One start; ill-formed logs are asked about below.
				gate = slices.Insert(gate, 1, "--json", "--scenario", "documented/*")
			}
			out.Reset()
			require.Zero(t, Run(t.Context(), gate, nil, &out, &errOut), "%s%s", out.String(), errOut.String())
			assert.NotContains(t, out.String(), `"verdict":"error"`)

			program, err := os.ReadFile(s.file)
			require.NoError(t, err)
			place := regexp.MustCompile(`(?m)^.*Fill in here.*$`)
			require.Len(t, place.FindAll(program, -1), 1)
			require.NoError(t, os.WriteFile(s.file, place.ReplaceAllLiteral(program, []byte(filledIn[s.lang])), 0o666))
			var lines []byte
			chats := []string{`c "1" \ ä`, "c-2"}
			for _, seq := range []int64{10, 9, 100, 9, 1} {
				for _, id := range chats {
					e := model.Event{InteractionID: id, Seq: seq, Time: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Name: model.Held}
					if seq == 1 {
						e.Name = model.Submitted
					} else if seq == 100 {
						e.Name = model.ProcessingStopped
					}
					lines = wire.AppendEvent(lines, &e)
				}
				lines = append(lines, "{\"interaction_id\":\"c-2\"\nno event\n[]\n{\"interaction_id\":\"c-2\",\"seq\":1,\"event\":7}\n{\"interaction_id\":null,\"seq\":1,\"event\":\"EventHeld\"}\n"...)
			}
			filter := exec.CommandContext(t.Context(), command[0], command[1:]...)
			filter.Stdin, filter.Stderr = bytes.NewReader(lines), &errOut
			printed, err := filter.Output()
			require.NoError(t, err, errOut.String())
			r := wire.NewFactReader("stdout", bytes.NewReader(printed))
			for range chats {
				f, err := r.Read()
				require.NoError(t, err, string(printed))
				assert.Contains(t, chats, f.InteractionID)
				chats = slices.DeleteFunc(chats, func(id string) bool { return id == f.InteractionID })
				assert.Equal(t, model.Num(4), f.Ordinal)
				assert.Equal(t, "EventInteractionSubmitted EventProcessingStopped", f.Resource)
			}
			assert.Empty(t, chats)
		})
	}
}
