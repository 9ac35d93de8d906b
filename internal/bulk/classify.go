package bulk

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Classify writes the reference's facts for a log to out: stopped chats by the time of the stop and by id, then
// unfinished ones by the time of the first event and by id, each chat's facts by ordinal. It then calls illFormed for
// each ill-formed chat, by id, with what is wrong; file names the log there. The error is that of [Groups.AddEvents] or
// of out. Nothing is written before everything is read.
func Classify(ctx context.Context, o Options, file string, in wire.Blocks[model.Event], out *wire.Output[model.Fact],
	illFormed func(text string),
) error {
	groups := NewGroups(o)
	defer groups.Close()
	if err := groups.AddEvents(ctx, in); err != nil {
		return err
	}
	results := newResults(o, o.memory()/4, file)
	defer results.close()
	if err := groups.Each(ctx, func(job int, c *Chat) error { return results.workers[job].classify(c) }); err != nil {
		return err
	}
	groups.Close()
	return results.tell(ctx, out, illFormed)
}

// results collects what several jobs find, and sorts it.
type results struct {
	workers       []classifier
	facts, faults *sorter
}

// newResults returns results whose facts use about this many bytes of memory at most.
func newResults(o Options, memory int64, file string) *results {
	r := &results{make([]classifier, o.jobs()), newSorter(memory, o.jobs()), newSorter(o.memory()/16, o.jobs())}
	for i := range r.workers {
		r.workers[i] = classifier{
			Classifier: model.NewClassifier(o.table()), file: file, facts: r.facts.writer(), faults: r.faults.writer(),
		}
	}
	return r
}

// close frees what the results hold.
func (r *results) close() {
	r.facts.Close()
	r.faults.Close()
}

// tell writes what was found, once everything is.
func (r *results) tell(ctx context.Context, out *wire.Output[model.Fact], illFormed func(text string)) error {
	errs := make([]error, len(r.workers))
	var sorting sync.WaitGroup
	for i := range r.workers {
		sorting.Go(func() { errs[i] = cmp.Or(r.workers[i].facts.Close(), r.workers[i].faults.Close()) })
	}
	sorting.Wait()
	if err := cmp.Or(errs...); err != nil {
		return err
	}
	if err := r.write(ctx, out); err != nil {
		return err
	}
	return r.faults.Each(func(_, text []byte) error { illFormed(string(text)); return nil })
}

// stretch holds the facts of some consecutive chats.
type stretch struct {
	packed []byte // for each chat its id and its facts, each after its length
	wire.Batch[model.Fact]
}

// stretchSize is about how many packed bytes are written at once.
const stretchSize = 16 << 10

// write writes the facts: one goroutine merges them, and the jobs encode them.
func (r *results) write(ctx context.Context, out *wire.Output[model.Fact]) error {
	unpackers := make([]*wire.Unpacker, len(r.workers))
	for i := range unpackers {
		unpackers[i] = wire.NewUnpacker()
	}
	stretches := newBelt(ctx, len(r.workers), func(job int, s *stretch) {
		var fact model.Fact
		for rest := s.packed; len(rest) > 0; {
			var id, packed []byte
			id, rest = cutBytes(rest)
			packed, rest = cutBytes(rest)
			for fact.InteractionID = string(id); len(packed) > 0; {
				packed = unpackers[job].Fact(&fact, packed)
				s.Add(out, &fact)
			}
		}
	})
	merged := make(chan error, 1)
	go func() {
		defer stretches.end()
		s := stretches.get()
		err := r.facts.Each(func(key, packed []byte) error {
			if s != nil && len(s.item.packed) > stretchSize {
				stretches.put(s)
				s = stretches.get()
			}
			if s == nil {
				return context.Canceled
			}
			s.item.packed = appendBytes(appendBytes(s.item.packed, key[keyHead:]), packed)
			return nil
		})
		if s != nil {
			stretches.put(s)
		}
		merged <- err
	}()
	err := stretches.each(func(s *stretch) error {
		s.packed = s.packed[:0]
		return s.Flush(out)
	})
	return cmp.Or(err, <-merged)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func cutBytes(b []byte) (head, rest []byte) {
	n, size := binary.Uvarint(b)
	b = b[size:]
	return b[:n], b[n:]
}

// classifier classifies the chats of one job.
type classifier struct {
	*model.Classifier
	file          string
	facts, faults *sortWriter
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
		w.record = wire.PackFact(w.record, &w.chat.IRFs[i].Fact)
	}
	return w.facts.Add(w.key, w.record)
}

// fault classifies a chat into dst, and returns what is wrong with the chat, or "".
func fault(by *model.Classifier, dst *model.Chat, c *Chat, file string) string {
	if c.Bad != nil {
		return fmt.Sprintf("%v (interaction %s is ill-formed: W9)", c.Bad, model.Quoted(c.ID))
	}
	if err := by.Classify(dst, c.Events); err != nil {
		return fmt.Sprintf("%s: %v", file, err)
	}
	return ""
}

// keyHead is the length of a chat's key without the id.
const keyHead = 5 + 4

// chatKey appends a key whose bytes sort chats: five bytes for whether the chat has stopped and for the second, four
// for the nanoseconds, and then the id.
func chatKey(b []byte, c *model.Chat) []byte {
	at, class := c.Ended, uint64(0)
	if at.IsZero() {
		at, class = c.Began, 1<<39
	}
	const year0 = 62_167_219_200 // seconds before 1970; up to the year 10000 there are fewer than 1 << 39
	b = binary.BigEndian.AppendUint64(b, (class|uint64(at.Unix()+year0))<<24)
	return append(binary.BigEndian.AppendUint32(b[:len(b)-3], uint32(at.Nanosecond())), c.InteractionID...)
}
