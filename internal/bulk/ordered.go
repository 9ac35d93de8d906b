package bulk

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// ClassifyOrdered is [Classify] for a log whose times never fall. It writes a chat's facts as soon as the chat has
// certainly stopped, so only the chats that are open at one time need memory. An event that comes too late is an error
// that names the line. What was written before the error stays written.
//
// Released chats are remembered in a quarter of the memory. A late event of a chat that was forgotten makes an
// ill-formed chat of its own.
func ClassifyOrdered(ctx context.Context, o Options, file string, in wire.Blocks[model.Event],
	out *wire.Output[model.Fact], illFormed func(text string),
) error {
	results := newResults(o, o.memory()/8, file)
	defer results.close()
	complete := make([]completer, o.jobs())
	for i := range complete {
		complete[i] = completer{classifier: &results.workers[i], unpacker: wire.NewUnpacker()}
	}
	s := &sequence{options: o, open: make(map[string]*openChat), seed: maphash.MakeSeed()}
	s.complete = newBelt(ctx, o.jobs(), func(job int, c *completed) { c.err = complete[job].all(c, out) })
	written := make(chan error, 1)
	go func() {
		written <- s.complete.each(func(c *completed) error { return cmp.Or(c.err, c.Flush(out)) })
	}()
	err := s.run(in)
	if err := cmp.Or(<-written, err); err != nil {
		return err
	}
	return results.tell(ctx, out, illFormed)
}

// sequence takes events in the order of the log.
type sequence struct {
	options  Options
	open     map[string]*openChat
	held     int64       // bytes of open chats
	stopped  []*openChat // at now; events at the same time still belong to them
	now      time.Time
	seed     maphash.Seed
	released [2]map[uint64]struct{} // hashes of ids; those released last are in the first
	complete *belt[completed]
	at       *carried[completed] // the item that is being filled
	free     []*openChat         // for reuse
}

// openChat is a chat that can still change. Its events are packed, one after the other.
type openChat struct {
	id      string
	events  []byte
	last    int // where the last event begins
	n       int // how many events
	bad     *wire.LineError
	stopped bool
}

const (
	// perOpenChat is about how many bytes an open chat needs besides its events.
	perOpenChat = 256
	// largestKept limits the memory of a chat that is kept for reuse.
	largestKept = 1 << 10
)

// size is about how many bytes an open chat needs. It counts the memory that may have been kept for reuse, whether
// this chat reuses any or not: which line is refused must not depend on that.
func (c *openChat) size() int64 {
	return int64(perOpenChat + len(c.id) + max(len(c.events), largestKept))
}

// run takes all events of the log and hands on the chats.
func (s *sequence) run(in wire.Blocks[model.Event]) error {
	defer s.complete.end()
	readers := make([]wire.BlockReader[model.Event], s.options.jobs())
	for i := range readers {
		readers[i] = in.Reader()
	}
	batches := readBlocks(s.complete.ctx, s.options, in, func(job int, b *batch) { b.read(readers[job], s.options) })
	err := batches.each(func(b *batch) error {
		for i := range b.items {
			if err := s.take(b, &b.items[i]); err != nil {
				return err
			}
		}
		s.handOn()
		if b.err == io.EOF {
			return nil
		}
		return b.err
	})
	if err == nil {
		err = s.release()
	}
	for _, c := range s.open {
		if err == nil {
			err = s.add(c)
		}
	}
	s.handOn()
	return err
}

// take takes the next event, or a line that is no event.
func (s *sequence) take(b *batch, e *item) error {
	if e.at.Before(s.now) && !e.at.IsZero() {
		return &wire.LineError{File: b.file, Line: e.line, Field: "time", Problem: fmt.Sprintf(
			"%s is earlier than %s, the time of an event above this line; leave out --ordered for a log that is not "+
				"in time order",
			e.at.Format(time.RFC3339Nano), s.now.Format(time.RFC3339Nano))}
	}
	if e.at.After(s.now) {
		if err := s.release(); err != nil {
			return err
		}
		s.now = e.at
	}
	id := e.id
	c := s.open[string(id)]
	if c == nil {
		if s.wasReleased(id) {
			if e.name.Neutral() {
				return nil
			}
			return &wire.LineError{File: b.file, Line: e.line, Problem: fmt.Sprintf(
				"%s comes after the stop of interaction %s, and its facts are already written; leave out --ordered "+
					"for such a log", cmp.Or(string(e.name), "a line"), model.Name(string(id)))}
		}
		if last := len(s.free) - 1; last >= 0 {
			c, s.free = s.free[last], s.free[:last]
		} else {
			c = new(openChat)
		}
		*c = openChat{id: string(id), events: c.events[:0]}
		s.open[c.id] = c
	} else {
		s.held -= c.size()
	}
	if e.bad != nil && c.bad == nil {
		c.bad = e.bad
	}
	record := e.record
	switch {
	case len(record) > 0 && bytes.Equal(record, c.events[c.last:]): // a second delivery says nothing new
	case c.n < MaxOfChat:
		c.last = len(c.events)
		c.events = append(c.events, record...)
		c.n++
	case c.bad == nil:
		c.bad = tooMany(c.id)
	}
	s.held += c.size()
	if s.held > s.options.memory()/2 {
		return &wire.LineError{
			File: b.file, Line: e.line,
			Problem: "more chats are open here than --memory has room for; raise --memory, or leave out --ordered",
		}
	}
	if e.name == model.ProcessingStopped && !c.stopped {
		c.stopped = true
		s.stopped = append(s.stopped, c)
	}
	return nil
}

// release hands on the chats that have stopped, by id.
func (s *sequence) release() error {
	slices.SortFunc(s.stopped, func(a, b *openChat) int { return strings.Compare(a.id, b.id) })
	for _, c := range s.stopped {
		delete(s.open, c.id)
		s.held -= c.size()
		s.remember(c.id)
		if err := s.add(c); err != nil {
			return err
		}
	}
	s.stopped = s.stopped[:0]
	return nil
}

// completed holds chats that no longer change, and the facts of those that have stopped.
type completed struct {
	chats []*openChat
	err   error
	wire.Batch[model.Fact]
}

// chatsAtOnce is how many chats a job gets at most.
const chatsAtOnce = 256

// add hands on a chat, together with others.
func (s *sequence) add(c *openChat) error {
	if s.at == nil {
		s.at = s.complete.get()
		if s.at == nil {
			return context.Canceled // the error of the belt's each comes first
		}
		for _, c := range s.at.item.chats {
			if cap(c.events) <= largestKept {
				s.free = append(s.free, c)
			}
		}
		s.at.item.chats = s.at.item.chats[:0]
	}
	s.at.item.chats = append(s.at.item.chats, c)
	if len(s.at.item.chats) == chatsAtOnce {
		s.handOn()
	}
	return nil
}

// handOn passes the added chats to the jobs.
func (s *sequence) handOn() {
	if s.at != nil {
		s.complete.put(s.at)
		s.at = nil
	}
}

// completer classifies the chats of one job.
type completer struct {
	*classifier
	unpacker *wire.Unpacker
	chat     Chat
}

func (w *completer) all(c *completed, out *wire.Output[model.Fact]) error {
	for _, open := range c.chats {
		w.unpack(open)
		if !open.stopped {
			if err := w.classify(&w.chat); err != nil {
				return err
			}
		} else if text := fault(w.Classifier, &w.classifier.chat, &w.chat, w.file); text != "" {
			if err := w.faults.Add([]byte(open.id), []byte(text)); err != nil {
				return err
			}
		} else {
			for i := range w.classifier.chat.IRFs {
				c.Add(out, &w.classifier.chat.IRFs[i].Fact)
			}
		}
	}
	return nil
}

func (w *completer) unpack(c *openChat) {
	w.chat = Chat{ID: c.id, Bad: c.bad, Events: w.chat.Events[:0]}
	for rest := c.events; len(rest) > 0; {
		var packed []byte
		packed, rest = cutBytes(rest)
		w.chat.Events = append(w.chat.Events, model.Event{InteractionID: c.id})
		w.unpacker.Event(&w.chat.Events[len(w.chat.Events)-1], packed)
	}
}

func (s *sequence) remember(id string) {
	const bytesEach = 64 // of a map, including those that are forgotten
	if s.released[0] == nil || int64(len(s.released[0])) > s.options.memory()/4/bytesEach {
		s.released = [2]map[uint64]struct{}{make(map[uint64]struct{}), s.released[0]}
	}
	s.released[0][maphash.String(s.seed, id)] = struct{}{}
}

func (s *sequence) wasReleased(id []byte) bool {
	h := maphash.Bytes(s.seed, id)
	_, later := s.released[0][h]
	_, earlier := s.released[1][h]
	return later || earlier
}
