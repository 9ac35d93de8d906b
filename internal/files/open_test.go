package files

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func zipped(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, s := range parts {
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(s))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	return b.Bytes()
}

func written(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		name, file string
		content    []byte
		want       string
	}{
		{"plain", "log.jsonl", []byte("a\nb\n"), "a\nb\n"},
		{"empty", "log.jsonl", nil, ""},
		{"zipped", "log.jsonl.gz", zipped(t, "a\nb\n"), "a\nb\n"},
		{"zipped files one after the other, as rotated logs are joined", "log.gz", zipped(t, "a\n", "b\n"), "a\nb\n"},
		{"zipped, but the name does not say so", "log.jsonl", zipped(t, "a\n"), string(zipped(t, "a\n"))},
		{"zipped nothing", "log.gz", zipped(t, ""), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := written(t, c.file, c.content)
			in, name, err := Open(t.Context(), path, nil)
			require.NoError(t, err)
			assert.Equal(t, path, name)
			got, err := io.ReadAll(in)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
			assert.NoError(t, in.Close())
		})
	}
}

func TestOpenStdin(t *testing.T) {
	in, name, err := Open(t.Context(), "-", strings.NewReader("a\n"))
	require.NoError(t, err)
	assert.Equal(t, "stdin", name)
	got, err := io.ReadAll(in)
	require.NoError(t, err)
	assert.Equal(t, "a\n", string(got))
	assert.NoError(t, in.Close())
}

func TestOpenNamesTheFileThatItCannotOpen(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		name, path string
		is         error
	}{
		{"missing", filepath.Join(folder, "missing.jsonl"), fs.ErrNotExist},
		{"missing, zipped", filepath.Join(folder, "missing.gz"), fs.ErrNotExist},
		{"directory", folder, nil},
		{"not zipped", written(t, "log.gz", []byte("{\"interaction_id\":\"c-1\"}\n")), gzip.ErrHeader},
		{"empty, so not zipped", written(t, "log.gz", nil), nil},
		{"cut off within the header", written(t, "log.gz", zipped(t, "a\n")[:5]), io.ErrUnexpectedEOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, name, err := Open(t.Context(), c.path, nil)
			require.Error(t, err)
			assert.Nil(t, in)
			assert.Equal(t, c.path, name)
			assert.Contains(t, err.Error(), c.path)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
		})
	}
	_, _, err := Open(t.Context(), folder, nil)
	assert.EqualError(t, err, folder+" is a directory; expected a file")
}

// A download that broke off, or a bad disk, must not pass for the end of the log.
func TestBrokenGzipIsNoEndOfFile(t *testing.T) {
	whole := zipped(t, strings.Repeat("{\"interaction_id\":\"c-1\",\"seq\":1,\"event\":\"EventHeld\"}\n", 100))
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"cut off", whole[:len(whole)-12], io.ErrUnexpectedEOF},
		{"damaged", damaged, gzip.ErrChecksum},
		{"garbage after it", append(bytes.Clone(whole), "garbage beyond"...), gzip.ErrHeader},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, _, err := Open(t.Context(), written(t, "log.gz", c.content), nil)
			require.NoError(t, err)
			_, err = io.ReadAll(in)
			assert.ErrorIs(t, err, c.want)
			file := in.(*gzipFile).file
			_ = in.Close() // whether it mentions the error again is its own affair; but the file must be closed
			assert.ErrorIs(t, file.Close(), os.ErrClosed)
		})
	}
}
