package wire

import (
	"encoding/binary"
	"time"

	"github.com/chatproof/chatproof/model"
)

// The columns of [EventForm], in its order.
const (
	colID = iota
	colSeq
	colTime
	colEvent
	colActorType
	colActorID
	colPartyType
	colPartyID
	colQueue
	colOperation
	colMode
	colReason
	colMedia
	eventColumns
)

// RawEvent is an event as it stands in an input. Its texts are parts of the input, and valid as long as that: an
// event that is only to be packed costs no string. It takes what is written in the usual way and gives up on all
// else, which the [Filler] reads or explains: blanks around a word, a number written 1e3, a time without a zone, a
// missing field. What it takes, it takes like the Filler (FuzzScan, TestPackedIsWhatIsRead). Call Begin before each
// event.
type RawEvent struct {
	seen    uint16 // the columns that have a value, a bit each
	id      []byte
	seq     int64
	seconds int64 // of the time, since 1970, and
	nanos   int32
	mode    uint8
	words   [eventColumns]uint8  // the numbers of words
	texts   [eventColumns][]byte // names, and words that have no number
}

// Begin makes r an event without values.
func (r *RawEvent) Begin() { r.seen = 0 }

// Text takes the text of column i of [EventForm]. It returns false if it gives up.
func (r *RawEvent) Text(i int, b []byte) bool {
	switch i {
	case colID:
		r.id = b
		r.seen |= 1 << colID
	case colSeq, colMode:
		if len(b) == 0 {
			return true
		}
		n, ok := plainDigits(b)
		return ok && r.Integer(i, n)
	case colTime:
		if len(b) == 0 {
			return true
		}
		seconds, nanos, ok := parseTime(b)
		return ok && r.Instant(i, seconds, nanos)
	case colActorID, colPartyID, colQueue:
		r.texts[i] = b
		r.seen |= 1 << i
	default:
		return r.Word(i, WordNumber(b), b)
	}
	return true
}

// IsWord reports whether column i of [EventForm] holds words of the domain.
func IsWord(i int) bool {
	switch i {
	case colEvent, colActorType, colPartyType, colOperation, colReason, colMedia:
		return true
	}
	return false
}

// WordNumber returns the number of a word for [RawEvent.Word]; all words without one of their own share one.
func WordNumber(b []byte) uint8 {
	if n, ok := wordNumber(b); ok {
		return n
	}
	return other
}

// Word is Text for a column of words; n is the [WordNumber].
func (r *RawEvent) Word(i int, n uint8, b []byte) bool {
	r.words[i] = n
	r.seen |= 1 << i
	if n == other {
		r.texts[i] = b
		return b[0] != ' ' && b[len(b)-1] != ' '
	}
	return true
}

// Integer takes the number of column i.
func (r *RawEvent) Integer(i int, n int64) bool {
	r.seen |= 1 << i
	switch i {
	case colSeq:
		r.seq = n
		return n >= 0 && n <= model.MaxSeq
	case colMode:
		r.mode = uint8(n)
		return n >= 1 && n <= 3
	}
	return false
}

// Instant takes the time of column i, in seconds since 1970 and nanoseconds.
func (r *RawEvent) Instant(i int, seconds int64, nanos int) bool {
	r.seconds, r.nanos = seconds, int32(nanos)
	r.seen |= 1 << colTime
	return i == colTime && seconds >= noTime && seconds < year10000
}

// Whole reports whether no needed field is missing.
func (r *RawEvent) Whole() bool {
	const needed = 1<<colID | 1<<colSeq | 1<<colEvent
	return r.seen&needed == needed && len(r.id) > 0 && r.words[colEvent] != 0
}

func (r *RawEvent) has(i int) bool { return r.seen&(1<<i) != 0 }

var (
	noTime    = time.Time{}.Unix()
	year10000 = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// time returns when the event was.
func (r *RawEvent) time() time.Time {
	if !r.has(colTime) {
		return time.Time{}
	}
	return time.Unix(r.seconds, int64(r.nanos)).UTC()
}

// word returns the word in a column.
func (r *RawEvent) word(i int, names *Names) string {
	switch {
	case !r.has(i):
		return ""
	case r.words[i] == other:
		return names.Of(r.texts[i])
	}
	return words[r.words[i]]
}

// name returns the name in a column.
func (r *RawEvent) name(i int, names *Names) string {
	if !r.has(i) {
		return ""
	}
	return names.Of(r.texts[i])
}

// event makes e the event, except for the interaction.
func (r *RawEvent) event(e *model.Event, names *Names) {
	*e = model.Event{
		Seq: r.seq, Time: r.time(), Name: model.EventName(r.word(colEvent, names)),
		Actor: model.Party{Type: model.PartyType(r.word(colActorType, names)), ID: r.name(colActorID, names)},
		Party: model.Party{Type: model.PartyType(r.word(colPartyType, names)), ID: r.name(colPartyID, names)},
		Queue: r.name(colQueue, names), Operation: model.Operation(r.word(colOperation, names)),
		Reason: r.word(colReason, names), MediaType: r.word(colMedia, names),
	}
	if r.has(colMode) {
		e.VisibilityMode = model.VisibilityMode(r.mode)
	}
}

// PackedEvent is an event that was read to be packed.
type PackedEvent struct {
	ID     []byte // of its interaction; valid until the next is read
	Record []byte // what [PackEvent] makes of it, after what was there
	Name   model.EventName
	Time   time.Time
}

// Pack packs the event.
func (r *RawEvent) Pack(p *PackedEvent, names *Names) {
	p.ID, p.Name, p.Time = r.id, model.EventName(r.word(colEvent, names)), r.time()
	b := r.packWord(p.Record, colEvent)
	b = binary.AppendVarint(b, r.seq)
	if r.has(colTime) {
		b = packTime(b, r.seconds, int(r.nanos))
	} else {
		b = packTime(b, noTime, 0)
	}
	b = r.packName(r.packWord(b, colActorType), colActorID)
	b = r.packName(r.packWord(b, colPartyType), colPartyID)
	b = r.packName(b, colQueue)
	at := len(b)
	if r.seen&(1<<colOperation|1<<colMode|1<<colReason|1<<colMedia) != 0 {
		b = r.packWord(b, colOperation)
		if r.has(colMode) {
			b = append(b, r.mode<<1) // a varint
		} else {
			b = append(b, 0)
		}
		b = packedTail(r.packWord(r.packWord(b, colReason), colMedia), at)
	}
	p.Record = b
}

func (r *RawEvent) packWord(b []byte, i int) []byte {
	switch {
	case !r.has(i):
		return append(b, 0)
	case r.words[i] == other:
		return packName(append(b, other), r.texts[i])
	}
	return append(b, r.words[i])
}

func (r *RawEvent) packName(b []byte, i int) []byte {
	if !r.has(i) {
		return append(b, 0)
	}
	return packName(b, r.texts[i])
}

// PackReader reads events that are only to be packed.
type PackReader interface {
	// NextPacked reads the next event of a block, and appends its record to that of p. The errors are those of Next.
	NextPacked(p *PackedEvent) error
}

// NextPacked reads the next event of a block by the reader's own way to pack it, if it has one.
func NextPacked(in BlockReader[model.Event], p *PackedEvent) error {
	if own, ok := in.(PackReader); ok {
		return own.NextPacked(p)
	}
	var e model.Event
	id, err := in.Next(&e)
	p.Pack(id, &e)
	return err
}

// Pack packs an event that was read.
func (p *PackedEvent) Pack(id []byte, e *model.Event) {
	p.ID, p.Name, p.Time, p.Record = id, e.Name, e.Time, PackEvent(p.Record, e)
}

// plainDigits reads a number of at most 18 digits and nothing else.
func plainDigits(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, len(b) <= 18
}
