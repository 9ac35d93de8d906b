package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
)

// version is what a bug report needs to know of a build.
type version struct {
	Version    string `json:"version"`    // of the suite and the program
	Suite      string `json:"suite"`      // digest of features and rules, as in the header of a record
	Protocol   int    `json:"protocol"`   // of a stream
	Generation int    `json:"generation"` // of random chats: within one, a seed and an index always give the same chat
	Go         string `json:"go"`
	Commit     string `json:"commit,omitempty"` // if the program was built in its repository
	Modified   bool   `json:"modified,omitzero"`
}

func (e *env) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  chatproof version\n  chatproof version --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if !asJSON {
				_, err := fmt.Fprintln(e.out, "chatproof "+engine.Version)
				return err
			}
			v := version{
				Version: engine.Version, Suite: engine.Digest(), Protocol: wire.Protocol, Generation: gen.Generation,
				Go: runtime.Version(),
			}
			if build, ok := debug.ReadBuildInfo(); ok {
				for _, s := range build.Settings {
					switch s.Key {
					case "vcs.revision":
						v.Commit = s.Value
					case "vcs.modified":
						v.Modified = s.Value == "true"
					}
				}
			}
			line, err := json.Marshal(v)
			if err == nil {
				_, err = fmt.Fprintf(e.out, "%s\n", line)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false,
		"print an object: version, suite digest, protocol, version of the random generator, Go, commit")
	return cmd
}
