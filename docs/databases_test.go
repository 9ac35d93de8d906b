package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/tables"
)

// The mapping that docs/databases.md shows is one, and there is an example for each dialect.
func TestDatabasesDocument(t *testing.T) {
	needs.Tree(t)
	text, err := os.ReadFile("docs/databases.md")
	require.NoError(t, err)
	_, example, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	path := filepath.Join(t.TempDir(), "mapping.yaml")
	require.NoError(t, os.WriteFile(path, []byte(example), 0o600))
	m, err := tables.ReadMapping(t.Context(), path)
	require.NoError(t, err)
	for i := range tables.Dialects {
		d := &tables.Dialects[i]
		query, err := d.ExtractFacts(m)
		require.NoError(t, err)
		assert.Contains(t, query, "FROM (SELECT * FROM dwh.irf WHERE media_type_key = 5) f\n")
		if d.Name != "sqlite" {
			assert.Contains(t, string(text), "run --print-sql "+d.Name)
		}
	}
}

// Each mapping that docs/mapping.md shows is one.
func TestMappingsShown(t *testing.T) {
	needs.Tree(t)
	text, err := os.ReadFile("docs/mapping.md")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	assert.Len(t, shown, 10)
	dir := t.TempDir()
	for _, program := range []string{"rows.jq", "events.jq", "send.jq"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte("."), 0o600))
	}
	for i, m := range shown {
		path := filepath.Join(dir, fmt.Sprint(i, ".yaml"))
		require.NoError(t, os.WriteFile(path, []byte(m[1]), 0o600))
		_, err := tables.ReadMapping(t.Context(), path)
		assert.NoError(t, err, m[1])
	}
}
