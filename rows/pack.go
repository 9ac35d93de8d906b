package rows

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"github.com/chatproof/chatproof/model"
)

// nameTable keeps strings that recur, so that each is made once. Of those that fall to one place the oldest is dropped:
// memory is bounded whatever the input.
type nameTable struct {
	seed   maphash.Seed
	places [1 << 10][8]string
}

func newNameTable() *nameTable { return &nameTable{seed: maphash.MakeSeed()} }

// of returns a string that is no part of b.
func (t *nameTable) of(b []byte) string {
	if len(b) == 0 || len(b) > 256 { // no name that recurs
		return string(b)
	}
	place := &t.places[maphash.Bytes(t.seed, b)%uint64(len(t.places))]
	for i := range place {
		if place[i] == string(b) {
			return place[i]
		}
	}
	copy(place[1:], place[:])
	place[0] = string(b)
	return place[0]
}

// words are what packed records hold as a number. They do not outlive the process: their order is free.
var words = func() []string {
	words := []string{
		"", "chat", model.Expired, model.Stopped, string(model.Transfer), string(model.Conference),
		string(model.MediaServer), string(model.Strategy), string(model.Agent), string(model.InteractionServer), string(model.QueueResource),
	}
	for _, w := range model.EventNames {
		words = append(words, string(w))
	}
	for _, w := range model.Roles {
		words = append(words, string(w))
	}
	for _, w := range model.Results {
		words = append(words, string(w))
	}
	for _, w := range model.Reasons {
		words = append(words, string(w))
	}
	return words
}()

// wordPlaces holds the number of each word at the place that its length and some of its letters say, or behind it.
var wordPlaces = func() (places [256]uint8) {
	for n, w := range words[1:] {
		at := wordPlace(w)
		for places[at] != 0 {
			at++
		}
		places[at] = uint8(n + 1)
	}
	return places
}()

func wordPlace[S string | []byte](w S) uint8 {
	return uint8(len(w))*23 + w[0]*5 + w[len(w)/2]*3 + w[len(w)-1]
}

// wordNumber finds a word: a map would take a third of the time of packing.
func wordNumber[S string | []byte](w S) (n uint8, ok bool) {
	if len(w) == 0 {
		return 0, true
	}
	for at := wordPlace(w); wordPlaces[at] != 0; at++ {
		if n = wordPlaces[at]; words[n] == string(w) {
			return n, true
		}
	}
	return 0, false
}

// other stands for a word that has no number.
const other = 0xff

// PackEvent appends all of an event but its interaction, in a form for temporary files: small and quickly read.
func PackEvent(b []byte, e *model.Event) []byte {
	b = packWord(b, string(e.Name))
	b = binary.AppendVarint(b, e.Seq)
	b = packTime(b, e.Time)
	b = packName(packWord(b, string(e.Actor.Type)), e.Actor.ID)
	b = packName(packWord(b, string(e.Party.Type)), e.Party.ID)
	b = packName(b, e.Queue)
	b = packWord(b, string(e.Operation))
	b = binary.AppendVarint(b, int64(e.VisibilityMode))
	b = packWord(b, e.Reason)
	return packWord(b, e.MediaType)
}

// PackFact is what [PackEvent] is for events.
func PackFact(b []byte, f *model.Fact) []byte {
	b = packNumber(b, f.Ordinal)
	b = packWord(b, string(f.ResourceType))
	b = packName(b, f.Resource)
	b = packWord(b, string(f.Role))
	b = packWord(b, f.RoleReason)
	b = packWord(b, string(f.Result))
	b = packWord(b, string(f.Reason))
	b = packNumber(b, f.ReceivedFrom)
	return packTime(packTime(b, f.Start), f.End)
}

func packName(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func packWord(b []byte, s string) []byte {
	if n, ok := wordNumber(s); ok {
		return append(b, n)
	}
	return packName(append(b, other), s)
}

func packTime(b []byte, t time.Time) []byte {
	return binary.AppendUvarint(binary.AppendVarint(b, t.Unix()), uint64(t.Nanosecond()))
}

func packNumber(b []byte, n model.Number) []byte {
	return binary.AppendVarint(append(b, byte(n.Is)), n.Value)
}

// Unpacker reads what was packed. Names that recur are made once. It is for one goroutine.
type Unpacker struct {
	names *nameTable
	rest  []byte
}

// NewUnpacker returns an unpacker.
func NewUnpacker() *Unpacker { return &Unpacker{names: newNameTable()} }

// Event reads what [PackEvent] wrote, and nothing else, into e.
func (u *Unpacker) Event(e *model.Event, packed []byte) {
	u.rest = packed
	e.Name = model.EventName(u.word())
	e.Seq = u.varint()
	e.Time = u.time()
	e.Actor = model.Party{Type: model.PartyType(u.word()), ID: u.name()}
	e.Party = model.Party{Type: model.PartyType(u.word()), ID: u.name()}
	e.Queue = u.name()
	e.Operation = model.Operation(u.word())
	e.VisibilityMode = model.VisibilityMode(u.varint())
	e.Reason = u.word()
	e.MediaType = u.word()
}

// Fact reads what [PackFact] wrote into f, and returns what stands behind it.
func (u *Unpacker) Fact(f *model.Fact, packed []byte) (rest []byte) {
	u.rest = packed
	f.Ordinal = u.number()
	f.ResourceType = model.ResourceType(u.word())
	f.Resource = u.name()
	f.Role = model.Role(u.word())
	f.RoleReason = u.word()
	f.Result = model.Result(u.word())
	f.Reason = model.Reason(u.word())
	f.ReceivedFrom = u.number()
	f.Start, f.End = u.time(), u.time()
	return u.rest
}

func (u *Unpacker) byte() byte {
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

func (u *Unpacker) uvarint() uint64 {
	n, size := binary.Uvarint(u.rest)
	u.rest = u.rest[size:]
	return n
}

func (u *Unpacker) varint() int64 {
	n, size := binary.Varint(u.rest)
	u.rest = u.rest[size:]
	return n
}

func (u *Unpacker) name() string {
	n := u.uvarint()
	s := u.names.of(u.rest[:n])
	u.rest = u.rest[n:]
	return s
}

func (u *Unpacker) word() string {
	if n := u.byte(); n != other {
		return words[n]
	}
	return u.name()
}

func (u *Unpacker) time() time.Time {
	seconds := u.varint()
	return time.Unix(seconds, int64(u.uvarint())).UTC()
}

func (u *Unpacker) number() model.Number {
	is := model.Presence(u.byte())
	return model.Number{Is: is, Value: u.varint()}
}
