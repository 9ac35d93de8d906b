package target

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// stderrTail is how much of stderr is kept, in bytes.
const stderrTail = 4 << 10

// tail keeps the end of what is written to it, by any goroutine.
type tail struct {
	size int
	mu   sync.Mutex
	kept []byte // of what may be more, size bytes and the one before them
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept = append(t.kept, b...); len(t.kept) > 2*t.size {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.size-1:]...)
	}
	return len(b), nil
}

// take returns the last bytes, from the start of a line where one begins there, and forgets them.
func (t *tail) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.kept
	t.kept = nil
	if len(kept) > t.size {
		kept = kept[len(kept)-t.size-1:]
		i := bytes.IndexByte(kept, '\n')
		if i < 0 || i == t.size { // no line begins there
			i = 0
		}
		kept = kept[i+1:]
	}
	return strings.ToValidUTF8(string(kept), "\ufffd")
}

// lastBytes reads to the end and keeps the last n bytes.
func lastBytes(in io.Reader, n int) string {
	t := &tail{size: n}
	io.Copy(t, in) //nolint:errcheck // what was read before counts
	return t.take()
}
