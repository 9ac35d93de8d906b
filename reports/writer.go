package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Of returns the record of a run that has just been made. name is what messages call it.
func Of(r *engine.Record, name string) *Results {
	return &Results{Name: name, Header: r.Header, Lines: r.Lines, Footer: r.Footer}
}

// recordFile is the name of the record in a report's directory.
const recordFile = "results.jsonl"

// Files lists the files of a report in a directory.
func Files(dir string) []string {
	all := []string{filepath.Join(dir, recordFile)}
	for _, form := range Forms {
		all = append(all, filepath.Join(dir, form.File))
	}
	return all
}

// Place is a report's directory, held by whoever writes there. The zero Place is none.
type Place struct {
	dir  string
	lock *os.File
}

// Hold makes a report's directory, "" for none, and holds it until [Place.Release]. It fails if another process
// writes a report there, or if one of a report's names is taken by a directory or a device; and, unless forced, by a
// link, or by a file in a directory that holds no report.
func Hold(dir string, force bool) (p *Place, err error) {
	p = &Place{dir: dir}
	if dir == "" {
		return p, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	p.lock, err = files.Hold(filepath.Join(dir, ".chatproof-report.lock"))
	if err != nil {
		return nil, fmt.Errorf("directory %s: %w", model.Quoted(dir), err)
	}
	ours := isReport(dir)
	for _, path := range Files(dir) {
		info, err := os.Lstat(path)
		link := err == nil && info.Mode()&os.ModeSymlink != 0
		switch {
		case err != nil || info.Mode().IsRegular() && (ours || force):
			continue
		case link && force:
			err = os.Remove(path)
		case link:
			err = fmt.Errorf("%s is a symbolic link, not a file of a report; --force replaces it", path)
		case info.Mode().IsRegular():
			err = fmt.Errorf("%s already exists, in a directory without a report; name another directory, or give "+
				"--force", path)
		default:
			err = fmt.Errorf("%s cannot be written: what is there is not a file; move it, or name another "+
				"directory", path)
		}
		if err != nil {
			p.Release()
			return nil, err
		}
	}
	return p, nil
}

// Release lets the directory go.
func (p *Place) Release() {
	if p != nil {
		files.Release(p.lock)
		p.lock = nil
	}
}

// isReport reports whether a directory holds a report: the beginning of a record, or else of a page.
func isReport(dir string) bool {
	record, err := os.Open(filepath.Join(dir, recordFile))
	if err == nil {
		defer record.Close()
		text, err := io.ReadAll(io.LimitReader(record, int64(len(recordHead))))
		return err == nil && (len(text) == 0 || string(text) == recordHead) // a run may end before it writes
	}
	page, err := os.Open(filepath.Join(dir, Forms[0].File))
	if err != nil {
		return false
	}
	defer page.Close()
	text, _ := io.ReadAll(io.LimitReader(page, 4<<10))
	title, _, ok := strings.Cut(string(text), "</title>")
	return ok && (strings.HasSuffix(title, " – chatproof") || strings.HasSuffix(title, " – chatproof check"))
}

// recordHead is how every record begins.
const recordHead = `{"type":"header",`

// Writer writes a run's record line by line to a directory, to another place, or to both, and finally renders it in
// the directory. If the directory can no longer be written, only its files are lost. It is for one goroutine.
type Writer struct {
	dir  string
	file *os.File
	also io.Writer
	err  error // the directory's first
}

// Create begins a record in a place. It removes an older report, which would be taken for this one's if this one
// broke off. also gets each line too; it may be nil.
func Create(p *Place, also io.Writer) (*Writer, error) {
	w := &Writer{dir: p.dir, also: also}
	if p.dir == "" {
		return w, nil
	}
	for _, path := range Files(p.dir) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	var err error
	w.file, err = os.OpenFile(w.Path(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return w, err
}

// Path returns the path of the record.
func (w *Writer) Path() string { return filepath.Join(w.dir, recordFile) }

// Write writes a header, a line or a footer. It returns the error of the other place; Close returns the directory's.
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

// Render writes the other files of the report, each whole or not at all: one that cannot be written does not stop the
// others. It is the Writer's last call. The error is the first, with the number of the others.
func (w *Writer) Render(r *Results) error {
	if w.dir == "" {
		return nil
	}
	var failed []error
	for _, form := range Forms {
		path := filepath.Join(w.dir, form.File)
		if err := WriteFiles([]Form{{path, form.Write}}, r, nil); err != nil {
			failed = append(failed, err)
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	return fmt.Errorf("%d files could not be written; the first: %w", len(failed), failed[0])
}

// WriteFiles renders a record into files: all of them appear, or none; - is stdout.
func WriteFiles(forms []Form, r *Results, stdout io.Writer) error {
	var outputs []*files.File
	for _, form := range forms {
		file, err := files.Create(context.Background(), form.File, stdout)
		if err != nil {
			return err
		}
		defer file.Discard()
		if err := form.Write(r, file); err != nil {
			return err
		}
		outputs = append(outputs, file)
	}
	return files.Keep(outputs...)
}

// TellGitHub appends the summary to the file that GitHub Actions names for it, and writes annotations for what
// failed; elsewhere it does nothing.
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
