package gen

import (
	"os"
	"runtime/debug"
	"testing"
)

// Chats are drawn and forgotten: garbage is collected seldom, as that took a fifth of the time of these tests.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1600)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}
