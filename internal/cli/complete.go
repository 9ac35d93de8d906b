package cli

import (
	"time"

	"github.com/spf13/cobra"
)

// complete offers a flag's values to the shell.
func complete(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag does not exist: a fault of the program
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
