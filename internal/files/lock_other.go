//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package files

import (
	"os"
	"runtime"
)

// lock does nothing: on Windows an open file is locked as it is.
func lock(*os.File) error { return nil }

func removeUnheld(name string) {
	if runtime.GOOS == "windows" { // where an open file is not removed
		os.Remove(name)
	}
}
