//go:build unix && !linux

package target

import (
	"os/exec"
	"syscall"
	"time"
)

// branded starts a program. What that starts is not marked.
func branded(cmd *exec.Cmd) error { return cmd.Start() }

func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// endTree kills the program's process group.
func endTree(leader int, _ <-chan struct{}, _ time.Time) {
	syscall.Kill(-leader, syscall.SIGKILL) //nolint:errcheck // it may be empty
}

// lingers reports whether the program's process group has a member left.
func lingers(leader int) bool { return syscall.Kill(-leader, 0) == nil }
