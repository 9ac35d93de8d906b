package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errTwice is the error of a flag of one value that is given a second one: the first would be dropped without a word.
var errTwice = errors.New("given twice, and it takes one value")

// once makes every flag of a command and of its verbs take its value once, but for those that are lists.
func once(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, isList := f.Value.(pflag.SliceValue); !isList {
			f.Value = &onceValue{Value: f.Value}
		}
	})
	for _, verb := range cmd.Commands() {
		once(verb)
	}
}

// onceValue is the value of a flag that may be given once.
type onceValue struct {
	pflag.Value
	given bool
}

// Set sets the value.
func (v *onceValue) Set(s string) error {
	if v.given {
		return errTwice
	}
	v.given = true
	return v.Value.Set(s)
}

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) && errors.Is(err, errTwice) {
		err = errors.New("--" + bad.GetFlag().Name + ": " + errTwice.Error())
	}
	return fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())
}
