// Package files opens what is read, packed or not; parses the small files that people write; and writes files that
// appear whole or not at all. What is being written is locked: the next process that writes in that directory removes
// what a killed one has left.
package files

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file that is being written. It appears when it is kept, whole, and otherwise not at all.
type File struct {
	path  string   // what errors call it
	place string   // where it will be; "" where it is written in place
	part  *os.File // what is written; nil of stdout, and when all is done
	out   io.Writer
	ends  []func() error // of the writers between out and part
}

// Create opens a file for writing; "-" is stdout, and a name that ends in .gz is packed. It grows beside its place,
// under another name, but for a device or a pipe, which is written as it is. Call [Keep] when all is written, and
// [File.Discard] in any case. A pipe that nobody reads is not waited for when ctx is done.
func Create(ctx context.Context, path string, stdout io.Writer) (*File, error) {
	f := &File{path: path, out: stdout}
	if path == "-" {
		f.path = "stdout"
		return f, nil
	}
	if err := f.open(ctx); err != nil {
		return nil, f.named(err)
	}
	buffer := bufio.NewWriterSize(f.part, 64<<10)
	f.out, f.ends = buffer, []func() error{buffer.Flush}
	if strings.HasSuffix(path, ".gz") {
		packed := gzip.NewWriter(buffer)
		f.out, f.ends = packed, []func() error{packed.Close, buffer.Flush}
	}
	return f, nil
}

func (f *File) open(ctx context.Context) (err error) {
	if f.path == "" {
		return errors.New("expected the name of a file, or -")
	}
	f.place = f.path
	if real, err := filepath.EvalSymlinks(f.path); err == nil {
		f.place = real // the link stays one
	}
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(f.place); err == nil {
		if info.IsDir() {
			return fmt.Errorf("%s: a directory; expected a file", f.path)
		}
		mode = info.Mode().Perm()
		if !info.Mode().IsRegular() {
			place := f.place
			f.place = ""
			f.part, err = opened(ctx, func() (*os.File, error) { return os.OpenFile(place, os.O_WRONLY, 0) })
			return err
		}
	}
	f.part, err = Temporary(filepath.Dir(f.place), ".chatproof-", ".part", mode)
	return err
}

// Write writes a file whole, or not at all; "-" is stdout.
func Write(ctx context.Context, path string, text []byte, stdout io.Writer) error {
	f, err := Create(ctx, path, stdout)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return Keep(f)
}

// Write writes.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.out.Write(b)
	return n, f.named(err)
}

// Keep finishes files and puts them in their places, none before all are finished.
func Keep(files ...*File) error {
	for _, f := range files {
		if err := f.finish(); err != nil {
			return f.named(err)
		}
	}
	for _, f := range files {
		if f.part != nil {
			if err := Put(f.part, f.place); err != nil {
				return f.named(err)
			}
		}
		f.part = nil
	}
	return nil
}

// finish writes what is still to be written.
func (f *File) finish() error {
	for _, end := range f.ends {
		if err := end(); err != nil {
			return err
		}
	}
	if f.part == nil {
		return nil
	}
	if f.place != "" {
		return f.part.Sync()
	}
	device := f.part
	f.part = nil
	return device.Close()
}

// Discard leaves nothing of a file that was not kept.
func (f *File) Discard() {
	if f.part != nil {
		f.part.Close()
		if f.place != "" {
			os.Remove(f.part.Name())
		}
		f.part = nil
	}
}

// named makes an error one of the file that the user knows.
func (f *File) named(err error) error { return named(f.path, err) }

func named(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("%s: %w", path, at.Err)
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return fmt.Errorf("%s: %w", path, link.Err)
	}
	return err
}
