package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chatproof/chatproof/suite"
)

// results is where the record of a run goes: stdout with --json, results.jsonl with --report, line by line.
type results struct {
	outs []io.Writer
	file *os.File
	err  error // the first
}

func (e *env) openResults(f *runFlags) (*results, error) {
	r := new(results)
	if f.json {
		r.outs = append(r.outs, e.out)
	}
	if f.report != "" {
		if err := os.MkdirAll(f.report, 0o777); err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		file, err := os.Create(filepath.Join(f.report, "results.jsonl"))
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		r.file = file
		r.outs = append(r.outs, file)
	}
	return r, nil
}

func (r *results) write(line any) error {
	for _, w := range r.outs {
		if r.err == nil {
			r.err = suite.WriteLine(w, line)
		}
	}
	return r.err
}

// close closes the file, and returns the first error of all that was written.
func (r *results) close() error {
	if r.file != nil {
		r.err = errors.Join(r.err, r.file.Close())
		r.file = nil
	}
	return r.err
}
