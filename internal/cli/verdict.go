package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// notAsked turns the error of a run that asked nothing into its exit code.
func notAsked(ctx context.Context, err error) error {
	if errors.Is(err, engine.ErrNothing) {
		return &exitError{exitIncomplete, err}
	}
	return exitOf(ctx, "", err)
}

// render writes the files of the report, prints the summary, and tells GitHub. aside is the first error in writing
// anything but the verdict; err is an error in printing it.
func (e *env) render(out *reports.Writer, r *engine.Record, f *runFlags, colour bool, failed error) (aside, err error) {
	whole := reports.Of(r, out.Path())
	aside = cmp.Or(out.Close(), out.Render(whole))
	if aside != nil {
		aside = fmt.Errorf("--report: %w", aside)
	}
	var notStarted *target.StartError
	if errors.As(failed, &notStarted) {
		return aside, nil
	}
	aside = cmp.Or(aside, whole.TellGitHub(e.err))
	if f.json {
		return aside, nil
	}
	err = whole.WriteText(e.out, &reports.TextOptions{
		Verbose: f.verbose, Brief: f.writeExpect != "" && !f.verbose, Colour: colour, Doctor: f.doctor(),
		Expect: f.expect, Findings: r.Findings,
	})
	if err == nil && aside == nil && f.report.dir != "" {
		_, err = fmt.Fprintln(e.err, "chatproof: the report:", filepath.Join(f.report.dir, "index.html"))
	}
	return aside, err
}

// beside ends a run that may have failed to write something other than its verdict. If the verdict has an exit code,
// aside is only a line on stderr; otherwise aside decides the exit code.
func (e *env) beside(aside, verdict error) error {
	if aside == nil || verdict == nil {
		return cmp.Or(aside, verdict)
	}
	fmt.Fprintln(e.err, "chatproof: "+oneLine(aside.Error()))
	return verdict
}

// conclude says what became of --write-expect, and returns the exit code.
func (e *env) conclude(ctx context.Context, f *runFlags, r *engine.Record, failed error) error {
	if w := r.Wrote; w != nil {
		fmt.Fprintln(e.err, "chatproof:", w.String(f.writeExpect))
		if n := len(r.Expired); n > 0 {
			fmt.Fprintf(e.err, "chatproof: %s: %s\n", f.writeExpect,
				number(n, "entry has expired, but was kept", "entries have expired, but were kept"))
		}
		return nil
	}
	if left := r.Footer.Totals.All.NotRun; f.writeExpect != "" && ctx.Err() == nil && failed == nil && left > 0 {
		fmt.Fprintf(e.err, "chatproof: %s was not changed, because %s did not run\n", model.Name(f.writeExpect),
			scenarios(left))
	}
	return exitOf(ctx, r.Footer.Conclusion(), failed)
}

// exitOf turns the end of a run into its exit code, by the precedence of the contract.
func exitOf(ctx context.Context, c engine.Conclusion, failed error) error {
	var notStarted *target.StartError
	switch {
	case ctx.Err() != nil:
		return exit(exitInterrupted, "interrupted: the results are incomplete")
	case errors.As(failed, &notStarted):
		return &exitError{exitNotStarted, failed}
	case failed != nil:
		return failed
	case c == engine.Nonconforming:
		return &exitError{code: exitNonconforming}
	case c == engine.Incomplete:
		return &exitError{code: exitIncomplete}
	case c == engine.StaleExpectations:
		return &exitError{code: exitStale}
	}
	return nil
}
