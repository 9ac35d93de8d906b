package engine

import (
	"bytes"
	"encoding/gob"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the compiled features")

// What is compiled already is what the features say, and comes of them; it is read, and not compiled again.
func TestBuiltin(t *testing.T) {
	want, err := compileBuiltin()
	require.NoError(t, err)
	if *update {
		var b bytes.Buffer
		require.NoError(t, gob.NewEncoder(&b).Encode(compilation{Digest(), want}))
		require.NoError(t, os.WriteFile("builtin.gob", b.Bytes(), 0o666))
		builtin = b.Bytes()
	}
	var c compilation
	require.NoError(t, gob.NewDecoder(bytes.NewReader(builtin)).Decode(&c), "go test ./internal/engine -run Builtin -update")
	require.Equal(t, Digest(), c.Suite, "the features have changed: go test ./internal/engine -run Builtin -update")
	require.Len(t, c.Cases, len(want))
	for i := range want {
		assert.Equal(t, want[i], c.Cases[i], "go test ./internal/engine -run Builtin -update")
	}
}

// Features that are not those that were compiled are compiled.
func TestBuiltinOfOtherFeatures(t *testing.T) {
	want, err := Builtin()
	require.NoError(t, err)
	defer func(was []byte) { builtin = was }(builtin)
	for _, stale := range [][]byte{nil, []byte("no gob"), stale(t)} {
		builtin = stale
		got, err := Builtin()
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

// stale is a compilation of something else.
func stale(t *testing.T) []byte {
	var b bytes.Buffer
	require.NoError(t, gob.NewEncoder(&b).Encode(compilation{Suite: "another"}))
	return b.Bytes()
}
