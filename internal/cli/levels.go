package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/model"
)

func completeLevels(cmd *cobra.Command) {
	var names []string
	for _, l := range model.AllLevels {
		names = append(names, l.String())
	}
	complete(cmd, "require", append(names, "all")...)
}

func parseLevels(s string) (levels model.Levels, err error) {
	if s == "all" {
		return model.LevelSet(model.AllLevels...), nil
	}
	for _, name := range strings.Split(s, ",") {
		l, ok := model.ParseLevel(name)
		if !ok {
			all := model.LevelSet(model.AllLevels...)
			names := append(strings.Split(all.String(), ","), "all")
			return 0, fmt.Errorf("--require: %s is not a level; expected all, or some of %s%s", model.Name(name), all,
				model.DidYouMean(name, names))
		}
		levels |= model.LevelSet(l)
	}
	return levels, nil
}
