package wire

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Names keeps strings that recur, so that each is made once. In each place it drops the oldest: its memory is limited
// whatever the input.
type Names struct {
	seed   maphash.Seed
	places [1 << 10][8]string
}

// NewNames returns names without any string.
func NewNames() *Names { return &Names{seed: maphash.MakeSeed()} }

// Of returns b as a string that shares no memory with it.
func (t *Names) Of(b []byte) string {
	if len(b) == 0 || len(b) > 256 { // not a name that recurs
		return string(b)
	}
	place := &t.places[t.hash(b)%uint64(len(t.places))]
	for i := range place {
		if place[i] == string(b) {
			return place[i]
		}
	}
	copy(place[1:], place[:])
	place[0] = string(b)
	return place[0]
}

// hash is a cheaper one for the short: most names are.
func (t *Names) hash(b []byte) uint64 {
	if n := len(b); n >= 8 && n <= 16 {
		first, last := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
		return (first*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(last, 23)*0xc2b2ae3d27d4eb4f) >> 32
	}
	return maphash.Bytes(t.seed, b)
}

// words are what packed records hold as numbers. Records do not outlive the process, so the order is free.
var words = func() []string {
	words := []string{
		"", "chat", model.Expired, model.Stopped, string(model.Transfer), string(model.Conference),
		string(model.MediaServer), string(model.Strategy), string(model.Agent), string(model.InteractionServer),
		string(model.QueueResource),
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

// wordPlaces holds the number of each word at the place that its length and some of its letters give, or after it.
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

// wordNumber finds the number of a word: a map would take a third of the time of packing.
func wordNumber[S string | []byte](w S) (n uint8, ok bool) {
	if len(w) == 0 {
		return 0, true
	}
	for at := wordPlace(w); wordPlaces[at] != 0; at++ {
		n = wordPlaces[at]
		if words[n] == string(w) {
			return n, true
		}
	}
	return 0, false
}

// other stands for a word that has no number.
const other = 0xff

// PackEvent appends an event without its interaction, in a form for temporary files: small and quick to read.
func PackEvent(b []byte, e *model.Event) []byte {
	b = packWord(b, string(e.Name))
	b = binary.AppendVarint(b, e.Seq)
	b = packTime(b, e.Time.Unix(), e.Time.Nanosecond())
	b = packName(packWord(b, string(e.Actor.Type)), e.Actor.ID)
	b = packName(packWord(b, string(e.Party.Type)), e.Party.ID)
	b = packName(b, e.Queue)
	at := len(b)
	b = packWord(b, string(e.Operation))
	b = binary.AppendVarint(b, int64(e.VisibilityMode))
	b = packWord(b, e.Reason)
	return packedTail(packWord(b, e.MediaType), at)
}

// packedTail leaves out the values from a place on if all four are blank, as those of most events are.
func packedTail(b []byte, at int) []byte {
	if len(b) == at+4 && binary.LittleEndian.Uint32(b[at:]) == 0 {
		return b[:at]
	}
	return b
}

// PackFact does for facts what [PackEvent] does for events.
func PackFact(b []byte, f *model.Fact) []byte {
	b = packNumber(b, f.Ordinal)
	b = packWord(b, string(f.ResourceType))
	b = packName(b, f.Resource)
	b = packWord(b, string(f.Role))
	b = packWord(b, f.RoleReason)
	b = packWord(b, string(f.Result))
	b = packWord(b, string(f.Reason))
	b = packNumber(b, f.ReceivedFrom)
	b = packTime(b, f.Start.Unix(), f.Start.Nanosecond())
	return packTime(b, f.End.Unix(), f.End.Nanosecond())
}

func packName[S string | []byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func packWord(b []byte, s string) []byte {
	if n, ok := wordNumber(s); ok {
		return append(b, n)
	}
	return packName(append(b, other), s)
}

// year0 is when the first year that a reader accepts begins, in seconds since 1970.
const year0 = -62_167_219_200

// packTime takes seconds since 1970. From the year 0 to 9999 they fit five bytes, which are read at once.
func packTime(b []byte, seconds int64, nanos int) []byte {
	seconds -= year0
	b = append(binary.LittleEndian.AppendUint32(b, uint32(seconds)), byte(seconds>>32))
	return binary.AppendUvarint(b, uint64(nanos))
}

func packNumber(b []byte, n model.Number) []byte {
	return binary.AppendVarint(append(b, byte(n.Is)), n.Value)
}

// Unpacker reads what was packed. It makes names that recur once. It is for one goroutine.
type Unpacker struct {
	names *Names
}

// NewUnpacker returns an unpacker.
func NewUnpacker() *Unpacker { return &Unpacker{names: NewNames()} }

// Event reads what [PackEvent] wrote, and nothing else, into e.
func (u *Unpacker) Event(e *model.Event, b []byte) {
	var s string
	var n int64
	s, b = u.word(b)
	e.Name = model.EventName(s)
	e.Seq, b = varint(b)
	e.Time, b = unpackTime(b)
	s, b = u.word(b)
	e.Actor.Type = model.PartyType(s)
	e.Actor.ID, b = u.name(b)
	s, b = u.word(b)
	e.Party.Type = model.PartyType(s)
	e.Party.ID, b = u.name(b)
	e.Queue, b = u.name(b)
	e.Operation, e.VisibilityMode, e.Reason, e.MediaType = "", 0, "", ""
	if len(b) == 0 {
		return
	}
	s, b = u.word(b)
	e.Operation = model.Operation(s)
	n, b = varint(b)
	e.VisibilityMode = model.VisibilityMode(n)
	e.Reason, b = u.word(b)
	e.MediaType, _ = u.word(b)
}

// Fact reads what [PackFact] wrote into f, and returns what follows it.
func (u *Unpacker) Fact(f *model.Fact, b []byte) (rest []byte) {
	var s string
	f.Ordinal, b = unpackNumber(b)
	s, b = u.word(b)
	f.ResourceType = model.ResourceType(s)
	f.Resource, b = u.name(b)
	s, b = u.word(b)
	f.Role = model.Role(s)
	f.RoleReason, b = u.word(b)
	s, b = u.word(b)
	f.Result = model.Result(s)
	s, b = u.word(b)
	f.Reason = model.Reason(s)
	f.ReceivedFrom, b = unpackNumber(b)
	f.Start, b = unpackTime(b)
	f.End, b = unpackTime(b)
	return b
}

func (u *Unpacker) name(b []byte) (string, []byte) {
	if b[0] == 0 {
		return "", b[1:]
	}
	n, size := binary.Uvarint(b)
	b = b[size:]
	return u.names.Of(b[:n]), b[n:]
}

func (u *Unpacker) word(b []byte) (string, []byte) {
	if n := b[0]; n != other {
		return words[n], b[1:]
	}
	return u.name(b[1:])
}

func varint(b []byte) (int64, []byte) {
	if b[0] < 0x80 { // most are small
		return int64(b[0]>>1) ^ -int64(b[0]&1), b[1:]
	}
	n, size := binary.Varint(b)
	return n, b[size:]
}

func unpackTime(b []byte) (time.Time, []byte) {
	seconds := year0 + int64(binary.LittleEndian.Uint32(b)) + int64(b[4])<<32
	nanos, size := binary.Uvarint(b[5:])
	return time.Unix(seconds, int64(nanos)).UTC(), b[5+size:]
}

func unpackNumber(b []byte) (n model.Number, rest []byte) {
	n.Is = model.Presence(b[0])
	n.Value, rest = varint(b[1:])
	return n, rest
}
