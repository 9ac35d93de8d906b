package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// checkFlags are the flags of check.
type checkFlags struct {
	events, facts []string
	require       model.Levels
	printSQL      string
	memory        int64
	setAside      float64 // percent
	examples      int
	coverage      bool
	keys          string
	repair        bool
	report        reportDir
	against       string
	expect        string
	writeExpect   string
	strictExpect  bool
	known         *engine.Expectations // of --expect or --write-expect; nil if neither is given
	json          bool
	learning
	oldMart
	placeFlags
}

const checkLong = `Check shows where the rows that you have for your own chats are wrong. What they
are compared with depends on the flags that you give:
  --facts alone       with the invariants that need no events
  --facts, --events   with the rows that the reference derives from each chat's events
  --facts, --legacy   with the rows of the old mart that yours replaces; add --events if you have events

The output says first what was judged and what was not. Then it counts the differences by signature.
A signature consists of the rules of the expected row, the field, the expected value and the actual
value. A few signatures are explained by an example (--examples). Last, it counts the rules that
your chats exercise (--coverage lists them). --keys writes every chat of every signature to a file,
and --report writes a page.

A chat that was not judged does not count as passed. Ill-formed chats are set aside, and counted by
what is wrong with them. If more than --set-aside percent of the chats are set aside, the exit code
is 5. If a chat seems to lack only its last events, its finished rows are judged, but the chat
counts towards --set-aside, too. Chats that began before the log did are not set aside, but counted
separately. docs/offline.md has the details.

Rows alone are checked against V1, V2, V6, V7, V8, V11, V20 and V21 ('chatproof list invariants').
These hold only for finished chats, so do not give the rows of open ones. If the rows are in
PostgreSQL or SQLite (postgres://… or sqlite:FILE), one read-only query finds the wrong rows inside
the database. If the mapping converts values in a way that SQL cannot, check reads the rows instead.
--print-sql prints the query for other databases.

Where the guide is silent, your Info Mart may have other rows than the reference. --learn finds out
what it does there, and writes that to a file. With --readings and this file, check and the other
commands expect the rows that your Info Mart has. docs/readings.md shows how.

With --legacy, the result for each row is one of these:
  alike and right           both marts have the same row, and it is right
  alike and wrong           both have the same row, and it is wrong
  both right, differently   the rows differ, and both are right
  corrected                 the old row is wrong, and the new one is right
  regression                the old row is right, and the new one is wrong
  both wrong, differently   the rows differ, and both are wrong
Only the last two count. A chat that only one mart has is set aside. Without --events, nothing says
which row is right, so every change counts.

Exit codes:
    0  there is no difference that counts
    1  there is at least one difference that counts
    2  wrong usage, or input that cannot be read
    4  an entry of --expect has expired, or covers more cases than its max; with --strict-expect,
       also if an entry matches nothing
    5  there was no chat to check, or too many were set aside
  130  interrupted`

func (e *env) check() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check --facts FILE|-|DSN [--events EVENTS]",
		Short: "Check your own chats: their rows against the reference, or against the invariants alone",
		Long:  checkLong,
		Example: `  chatproof check --events chats.jsonl.gz --facts irf.csv
  chatproof check --events chats.jsonl --facts postgres://etl@warehouse/mart --require all --json
  chatproof check --events chats.jsonl --facts irf.csv --report today/ --against yesterday/
  chatproof check --facts postgres://etl@warehouse/mart --mapping tables.yaml
  chatproof check --events chats.jsonl --facts new.csv --legacy postgres://etl@warehouse/mart --legacy-mapping old.yaml
  chatproof check --print-sql sqlserver > audit.sql`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.printSQL != "" {
				return e.printQuery(cmd, f.printSQL, &f.placeFlags, (*tables.Dialect).Audit)
			}
			return e.leftOut(&f.placeFlags, e.runCheck(cmd.Context(), &f))
		},
	}
	f.addTo(cmd)
	return cmd
}

// addTo adds the flags to the command.
func (f *checkFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.events, "events", nil,
		"the `EVENTS` of your chats: a file, a directory, a glob, a database, or - for stdin; may be repeated")
	flags.StringArrayVar(&f.facts, "facts", nil,
		"the `ROWS` to check: a file, a directory, a glob, a database, or - for stdin; may be repeated")
	f.addLegacy(cmd)
	f.placeFlags.addTo(cmd)
	f.addReadings(cmd)
	f.addLearn(cmd)
	addRequire(cmd, &f.require, requireUsage)
	flags.StringVar(&f.expect, "expect", "", "a `FILE` of signatures whose differences are known and do not count")
	flags.StringVar(&f.writeExpect, "write-expect", "",
		"write the signatures that count to this `FILE`, for --expect, and exit with 0")
	flags.BoolVar(&f.strictExpect, "strict-expect", false,
		"exit with 4 if an entry of --expect matches nothing (without this flag it is noted)")
	flags.Float64Var(&f.setAside, "set-aside", 1,
		"exit with 5 if more than this `PERCENT` of the chats are set aside")
	flags.BoolVar(&f.repair, "repair", false,
		"say what is missing from the ill-formed chats; if all possible repairs of a chat lead to the same rows, "+
			"compare yours with these, at the level called repaired")
	flags.IntVar(&f.examples, "examples", 3, "how many signatures to explain, with one example each")
	flags.BoolVar(&f.coverage, "coverage", false,
		"list the rules, their clauses, and the combinations of resource type and technical descriptor that your chats "+
			"exercise; for each, how often, and an example")
	flags.StringVar(&f.keys, "keys", "", "write the chats of every signature to this `FILE` (.csv, .jsonl or .parquet)")
	f.report.addTo(cmd, reportUsage)
	flags.StringVar(&f.against, "against", "",
		"compare with the older check whose report is in this `DIR`")
	flags.BoolVar(&f.json, "json", false, "print what was found as JSON Lines")
	memoryFlag(cmd, &f.memory)
	addPrintSQL(cmd, &f.printSQL, "the query that finds rows that break an invariant", "")
	cmd.MarkFlagsMutuallyExclusive("expect", "write-expect")
	for _, other := range []string{
		"report", "against", "expect", "write-expect", "keys", "repair", "readings", "legacy",
	} {
		cmd.MarkFlagsMutuallyExclusive("learn", other)
	}
}

func (e *env) runCheck(ctx context.Context, f *checkFlags) error {
	if err := f.sound(); err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	place, err := f.report.hold()
	if err != nil {
		return err
	}
	defer place.Release()
	var keys *keysFile
	if f.keys != "" {
		keys, err = e.newKeysFile(ctx, f.keys)
		if err != nil {
			return err
		}
		defer keys.Discard()
	}
	if path := cmp.Or(f.writeExpect, f.expect); path != "" {
		f.known, err = engine.OpenExpectations(ctx, path, f.writeExpect != "")
		if err != nil {
			return err
		}
	}
	var learnt *files.File // created first, because the work may take long
	if f.learn != "" {
		learnt, err = files.Create(ctx, f.learn, e.out)
		if err != nil {
			return fmt.Errorf("--learn: %w", err)
		}
		defer learnt.Discard()
	}
	r, err := e.checked(ctx, f, keys)
	if ctx.Err() != nil {
		return exit(exitInterrupted, "interrupted: there is no result")
	} else if err != nil {
		return err
	}
	if f.known != nil {
		f.known.Count(r.Held, r.Chats)
	}
	record, err := f.record(r)
	if err != nil {
		return err
	}
	if f.learn != "" {
		err = e.tellLearnt(f, record, r.Learning, learnt)
	} else {
		err = e.tellCheck(ctx, f, place, record)
	}
	if err != nil {
		return err
	}
	if keys != nil {
		err = keys.keep()
	}
	if f.writeExpect != "" && r.Chats > 0 {
		return e.beside(err, e.rewriteExpect(ctx, f, found(r)))
	}
	if f.known != nil {
		for _, says := range f.known.Findings(today()) {
			fmt.Fprintln(e.err, "chatproof:", says)
		}
	}
	return e.beside(err, f.verdict(ctx, r, record.Footer.Conclusion()))
}

// verdict turns the result into the exit code.
func (f *checkFlags) verdict(ctx context.Context, r *bulk.Report, c engine.Conclusion) error {
	why := ""
	switch {
	case c != engine.Incomplete && f.learn != "":
		return nil
	case c != engine.Incomplete:
		return exitOf(ctx, c, nil)
	case r.Marts.Alone() > 0:
		why = reports.Overlap(&r.Audit, f.setAside)
	case r.Chats == 0:
		why = fmt.Sprintf("%s: no chat to check", placeOf(append(f.events, f.facts...)[:max(1, len(f.events))]))
	default:
		why = fmt.Sprintf("%s of the chats were set aside, but --set-aside allows only %v %%: the result is incomplete",
			reports.Percent(r.Share), f.setAside)
	}
	return exit(exitIncomplete, "%s", why)
}

// sound rejects flags that do not go together, and reports missing ones.
func (f *checkFlags) sound() error {
	switch {
	case f.repair && len(f.events) == 0:
		return errors.New("--repair needs a log: name one with --events")
	case f.coverage && len(f.events) == 0:
		return errors.New("--coverage needs a log: name one with --events")
	case len(f.facts) == 0:
		return errors.New("check needs rows: name them with --facts; see 'chatproof check --help'")
	case slices.Contains(f.facts, "-") && slices.Contains(f.events, "-"):
		return errors.New("--events and --facts cannot both be stdin")
	case len(f.legacy) == 0 && f.legacyMapping != "":
		return errors.New("--legacy-mapping goes only with --legacy")
	case slices.Contains(f.legacy, "-") && (slices.Contains(f.facts, "-") || slices.Contains(f.events, "-")):
		return errors.New("--legacy cannot be stdin, because --events or --facts already reads stdin")
	case !(f.setAside >= 0 && f.setAside <= 100):
		return fmt.Errorf("--set-aside: expected a percentage from 0 to 100, got %v", f.setAside)
	case f.learn != "" && len(f.events) == 0:
		return errors.New("--learn needs a log: name one with --events")
	case f.learn != "" && f.least < 1:
		return fmt.Errorf("--learn-min: expected 1 or more, got %d", f.least)
	case f.learn != "" && !(f.share > 50 && f.share <= 100):
		return fmt.Errorf("--learn-share: expected a percentage above 50 and at most 100, got %v", f.share)
	case f.examples < 0:
		return fmt.Errorf("--examples: expected 0 or more, got %d", f.examples)
	}
	return nil
}

// record returns the record of what was found.
func (f *checkFlags) record(r *bulk.Report) (*engine.Record, error) {
	coverage, err := r.Coverage()
	if err != nil {
		return nil, err
	}
	about := &engine.Environment{Way: "check", Facts: placeOf(f.facts).String(), Mapping: f.read.Digest()}
	if len(f.events) > 0 {
		about.Events = placeOf(f.events).String()
	}
	if len(f.legacy) > 0 {
		about.Legacy = placeOf(f.legacy).String()
	}
	judged := &engine.Judged{Unjudged: r.Chats == 0 || 100*r.Share > f.setAside}
	if f.expect != "" {
		judged.Known, judged.Expired = f.known, f.known.Expired(today())
		for _, entry := range f.known.Entries { // an entry that covers nothing is only a note, unless strict
			judged.Stale = judged.Stale || f.strictExpect && entry.Nothing ||
				entry.Exceeded(entry.Held, entry.Scenarios)
		}
	}
	lines := r.Lines(f.require)
	for _, l := range lines {
		if len(f.events) > 0 {
			l.Environment = &engine.Environment{Explain: f.explain(l.Found.Example)}
		}
	}
	record := engine.NewAudit(&r.Audit, lines, coverage, f.require, judged)
	record.Header.Environment = about
	return record, nil
}

// explain returns a command line that shows an interaction.
func (f *checkFlags) explain(id string) string {
	words := append([]string{"explain", "--interaction", id}, f.placeFlags.words()...)
	for _, path := range f.events {
		words = append(words, tables.Place{Path: path}.String())
	}
	return commandLine(words)
}

// tellCheck writes the record and its renderings, and prints the answer.
func (e *env) tellCheck(ctx context.Context, f *checkFlags, place *reports.Place, record *engine.Record) error {
	var lines io.Writer
	if f.json {
		lines = e.out
	}
	out, err := reports.Create(place, lines)
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	out.Write(record.Header)
	for _, l := range record.Lines {
		out.Write(l)
	}
	out.Write(record.Footer)
	if err := out.Close(); err != nil { // the first error of all writes
		return err
	}
	whole := reports.Of(record, out.Path())
	if f.against != "" {
		before, err := reports.Open(ctx, f.against, e.in)
		if err != nil {
			return fmt.Errorf("--against: %w", err)
		}
		if before.Header.Kind != engine.Check {
			return fmt.Errorf("--against: %s holds the record of a run; expected the record of a check",
				model.Quoted(f.against))
		}
		whole.Changes = reports.Against(before, whole)
	}
	if err := out.Render(whole); err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	if err := whole.TellGitHub(e.err); err != nil {
		return err
	}
	if f.json {
		return nil
	}
	if err := whole.WriteAudit(e.out, f.examples, f.coverage); err != nil || whole.Changes == nil {
		return err
	}
	fmt.Fprintln(e.out)
	return whole.Changes.WriteText(e.out, false)
}

// checked checks the rows: against the log's events if there is a log, or else alone.
func (e *env) checked(ctx context.Context, f *checkFlags, keys *keysFile) (*bulk.Report, error) {
	facts, err := f.place(ctx, f.facts[0], f.facts[1:]...)
	if err != nil {
		return nil, err
	}
	o := bulk.CheckOptions{
		Options: bulk.Options{Memory: f.memory}, Require: f.require, Stdin: until(ctx, e.in), Repair: f.repair,
		Expect: f.known, Excuse: f.expect != "",
	}
	o.Legacy, err = f.oldPlace(ctx, &f.placeFlags, &facts)
	if err != nil {
		return nil, err
	}
	if keys != nil {
		o.Keys = keys.add
	}
	defer memoryBound(f.memory)()
	o.Table, err = f.reference(ctx)
	if err != nil {
		return nil, err
	}
	o.Readings = f.pinned
	if f.learn != "" {
		o.Learn = &bulk.Learning{Least: f.least, Share: f.share / 100}
	}
	if len(f.events) == 0 {
		return bulk.CheckRows(ctx, o, facts)
	}
	events := placeOf(f.events)
	events.Mapping, events.QueryTimeout = facts.Mapping, facts.QueryTimeout
	return bulk.CheckChats(ctx, o, events, facts)
}

// placeOf returns the place of one or more paths.
func placeOf(paths []string) tables.Place { return tables.Place{Path: paths[0], More: paths[1:]} }
