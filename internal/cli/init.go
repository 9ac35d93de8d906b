package cli

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

//go:embed starter
var starterFiles embed.FS

// starter is an implementation to begin with: it reads, groups and orders the events, and prints nothing yet.
type starter struct {
	lang, file, command string
	needs               string // besides the command
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
		Short: "Start an implementation: a program that runs, its known failures, a CI workflow",
		Long: `Init writes to a directory (this one, or DIR): a filter that reads, groups and orders the events and prints nothing
yet, with the place to fill in marked; expect.yaml, which lists what it fails, so that CI is green from the first day
and the list can only shrink; and a workflow for GitHub Actions, which belongs to the root of a repository.

LANG is ` + strings.Join(langs, ", ") + `; sql is PostgreSQL by way of psql. Nothing that exists is written over.`,
		Example: `  chatproof init --lang python
  chatproof init --lang java reporting/`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range starters {
				if s.lang == lang {
					return e.initialize(cmd, &s, strings.Join(args, ""))
				}
			}
			return fmt.Errorf("--lang: expected %s, got %s", strings.Join(langs, ", "), model.Name(lang))
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "the language: "+strings.Join(langs, ", "))
	complete(cmd, "lang", langs...)
	return cmd
}

// initialize writes the files of a starter, all or none.
func (e *env) initialize(cmd *cobra.Command, s *starter, dir string) error {
	program, err := starterFiles.ReadFile("starter/" + s.lang + "/" + s.file)
	if err != nil {
		return err
	}
	known, err := engine.NullExpectations(cmd.Context())
	if err != nil {
		return err
	}
	var workflow bytes.Buffer
	err = template.Must(template.ParseFS(starterFiles, "starter/workflow.yml")).Execute(&workflow, map[string]string{
		"Version": engine.Version, "Command": s.command, "Setup": s.setup,
	})
	if err != nil {
		return err
	}
	var outputs []*files.File
	defer func() {
		for _, f := range outputs {
			f.Discard()
		}
	}()
	var names []string
	for _, f := range []struct{ name, text string }{
		{s.file, string(program)}, {"expect.yaml", known}, {".github/workflows/chatproof.yml", workflow.String()},
	} {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there already: nothing was written", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		file, err := files.Create(context.Background(), path, nil)
		if err != nil {
			return err
		}
		outputs, names = append(outputs, file), append(names, path)
		if _, err := file.Write([]byte(f.text)); err != nil {
			return err
		}
	}
	if err := files.Keep(outputs...); err != nil {
		return err
	}
	return e.sayNext(s, dir, names)
}

// sayNext says what was written, and what to do now.
func (e *env) sayNext(s *starter, dir string, names []string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Written: %s\n", strings.Join(names, ", "))
	if s.needs != "" {
		fmt.Fprintf(&b, "It needs %s.\n", s.needs)
	}
	b.WriteString("\nNext:\n")
	if dir != "" {
		fmt.Fprintf(&b, "  cd %s\n", shellWord(dir))
	}
	fmt.Fprintf(&b, `  chatproof run --expect expect.yaml -- %[1]s
      the gate: green while it fails no more than expect.yaml lists
  chatproof run --scenario 'documented/1.1/*' -- %[1]s
      the first flow to get right: fill in what %[2]s marks
  chatproof run --write-expect expect.yaml -- %[1]s
      when more pass: the list anew, shorter
`, s.command, s.file)
	_, err := e.out.Write(b.Bytes())
	return err
}
