package files

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, content, want, err string }{
		{"plain", "a: ü\n", "a: ü\n", ""},
		{"a byte order mark", "\ufeffa", "a", ""},
		{"as large as may be", strings.Repeat("a", MaxText), strings.Repeat("a", MaxText), ""},
		{"larger", strings.Repeat("a", MaxText+1), "", ": larger than 1048576 bytes; expected a small file, written by hand"},
		{"another encoding", "a\nM\xfcller\n", "", ":2: not UTF-8; save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "", ":1: not UTF-8; save the file as UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := written(t, "f.yaml", []byte(c.content))
			got, err := Text(t.Context(), path)
			assert.Equal(t, c.want, got)
			if c.err != "" {
				assert.EqualError(t, err, path+c.err)
			} else {
				assert.NoError(t, err)
			}
		})
	}
}

// A parser's memory grows with the square of the depth: what is nested too deeply is refused before it.
func TestYAMLIsBounded(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	stairs := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(many(" ", i) + "a:\n")
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, err string }{
		{"brackets", many("[", 100_000), "f:1:65: nested more than 64 levels deep"},
		{"braces", many("{a: ", 100_000), "f:1:257: nested more than 64 levels deep"},
		{"dashes", many("- ", 100_000), "f:1:129: nested more than 64 levels deep"},
		{"question marks", many("? ", 100_000), "f:1:129: nested more than 64 levels deep"},
		{"blocks", stairs(1000), "f:65:65: nested more than 64 levels deep"},
		{"dashes, then brackets", many("- ", 60) + many("[", 10), "f:1:125: nested more than 64 levels deep"},
		{"brackets in quotes", `a: "` + many("[", 1000) + `"`, ""},
		{"as deep as may be", many("[", 64) + many("]", 64), ""},
		{"long and flat", many("- {a: [b, c], d: e}\n", 1000), ""},
		{"long, by turns", many("a:\n  b:\n  - c: d\n", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := YAML("f", c.text)
			if c.err != "" {
				assert.EqualError(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}
