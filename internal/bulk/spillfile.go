package bulk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/chatproof/chatproof/internal/files"
)

// How many bytes are read and written at once. While runs are merged, each has a buffer.
const (
	readSize  = 64 << 10
	writeSize = 1 << 20
)

// spillFile is a temporary file that only grows. It is created when it is first needed, in the directory that TMPDIR
// names or in the system's own. It has no name while it is open, so nothing is left of it however the process ends. On
// Windows, where an open file keeps its name, it is removed at the end or by the next process that needs such a file
// ([files.Temporary]).
type spillFile struct {
	mu   sync.Mutex
	f    *os.File
	size int64
}

// extent is a part of a file.
type extent struct{ at, n int64 }

// reserve makes room for n bytes at the end.
func (t *spillFile) reserve(n int64) (extent, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.f == nil {
		f, err := files.Temporary(os.TempDir(), "chatproof-", ".spill", 0o600)
		if err != nil {
			return extent{}, t.named(err)
		}
		os.Remove(f.Name()) // if that fails, close does it
		t.f = f
	}
	e := extent{t.size, n}
	t.size += n
	return e, nil
}

// WriteAt and ReadAt work as those of [os.File].
func (t *spillFile) WriteAt(b []byte, at int64) (int, error) {
	n, err := t.f.WriteAt(b, at)
	return n, t.named(err)
}

func (t *spillFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := t.f.ReadAt(b, at)
	return n, t.named(err)
}

// named makes an error say where it happened and what to do.
func (t *spillFile) named(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("temporary file in %s: %w; set TMPDIR to use another directory", os.TempDir(), at.Err)
	}
	return err
}

// close removes the file.
func (t *spillFile) close() {
	if t.f != nil {
		t.f.Close()
		os.Remove(t.f.Name())
		t.f = nil
	}
}
