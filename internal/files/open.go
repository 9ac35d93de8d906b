package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// Open opens a file for reading; "-" is stdin, and a name that ends in .gz is decompressed. name is what errors
// should call it. A pipe that nobody writes to is not waited for once ctx is done, neither here nor in reading.
func Open(ctx context.Context, path string, stdin io.Reader) (in io.ReadCloser, name string, err error) {
	if path == "-" {
		return io.NopCloser(stdin), "stdin", nil
	}
	file, err := OpenFile(ctx, path)
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

// OpenFile opens a file as [Open] does, but neither stdin nor a directory, and decompresses nothing.
func OpenFile(ctx context.Context, path string) (*os.File, error) {
	file, err := opened(ctx, func() (*os.File, error) { return os.Open(path) })
	if err != nil {
		return nil, named(path, err)
	}
	switch info, err := file.Stat(); {
	case err == nil && info.IsDir():
		file.Close()
		return nil, fmt.Errorf("%s is a directory; expected a file", path)
	case err == nil && !info.Mode().IsRegular():
		//nolint:errcheck // a device may have none
		context.AfterFunc(ctx, func() { file.SetReadDeadline(time.Unix(1, 0)) })
	}
	return file, nil
}

// opened opens a file. If that waits for the other end of a pipe, it gives up when ctx is done.
func opened(ctx context.Context, open func() (*os.File, error)) (*os.File, error) {
	files, errs := make(chan *os.File), make(chan error, 1)
	go func() {
		file, err := open()
		if err != nil {
			errs <- err
			return
		}
		select {
		case files <- file:
		case <-ctx.Done():
			file.Close()
		}
	}()
	select {
	case file := <-files:
		return file, nil
	case err := <-errs:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// MaxText limits the size of files that people write for us, for example a mapping, in bytes.
const MaxText = 1 << 20

// Text reads a small text file: at most [MaxText] bytes of UTF-8. It drops a byte order mark. Errors name the file.
func Text(ctx context.Context, path string) (string, error) {
	file, err := OpenFile(ctx, path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxText+1))
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, errors.Join(ctx.Err(), err))
	}
	return Plain(path, text)
}

// Plain checks that a small file holds text as [Text] requires, and returns it.
func Plain(path string, text []byte) (string, error) {
	if len(text) > MaxText {
		return "", fmt.Errorf("%s: larger than %d bytes; expected a small file, written by hand", path, MaxText)
	}
	for n, line := 1, []byte(nil); !utf8.Valid(text); n++ {
		line, text, _ = bytes.Cut(text, []byte{'\n'})
		if !utf8.Valid(line) {
			return "", fmt.Errorf("%s:%d: not UTF-8; save the file as UTF-8", path, n)
		}
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}

type gzipFile struct {
	*gzip.Reader
	file *os.File
}

func (g *gzipFile) Close() error {
	return errors.Join(g.Reader.Close(), g.file.Close())
}
