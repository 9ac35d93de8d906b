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

// offline is the way for rows at rest: generate wrote the events, the implementation ran, and these are its rows.
type offline struct {
	facts           []string
	start, printSQL string
	placeFlags
}

// addOffline adds the flags of the way.
func (o *offline) addOffline(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&o.facts, "facts", nil,
		"judge these `ROWS`: a file, a directory, a glob, a database (postgres://… or sqlite:FILE), or - for stdin; "+
			"may be repeated")
	o.placeFlags.addTo(cmd)
	flags.StringVar(&o.start, "start", "", "with --facts: the `TIME` that you gave to 'generate --start'")
	addPrintSQL(cmd, &o.printSQL, "the query that selects the rows",
		"; what the query returns can go to 'run --facts -'")
}

// refuseOffline adds a hidden --facts, so that a verb can say why it has no such way.
func (o *offline) refuseOffline(cmd *cobra.Command) {
	o.addMapping(cmd)
	cmd.Flags().StringArrayVar(&o.facts, "facts", nil, "")
	cmd.Flags().MarkHidden("facts") //nolint:errcheck // the flag exists
}

// check rejects flags that do not go together. reached says that the flags also name an implementation to ask.
func (o *offline) check(reached bool) error {
	switch {
	case len(o.facts) > 0 && reached:
		return errors.New("--facts judges rows that exist already: leave out the command, --stream and --http")
	case len(o.facts) == 0 && o.start != "":
		return errors.New("--start goes only with --facts")
	case len(o.facts) == 0 && o.format != "":
		return errors.New("--format goes only with --facts")
	}
	return nil
}

// atRest reads the rows that answer the plan.
func (e *env) atRest(ctx context.Context, o *offline, plan *engine.Plan) (target.Target, error) {
	at, err := o.place(ctx, o.facts[0], o.facts[1:]...)
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
	questions := plan.Questions()
	spelt := &speltFacts{facts, tables.NewSpelling(at.Mapping)}
	for i := range questions {
		spelt.Add(questions[i].Events)
	}
	return target.ReadAtRest(ctx, at.String(), spelt, questions, start)
}

// speltFacts are rows under the ids and names that the suite gave, if a mapping treats their spellings as equal.
type speltFacts struct {
	tables.Source[model.Fact]
	*tables.Spelling
}

func (s *speltFacts) Read() (model.Fact, error) {
	f, err := s.Source.Read()
	s.Respell(&f)
	return f, err
}

// parseStart reads the time of --start; "" is none.
func parseStart(s string) (t time.Time, err error) {
	if s == "" {
		return t, nil
	}
	t, err = time.Parse(time.RFC3339, s)
	if err != nil || t.Nanosecond() != 0 {
		return t, fmt.Errorf("--start: expected an RFC 3339 time in whole seconds, such as 2026-01-05T09:00:00Z, "+
			"got %s", model.Word(s))
	}
	if t.Year() < 1900 || t.Year() > 2199 { // outside these years, a chat could not keep its distances
		return t, fmt.Errorf("--start: expected a time in the years 1900 to 2199, got %s", model.Word(s))
	}
	return t.UTC(), nil
}

// words returns the flags that find the same rows again, without passwords.
func (o *offline) words() []string {
	var words []string
	for _, path := range o.facts {
		if path != "-" {
			path = tables.Place{Path: path}.String()
		}
		words = append(words, "--facts", path)
	}
	words = append(words, o.placeFlags.words()...)
	if o.start != "" {
		words = append(words, "--start", o.start)
	}
	return words
}
