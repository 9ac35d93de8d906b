package tables

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// mostChats limits the logs that are checked if texts are made of whole chats.
const mostChats = 40

// Faithful returns an error if events.send makes the same text of two chats that have different rows: no program could
// tell which rows are right. It changes one field of one event of a log at a time, and checks that what is sent changes
// if the rows do. Each log is of one chat.
func (m *Mapping) Faithful(logs [][]model.Event) error {
	send := m.programs().send
	if send == nil {
		return nil
	}
	if send.perChat {
		var some [][]model.Event
		for i := range min(len(logs), mostChats) {
			some = append(some, logs[i*len(logs)/min(len(logs), mostChats)])
		}
		logs = some
	}
	classifier := model.NewClassifier(m.Reference())
	var chat model.Chat
	var text, other []byte
	for _, log := range logs {
		rows, ok := rowsOf(classifier, &chat, log)
		if !ok {
			continue
		}
		changed := slices.Clone(log)
		for i := range log {
			text = text[:0] // of log, or of its event: what the variants' texts are compared with
			for _, variant := range variants(log, &log[i]) {
				changed[i] = variant
				theirs, ok := rowsOf(classifier, &chat, changed)
				if !ok || theirs == rows {
					continue
				}
				a, b := log, changed
				if !send.perChat {
					a, b = log[i:i+1], changed[i:i+1]
				}
				var err error
				if len(text) == 0 {
					text, err = m.AppendEvents(text, a)
				}
				if err == nil {
					other, err = m.AppendEvents(other[:0], b)
				}
				if err != nil {
					return err
				}
				if bytes.Equal(text, other) {
					line := func(e *model.Event) string {
						return model.Line(string(bytes.TrimSpace(wire.AppendEvent(nil, e))))
					}
					return fmt.Errorf("%s turns two different events into the same output: %s and %s; so it makes two "+
						"chats look the same, though their rows must differ: one has %s; the other has %s",
						send.name, line(&log[i]), line(&variant), rows, theirs)
				}
			}
			changed[i] = log[i]
		}
	}
	return nil
}

// rowsOf returns the rows of a chat, whose memory it reuses; ok is false if it is ill-formed.
func rowsOf(classifier *model.Classifier, chat *model.Chat, log []model.Event) (rows string, ok bool) {
	if classifier.Classify(chat, log) != nil {
		return "", false
	}
	var all []string
	for i := range chat.IRFs {
		f := &chat.IRFs[i].Fact
		all = append(all, model.Name(f.Resource)+" "+f.Descriptor().String())
	}
	if len(all) == 0 {
		return "none", true
	}
	return strings.Join(all, ", "), true
}

// variants returns an event with one field changed at a time, to values that it might have in the log, each once.
func variants(log []model.Event, e *model.Event) (all []model.Event) {
	add := func(change func(v *model.Event)) {
		v := *e
		if change(&v); v != *e && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	for _, o := range []model.Operation{"", model.Transfer, model.Conference} {
		add(func(v *model.Event) { v.Operation = o })
	}
	for mode := model.VisibilityMode(0); mode <= model.Coach; mode++ {
		add(func(v *model.Event) { v.VisibilityMode = mode })
	}
	for _, reason := range []string{"", "Expired", "Stopped"} {
		add(func(v *model.Event) { v.Reason = reason })
	}
	for _, name := range []model.EventName{"EventRejected", "EventRevoked"} {
		if e.Name == "EventRejected" || e.Name == "EventRevoked" {
			add(func(v *model.Event) { v.Name = name })
		}
	}
	add(func(v *model.Event) { v.Queue += "2" })
	for i := range log {
		add(func(v *model.Event) { v.Actor = log[i].Actor })
		add(func(v *model.Event) { v.Party = log[i].Party })
	}
	return all
}
