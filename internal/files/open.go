package files

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Open opens a file for reading; "-" is stdin, and a name that ends in .gz is unpacked. name is what errors should
// call it.
func Open(path string, stdin io.Reader) (in io.ReadCloser, name string, err error) {
	if path == "-" {
		return io.NopCloser(stdin), "stdin", nil
	}
	file, err := OpenFile(path)
	if err != nil {
		return nil, path, err
	}
	if !strings.HasSuffix(path, ".gz") {
		return file, path, nil
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		file.Close()
		return nil, path, fmt.Errorf("%s: not gzip: %w", path, err)
	}
	return &gzipFile{unpacked, file}, path, nil
}

// OpenFile opens what is no directory.
func OpenFile(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, fmt.Errorf("%s: a directory; expected a file", path)
	}
	return file, nil
}

type gzipFile struct {
	*gzip.Reader
	file *os.File
}

func (g *gzipFile) Close() error {
	return errors.Join(g.Reader.Close(), g.file.Close())
}
