package cli

import (
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/model"
)

// memoryFlag adds --memory to a verb.
func memoryFlag(cmd *cobra.Command, bytes *int64) {
	*bytes = bulk.DefaultMemory
	cmd.Flags().Var((*memory)(bytes), "memory",
		"about how much memory to use, such as 512MiB or 4GiB; the rest goes to temporary files")
}

// memory is a number of bytes as a flag.
type memory int64

// thrifty is the number of bytes in use above which garbage is collected often after all.
const thrifty = 256 << 20

// memoryForSpeed suits work that allocates much and keeps little: until undo, garbage is collected rarely. Where much
// is done, the heap begins with huge pages: to ask for them takes as long as a tenth of a run of what a tag selects.
func memoryForSpeed(much bool) (undo func()) {
	if much {
		hugeHeap()
	}
	limit, before := debug.SetMemoryLimit(thrifty), debug.SetGCPercent(400)
	return func() { debug.SetGCPercent(before); debug.SetMemoryLimit(limit) }
}

// memoryBound limits the memory in use to about that many bytes by collecting garbage, until undo.
func memoryBound(bytes int64) (undo func()) {
	before := debug.SetMemoryLimit(bytes)
	return func() { debug.SetMemoryLimit(before) }
}

// leastMemory is the number of bytes that buffers alone take.
const leastMemory = 32 << 20

// Set reads a number of bytes, or of KiB, MiB, GiB, TiB; K and KB mean KiB, and so on.
func (m *memory) Set(s string) error {
	text := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s), "B"), "I")
	digits := strings.TrimRight(text, "KMGT")
	n, err := strconv.ParseInt(digits, 10, 64)
	shift := 10 * strings.Index(" KMGT", text[len(digits):])
	if err != nil || len(text) > len(digits)+1 || n > math.MaxInt64>>shift || n<<shift < leastMemory {
		return fmt.Errorf("expected %v or more, such as 512MiB or 4GiB, got %s", memory(leastMemory), model.Word(s))
	}
	*m = memory(n << shift)
	return nil
}

func (m memory) String() string {
	for i, unit := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if size := memory(1) << (40 - 10*i); m%size == 0 && m > 0 {
			return fmt.Sprintf("%d%s", m/size, unit)
		}
	}
	return strconv.FormatInt(int64(m), 10)
}

// Type returns the name of the value in help.
func (memory) Type() string { return "BYTES" }
