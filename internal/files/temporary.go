package files

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// errHeld says that another process holds the lock file of a directory.
var errHeld = errors.New("another process is using it")

// Temporary creates a file in a directory, under a new name between prefix and suffix. First it removes the files
// with such names that nobody holds. Nobody removes a file that cannot be locked, as on some network file systems.
func Temporary(dir, prefix, suffix string, mode fs.FileMode) (f *os.File, err error) {
	sweep(dir, prefix, suffix)
	for range 100 {
		name := filepath.Join(dir, fmt.Sprintf("%s%x%s", prefix, rand.Uint64(), suffix))
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		locked := lock(f)
		_, err = os.Lstat(name)
		if err == nil && locked != errHeld {
			return f, nil
		}
		f.Close() // another process's sweep was quicker than the lock
	}
	return nil, err
}

// Put closes a file and moves it to its place, in the same directory, so that no sweep finds it in between.
func Put(f *os.File, place string) error {
	if runtime.GOOS == "windows" { // where an open file cannot be moved
		if err := f.Close(); err != nil {
			return err
		}
		return os.Rename(f.Name(), place)
	}
	return errors.Join(os.Rename(f.Name(), place), f.Close())
}

// sweep removes what killed processes have left.
func sweep(dir, prefix, suffix string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			removeUnheld(filepath.Join(dir, e.Name()))
		}
	}
}
