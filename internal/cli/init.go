package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

//go:embed starter
var starterFiles embed.FS

// starter is an implementation to start from: it reads, groups and orders the events, and prints nothing yet.
type starter struct {
	lang, file, command string
	needs               string // in addition to the command
	setup               string // of the workflow's job
}

var starters = []starter{
	{lang: "python", file: "classify.py", command: "python3 classify.py"},
	{lang: "node", file: "classify.mjs", command: "node classify.mjs"},
	{lang: "go", file: "classify.go", command: "go run classify.go"},
	{lang: "java", file: "Classify.java", command: "java Classify.java", needs: "Java 17 or newer"},
	{
		lang: "sql", file: "classify.sql", command: "psql -X -f classify.sql",
		needs: "a PostgreSQL server that psql reaches: set PGHOST, PGUSER and so on",
		setup: `    services:
      postgres:
        image: postgres
        env:
          POSTGRES_PASSWORD: postgres
        ports: ["5432:5432"]
        options: --health-cmd pg_isready --health-interval 2s --health-retries 30
    env:
      PGHOST: localhost
      PGUSER: postgres
      PGPASSWORD: postgres`,
	},
}

func (e *env) init() *cobra.Command {
	var lang string
	var langs []string
	for _, s := range starters {
		langs = append(langs, s.lang)
	}
	cmd := &cobra.Command{
		Use:   "init --lang LANG [DIR]",
		Short: "Create the beginning of an implementation: a program, a list of what it still fails, a CI workflow",
		Long: `Init writes the beginning of an implementation to DIR or, without DIR, to the current directory:
  the program     a filter that reads, groups and orders the events, and prints nothing yet;
                  a comment marks what you fill in
  expect.yaml     the scenarios that it fails; with this list, CI is green from the first day
  the workflow    for GitHub Actions, at the root of the git repository or, without one, in DIR

LANG is one of ` + strings.Join(langs, ", ") + `. For sql you need PostgreSQL and psql.

If any of the files exists already, nothing is written.`,
		Example: `  chatproof init --lang python
  chatproof init --lang java reporting/`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("init: expected one directory, got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range starters {
				if s.lang == lang {
					return e.initialize(cmd, &s, strings.Join(args, ""))
				}
			}
			return fmt.Errorf("--lang: expected %s, got %s", files.Or(langs), model.Word(lang))
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "the `LANG`: "+strings.Join(langs, ", "))
	complete(cmd, "lang", langs...)
	return cmd
}

// initialize writes the files of a starter, all or none.
func (e *env) initialize(cmd *cobra.Command, s *starter, dir string) error {
	program, err := starterFiles.ReadFile("starter/" + s.lang + "/" + s.file)
	if err != nil {
		return err
	}
	root, within := repository(dir)
	workflow, err := s.workflow(within)
	if err != nil {
		return err
	}
	names := []string{
		filepath.Join(dir, s.file), filepath.Join(dir, "expect.yaml"),
		filepath.Join(root, ".github", "workflows", workflowName(within)),
	}
	for _, path := range names {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s already exists: nothing was written", path)
		} else if errors.Is(err, syscall.ENOTDIR) {
			return fmt.Errorf("%s: a part of this path is a file, not a directory", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	known, err := engine.NullExpectations(cmd.Context())
	if err != nil {
		return err
	}
	var outputs []*files.File
	defer func() {
		for _, f := range outputs {
			f.Discard()
		}
	}()
	for i, text := range []string{string(program), known, workflow} {
		if err := os.MkdirAll(filepath.Dir(names[i]), 0o777); err != nil {
			return err
		}
		file, err := files.Create(cmd.Context(), names[i], nil)
		if err != nil {
			return err
		}
		outputs = append(outputs, file)
		if _, err := file.Write([]byte(text)); err != nil {
			return err
		}
	}
	if err := files.Keep(outputs...); err != nil {
		return err
	}
	return e.sayNext(s, dir, within, names)
}

// repository finds the root of the git repository that dir is or will be in, as a path from here, and dir's path within
// it. If there is no repository, root is dir itself and within is "".
func repository(dir string) (root, within string) {
	here, err := filepath.EvalSymlinks(".")
	if err == nil {
		here, err = filepath.Abs(here)
	}
	at, absolute := filepath.Abs(dir)
	if err != nil || absolute != nil {
		return dir, ""
	}
	missing := "" // the end of the path that does not exist yet
	for {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			at = filepath.Join(real, missing)
			break
		}
		missing, at = filepath.Join(filepath.Base(at), missing), filepath.Dir(at)
	}
	for top := at; ; top = filepath.Dir(top) {
		if _, err := os.Stat(filepath.Join(top, ".git")); err == nil {
			within, _ = filepath.Rel(top, at)
			root, err = filepath.Rel(here, top)
			if err != nil {
				root = top
			}
			return root, filepath.ToSlash(within)
		}
		if top == filepath.Dir(top) {
			return dir, ""
		}
	}
}

// workflowName returns the workflow's file name. A repository may hold several implementations, each in a directory.
func workflowName(within string) string {
	if within == "" || within == "." {
		return "chatproof.yml"
	}
	return "chatproof-" + notInNames.ReplaceAllString(within, "-") + ".yml"
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// workflow returns the text of the gate for a directory of a repository.
func (s *starter) workflow(within string) (string, error) {
	fields := map[string]string{
		"Version": engine.Version, "Command": s.command, "Setup": s.setup, "Lang": s.lang, "Name": "chatproof",
		"Report": "chatproof-report",
	}
	if within != "" && within != "." {
		fields["Within"], fields["Name"] = strconv.Quote(within), strconv.Quote("chatproof in "+within)
		fields["Report"] = strconv.Quote(within + "/chatproof-report")
	}
	var b strings.Builder
	err := template.Must(template.ParseFS(starterFiles, "starter/workflow.yml")).Execute(&b, fields)
	return b.String(), err
}

// sayNext says what was written, and what to do next.
func (e *env) sayNext(s *starter, dir, within string, names []string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Written: %s\n", strings.Join(names, ", "))
	switch within {
	case "":
		b.WriteString("The directory is not in a git repository: move the workflow (.github) to the root of one.\n")
	case ".":
		b.WriteString("The workflow is at the root of the git repository, where GitHub looks for it.\n")
	default:
		fmt.Fprintf(&b,
			"The workflow is at the root of the git repository, where GitHub looks for it, and runs in %s.\n",
			model.Name(within))
	}
	if s.needs != "" {
		fmt.Fprintf(&b, "It needs %s.\n", s.needs)
	}
	b.WriteString("\nNext:\n")
	if dir != "" {
		fmt.Fprintf(&b, "  cd %s\n", shellWord(dir))
	}
	fmt.Fprintf(&b, `  chatproof run --expect expect.yaml -- %[1]s
      the gate: green as long as expect.yaml lists everything that fails
  chatproof run --scenario 'documented/1.1/*' -- %[1]s
      the first flow to get right: fill in %[2]s where it is marked
  chatproof run --write-expect expect.yaml -- %[1]s
      run this when more scenarios pass: it rewrites the list, which gets shorter
`, s.command, s.file)
	_, err := e.out.Write(b.Bytes())
	return err
}
