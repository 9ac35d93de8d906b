package chats

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
	"github.com/chatproof/chatproof/spill"
)

// Classify gives the reference's facts for a log of events in JSON Lines to write: stopped chats by time of the stop and
// id, then unfinished ones by time of the first event and id, each chat's facts by ordinal. Afterwards it says of each
// ill-formed chat what is wrong with it, by id. What write is given is valid until it returns. The error is that of
// [Groups.AddEvents], or of write; nothing is written before all is read.
func Classify(ctx context.Context, o Options, file string, in io.Reader, write func(*model.Fact) error, illFormed func(text string)) error {
	return classify(ctx, o, file, func(g *Groups) error { return g.AddEvents(ctx, file, in) }, write, illFormed)
}

// ClassifyRows is [Classify] for events that read returns, until io.EOF.
func ClassifyRows(ctx context.Context, o Options, file string, read func() (model.Event, error), write func(*model.Fact) error, illFormed func(text string)) error {
	return classify(ctx, o, file, func(g *Groups) error { return g.AddRows(ctx, read) }, write, illFormed)
}

func classify(ctx context.Context, o Options, file string, add func(*Groups) error, write func(*model.Fact) error, illFormed func(text string)) error {
	groups := NewGroups(o)
	defer groups.Close()
	if err := add(groups); err != nil {
		return err
	}
	facts, faults := spill.NewSorter(o.memory()/4, o.jobs()), spill.NewSorter(o.memory()/16, o.jobs())
	defer facts.Close()
	defer faults.Close()
	workers := make([]classifier, o.jobs())
	for i := range workers {
		workers[i] = classifier{Classifier: model.NewClassifier(model.Reference()), file: file, facts: facts.Writer(), faults: faults.Writer()}
	}
	if err := groups.Each(ctx, func(job int, c *Chat) error { return workers[job].classify(c) }); err != nil {
		return err
	}
	for i := range workers {
		if err := workers[i].close(); err != nil {
			return err
		}
	}
	groups.Close()
	return told(ctx, facts, faults, write, illFormed)
}

// told writes what was sorted.
func told(ctx context.Context, facts, faults *spill.Sorter, write func(*model.Fact) error, illFormed func(text string)) error {
	unpacker, fact := rows.NewUnpacker(), model.Fact{}
	err := facts.Each(func(key, packed []byte) error {
		fact.InteractionID = string(key[keyHead:])
		for len(packed) > 0 {
			packed = unpacker.Fact(&fact, packed)
			if err := write(&fact); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return faults.Each(func(_, text []byte) error { illFormed(string(text)); return nil })
}

// classifier classifies the chats of one job.
type classifier struct {
	*model.Classifier
	file          string
	facts, faults *spill.SortWriter
	chat          model.Chat
	key, record   []byte
}

func (w *classifier) classify(c *Chat) error {
	if text := fault(w.Classifier, &w.chat, c, w.file); text != "" {
		return w.faults.Add([]byte(c.ID), []byte(text))
	}
	if len(w.chat.IRFs) == 0 {
		return nil
	}
	w.key, w.record = chatKey(w.key[:0], &w.chat), w.record[:0]
	for i := range w.chat.IRFs {
		w.record = rows.PackFact(w.record, &w.chat.IRFs[i].Fact)
	}
	return w.facts.Add(w.key, w.record)
}

func (w *classifier) close() error {
	if err := w.facts.Close(); err != nil {
		return err
	}
	return w.faults.Close()
}

// fault classifies a chat into dst, and says what is wrong with it, or "".
func fault(by *model.Classifier, dst *model.Chat, c *Chat, file string) string {
	if c.Bad != nil {
		return fmt.Sprintf("%v (interaction %s is ill-formed: W9)", c.Bad, model.Name(c.ID))
	}
	if err := by.Classify(dst, c.Events); err != nil {
		return fmt.Sprintf("%s: %v", file, err)
	}
	return ""
}

// keyHead is how long the key of a chat is without its id.
const keyHead = 1 + 8 + 4

// chatKey is such that chats are in order when their keys' bytes are.
func chatKey(b []byte, c *model.Chat) []byte {
	class, at := byte(0), c.Ended
	if at.IsZero() {
		class, at = 1, c.Began
	}
	return append(appendTime(append(b, class), at), c.InteractionID...)
}

func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}
