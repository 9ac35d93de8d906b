package files

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// names lists what a directory holds.
func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCreatedFileAppearsWhenKept(t *testing.T) {
	for _, name := range []string{"log.jsonl", "log.jsonl.gz"} {
		for _, before := range []string{"", "what was there before"} {
			path := filepath.Join(t.TempDir(), name)
			if before != "" {
				require.NoError(t, os.WriteFile(path, []byte(before), 0o600))
			}
			f, err := Create(t.Context(), path, nil)
			require.NoError(t, err)
			_, err = io.WriteString(f, "a\nb\n")
			require.NoError(t, err)
			if content, err := os.ReadFile(path); before == "" {
				assert.ErrorIs(t, err, os.ErrNotExist)
			} else {
				assert.Equal(t, before, string(content))
			}
			require.NoError(t, Keep(f))
			f.Discard()
			assert.Equal(t, []string{name}, names(t, filepath.Dir(path)))
			in, _, err := Open(t.Context(), path, nil)
			require.NoError(t, err)
			content, err := io.ReadAll(in)
			require.NoError(t, err)
			assert.Equal(t, "a\nb\n", string(content))
			require.NoError(t, in.Close())
			if info, err := os.Stat(path); before != "" && runtime.GOOS != "windows" {
				require.NoError(t, err)
				assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "what others could not read they still cannot")
			}
		}
	}
}

func TestDiscardedFileLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(t.Context(), filepath.Join(dir, "log.jsonl"), nil)
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 1<<20))
	require.NoError(t, err)
	f.Discard()
	f.Discard()
	assert.Empty(t, names(t, dir))
}

func TestCreateTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		f, err := Create(t.Context(), filepath.Join(dir, name), nil)
		require.NoError(t, err)
		defer func() {
			_, err := io.WriteString(f, name)
			require.NoError(t, err)
			require.NoError(t, Keep(f))
			content, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, name, string(content))
		}()
	}
}

// If one of two files cannot be finished, neither appears.
func TestKeepKeepsAllOrNone(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no full disk here")
	}
	dir := t.TempDir()
	f, err := Create(t.Context(), filepath.Join(dir, "log.jsonl"), nil)
	require.NoError(t, err)
	g, err := Create(t.Context(), "/dev/full", nil)
	require.NoError(t, err)
	_, err = io.WriteString(g, "little")
	require.NoError(t, err)
	assert.EqualError(t, Keep(f, g), "/dev/full: no space left on device")
	f.Discard()
	g.Discard()
	assert.Empty(t, names(t, dir))
}

func TestCreateFollowsALink(t *testing.T) {
	dir := t.TempDir()
	path := written(t, "log.jsonl", []byte("before"))
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	f, err := Create(t.Context(), link, nil)
	require.NoError(t, err)
	require.NoError(t, Keep(f))
	assert.Equal(t, []string{"link"}, names(t, dir))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Empty(t, content)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
}

func TestCreateOnStdout(t *testing.T) {
	var out bytes.Buffer
	f, err := Create(t.Context(), "-", &out)
	require.NoError(t, err)
	_, err = io.WriteString(f, "a\n")
	require.NoError(t, err)
	assert.Equal(t, "a\n", out.String())
	require.NoError(t, Keep(f))
	f.Discard()
}

func TestCreateNamesTheFileInErrors(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		"":                                  "expected the name of a file, or - for stdout, got \"\"",
		dir:                                 dir + " is a directory; expected a file",
		filepath.Join(dir, "nosuch", "log"): filepath.Join(dir, "nosuch", "log") + ": no such file or directory",
	} {
		_, err := Create(t.Context(), path, nil)
		if runtime.GOOS == "windows" {
			assert.Error(t, err)
			continue
		}
		assert.EqualError(t, err, want)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		return
	}
	f, err := Create(t.Context(), "/dev/full", nil)
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 1<<20))
	assert.EqualError(t, err, "/dev/full: no space left on device")
	f.Discard()
	assert.FileExists(t, "/dev/full")
	f, err = Create(t.Context(), "/dev/full", nil)
	require.NoError(t, err)
	_, err = f.Write([]byte("little"))
	require.NoError(t, err)
	assert.EqualError(t, Keep(f), "/dev/full: no space left on device")
	f.Discard()
}
