// Package bulk works on any number of chats in bounded memory: it brings together what was read of each chat, its
// events and its facts, in any order of arrival. What does not fit in memory goes to temporary files. [Classify] gives
// the reference's facts for a log, in one order whatever the order of arrival. [CheckChats] compares a user's own rows
// with them, and [CheckRows] holds rows without events against the invariants that need nothing else. What differs is
// grouped by signature, with one example: the answer is short, however much is wrong. There is no scenario here and no
// verdict a chat: that is package engine.
package bulk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"runtime"
	"slices"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Options say how much a grouping may take, and which chats it is about. Nothing of it bears on what is found.
type Options struct {
	Memory        int64 // about so many bytes at most; 0 is [DefaultMemory]
	Jobs          int   // how many processors to use; 0 is all
	Shard, Shards int   // only the chats of shard Shard of so many, from 1; 0 of 0 is all
	// Table is the reference's, of the deployment that the chats are of; nil is [model.Reference].
	Table *model.Table
}

// DefaultMemory is how much memory a grouping takes unless told.
const DefaultMemory = 1 << 30

func (o Options) memory() int64       { return cmp.Or(o.Memory, DefaultMemory) }
func (o Options) table() *model.Table { return cmp.Or(o.Table, model.Reference()) }
func (o Options) jobs() int           { return cmp.Or(o.Jobs, runtime.GOMAXPROCS(0)) }

// here reports whether an interaction falls to the shard: by a hash of its id that is the same on every machine.
func (o Options) here(id []byte) bool {
	if o.Shards <= 1 {
		return true
	}
	h := fnv.New64a()
	h.Write(id)
	return h.Sum64()%uint64(o.Shards) == uint64(o.Shard-1)
}

// Chat is what was read of one interaction.
type Chat struct {
	ID     string
	Events []model.Event // in no order, those of unknown names left out, but for such as may be misspelt
	Facts  []model.Fact  // in no order
	Legacy []model.Fact  // those of an old mart, in no order
	// Bad is the first line of the interaction that is no event, or no fact, but for that; nil where there is none.
	Bad *wire.LineError
}

// Groups brings together the events and facts of each chat. Add all, then visit them with [Groups.Each].
type Groups struct {
	options Options
	groups  *recordGroups
	unknown unknownNames
}

// NewGroups returns groups that take half of the memory. Close must be called in the end.
func NewGroups(o Options) *Groups {
	return &Groups{options: o, groups: newRecordGroups(o.memory()/2, o.jobs()), unknown: newUnknownNames()}
}

// MaxOfChat is how many events and rows a chat may have together: one with more is no chat, and is set aside. The
// longest that anybody has seen have some thousands.
const MaxOfChat = 100_000

// tooMany is what is wrong with a chat that has more.
func tooMany(id string) *wire.LineError {
	return &wire.LineError{
		File: "chat " + model.Name(id), Problem: fmt.Sprintf("more than %d events and rows", MaxOfChat),
		InteractionID: id,
	}
}

// Jobs is how many goroutines [Groups.Each] takes.
func (g *Groups) Jobs() int { return g.options.jobs() }

// Close leaves nothing of the groups.
func (g *Groups) Close() { g.groups.Close() }

// What a record is, in its first byte.
const (
	anEvent  = 'e'
	aFact    = 'f'
	anOldOne = 'l' // a fact of an old mart
	aFault   = 'x'
)

// AddEvents adds all events of a log. The error names the first line that belongs to no interaction, or is the
// context's or that of reading. A line that is no event but belongs to an interaction spoils that one ([Chat.Bad]).
func (g *Groups) AddEvents(ctx context.Context, in wire.Blocks[model.Event]) error {
	writers := make([]eventWriter, g.options.jobs())
	for i := range writers {
		writers[i] = eventWriter{
			unknown: newUnknownNames(), options: g.options, out: g.groups.writer(), in: in.Reader(),
		}
	}
	blocks := readBlocks(ctx, g.options, in, func(job int, b *batch) { b.err = writers[job].addAll(&b.block) })
	err := blocks.each(func(b *batch) error {
		if b.err == io.EOF {
			return nil
		}
		return b.err
	})
	for i := range writers {
		err = cmp.Or(err, writers[i].out.Close())
		g.unknown.merge(&writers[i].unknown)
	}
	return err
}

// Unknown lists the names of events that were left out, the most frequent first.
func (g *Groups) Unknown() []UnknownName { return g.unknown.list() }

// eventWriter adds the events of one reader.
type eventWriter struct {
	unknown unknownNames
	options Options
	in      wire.BlockReader[model.Event]
	out     *recordWriter
	next    wire.PackedEvent
	before  []byte // the record before the next
}

func (w *eventWriter) addAll(b *wire.Block) error {
	w.in.Take(b)
	for {
		w.next.Record = append(w.next.Record[:0], anEvent)
		err := wire.NextPacked(w.in, &w.next)
		id := w.next.ID
		if err != nil {
			bad := spoils(err)
			if bad == nil {
				return err // io.EOF at the end
			}
			id, w.next.Record = []byte(bad.InteractionID), packFault(w.next.Record[:0], bad)
		} else if !w.next.Name.Known() && w.unknown.add(w.next.Name) == "" {
			continue
		}
		if !w.options.here(id) {
			continue
		}
		// delivered twice says nothing
		if bytes.Equal(w.next.Record, w.before) && bytes.Equal(id, w.out.last) {
			continue
		}
		if err := w.out.Add(id, w.next.Record); err != nil {
			return err
		}
		w.before, w.next.Record = w.next.Record, w.before
	}
}

// addFacts adds the facts of a place, as records of a kind. A line that is no fact ends it, whichever chat it belongs to.
// Unless covers is nil, it takes the times.
func (g *Groups) addFacts(ctx context.Context, kind byte, p tables.Place, stdin io.Reader, covers *covered) error {
	source, err := tables.OpenFacts(ctx, p, stdin)
	if err != nil {
		return err
	}
	defer source.Close()
	out := g.groups.writer()
	for record := []byte(nil); ; {
		f, err := source.Read()
		if err == io.EOF {
			return out.Close()
		}
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		covers.see(&f)
		record = wire.PackFact(append(record[:0], kind), &f)
		if err := out.Add([]byte(f.InteractionID), record); err != nil {
			return err
		}
	}
}

// spoils is an error of a line that spoils its interaction and nothing else; nil of others.
func spoils(err error) *wire.LineError {
	var bad *wire.LineError
	if errors.As(err, &bad) && bad.InteractionID != "" {
		return bad
	}
	return nil
}

// packFault is to lines that cannot be read what rows' packing is to events.
func packFault(b []byte, e *wire.LineError) []byte {
	b = binary.AppendVarint(append(b, aFault), int64(e.Line))
	b = binary.AppendVarint(b, e.Seq)
	for _, s := range []string{e.File, e.Field, e.Problem} {
		b = appendBytes(b, []byte(s))
	}
	return b
}

func unpackFault(b []byte, id string) *wire.LineError {
	line, n := binary.Varint(b[1:])
	b = b[1+n:]
	seq, n := binary.Varint(b)
	b = b[n:]
	var text [3][]byte
	for i := range text {
		text[i], b = cutBytes(b)
	}
	return &wire.LineError{
		File: string(text[0]), Line: int(line), Field: string(text[1]), Problem: string(text[2]),
		InteractionID: id, Seq: seq,
	}
}

// Each calls visit for each chat, in no order, from several goroutines at a time, which are numbered from 0 to
// Jobs - 1; the chat is valid until it returns. Each ends early when visit fails, with its error, or the context's.
func (g *Groups) Each(ctx context.Context, visit func(job int, c *Chat) error) error {
	jobs := g.options.jobs()
	chats, unpackers := make([]Chat, jobs), make([]*wire.Unpacker, jobs)
	for i := range unpackers {
		unpackers[i] = wire.NewUnpacker()
	}
	return g.groups.Each(jobs, func(job int, key []byte, records bunches) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		chats[job].read(string(key), records, unpackers[job])
		return visit(job, &chats[job])
	})
}

// read makes c the chat of some records, in the memory of the one before.
func (c *Chat) read(id string, records bunches, u *wire.Unpacker) {
	*c = Chat{ID: id, Events: c.Events[:0], Facts: c.Facts[:0], Legacy: c.Legacy[:0]}
	n := 0
	for r := range records.all() {
		if n++; n > MaxOfChat {
			*c = Chat{ID: id, Bad: tooMany(id)}
			return
		}
		switch r[0] {
		case anEvent:
			n := len(c.Events)
			c.Events = slices.Grow(c.Events, 1)[:n+1] // of a chat before, which is written over
			c.Events[n].InteractionID = id
			u.Event(&c.Events[n], r[1:])
		case aFact, anOldOne:
			of := &c.Facts
			if r[0] == anOldOne {
				of = &c.Legacy
			}
			*of = append(*of, model.Fact{InteractionID: id})
			u.Fact(&(*of)[len(*of)-1], r[1:])
		default:
			if bad := unpackFault(r, id); c.Bad == nil || bad.Line < c.Bad.Line {
				c.Bad = bad
			}
		}
	}
}
