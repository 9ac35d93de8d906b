package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// placeFlags say how to read the rows at a place.
type placeFlags struct {
	format, mapping string
	queryTimeout    time.Duration // 0 is the default

	read *tables.Mapping // the mapping, once read

	readings string // a file; "" is none
	pinned   *engine.Readings
}

// addReadings adds --readings.
func (p *placeFlags) addReadings(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.readings, "readings", "",
		"where the guide is silent, expect what your Info Mart does: its answers are in this `FILE`, which "+
			"'check --learn' writes")
}

// reference returns the table of answers for the deployment and the readings that the flags name. It reads their files
// only once.
func (p *placeFlags) reference(ctx context.Context) (*model.Table, error) {
	m, err := p.readMapping(ctx)
	if err != nil {
		return nil, err
	}
	if p.pinned == nil && p.readings != "" {
		p.pinned, err = engine.ReadReadings(ctx, p.readings)
		if err != nil {
			return nil, fmt.Errorf("--readings: %w", err)
		}
	}
	return p.pinned.On(m.Reference()), nil
}

// readMapping reads the mapping once. It returns nil if there is none.
func (p *placeFlags) readMapping(ctx context.Context) (_ *tables.Mapping, err error) {
	if p.read == nil && p.mapping != "" {
		p.read, err = tables.ReadMapping(ctx, p.mapping)
	}
	return p.read, err
}

func (p *placeFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.format, "format", "", "the `FORMAT` of the rows: "+strings.Join(tables.Formats, ", ")+
		"; by default the file's ending says which, and stdin is jsonl")
	cmd.Flags().DurationVar(&p.queryTimeout, "query-timeout", 0,
		"how long reading from a database may take (default 1h)")
	p.addMapping(cmd)
	complete(cmd, "format", tables.Formats...)
}

func (p *placeFlags) addMapping(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.mapping, "mapping", "",
		"a YAML `FILE` that says how your events and rows differ from chatproof's ('chatproof schema mapping')")
}

// place returns a place to write to, or one or more to read from.
func (p *placeFlags) place(ctx context.Context, path string, more ...string) (at tables.Place, err error) {
	at = tables.Place{Path: path, More: more, Format: p.format, QueryTimeout: p.queryTimeout}
	if p.queryTimeout < 0 {
		return at, fmt.Errorf("--query-timeout: expected a duration above zero, got %v", p.queryTimeout)
	}
	for _, path := range append([]string{path}, more...) {
		if p.format != "" && tables.IsDSN(path) {
			return at, fmt.Errorf("--format: %s is a database, which has no format; leave out --format",
				tables.Place{Path: path})
		}
	}
	if p.format != "" {
		if _, err := tables.FormatOf(path, p.format); err != nil {
			return at, fmt.Errorf("--format: %w", err)
		}
	}
	at.Mapping, err = p.readMapping(ctx)
	return at, err
}

// addMedia adds --media.
func addMedia(flags *pflag.FlagSet, list *string) {
	flags.StringVar(list, "media", "",
		"the `MEDIA` that you have, such as chat,sms (default: those that --mapping names, or all); scenarios about "+
			"others are left out")
}

// world returns the limits of the deployment: its media, by --media or else by the mapping, its finishing queues, the
// ids and names that the mapping treats as equal, and, unless --start moves the chats to another time, the times that
// it cannot tell apart.
func (p *placeFlags) world(ctx context.Context, media, start string) (w engine.World, err error) {
	w.Media, err = engine.ParseMedia(media)
	if err != nil {
		return w, fmt.Errorf("--media: %w", err)
	}
	m, err := p.readMapping(ctx)
	if err != nil || m == nil {
		return w, err
	}
	w.WholeChats, w.Form, w.Finishing = m.SendsChats(), m.IDForm(), m.Deployment()
	if len(w.Media) == 0 {
		w.Media = m.Media()
	}
	if k := m.Keys(); k != (tables.Keys{}) {
		w.Fold = k.Fold
	}
	if start == "" {
		w.Twice = m.Twice()
	}
	return w, nil
}

// inputs returns the places that a verb's arguments name, or stdin if there are none.
func (p *placeFlags) inputs(ctx context.Context, args []string) (tables.Place, error) {
	if len(args) == 0 {
		return p.place(ctx, "-")
	}
	return p.place(ctx, args[0], args[1:]...)
}

// words returns the flags as words of a command line.
func (p *placeFlags) words() (words []string) {
	timeout := ""
	if p.queryTimeout != 0 {
		timeout = p.queryTimeout.String()
	}
	for _, f := range [...][2]string{
		{"--format", p.format}, {"--query-timeout", timeout}, {"--mapping", p.mapping}, {"--readings", p.readings},
	} {
		if f[1] != "" {
			words = append(words, f[:]...)
		}
	}
	return words
}

// addPrintSQL adds --print-sql: what it prints, and what to do then.
func addPrintSQL(cmd *cobra.Command, dialect *string, what, then string) {
	var names []string
	for i := range tables.Dialects {
		names = append(names, tables.Dialects[i].Name)
	}
	cmd.Flags().StringVar(dialect, "print-sql", "", "only print "+what+", in this `DIALECT`: "+
		strings.Join(names, ", ")+then)
	complete(cmd, "print-sql", names...)
}

// printQuery prints a statement about facts, for the client of another database. Nothing but a mapping changes it, so
// nothing else may be given.
func (e *env) printQuery(cmd *cobra.Command, dialect string, p *placeFlags,
	statement func(*tables.Dialect, *tables.Mapping) (string, error),
) error {
	var idle []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "print-sql" && f.Name != "mapping" {
			idle = append(idle, "--"+f.Name)
		}
	})
	if cmd.Flags().NArg() > 0 {
		idle = append(idle, "the command")
	}
	if len(idle) > 0 {
		return fmt.Errorf("--print-sql only prints a query: leave out %s", strings.Join(idle, " and "))
	}
	m, err := p.readMapping(cmd.Context())
	if err != nil {
		return err
	}
	d, err := tables.ParseDialect(dialect)
	var text string
	if err == nil {
		text, err = statement(d, m)
	}
	if err != nil {
		return fmt.Errorf("--print-sql: %w", err)
	}
	_, err = fmt.Fprint(e.out, text)
	return err
}
