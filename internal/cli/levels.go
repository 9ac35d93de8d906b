package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// levelsFlag is a set of levels as a flag.
type levelsFlag model.Levels

// requireUsage is what --require says where it decides what counts.
const requireUsage = "the `LEVELS` that count, separated by commas, or all"

// addRequire adds --require, which defaults to the default levels.
func addRequire(cmd *cobra.Command, levels *model.Levels, usage string) {
	*levels = engine.DefaultLevels
	cmd.Flags().Var((*levelsFlag)(levels), "require", usage)
	complete(cmd, "require", levelNames()...)
}

// everyLevel is what "all" means.
var everyLevel = model.LevelSet(model.AllLevels...)

func levelNames() []string { return append(strings.Split(everyLevel.String(), ","), "all") }

// Set reads level names, comma-separated, or all.
func (f *levelsFlag) Set(s string) error {
	if s == "all" {
		*f = levelsFlag(everyLevel)
		return nil
	}
	*f = 0
	for name := range strings.SplitSeq(s, ",") {
		l, ok := model.ParseLevel(name)
		if !ok {
			return fmt.Errorf("%s is not a level; expected all, or some of %s%s", model.Quoted(name), everyLevel,
				model.DidYouMean(name, levelNames()))
		}
		*f |= levelsFlag(model.LevelSet(l))
	}
	return nil
}

func (f *levelsFlag) String() string {
	if model.Levels(*f) == everyLevel {
		return "all"
	}
	return model.Levels(*f).String()
}

// Type makes help show the value as a string.
func (*levelsFlag) Type() string { return "string" }
