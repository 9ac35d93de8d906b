package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// runFlags are the flags of run.
type runFlags struct {
	require   string
	tags      string
	scenarios []string
	features  []string
	generated int
	seed      uint64
	shard     string
	report    string
	json      bool
	verbose   bool
	color     string
	way       way
	expect    expect

	levels model.Levels
}

func (e *env) run() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] [-- COMMAND [ARG]...]",
		Short: "Run the suite, and give a verdict",
		Long: `Run sends the suite's chats to an implementation and compares the facts that come back with those expected.
Without a command it asks the built-in reference model: a self-check.

COMMAND is a filter: it gets event lines on stdin until end of file, prints fact lines on stdout, and exits 0. It
never sees what is expected. 'chatproof schema event' and 'chatproof schema fact' print the form of the lines. With
--stream it is one process that is asked and answers scenario by scenario; with --http a server is asked instead.

Only differences of a required level make a scenario fail; others are notes. Levels: documented, invariant, own,
inferred, delivery, robustness, or all.

Coverage is what the scenarios that were asked exercise, by the reference's reading of them and whatever the answers:
rules; combinations of resource type and technical descriptor that a row is expected to have; pairs of rules behind one
row; and transitions, which are events in a state with a history (two of a kind are as many).

A file of known failures (--expect; 'chatproof schema expect' prints its form) lets a gate be put up before an
implementation conforms. A listed scenario that ends with its listed verdict does not count. An entry that matches no
scenario, or one that passes or ends otherwise, or that is past its day, is an error of the file: so the list can only
shrink. A run of a part of the suite leaves entries about other parts alone. --write-expect lists today's failures, and
keeps the comments and the entries that hold of a file that is there.

Exit codes: 0 conforms, or fails as expected; 1 does not conform; 2 usage, or input that cannot be read; 3 the
implementation could not be started or reached; 4 the expectations are stale or expired; 5 nothing ran, or the run is incomplete; 130 interrupted.`,
		Example: `  chatproof run
  chatproof run -- python3 my.py
  chatproof run --require documented,inferred --tags '@R2 and not @1.4' -- ./etl.sh
  chatproof run --scenario 'documented/1.6/*' --verbose -- python3 my.py
  chatproof run --stream -- node my.js
  chatproof run --http http://localhost:8080/classify --header 'Authorization: Bearer TOKEN'
  chatproof run --features our-flows/ --report report/ -- java -jar etl.jar`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.way.command = args
			if f.way.printSQL != "" {
				return e.printQuery(f.way.printSQL, &f.way.placeFlags, (*tables.Dialect).ExtractFacts)
			}
			if err := namedReport(cmd, f.report); err != nil {
				return err
			}
			return e.runSuite(cmd.Context(), &f, cmd.Flags().Changed("require"))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.require, "require", defaultLevels, "the levels whose differences count (these and no others), comma-separated, or all")
	flags.StringVar(&f.tags, "tags", "", "only scenarios whose tags satisfy this, such as '@R2 and not @1.4'")
	flags.StringArrayVar(&f.scenarios, "scenario", nil, "only scenarios whose id matches this glob; may be repeated")
	flags.StringArrayVar(&f.features, "features", nil, "add a directory of your own features; may be repeated")
	flags.IntVar(&f.generated, "generated", engine.DefaultGenerated, "how many generated scenarios, besides the authored ones")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the generated scenarios")
	flags.StringVar(&f.shard, "shard", "", "only shard I of N, such as 2/5; "+shardVariables)
	f.expect.addTo(cmd)
	f.way.addTo(cmd)
	f.way.addOffline(cmd)
	flags.StringVar(&f.report, "report", "", "write the record and its renderings to this directory: results.jsonl, index.html, junit.xml, summary.md, badge.json, badge.svg")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON Lines")
	flags.BoolVar(&f.verbose, "verbose", false, "print every scenario that did not pass and every difference, those of levels that are not required, too")
	addColor(cmd, &f.color)
	completeLevels(cmd)
	return cmd
}

// defaultLevels are those that count where --require says nothing.
const defaultLevels = "documented,invariant,own"

func completeLevels(cmd *cobra.Command) {
	var names []string
	for _, l := range model.AllLevels {
		names = append(names, l.String())
	}
	complete(cmd, "require", append(names, "all")...)
}

func parseLevels(s string) (levels model.Levels, err error) {
	if s == "all" {
		return model.LevelSet(model.AllLevels...), nil
	}
	for _, name := range strings.Split(s, ",") {
		l, ok := model.ParseLevel(name)
		if !ok {
			return 0, fmt.Errorf("--require: %s is no level; expected all, or some of %s", model.Name(name), model.LevelSet(model.AllLevels...))
		}
		levels |= model.LevelSet(l)
	}
	return levels, nil
}

// namedReport refuses a directory of no name, such as that of a variable that is not set: the record would be lost.
func namedReport(cmd *cobra.Command, dir string) error {
	if dir == "" && cmd.Flags().Changed("report") {
		return errors.New(`--report: expected a directory, got ""`)
	}
	return nil
}

// runSuite plans, runs, records and reports.
func (e *env) runSuite(ctx context.Context, f *runFlags, demand bool) (err error) {
	if f.levels, err = parseLevels(f.require); err != nil {
		return err
	}
	colour, err := useColour(f.color, e.out)
	if err != nil {
		return err
	}
	t, err := f.way.target()
	if err != nil {
		return err
	}
	if f.generated < 0 || f.generated > engine.MaxGenerated {
		return fmt.Errorf("--generated: expected 0 to %d, got %d", engine.MaxGenerated, f.generated)
	}
	shard, shards, err := shardOf(f.shard)
	if err != nil {
		return err
	}
	if f.expect.written != "" && (f.tags != "" || len(f.scenarios) > 0 || shards > 1) {
		return errors.New("--write-expect: the file lists all failures; leave --tags, --scenario and --shard out")
	}
	if f.generated <= 2*engine.DefaultGenerated { // a larger plan takes memory enough as it is
		defer memoryForSpeed()()
	}
	cases, err := engine.Cases(f.features, f.seed, f.generated)
	if err != nil {
		return err
	}
	plan, err := engine.NewPlan(append(cases, engine.Named(cases, f.scenarios)...))
	if err != nil {
		return err
	}
	if err := f.expect.open(plan, e.out); err != nil {
		return err
	}
	defer f.expect.discard()
	if demand && f.require != "all" {
		err = plan.Demand(f.levels)
	}
	if err == nil {
		err = plan.Select(f.tags, f.scenarios)
	}
	if err == nil && plan.Levels()&f.levels == 0 {
		err = fmt.Errorf("%w: none of the chosen scenarios is of a required level (%s)", engine.ErrNothing, f.levels)
	}
	if err == nil && shards > 1 {
		if plan.Shard(shard, shards); len(plan.Scenarios) == 0 {
			err = fmt.Errorf("%w: no scenario falls to shard %d/%d", engine.ErrNothing, shard, shards)
		}
	}
	if errors.Is(err, engine.ErrNothing) {
		return &exitError{exitIncomplete, err}
	} else if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if f.way.facts != "" {
		if t, err = e.atRest(ctx, &f.way.offline, plan); ctx.Err() != nil {
			return &exitError{exitInterrupted, errors.New("interrupted while the rows were read")}
		} else if err != nil {
			return err
		}
	}
	defer target.Close(t)
	if err := target.Open(ctx, t); err != nil {
		return exitOf(ctx, "", err)
	}
	results, err := e.openResults(f)
	if err != nil {
		return err
	}
	defer results.close()
	header := engine.NewHeader(plan, f.seed, f.levels)
	header.Environment = f.way.environment(t)
	results.write(header)
	tally, coverage := f.expect.tally(), model.NewCoverage()
	shown := (&progress{found: "failed", total: len(plan.Scenarios)}).start(e)
	if filter, ok := t.(*target.Filter); ok {
		filter.Answered = shown.answer
	}
	occasion, failed := engine.Run(ctx, plan, t, f.levels, func(o *engine.Outcome) error {
		f.expect.judge(o, f.levels)
		line := o.Line(f.levels)
		if o.Verdict != engine.Pass || len(o.Differences) > 0 {
			line.Environment = &engine.Environment{Reproduce: f.reproduce(o.ID), Explain: f.explain(o.ID)}
		}
		if o.Took > 0 {
			if line.Environment == nil {
				line.Environment = new(engine.Environment)
			}
			line.Environment.Microseconds = o.Took.Microseconds()
		}
		tally.Add(line)
		o.Cover(coverage)
		shown.set(tally.Totals.All.Scenarios(), tally.Totals.All.Fail+tally.Totals.All.Error)
		return results.write(line)
	})
	shown.stop()
	footer := engine.NewFooter(tally, engine.NewCoverage(coverage, shards > 1))
	occasion.Notes = append(occasion.Notes, target.Close(t)...)
	footer.Environment = &engine.Environment{Ignored: occasion.Ignored, Notes: occasion.Notes, Stderr: occasion.Stderr, Expired: tally.Known.Expired(today())}
	results.write(footer)
	err = results.close()
	whole, renderErr := results.render()
	if err = errors.Join(err, renderErr); err != nil && ctx.Err() == nil {
		return err
	}
	var notStarted *target.StartError
	if !errors.As(failed, &notStarted) && whole != nil {
		if err := e.tell(f, whole, colour); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if f.expect.written != "" && ctx.Err() == nil && failed == nil {
		left := tally.Totals.All.NotRun
		if left == 0 {
			return f.expect.write(f.levels, e.err)
		}
		fmt.Fprintf(e.err, "chatproof: %s is as it was: %s were not run\n", model.Name(f.expect.written), scenarios(left))
	}
	return exitOf(ctx, footer.Conclusion(), failed)
}

// tell prints the summary, and tells GitHub.
func (e *env) tell(f *runFlags, r *reports.Results, colour bool) error {
	if err := e.tellGitHub(r); err != nil || f.json {
		return err
	}
	return r.WriteText(e.out, &reports.TextOptions{
		Verbose: f.verbose, Brief: f.expect.written != "" && !f.verbose, Colour: colour, Expect: f.expect.file, Findings: f.expect.findings(),
	})
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

// reproduce is a command line that runs one scenario alone.
func (f *runFlags) reproduce(id string) string {
	words := []string{"run"}
	for _, dir := range f.features {
		words = append(words, "--features", dir)
	}
	if f.require != defaultLevels {
		words = append(words, "--require", f.require)
	}
	words = append(words, "--scenario", id)
	return commandLine(append(words, f.way.words()...))
}

// explain is a command line that shows a scenario's events.
func (f *runFlags) explain(id string) string {
	words := []string{"explain"}
	for _, dir := range f.features {
		words = append(words, "--features", dir)
	}
	return commandLine(append(words, "--scenario", id))
}

func commandLine(words []string) string {
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return self() + " " + strings.Join(words, " ")
}

// shellWord quotes a word for a POSIX shell, where it needs it.
func shellWord(w string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,"
	if w != "" && strings.Trim(w, safe) == "" {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
