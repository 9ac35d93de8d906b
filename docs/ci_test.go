package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

var ciCommand = regexp.MustCompile(`(?m)^ *(?:- run: |- )?(chatproof .*)$`)

// The commands of docs/ci.md are run as they stand, for a program that conforms: each block in an empty directory, one
// that is for several jobs once for each, with what the service would fill in.
func TestCIRecipes(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "sh")
	needs.Program(t, "python3")
	text, err := os.ReadFile("docs/ci.md")
	require.NoError(t, err)
	bin := built(t)
	program, err := os.ReadFile("examples/python/classify.py")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(?:yaml|sh)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 6)
	for _, block := range blocks {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "my.py"), program, 0o666))
		sh := func(command string, environ ...string) {
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), append(environ, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))...)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s\n%s", command, out)
		}
		if strings.Contains(block[1], "last-release.jsonl") {
			sh("chatproof run --generated 0 --tags @R2 --json > last-release.jsonl")
		}
		for _, build := range buildLine.FindAllString(block[1], -1) {
			assert.Equal(t, buildLine.FindString(string(text)), build, "the line that has built what these commands run")
		}
		for _, m := range ciCommand.FindAllStringSubmatch(block[1], -1) {
			command := strings.ReplaceAll(m[1], " --generated 2000", "")
			command = strings.ReplaceAll(command, "chatproof run", "chatproof run --generated 0 --tags @R2") // the same, in less time
			if !strings.Contains(command, "matrix.shard") && !strings.Contains(command, "CI_NODE_INDEX") {
				sh(command)
				continue
			}
			for i := range 4 {
				n := strconv.Itoa(i + 1)
				sh(strings.ReplaceAll(command, "${{ matrix.shard }}", n), "CI_NODE_INDEX="+n, "CI_NODE_TOTAL=4")
			}
		}
	}
}
