package steps

import (
	"os"
	"runtime/debug"
	"testing"
)

// Features are compiled and forgotten: garbage is collected seldom, as that took a fifth of the time of these tests.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1600)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}
