package tables_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/tables"
)

// parses has node-sql-parser read statements, each under the name of the dialect as it knows it.
const parses = `const {Parser} = require("node-sql-parser");
for (const [name, dialect, text] of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
	try {
		new Parser().astify(text, {database: dialect});
	} catch (e) {
		console.log(name + ": " + e.message + "\n" + text);
	}
}`

// Every query that is printed for somebody's client is read by a parser of its dialect. For Oracle none was found: its
// query is of what all the others share.
func TestPrintedQueriesAreOfTheirDialect(t *testing.T) {
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	modules := filepath.Join(cache, "chatproof", "node_modules")
	_, noNode := exec.LookPath("node")
	_, noParser := os.Stat(filepath.Join(modules, "node-sql-parser"))
	if noNode != nil || noParser != nil {
		needs.Missing(t, "node, or node-sql-parser (npm install --prefix CACHE/chatproof node-sql-parser@5.4.0),")
	}
	names := map[string]string{
		"postgres": "postgresql", "sqlite": "sqlite", "sqlserver": "transactsql", "snowflake": "snowflake", "bigquery": "bigquery",
		"trino": "trino", "spark": "hive",
	}
	var all [][3]string
	for i := range tables.Dialects {
		d := &tables.Dialects[i]
		if d.Name == "oracle" {
			continue
		}
		require.Contains(t, names, d.Name)
		for what, statement := range map[string]func(*tables.Mapping) (string, error){"audit": d.Audit, "extract": d.ExtractFacts} {
			for shape, mapping := range map[string]*tables.Mapping{"info mart": nil, "flat": flatMapping(t)} {
				if what == "audit" && shape == "info mart" {
					continue // it audits what is extracted from one, and takes as long to parse as all the rest
				}
				text, err := statement(mapping)
				require.NoError(t, err)
				all = append(all, [3]string{d.Name + ", " + what + ", " + shape, names[d.Name], text})
			}
		}
	}
	asked, err := json.Marshal(all)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", "-e", parses)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stdin = bytes.NewReader(asked)
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err)
	assert.Empty(t, string(out))
}
