package files

import "os"

// Hold takes a place for this process: it creates and locks a file that nobody else holds, until [Release] or until
// the process ends, however it ends. On a file system without locks it holds nothing.
func Hold(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err == errHeld {
			f.Close()
			return nil, err
		}
		mine, err := f.Stat()
		there, gone := os.Stat(path)
		if err != nil || gone == nil && os.SameFile(mine, there) {
			return f, err
		}
		f.Close() // whoever held it has removed it since
	}
}

// Release lets a place go. f may be nil.
func Release(f *os.File) {
	if f != nil {
		os.Remove(f.Name()) // while it is held; where an open file cannot be removed it stays, empty
		f.Close()
	}
}
