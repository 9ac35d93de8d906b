package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/secret"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// way is how a command line reaches an implementation: the flags that run, fuzz and doctor share.
type way struct {
	command []string // of a filter or a stream; nil for the built-in reference or a server
	stream  bool
	http    string
	headers []string
	timeout time.Duration // 0 for the way's default
	jobs    int

	given  func(flag string) bool
	url    *url.URL
	header http.Header
	offline
}

// maxJobs bounds --jobs: each may hold a line of 16 MiB.
const maxJobs = 64

// processors checks the value of a --jobs for which 0 means all processors.
func processors(jobs int) error {
	if jobs < 0 || jobs > maxJobs {
		return fmt.Errorf("--jobs: expected 1 to %d, or 0 for all processors, got %d", maxJobs, jobs)
	}
	return nil
}

// addTo adds the flags to a verb, and makes it accept a command after --.
func (w *way) addTo(cmd *cobra.Command) {
	cmd.Args = behindDash
	flags := cmd.Flags()
	w.given = flags.Changed
	flags.BoolVar(&w.stream, "stream", false,
		"COMMAND keeps running, and speaks the stream protocol ('chatproof schema protocol')")
	flags.StringVar(&w.http, "http", "", "ask the server at this `URL`, with one POST for each scenario")
	flags.StringArrayVar(&w.headers, "header", nil,
		"with --http: send this `HEADER`, such as 'Authorization: Bearer TOKEN'; credentials are not "+
			"shown; may be repeated")
	flags.DurationVar(&w.timeout, "timeout", 0,
		"how long one run of COMMAND may take (default 1m); with --stream or --http, how long one scenario may "+
			"take (default 10s)")
	flags.IntVar(&w.jobs, "jobs", 1,
		"how many processes or requests to use at a time; the results stay the same")
}

// target returns the implementation to ask, or nil for rows at rest.
func (w *way) target(ctx context.Context) (target.Target, error) {
	if err := w.offline.check(len(w.command) > 0 || w.stream || w.http != ""); err != nil || len(w.facts) > 0 {
		return nil, err // rows are read once it is known which are needed
	}
	switch {
	case w.timeout <= 0 && w.given("timeout"):
		return nil, fmt.Errorf("--timeout: expected a duration above zero, got %v", w.timeout)
	case w.jobs < 1 || w.jobs > maxJobs:
		return nil, fmt.Errorf("--jobs: expected 1 to %d, got %d", maxJobs, w.jobs)
	case w.http != "" && (w.stream || len(w.command) > 0):
		return nil, errors.New("--http asks a server: leave out --stream and the command")
	case w.stream && len(w.command) == 0:
		return nil, errors.New("--stream takes a command after --, such as: chatproof run --stream -- node my.js")
	case w.http == "" && len(w.headers) > 0:
		return nil, errors.New("--header goes only with --http")
	}
	speech, err := w.speech(ctx)
	switch {
	case err != nil:
		return nil, err
	case w.http != "":
		return w.server(speech)
	case w.stream:
		return &target.Stream{
			Argv: w.command, Timeout: w.limit(10 * time.Second), Jobs: w.jobs, Harness: "chatproof/" + engine.Version,
			Speech: speech,
		}, nil
	case len(w.command) > 0:
		return &target.Filter{Argv: w.command, Timeout: w.limit(time.Minute), Jobs: w.jobs, Speech: speech}, nil
	}
	if _, err := w.reference(ctx); err != nil {
		return nil, err
	}
	world, err := w.world(ctx, "", "")
	return target.Reference{Table: w.pinned.On(world.Reference())}, err
}

// asked is [way.target] for a verb that has no plan. It checks the mapping first.
func (w *way) asked(ctx context.Context) (target.Target, error) {
	t, err := w.target(ctx)
	if err == nil {
		err = w.faithful(ctx, nil)
	}
	return t, err
}

func (w *way) limit(otherwise time.Duration) time.Duration { return cmp.Or(w.timeout, otherwise) }

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (w *way) server(speech target.Speech) (target.Target, error) {
	u, err := url.Parse(w.http)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("--http: expected a URL such as http://localhost:8080/classify")
	}
	header := make(http.Header)
	for _, h := range w.headers {
		name, value, found := strings.Cut(h, ":")
		value = strings.TrimSpace(value)
		if !found || !headerName.MatchString(name) || strings.ContainsFunc(value,
			func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return nil,
				errors.New("--header: expected a name, a colon and a value on one line, such as 'Authorization: " +
					"Bearer TOKEN'")
		}
		header.Add(name, value)
	}
	w.url, w.header = u, header
	server := target.NewHTTP(u, header, w.limit(10*time.Second), w.jobs)
	server.Speech = speech
	return server, nil
}

// environment returns what the header of results says about a target.
func (w *way) environment(t target.Target) *engine.Environment {
	e := &engine.Environment{
		Way: t.Way(), Command: withoutSecrets(t.Command()), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Implementation: target.About(t), Mapping: w.read.Digest(),
	}
	if w.url != nil {
		e.URL = secret.Text(w.url.Redacted())
	}
	if len(w.facts) > 0 {
		e.Facts = tables.Place{Path: w.facts[0], More: w.facts[1:]}.String()
	}
	return e
}

// words returns the flags and the command that reach the same implementation again, without credentials.
func (w *way) words() (words []string) {
	if len(w.facts) > 0 {
		return w.offline.words()
	}
	if w.stream {
		words = append(words, "--stream")
	}
	if w.url != nil {
		words = append(words, "--http", secret.Text(w.url.Redacted()))
	}
	for _, h := range w.headers {
		if name, _, _ := strings.Cut(h, ":"); secret.InHeader(name) {
			h = name + ": …"
		}
		words = append(words, "--header", secret.Text(h))
	}
	if w.timeout > 0 {
		words = append(words, "--timeout", w.timeout.String())
	}
	words = append(words, w.placeFlags.words()...)
	if len(w.command) > 0 {
		words = append(append(words, "--"), withoutSecrets(w.command)...)
	}
	return words
}

// behindDash accepts a command after --, or neither.
func behindDash(cmd *cobra.Command, args []string) error {
	switch dash := cmd.ArgsLenAtDash(); {
	case len(args) > 0 && dash != 0:
		return fmt.Errorf("%s takes its command after '--'; write 'chatproof %s -- %s'", cmd.Name(), cmd.Name(),
			model.Line(strings.Join(args, " ")))
	case len(args) == 0 && dash == 0:
		return errors.New("no command after '--'; to check the reference model, leave out '--'")
	}
	return nil
}
