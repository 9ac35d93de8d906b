package files_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/files"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{
		"one.csv", "parts/part-1.csv", "parts/part-0.csv", "parts/day=2/part-0.csv", "parts/_SUCCESS", "parts/.part-0.csv.crc", "parts/_temporary/part-9.csv",
		"a[1].csv", "a1.csv", "none/_SUCCESS", "star/*.csv", "star/x.csv",
	} {
		if runtime.GOOS == "windows" && filepath.Dir(path) == "star" {
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	require.NoError(t, os.Mkdir("empty", 0o700))
	for _, c := range []struct {
		path string
		want []string
	}{
		{"one.csv", []string{"one.csv"}},
		{"parts", []string{"parts/day=2/part-0.csv", "parts/part-0.csv", "parts/part-1.csv"}},
		{"parts/*.csv", []string{"parts/part-0.csv", "parts/part-1.csv"}},
		{"parts/*", []string{"parts/day=2/part-0.csv", "parts/part-0.csv", "parts/part-1.csv"}},
		{"p?rts/part-[0]*", []string{"parts/part-0.csv"}},
		{"parts/_*", []string{"parts/_SUCCESS", "parts/_temporary/part-9.csv"}},
		{"a[1].csv", []string{"a[1].csv"}}, // a file of exactly this name goes first
		{"star/*.csv", []string{"star/*.csv"}},
	} {
		got, err := files.Expand(c.path)
		require.NoError(t, err, c.path)
		for i := range got {
			got[i] = filepath.ToSlash(got[i])
		}
		assert.Equal(t, c.want, got, c.path)
	}
	for path, want := range map[string]string{
		"nosuch.csv": "nosuch.csv: no such file or directory",
		"nosuch/*":   "nosuch/*: no file matches",
		"[":          "[: a [ has no closing ]; expected a file, a directory or a glob",
		"empty":      "empty: no file in this directory; files whose names begin with \"_\" or \".\" do not count",
		"none":       "none: no file in this directory; files whose names begin with \"_\" or \".\" do not count",
	} {
		_, err := files.Expand(path)
		assert.EqualError(t, err, want)
	}
}

// A link that leads back does not go on for ever.
func TestExpandOfALinkThatLeadsBack(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("parts", 0o700))
	require.NoError(t, os.WriteFile("parts/a.csv", nil, 0o600))
	if err := os.Symlink("../parts", "parts/back"); err != nil {
		t.Skip(err)
	}
	_, err := files.Expand("parts")
	assert.EqualError(t, err, "parts/back: a link back to a directory that contains the link")
	require.NoError(t, os.Remove("parts/back"))
	require.NoError(t, os.Symlink("parts", "other"))
	got, err := files.Expand("other")
	require.NoError(t, err)
	assert.Equal(t, []string{"other/a.csv"}, got)
}
