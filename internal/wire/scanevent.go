package wire

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/chatproof/chatproof/model"
)

// eventScanner is what the scanner remembers of earlier events. A program writes its lines alike: what stands between
// two values, names and all, most often stood there in some earlier line. That is compared at once, eight bytes at a
// time; what is new is walked through, and learned.
type eventScanner struct {
	raw     RawEvent
	claimed uint16      // the members so far, a bit each
	passed  []wordValue // the words that a walk went past
	hops    [][6]hop    // by where they begin, which after says
	head    lineHead
	date    [2]uint64 // that of the last time, with the T after it
	day     int64     // when that day began, in seconds since 1970; 0 if there was none
}

// In addition to the columns: objects that hold some of them, and where a line begins and ends.
const (
	parentActor = eventColumns + iota
	parentParty
	lineBegin = eventColumns
	lineEnd   = -1
)

// hop is a text between two values. It goes past words of the domain: there are few. It fits a cache line.
type hop struct {
	first, mask, last uint64 // the first eight bytes, with a mask if there are fewer, and the last eight
	middle            []byte // what is between
	n, passed         uint8
	to                int8   // the column whose value follows it, or lineEnd
	claims            uint16 // the members that it names
	words             [maxPassed]wordValue
}

// wordValue is the number of the word in a column.
type wordValue struct{ column, n uint8 }

// A longer hop is not learned, nor does one go past more words.
const (
	maxHop    = 96
	maxPassed = 4
)

// lineHead is how a line began, up to the value after its interaction's id: most lines of a chat begin alike.
type lineHead struct {
	text   []byte
	id     struct{ from, to int }
	to     int // the column whose value follows
	claims uint16
}

// event reads a line into e, except for the interaction, whose id it returns.
func (s *scanner) event(line []byte, e *model.Event) (id []byte, ok bool) {
	if n, ok := s.scan(line); !ok || n < len(line) {
		return nil, false
	}
	s.raw.event(e, s.names)
	return s.raw.id, true
}

// scan reads the first line of a text into s.raw, and returns the length of the line, with its end.
func (s *scanner) scan(text []byte) (n int, ok bool) {
	s.open(text)
	s.raw.Begin()
	s.claimed = 0
	from := lineBegin
	if n := len(s.head.text); n > 0 && n < len(text) && string(text[:n]) == string(s.head.text) {
		s.at, s.claimed, from = n, s.head.claims, s.head.to
		s.raw.Text(colID, text[s.head.id.from:s.head.id.to])
		s.value(from)
	}
	for !s.failed {
		valueEnd := s.at
		to, known := s.jump(s.after(from))
		if !known {
			to = s.walk(from)
		}
		if to == lineEnd || s.failed {
			break
		}
		if from == colID && s.raw.seen == 1<<colID && s.others.n == 0 {
			s.head.text, s.head.to, s.head.claims = append(s.head.text[:0], text[:s.at]...), to, s.claimed
			s.head.id.from, s.head.id.to = valueEnd-1-len(s.raw.id), valueEnd-1
		}
		s.value(to)
		from = to
	}
	return s.at, !s.failed && s.raw.Whole()
}

// after returns the place of the hops after a column. What follows an event depends on which it is.
func (s *scanner) after(column int) int {
	if n := s.raw.words[colEvent]; column == colEvent && n != 0 && n != other {
		return lineBegin + int(n)
	}
	return column
}

// jump goes from the end of a value to the next, if it knows what stands between them.
func (s *scanner) jump(place int) (to int, known bool) {
	text := s.line[s.at:]
	if len(text) < 8 || len(s.hops) == 0 {
		return 0, false
	}
	first := binary.LittleEndian.Uint64(text)
	hops := &s.hops[place]
	for i := range hops {
		h := &hops[i]
		n := int(h.n)
		if first&h.mask != h.first || n > 8 && (n > len(text) ||
			binary.LittleEndian.Uint64(text[n-8:]) != h.last || n > 16 && !bytes.Equal(text[8:n-8], h.middle)) {
			continue
		} else if n == 0 {
			return 0, false
		}
		s.failed = s.failed || s.claimed&h.claims != 0
		s.claimed |= h.claims
		for _, w := range h.words[:h.passed] {
			s.raw.Word(int(w.column), w.n, nil)
		}
		s.at += n
		return int(h.to), true
	}
	return 0, false
}

// learn remembers what was walked through.
func (s *scanner) learn(place, start, to int, before uint16) {
	text := s.line[start:s.at]
	if len(text) > maxHop || s.failed {
		return
	}
	if s.hops == nil {
		s.hops = make([][6]hop, lineBegin+len(words))
	}
	hops := &s.hops[place]
	i := 0
	for i < len(hops)-1 && hops[i].n > 0 {
		i++
	}
	h := &hops[i]
	n := len(text)
	h.n, h.to, h.claims, h.passed = uint8(n), int8(to), s.claimed&^before, uint8(copy(h.words[:], s.passed))
	var first [8]byte
	copy(first[:], text)
	h.first, h.mask, h.middle = binary.LittleEndian.Uint64(first[:]), 1<<(8*min(n, 8))-1, h.middle[:0]
	if n > 8 {
		h.last = binary.LittleEndian.Uint64(text[n-8:])
	}
	if n > 16 {
		h.middle = append(h.middle, text[8:n-8]...)
	}
}

// walk goes from the end of a value to the next, or to the end of the line. It also goes through members without a
// value or a meaning, and through words.
func (s *scanner) walk(from int) (to int) {
	start, before, strange, in, place := s.at, s.claimed, false, 0, s.after(from)
	s.passed = s.passed[:0]
	more := false
	switch from {
	case lineBegin:
		s.failed = s.failed || !s.take('{')
		more = !s.take('}')
	case colActorType, colActorID:
		in = parentActor
		more = s.more('}')
	case colPartyType, colPartyID:
		in = parentParty
		more = s.more('}')
	default:
		more = s.more('}')
	}
	for !s.failed {
		if !more && in == 0 {
			to = lineEnd
			break
		} else if !more {
			in, more = 0, s.more('}')
			continue
		}
		name := s.key()
		to = columnOf(name, in)
		if to < 0 {
			s.failed, strange = s.failed || in != 0, true
			s.other(name, plainEvents())
			more = s.more('}')
			continue
		}
		s.failed = s.failed || s.claimed&(1<<to) != 0
		s.claimed |= 1 << to
		switch {
		case s.null():
			more = s.more('}')
			continue
		case to == parentActor || to == parentParty:
			s.failed = s.failed || !s.take('{')
			in, more = to, !s.take('}')
			continue
		case to != colSeq && to != colMode:
			s.failed = s.failed || !s.take('"')
			if s.pass(to) {
				more = s.more('}')
				continue
			}
		}
		break
	}
	if to == lineEnd && !s.lineFollows() { // nothing to learn
		return to
	}
	if !strange {
		s.learn(place, start, to, before)
	}
	return to
}

// lineFollows takes the end of a line, unless it is the last.
func (s *scanner) lineFollows() bool {
	s.blanks()
	if s.at == len(s.line) {
		return false
	}
	s.failed = s.failed || s.line[s.at] != '\n'
	s.at++
	return true
}

// pass goes past the value of a column that has a known word, unless it is an event.
func (s *scanner) pass(column int) bool {
	if column == colEvent || !IsWord(column) || len(s.passed) == maxPassed {
		return false
	}
	n, ok := s.knownWord()
	if ok {
		s.raw.Word(column, n, nil)
		s.passed = append(s.passed, wordValue{uint8(column), n})
	}
	return ok
}

// columnOf returns the column, or the object of columns, that a name means among an object's members; -1 is none.
func columnOf(name []byte, in int) int {
	if in != 0 {
		switch string(name) {
		case "type":
			return colActorType + 2*(in-parentActor)
		case "id":
			return colActorID + 2*(in-parentActor)
		}
		return -1
	}
	switch string(name) {
	case "interaction_id":
		return colID
	case "seq":
		return colSeq
	case "time":
		return colTime
	case "event":
		return colEvent
	case "actor":
		return parentActor
	case "party":
		return parentParty
	case "queue":
		return colQueue
	case "operation":
		return colOperation
	case "visibility_mode":
		return colMode
	case "reason":
		return colReason
	case "media_type":
		return colMedia
	}
	return -1
}

// value reads the value of a column, after its opening quote.
func (s *scanner) value(i int) {
	switch i {
	case colSeq, colMode:
		s.blanks()
		n := s.digits()
		s.failed = s.failed || !s.raw.Integer(i, n)
	case colTime:
		s.when()
	case colID:
		b, isPart := s.rest()
		s.failed = s.failed || !isPart || len(b) == 0
		s.raw.Text(colID, b)
	case colActorID, colPartyID, colQueue:
		b, _ := s.rest()
		s.raw.texts[i] = b
		s.raw.seen |= 1 << i
	default:
		if n, ok := s.knownWord(); ok {
			s.raw.Word(i, n, nil)
			return
		}
		b, _ := s.rest()
		s.failed = s.failed || !s.raw.Text(i, b)
	}
}

// when reads a time, most often of the same day as the last.
func (s *scanner) when() {
	const form = "2006-01-02T15:04:05Z\""
	if s.day != 0 && len(s.line)-s.at >= len(form) {
		b := s.line[s.at : s.at+len(form)]
		second, ok := clock(binary.LittleEndian.Uint64(b[11:]))
		if ok && b[19] == 'Z' && b[20] == '"' && binary.LittleEndian.Uint64(b) == s.date[0] &&
			binary.LittleEndian.Uint64(b[3:]) == s.date[1] {
			s.at += len(form)
			s.raw.Instant(colTime, s.day+second, 0)
			return
		}
	}
	b, _ := s.rest()
	seconds, nanos, ok := parseTime(b)
	s.failed = s.failed || !ok
	if !s.failed && b[len(b)-1] == 'Z' {
		second, _ := clock(binary.LittleEndian.Uint64(b[11:]))
		s.date, s.day = [2]uint64{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[3:])}, seconds-second
	}
	s.raw.Instant(colTime, seconds, nanos)
}

// clock reads hours, minutes and seconds, 15:04:05, as the second of a day.
func clock(text uint64) (second int64, ok bool) {
	const zero, high = 0x30303a30303a3030, 0x8080808080808080
	x := text ^ zero                          // digits are 0 to 9, colons 0
	if (x|(x+0x76767f76767f7676))&high != 0 { // for any other byte the sum, or itself, is beyond 0x7f
		return 0, false
	}
	two := func(shift int) int64 { return int64(10*(x>>shift&0xff) + x>>(shift+8)&0xff) }
	h, m, sec := two(0), two(24), two(48)
	return 3600*h + 60*m + sec, h < 24 && m < 60 && sec < 60
}

// knownWords are words with the quote after them, placed by their first sixteen bytes.
var knownWords = func() (places [256]struct {
	text string
	n    uint8
},
) {
	for n, w := range words[1:] {
		var b [16]byte
		copy(b[:], w+`"`)
		at := knownPlace(b[:])
		for places[at].text != "" {
			at++
		}
		places[at].text, places[at].n = w+`"`, uint8(n+1)
	}
	return places
}()

// knownPlace returns the place of the word that sixteen bytes begin with, up to its quote.
func knownPlace(b []byte) uint8 {
	first, ended := toQuote(binary.LittleEndian.Uint64(b))
	second := uint64(0)
	if !ended {
		second, _ = toQuote(binary.LittleEndian.Uint64(b[8:]))
	}
	return uint8((first*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(second, 23)*0xc2b2ae3d27d4eb4f) >> 56)
}

// toQuote returns eight bytes up to the first quote, and whether there is one.
func toQuote(x uint64) (uint64, bool) {
	const each, high = 0x0101010101010101, 0x8080808080808080
	quote := x ^ '"'*each
	marked := (quote - each) &^ quote & high
	if marked == 0 {
		return x, false
	}
	return x & (marked ^ (marked - 1)), true
}

// knownWord reads a word that has a number, or nothing.
func (s *scanner) knownWord() (n uint8, ok bool) {
	if len(s.line)-s.at < 16 {
		return 0, false
	}
	for at := knownPlace(s.line[s.at:]); knownWords[at].text != ""; at++ {
		w := &knownWords[at]
		if end := s.at + len(w.text); end <= len(s.line) && string(s.line[s.at:end]) == w.text {
			s.at = end
			return w.n, true
		}
	}
	return 0, false
}
