package tables

import (
	"testing"
	"time"

	"github.com/chatproof/chatproof/internal/needs"
)

func TestMain(m *testing.M) { needs.Memory(m) }

// LimitCalls limits calls of programs until the test is over.
func LimitCalls(t *testing.T, d time.Duration) {
	callLimit = d
	t.Cleanup(func() { callLimit = maxCall })
}
