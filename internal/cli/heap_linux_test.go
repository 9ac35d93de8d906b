package cli

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// BenchmarkRun is `chatproof run` with the huge pages that hugeHeap asks for, and on a system without such.
func BenchmarkRun(b *testing.B) {
	for _, pages := range []string{"huge", "small"} {
		b.Run(pages, func(b *testing.B) {
			if pages == "small" {
				require.NoError(b, unix.Prctl(unix.PR_SET_THP_DISABLE, 1, 0, 0, 0)) // programs inherit it
				defer unix.Prctl(unix.PR_SET_THP_DISABLE, 0, 0, 0, 0)               //nolint:errcheck // as it was
			}
			var cpu time.Duration
			for b.Loop() {
				cmd := exec.Command("chatproof", "run")
				require.NoError(b, cmd.Run())
				cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
