package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// What is written of a finding is its chat, the facts of both, and a feature that fails for the same reason.
func TestFindingIsWritten(t *testing.T) {
	wrong := target.Reference{Table: model.Reference().Yielding(model.R11, model.Yield{Result: model.Redirected, Reason: model.RevokedReason})}
	findings := campaign(100, defaults).run(t, wrong).Findings
	i := slices.IndexFunc(findings, func(f *Finding) bool { return f.Level == model.Documented })
	require.GreaterOrEqual(t, i, 0)
	f := findings[i]
	dir := filepath.Join(t.TempDir(), "new", f.Directory(0))
	require.NoError(t, f.Write(dir))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(text)
	}
	assert.Equal(t, len(f.Case().Events), strings.Count(read("events.jsonl"), "\n"), "the chat, and its variants")
	assert.Contains(t, read("expected.jsonl"), `"technical_result":"Abandoned"`)
	assert.NotContains(t, read("expected.jsonl"), `"technical_result":"Redirected"`)
	assert.Contains(t, read("actual.jsonl"), `"technical_result":"Redirected"`)
	assert.Contains(t, read("replay.feature"), "# "+f.Signature+"\n")
	assert.Contains(t, read("replay.feature"), "# first seen in "+f.First+"\n")
	assert.Contains(t, read("replay.feature"), ": expected ", "the difference")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 4, "nothing half written is left")

	own, err := Own(World{}, dir)
	require.NoError(t, err)
	p, err := NewPlan(own)
	require.NoError(t, err)
	for to, verdict := range map[*target.Reference]Verdict{&wrong: Fail, {Table: model.Reference()}: Pass} {
		_, err = Run(t.Context(), p, *to, defaults, func(o *Outcome) error {
			assert.Equal(t, verdict, o.Verdict)
			return nil
		})
		require.NoError(t, err)
	}

	assert.Error(t, f.Write(filepath.Join(dir, "actual.jsonl")), "a file is no directory")
	require.NoError(t, os.Remove(filepath.Join(dir, "actual.jsonl")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "actual.jsonl", "full"), 0o777))
	assert.Error(t, f.Write(dir))
	assert.NoFileExists(t, filepath.Join(dir, "actual.jsonl.part"))
}

func TestFindingsOfNoMinimalChat(t *testing.T) {
	c := synthetic("generated/1/7", model.Documented)
	for name, f := range map[string]*Finding{
		"unstable: it did not show when the chat was sent again": {Face: Face{Signature: "V3", First: c.ID}, Example: c, Unstable: true},
		"not shrunk": {Face: Face{Signature: "failure crash", First: c.ID}, Example: c, Failure: &target.Failure{Kind: target.Crash}},
	} {
		dir := t.TempDir()
		require.NoError(t, f.Write(dir))
		assert.Equal(t, name, f.Verdict())
		events, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
		require.NoError(t, err)
		assert.Equal(t, len(c.Events), strings.Count(string(events), "\n"), "the whole example")
	}
}

func TestFindingsDirectory(t *testing.T) {
	for signature, want := range map[string]string{
		"R2 R11 technical_descriptor A/B[C] -> Z/A": "001-r2-r11-technical-descriptor-a-b-c-z-a",
		"V09 `@{[/:":            "001-v09",
		"azAZ09":                "001-azaz09",
		strings.Repeat("x", 90): "001-" + strings.Repeat("x", 80),
	} {
		assert.Equal(t, want, (&Finding{Face: Face{Signature: signature}}).Directory(0))
	}
	assert.Equal(t, "012-v3", (&Finding{Face: Face{Signature: "V3"}}).Directory(11))
}

// Times and senders are in a replay only where the finding is about them.
func TestWhatAReplayShows(t *testing.T) {
	row := rowWithAll()
	for signature, want := range map[string][3]bool{ // start, end, sender
		"R1 R8 start":      {true, true, false},
		"R1 R8 end":        {true, true, false},
		"R2 received_from": {false, false, true},
		"R1 R8 technical_descriptor ROUTEDTO -> X": {false, false, false},
	} {
		got := (&Finding{Face: Face{Signature: signature}}).replayed([]model.Fact{row})[0]
		assert.Equal(t, want, [3]bool{!got.Start.IsZero(), !got.End.IsZero(), got.ReceivedFrom.Is == model.Given}, signature)
		assert.Equal(t, row.Resource, got.Resource)
	}
}

func rowWithAll() model.Fact {
	at := synthetic("x", model.Own).Events[0].Time
	return model.Fact{InteractionID: "x", Resource: "A", Role: model.RoutedTo, Result: model.Completed, Start: at, End: at, ReceivedFrom: model.Num(1)}
}
