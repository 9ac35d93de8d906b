package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// offline is the way over rows at rest: generate wrote the events, the implementation ran, and here are its rows.
type offline struct {
	facts, start, printSQL string
	placeFlags
}

// addOffline adds the flags of the way.
func (o *offline) addOffline(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.facts, "facts", "", "ask nobody: take the rows that are in this file, - for stdin, or postgres:// or sqlite: database")
	o.placeFlags.addTo(cmd)
	flags.StringVar(&o.start, "start", "", "of --facts: the time that generate was given by --start")
	addPrintSQL(cmd, &o.printSQL, "the query whose result --facts - reads")
}

// refuseOffline makes a verb say why it has no such way.
func (o *offline) refuseOffline(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.facts, "facts", "", "")
	cmd.Flags().MarkHidden("facts") //nolint:errcheck // the flag is there
}

// check finds what does not go together, where an implementation is reached otherwise, too.
func (o *offline) check(reached bool) error {
	switch {
	case o.facts != "" && reached:
		return errors.New("--facts takes rows that are there: leave the command, --stream and --http out")
	case o.facts == "" && o.start != "":
		return errors.New("--start: only with --facts")
	case o.facts == "" && len(o.placeFlags.words()) > 0:
		return fmt.Errorf("%s: only with --facts", o.placeFlags.words()[0])
	}
	return nil
}

// atRest reads the rows that answer the plan.
func (e *env) atRest(ctx context.Context, o *offline, plan *engine.Plan) (target.Target, error) {
	at, err := o.place(o.facts)
	if err != nil {
		return nil, err
	}
	start, err := parseStart(o.start)
	if err != nil {
		return nil, err
	}
	facts, err := tables.OpenFacts(ctx, at, until(ctx, e.in))
	if err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	defer facts.Close()
	return target.ReadAtRest(ctx, at.String(), facts, plan.Questions(), start)
}

// parseStart reads the time of --start; "" is none.
func parseStart(s string) (t time.Time, err error) {
	if s == "" {
		return t, nil
	}
	if t, err = time.Parse(time.RFC3339, s); err != nil || t.Nanosecond() != 0 {
		return t, fmt.Errorf("--start: expected RFC 3339 in whole seconds, such as 2026-01-05T09:00:00Z, got %s", model.Name(s))
	}
	if t.Year() < 1900 || t.Year() > 2199 { // further away, no chat could keep its distances
		return t, fmt.Errorf("--start: expected a year from 1900 to 2199, got %s", model.Name(s))
	}
	return t.UTC(), nil
}

// words are the flags that find the same rows again; a password is none of them.
func (o *offline) words() []string {
	words := append([]string{"--facts", tables.Place{Path: o.facts}.String()}, o.placeFlags.words()...)
	if o.facts == "-" {
		words[1] = "-"
	}
	if o.start != "" {
		words = append(words, "--start", o.start)
	}
	return words
}
