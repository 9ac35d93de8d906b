// Package steps turns words into cases, and cases into words. [Compile] parses features with the Gherkin parser and
// records each step by the one definition that matches it; [Write] writes logs as scenarios that compile to the same.
// Package engine selects, runs and judges cases. Package godogsteps offers the same steps to a team's own godog
// suite.
package steps

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/model"
)

// Source is a tree of feature files.
type Source struct {
	FS    fs.FS
	Label string // what errors and case sources call the root of FS
	// Own marks a team's own features: they all have one level, and their ids begin with own/. Otherwise the root's
	// folders are named after levels.
	Own bool
}

// Problem is a place in a feature that could not be compiled.
type Problem struct {
	File string
	Line int64
	Text string
}

func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Compile turns every scenario of a source into a case, in order of files and lines. Anything in a scenario that no
// step understands is an error, as are a file without scenarios and two scenarios with the same id. Compile reports
// the first such place, and the number of others. It is safe for concurrent use.
func Compile(src Source) ([]*model.Case, error) {
	src.Label = path.Clean(filepath.ToSlash(src.Label))
	files, err := featureFiles(src)
	if err != nil {
		return nil, err
	}
	c := compiler{src: src, byID: make(map[string]*model.Case)}
	for i := range files {
		c.compile(&files[i])
	}
	if len(c.problems) > 0 {
		return nil, first(c.problems)
	}
	return c.cases, nil
}

// first returns the first problem by file and line, with the number of the others. Scenarios that share a step, from
// a background or an outline, share its problem: it is one place to mend.
func first(problems []*Problem) error {
	slices.SortStableFunc(problems, func(a, b *Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	problems = slices.CompactFunc(problems, func(a, b *Problem) bool { return *a == *b })
	switch n := len(problems) - 1; n {
	case 0:
		return problems[0]
	case 1:
		return fmt.Errorf("%w (and 1 more problem)", problems[0])
	default:
		return fmt.Errorf("%w (and %d more problems)", problems[0], n)
	}
}

// file is a feature file.
type file struct {
	label string
	text  []byte
}

// featureFiles reads a source's feature files, in order of path.
func featureFiles(src Source) (files []file, err error) {
	err = fs.WalkDir(src.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".feature" {
			return err
		}
		text, err := readFeature(src.FS, p)
		if err != nil {
			return fmt.Errorf("%s: %w", path.Join(src.Label, p), err)
		}
		files = append(files, file{path.Join(src.Label, p), bytes.TrimPrefix(text, []byte("\ufeff"))})
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: no .feature file in this directory", src.Label)
	}
	return files, err
}

// parse parses a feature into its document and its scenarios. Each row of an outline's examples is a scenario, and
// each scenario begins with the background's steps. Ids are unique within this call only. A line longer than the
// parser's scanner accepts is an error here: the parser would panic.
func parse(text []byte) (*messages.GherkinDocument, []*messages.Pickle, error) {
	for line := range bytes.Lines(text) {
		if len(line) >= bufio.MaxScanTokenSize {
			return nil, nil, fmt.Errorf("a line is longer than %d bytes", bufio.MaxScanTokenSize-1)
		}
	}
	id := (&messages.Incrementing{}).NewId
	doc, err := gherkin.ParseGherkinDocument(bytes.NewReader(text), id)
	if err != nil {
		return nil, nil, err
	}
	if s := tooMuch(doc.Feature); s != nil {
		return nil, nil,
			fmt.Errorf("(%d:1): the scenarios up to this one exceed %d bytes once outlines are expanded; split the "+
				"file",
				s.Location.Line, MaxWritten)
	}
	return doc, gherkin.Pickles(*doc, "", id), nil
}

// compiler collects cases, and problems, file by file.
type compiler struct {
	src      Source
	cases    []*model.Case
	byID     map[string]*model.Case
	problems []*Problem

	label   string // of the current file
	feature *messages.Feature
	lines   map[string]int64 // of the feature's nodes, by id
}

// compile turns each scenario of a file into a case.
func (c *compiler) compile(f *file) {
	c.label, c.lines = f.label, make(map[string]int64)
	if bad := notUTF8(f.label, f.text); bad != nil {
		c.problems = append(c.problems, bad)
		return
	}
	doc, pickles, err := parse(f.text)
	if err != nil {
		c.problems = append(c.problems, unparsed(f.label, err))
		return
	}
	before := len(c.problems)
	c.feature = doc.Feature
	if c.feature != nil {
		c.describe(f.text)
		c.survey()
	}
	if len(pickles) == 0 && len(c.problems) == before {
		c.problem(1, "the file has no scenario")
	}
	for _, p := range pickles {
		c.scenario(p)
	}
}

// survey records the line of each of a feature's nodes, and checks its outlines.
func (c *compiler) survey() {
	steps := func(list []*messages.Step) {
		for _, s := range list {
			c.lines[s.Id] = s.Location.Line
		}
	}
	for background, scenario := range children(c.feature) {
		if background != nil {
			steps(background.Steps)
		}
		if scenario == nil {
			continue
		}
		c.lines[scenario.Id] = scenario.Location.Line
		steps(scenario.Steps)
		for _, e := range scenario.Examples {
			for _, row := range e.TableBody {
				c.lines[row.Id] = row.Location.Line
			}
		}
		c.outline(scenario)
	}
}

// children iterates over the backgrounds and scenarios of a feature and of its rules; one of each pair is nil.
func children(f *messages.Feature) iter.Seq2[*messages.Background, *messages.Scenario] {
	return func(yield func(*messages.Background, *messages.Scenario) bool) {
		for _, child := range f.Children {
			if child.Rule == nil {
				if !yield(child.Background, child.Scenario) {
					return
				}
				continue
			}
			for _, child := range child.Rule.Children {
				if !yield(child.Background, child.Scenario) {
					return
				}
			}
		}
	}
}

// scenario turns a scenario into a case. After a step fails, the later ones are only checked for having a definition:
// they may fail because of the first.
func (c *compiler) scenario(p *messages.Pickle) {
	line := c.line(p.AstNodeIds)
	if len(p.Steps) == 0 {
		c.problem(line, "the scenario has no steps")
		return
	}
	r := NewRecorder()
	failed := false
	for _, s := range p.Steps {
		err := r.Play(s)
		if err != nil && (!failed || errors.Is(err, errNoStep)) {
			c.problem(c.line(s.AstNodeIds[:1]), inStep(s, err).Error())
		}
		failed = failed || err != nil
	}
	if failed {
		return
	}
	mc, err := r.Case()
	if err != nil {
		c.problem(line, err.Error())
		return
	}
	c.name(mc, p, line)
	switch other := c.byID[mc.ID]; {
	case slug(p.Name) == "":
		c.problem(line, "the scenario's name has no letters or digits, and so makes no id; give it some")
	case other != nil:
		c.problem(line,
			fmt.Sprintf("this scenario and the one at %[2]s have the same id, %[1]s; give them different names (if "+
				"they come from an outline, put a <parameter> into its name)", mc.ID, other.Source))
	default:
		c.byID[mc.ID] = mc
		c.cases = append(c.cases, mc)
	}
}

// inStep adds the step's text to an error that does not name it already.
func inStep(s *messages.PickleStep, err error) error {
	if errors.Is(err, errNoStep) {
		return err
	}
	return fmt.Errorf("step '%s': %w", model.Line(strings.TrimSuffix(s.Text, ":")), err)
}

// name sets what a feature says about a case: its names, tags, level, flow and id, and where it stands.
func (c *compiler) name(mc *model.Case, p *messages.Pickle, line int64) {
	mc.Title, mc.Name, mc.Source = c.feature.Name, p.Name, fmt.Sprintf("%s:%d", c.label, line)
	for _, t := range p.Tags {
		mc.Tags = append(mc.Tags, t.Name)
	}
	mc.Opaque = slices.Contains(mc.Tags, AsWrittenTag)
	c.since(mc, line)
	group := c.group(mc)
	mc.Tags = append(mc.Tags, "@"+mc.Level.String())
	mc.ID = mc.Level.String() + "/" + group + "/" + slug(p.Name)
}

// Base is the version that a scenario of the suite dates from unless it has a tag like @since-0.3. Earlier versions
// are not told apart.
const Base = "0.2"

var sinceTag = regexp.MustCompile(`^@since-(\d+\.\d+)$`)

// since sets the version that brought a case of the suite. A team's own cases have none.
func (c *compiler) since(mc *model.Case, line int64) {
	if c.src.Own {
		return
	}
	mc.Since = Base
	for _, tag := range mc.Tags {
		if m := sinceTag.FindStringSubmatch(tag); m != nil {
			mc.Since = m[1]
		} else if strings.HasPrefix(tag, "@since") {
			c.problem(line, fmt.Sprintf("%s: expected a minor version, such as @since-0.3", model.Name(tag)))
		}
	}
}

// IllFormedTag marks a scenario whose log is meant to break W1–W9.
const IllFormedTag = "@ill-formed"

// AsWrittenTag marks a scenario whose chats are sent under the ids it gives them, because it is about ids. The ids of
// any other scenario are replaced by opaque ones.
const AsWrittenTag = "@ids-as-written"

// CheckLog returns an error if a case's events cannot happen in a table's deployment (W1–W9). A case tagged as
// ill-formed is not checked: it becomes one of robustness.
func CheckLog(c *model.Case, t *model.Table) error {
	if slices.Contains(c.Tags, IllFormedTag) {
		c.Kind = model.RobustnessKind
		return nil
	}
	if _, bad := model.ClassifyLog(t, c.Events); len(bad) > 0 {
		return fmt.Errorf("these events cannot happen: %w; if this is intended, tag the scenario %s",
			bad[0], IllFormedTag)
	}
	return nil
}

var (
	flowTag  = regexp.MustCompile(`^@1\.\d+$`)
	paddedID = regexp.MustCompile(`^([A-Z])0+([1-9])`)
)

// group sets the case's level and flow, and returns the middle of its id: the flow, the rule that the file's name
// begins with, or a team's file.
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
	if mc.Level == model.Delivery {
		mc.Kind = model.DeliveryKind
	}
	if mc.Level == model.Documented && mc.Flow != "" {
		return mc.Flow
	}
	group, _, _ := strings.Cut(p, "-")
	return paddedID.ReplaceAllString(group, "$1$2") // I04-… holds the scenarios of I4
}

// slug turns a scenario's name into the last part of its id.
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

func (c *compiler) problem(line int64, text string) {
	c.problems = append(c.problems, &Problem{c.label, line, text})
}

// line returns the line of the last node that has one: for an outline's scenario, its row of examples.
func (c *compiler) line(ids []string) int64 {
	for _, id := range slices.Backward(ids) {
		if n := c.lines[id]; n > 0 {
			return n
		}
	}
	return 1
}
