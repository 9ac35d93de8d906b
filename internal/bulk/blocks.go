package bulk

import (
	"context"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// batch is a block of lines and what was read from it.
type batch struct {
	block  wire.Block
	file   string // the file that the block comes from
	err    error  // what ended the reading after the items; io.EOF at the end of the block
	text   []byte // ids and packed events
	items  []item
	packed wire.PackedEvent
}

type item struct {
	id, record []byte
	at         time.Time
	name       model.EventName
	line       int
	bad        *wire.LineError
}

// readBlocks reads blocks and lets the jobs work on them. Once the context ends, it does not wait for a silent input.
func readBlocks(ctx context.Context, o Options, in wire.Blocks[model.Event],
	work func(job int, b *batch),
) *belt[batch] {
	belt := newBelt(ctx, o.jobs(), func(job int, b *batch) {
		if b.err == nil {
			work(job, b)
		}
	})
	go func() {
		defer belt.end()
		for {
			c := belt.get()
			if c == nil {
				return
			}
			b := &c.item
			b.text, b.items = b.text[:0], b.items[:0]
			err := in.Next(&b.block)
			b.err = err
			if belt.put(c); err != nil {
				return
			}
		}
	}()
	return belt
}

// read reads the events of a block.
func (b *batch) read(r wire.BlockReader[model.Event], o Options) {
	r.Take(&b.block)
	b.file = r.File()
	for {
		b.packed.Record = b.packed.Record[:0]
		err := wire.NextPacked(r, &b.packed)
		id := b.packed.ID
		it := item{at: b.packed.Time, name: b.packed.Name, line: r.Line()}
		switch {
		case err == nil && !it.name.Known():
			continue
		case err != nil:
			it.bad = spoils(err)
			if it.bad == nil {
				b.err = err // io.EOF at the end
				return
			}
			id, it.at, it.name = []byte(it.bad.InteractionID), time.Time{}, ""
		}
		if !o.here(id) {
			continue
		}
		at := len(b.text)
		b.text = append(b.text, id...)
		it.id = b.text[at:]
		if it.bad == nil {
			at = len(b.text)
			b.text = appendBytes(b.text, b.packed.Record)
			it.record = b.text[at:]
		}
		b.items = append(b.items, it)
	}
}
