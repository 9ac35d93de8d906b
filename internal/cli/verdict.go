package cli

import (
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

// render writes the files of the report, prints the summary, and tells GitHub.
func (e *env) render(out *reports.Writer, r *engine.Record, f *runFlags, colour bool, failed error) error {
	whole := reports.Of(r, out.Path())
	if err := out.Render(whole); err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	var notStarted *target.StartError
	if errors.As(failed, &notStarted) {
		return nil
	}
	if err := whole.TellGitHub(e.err); err != nil || f.json {
		return err
	}
	err := whole.WriteText(e.out, &reports.TextOptions{
		Verbose: f.verbose, Brief: f.writeExpect != "" && !f.verbose, Colour: colour, Doctor: f.doctor(), Expect: f.expect, Findings: r.Findings,
	})
	if err == nil && f.report != "" {
		_, err = fmt.Fprintln(e.err, "chatproof: the report:", filepath.Join(f.report, "index.html"))
	}
	return err
}

// conclude says what became of --write-expect, and makes the exit code.
func (e *env) conclude(ctx context.Context, f *runFlags, r *engine.Record, failed error) error {
	if w := r.Wrote; w != nil {
		fmt.Fprintln(e.err, "chatproof:", w.String(f.writeExpect))
		if n := len(r.Expired); n > 0 {
			fmt.Fprintf(e.err, "chatproof: %s: past its last day, and kept: %s\n", f.writeExpect, number(n, "entry", "entries"))
		}
		return nil
	}
	if left := r.Footer.Totals.All.NotRun; f.writeExpect != "" && ctx.Err() == nil && failed == nil && left > 0 {
		fmt.Fprintf(e.err, "chatproof: %s is as it was: %s were not run\n", model.Name(f.writeExpect), scenarios(left))
	}
	return exitOf(ctx, r.Footer.Conclusion(), failed)
}

// exitOf turns the end of a run into its exit code, by the precedence of the contract.
func exitOf(ctx context.Context, c engine.Conclusion, failed error) error {
	var notStarted *target.StartError
	switch {
	case ctx.Err() != nil:
		return &exitError{exitInterrupted, errors.New("interrupted: the results are incomplete")}
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
