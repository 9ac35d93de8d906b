package docs

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

// What the Dockerfile builds needs nothing around it: it runs in a root that holds it and a directory for temporary files
// alone, as another user, without an environment.
func TestImage(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	if os.Getuid() != 0 {
		t.Skip("only root may change the root directory: this test was not run")
	}
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^RUN (.*)$`).FindStringSubmatch(string(text))
	require.NotNil(t, line)
	root := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Mkdir(root, 0o777))
	out, err := exec.Command("sh", "-c", strings.ReplaceAll(kept(line[1]), "/root-of-image", root)).CombinedOutput()
	require.NoError(t, err, string(out))
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o755)) // what holds the root is the test's
	}
	program, err := elf.Open(filepath.Join(root, "chatproof"))
	require.NoError(t, err)
	defer program.Close()
	for _, p := range program.Progs {
		assert.NotEqual(t, elf.PT_INTERP, p.Type, "the program is not static")
	}
	events, err := os.ReadFile("examples/transfer.jsonl")
	require.NoError(t, err)
	zoned := filepath.Join(root, "tmp", "zoned.yaml") // zones are the program's own: there are none around it
	require.NoError(t, os.WriteFile(zoned, []byte("chat_event: {columns: {time: {format: rfc3339, zone: Asia/Almaty}}}\n"), 0o644))
	for _, args := range [][]string{
		{"version", "--json"},
		{"run", "--generated", "20"},
		{"classify", "-"},
		{"list", "requirements"},
		{"classify", "-", "--mapping", "/tmp/zoned.yaml"},
	} {
		cmd := exec.Command("/chatproof", args...)
		cmd.Dir, cmd.Env, cmd.Stdin = "/", []string{}, bytes.NewReader(events)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", args, out)
		assert.NotEmpty(t, out)
	}
	require.NoError(t, os.Remove(zoned))
	left, err := os.ReadDir(filepath.Join(root, "tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
