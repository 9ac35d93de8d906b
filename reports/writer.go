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

// Writer writes the record of a run line by line, to a directory, to another place, or both, and renders it there in the
// end. It is for one goroutine.
type Writer struct {
	dir  string
	file *os.File
	out  io.Writer
	err  error // the first
}

// Create makes the directory of a report, "" for none, and begins the record there. The renderings of a run before this
// go: they would be taken for this one's if it broke off. also gets each line too; it may be nil.
func Create(dir string, also io.Writer) (*Writer, error) {
	w := &Writer{dir: dir, out: io.Discard}
	if also != nil {
		w.out = also
	}
	if dir == "" {
		return w, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for _, form := range Forms {
		if err := os.Remove(filepath.Join(dir, form.File)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	file, err := os.Create(w.Path())
	if err != nil {
		return nil, err
	}
	w.file, w.out = file, io.MultiWriter(w.out, file)
	return w, nil
}

// Path is that of the record.
func (w *Writer) Path() string { return filepath.Join(w.dir, "results.jsonl") }

// Write writes a header, a line or a footer. After an error nothing is written.
func (w *Writer) Write(line any) error {
	if w.err == nil {
		w.err = engine.WriteLine(w.out, line)
	}
	return w.err
}

// Close ends the record, and returns the first error of all that was written.
func (w *Writer) Close() error {
	if w.file != nil {
		w.err = errors.Join(w.err, w.file.Close())
		w.file = nil
	}
	return w.err
}

// Render writes the other files of the report, all or none.
func (w *Writer) Render(r *Results) error {
	if w.dir == "" {
		return nil
	}
	forms := make(map[string]func(*Results, io.Writer) error)
	for _, form := range Forms {
		forms[filepath.Join(w.dir, form.File)] = form.Write
	}
	return WriteFiles(forms, r, nil)
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

// TellGitHub appends the summary to the file that GitHub Actions names for it, and marks on annotations what failed at its
// line; elsewhere it does nothing.
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
