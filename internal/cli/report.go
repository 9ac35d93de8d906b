package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/reports"
)

// reportFlags are the flags of report.
type reportFlags struct {
	html, junit, ctrf, markdown, badge string
	merge, against                     string
	claim                              string
	subjects                           []string
	verbose                            bool
	color                              string
}

func (e *env) report() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report RESULTS...",
		Short: "Render, merge and compare results of 'run'",
		Long: `Report reads what 'chatproof run --report' wrote. RESULTS is the report's directory or its
results.jsonl; - is stdin. Each flag that says "write" writes one file. - means stdout, and a file
whose name ends in .gz is compressed. Without such a flag the summary of the run is printed again.

Several RESULTS are either all shards of one run or the results of several runs. Merged shards give
the same result as one run without shards, except that every shard's environment is listed. Shards
do not merge if one is missing or given twice, or if they differ in the suite, the seed, the
selected scenarios or the implementation. Several runs are not merged: --html shows them side by
side, and without --html all their summaries are printed. The other flags take one run.

--against compares with an older result. The summary, the page and the Markdown then list the
scenarios that newly fail, newly pass, were added or were removed. Added scenarios that fail are
listed separately.

--claim writes an in-toto Statement about the files of --subject. It holds their SHA-256 digests,
the suite's digest, the levels, the counts, and what is not tested. It is unsigned, and does not
prove that these files were the ones that ran. Whoever signs it vouches for that.

Exit codes:
    0  done, whatever the verdict of the run was
    1  with --against: a scenario newly fails
    2  wrong usage, results that cannot be read, or shards that do not fit together`,
		Example: `  chatproof report report/
  chatproof report shard-*/results.jsonl --merge results.jsonl --html index.html
  chatproof report report/ --claim claim.json --subject classify.py
  chatproof report results.jsonl --against last-release.jsonl --markdown -`,
		RunE: func(_ *cobra.Command, args []string) error { return e.runReport(&f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.html, "html", "", "write a page to this `FILE`; several results are shown side by side")
	flags.StringVar(&f.junit, "junit", "", "write JUnit XML to this `FILE`, as Jenkins reads it")
	flags.StringVar(&f.ctrf, "ctrf", "", "write CTRF (Common Test Report Format), a form of JSON, to this `FILE`")
	flags.StringVar(&f.markdown, "markdown", "", "write a summary in GitHub's Markdown to this `FILE`")
	flags.StringVar(&f.badge, "badge", "",
		"write a badge to this `FILE`: SVG if the name ends in .svg, or else JSON for a shields.io endpoint")
	flags.StringVar(&f.claim, "claim", "",
		"write an unsigned in-toto Statement about the files of --subject to this `FILE`")
	flags.StringArrayVar(&f.subjects, "subject", nil, "with --claim: a `FILE` that was tested; may be repeated")
	flags.StringVar(&f.merge, "merge", "", "write the merged results to this `FILE`, as JSON Lines")
	flags.StringVar(&f.against, "against", "", "compare with the older result in this `FILE` or directory")
	flags.BoolVar(&f.verbose, "verbose", false, "print every scenario that did not pass, and every difference")
	addColor(cmd, &f.color)
	return cmd
}

func (e *env) runReport(f *reportFlags, args []string) error {
	if len(args) == 0 {
		return errors.New("no results are named; expected the directory DIR that 'chatproof run --report DIR' " +
			"wrote, or its results.jsonl")
	}
	colour, err := useColour(f.color, e.out)
	if err != nil {
		return err
	}
	results, err := e.readResults(args, f.merge != "")
	if err != nil {
		return err
	}
	files, err := f.files(results)
	if err != nil {
		return err
	}
	if (f.claim == "") != (len(f.subjects) == 0) {
		return errors.New("--claim FILE and --subject FILE: expected both or neither, because the claim is about the " +
			"files of --subject")
	}
	if len(results) > 1 && f.claim+f.junit+f.ctrf+f.markdown+f.badge+f.against != "" {
		return errors.New("expected the results of one run, or all shards of one; only --html takes the results of " +
			"several runs")
	}
	var changes *reports.Changes
	if f.against != "" {
		before, err := reports.Open(context.Background(), f.against, e.in)
		if err != nil {
			return err
		}
		changes = reports.Against(before, results[0])
		results[0].Changes = changes
	}
	if err := reports.WriteFiles(files, results[0], e.out); err != nil {
		return err
	}
	if len(files) > 0 {
		return tellChanges(e.err, changes, f.verbose) // stdout may be one of the files
	}
	for _, r := range results {
		if err := r.WriteText(e.out, &reports.TextOptions{Verbose: f.verbose, Colour: colour}); err != nil {
			return err
		}
	}
	return tellChanges(e.out, changes, f.verbose)
}

// files lists the files to write. The error is that of a file that a claim is about.
func (f *reportFlags) files(results []*reports.Results) (forms []reports.Form, err error) {
	badge := (*reports.Results).WriteBadge
	if strings.HasSuffix(strings.TrimSuffix(f.badge, ".gz"), ".svg") {
		badge = (*reports.Results).WriteBadgeSVG
	}
	subjects, err := reports.Subjects(f.subjects)
	if err != nil {
		return nil, fmt.Errorf("--subject: %w", err)
	}
	for _, form := range []reports.Form{
		{File: f.html, Write: func(_ *reports.Results, w io.Writer) error { return reports.WriteHTML(w, results...) }},
		{File: f.junit, Write: (*reports.Results).WriteJUnit},
		{File: f.claim, Write: func(r *reports.Results, w io.Writer) error { return r.WriteClaim(w, subjects) }},
		{File: f.ctrf, Write: (*reports.Results).WriteCTRF},
		{File: f.markdown, Write: reports.Summary},
		{File: f.badge, Write: badge},
		{File: f.merge, Write: (*reports.Results).Write},
	} {
		if form.File != "" {
			forms = append(forms, form)
		}
	}
	return forms, nil
}

// tellChanges says what changed since an older result. If scenarios newly fail, it returns an exit code.
func tellChanges(out io.Writer, changes *reports.Changes, verbose bool) error {
	if changes == nil {
		return nil
	}
	if err := changes.WriteText(out, verbose); err != nil {
		return err
	}
	if len(changes.NewlyFailing) > 0 {
		return &exitError{code: exitNonconforming}
	}
	return nil
}

// readResults reads results, and merges them if they are shards or merge is set.
func (e *env) readResults(paths []string, merge bool) ([]*reports.Results, error) {
	var all []*reports.Results
	for i, path := range paths {
		if path == "-" && slices.Contains(paths[:i], path) {
			return nil, errors.New("stdin (-) is given twice, but can hold the results of only one run; put the " +
				"other results in a file")
		}
		r, err := reports.Open(context.Background(), path, e.in)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
		merge = merge || r.Header.Shard != "" && len(paths) > 1
	}
	if !merge {
		return all, nil
	}
	whole, err := reports.Merge(all)
	return []*reports.Results{whole}, err
}
