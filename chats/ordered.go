package chats

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
	"github.com/chatproof/chatproof/spill"
)

// ClassifyOrdered is [Classify] for a log whose times never fall. A chat's facts are written as soon as it is certain
// that it has stopped, so that memory is for the chats that are open at the same time. What comes too late is an error
// that names the line: what was written before stands.
//
// Chats that were released are remembered, as far as a quarter of the memory goes: beyond, an event that comes too late
// is that of an ill-formed chat.
func ClassifyOrdered(ctx context.Context, o Options, file string, in io.Reader, write func(*model.Fact) error, illFormed func(text string)) error {
	rest, faults := spill.NewSorter(o.memory()/8, 1), spill.NewSorter(o.memory()/16, 1)
	defer rest.Close()
	defer faults.Close()
	s := &sequence{
		options: o, file: file, write: write, open: make(map[string]*openChat), seed: maphash.MakeSeed(), unpacker: rows.NewUnpacker(),
		classifier: classifier{Classifier: model.NewClassifier(model.Reference()), file: file, facts: rest.Writer(), faults: faults.Writer()},
	}
	if err := s.run(ctx, in); err != nil {
		return err
	}
	if err := s.classifier.close(); err != nil {
		return err
	}
	return told(ctx, rest, faults, write, illFormed)
}

// sequence takes events in the order of the log.
type sequence struct {
	options    Options
	file       string
	write      func(*model.Fact) error
	open       map[string]*openChat
	held       int64       // bytes of open chats
	stopped    []*openChat // at now: what follows at the same time is still theirs
	now        time.Time
	seed       maphash.Seed
	released   [2]map[uint64]struct{} // hashes of ids, the later ones first
	unpacker   *rows.Unpacker
	chat       Chat
	classifier classifier
}

// openChat is a chat that can still change. Its events are packed, one behind the other.
type openChat struct {
	id      string
	events  []byte
	bad     *rows.LineError
	stopped bool
}

// perOpenChat is about what an open chat takes besides its events.
const perOpenChat = 256

func (s *sequence) run(ctx context.Context, in io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := decode(ctx, s.options, s.file, in)
	for {
		b, err := d.next(ctx)
		if err != nil {
			return err
		}
		for i := range b.items {
			if err := s.take(b, &b.items[i]); err != nil {
				return err
			}
		}
		switch {
		case b.err == io.EOF:
			return s.end()
		case b.err != nil:
			return b.err
		}
		d.spare <- b
	}
}

// take takes the next event, or line that is none.
func (s *sequence) take(b *batch, e *item) error {
	if e.at.Before(s.now) && !e.at.IsZero() {
		return &rows.LineError{File: s.file, Line: e.line, Field: "time", Problem: fmt.Sprintf(
			"%s is earlier than %s before it; leave --ordered out for a log whose times fall", e.at.Format(time.RFC3339Nano), s.now.Format(time.RFC3339Nano))}
	}
	if e.at.After(s.now) {
		if err := s.release(); err != nil {
			return err
		}
		s.now = e.at
	}
	id := b.text[e.id.from:e.id.to]
	c := s.open[string(id)]
	if c == nil {
		if s.wasReleased(id) {
			if e.name.Neutral() {
				return nil
			}
			return &rows.LineError{File: s.file, Line: e.line, Problem: fmt.Sprintf(
				"%s comes after the stop of interaction %s, whose facts are written; leave --ordered out for a log that has such", cmp.Or(string(e.name), "a line"), model.Name(string(id)))}
		}
		c = &openChat{id: string(id)}
		s.open[c.id] = c
		s.held += perOpenChat + int64(len(id))
	}
	if e.bad != nil && c.bad == nil {
		c.bad = e.bad
	}
	before := cap(c.events)
	c.events = append(c.events, b.text[e.record.from:e.record.to]...)
	if s.held += int64(cap(c.events) - before); s.held > s.options.memory()/2 {
		return &rows.LineError{File: s.file, Line: e.line, Problem: "more chats are open here than --memory has room for; give more, or leave --ordered out"}
	}
	if e.name == model.ProcessingStopped && !c.stopped {
		c.stopped = true
		s.stopped = append(s.stopped, c)
	}
	return nil
}

// release classifies the chats that have stopped, by id, and writes their facts.
func (s *sequence) release() error {
	slices.SortFunc(s.stopped, func(a, b *openChat) int { return strings.Compare(a.id, b.id) })
	for _, c := range s.stopped {
		s.unpack(c)
		text := fault(s.classifier.Classifier, &s.classifier.chat, &s.chat, s.file)
		if text != "" {
			if err := s.classifier.faults.Add([]byte(c.id), []byte(text)); err != nil {
				return err
			}
		}
		for i := 0; text == "" && i < len(s.classifier.chat.IRFs); i++ {
			if err := s.write(&s.classifier.chat.IRFs[i].Fact); err != nil {
				return err
			}
		}
		delete(s.open, c.id)
		s.held -= perOpenChat + int64(len(c.id)+cap(c.events))
		s.remember(c.id)
	}
	s.stopped = s.stopped[:0]
	return nil
}

// end classifies what is left.
func (s *sequence) end() error {
	if err := s.release(); err != nil {
		return err
	}
	for _, c := range s.open {
		s.unpack(c)
		if err := s.classifier.classify(&s.chat); err != nil {
			return err
		}
	}
	return nil
}

func (s *sequence) unpack(c *openChat) {
	s.chat = Chat{ID: c.id, Bad: c.bad, Events: s.chat.Events[:0]}
	for rest := c.events; len(rest) > 0; {
		n, size := binary.Uvarint(rest)
		s.chat.Events = append(s.chat.Events, model.Event{InteractionID: c.id})
		s.unpacker.Event(&s.chat.Events[len(s.chat.Events)-1], rest[size:size+int(n)])
		rest = rest[size+int(n):]
	}
}

func (s *sequence) remember(id string) {
	const bytesEach = 64 // of a map, with those that are forgotten
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

// batch is what was read from a block of lines.
type batch struct {
	block  rows.Block
	text   []byte // ids and packed events
	items  []item
	err    error // of the reading, behind the items
	record []byte
}

type item struct {
	id, record struct{ from, to int32 }
	at         time.Time
	name       model.EventName
	line       int
	bad        *rows.LineError
}

// decoding reads blocks side by side, and hands them on in order: job j reads the blocks j, j + jobs, …. It ends with ctx;
// an input that gives nothing is not waited for.
type decoding struct {
	made  []chan *batch
	spare chan *batch
	k     int
}

func decode(ctx context.Context, o Options, file string, in io.Reader) *decoding {
	d := &decoding{spare: make(chan *batch, 2*o.jobs())}
	for range cap(d.spare) {
		d.spare <- new(batch)
	}
	todo := make([]chan *batch, o.jobs())
	for j := range todo {
		todo[j], d.made = make(chan *batch, cap(d.spare)), append(d.made, make(chan *batch, cap(d.spare)))
		go func() {
			r := rows.NewBlockReader(file)
			for b := range todo[j] {
				b.read(r, o)
				d.made[j] <- b
			}
		}()
	}
	go func() {
		blocks := rows.NewBlocks(file, in)
		for k := 0; ; k = (k + 1) % len(todo) {
			select {
			case <-ctx.Done():
				for j := range todo {
					close(todo[j])
				}
				return
			case b := <-d.spare:
				if b.err = blocks.Next(&b.block); b.err != nil && b.err != io.EOF {
					b.err = inputError(file, blocks.Line(), b.err)
				}
				todo[k] <- b
			}
		}
	}()
	return d
}

// next returns the next batch, which goes back to spare.
func (d *decoding) next(ctx context.Context) (*batch, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case b := <-d.made[d.k]:
		d.k = (d.k + 1) % len(d.made)
		return b, nil
	}
}

// read reads the events of a block.
func (b *batch) read(r *rows.EventReader, o Options) {
	b.text, b.items = b.text[:0], b.items[:0]
	r.Take(&b.block)
	var e model.Event
	for b.err == nil {
		id, err := r.Next(&e)
		it := item{at: e.Time, name: e.Name, line: r.Line()}
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &it.bad) && it.bad.InteractionID != "":
			id, it.at, it.name = []byte(it.bad.InteractionID), time.Time{}, ""
		case err != nil:
			b.err = err
			return
		case !e.Name.Known():
			continue
		}
		if !o.here(id) {
			continue
		}
		it.id.from = int32(len(b.text))
		b.text = append(b.text, id...)
		it.id.to = int32(len(b.text))
		it.record.from = it.id.to
		if it.bad == nil {
			b.record = rows.PackEvent(b.record[:0], &e)
			b.text = append(binary.AppendUvarint(b.text, uint64(len(b.record))), b.record...)
		}
		it.record.to = int32(len(b.text))
		b.items = append(b.items, it)
	}
}
