package files

import "os"

// Hold takes a place for this process: a file that nobody else holds is created and locked until [Release], or until
// the process ends, however that comes. A file system without locks holds nothing.
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
		f.Close() // whoever held it before has removed it since
	}
}

// Release lets a place go.
func Release(f *os.File) {
	if f != nil {
		os.Remove(f.Name()) // while it is held; where an open file cannot be removed it stays, empty
		f.Close()
	}
}
