package rows

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
	file, err := os.Open(path)
	if err != nil {
		return nil, path, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, path, fmt.Errorf("%s: a directory; expected a file of events", path)
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

type gzipFile struct {
	*gzip.Reader
	file *os.File
}

func (g *gzipFile) Close() error {
	return errors.Join(g.Reader.Close(), g.file.Close())
}
