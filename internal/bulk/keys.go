package bulk

import (
	"bytes"
	"cmp"

	"github.com/chatproof/chatproof/model"
)

// Key says that a chat has differences of a signature and level.
type Key struct {
	Signature     string
	Level         model.Level
	Required      bool // the differences count, or would
	InteractionID string
}

// keyWriter adds the keys of one tally.
type keyWriter struct {
	out *sortWriter
	key []byte
	err error // the first
}

// add adds a key. Keys that are added again count once.
func (w *keyWriter) add(k *Key) {
	w.key = append(append(append(w.key[:0], byte(k.Level)), k.Signature...), 0, 0)
	if k.Required {
		w.key[len(w.key)-1] = 1
	}
	w.key = append(w.key, k.InteractionID...)
	w.err = cmp.Or(w.err, w.out.Add(w.key, nil))
}

// newTallies returns n tallies, and the sorter of the keys that they collect if somebody wants keys.
func (o *CheckOptions) newTallies(n int, signature func(*model.Difference) string) (*sorter, []*tally) {
	keys, tallies := newSorter(o.memory()/8, n), make([]*tally, n)
	for i := range tallies {
		tallies[i] = newTally(o, signature)
		if o.Keys != nil {
			tallies[i].keys = &keyWriter{out: keys.writer()}
		}
	}
	return keys, tallies
}

// readKeys hands over the keys that the tallies have collected, each once, ordered by level, signature and id.
func (o *CheckOptions) readKeys(s *sorter, tallies []*tally) (err error) {
	if o.Keys == nil {
		return nil
	}
	for _, t := range tallies {
		err = cmp.Or(err, t.keys.err, t.keys.out.Close())
	}
	if err != nil {
		return err
	}
	var last []byte
	return s.Each(func(key, _ []byte) error {
		if bytes.Equal(key, last) {
			return nil
		}
		last = append(last[:0], key...)
		level := model.Level(key[0])
		signature, rest, _ := bytes.Cut(key[1:], []byte{0})
		return o.Keys(&Key{
			Signature: string(signature), Level: level, Required: rest[0] == 1, InteractionID: string(rest[1:]),
		})
	})
}
