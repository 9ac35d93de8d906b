package bulk

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"io"
	"iter"
	"sync"
	"sync/atomic"
)

const (
	partitions   = 256
	largestChunk = 8 << 10
	chunksAtOnce = 64
	// mostPartings is how often a part that is too large is parted again: if one key has it all, parting is no help.
	mostPartings = 3
)

// recordGroups brings together the records of each key: [recordGroups.writer] adds them, and then [recordGroups.Each]
// visits the groups. Keys are parted by hash, and the records of a part are kept in chunks. If the chunks exceed the
// memory, all are written to a file, each part in one piece. Later one part at a time is read again.
//
// In a chunk, consecutive records of the same key are a bunch, which has the key once: logs often hold a chat in one
// piece.
type recordGroups struct {
	memory int64
	most   int // how many records of a key are kept, and one more
	chunks int // the size of a chunk
	depth  int
	seed   maphash.Seed

	mu    sync.Mutex
	parts [partitions]part
	held  int64 // bytes in full chunks
	free  [][]byte
	file  spillFile
}

// part is where the records of a partition are.
type part struct {
	chunks  [][]byte
	extents []extent
	size    int64
}

// newRecordGroups returns groups for this many writers, whose records use about memory bytes. Close must be called at
// the end.
func newRecordGroups(memory int64, writers int) *recordGroups {
	share := 8 * partitions * int64(writers) // each writer has a chunk of each part open
	return &recordGroups{
		memory: memory, most: MaxOfChat, chunks: int(min(max(memory/share, 512), largestChunk)),
		seed: maphash.MakeSeed(),
	}
}

// Close frees what the groups hold.
func (g *recordGroups) Close() { g.file.close() }

// recordWriter adds records to groups. Each goroutine needs its own.
type recordWriter struct {
	groups *recordGroups
	open   [partitions][]byte
	last   []byte // the key of the last record
	part   uint64 // the part of that key
	bunch  int    // where its bunch's size stands in the chunk
	same   int    // how many consecutive records have that key
}

// writer returns a writer.
func (g *recordGroups) writer() *recordWriter { return &recordWriter{groups: g} }

// Add adds a record of a key, and copies both.
func (w *recordWriter) Add(key, record []byte) error {
	again := len(w.last) > 0 && bytes.Equal(key, w.last)
	if again {
		// Records beyond those that show that a key has too many are dropped: all of a table may be one chat.
		if w.same++; w.same > w.groups.most {
			return nil
		}
	} else {
		w.same = 0
		w.last = append(w.last[:0], key...)
		w.part = maphash.Bytes(w.groups.seed, key) % partitions
	}
	c := w.open[w.part]
	if need := len(key) + len(record) + 2*binary.MaxVarintLen64 + bunchSize; cap(c)-len(c) < need {
		if err := w.groups.take(w.part, c); err != nil {
			return err
		}
		c, again = w.groups.chunk(need), false
	}
	if !again {
		c = appendBytes(c, key)
		w.bunch = len(c)
		c = append(c, make([]byte, bunchSize)...)
	}
	c = appendBytes(c, record)
	binary.LittleEndian.PutUint32(c[w.bunch:], uint32(len(c)-w.bunch-bunchSize))
	w.open[w.part] = c
	return nil
}

// bunchSize is how many bytes the size of a bunch takes.
const bunchSize = 4

// bunches are the records of a key.
type bunches [][]byte

// all yields each record.
func (b bunches) all() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, records := range b {
			for len(records) > 0 {
				var r []byte
				r, records = cutBytes(records)
				if !yield(r) {
					return
				}
			}
		}
	}
}

// cutBunch cuts the first bunch off a chunk.
func cutBunch(b []byte) (key, bunch, rest []byte) {
	key, b = cutBytes(b)
	n := binary.LittleEndian.Uint32(b)
	b = b[bunchSize:]
	return key, b[:n:n], b[n:]
}

// Close hands over what was added. Without it, some of that may be missing.
func (w *recordWriter) Close() error {
	for p := range w.open {
		if err := w.groups.take(uint64(p), w.open[p]); err != nil {
			return err
		}
		w.open[p] = nil
	}
	return nil
}

// chunk returns an empty chunk with room for at least n bytes.
func (g *recordGroups) chunk(n int) []byte {
	if n > g.chunks {
		return make([]byte, 0, n)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.free) == 0 { // not many at once: an eighth of the time goes into memory that is touched first
		for all := make([]byte, 0, chunksAtOnce*g.chunks); cap(all) > 0; all = all[g.chunks:g.chunks] {
			g.free = append(g.free, all[:0:g.chunks])
		}
	}
	last := len(g.free) - 1
	c := g.free[last]
	g.free = g.free[:last]
	return c[:0]
}

// take takes over a chunk. If that makes too many, it writes all of them to the file.
func (g *recordGroups) take(p uint64, c []byte) error {
	if len(c) == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parts[p].chunks = append(g.parts[p].chunks, c)
	g.parts[p].size += int64(len(c))
	g.held += int64(cap(c))
	if g.held <= g.memory {
		return nil
	}
	return g.spill()
}

// spill writes all chunks to the file, each part in one piece.
func (g *recordGroups) spill() error {
	size := int64(0)
	for p := range g.parts {
		for _, c := range g.parts[p].chunks {
			size += int64(len(c))
		}
	}
	room, err := g.file.reserve(size)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(io.NewOffsetWriter(&g.file, room.at), int(min(size, writeSize)))
	for p := range g.parts {
		part, at := &g.parts[p], room.at
		for _, c := range part.chunks {
			out.Write(c) // Flush returns the error
			room.at += int64(len(c))
			if cap(c) == g.chunks {
				g.free = append(g.free, c)
			}
		}
		if room.at > at {
			part.extents = append(part.extents, extent{at, room.at - at})
		}
		clear(part.chunks)
		part.chunks = part.chunks[:0]
	}
	g.held = 0
	return out.Flush()
}

// Each calls visit for each key with its records, in no order, from this many goroutines at once, numbered from 0.
// What visit gets is valid until it returns. If visit fails, Each ends early and returns the first error that it met.
// Nothing may be added afterwards.
func (g *recordGroups) Each(jobs int, visit func(job int, key []byte, records bunches) error) error {
	if g.file.f != nil { // from now on the memory is for reading
		if err := g.spill(); err != nil {
			return err
		}
	}
	g.free = nil
	var (
		workers sync.WaitGroup
		next    atomic.Int64
		failed  atomic.Pointer[error]
	)
	for job := range jobs {
		workers.Go(func() {
			var v visitor
			for failed.Load() == nil {
				p := next.Add(1) - 1
				if p >= partitions {
					return
				}
				err := g.visit(&g.parts[p], &v, jobs, func(key []byte, records bunches) error {
					return visit(job, key, records)
				})
				if err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	workers.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// visit visits the groups of a part.
func (g *recordGroups) visit(p *part, v *visitor, jobs int, visit func(key []byte, records bunches) error) error {
	if len(p.extents) > 0 && p.size > g.memory/int64(jobs) && g.depth < mostPartings {
		return g.again(p, jobs, visit)
	}
	chunks := p.chunks
	if len(p.extents) > 0 {
		v.buffer = v.buffer[:0]
		for _, e := range p.extents {
			at := len(v.buffer)
			v.buffer = append(v.buffer, make([]byte, e.n)...)
			if _, err := g.file.ReadAt(v.buffer[at:], e.at); err != nil {
				return err
			}
		}
		chunks = append(v.chunks[:0], v.buffer)
	}
	p.chunks = nil
	return v.visit(chunks, visit)
}

// again parts a part that is larger than the memory, and visits its groups.
func (g *recordGroups) again(p *part, jobs int, visit func(key []byte, records bunches) error) error {
	parts := newRecordGroups(g.memory/int64(jobs), 1)
	parts.depth = g.depth + 1
	defer parts.Close()
	w := parts.writer()
	counts := make(map[uint64]int) // how many records, by the hash of the key
	var buffer []byte
	for _, e := range p.extents {
		buffer = append(buffer[:0], make([]byte, e.n)...)
		if _, err := g.file.ReadAt(buffer, e.at); err != nil {
			return err
		}
		var key, bunch []byte
		for rest := buffer; len(rest) > 0; {
			key, bunch, rest = cutBunch(rest)
			hash := maphash.Bytes(g.seed, key)
			for record := range (bunches{bunch}).all() {
				if counts[hash]++; counts[hash] > g.most+1 {
					break
				}
				if err := w.Add(key, record); err != nil {
					return err
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return parts.Each(1, func(_ int, key []byte, records bunches) error { return visit(key, records) })
}

// visitor groups the records of a part. It reuses its memory from part to part.
type visitor struct {
	buffer  []byte
	chunks  [][]byte
	index   map[string]int32
	groups  []chain
	next    []int32 // the next bunch of the same group, for each bunch
	bunches bunches
	group   bunches
}

// chain is the bunches of a key.
type chain struct {
	key         []byte
	first, last int32
}

func (v *visitor) visit(chunks [][]byte, visit func(key []byte, records bunches) error) error {
	if v.index == nil {
		v.index = make(map[string]int32)
	}
	clear(v.index)
	v.groups, v.next, v.bunches = v.groups[:0], v.next[:0], v.bunches[:0]
	for _, rest := range chunks {
		var key, bunch []byte
		for len(rest) > 0 {
			key, bunch, rest = cutBunch(rest)
			i := int32(len(v.bunches))
			v.bunches, v.next = append(v.bunches, bunch), append(v.next, -1)
			if at, known := v.index[string(key)]; known {
				group := &v.groups[at]
				v.next[group.last], group.last = i, i
				continue
			}
			v.index[string(key)] = int32(len(v.groups))
			v.groups = append(v.groups, chain{key: key, first: i, last: i})
		}
	}
	for i := range v.groups {
		v.group = v.group[:0]
		for at := v.groups[i].first; at >= 0; at = v.next[at] {
			v.group = append(v.group, v.bunches[at])
		}
		if err := visit(v.groups[i].key, v.group); err != nil {
			return err
		}
	}
	return nil
}
