package target

import (
	"os"
	"os/exec"
	"time"
)

// branded starts a program. What that starts is not marked.
func branded(cmd *exec.Cmd) error { return cmd.Start() }

func isolate(*exec.Cmd) {}

// endTree kills only the program.
func endTree(pid int, _ <-chan struct{}, _ time.Time) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill() //nolint:errcheck // it may have exited
	}
}

// lingers is always true, as it is unknown here: whatever keeps the output open counts as a process left behind.
func lingers(int) bool { return true }
