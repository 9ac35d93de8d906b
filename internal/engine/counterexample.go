package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	w := steps.Written{Name: f.Signature, Comment: strings.Join(comment, "\n"), Events: c.Events, Facts: f.replayed(facts)}
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
	for name, b := range map[string]*bytes.Buffer{"events.jsonl": &events, "expected.jsonl": &expected, "actual.jsonl": &actual, "replay.feature": &feature} {
		if err := files.Write(context.Background(), filepath.Join(dir, name), b.Bytes(), nil); err != nil {
			return err
		}
	}
	return nil
}

// ForAgain says of a finding that it is [Finding.Again].
const ForAgain = "it takes an agent that comes again: with another one each time, nothing differs"

// expected lists the reference's facts for the case.
func (f *Finding) expected(c *model.Case) (facts []model.Fact) {
	chats, _ := model.ClassifyLog(model.Reference(), c.Events)
	for i := range chats {
		for j := range chats[i].IRFs {
			facts = append(facts, chats[i].IRFs[j].Fact)
		}
	}
	return facts
}

// replayed leaves of expected facts what a replay is to compare: times and senders only where the finding is about them.
func (f *Finding) replayed(facts []model.Fact) []model.Fact {
	out := make([]model.Fact, len(facts))
	for i, fact := range facts {
		if !strings.HasSuffix(f.Signature, string(model.StartField)) && !strings.HasSuffix(f.Signature, string(model.EndField)) {
			fact.Start, fact.End = time.Time{}, time.Time{}
		}
		if !strings.HasSuffix(f.Signature, string(model.ReceivedFromField)) {
			fact.ReceivedFrom = model.Number{}
		}
		out[i] = fact
	}
	return out
}

// Directory names a finding's directory, by its place among the findings.
func (f *Finding) Directory(i int) string {
	words := strings.FieldsFunc(strings.ToLower(f.Signature), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "-")
	return fmt.Sprintf("%03d-%s", i+1, name[:min(len(name), 80)])
}
