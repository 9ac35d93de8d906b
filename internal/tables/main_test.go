package tables

import (
	"os"
	"runtime/debug"
	"testing"
)

// Files are made, read and forgotten: garbage is collected seldom.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}
