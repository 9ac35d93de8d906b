package tables_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/tables"
)

// The schema takes what a mapping may say, and no more.
func TestMappingSchema(t *testing.T) {
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(tables.MappingSchema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("mapping.json", text))
	schema, err := c.Compile("mapping.json")
	require.NoError(t, err)
	valid := func(text []byte) error {
		json, err := yaml.YAMLToJSON(text)
		require.NoError(t, err, string(text))
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(json))
		require.NoError(t, err)
		return schema.Validate(value)
	}
	worlds, err := filepath.Glob("../../examples/worlds/*/mapping.yaml")
	require.NoError(t, err)
	require.Len(t, worlds, 5)
	for _, path := range worlds {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.NoError(t, valid(text), path)
	}
	for text, ok := range map[string]bool{
		"fact:\nnull: [a, ~]": true,
		"chat_event: {table: t, where: x = 1, columns: {time: {column: ts, format: epoch_ms, zone: Asia/Almaty}, queue: ~, seq: n}}": true,
		"fact: {columns: {resource_type: {values: {ROUTINGPOINT: strategy}}}}":                                                       true,
		"ids: {form: guid, compare: guid, trim: true}":                                                                               true, "ids: {form: uuid}": false, "facts: {send: .}": false,
		"fact: {columns: {resource_type: {format: epoch_ms}}}": false, "fact: {columns: {start: {values: {a: b}}}}": false, "fax: {}": false,
	} {
		assert.Equal(t, ok, valid([]byte(text)) == nil, text)
	}
}
