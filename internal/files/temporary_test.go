package files_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/files"
)

const prefix, suffix = ".chatproof-", ".part"

// TestMain is the other process if DIR is set: it creates a file, and holds it until it is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("SCRATCH_TEST_DIR")
	if dir == "" {
		os.Exit(m.Run())
	}
	f, err := files.Temporary(dir, prefix, suffix, 0o666)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(f.Name())
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // it waits
}

func create(t *testing.T, dir string) *os.File {
	t.Helper()
	f, err := files.Temporary(dir, prefix, suffix, 0o666)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// A file stays while its process lives, and goes once that has been killed; other files are nobody's business.
func TestLeftoversGo(t *testing.T) {
	if runtime.GOOS != "windows" && runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("no locks here")
	}
	dir := t.TempDir()
	for _, name := range []string{"facts.jsonl", ".chatproof.yaml", "x" + prefix + "7" + suffix} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		defer assert.FileExists(t, filepath.Join(dir, name))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, prefix+"d"+suffix), 0o700))

	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "SCRATCH_TEST_DIR="+dir)
	_, err := other.StdinPipe()
	require.NoError(t, err)
	out, err := other.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, other.Start())
	said := bufio.NewScanner(out)
	require.True(t, said.Scan())
	theirs := said.Text()

	mine := create(t, dir)
	assert.FileExists(t, theirs)
	assert.DirExists(t, filepath.Join(dir, prefix+"d"+suffix))

	require.NoError(t, other.Process.Kill())
	assert.Error(t, other.Wait())
	assert.FileExists(t, theirs)
	create(t, dir)
	assert.NoFileExists(t, theirs)
	assert.FileExists(t, mine.Name())
}

func TestPut(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "facts")
	require.NoError(t, os.WriteFile(place, []byte("before"), 0o600))
	f := create(t, dir)
	_, err := f.WriteString("now")
	require.NoError(t, err)
	require.NoError(t, files.Put(f, place))
	create(t, dir).Close()
	content, err := os.ReadFile(place)
	require.NoError(t, err)
	assert.Equal(t, "now", string(content))
}

// Many create and sweep at once: in the end each has its file.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	made := make(chan *os.File)
	for range 8 {
		go func() {
			for range 20 {
				f, err := files.Temporary(dir, prefix, suffix, 0o666)
				assert.NoError(t, err)
				made <- f
			}
		}()
	}
	for range 160 {
		f := <-made
		require.NotNil(t, f)
		defer f.Close()
		defer assert.FileExists(t, f.Name())
	}
}

func TestCreateSaysWhy(t *testing.T) {
	_, err := files.Temporary(filepath.Join(t.TempDir(), "nosuch"), prefix, suffix, 0o666)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
