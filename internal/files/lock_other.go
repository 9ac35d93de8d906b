//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package files

import (
	"os"
	"runtime"
)

// lock does nothing: on Windows an open file is locked anyway.
func lock(*os.File) error { return nil }

func removeUnheld(name string) {
	if runtime.GOOS == "windows" { // where an open file cannot be removed
		os.Remove(name)
	}
}
