package target

import (
	"os"

	"golang.org/x/sys/unix"
)

// unread returns how many bytes a pipe holds.
func unread(f *os.File) (n int) {
	if conn, err := f.SyscallConn(); err == nil {
		//nolint:errcheck // a pipe has it
		conn.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
	}
	return n
}
