package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
)

const module = "github.com/chatproof/chatproof/"

// Imports run one way. A package may import those behind its name here, and of modules outside those that are named.
var house = map[string]string{
	"model":            "",
	"features":         "model",
	"steps":            "internal/wire model github.com/cucumber/gherkin/go/v26 github.com/cucumber/messages/go/v21",
	"steps/godogsteps": "model steps github.com/cucumber/godog",
	"gen":              "model golang.org/x/text/unicode/norm",
	"gen/faults":       "gen model",
	"internal/files":   "model github.com/goccy/go-yaml",
	"internal/secret":  "",
	"internal/twin":    "gen internal/files model github.com/goccy/go-yaml", // the grammar's walk, driven by what was learnt
	"internal/pgtest":  "internal/needs",
	"internal/needs":   "",

	"internal/wire":          "internal/files model github.com/go-json-experiment/json",
	"internal/wire/wiretest": "model pgregory.net/rapid",
	"internal/tables":        "internal/files internal/wire model github.com/andybalholm/brotli github.com/goccy/go-yaml github.com/go-json-experiment/json github.com/itchyny/gojq github.com/jackc/pgx/v5 github.com/klauspost/compress github.com/parquet-go/parquet-go github.com/pierrec/lz4/v4 golang.org/x/text/unicode/norm",
	"internal/target":        "internal/secret internal/wire model golang.org/x/sys/unix",
	"internal/bulk":          "internal/files internal/tables internal/twin internal/wire internal/engine model github.com/go-json-experiment/json",
	"internal/engine":        "internal/files features gen gen/faults internal/target internal/twin internal/wire model steps github.com/go-json-experiment/json github.com/goccy/go-yaml",
	"suite":                  "internal/engine internal/target model reports",
	"reports":                "internal/engine internal/files internal/wire model github.com/go-json-experiment/json",
	"internal/cli":           "gen gen/faults internal/bulk internal/engine internal/files internal/secret internal/tables internal/target internal/twin internal/wire model reports steps github.com/go-json-experiment/json github.com/spf13/cobra github.com/spf13/pflag github.com/jackc/pgx/v5/stdlib modernc.org/sqlite golang.org/x/term",
	"":                       "internal/cli",

	"docs":                    "", // their tests
	"examples":                "",
	"examples/go":             "",
	"internal/cli/starter/go": "", // what init writes for Go
}

func TestImportsRunOneWay(t *testing.T) {
	needs.Tree(t)
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(strings.TrimPrefix(fields[0], strings.TrimSuffix(module, "/")), "/")
		rule, known := house[name]
		if !assert.True(t, known, "package %q has no place in the house: give it one here", name) {
			continue
		}
		seen++
		for _, path := range fields[1:] {
			if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			ours := strings.TrimPrefix(path, module)
			assert.True(t, slices.ContainsFunc(strings.Fields(rule), func(allowed string) bool {
				return ours == allowed || strings.HasPrefix(path, allowed+"/") || path == allowed
			}), "%q must not import %s", name, path)
		}
	}
	assert.Equal(t, len(house), seen)
}

// What a user of the model links is the standard library alone.
func TestModelLinksTheStandardLibraryOnly(t *testing.T) {
	needs.Tree(t)
	out, err := exec.Command("go", "list", "-deps", "-f", `{{if not .Standard}}{{.ImportPath}}{{end}}`, "./model").Output()
	require.NoError(t, err)
	assert.Equal(t, module+"model\n", string(out))
}

// The engine, and so the Go API, links neither SQL nor Parquet: a user's test binary stays small.
func TestEngineLinksNoDatabase(t *testing.T) {
	needs.Tree(t)
	out, err := exec.Command("go", "list", "-deps", "./suite", "./internal/engine").Output()
	require.NoError(t, err)
	for _, path := range []string{"github.com/jackc/pgx", "modernc.org/sqlite", "github.com/parquet-go"} {
		assert.False(t, strings.Contains(string(out), "\n"+path), "%s is linked", path)
	}
}

// The program links no godog: it is for tests, ours and those of a team that imports steps/godogsteps.
func TestProgramLinksNoGodog(t *testing.T) {
	needs.Tree(t)
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	assert.Contains(t, string(out), "\ngithub.com/cucumber/gherkin/")
	assert.NotContains(t, string(out), "\ngithub.com/cucumber/godog")
}

// Each module that go.mod requires directly earns its place in a line of docs/dependencies.md.
func TestDependenciesAreAccountedFor(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	doc, err := os.ReadFile("docs/dependencies.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && strings.HasPrefix(line, "\t") {
			assert.Contains(t, string(doc), "`"+fields[0]+"`")
		}
	}
}

// No file is so long that it must hold more than one idea.
func TestFilesAreShort(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		assert.LessOrEqual(t, strings.Count(string(text), "\n"), 500, path)
		return err
	})
	require.NoError(t, err)
}
