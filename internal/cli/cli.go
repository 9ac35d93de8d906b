// Package cli is the command line. Each verb has its own file, and turns flags into the options of one package, and
// that package's answer into text and an exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/reports"
)

// The exit codes of the contract. If several apply, the first of 130, 2, 3, 1, 5, 4, 0 wins.
const (
	exitDone          = 0
	exitNonconforming = 1
	exitUsage         = 2
	exitNotStarted    = 3
	exitStale         = 4
	exitIncomplete    = 5
	exitInterrupted   = 130
)

// exitError is an error with its own exit code. One without err has been reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exit returns an error with its own exit code.
func exit(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

// env holds the streams that a verb uses besides its flags.
type env struct {
	in       io.Reader
	out, err io.Writer
}

// Run executes one command line and returns its exit code. If ctx is canceled, it finishes early and reports what was
// done. It writes results to out and diagnostics, one line each, to errOut. It may write to both at the same time, so
// they may be one writer only if that is safe for concurrent use, as a file is.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	// net/http logs oddities of a connection here: such lines are not in our form, and we report the error anyway
	log.SetOutput(io.Discard)
	checked := &checkedWriter{w: out}
	e := &env{in: in, out: checked, err: errOut}
	root := &cobra.Command{
		Use:   "chatproof",
		Short: "Does your implementation report chats as Genesys Info Mart documents?",
		Long: `chatproof is a conformance suite for chat reporting. It sends chats as event streams to an
implementation, and reads the Interaction Resource Facts that come back. It then says where they
differ from what Genesys Info Mart documents.`,
		Example: `  chatproof run                          the suite against the built-in reference model
  chatproof run -- python3 my.py         against your own program
  chatproof explain chat.jsonl           why a chat has the facts it has`,
		Version:       engine.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(checked)
	root.SetErr(errOut)
	root.AddCommand(e.run(), e.fuzz(), e.generate(), e.classify(), e.check(), e.explain(), e.report(), e.list(),
		e.selftest(), e.init(), e.doctor(), e.schema(), e.version())
	root.InitDefaultHelpFlag()
	for _, verb := range root.Commands() {
		verb.Flags().SortFlags = false // help lists them as they are declared: what belongs together is together
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 100"))
	once(root)
	keepApart(root)
	root.SetFlagErrorFunc(flagError)
	err := root.ExecuteContext(ctx)
	if err == nil && checked.err != nil { // help does not check its own writes
		err = checked.err
	}
	if err == nil {
		return exitDone
	}
	code := exitUsage
	if errors.Is(err, context.Canceled) { // during preparation
		code, err = exitInterrupted, errors.New("interrupted: nothing was done")
	}
	var exit *exitError
	if errors.As(err, &exit) {
		code = exit.code
		if exit.err == nil {
			return code
		}
	}
	fmt.Fprintln(errOut, "chatproof: "+oneLine(hide(args, plainly(err))))
	return code
}

// together matches what cobra says of flags that exclude each other.
var together = regexp.MustCompile(`^if any flags in the group .*; \[(\S+) (\S+)\] were all set$`)

// plainly returns the text of an error without what only a programmer reads: "lstat" before a path, groups of flags.
func plainly(err error) string {
	text := err.Error()
	var at *fs.PathError
	if errors.As(err, &at) {
		text = strings.Replace(text, at.Error(), at.Path+": "+at.Err.Error(), 1)
	}
	return together.ReplaceAllString(text, "--$1 and --$2 cannot be given together; leave out one of them")
}

// checkedWriter remembers the first error of a writer.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// interruptible returns a context that the first interrupt, hang-up or termination signal cancels. The second signal
// ends the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
			return
		}
		<-signals
		os.Exit(exitInterrupted) // the default action may be to ignore it, as in a shell's background job
	}()
	return ctx, func() { cancel(); signal.Stop(signals) }
}

// until reads from in until ctx is done. A read that blocks on a terminal or pipe cannot be ended, so it is abandoned.
func until(ctx context.Context, in io.Reader) io.Reader {
	out, feed := io.Pipe()
	return &awaited{out, sync.OnceFunc(func() {
		context.AfterFunc(ctx, func() { feed.CloseWithError(ctx.Err()) })
		go func() {
			_, err := io.Copy(feed, in)
			feed.CloseWithError(err)
		}()
	})}
}

// awaited starts reading only at the first Read: input that nobody reads is left for another program.
type awaited struct {
	in    io.Reader
	begin func()
}

func (a *awaited) Read(b []byte) (int, error) {
	a.begin()
	return a.in.Read(b)
}

func scenarios(n int) string { return number(n, "scenario", "scenarios") }

func number(n int, one, more string) string { return reports.Number(n, one, more) }

// oneLine puts an error on one line.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// byGo matches the path of a program started by go run: in its work directory or, from the second time on, in the build
// cache, under its hash. Directories further up are the user's choice (GOTMPDIR, GOCACHE), and mean nothing.
var byGo = regexp.MustCompile(`/(go-build[0-9]+/b001/exe|[0-9a-f]{2}/[0-9a-f]{64}-d)/[^/]+$`)

// self returns how the user called this program, for commands that the user may repeat.
func self() string {
	path, err := os.Executable()
	built, known := debug.ReadBuildInfo()
	if err != nil || !known {
		return "chatproof"
	}
	return calledAs(filepath.ToSlash(path), &built.Main)
}

func calledAs(path string, built *debug.Module) string {
	switch {
	case !byGo.MatchString(path):
		return "chatproof"
	case built.Sum != "": // downloaded
		return "go run " + built.Path + "@" + built.Version
	}
	return "go run ."
}
