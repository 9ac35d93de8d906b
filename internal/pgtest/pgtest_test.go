package pgtest_test

import (
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/pgtest"
)

func TestStart(t *testing.T) {
	var dir string
	t.Run("a test", func(t *testing.T) {
		dsn, err := url.Parse(pgtest.Start(t))
		require.NoError(t, err)
		dir = dsn.Query().Get("host")
		assert.FileExists(t, dir+"/.s.PGSQL.5432.lock")
	})
	if dir != "" {
		_, err := os.Stat(dir)
		assert.ErrorIs(t, err, os.ErrNotExist, "what the server left")
	}
}
