package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/target"
)

// way is how a command line reaches an implementation: the flags that run and fuzz share.
type way struct {
	command []string // of a filter; nil is the built-in reference
	timeout time.Duration
}

// addTo adds the flags to a verb, and makes it accept a command behind --.
func (w *way) addTo(cmd *cobra.Command) {
	cmd.Args = behindDash
	cmd.Flags().DurationVar(&w.timeout, "timeout", time.Minute, "how long one start of the command may take")
}

// target is what is asked.
func (w *way) target() (target.Target, error) {
	switch {
	case w.timeout <= 0:
		return nil, fmt.Errorf("--timeout: expected a duration above zero, got %v", w.timeout)
	case len(w.command) == 0:
		return target.Reference{Table: model.Reference()}, nil
	}
	return &target.Filter{Argv: w.command, Timeout: w.timeout}, nil
}

// words are the flags and the command that reach the same implementation again.
func (w *way) words() []string {
	if len(w.command) == 0 {
		return nil
	}
	return append([]string{"--"}, w.command...)
}

// behindDash accepts a command behind --, or none of both.
func behindDash(cmd *cobra.Command, args []string) error {
	switch dash := cmd.ArgsLenAtDash(); {
	case len(args) > 0 && dash != 0:
		return fmt.Errorf("%s takes a command behind --, such as: chatproof %s -- %s", cmd.Name(), cmd.Name(), model.Line(strings.Join(args, " ")))
	case len(args) == 0 && dash == 0:
		return errors.New("no command behind --; leave the -- out to check the reference model")
	}
	return nil
}
