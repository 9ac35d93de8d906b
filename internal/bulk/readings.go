package bulk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Learning says when a clause is pinned: if at least Least rows decide it, and the share Share of them, from 0 to 1,
// has the same answer.
type Learning struct {
	Least int
	Share float64
}

// learner learns from the chats of one job, and makes digests of all that it reads. A nil learner does nothing.
type learner struct {
	model         *model.Learner
	events, facts sum
	lines         [][]byte
}

func newLearner() *learner { return &learner{model: model.NewLearner()} }

// sum is a digest of lines that does not depend on their order: it is the sum of their digests.
type sum [4]uint64

func (s *sum) add(line []byte) {
	of := sha256.Sum256(line)
	for i := range s {
		s[i] += binary.BigEndian.Uint64(of[8*i:])
	}
}

func (s *sum) String() string {
	var b []byte
	for _, n := range s[:2] {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return hex.EncodeToString(b)
}

// read adds the lines of a chat to the digests. An exact duplicate of an event does not count.
func (l *learner) read(c *Chat) {
	if l == nil {
		return
	}
	l.lines = l.lines[:0]
	for i := range c.Events {
		l.lines = append(l.lines, wire.AppendEvent(nil, &c.Events[i]))
	}
	slices.SortFunc(l.lines, bytes.Compare)
	for _, line := range slices.CompactFunc(l.lines, bytes.Equal) {
		l.events.add(line)
	}
	for i := range c.Facts {
		l.facts.add(wire.AppendFact(nil, &c.Facts[i]))
	}
}

func (l *learner) note(chat *model.Chat, rows []model.Fact) {
	if l != nil {
		l.model.Note(chat, rows)
	}
}

func (l *learner) merge(o *learner) {
	if l == nil {
		return
	}
	l.model.Merge(o.model)
	for i := range l.events {
		l.events[i] += o.events[i]
		l.facts[i] += o.facts[i]
	}
}

// learnt is what was learnt from a log that began and ended at these seconds.
func (l *learner) learnt(o CheckOptions, began, ended int64) *engine.Learning {
	all, _ := l.model.Learned(o.table(), o.Learn.Least, o.Learn.Share)
	return &engine.Learning{
		Events: l.events.String(), Facts: l.facts.String(), Period: period(began, ended), Clauses: all,
	}
}

// period is the time from one second since 1970 to another as text, or "" if there is none.
func period(from, to int64) string {
	if from > to {
		return ""
	}
	at := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
	return at(from) + " to " + at(to)
}
