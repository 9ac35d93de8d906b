package steps

import (
	"testing"

	"github.com/chatproof/chatproof/internal/needs"
)

func TestMain(m *testing.M) { needs.Memory(m) }
