// Package files opens what is read, compressed or not; parses the small files that people write; and writes files
// that appear whole or not at all. A file is locked while it is written: the next process that writes in the same
// directory removes what a killed one has left.
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

// File is a file that is being written. It appears whole when it is kept, and otherwise not at all.
type File struct {
	path  string   // what errors call it
	place string   // its final path; "" if it is written in place
	part  *os.File // what is written; nil for stdout, and after the end
	out   io.Writer
	ends  []func() error // of the writers between out and part
}

// Create opens a file for writing; "-" is stdout, and a name that ends in .gz is compressed. The file grows next to
// its place, under another name; a device or a pipe is written directly. Call [Keep] when all is written, and
// [File.Discard] in any case. Create does not wait for a pipe's reader once ctx is done.
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
		return errors.New(`expected the name of a file, or - for stdout, got ""`)
	}
	f.place = f.path
	if real, err := filepath.EvalSymlinks(f.path); err == nil {
		f.place = real // the link stays a link
	}
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(f.place); err == nil {
		if info.IsDir() {
			return fmt.Errorf("%s is a directory; expected a file", f.path)
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

// Write writes a whole file, or nothing; "-" is stdout.
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

// Write implements [io.Writer]. Its errors name the file as the user does.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.out.Write(b)
	return n, f.named(err)
}

// Keep finishes files and then puts them in their places: none appears before all are finished.
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

// finish writes what is still buffered.
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

// Discard removes a file that was not kept. It does nothing after [Keep], nor for a nil file.
func (f *File) Discard() {
	if f != nil && f.part != nil {
		f.part.Close()
		if f.place != "" {
			os.Remove(f.part.Name())
		}
		f.part = nil
	}
}

// named makes an error name the file as the user does.
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
