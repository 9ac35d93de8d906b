package bulk

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// maxEvents bounds the events of an example in the record.
const maxEvents = 2_000

// Lines are the findings as a record has them, those of required levels first. known is the entry that expects
// differences of a signature, nil where none does.
func (r *Report) Lines(require model.Levels,
	known func(signature string) *engine.Expectation,
) (lines []*engine.ScenarioLine) {
	classifier := model.NewClassifier(r.Table())
	for _, f := range r.Findings {
		l := &engine.ScenarioLine{
			ID: f.Level.String() + "/" + f.Signature, Level: f.Level.String(), Verdict: engine.Differs,
			Gates: f.Required && !f.Known, Found: &f.FoundLine,
			Expected: []jsontext.Value{}, Actual: []jsontext.Value{},
		}
		if f.Required {
			l.Verdict = engine.Fail
		}
		if entry := known(f.Signature); f.Known && entry != nil {
			l.Known = &engine.KnownLine{
				Verdict: engine.Fail, Reason: entry.Reason, Issue: entry.Issue, Gates: f.Required,
			}
		}
		for _, d := range f.Example.Differences {
			if d.Level == f.Level && r.Signature(&d) == f.Signature {
				l.Differences = append(l.Differences, d)
			}
		}
		model.Require(l.Differences, require)
		if len(l.Differences) > 0 {
			l.Rules = l.Differences[0].Rules
		}
		for i := range f.Example.Rows {
			l.Actual = append(l.Actual, bytes.TrimSpace(wire.AppendFact(nil, &f.Example.Rows[i])))
		}
		for i := range f.Example.Legacy {
			l.Legacy = append(l.Legacy, bytes.TrimSpace(wire.AppendFact(nil, &f.Example.Legacy[i])))
		}
		l.Found.Example, l.Found.Put = f.Example.InteractionID, f.Example.Put
		if log := f.Example.Log; len(log) <= maxEvents {
			for i := range log {
				l.Events = append(l.Events, bytes.TrimSpace(wire.AppendEvent(nil, &log[i])))
			}
		}
		var chat model.Chat
		if len(f.Example.Log) > 0 && classifier.Classify(&chat, f.Example.Log) == nil {
			for i := range chat.IRFs {
				l.Expected = append(l.Expected, bytes.TrimSpace(wire.AppendFact(nil, &chat.IRFs[i].Fact)))
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// Coverage is what the log exercises, nil where there is none.
func (r *Report) Coverage() (*engine.Coverage, error) {
	if r.coverage == nil {
		return nil, nil
	}
	return engine.LogCoverage(r.coverage)
}
