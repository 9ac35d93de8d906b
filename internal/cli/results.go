package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/reports"
)

// results is the record of a run, and where it goes line by line: stdout with --json, results.jsonl with --report.
type results struct {
	outs   io.Writer
	dir    string
	file   *os.File
	record *bufio.Writer // what is rendered is rendered from the record, which is read as it is written
	end    *io.PipeWriter
	read   chan readRecord
	err    error // the first
}

// readRecord is a record that has been read.
type readRecord struct {
	whole *reports.Results
	err   error
}

func (e *env) openResults(f *runFlags) (*results, error) {
	r := &results{dir: f.report}
	var outs []io.Writer
	if f.json {
		outs = append(outs, e.out)
	}
	if f.report != "" {
		if err := os.MkdirAll(f.report, 0o777); err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		for _, form := range reports.Forms { // of a run before this: they would be taken for this one's if it broke off
			if err := os.Remove(filepath.Join(f.report, form.File)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, fmt.Errorf("--report: %w", err)
			}
		}
		file, err := os.Create(filepath.Join(f.report, "results.jsonl"))
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		r.file = file
		outs = append(outs, file)
	}
	in, out := io.Pipe()
	r.record, r.end, r.read = bufio.NewWriterSize(out, 64<<10), out, make(chan readRecord, 1)
	go func() {
		whole, err := reports.Read(filepath.Join(r.dir, "results.jsonl"), in)
		io.Copy(io.Discard, in) //nolint:errcheck // it is the record that must not stop
		r.read <- readRecord{whole, err}
	}()
	r.outs = io.MultiWriter(append(outs, r.record)...)
	return r, nil
}

func (r *results) write(line any) error {
	if r.err == nil {
		r.err = engine.WriteLine(r.outs, line)
	}
	return r.err
}

// close ends the record, and returns the first error of all that was written.
func (r *results) close() error {
	r.record.Flush() //nolint:errcheck // what could not be read tells why
	r.end.Close()
	if r.file != nil {
		r.err = errors.Join(r.err, r.file.Close())
		r.file = nil
	}
	return r.err
}

// render writes the other files of the report from the record, which has been closed.
func (r *results) render() (*reports.Results, error) {
	read := <-r.read
	whole, err := read.whole, read.err
	if err != nil || r.dir == "" {
		return whole, err
	}
	files := make(map[string]func(*reports.Results, io.Writer) error)
	for _, form := range reports.Forms {
		files[filepath.Join(r.dir, form.File)] = form.Write
	}
	if err := writeFiles(files, whole, nil); err != nil {
		return whole, fmt.Errorf("--report: %w", err)
	}
	return whole, nil
}

// tellGitHub appends the summary to that of a step of GitHub Actions, and marks what failed at its line; elsewhere it
// does nothing.
func (e *env) tellGitHub(r *reports.Results) error {
	if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
		}
		size, err := file.Seek(0, io.SeekEnd)
		if err == nil {
			err = r.WriteMarkdown(file, reports.MaxMarkdown-int(size))
		}
		if err = errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		return r.WriteAnnotations(e.err)
	}
	return nil
}
