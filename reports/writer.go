package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
)

// Of is the record of a run that has just been made. name is what messages call it.
func Of(r *engine.Record, name string) *Results {
	return &Results{Name: name, Header: r.Header, Lines: r.Lines, Footer: r.Footer}
}

// Writer writes the record of a run line by line, to a directory, to another place, or both, and renders it there in
// the end. A directory that cannot be written any more costs what would be in it, and nothing else. It is for one
// goroutine.
type Writer struct {
	dir  string
	file *os.File
	lock *os.File // held as long as the record is written
	also io.Writer
	err  error // the first of the directory
}

// Create makes the directory of a report, "" for none, and begins the record there. The renderings of a run before this
// go: they would be taken for this one's if it broke off. It is refused where another run writes its report, and where
// something stands that no report has: a link, a directory, a device. also gets each line too; it may be nil.
func Create(dir string, also io.Writer) (_ *Writer, err error) {
	w := &Writer{dir: dir, also: also}
	if dir == "" {
		return w, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	w.lock, err = files.Hold(filepath.Join(dir, ".chatproof-report.lock"))
	if err != nil {
		return nil, fmt.Errorf("%s: another run writes its report there: %w", dir, err)
	}
	defer func() {
		if err != nil {
			files.Release(w.lock)
		}
	}()
	names := []string{filepath.Base(w.Path())}
	for _, form := range Forms {
		names = append(names, form.File)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: no file of a report, but %s: move it away, or name another directory", path,
				kindOf(info.Mode()))
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	w.file, err = os.OpenFile(w.Path(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return w, err
}

func kindOf(mode os.FileMode) string {
	switch {
	case mode&os.ModeSymlink != 0:
		return "a link"
	case mode.IsDir():
		return "a directory"
	}
	return "a device or a pipe"
}

// Path is that of the record.
func (w *Writer) Path() string { return filepath.Join(w.dir, "results.jsonl") }

// Write writes a header, a line or a footer. The error is that of the other place: after one nothing is written there.
func (w *Writer) Write(line any) error {
	if w.file != nil && w.err == nil {
		w.err = engine.WriteLine(w.file, line)
	}
	if w.also == nil {
		return nil
	}
	return engine.WriteLine(w.also, line)
}

// Close ends the record, and returns the first error of writing it to the directory.
func (w *Writer) Close() error {
	if w.file != nil {
		w.err = errors.Join(w.err, w.file.Close())
		w.file = nil
	}
	return w.err
}

// Render writes the other files of the report, each whole or not at all: one that cannot be written costs no other. It
// is the last of the writer. The error is the first, with the number of the others.
func (w *Writer) Render(r *Results) error {
	if w.dir == "" {
		return nil
	}
	defer files.Release(w.lock)
	var failed []error
	for _, form := range Forms {
		path := filepath.Join(w.dir, form.File)
		if err := WriteFiles(map[string]func(*Results, io.Writer) error{path: form.Write}, r, nil); err != nil {
			failed = append(failed, err)
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	return fmt.Errorf("%w (and %s more)", failed[0], Number(len(failed)-1, "file", "files"))
}

// WriteFiles renders a record into files, which appear all or none; - is stdout.
func WriteFiles(forms map[string]func(*Results, io.Writer) error, r *Results, stdout io.Writer) error {
	var outputs []*files.File
	for path, write := range forms {
		file, err := files.Create(context.Background(), path, stdout)
		if err != nil {
			return err
		}
		defer file.Discard()
		if err := write(r, file); err != nil {
			return err
		}
		outputs = append(outputs, file)
	}
	return files.Keep(outputs...)
}

// TellGitHub appends the summary to the file that GitHub Actions names for it, and marks on annotations what failed at
// its line; elsewhere it does nothing.
func (r *Results) TellGitHub(annotations io.Writer) error {
	if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
		if err := r.appendSummary(path); err != nil {
			return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		return r.WriteAnnotations(annotations)
	}
	return nil
}

func (r *Results) appendSummary(path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		err = r.WriteMarkdown(file, MaxMarkdown-int(size))
	}
	return errors.Join(err, file.Close())
}
