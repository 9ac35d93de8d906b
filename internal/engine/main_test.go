package engine

import (
	"os"
	"runtime/debug"
	"testing"
)

// Campaigns make much and keep little: as in the command, garbage is collected seldom. A third of the time of these tests
// went into that.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(256 << 20)
	os.Exit(m.Run())
}
