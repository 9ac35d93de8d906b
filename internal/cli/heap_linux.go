package cli

import (
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
)

// hugeHeap makes the heap begin with 64 MB of huge pages, if the system leaves that choice to programs. A run is so
// short that it spent a third of its time getting that memory page by page. A process that runs several verbs, as a
// test does, needs this only once.
var hugeHeap = sync.OnceFunc(func() {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))             // once is enough, below
	syscall.Madvise(make([]byte, 64<<20), syscall.MADV_HUGEPAGE) //nolint:errcheck // a kernel without them says so
	runtime.GC()                                                 // frees it, still untouched, for later allocations
})
