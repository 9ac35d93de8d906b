// Package steps compiles features to cases. It is glue to godog and the only package that sees it: godog matches the
// steps, which record what a scenario says; selecting, running and judging the cases is package suite. Under go test
// the same features are an ordinary godog suite, whose last steps assert at once against the reference.
package steps

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	gherkin "github.com/cucumber/gherkin/go/v26"
	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps/nopath"
)

func init() { nopath.Restore() }

// Source is a tree of feature files.
type Source struct {
	FS    fs.FS
	Label string // what errors and case sources call the root of FS
	// Own says that the features are a team's: all of one level, their ids under own/. Otherwise the folders of the
	// root are named after levels.
	Own bool
}

// Problem is a place in a feature that could not be compiled.
type Problem struct {
	File string
	Line int64
	Text string
}

func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Compile turns every scenario of a source into a case, in the order of files and lines. Anything that a scenario
// says and no step understands is an error, as are a file without scenarios and two scenarios with one id; the
// first such place is reported, with the number of others. It is not fast, and one call waits for another: godog
// keeps global state.
func Compile(src Source) ([]*model.Case, error) {
	src.Label = path.Clean(filepath.ToSlash(src.Label))
	files, err := featureFiles(src)
	if err != nil {
		return nil, err
	}
	var c compiler
	for dir, group := range byFolder(files) {
		c.run(dir, group, src)
	}
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b *Problem) int {
			if a.File != b.File {
				return strings.Compare(a.File, b.File)
			}
			return int(a.Line - b.Line)
		})
		c.problems = slices.CompactFunc(c.problems, func(a, b *Problem) bool { return *a == *b }) // of a background
		if n := len(c.problems) - 1; n > 0 {
			return nil, fmt.Errorf("%w (and %d more)", c.problems[0], n)
		}
		return nil, c.problems[0]
	}
	return c.cases, nil
}

// file is a feature file.
type file struct {
	path, label string
	text        []byte
}

var parseErrorLine = regexp.MustCompile(`\((\d+):\d+\): (.*)`)

// featureFiles reads the files of a source, by path.
func featureFiles(src Source) (files []file, err error) {
	err = fs.WalkDir(src.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".feature" {
			return err
		}
		text, err := fs.ReadFile(src.FS, p)
		if err != nil {
			return err
		}
		files = append(files, file{p, path.Join(src.Label, p), bytes.TrimPrefix(text, []byte("\ufeff"))})
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: no .feature file there", src.Label)
	}
	return files, err
}

// parse parses a feature. The parser panics at a line longer than its scanner takes.
func parse(text []byte) (*messages.GherkinDocument, error) {
	if longLine(text) {
		return nil, fmt.Errorf("a line is longer than %d bytes", bufio.MaxScanTokenSize-1)
	}
	return gherkin.ParseGherkinDocument(bytes.NewReader(text), (&messages.Incrementing{}).NewId)
}

func longLine(text []byte) bool {
	for line := range bytes.Lines(text) {
		if len(line) >= bufio.MaxScanTokenSize {
			return true
		}
	}
	return false
}

// silent says why there is no scenario of a file, nil where that is for another file of its folder.
func (f *file) silent() *Problem {
	doc, err := parse(f.text)
	if err != nil {
		problem := &Problem{f.label, 1, err.Error()}
		if m := parseErrorLine.FindStringSubmatch(err.Error()); m != nil {
			problem.Text = m[2]
			fmt.Sscan(m[1], &problem.Line)
		}
		return problem
	}
	if len(gherkin.Pickles(*doc, f.path, (&messages.Incrementing{}).NewId)) == 0 {
		return &Problem{f.label, 1, "the file has no scenario"}
	}
	return nil
}

// byFolder groups files that follow each other in one folder: a godog suite a folder, as it slows down with size.
func byFolder(files []file) func(func(string, []file) bool) {
	return func(yield func(string, []file) bool) {
		for len(files) > 0 {
			dir := path.Dir(files[0].path)
			n := slices.IndexFunc(files, func(f file) bool { return path.Dir(f.path) != dir })
			if n < 0 {
				n = len(files)
			}
			if !yield(dir, files[:n]) {
				return
			}
			files = files[n:]
		}
	}
}

// compiler collects cases, and problems, from runs of godog. It is the formatter of those runs.
type compiler struct {
	src      Source
	label    string
	lines    map[string]int64 // of the nodes of the feature at hand, by id
	heard    map[string]bool  // files of which godog came to a scenario, by label
	feature  *messages.Feature
	recorder *recorder
	cases    []*model.Case
	byID     map[string]*model.Case
	problems []*Problem
}

// running is held while godog runs; current is the compiler that it reports to.
var (
	running sync.Mutex
	current *compiler
)

const formatName = "chatproof-compile"

func init() {
	godog.Format(formatName, "records cases", func(string, io.Writer) godog.Formatter { return current })
}

func (c *compiler) run(name string, files []file, src Source) {
	running.Lock()
	defer running.Unlock()
	current = c
	c.src = src
	if c.byID == nil {
		c.byID, c.heard = make(map[string]*model.Case), make(map[string]bool)
	}
	options := &godog.Options{Format: formatName, Strict: true, NoColors: true, Output: io.Discard}
	for _, f := range files {
		if !longLine(f.text) {
			options.FeatureContents = append(options.FeatureContents, godog.Feature{Name: f.path, Contents: f.text})
		}
	}
	before := len(c.cases) + len(c.problems)
	status := 0
	if len(options.FeatureContents) > 0 { // of none, godog would look for some itself
		status = godog.TestSuite{Name: name, Options: options, ScenarioInitializer: func(sc *godog.ScenarioContext) {
			r := newRecorder()
			c.recorder = r
			r.register(sc)
			sc.StepContext().Before(checkArgument)
			sc.After(func(ctx context.Context, s *godog.Scenario, err error) (context.Context, error) {
				c.finish(s, r, err)
				return ctx, nil
			})
		}}.Run()
	}
	for i := range files {
		if c.heard[files[i].label] {
			continue
		}
		if problem := files[i].silent(); problem != nil {
			c.problems = append(c.problems, problem)
		}
	}
	if len(c.cases)+len(c.problems) == before || status != 0 && len(c.problems) == 0 {
		c.problems = append(c.problems, &Problem{path.Join(src.Label, name), 1, "the features did not run"})
	}
}

// checkArgument refuses a table or doc string that a step does not take, and the want of one: godog would drop it, or
// pass nothing.
func checkArgument(ctx context.Context, s *godog.Step) (context.Context, error) {
	table, doc := s.Argument != nil && s.Argument.DataTable != nil, s.Argument != nil && s.Argument.DocString != nil
	switch wantTable, wantDoc := s.Text == factsStep, s.Text == eventsStep; {
	case wantTable && !table:
		return ctx, errors.New(`expected a table; write "there are no facts" for none`)
	case wantDoc && !doc:
		return ctx, errors.New("expected a doc string of events, a JSON object a line")
	case table && !wantTable, doc && !wantDoc:
		return ctx, errors.New("the step takes no table and no doc string")
	}
	return ctx, nil
}

// finish makes a case of a scenario that has run.
func (c *compiler) finish(s *godog.Scenario, r *recorder, err error) {
	line := c.line(s.AstNodeIds)
	switch {
	case err != nil: // reported with its step
		return
	case len(r.events) == 0:
		c.problem(line, "the scenario has no event")
		return
	case !r.expected:
		c.problem(line, `the scenario expects nothing; end it with "Then the facts are:" or "Then there are no facts"`)
		return
	}
	mc := &model.Case{
		Title: c.feature.Name, Name: s.Name, Source: fmt.Sprintf("%s:%d", c.label, line), Events: r.events, Authored: true, Table: r.facts,
	}
	for _, t := range s.Tags {
		mc.Tags = append(mc.Tags, t.Name)
	}
	group := c.group(mc)
	mc.Tags = append(mc.Tags, "@"+mc.Level.String())
	mc.ID = mc.Level.String() + "/" + group + "/" + slug(s.Name)
	if slug(s.Name) == "" {
		c.problem(line, "the scenario needs a name of letters or digits: its id is made of it")
	} else if other := c.byID[mc.ID]; other != nil {
		c.problem(line, fmt.Sprintf("two scenarios have the id %s: this one and that of %s; give them different names (of an outline, with a <parameter>)", mc.ID, other.Source))
	} else {
		c.byID[mc.ID] = mc
		c.cases = append(c.cases, mc)
	}
}

// IllFormedTag marks a scenario whose log is meant to break W1–W9.
const IllFormedTag = "@ill-formed"

var (
	flowTag  = regexp.MustCompile(`^@1\.\d+$`)
	paddedID = regexp.MustCompile(`^([A-Z])0+([1-9])`)
)

// group sets the case's level and flow, and returns the middle of its id: the flow, the first rule of the feature,
// or a team's file.
func (c *compiler) group(mc *model.Case) string {
	for _, t := range mc.Tags {
		if flowTag.MatchString(t) && mc.Flow == "" {
			mc.Flow = t[1:]
		}
	}
	p := strings.TrimSuffix(strings.TrimPrefix(c.label, c.src.Label+"/"), ".feature")
	if c.src.Own {
		mc.Level = model.Own
		return p
	}
	folder, p, _ := strings.Cut(p, "/")
	mc.Level, _ = model.ParseLevel(folder)
	if mc.Level == model.Documented && mc.Flow != "" {
		return mc.Flow
	}
	group, _, _ := strings.Cut(p, "-")
	return paddedID.ReplaceAllString(group, "$1$2") // I04-… holds the scenarios of I4
}

// slug makes the last part of an id.
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

func (c *compiler) problem(line int64, text string) {
	c.problems = append(c.problems, &Problem{c.label, line, text})
}

// line finds the last of the nodes that has a line: of an outline's scenario, its row of examples.
func (c *compiler) line(ids []string) int64 {
	for _, id := range slices.Backward(ids) {
		if n := c.lines[id]; n > 0 {
			return n
		}
	}
	return 1
}

// Feature is called by godog before a feature's first scenario.
func (c *compiler) Feature(doc *messages.GherkinDocument, uri string, _ []byte) {
	c.feature, c.label = doc.Feature, path.Join(c.src.Label, uri)
	c.heard[c.label], c.lines = true, make(map[string]int64)
	note := func(id string, at *messages.Location) { c.lines[id] = at.Line }
	steps := func(list []*messages.Step) {
		for _, s := range list {
			note(s.Id, s.Location)
		}
	}
	child := func(b *messages.Background, s *messages.Scenario) {
		if b != nil {
			steps(b.Steps)
		}
		if s != nil {
			note(s.Id, s.Location)
			steps(s.Steps)
			rows := 0
			for _, e := range s.Examples {
				for _, row := range e.TableBody {
					note(row.Id, row.Location)
					rows++
				}
			}
			if rows == 0 && len(s.Examples) > 0 {
				c.problem(s.Location.Line, "the outline has no examples")
			}
		}
	}
	for _, f := range doc.Feature.Children {
		child(f.Background, f.Scenario)
		if f.Rule != nil {
			for _, ch := range f.Rule.Children {
				child(ch.Background, ch.Scenario)
			}
		}
	}
}

// Pickle is called by godog before a scenario.
func (c *compiler) Pickle(p *messages.Pickle) {
	if len(p.Steps) == 0 {
		c.problem(c.line(p.AstNodeIds), "the scenario has no steps")
	}
}

// Failed is called by godog where a step returned an error.
func (c *compiler) Failed(_ *messages.Pickle, s *messages.PickleStep, _ *godog.StepDefinition, err error) {
	c.problem(c.line(s.AstNodeIds[:1]), fmt.Sprintf("%s: %v", strings.TrimSuffix(s.Text, ":"), err))
}

// Undefined is called by godog where no definition matches.
func (c *compiler) Undefined(_ *messages.Pickle, s *messages.PickleStep, _ *godog.StepDefinition) {
	c.problem(c.line(s.AstNodeIds[:1]), fmt.Sprintf("no such step: %s; see 'list steps'", model.Name(s.Text)))
}

// Ambiguous is called by godog where several definitions match.
func (c *compiler) Ambiguous(_ *messages.Pickle, s *messages.PickleStep, _ *godog.StepDefinition, err error) {
	c.problem(c.line(s.AstNodeIds[:1]), err.Error())
}

// Pending, and what follows, is of no interest to compilation.
func (c *compiler) Pending(*messages.Pickle, *messages.PickleStep, *godog.StepDefinition) {}
func (c *compiler) Defined(*messages.Pickle, *messages.PickleStep, *godog.StepDefinition) {}
func (c *compiler) Passed(*messages.Pickle, *messages.PickleStep, *godog.StepDefinition)  {}
func (c *compiler) Skipped(*messages.Pickle, *messages.PickleStep, *godog.StepDefinition) {}
func (c *compiler) TestRunStarted()                                                       {}
func (c *compiler) Summary()                                                              {}
