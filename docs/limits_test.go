package docs_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

var limit = regexp.MustCompile("\\| `([a-z/]+)\\.([A-Za-z]+) = ([^`]+)` \\|")

// The limits that the page tells are those of the code.
func TestLimits(t *testing.T) {
	needs.Tree(t)
	page, err := os.ReadFile("docs/limits.md")
	require.NoError(t, err)
	told := limit.FindAllStringSubmatch(string(page), -1)
	assert.Greater(t, len(told), 25)
	for _, l := range told {
		assert.Equal(t, l[3], constant(t, l[1], l[2]), "%s.%s", l[1], l[2])
	}
}

// constant is the expression of a constant in a package of ours, as it stands in its source.
func constant(t *testing.T, dir, name string) (found string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if !bytes.Contains(text, []byte(name)) {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, s := range group.Specs {
				for i, n := range s.(*ast.ValueSpec).Names {
					if values := s.(*ast.ValueSpec).Values; n.Name == name && i < len(values) {
						var b strings.Builder
						require.NoError(t, printer.Fprint(&b, files, values[i]))
						found = b.String()
					}
				}
			}
		}
	}
	return found
}
