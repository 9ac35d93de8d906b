package cli

import (
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
)

// hugeHeap asks that the heap begin with 64 MB of huge pages, where the system leaves that to programs: a run is so
// short that a third of its time went into getting as much memory from the system page by page. Where a process runs
// more than one verb, as a test does, the heap has begun by then.
var hugeHeap = sync.OnceFunc(func() {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))             // once is enough, below
	syscall.Madvise(make([]byte, 64<<20), syscall.MADV_HUGEPAGE) //nolint:errcheck // a kernel without them says so
	runtime.GC()                                                 // it is untouched, and free for what comes
})
