package bulk

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"slices"
	"sync"
)

// sorter sorts records by key: [sorter.writer] adds them, and then [sorter.Each] visits them in order. A writer sorts
// what fits in its memory, and writes it to a file if there is more. At the end, all that was sorted is merged.
type sorter struct {
	memory int64 // for each writer
	mu     sync.Mutex
	runs   []run
	file   spillFile
}

// newSorter returns a sorter for this many writers, which use about memory bytes together. Close must be called at the
// end.
func newSorter(memory int64, writers int) *sorter {
	return &sorter{memory: max(memory/int64(writers), 2*segmentSize)}
}

// Close frees what the sorter holds.
func (s *sorter) Close() { s.file.close() }

// segmentSize is how many bytes a writer allocates at a time.
const segmentSize = 1 << 20

// sortWriter adds records to a sorter. Each goroutine needs its own.
type sortWriter struct {
	sorter *sorter
	items  []sortItem
	open   []byte // the current segment
	size   int64
}

// sortItem is a record in memory. head is the beginning of its key, which is enough to order most records. The record
// stands after the key, up to the capacity of key.
type sortItem struct {
	head uint64
	key  []byte
}

func (a sortItem) record() []byte { return a.key[len(a.key):cap(a.key)] }

func (a sortItem) compare(b sortItem) int {
	if a.head != b.head {
		return cmp.Compare(a.head, b.head)
	}
	if byKey := bytes.Compare(a.key, b.key); byKey != 0 {
		return byKey
	}
	return bytes.Compare(a.record(), b.record())
}

// head is the first eight bytes of a key as a number.
func head(key []byte) uint64 {
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// writer returns a writer.
func (s *sorter) writer() *sortWriter { return &sortWriter{sorter: s} }

// Add adds a record under a key, and copies both. Records of the same key are sorted, too.
func (w *sortWriter) Add(key, record []byte) error {
	need := len(key) + len(record)
	if cap(w.open)-len(w.open) < need {
		if w.size+segmentSize > w.sorter.memory {
			if err := w.spill(); err != nil {
				return err
			}
		}
		w.open = make([]byte, 0, max(segmentSize, need))
		w.size += int64(cap(w.open))
	}
	at := len(w.open)
	w.open = append(append(w.open, key...), record...)
	w.items = append(w.items, sortItem{head(key), w.open[at : at+len(key) : len(w.open)]})
	w.size += 32 // for the sortItem
	return nil
}

// spill sorts what is in memory, and writes it to the file.
func (w *sortWriter) spill() error {
	slices.SortFunc(w.items, sortItem.compare)
	var sizes [2 * binary.MaxVarintLen64]byte
	n := int64(0)
	for i := range w.items {
		n += int64(len(w.items[i].sizes(sizes[:0])) + cap(w.items[i].key))
	}
	e, err := w.sorter.file.reserve(n)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(io.NewOffsetWriter(&w.sorter.file, e.at), writeSize)
	for i := range w.items {
		out.Write(w.items[i].sizes(sizes[:0])) // Flush returns the error
		out.Write(w.items[i].key[:cap(w.items[i].key)])
	}
	w.sorter.add(run{extent: e})
	clear(w.items)
	w.items, w.open, w.size = w.items[:0], nil, 0
	return out.Flush()
}

// sizes appends what stands before a sortItem in a file: the length of its key, and that of key and record together.
func (a sortItem) sizes(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(len(a.key))), uint64(cap(a.key)))
}

// Close hands over what was added. Without it, some of that may be missing.
func (w *sortWriter) Close() error {
	slices.SortFunc(w.items, sortItem.compare)
	w.sorter.add(run{items: w.items})
	*w = sortWriter{sorter: w.sorter}
	return nil
}

// run is a sorted sequence of records, in memory or in the file.
type run struct {
	items  []sortItem
	extent extent // where the run is in the file
	in     *bufio.Reader
	now    sortItem // the current record
	data   []byte
}

func (s *sorter) add(r run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, r)
}

// step goes to the next record. The error is io.EOF at the end.
func (r *run) step() error {
	if r.in == nil {
		if len(r.items) == 0 {
			return io.EOF
		}
		r.now, r.items = r.items[0], r.items[1:]
		return nil
	}
	key, err := binary.ReadUvarint(r.in)
	if err != nil {
		return err
	}
	size, err := binary.ReadUvarint(r.in)
	if err != nil {
		return err
	}
	r.data = slices.Grow(r.data[:0], int(size))[:size]
	if _, err := io.ReadFull(r.in, r.data); err != nil {
		return err
	}
	r.now = sortItem{head(r.data[:key]), r.data[:key:size]}
	return nil
}

// Each calls visit for each record, in the order of the keys' bytes. What visit gets is valid until it returns. If
// visit fails, Each returns its error. Nothing may be added afterwards.
func (s *sorter) Each(visit func(key, record []byte) error) error {
	var left []*run // by their current records
	for i := range s.runs {
		r := &s.runs[i]
		if r.extent.n > 0 {
			r.in = bufio.NewReaderSize(io.NewSectionReader(&s.file, r.extent.at, r.extent.n), readSize)
		}
		if err := r.step(); err == nil {
			left = append(left, r)
		} else if err != io.EOF {
			return err
		}
	}
	byRecord := func(a, b *run) int { return a.now.compare(b.now) }
	slices.SortFunc(left, byRecord)
	for len(left) > 0 {
		first, others := left[0], left[1:]
		if err := visit(first.now.key, first.now.record()); err != nil {
			return err
		}
		if err := first.step(); err == io.EOF {
			left = others
			continue
		} else if err != nil {
			return err
		}
		at, _ := slices.BinarySearchFunc(others, first, byRecord)
		copy(left, others[:at])
		left[at] = first
	}
	return nil
}
