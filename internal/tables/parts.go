package tables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// parts are the parts of a place. They are opened one after the other.
type parts[T model.Event | model.Fact] struct {
	ctx    context.Context
	kind   *kind[T]
	places []Place
	stdin  io.Reader
	unseen *unseen

	mutex  sync.Mutex
	opened []wire.Blocks[T] // the last of them is being read
	closed int              // how many of these are closed

	own   partsReader[T] // for Read
	block wire.Block
}

// openParts opens a place and its first part.
func openParts[T model.Event | model.Fact](ctx context.Context, p Place, stdin io.Reader,
	k *kind[T],
) (*parts[T], error) {
	places, err := p.parts()
	if err != nil {
		return nil, err
	}
	r := &parts[T]{ctx: ctx, kind: k, places: places, stdin: stdin, unseen: newUnseen(p.Mapping, k.form.Table)}
	r.own = partsReader[T]{parts: r, part: -1}
	return r, r.open()
}

// open opens the next part.
func (p *parts[T]) open() error {
	next, err := p.kind.open(p.ctx, p.places[len(p.opened)], p.stdin, p.unseen)
	if err != nil {
		return err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.opened = append(p.opened, next)
	return nil
}

// Next makes b the next block.
func (p *parts[T]) Next(b *wire.Block) error {
	for {
		last := len(p.opened) - 1
		err := p.opened[last].Next(b)
		b.Part = last
		if err != io.EOF {
			return err
		}
		if last == len(p.places)-1 {
			if err := p.unseen.err(); err != nil {
				return err
			}
			return io.EOF
		}
		if err := p.close(last + 1); err != nil {
			return err
		} else if err := p.open(); err != nil {
			return err
		}
	}
}

// close closes the first n parts.
func (p *parts[T]) close(n int) (err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for ; p.closed < n; p.closed++ {
		err = errors.Join(err, p.opened[p.closed].Close())
	}
	return err
}

// Close closes what is open.
func (p *parts[T]) Close() error {
	p.mutex.Lock()
	n := len(p.opened)
	p.mutex.Unlock()
	return p.close(n)
}

// Read returns the next row.
func (p *parts[T]) Read() (row T, err error) {
	id, err := readRow(p, wire.BlockReader[T](&p.own), &p.block, &row)
	if e, ok := any(&row).(*model.Event); ok && e.InteractionID == "" {
		e.InteractionID = string(id)
	}
	return row, err
}

// Reader returns a reader of blocks.
func (p *parts[T]) Reader() wire.BlockReader[T] { return &partsReader[T]{parts: p, part: -1} }

// partsReader reads blocks of all parts.
type partsReader[T model.Event | model.Fact] struct {
	parts *parts[T]
	part  int
	in    wire.BlockReader[T] // the part's; nil before the first block
	packs wire.PackReader     // the same, if it is one
}

func (r *partsReader[T]) Take(b *wire.Block) {
	if b.Part != r.part {
		r.parts.mutex.Lock()
		r.in, r.part = r.parts.opened[b.Part].Reader(), b.Part
		r.parts.mutex.Unlock()
		r.packs, _ = r.in.(wire.PackReader)
	}
	r.in.Take(b)
}

func (r *partsReader[T]) Next(row *T) (id []byte, err error) {
	if r.in == nil {
		return nil, io.EOF
	}
	return r.in.Next(row)
}

// NextPacked is Next for an event that is only packed.
func (r *partsReader[T]) NextPacked(p *wire.PackedEvent) error {
	if r.packs != nil {
		return r.packs.NextPacked(p)
	}
	in, _ := any(r.in).(wire.BlockReader[model.Event])
	return wire.NextPacked(in, p)
}

func (r *partsReader[T]) Line() int    { return r.in.Line() }
func (r *partsReader[T]) File() string { return r.in.File() }

// unseen holds the column names of a mapping that no line of JSON has had so far. A line may leave a field out; if all
// lines do, the mapping is wrong. unseen only looks for the name in quotes, which is quick and good enough. A nil
// unseen does nothing.
type unseen struct {
	names map[string]string // our names, by theirs in quotes and lower case
	lines bool              // there was something to read
}

func newUnseen(m *Mapping, table string) *unseen {
	if m == nil || len(m.tables[table].Columns) == 0 {
		return nil
	}
	u := &unseen{names: make(map[string]string)}
	for name, actual := range m.tables[table].Columns {
		if actual != "" {
			u.names[`"`+strings.ToLower(actual[strings.LastIndexByte(actual, '.')+1:])+`"`] = name
		}
	}
	return u
}

// watching returns a reading that shows u what is read.
func (u *unseen) watching(r *wire.Reading) *wire.Reading {
	if u == nil {
		return r
	}
	watched := *r
	watched.Watch = u.watch
	return &watched
}

func (u *unseen) watch(text []byte) {
	u.lines = true
	if len(u.names) == 0 {
		return
	}
	text = bytes.ToLower(text)
	maps.DeleteFunc(u.names, func(quoted, _ string) bool { return bytes.Contains(text, []byte(quoted)) })
}

// err returns an error if a name was in no line.
func (u *unseen) err() error {
	if u == nil || !u.lines || len(u.names) == 0 {
		return nil
	}
	first := slices.Min(slices.Collect(maps.Keys(u.names)))
	return fmt.Errorf("no line has the field %s, the mapping's name for %s", model.Name(strings.Trim(first, `"`)),
		u.names[first])
}
