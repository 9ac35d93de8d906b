package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestApart(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("parts/deep", 0o777))
	for _, name := range []string{"a", "b", "parts/deep/1", "parts/2"} {
		require.NoError(t, os.WriteFile(name, nil, 0o666))
	}
	require.NoError(t, os.Symlink("a", "link"))
	require.NoError(t, os.Symlink("parts", "other"))
	require.NoError(t, os.Link("a", "hard"))
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, tt := range []struct{ written, read, want, reason string }{
		{"a", "b", "", "two files"},
		{"a", "a", "-o: a: --in reads it; name another file", "one"},
		{"./a", "a", "-o: ./a: --in reads it; name another file", "spelt otherwise"},
		{"parts/../a", "a", "-o: parts/../a: --in reads it; name another file", "by a detour"},
		{filepath.Join(here, "a"), "a", "-o: " + filepath.Join(here, "a") + ": --in reads it; name another file", "from the root"},
		{"link", "a", "-o: link: --in reads it; name another file", "written through a link"},
		{"a", "link", "-o: a: --in reads it; name another file", "read through a link"},
		{"hard", "a", "-o: hard: --in reads it; name another file", "under a second name"},
		{"parts/deep/1", "parts", "-o: parts/deep/1: --in reads it; name another file", "of a directory that is read"},
		{"parts/2", "other", "-o: parts/2: --in reads it; name another file", "of a linked directory"},
		{"parts/2", "par*/?", "-o: parts/2: --in reads it; name another file", "of a glob"},
		{"parts/3", "parts", "", "new in a directory that is read"},
		{"-", "-", "", "stdin and stdout"},
		{os.DevNull, os.DevNull, "", "a device"},
		{"a", "none", "", "who reads it says that it is not there"},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			err := Apart([]Use{{"-o", tt.written}}, []Use{{"--in", tt.read}})
			if tt.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		one, other string
		clash      bool
	}{
		{"x", "./x", true},
		{"parts/x", "other/x", true},
		{"a", "link", true},
		{"-", "-", true},
		{"x", "y", false},
		{"x", "-", false},
		{os.DevNull, os.DevNull, true},
		{"parts/x", "x", false},
	} {
		err := Apart([]Use{{"-o", tt.one}, {"--facts", tt.other}}, nil)
		assert.Equal(t, tt.clash, err != nil, "%s and %s: %v", tt.one, tt.other, err)
	}
}
