package engine

import (
	"bytes"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// evidence yields the events of the chats that the record speaks of: those that differ or, if the scenario is in error,
// all that would have been judged. They come in the order of the log, under the case's own ids.
func (o *Outcome) evidence() iter.Seq[*model.Event] {
	chats := make(map[string]bool)
	for i := range o.Differences {
		chats[o.Differences[i].InteractionID] = true
	}
	if o.Verdict == Error {
		for i := range o.want {
			chats[o.want[i].InteractionID] = true
		}
	}
	return func(yield func(*model.Event) bool) {
		for i := range o.Events {
			if chats[o.Events[i].InteractionID] && !yield(&o.Events[i]) {
				return
			}
		}
	}
}

// checks lists the invariants and relations that the scenario's answer is checked against, in the order of the table.
func (s *Scenario) checks() (ids []string) {
	shuffled, doubled := s.delivered()
	finished := slices.ContainsFunc(s.want, func(w model.Expected) bool {
		return w.Chat != nil && w.Chat.StoppedSeq > 0
	})
	for _, v := range model.Invariants() {
		checked := false
		switch v.Kind {
		case model.OnFacts:
			checked = s.Checked
		case model.OnEvents:
			checked = s.Checked && finished
		default:
			checked = v.ID == "D1" && shuffled || v.ID == "D2" && doubled ||
				slices.ContainsFunc(s.Variants, func(variant model.Variant) bool { return variant.Relation == v.ID })
		}
		if checked {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// delivered reports how the events of a delivery scenario arrive.
func (s *Scenario) delivered() (shuffled, doubled bool) {
	if s.Kind != model.DeliveryKind {
		return false, false
	}
	for _, log := range model.Chats(s.Events) {
		seen := make(map[int64]bool)
		last := int64(0)
		for i := range log {
			doubled = doubled || seen[log[i].Seq]
			shuffled = shuffled || log[i].Seq < last
			last, seen[log[i].Seq] = log[i].Seq, true
		}
	}
	return shuffled, doubled
}

// Chats returns the chats whose events the line holds, each in the order of arrival.
func (l *ScenarioLine) Chats() ([][]model.Event, error) {
	var events []model.Event
	r := wire.NewEventReader(l.ID, joined(l.Events))
	for {
		e, err := r.Read()
		if err == io.EOF {
			return model.Chats(events), nil
		} else if err != nil {
			return nil, err
		}
		e.Wire = wire.Spelling(l.Events[len(events)])
		events = append(events, e)
	}
}

// Facts returns the expected facts and the actual ones.
func (l *ScenarioLine) Facts() (expected, actual []model.Fact, err error) {
	expected, err = facts(l.ID, l.Expected)
	if err == nil {
		actual, err = facts(l.ID, l.Actual)
	}
	return expected, actual, err
}

// OldFacts returns the facts of the old mart, in the record of a check of two marts.
func (l *ScenarioLine) OldFacts() ([]model.Fact, error) { return facts(l.ID, l.Legacy) }

func facts(id string, lines []jsontext.Value) (facts []model.Fact, _ error) {
	r := wire.NewFactReader(id, joined(lines))
	for {
		f, err := r.Read()
		if err == io.EOF {
			return facts, nil
		} else if err != nil {
			return nil, err
		}
		facts = append(facts, f)
	}
}

func joined(lines []jsontext.Value) io.Reader {
	var b bytes.Buffer
	for _, line := range lines {
		b.Write(line)
		b.WriteByte('\n')
	}
	return &b
}

// Feature writes the line's chats, and what is expected of them, as a feature to copy. It has times, types and senders
// only if the scenario differs in one.
func (l *ScenarioLine) Feature() (string, error) {
	chats, err := l.Chats()
	if err != nil {
		return "", err
	}
	expected, _, err := l.Facts()
	if err != nil {
		return "", err
	}
	differs := func(fields ...model.Field) bool {
		return slices.ContainsFunc(l.Differences, func(d model.Difference) bool {
			return slices.Contains(fields, d.Field)
		})
	}
	w := steps.Written{Name: l.Name, Comment: l.ID, Events: slices.Concat(chats...)}
	if w.Name == "" {
		w.Name = l.ID
	}
	if differs("V15", "V17", "D7") {
		w.Tags = []string{steps.AsWrittenTag}
	}
	for _, f := range expected {
		if !slices.ContainsFunc(w.Events, func(e model.Event) bool { return e.InteractionID == f.InteractionID }) {
			continue
		}
		if !differs(model.StartField, model.EndField) {
			f.Start, f.End = time.Time{}, time.Time{}
		}
		if !differs(model.TypeField) {
			f.ResourceType = ""
		}
		if !differs(model.ReceivedFromField) {
			f.ReceivedFrom = model.Number{}
		}
		w.Facts = append(w.Facts, f)
	}
	title := l.Title
	if title == "" {
		title = l.Family()
	}
	var b bytes.Buffer
	err = steps.Write(&b, title, []steps.Written{w})
	return b.String(), err
}
