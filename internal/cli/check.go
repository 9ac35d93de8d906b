package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// checkFlags are the flags of check.
type checkFlags struct {
	events, facts []string
	require       string
	printSQL      string
	memory        int64
	setAside      float64 // percent
	examples      int
	keys          string
	repair        bool
	expect        string
	writeExpect   string
	strictExpect  bool
	json          bool
	placeFlags
}

func (e *env) check() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check --facts FILE|-|DSN [--events EVENTS]",
		Short: "Check your own chats: their rows against the reference, or against the invariants alone",
		Long: `Check takes the rows that you have of your own chats, and tells where they are wrong. The answer comes first: what was
judged and what was not; then the differences by signature, those of required levels first, the most frequent before
others; then --examples of them, explained. --keys writes every chat of every signature to a file.

With --events each chat's rows are compared with those that the reference makes of its events. Ill-formed chats are set
aside, counted by what is wrong with them and by what they seem to lack; those that the beginning of the log cuts off
are told apart, which are those without their own beginning that start no later after it than the longest chat lasts.
Rows of chats without events are counted. Of a chat that is not finished only the closed attempts are judged.

What was not judged is no success: more chats set aside than --set-aside allows, and the exit code is 5. Chats that are
unfinished count with them where the log goes on for longer than the longest chat lasts.

Without --events the rows are checked against the invariants that need nothing else, V1, V2, V6, V7, V8, V11, V20 and V21
('chatproof list invariants'). They are about finished chats: leave out rows of chats that are still open. A database
(postgres://… or sqlite:FILE) finds the offenders itself, by one query that only reads; --print-sql prints that query for
the clients of others.

Exit codes: 0 no difference of a required level; 1 some; 2 usage, or input that cannot be read; 5 there was no chat to
check, or too many were set aside; 4 the expectations are stale or expired.`,
		Example: `  chatproof check --events chats.jsonl.gz --facts irf.csv
  chatproof check --events chats.jsonl --facts postgres://etl@warehouse/mart --require all --json
  chatproof check --facts postgres://etl@warehouse/mart --mapping tables.yaml
  chatproof check --print-sql sqlserver > audit.sql`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.printSQL != "" {
				return e.printQuery(cmd.Context(), f.printSQL, &f.placeFlags, (*tables.Dialect).Audit)
			}
			return e.leftOut(&f.placeFlags, e.runCheck(cmd.Context(), &f))
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.events, "events", nil, "the events of your chats: a file, a directory or a glob, - for stdin, or a database; may be repeated")
	flags.StringArrayVar(&f.facts, "facts", nil, "the rows to check: a file, a directory or a glob, - for stdin, or a database; may be repeated")
	f.placeFlags.addTo(cmd)
	addPrintSQL(cmd, &f.printSQL, "the query that finds the rows which break an invariant")
	flags.StringVar(&f.require, "require", engine.DefaultLevels.String(), "the levels whose differences count (these and no others), comma-separated, or all")
	flags.Float64Var(&f.setAside, "set-aside", 1, "how many percent of the chats may be set aside before the exit code is 5")
	flags.IntVar(&f.examples, "examples", 3, "how many differences are explained by an example")
	flags.StringVar(&f.keys, "keys", "", "write every chat of every difference to this file, .csv or .jsonl")
	flags.BoolVar(&f.repair, "repair", false, "say what the chats set aside lack, and compare their rows with those that all repairs agree on, at the level repaired")
	flags.StringVar(&f.expect, "expect", "", "a file of known differences by signature, which do not count")
	flags.StringVar(&f.writeExpect, "write-expect", "", "write the differences that count to a file for --expect, and exit 0")
	flags.BoolVar(&f.strictExpect, "strict-expect", false, "an entry of --expect that matches nothing is an error (exit code 4), not a note")
	cmd.MarkFlagsMutuallyExclusive("expect", "write-expect")
	memoryFlag(cmd, &f.memory)
	flags.BoolVar(&f.json, "json", false, "print what was found as JSON Lines")
	completeLevels(cmd)
	return cmd
}

func (e *env) runCheck(ctx context.Context, f *checkFlags) error {
	levels, err := parseLevels(f.require)
	switch {
	case err != nil:
		return err
	case f.repair && len(f.events) == 0:
		return errors.New("--repair repairs logs: name one by --events")
	case len(f.facts) == 0:
		return errors.New("check what? --facts names the rows; see 'chatproof check --help'")
	case slices.Contains(f.facts, "-") && slices.Contains(f.events, "-"):
		return errors.New("--events and --facts cannot both be stdin")
	case !(f.setAside >= 0 && f.setAside <= 100):
		return fmt.Errorf("--set-aside: expected a percentage from 0 to 100, got %v", f.setAside)
	case f.examples < 0:
		return fmt.Errorf("--examples: expected 0 or more, got %d", f.examples)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	keys, err := newKeysFile(ctx, f.keys, e.out)
	if err != nil {
		return err
	}
	defer keys.discard()
	expect, err := openCheckExpect(ctx, f)
	if err != nil {
		return err
	}
	r, err := e.checked(ctx, f, levels, keys, expect)
	if ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New("interrupted: nothing was found out")}
	} else if err != nil {
		return err
	}
	var b bytes.Buffer
	if said := (checkReport{r, f, levels}); f.json {
		err = said.lines(&b)
	} else {
		said.text(&b)
	}
	if err != nil {
		return err
	}
	if _, err := e.out.Write(b.Bytes()); err != nil {
		return err
	}
	if err := keys.keep(); err != nil && r.Differing == 0 {
		return err
	}
	if expect.known != nil {
		expect.known.Count(found(r), r.Chats)
	}
	if f.writeExpect != "" && r.Chats > 0 {
		return expect.write(ctx, found(r), e.out, e.err)
	}
	exceeded, stale := expect.judge(f.strictExpect, e.err)
	switch {
	case r.Differing+r.Worse > 0 || exceeded:
		return &exitError{code: exitNonconforming}
	case r.Chats == 0:
		return &exitError{exitIncomplete, fmt.Errorf("%s: no chat to check", placeOf(append(f.events, f.facts...)[:max(1, len(f.events))]))}
	case 100*r.Share() > f.setAside:
		return &exitError{exitIncomplete, fmt.Errorf("%s of the chats set aside, more than --set-aside %v: the others prove little", percent(r.Share()), f.setAside)}
	case stale:
		return &exitError{code: exitStale}
	}
	return nil
}

// checked checks the rows by what there is.
func (e *env) checked(ctx context.Context, f *checkFlags, levels model.Levels, keys *keysFile, expect *checkExpect) (*bulk.Report, error) {
	facts, err := f.place(ctx, f.facts[0], f.facts[1:]...)
	if err != nil {
		return nil, err
	}
	o := bulk.CheckOptions{Options: bulk.Options{Memory: f.memory}, Require: levels, Stdin: until(ctx, e.in), Repair: f.repair}
	if keys != nil {
		o.Keys = keys.add
	}
	if f.expect != "" {
		o.Known = expect.covers
	}
	defer memoryBound(f.memory)()
	o.Table = facts.Mapping.Reference()
	if len(f.events) == 0 {
		return bulk.CheckRows(ctx, o, facts)
	}
	events := placeOf(f.events)
	events.Mapping = facts.Mapping
	return bulk.CheckChats(ctx, o, events, facts)
}

// placeOf is the place of one path, or of several.
func placeOf(paths []string) tables.Place { return tables.Place{Path: paths[0], More: paths[1:]} }
