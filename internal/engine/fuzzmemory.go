package engine

import (
	"encoding/binary"
	"hash/fnv"
	"hash/maphash"

	"github.com/chatproof/chatproof/model"
)

// memory is what each chat showed when it was asked, so that none is asked twice, whichever finding it is a candidate
// for. Two chats are the same only if all but their interaction ids are equal: a fault may lie in a name, a time or a
// gap in seq.
type memory struct {
	shown map[chatKey][]string
	room  []byte
}

// chatKey identifies a chat, and the relation of the variant that was asked with it.
type chatKey [2]uint64

// mostKnown bounds the memory, in chats.
const mostKnown = 2_000_000

func newMemory() *memory { return &memory{shown: make(map[chatKey][]string)} }

func (m *memory) put(k chatKey, shown []string) {
	if len(m.shown) < mostKnown {
		m.shown[k] = shown
	}
}

func (m *memory) get(k chatKey) (shown []string, known bool) {
	shown, known = m.shown[k]
	return shown, known
}

// keySeeds give two hashes, so that a collision needs both. No output depends on them.
var keySeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func (m *memory) keyOf(relation string, log []model.Event) (k chatKey) {
	m.room = appendPacked(m.room[:0], relation, log)
	for i := range k {
		k[i] = maphash.Bytes(keySeeds[i], m.room)
	}
	return k
}

// digestOf returns a digest that is the same in every run.
func digestOf(relation string, log []model.Event) uint64 {
	h := fnv.New64a()
	h.Write(appendPacked(nil, relation, log))
	return h.Sum64()
}

// appendPacked appends everything that tells one chat from another.
func appendPacked(b []byte, relation string, log []model.Event) []byte {
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	text(relation)
	for i := range log {
		e := &log[i]
		b = binary.AppendVarint(b, e.Seq)
		b = binary.AppendVarint(b, e.Time.UnixNano())
		b = append(b, byte(e.VisibilityMode))
		for _, s := range [...]string{
			string(e.Name), string(e.Actor.Type), e.Actor.ID, string(e.Party.Type), e.Party.ID, e.Queue,
			string(e.Operation), string(e.Reason), e.MediaType,
		} {
			text(s)
		}
	}
	return b
}
