package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// runFlags are the flags of run.
type runFlags struct {
	require     model.Levels
	tags        string
	scenarios   []string
	failed      string // a record whose scenarios that did not pass are run again
	features    []string
	generated   int
	seed        uint64
	media       string
	shard       string
	report      reportDir
	json        bool
	verbose     bool
	strict      bool
	color       string
	way         way
	expect      string
	writeExpect string
}

// today returns the day in UTC that decides whether expectations have expired. No other clock affects a verdict. Tests
// set it.
var today = func() string { return time.Now().UTC().Format(time.DateOnly) }

const runLong = `Run sends the suite's chats to an implementation, and says where the facts that it
returns differ from the expected ones. Without a COMMAND it asks the built-in reference model.

COMMAND is a filter: it reads events from stdin until the end, prints facts to stdout, and exits
with 0. It gets many chats at once, and never sees the expected facts. 'chatproof schema event' and
'chatproof schema fact' describe the lines. There are three other ways to get the facts:
  --stream   COMMAND keeps running, and answers one scenario after the other
  --http     a server answers
  --facts    your job has run already: judge the rows that it wrote

Each expectation has a level, which says what it rests on:
  documented   the guide says so
  invariant    true of every chat, on any reading of the guide
  own          your own features (--features)
  inferred     our reading where the guide is silent
  delivery     the facts stay the same, however the events arrive
  robustness   an ill-formed log does no harm to other chats
A scenario fails if it differs at a level that --require names. Other differences are shown, but do
not count.

The coverage counts the rules that the scenarios exercise, the combinations of resource type and
technical descriptor, and the pairs of rules that together decide a row. What a failing scenario
exercises is counted, too.

--expect names a file of known failures. With it, CI can be green before the implementation
conforms. A listed scenario may fail, but only in the way that the file says. The list can only
shrink: an entry is an error if its scenario passes, fails in another way, or does not exist, or if
the entry's date has passed. Entries about scenarios that this run leaves out are ignored.
--write-expect writes such a file from this run's failures. If the file exists, its comments stay,
and so do its entries that still hold.

A scenario that is new in this minor version of the suite is pending if it does not pass. It is
shown, and counts from the next minor version on. With --strict it counts now. Scenarios of version
0.2 and earlier always count.

Exit codes:
    0  the implementation conforms, or fails only as --expect says
    1  it does not conform
    2  wrong usage, or input that cannot be read
    3  the implementation could not be started or reached
    4  an entry of --expect no longer holds, or has expired
    5  nothing ran, or the run is incomplete
  130  interrupted`

func (e *env) run() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] [-- COMMAND [ARG]...]",
		Short: "Run the suite, and give a verdict",
		Long:  runLong,
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
				return e.printQuery(cmd, f.way.printSQL, &f.way.placeFlags, (*tables.Dialect).ExtractFacts)
			}
			return e.runSuite(cmd.Context(), &f, cmd.Flags().Changed("require"))
		},
	}
	flags := cmd.Flags()
	f.way.addTo(cmd)
	f.way.addOffline(cmd)
	f.way.addReadings(cmd)
	addMedia(flags, &f.media)
	addRequire(cmd, &f.require, requireUsage)
	flags.StringVar(&f.tags, "tags", "", "only scenarios with these `TAGS`, such as '@R2 and not @1.4'")
	flags.StringArrayVar(&f.scenarios, "scenario", nil, "only scenarios whose id matches this `GLOB`; may be repeated")
	flags.StringVar(&f.failed, "failed", "",
		"only scenarios that did not pass in the earlier run whose report is in this `DIR`")
	flags.StringArrayVar(&f.features, "features", nil,
		"also run the scenarios of the .feature files in this `DIR`; may be repeated")
	flags.IntVar(&f.generated, "generated", engine.DefaultGenerated,
		"how many generated scenarios to run besides the authored ones")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the generated scenarios")
	flags.StringVar(&f.shard, "shard", "", "only shard `I/N`, such as 2/5; "+shardVariables)
	flags.StringVar(&f.expect, "expect", "",
		"a `FILE` of known failures: these scenarios may fail in the way that it says")
	flags.StringVar(&f.writeExpect, "write-expect", "",
		"write the failures of this run to this `FILE`, for --expect, and exit with 0")
	flags.BoolVar(&f.strict, "strict", false,
		"count scenarios that are new in this minor version of the suite")
	cmd.MarkFlagsMutuallyExclusive("expect", "write-expect")
	f.report.addTo(cmd, reportUsage)
	flags.BoolVar(&f.json, "json", false, "print the results as JSON Lines")
	flags.BoolVar(&f.verbose, "verbose", false,
		"print every scenario that did not pass, and every difference at any level")
	addColor(cmd, &f.color)
	completeScenarios(cmd)
	return cmd
}

// runSuite runs the suite, and reports the result.
func (e *env) runSuite(ctx context.Context, f *runFlags, demand bool) error {
	colour, err := useColour(f.color, e.out)
	if err != nil {
		return err
	}
	o, err := f.options(ctx, e.in, e.out, demand)
	if err != nil {
		return err
	}
	t, err := f.way.target(ctx)
	if err != nil {
		return err
	}
	defer f.memory()()
	ctx, stop := interruptible(ctx)
	defer stop()
	var out *reports.Writer
	var place *reports.Place
	defer func() { place.Release() }()
	var shown *progress
	r, failed := engine.Execute(ctx, o, &engine.Asking{
		Target: func(ctx context.Context, plan *engine.Plan) (target.Target, error) {
			if len(f.way.facts) > 0 {
				return e.atRest(ctx, &f.way.offline, plan)
			}
			return t, f.way.faithful(ctx, plan.Cases())
		},
		Began: func(plan *engine.Plan, t target.Target) (func(any) error, error) {
			place, err = f.report.hold()
			if err != nil {
				return nil, err
			}
			out, err = reports.Create(place, f.jsonTo(e.out))
			if err != nil {
				return nil, fmt.Errorf("--report: %w", err)
			}
			shown = (&progress{found: "failed", total: len(plan.Scenarios)}).start(e)
			if filter, ok := t.(*target.Filter); ok {
				filter.Answered = shown.answer
			}
			return out.Write, nil
		},
		Judged:      func(done, failed int) { shown.set(done, failed) },
		Hide:        f.way.secrets().Hide,
		Environment: f.way.environment,
		Commands:    func(id string) (string, string) { return f.reproduce(id), f.explain(id) },
	})
	if shown != nil {
		shown.stop()
	}
	if r == nil {
		return notAsked(ctx, failed)
	}
	aside, err := e.render(out, r, f, colour, failed)
	if err != nil && ctx.Err() == nil {
		return err
	}
	return e.beside(aside, e.leftOut(&f.way.placeFlags, e.conclude(ctx, f, r, failed)))
}

// memory sets how memory is used, until undo. A large plan takes much already, so its garbage is collected sooner.
func (f *runFlags) memory() (undo func()) {
	if f.generated <= 2*engine.DefaultGenerated {
		return memoryForSpeed(f.generated >= engine.DefaultGenerated/5)
	}
	return memoryBound(thrifty)
}

// options checks the flags.
func (f *runFlags) options(ctx context.Context, in io.Reader, stdout io.Writer,
	demand bool,
) (o *engine.Options, err error) {
	o = &engine.Options{
		Features: f.features, Seed: f.seed, Generated: f.generated, Require: f.require,
		Demand: demand && f.require != everyLevel, Tags: f.tags, Scenarios: f.scenarios, Expect: f.expect,
		WriteExpect: f.writeExpect, Strict: f.strict, Stdout: stdout, Today: today(),
	}
	if f.generated < 0 || f.generated > engine.MaxGenerated {
		return nil, fmt.Errorf("--generated: expected 0 to %d, got %d", engine.MaxGenerated, f.generated)
	}
	if f.failed != "" {
		o.Scenarios, err = f.failedBefore(ctx, in)
		if err != nil {
			return nil, err
		}
	}
	if _, err := f.way.reference(ctx); err != nil {
		return nil, err
	}
	o.Readings = f.way.pinned
	o.World, err = f.way.world(ctx, f.media, f.way.start)
	if err != nil {
		return nil, err
	}
	o.AtRest = len(f.way.facts) > 0 && !o.Require.Has(model.Robustness)
	o.Shard, o.Shards, err = shardOf(f.shard)
	if err != nil {
		return nil, err
	}
	if f.writeExpect != "" && (f.tags != "" || len(o.Scenarios) > 0 || o.Shards > 1) {
		return nil,
			errors.New("--write-expect needs the results of all scenarios; leave out --tags, --scenario, --failed " +
				"and --shard")
	}
	return o, nil
}

func (f *runFlags) jsonTo(out io.Writer) io.Writer {
	if f.json {
		return out
	}
	return nil
}

// failedBefore lists the scenarios that did not pass in the record of --failed. What differed at a level that did not
// count may count now.
func (f *runFlags) failedBefore(ctx context.Context, in io.Reader) (ids []string, err error) {
	if len(f.scenarios) > 0 {
		return nil, errors.New("--failed already says which scenarios run; leave out --scenario")
	}
	before, err := reports.Open(ctx, f.failed, in)
	if err != nil {
		return nil, fmt.Errorf("--failed: %w", err)
	}
	for _, l := range before.Lines {
		if l.Verdict != engine.Pass {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil, exit(exitIncomplete, "--failed: nothing to run: every scenario in the report %s passed",
			model.Quoted(f.failed))
	}
	return ids, nil
}
