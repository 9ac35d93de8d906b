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
		{"a", "a", "-o would overwrite a, which --in reads; choose another place", "one"},
		{"./a", "a", "-o would overwrite ./a, which --in reads; choose another place", "spelt otherwise"},
		{"parts/../a", "a", "-o would overwrite parts/../a, which --in reads; choose another place", "by a detour"},
		{filepath.Join(here, "a"), "a", "-o would overwrite " + filepath.Join(here, "a") + ", which --in reads; choose another place", "from the root"},
		{"link", "a", "-o would overwrite link, which --in reads; choose another place", "written through a link"},
		{"a", "link", "-o would overwrite a, which --in reads; choose another place", "read through a link"},
		{"hard", "a", "-o would overwrite hard, which --in reads; choose another place", "under a second name"},
		{"parts/deep/1", "parts", "-o would overwrite parts/deep/1, which --in reads; choose another place", "of a directory that is read"},
		{"parts/2", "other", "-o would overwrite parts/2, which --in reads; choose another place", "of a linked directory"},
		{"parts/2", "par*/?", "-o would overwrite parts/2, which --in reads; choose another place", "of a glob"},
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
