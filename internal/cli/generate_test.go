package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// printed runs a command that succeeds, and returns what it prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	require.Equal(t, exitDone, Run(t.Context(), args, strings.NewReader(""), &out, &errOut), errOut.String())
	require.Empty(t, errOut.String())
	return out.String()
}

func sortedLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	slices.Sort(lines)
	return lines
}

func TestGenerateIsAFunctionOfItsFlags(t *testing.T) {
	args := []string{"generate", "--random", "1500", "--seed", "7"}
	whole := printed(t, args...)
	assert.True(t, whole == printed(t, args...))
	for _, jobs := range []string{"1", "2", "7"} {
		assert.True(t, whole == printed(t, append(args, "--jobs", jobs)...), "other bytes with --jobs %s", jobs)
	}
	for _, format := range []string{"csv", "parquet"} {
		bytes := func(jobs string) string {
			resources := filepath.Join(t.TempDir(), "resources."+format)
			events := printed(t, append(args, "--format", format, "--resources", resources, "--jobs", jobs)...)
			names, err := os.ReadFile(resources)
			require.NoError(t, err)
			return events + string(names)
		}
		one := bytes("1")
		assert.True(t, one == bytes("2") && one == bytes("7"), "other bytes of %s with other --jobs", format)
	}
	for _, more := range [][]string{nil, {"--interleave"}, {"--interleave", "--delivery", "shuffled"}} {
		var shards string
		for _, shard := range []string{"1/3", "2/3", "3/3"} {
			shards += printed(t, slices.Concat(args, more, []string{"--shard", shard})...)
		}
		assert.True(t, slices.Equal(sortedLines(whole), sortedLines(shards)), "the shards are not the whole: %s", more)
	}

	dir := t.TempDir()
	events, facts := filepath.Join(dir, "events.jsonl.gz"), filepath.Join(dir, "facts.jsonl")
	printed(t, append(args, "--interleave", "--delivery", "shuffled,duplicated", "-o", events, "--facts", facts)...)
	written, err := os.ReadFile(facts)
	require.NoError(t, err)
	assert.True(t, slices.Equal(sortedLines(printed(t, "classify", events)), sortedLines(string(written))), "the facts are not those of classify")
}

func TestGenerateLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	events := filepath.Join(dir, "events.jsonl")
	var out, errOut bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, exitInterrupted, Run(ctx, []string{"generate", "--exhaustive", "11", "-o", events}, nil, &out, &errOut))
	assert.Equal(t, "chatproof: interrupted: no file or database was written, and what was printed is incomplete\n", errOut.String())
	if _, err := os.Stat("/dev/full"); err == nil {
		assert.Equal(t, exitUsage, Run(t.Context(), []string{"generate", "--random", "9", "-o", events, "--facts", "/dev/full"}, nil, &out, &errOut))
		assert.Equal(t, exitUsage, Run(t.Context(), []string{"generate", "--random", "9", "--facts", events, "-o", "/dev/full"}, nil, &out, &errOut))
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Empty(t, out.String())
}
