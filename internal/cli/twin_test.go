package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// said runs a command that succeeds, and returns what it prints and what it says.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	require.Equal(t, exitDone, Run(t.Context(), args, strings.NewReader(""), &out, &errOut), errOut.String())
	return out.String() + errOut.String()
}

// marks are strings that no word of ours has six characters of.
type marks struct {
	src  *gen.Seeded
	all  []string
	seen map[string]string
}

func (m *marks) of(name string) string {
	if name == "" {
		return ""
	}
	if m.seen[name] == "" {
		mark := make([]byte, 14)
		for i := range mark {
			mark[i] = "QXZJKVW"[m.src.Intn(7)]
		}
		m.seen[name] = string(mark)
		m.all = append(m.all, string(mark))
	}
	return m.seen[name]
}

// marked marks every string of a log that is not one of our words.
func marked(n int, m *marks) (events []model.Event) {
	sequence := gen.Random(n, false, 5)
	usual := slices.Concat(model.Usual.Completed, model.Usual.Canceled)
	for i := range n {
		log, _ := sequence(i, m.of(fmt.Sprint("chat ", i)))
		for _, e := range log {
			e.Actor.ID, e.Party.ID = m.of(e.Actor.ID), m.of(e.Party.ID)
			if !slices.Contains(usual, e.Queue) {
				e.Queue = m.of(e.Queue)
			}
			if e.Reason != "" && e.Reason != model.Expired && e.Reason != model.Stopped || e.Name == model.Rejected {
				e.Reason = m.of("reason " + e.Reason)
			}
			if i%9 == 0 && e.Name == model.Submitted {
				e.MediaType = m.of("medium")
			}
			events = append(events, e)
			if i%7 == 0 && e.Name == model.Submitted {
				e.Name, e.Seq = model.EventName(m.of("event")), e.Seq+1_000_000
				events = append(events, e)
			}
		}
	}
	return events
}

// No string of the log is in what is learnt, made or told of it, nor six characters of one: as it is, through a mapping
// of columns, and through a program in jq.
func TestATwinHasNoStringOfItsLog(t *testing.T) {
	m := &marks{src: gen.Seed(1), seen: make(map[string]string)}
	events := marked(800, m)
	require.Greater(t, len(m.all), 800)
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o666))
		return path
	}
	var lines []byte
	for i := range events {
		lines = wire.AppendEvent(lines, &events[i])
	}
	log := write("log.jsonl", lines)
	columns := write("columns.yaml", []byte("chat_event: {columns: {interaction_id: case_no, queue: line}}\n"))
	jq := write("jq.yaml", []byte("events: {read: '.before + {interaction_id: .id}'}\n"))
	wrapped := make([]byte, 0, 2*len(lines))
	for line := range bytes.Lines(lines) {
		id, rest, _ := bytes.Cut(line, []byte(","))
		wrapped = fmt.Appendf(wrapped, "{%s,\"before\":{%s}\n", bytes.Replace(id[1:], []byte("interaction_id"), []byte("id"), 1), bytes.TrimSpace(rest))
	}
	for name, args := range map[string][]string{
		"as it is": {"--like", log},
		"columns":  {"--like", csvOf(t, events, columns, filepath.Join(dir, "log.csv")), "--mapping", columns},
		"jq":       {"--like", write("wrapped.jsonl", wrapped), "--mapping", jq},
	} {
		out := func(file string) string { return filepath.Join(dir, "twin-"+strings.ReplaceAll(name, " ", "-")+file) }
		paths := []string{out(".yaml"), out(".txt"), out(".jsonl"), out("-facts.jsonl"), out("-resources.csv"), out("-defects.jsonl")}
		told := said(t, append(append([]string{"generate"}, args...), "--learn-profile", paths[0], "--compare", paths[1], "-o", paths[2], "--facts", paths[3],
			"--resources", paths[4], "--defects", "0.01", "--defects-log", paths[5])...)
		assert.Contains(t, told, "learnt from 800 chats", name)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NotEmpty(t, text)
			told += string(text)
		}
		six := make(map[string]bool)
		for i := 6; i <= len(told); i++ {
			six[told[i-6:i]] = true
		}
		for _, mark := range m.all {
			for i := 6; i <= len(mark); i++ {
				require.False(t, six[mark[i-6:i]], "%s: %s of %s", name, mark[i-6:i], mark)
			}
		}
	}
}

// csvOf writes a log as CSV under the names of a mapping.
func csvOf(t *testing.T, events []model.Event, mapping, path string) string {
	t.Helper()
	m, err := tables.ReadMapping(t.Context(), mapping)
	require.NoError(t, err)
	out, err := tables.CreateEvents(t.Context(), tables.Place{Path: path, Mapping: m}, nil)
	require.NoError(t, err)
	require.NoError(t, out.All(events))
	require.NoError(t, files.Keep(out.On))
	return path
}

// A twin is the same for any number of jobs, in every format, in the order of times, too; its shards are the whole; and
// so is what is learnt.
func TestATwinIsAFunctionOfItsFlags(t *testing.T) {
	dir := t.TempDir()
	args := []string{"generate", "--profile", "builtin:contact-centre", "--chats", "1500", "--seed", "7"}
	for _, more := range [][]string{nil, {"--interleave"}, {"--defects", "0.02", "--interleave"}, {"--format", "csv", "--interleave"}, {"--format", "parquet", "--interleave"}} {
		one := printed(t, slices.Concat(args, more, []string{"--jobs", "1"})...)
		for _, jobs := range []string{"2", "7"} {
			assert.True(t, one == printed(t, slices.Concat(args, more, []string{"--jobs", jobs})...), "other bytes: %v --jobs %s", more, jobs)
		}
		if slices.Contains(more, "--format") {
			continue
		}
		var shards string
		for _, shard := range []string{"1/3", "2/3", "3/3"} {
			shards += printed(t, slices.Concat(args, more, []string{"--shard", shard})...)
		}
		assert.True(t, slices.Equal(sortedLines(one), sortedLines(shards)), "the shards are not the whole: %v", more)
	}

	log, whole, facts := filepath.Join(dir, "log.jsonl"), printed(t, args...), filepath.Join(dir, "facts.jsonl")
	inTime := printed(t, slices.Concat(args, []string{"--interleave", "-o", log, "--facts", facts})...)
	require.Empty(t, inTime)
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.True(t, slices.Equal(sortedLines(whole), sortedLines(string(text))))
	assert.NotEmpty(t, printed(t, "classify", "--ordered", log), "its times never fall")
	written, err := os.ReadFile(facts)
	require.NoError(t, err)
	assert.True(t, slices.Equal(sortedLines(printed(t, "classify", log)), sortedLines(string(written))))

	var profiles []string
	for _, jobs := range []string{"1", "2", "7"} {
		profiles = append(profiles, filepath.Join(dir, jobs+".yaml"))
		said(t, "generate", "--like", log, "--learn-profile", profiles[len(profiles)-1], "--jobs", jobs)
	}
	for _, path := range profiles {
		one, err := os.ReadFile(profiles[0])
		require.NoError(t, err)
		other, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(one), string(other))
	}
}
