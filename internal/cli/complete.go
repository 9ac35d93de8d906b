package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
)

// complete offers a flag's values to the shell.
func complete(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag does not exist: a bug in the program
	}
}

// completeScenarios offers the ids of the suite's authored scenarios and of those of --features.
func completeScenarios(cmd *cobra.Command) {
	err := cmd.RegisterFlagCompletionFunc("scenario", func(cmd *cobra.Command, _ []string, begun string) (ids []string,
		_ cobra.ShellCompDirective,
	) {
		dirs, _ := cmd.Flags().GetStringArray("features")
		mapping, _ := cmd.Flags().GetString("mapping")
		w, err := (&placeFlags{mapping: mapping}).world(cmd.Context(), "", "")
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		cases, err := engine.Authored(w, dirs)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		for _, c := range cases {
			if strings.HasPrefix(c.ID, begun) {
				ids = append(ids, c.ID)
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag does not exist: a bug in the program
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
