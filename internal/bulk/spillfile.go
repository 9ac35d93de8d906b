package bulk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/chatproof/chatproof/internal/files"
)

// How much is read and written at once. While sorted runs are merged, there is a buffer each.
const (
	readSize  = 64 << 10
	writeSize = 1 << 20
)

// spillFile is a temporary file that only grows. It comes to be when it is first written to, in the directory that
// TMPDIR names or the system's own. It has no name while it is open, so that nothing is left of it however the process
// ends. Where a file cannot lose its name while it is open (Windows), it is removed at the end, or by the next process
// that needs one ([files.Temporary]).
type spillFile struct {
	mu   sync.Mutex
	f    *os.File
	size int64
}

// extent is a part of a file.
type extent struct{ at, n int64 }

// reserve makes room for n bytes after all others.
func (t *spillFile) reserve(n int64) (extent, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.f == nil {
		f, err := files.Temporary(os.TempDir(), "chatproof-", ".spill", 0o600)
		if err != nil {
			return extent{}, t.named(err)
		}
		os.Remove(f.Name()) // where that fails, close does it
		t.f = f
	}
	e := extent{t.size, n}
	t.size += n
	return e, nil
}

// WriteAt and ReadAt are those of the file.
func (t *spillFile) WriteAt(b []byte, at int64) (int, error) {
	n, err := t.f.WriteAt(b, at)
	return n, t.named(err)
}

func (t *spillFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := t.f.ReadAt(b, at)
	return n, t.named(err)
}

// named says where an error of the file happened, and what to do.
func (t *spillFile) named(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("temporary file in %s: %w; TMPDIR names another directory", os.TempDir(), at.Err)
	}
	return err
}

// close leaves nothing of the file.
func (t *spillFile) close() {
	if t.f != nil {
		t.f.Close()
		os.Remove(t.f.Name())
		t.f = nil
	}
}
