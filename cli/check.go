package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/check"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// checkFlags are the flags of check.
type checkFlags struct {
	events, facts string
	require       string
	json          bool
	placeFlags
}

func (e *env) check() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check --facts FILE|- [--events EVENTS]",
		Short: "Check your own chats: their rows against the reference, or against the invariants alone",
		Long: `Check takes the rows that you have of your own chats, and tells where they are wrong: differences grouped by signature,
those of required levels first, then the most frequent, an example explained of each of the first ten.

With --events each chat's rows are compared with those that the reference makes of its events. Ill-formed chats are set
aside, counted and listed; rows of chats without events are counted. Of a chat that is not finished only the closed
attempts are judged.

Without --events the rows are checked against the invariants that need nothing else, V1, V2, V6, V7, V8 and V11
('chatproof list invariants'). They are about finished chats: leave out rows of chats that are still open.

Exit codes: 0 no difference of a required level; 1 some; 2 usage, or input that cannot be read; 5 there was no chat to
check.`,
		Example: `  chatproof check --events chats.jsonl.gz --facts irf.jsonl
  chatproof check --events chats.jsonl --facts irf.jsonl --require all --json
  psql -qAt -f irf.sql | chatproof check --facts -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.runCheck(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.events, "events", "", "the events of your chats")
	flags.StringVar(&f.facts, "facts", "", "the rows to check: a file, - for stdin, or postgres:// or sqlite: database")
	flags.StringVar(&f.require, "require", defaultLevels, "the levels whose differences count (these and no others), comma-separated, or all")
	flags.BoolVar(&f.json, "json", false, "print what was found as JSON Lines")
	f.placeFlags.addTo(cmd)
	completeLevels(cmd)
	return cmd
}

func (e *env) runCheck(ctx context.Context, f *checkFlags) error {
	levels, err := parseLevels(f.require)
	switch {
	case err != nil:
		return err
	case f.facts == "":
		return errors.New("check what? --facts names the rows; see 'chatproof check --help'")
	case f.facts == "-" && f.events == "-":
		return errors.New("--events and --facts cannot both be stdin")
	}
	at, err := f.place(f.facts)
	if err != nil {
		return err
	}
	facts, err := rows.OpenFacts(ctx, at, e.in)
	if err != nil {
		return err
	}
	defer facts.Close()
	var found *check.Report
	if f.events == "" {
		found, err = check.Rows(facts, levels)
	} else {
		events, openErr := rows.OpenEvents(ctx, rows.Place{Path: f.events, Mapping: at.Mapping}, e.in)
		if openErr != nil {
			return openErr
		}
		defer events.Close()
		found, err = check.Chats(events, facts, levels)
	}
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if r := (checkReport{found, f, levels}); f.json {
		err = r.lines(&b)
	} else {
		r.text(&b)
	}
	if err != nil {
		return err
	}
	if _, err := e.out.Write(b.Bytes()); err != nil {
		return err
	}
	switch {
	case found.Differing > 0:
		return &exitError{code: exitNonconforming}
	case found.Chats == 0:
		return &exitError{exitIncomplete, fmt.Errorf("%s: no chat to check", model.Line(rows.Place{Path: cmp.Or(f.events, f.facts)}.String()))}
	}
	return nil
}
