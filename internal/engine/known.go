package engine

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// knownFailures is a file of known failures that a run is held to, or that it writes.
type knownFailures struct {
	file, written string        // one of them, or none
	stdout        io.Writer     // where written is -
	known         *Expectations // of the file as it was; nil if there is none
	failures      []*Outcome    // to be written
	out           *files.File
}

// open reads the file, finds its entries' scenarios in the whole plan, and checks that the file can be written.
func (k *knownFailures) open(ctx context.Context, whole *Plan) error {
	path := cmp.Or(k.file, k.written)
	if path == "" {
		return nil
	}
	var err error
	k.known, err = OpenExpectations(ctx, path, k.written != "")
	if err != nil {
		return err
	}
	k.known.Plan(whole)
	if k.written != "" {
		k.out, err = files.Create(ctx, k.written, k.stdout)
	}
	return err
}

// OpenExpectations reads an expectations file. If mayMiss is set, a missing file counts as empty.
func OpenExpectations(ctx context.Context, path string, mayMiss bool) (*Expectations, error) {
	text, err := files.Text(ctx, path)
	if err != nil && !(mayMiss && errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	return ReadExpectations(path, text)
}

// tally makes a tally that knows the expectations in force.
func (k *knownFailures) tally() *Tally {
	t := NewTally()
	if k.file != "" {
		t.Known = k.known
	}
	return t
}

// judge gives an outcome its expectation if expectations are in force, or else collects a failure to be written.
func (k *knownFailures) judge(o *Outcome, require model.Levels) {
	if k.known != nil {
		k.known.require = require
	}
	known := k.known.Judge(o)
	if k.file != "" {
		o.Known = known
	} else if k.written != "" && o.Gates(require) {
		failed := *o
		failed.Scenario, failed.Actual = &Scenario{Case: &model.Case{ID: o.ID}}, nil
		k.failures = append(k.failures, &failed)
	}
}

// write writes the file, after a run that was complete.
func (k *knownFailures) write(r *Record, o *Options) error {
	text, done, err := k.known.Rewrite(k.failures, o.Require)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(k.out, text); err != nil {
		return err
	}
	if err := files.Keep(k.out); err != nil {
		return err
	}
	r.Wrote, r.Expired = &done, k.known.Expired(o.Today)
	return nil
}

func (k *knownFailures) discard() {
	if k.out != nil {
		k.out.Discard()
	}
}

// findings says which entries in force no longer hold.
func (k *knownFailures) findings(today string) []string {
	if k.file == "" {
		return nil
	}
	return k.known.Findings(today)
}
