package engine

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// Write writes the finding to a directory, which it makes: events.jsonl, the chat; expected.jsonl and actual.jsonl, its
// facts by the reference and by the implementation; and replay.feature, which fails for the same reason when the
// directory is given to `run --features`.
func (f *Finding) Write(dir string) error {
	c := f.Case()
	var events, expected, actual, feature bytes.Buffer
	for i := range c.Events {
		events.Write(wire.AppendEvent(nil, &c.Events[i]))
	}
	facts := f.expected(c)
	for i := range facts {
		expected.Write(wire.AppendFact(nil, &facts[i]))
	}
	for i := range f.Actual {
		actual.Write(wire.AppendFact(nil, &f.Actual[i]))
	}
	comment := []string{f.Signature, f.Verdict(), "first seen in " + f.First}
	if f.Again {
		comment = append(comment, ForAgain)
	}
	for _, face := range f.Faces {
		comment = append(comment, "also seen as "+face.Signature)
	}
	for i := range f.Found {
		if f.Found[i].Signature() == f.Signature {
			comment = append(comment, f.Found[i].String())
		}
	}
	w := steps.Written{
		Name: f.Signature, Comment: strings.Join(comment, "\n"), Events: c.Events, Facts: f.replayed(facts),
	}
	if c != f.Example { // whose ids another finding may have, too
		w.Tags = []string{steps.AsWrittenTag}
	}
	err := steps.Write(&feature, "Counterexample", []steps.Written{w})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, path := range []string{"", "events.jsonl", "expected.jsonl", "actual.jsonl", "replay.feature"} {
		if info, err := os.Lstat(filepath.Join(dir, path)); err == nil && info.Mode()&os.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link, not a file of the report; move it away", filepath.Join(dir, path))
		}
	}
	for name, b := range map[string]*bytes.Buffer{
		"events.jsonl": &events, "expected.jsonl": &expected,
		"actual.jsonl": &actual, "replay.feature": &feature,
	} {
		if err := files.Write(context.Background(), filepath.Join(dir, name), b.Bytes(), nil); err != nil {
			return err
		}
	}
	return nil
}

// ForAgain says of a finding that it is [Finding.Again].
const ForAgain = "shows only if the same agent is invited again: with a different agent each time, nothing differs"

// expected lists the facts that are expected of the case.
func (f *Finding) expected(c *model.Case) (facts []model.Fact) {
	chats, _ := model.ClassifyLog(cmp.Or(f.table, model.Reference()), c.Events)
	for i := range chats {
		for j := range chats[i].IRFs {
			facts = append(facts, chats[i].IRFs[j].Fact)
		}
	}
	return facts
}

// replayed returns what a replay compares of the expected facts: times and senders only if the finding is about them.
func (f *Finding) replayed(facts []model.Fact) []model.Fact {
	out := make([]model.Fact, len(facts))
	for i, fact := range facts {
		if !strings.HasSuffix(f.Signature, string(model.StartField)) &&
			!strings.HasSuffix(f.Signature, string(model.EndField)) {
			fact.Start, fact.End = time.Time{}, time.Time{}
		}
		if !strings.HasSuffix(f.Signature, string(model.ReceivedFromField)) {
			fact.ReceivedFrom = model.Number{}
		}
		out[i] = fact
	}
	return out
}

// Directory names the directory of a finding, the i-th from 0.
func (f *Finding) Directory(i int) string {
	words := strings.FieldsFunc(strings.ToLower(f.Signature), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words, "-")
	return fmt.Sprintf("%03d-%s", i+1, name[:min(len(name), 80)])
}

// Line makes the i-th line of a record, from 0, of the finding: its shortest chat, what is expected, and what came.
func (f *Finding) Line(i int, require model.Levels) *ScenarioLine {
	c := f.Case()
	facts := f.expected(c)
	l := &ScenarioLine{
		Type: "scenario", Index: i + 1, ID: "finding/" + f.Directory(i), Level: f.Level.String(), Title: f.Signature,
		Name: fmt.Sprintf("%d events, %s; seen %s", len(c.Events), f.Verdict(), times(f.Count)), Verdict: Fail,
		Gates: true, Differences: slices.Clone(f.Found),
	}
	l.Expected, _ = lines(pointers(facts), wire.AppendFact)
	l.Actual, _ = lines(pointers(f.Actual), wire.AppendFact)
	l.Events, _ = lines(pointers(c.Events), wire.AppendEvent)
	switch {
	case f.Failure != nil:
		l.Verdict, l.Failure = Error, &FailureLine{string(f.Failure.Kind), f.Failure.Message}
		l.Environment = &Environment{Stderr: f.Stderr}
	case len(f.Found) == 0:
		l.Verdict, l.Failure = Error, &FailureLine{"finding", f.Signature}
	}
	model.Require(l.Differences, require)
	slices.SortStableFunc(l.Differences, func(a, b model.Difference) int {
		return cmp.Compare(weightOf(f, &a), weightOf(f, &b))
	})
	return l
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// weightOf orders differences: the one that the finding is about comes first.
func weightOf(f *Finding, d *model.Difference) int {
	if d.Signature() == f.Signature {
		return 0
	}
	return 1
}
