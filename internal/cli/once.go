package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/chatproof/chatproof/model"
)

// errTwice is the error of a single-value flag given twice: otherwise the first value would be dropped silently.
var errTwice = errors.New("given twice; give it once")

// once makes every flag of a command and its verbs accept only one value, except for lists.
func once(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, isList := f.Value.(pflag.SliceValue); !isList {
			f.Value = &onceValue{Value: f.Value}
			if f.DefValue == "0s" { // help no longer recognizes a duration's zero through the wrapper
				f.DefValue = ""
			}
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

// Set sets the value, once.
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
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		name := unknown.GetSpecifiedName()
		if best := model.Nearest(name, names); best != "" {
			return fmt.Errorf("--%s: no such flag; did you mean --%s?", model.Line(name), best)
		}
		err = fmt.Errorf("--%s: no such flag", model.Line(name))
	case errors.As(err, &bad) && !errors.Is(err, errTwice) && expected[bad.GetFlag().Value.Type()] != "":
		return fmt.Errorf("--%s: expected %s, got %s", bad.GetFlag().Name, expected[bad.GetFlag().Value.Type()],
			model.Word(bad.GetValue()))
	}
	if bad != nil {
		return fmt.Errorf("--%s: %w", bad.GetFlag().Name, bad.Unwrap())
	}
	return fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())
}

// expected says what the flags of a type accept.
var expected = map[string]string{
	"int": "a whole number", "uint64": "a whole number, 0 or more", "duration": "a duration such as 10s or 5m",
	"bool": "true or false",
}

// noArgs refuses arguments that are not flags.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes only flags, got %s; see '%s --help'", cmd.Name(), model.Word(args[0]),
			cmd.CommandPath())
	}
	return nil
}

// noSuchVerb rejects a word that is not a verb of the command, and names the nearest.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, verb := range cmd.Commands() {
		if !verb.Hidden {
			names = append(names, verb.Name())
		}
	}
	return fmt.Errorf("%s: no such command of %s%s; see '%s --help'", model.Name(args[0]), cmd.CommandPath(),
		model.DidYouMean(args[0], names), cmd.CommandPath())
}
