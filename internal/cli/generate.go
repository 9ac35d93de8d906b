package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	engine.Generation
	arrival, shard, start     string
	media                     string
	require                   model.Levels
	out, to, facts, resources string
	placeFlags
	twinFlags
}

const generateLong = `Generate writes chats as events, and the reference's facts for them. Choose
the chats by one of these flags:
  --flows        the first scenario of each documented flow
  --suite        everything that 'run' would send, except for lines that are not events
  --random       random chats
  --exhaustive   every chat of at most LENGTH events among a few fixed parties
  --like         a twin of a log: other chats of the same shape, under names that are not in it
  --profile      chats of the shape that a profile describes

The same flags give the same bytes, however many jobs there are. The id and the events of a chat
depend only on the seed and on the chat's number. --shard I/N writes chats I, I+N, I+2N and so on,
counted from 1. With --suite it writes the scenarios that 'run --shard I/N' runs.

Chats are written one after the other, each with its events in order. --interleave alternates
between 8 chats at a time, and keeps the order of each. --delivery shuffled puts the events of each
chat in random order; with --interleave, it shuffles the events of 8 chats together. --delivery
duplicated repeats one event in four, immediately or a few events later. The facts are always in the
order of the chats.

The ending of a file's name decides its format: .jsonl, .csv, .parquet, .jsonl.gz or .csv.gz. The
name - is stdout. A file appears only when all of it is written.

--to adds the events to the table chat_event of a PostgreSQL or SQLite database, in one transaction.
If there is no such table, it is created; 'chatproof schema tables' prints its columns.

A profile is what --like learns from a log: shares and quantiles. Each share and each quantile is
based on at least --threshold chats. --learn-profile writes the profile to a file that you can read,
edit and give to --profile.
` + twin.Builtin + ` is an invented profile, for demonstrations.

The chats of --like and --profile begin on the days and at the hours that the profile gives,
starting from --start. For these chats, --interleave puts all events in time order. docs/twin.md
says what a profile gives away.`

var interleaveUsage = fmt.Sprintf("alternate between %d chats at a time; a twin's chats are mixed by their times",
	engine.AtOnce)

func (e *env) generate() *cobra.Command {
	var f generateFlags
	cmd := &cobra.Command{
		Use:   "generate (--flows | --suite | --random N | --exhaustive LENGTH | --like LOG | --profile FILE) [flags]",
		Short: "Write chats to a file, with the reference's facts",
		Long:  generateLong,
		Example: `  chatproof generate --random 1000 --seed 7 -o chats.jsonl.gz --facts facts.jsonl
  chatproof generate --flows --format feature
  chatproof generate --suite -o events.csv.gz --resources resources.csv --start 2026-11-24T09:00:00Z
  chatproof generate --suite --to postgres://etl@warehouse/staging
  chatproof generate --like 'chats-*.jsonl.gz' --learn-profile shape.yaml
  chatproof generate --profile shape.yaml --days 7 --interleave -o week.jsonl.gz --facts week-facts.csv
  chatproof generate --exhaustive 8 --delivery shuffled,duplicated --interleave --shard 1/4`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd.Flags().Changed); err != nil {
				return err
			}
			return e.writeGenerated(cmd.Context(), &f)
		},
	}
	f.addTo(cmd)
	return cmd
}

// addTo adds the flags to the command.
func (f *generateFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.Flows, "flows", false, "the first scenario of each documented flow")
	flags.BoolVar(&f.Suite, "suite", false, "everything that 'run' would send, under the same ids")
	flags.IntVar(&f.Random, "random", 0, "`N` random chats")
	flags.IntVar(&f.Exhaustive, "exhaustive", 0, "every chat of at most `LENGTH` events")
	f.addTwin(cmd)
	flags.StringVar(&f.Level, "level", "",
		"with --random, the `LEVEL` of the chats: 'documented' draws only chats to which no inferred rule applies; "+
			"'inferred', the default, draws any")
	flags.IntVar(&f.Generated, "generated", engine.DefaultGenerated,
		"with --suite: how many generated scenarios to write besides the authored ones")
	flags.StringArrayVar(&f.Features, "features", nil,
		"with --suite: also write the scenarios of the .feature files in this `DIR`; may be repeated")
	addMedia(flags, &f.media)
	addRequire(cmd, &f.require,
		"with --suite: the `LEVELS` that 'run' will require, or all; ill-formed logs are written only if robustness "+
			"is one of them")
	flags.Uint64Var(&f.Seed, "seed", 1, "the seed of chats, ids and delivery")
	flags.StringVar(&f.shard, "shard", "", "only shard `I/N`, such as 2/5")
	flags.IntVar(&f.Jobs, "jobs", 0, "how many processors to use; 0, the default, is all")
	flags.StringVar(&f.arrival, "delivery", "ordered",
		"`HOW` events arrive: ordered, shuffled, duplicated, or shuffled,duplicated")
	flags.BoolVar(&f.Interleaved, "interleave", false, interleaveUsage)
	flags.StringVar(&f.start, "start", "",
		"the `TIME` when each chat begins, or the first day of a twin, such as 2026-11-24T09:00:00Z; use it if your "+
			"job drops old chats, and give 'run --facts' the same --start")
	flags.StringVarP(&f.out, "output", "o", "-", "write the events to this `FILE`")
	flags.StringVar(&f.format, "format", "",
		fmt.Sprintf("the `FORMAT` of the events: jsonl, csv, parquet, or feature, which writes at most %d chats as "+
			"scenarios", engine.MostInFeature))
	flags.StringVar(&f.to, "to", "", "write the events to this `DATABASE` instead: postgres://… or sqlite:FILE")
	flags.StringVar(&f.facts, "facts", "", "write the reference's facts to this `FILE`")
	flags.StringVar(&f.resources, "resources", "",
		"write the names of all agents, queues and strategies to this `FILE`")
	f.addMapping(cmd)
	f.addReadings(cmd)
	complete(cmd, "level", "documented", "inferred")
	complete(cmd, "delivery", "ordered", "shuffled", "duplicated", "shuffled,duplicated")
	complete(cmd, "format", append(slices.Clone(tables.Formats), "feature")...)
}

// check rejects flags that do not go together.
func (f *generateFlags) check(given func(string) bool) error {
	isTwin := len(f.like) > 0 || f.profile != ""
	for _, only := range []struct {
		ok    bool
		with  string
		flags []string
	}{
		{f.Suite, "--suite", []string{"generated", "features", "require", "media"}},
		{len(f.like) > 0, "--like, which reads a log", []string{"learn-profile", "threshold", "compare"}},
		{isTwin, "--like or --profile", []string{"chats", "days", "defects", "defects-log"}},
		{f.Defects != 0, "--defects", []string{"defects-log"}},
	} {
		if at := slices.IndexFunc(only.flags, given); at >= 0 && !only.ok {
			return fmt.Errorf("--%s goes only with %s", only.flags[at], only.with)
		}
	}
	switch {
	case f.to != "" && given("output"):
		return errors.New("expected --to or --output, not both")
	case isTwin:
		return f.checkTwin(given)
	}
	return nil
}

// writeGenerated writes what the flags ask for.
func (e *env) writeGenerated(ctx context.Context, f *generateFlags) (err error) {
	if err := processors(f.Jobs); err != nil {
		return err
	}
	f.Shard, f.Shards, err = parseShard(f.shard)
	if err != nil {
		return err
	}
	if err := f.Deliver(f.arrival); err != nil {
		return err
	}
	f.Start, err = parseStart(f.start)
	if err != nil {
		return err
	}
	f.World, err = f.world(ctx, f.media, f.start)
	if err != nil {
		return err
	}
	feature := f.format == "feature"
	if _, err := f.reference(ctx); err != nil {
		return err
	}
	f.Table = f.pinned.On(f.World.Reference())
	f.AtRest = !f.require.Has(model.Robustness)
	if f.WholeChats && (f.Interleaved || f.arrival != "ordered") {
		return errors.New("--mapping: events.send takes whole chats; leave out --interleave and --delivery")
	}
	switch {
	case feature && (f.to != "" || f.resources != "" || f.start != ""):
		return errors.New("--format feature: a feature holds only scenarios, with their own times; leave out --to, " +
			"--resources and --start")
	case feature:
		f.format = "jsonl" // the file itself holds lines
	case f.format != "" && !slices.Contains(tables.Formats, f.format):
		return fmt.Errorf("--format: expected jsonl, csv, parquet or feature, got %s", model.Word(f.format))
	case f.to != "" && !tables.IsDSN(f.to):
		return errors.New("--to: expected a database (postgres://… or sqlite:FILE); write to a file with --output")
	case f.to == "" && tables.IsDSN(f.out):
		return fmt.Errorf("--output: %s is a database; write to it with --to", tables.Place{Path: f.out})
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if done, err := e.prepareTwin(ctx, f); done || err != nil {
		return interrupted(ctx, err)
	}
	logs, err := f.Logs()
	if err != nil {
		return err
	}
	for _, w := range logs.Without {
		fmt.Fprintf(e.err, "chatproof: left out: %s %s\n", scenarios(w.Scenarios), w.Why)
	}
	return interrupted(ctx, e.writeLogs(ctx, f, logs, feature))
}

// interrupted replaces an error after an interrupt by one that says so.
func interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return exit(exitInterrupted,
		"interrupted: no file or database was written, and what was printed is incomplete")
}

// writeLogs writes logs, and their facts and resources.
func (e *env) writeLogs(ctx context.Context, f *generateFlags, logs engine.Logs, feature bool) error {
	at, err := f.place(ctx, cmp.Or(f.to, f.out))
	if err == nil {
		err = f.faithful(ctx, nil)
	}
	if err != nil {
		return err
	}
	var out engine.Outputs
	var outputs []*files.File
	out.Events, err = tables.CreateEvents(ctx, at, e.out)
	if err != nil && f.to != "" {
		return fmt.Errorf("--to: %w", err)
	} else if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	defer out.Events.Discard()
	if f.facts != "" {
		out.Facts, err = tables.CreateFacts(ctx, tables.Place{Path: f.facts, Mapping: at.Mapping}, e.out)
		if err != nil {
			return fmt.Errorf("--facts: %w", err)
		}
		defer out.Facts.Discard()
		outputs = append(outputs, out.Facts.On)
	}
	var resources *wire.Output[wire.Resource]
	if f.resources != "" {
		resources, err = tables.CreateResources(ctx, tables.Place{Path: f.resources}, e.out)
		if err != nil {
			return fmt.Errorf("--resources: %w", err)
		}
		defer resources.Discard()
		outputs, out.Resources = append(outputs, resources.On), new(engine.Resources)
	}
	if err := e.twinOutputs(ctx, f, &out); err != nil {
		return err
	}
	defer out.Defects.Discard()
	if out.Defects != nil {
		outputs = append(outputs, out.Defects.On)
	}
	if file := out.Events.On; file != nil {
		outputs = append(outputs, file)
	}
	if feature {
		err = f.WriteFeature(ctx, logs, out.Events.On, out.Facts)
	} else {
		err = f.Write(ctx, logs, &out)
	}
	if err == nil && resources != nil {
		err = resources.All(out.Resources.All())
	}
	return e.finish(ctx, f, &out, outputs, err)
}

// finish keeps what was written, unless there was an error.
func (e *env) finish(ctx context.Context, f *generateFlags, out *engine.Outputs, outputs []*files.File,
	err error,
) error {
	if err == nil && out.Facts != nil {
		err = out.Facts.Finish()
	}
	if err == nil {
		err = out.Events.Finish()
	}
	if err == nil {
		err = files.Keep(outputs...)
	}
	if err == nil && out.Tally != nil {
		err = e.compareTwin(ctx, f, out.Tally.All)
	}
	return err
}
