package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// today is the one clock of a verdict: the day, in UTC, on which expectations are in force or past. Tests set it.
var today = func() string { return time.Now().UTC().Format(time.DateOnly) }

// expect is a file of known failures, that a run is held to or that it writes.
type expect struct {
	file, written string
	known         *engine.Expectations // of the file that was, nil without
	failures      []*engine.Outcome    // to be written
	out           *files.File
}

func (x *expect) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&x.file, "expect", "", "a file of known failures, which do not count as long as they end as listed")
	cmd.Flags().StringVar(&x.written, "write-expect", "", "write the failures of this run to a file for --expect, and exit 0")
	cmd.MarkFlagsMutuallyExclusive("expect", "write-expect")
}

// open reads the file, finds its entries' scenarios in the whole plan, and tries whether it can be written.
func (x *expect) open(whole *engine.Plan, stdout io.Writer) error {
	if x.file == "" && x.written == "" {
		return nil
	}
	text, err := os.ReadFile(x.file + x.written)
	if err != nil && !(x.written != "" && errors.Is(err, fs.ErrNotExist)) {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("%s: %w", x.file+x.written, err)
	}
	if x.known, err = engine.ReadExpectations(x.file+x.written, text); err != nil {
		return err
	}
	x.known.Plan(whole)
	if x.written != "" {
		x.out, err = files.Create(x.written, stdout)
	}
	return err
}

// tally makes a tally that knows the expectations in force.
func (x *expect) tally() *engine.Tally {
	t := engine.NewTally()
	if x.file != "" {
		t.Known = x.known
	}
	return t
}

// judge gives an outcome its expectation, where expectations are in force, or takes it among those to be written.
func (x *expect) judge(o *engine.Outcome, require model.Levels) {
	known := x.known.Judge(o)
	if x.file != "" {
		o.Known = known
	} else if x.written != "" && o.Gates(require) {
		x.failures = append(x.failures, o)
	}
}

// write writes the file, after a run that was complete.
func (x *expect) write(require model.Levels, progress io.Writer) error {
	text, done, err := x.known.Rewrite(x.failures, require)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(x.out, text); err != nil {
		return err
	}
	if err := files.Keep(x.out); err != nil {
		return err
	}
	fmt.Fprintf(progress, "chatproof: %s: %s kept, %d added, %d removed\n", x.written, number(done.Kept, "entry", "entries"), done.Added, done.Removed)
	if past := x.known.Expired(today()); len(past) > 0 {
		fmt.Fprintf(progress, "chatproof: %s: past its last day, and kept: %s\n", x.written, number(len(past), "entry", "entries"))
	}
	return nil
}

func (x *expect) discard() {
	if x.out != nil {
		x.out.Discard()
	}
}

// findings says which entries no longer hold.
func (x *expect) findings() []string {
	if x.file == "" {
		return nil
	}
	return x.known.Findings(today())
}
