package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/reports"
)

// uses lists the flags that name the files a verb writes and reads. A verb also reads what its arguments name: files,
// or the parts of a command.
var uses = map[string]struct{ writes, reads string }{
	"run":  {"report write-expect", "facts mapping readings expect failed features"},
	"fuzz": {"report", "mapping readings"},
	"check": {
		"report keys write-expect learn",
		"events facts legacy legacy-mapping mapping readings expect against",
	},
	"classify": {"output", "mapping readings"},
	"generate": {
		"output to facts resources learn-profile compare defects-log",
		"features mapping readings like profile",
	},
	"explain": {"svg", "features mapping readings"},
	"report":  {"html junit ctrf markdown badge claim merge", "against subject"},
}

// keepApart stops a verb from overwriting what it reads, and from writing a file twice.
func keepApart(root *cobra.Command) {
	for _, verb := range root.Commands() {
		u, ok := uses[verb.Name()]
		if !ok {
			continue
		}
		verb.PreRunE = func(cmd *cobra.Command, args []string) error {
			if f := cmd.Flags().Lookup("report"); f != nil && f.Changed && f.Value.String() == "" {
				return errors.New(`--report: expected a directory, got ""`) // perhaps from an unset variable
			}
			written, read := usesOf(cmd, u.writes), usesOf(cmd, u.reads)
			for _, arg := range args {
				info, err := os.Stat(arg)
				if verb.ArgsLenAtDash() < 0 || err == nil && info.Mode().IsRegular() {
					read = append(read, useOf("the command", arg))
				}
			}
			if verb.Name() == "report" { // a report's directory stands for its record
				for i := range read {
					read[i].Path = reports.RecordOf(read[i].Path)
				}
			}
			return files.Apart(written, read)
		}
	}
}

// reportDir is the directory that a verb writes its report to, or "".
type reportDir struct {
	dir   string
	force bool
}

// reportUsage is what --report says where it writes a whole report.
const reportUsage = "write the report to this `DIR`: results.jsonl, index.html, junit.xml, summary.md, badge.json " +
	"and badge.svg"

func (d *reportDir) addTo(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&d.dir, "report", "", usage)
	cmd.Flags().BoolVar(&d.force, "force", false,
		"let --report overwrite symbolic links, and files in a directory that does not hold a report")
}

// hold claims the directory up front, so that an error does not come only after a night of work.
func (d *reportDir) hold() (*reports.Place, error) {
	p, err := reports.Hold(d.dir, d.force)
	if err != nil {
		return nil, fmt.Errorf("--report: %w", err)
	}
	return p, nil
}

// usesOf lists the files that flags name.
func usesOf(cmd *cobra.Command, flags string) (all []files.Use) {
	for name := range strings.FieldsSeq(flags) {
		flag := cmd.Flags().Lookup(name)
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			switch {
			case value == "" || name == "output" && cmd.Flags().Changed("to"):
			case name == "report":
				for _, path := range reports.Files(value) {
					all = append(all, files.Use{By: "--report", Path: path})
				}
			case name == "failed" || name == "against":
				all = append(all, files.Use{By: "--" + name, Path: reports.RecordOf(value)})
			default:
				all = append(all, useOf("--"+name, value))
			}
		}
	}
	return all
}

// useOf returns the use of a place. For a SQLite database, that is its file.
func useOf(by, path string) files.Use {
	if file, ok := strings.CutPrefix(path, "sqlite:"); ok && tables.IsDSN(path) {
		path = filepath.FromSlash(strings.TrimPrefix(file, "//"))
	}
	return files.Use{By: by, Path: path}
}
