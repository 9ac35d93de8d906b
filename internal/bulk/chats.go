// Package bulk works on any number of chats in bounded memory. It brings together the events and facts of each chat,
// whatever the order in which they arrive; what does not fit in memory goes to temporary files. [Classify] writes the
// reference's facts for a log, in an order that does not depend on the order of arrival. [CheckChats] compares a user's
// own rows with them, and [CheckRows] checks rows without events against the invariants that need nothing else.
// Differences are grouped by signature, with one example each, so the answer stays short however much is wrong.
// Scenarios, and a verdict for each, are the business of package engine.
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

// Options says which chats to look at, and how much memory and how many jobs to use. What is found depends on neither
// Memory nor Jobs.
type Options struct {
	Memory        int64 // about how many bytes to use at most; 0 is [DefaultMemory]
	Jobs          int   // how many processors to use; 0 is all
	Shard, Shards int   // only events of the chats in shard Shard, from 1, of Shards; 0 of 0 is all
	// Table holds the reference's rules for the deployment of the chats; nil is [model.Reference].
	Table *model.Table
}

// DefaultMemory is how many bytes of memory are used by default.
const DefaultMemory = 1 << 30

func (o Options) memory() int64       { return cmp.Or(o.Memory, DefaultMemory) }
func (o Options) table() *model.Table { return cmp.Or(o.Table, model.Reference()) }
func (o Options) jobs() int           { return cmp.Or(o.Jobs, runtime.GOMAXPROCS(0)) }

// here reports whether an interaction belongs to the shard. Its id decides, by a hash that is the same everywhere.
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
	Events []model.Event // in no order; unknown names are left out unless they may be misspelt ones
	Facts  []model.Fact  // in no order
	Legacy []model.Fact  // rows of an old mart, in no order
	// Bad is the first line that names the interaction but is no event, or says that the chat is too large; else nil.
	Bad *wire.LineError
}

// Groups brings together the events and facts of each chat. Add everything, then visit the chats with [Groups.Each].
type Groups struct {
	options Options
	groups  *recordGroups
	unknown unknownNames
}

// NewGroups returns groups that use half of the memory. Close must be called at the end.
func NewGroups(o Options) *Groups {
	return &Groups{options: o, groups: newRecordGroups(o.memory()/2, o.jobs()), unknown: newUnknownNames()}
}

// MaxOfChat limits the events and rows of a chat together. What has more is no chat, and is set aside: the longest
// chats that anybody has seen have some thousands.
const MaxOfChat = 100_000

// tooMany says that a chat has more than that.
func tooMany(id string) *wire.LineError {
	return &wire.LineError{
		File: "chat " + model.Name(id), Problem: fmt.Sprintf("more than %d events and rows together", MaxOfChat),
		InteractionID: id,
	}
}

// Jobs is how many goroutines [Groups.Each] uses.
func (g *Groups) Jobs() int { return g.options.jobs() }

// Close frees what the groups hold.
func (g *Groups) Close() { g.groups.Close() }

// The first byte of a record says what it is.
const (
	anEvent  = 'e'
	aFact    = 'f'
	anOldOne = 'l' // a fact of an old mart
	aFault   = 'x'
)

// AddEvents adds all events of a log. The error names the first line that belongs to no interaction, or comes from
// reading or from the context. A line that is no event but belongs to an interaction spoils that one ([Chat.Bad]).
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
		// a second delivery says nothing new
		if bytes.Equal(w.next.Record, w.before) && bytes.Equal(id, w.out.last) {
			continue
		}
		if err := w.out.Add(id, w.next.Record); err != nil {
			return err
		}
		w.before, w.next.Record = w.next.Record, w.before
	}
}

// addFacts adds the facts of a place as records of a kind. A line that is no fact is an error, whichever chat it
// belongs to. covers, if not nil, notes when the facts start.
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

// spoils returns the error of a line that spoils only its interaction, or nil for any other error.
func spoils(err error) *wire.LineError {
	var bad *wire.LineError
	if errors.As(err, &bad) && bad.InteractionID != "" {
		return bad
	}
	return nil
}

// packFault packs the error of a line that cannot be read.
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

// Each calls visit for each chat, in no order, from several goroutines at once, which are numbered from 0 to Jobs - 1.
// The chat is valid until visit returns. Each ends early, with the error, if visit fails or the context ends.
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

// addTo adds the records of a chat, from which [Chat.read] makes it again.
func (c *Chat) addTo(w *recordWriter) (err error) {
	var record []byte
	add := func() { err = cmp.Or(err, w.Add([]byte(c.ID), record)) }
	for i := range c.Events {
		record = wire.PackEvent(append(record[:0], anEvent), &c.Events[i])
		add()
	}
	for i := range c.Facts {
		record = wire.PackFact(append(record[:0], aFact), &c.Facts[i])
		add()
	}
	for i := range c.Legacy {
		record = wire.PackFact(append(record[:0], anOldOne), &c.Legacy[i])
		add()
	}
	return err
}

// read unpacks the records of a chat into c, and reuses the memory of the chat before.
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
			c.Events = slices.Grow(c.Events, 1)[:n+1] // reuses an event of the chat before
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
