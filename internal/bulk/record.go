package bulk

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// maxEvents limits the events of an example in the record.
const maxEvents = 2_000

// Lines returns the findings as lines of a record, required levels first.
func (r *Report) Lines(require model.Levels) (lines []*engine.ScenarioLine) {
	classifier := model.NewClassifier(r.Table())
	for _, f := range r.Findings {
		l := &engine.ScenarioLine{
			ID: f.Level.String() + "/" + f.Signature, Level: f.Level.String(), Verdict: engine.Differs,
			Gates: f.gates(), Found: &f.FoundLine,
			Expected: []jsontext.Value{}, Actual: values(f.Example.Rows, wire.AppendFact),
			Legacy: values(f.Example.Legacy, wire.AppendFact), Differences: f.Example.Differences,
		}
		if f.Required {
			l.Verdict = engine.Fail
		}
		if f.Known {
			entry := f.Entries[0]
			l.Known = &engine.KnownLine{
				Verdict: engine.Fail, Reason: entry.Reason, Issue: entry.Issue, Gates: f.Required,
			}
		}
		model.Require(l.Differences, require)
		l.Rules = l.Differences[0].Rules
		l.Found.Example, l.Found.Put = f.Example.InteractionID, f.Example.Put
		if log := f.Example.Log; len(log) <= maxEvents {
			l.Events = values(log, wire.AppendEvent)
		}
		var chat model.Chat
		if len(f.Example.Log) > 0 && classifier.Classify(&chat, f.Example.Log) == nil {
			for i := range chat.IRFs {
				l.Expected = append(l.Expected, values([]model.Fact{chat.IRFs[i].Fact}, wire.AppendFact)...)
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// values returns rows as a record has them.
func values[T any](rows []T, line func([]byte, *T) []byte) []jsontext.Value {
	all := make([]jsontext.Value, len(rows))
	for i := range rows {
		all[i] = bytes.TrimSpace(line(nil, &rows[i]))
	}
	return all
}

// Coverage is what the log exercises, or nil if there is no log.
func (r *Report) Coverage() (*engine.Coverage, error) {
	if r.coverage == nil {
		return nil, nil
	}
	return engine.LogCoverage(r.coverage)
}
