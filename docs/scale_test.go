package docs

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

// The commands of docs/scale.md are run as they stand: those to try, that of the Kubernetes Job with its variables, and
// that of Spark's pipe for one partition.
func TestScaleDocument(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "sh")
	text, err := os.ReadFile("docs/scale.md")
	require.NoError(t, err)
	dir, bin := t.TempDir(), built(t)
	sh := func(script string, env ...string) {
		t.Helper()
		cmd := exec.Command("sh", "-e", "-c", script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), append(env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))...)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", script, out)
	}
	found := func(pattern string) string {
		t.Helper()
		match := regexp.MustCompile(pattern).FindSubmatch(text)
		require.NotNil(t, match, pattern)
		return string(match[1])
	}
	sh(found("(?s)```sh\n(.*?)```"))
	sh("gzip -k events.jsonl")
	job := strings.ReplaceAll(found(`- (chatproof classify --memory .*)`), "/log/", "./")
	sh(job+"; gunzip -c facts-7.jsonl.gz >seven.jsonl; test -s seven.jsonl", "JOB_COMPLETION_INDEX=7", "JOB_COMPLETIONS="+found(`JOB_COMPLETIONS, value: "(\d+)"`))
	sh("exec <events.jsonl >piped.jsonl; " + found(`\.pipe\("(chatproof [^"]*)"\)`))
	sh("cmp piped.jsonl whole.jsonl")
}
