package target

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// roomy is how much a pipe holds, in bytes, that is asked to: as much as anybody's may.
	roomy = 1 << 20
	// pace is how long a writer lets a full pipe drain. What reads faster than a roomy pipe in that time, waits.
	pace = 4 * time.Millisecond
)

// paced is a roomy pipe. A program that reads a full one bit by bit wakes its writer for every bit, which would take
// as much time of both as all else that the writer does: this writer looks again when there is room for much.
type paced struct {
	*os.File
	conn syscall.RawConn
}

// pacedPipe makes a pipe roomy, where the system lets us.
func pacedPipe(f *os.File) io.WriteCloser {
	conn, err := f.SyscallConn()
	if err != nil {
		return f
	}
	var refused error
	if err := conn.Control(func(fd uintptr) { _, refused = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, roomy) }); err != nil || refused != nil {
		return f
	}
	return &paced{f, conn}
}

func (p *paced) Write(b []byte) (written int, err error) {
	for written < len(b) {
		var n int
		var failed error
		if err := p.conn.Write(func(fd uintptr) bool {
			n, failed = syscall.Write(int(fd), b[written:])
			return true
		}); err != nil {
			return written, err // closed, or its time is up
		}
		switch {
		case failed == nil:
			written += n
		case errors.Is(failed, syscall.EAGAIN):
			time.Sleep(pace)
		case !errors.Is(failed, syscall.EINTR):
			return written, &os.PathError{Op: "write", Path: p.Name(), Err: failed}
		}
	}
	return written, nil
}

// unread is how many bytes a pipe holds.
func unread(f *os.File) (n int) {
	if conn, err := f.SyscallConn(); err == nil {
		conn.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }) //nolint:errcheck // a pipe has it
	}
	return n
}
