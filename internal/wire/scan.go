package wire

import (
	"encoding/binary"
	"math/bits"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/model"
)

// scanner reads a line of JSON as programs write it: plain names, each once, values of their types. It knows no
// errors: it gives up, and the strict decoder reads the line again and explains. What it does read, it reads as the
// decoder does (FuzzScan): it gives up on a name that appears twice, on what is not UTF-8 and on what is not JSON.
//
// This is the hot path of all reading: with the decoder, reading took three quarters of the time of classify.
type scanner struct {
	line   []byte
	at     int
	failed bool
	seen   uint16  // the known names so far, a bit each
	others unknown // the unknown names so far
	text   []byte  // the line's strings that are written with escapes
	names  *Names
	off    bool // it gives up at once: names, words or ids are not ours
	eventScanner
}

// begin goes to the first member of the line's object.
func (s *scanner) begin(line []byte) (name []byte, more bool) {
	s.open(line)
	if s.failed || !s.take('{') {
		s.failed = true
		return nil, false
	}
	return s.key(), !s.failed
}

// open goes to the beginning of a line, or of several.
func (s *scanner) open(line []byte) {
	s.line, s.at, s.failed, s.seen, s.others.n, s.text = line, 0, s.off, 0, 0, s.text[:0]
}

// next goes to the next member of the line's object. At the end, which must also be the line's, there is none.
func (s *scanner) next() (name []byte, more bool) {
	if !s.failed && s.more('}') {
		return s.key(), !s.failed
	}
	s.blanks()
	s.failed = s.failed || s.at < len(s.line)
	return nil, false
}

// once notes that a known name has been seen, and fails if it was seen before.
func (s *scanner) once(bit uint16) {
	s.failed = s.failed || s.seen&bit != 0
	s.seen |= bit
}

// blanks skips white space and returns the byte after it, 0 at the end.
func (s *scanner) blanks() byte {
	for ; s.at < len(s.line); s.at++ {
		if c := s.line[s.at]; c != ' ' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// take takes the byte c, after white space, or nothing.
func (s *scanner) take(c byte) bool {
	if s.at < len(s.line) && s.line[s.at] == c || s.blanks() == c {
		s.at++
		return true
	}
	return false
}

// takeWord takes a word, or nothing.
func (s *scanner) takeWord(word string) bool {
	if s.blanks() == word[0] && s.at+len(word) <= len(s.line) && string(s.line[s.at:s.at+len(word)]) == word {
		s.at += len(word)
		return true
	}
	return false
}

// null takes null, or nothing. It recognizes a string at once.
func (s *scanner) null() bool {
	return (s.at >= len(s.line) || s.line[s.at] != '"') && s.takeWord("null")
}

// more goes on to the next member or element, or takes the end.
func (s *scanner) more(end byte) bool {
	if s.take(',') {
		return true
	}
	s.failed = s.failed || !s.take(end)
	return false
}

// key reads the name of a member, and the colon.
func (s *scanner) key() []byte {
	name, isPart := s.str()
	s.failed = s.failed || !isPart || !s.take(':')
	return name
}

// plainEnd returns where the ASCII bytes end that stand for themselves in a string. It looks at eight bytes at a
// time: of those marked in a word, the first is marked correctly.
func plainEnd(line []byte, at int) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; at+8 <= len(line); at += 8 {
		x := binary.LittleEndian.Uint64(line[at:])
		quote, escape := x^'"'*each, x^'\\'*each
		if marked := (x | (x-' '*each)&^x | (quote-each)&^quote | (escape-each)&^escape) & high; marked != 0 {
			return at + bits.TrailingZeros64(marked)/8
		}
	}
	for at < len(line) && line[at] >= ' ' && line[at] != '"' && line[at] != '\\' && line[at] < utf8.RuneSelf {
		at++
	}
	return at
}

// str reads a string. One without escapes is part of the line; any other is valid until the next line.
func (s *scanner) str() (b []byte, isPart bool) {
	if !s.take('"') {
		s.failed = true
		return nil, false
	}
	return s.rest()
}

// rest is str after the opening quote.
func (s *scanner) rest() (b []byte, isPart bool) {
	start, line := s.at, s.line
	at := plainEnd(line, start)
	if at < len(line) && line[at] == '"' {
		s.at = at + 1
		return line[start:at], true
	}
	isPart = true
	for ; at < len(line) && line[at] != '"' && line[at] >= ' '; at++ {
		if line[at] == '\\' {
			isPart = false
			at++
		}
	}
	s.at = at + 1
	if at >= len(line) || line[at] != '"' {
		s.failed = true
		return nil, false
	}
	if isPart {
		s.failed = s.failed || !utf8.Valid(line[start:at])
		return line[start:at], true
	}
	from := len(s.text)
	text, err := jsontext.AppendUnquote(s.text, line[start-1:s.at])
	s.text, s.failed = text, s.failed || err != nil
	return text[min(from, len(text)):], false
}

// name reads a string or null, and keeps it.
func (s *scanner) name() string {
	if s.null() {
		return ""
	}
	b, _ := s.str()
	return s.names.Of(b)
}

// code is name for what may be a code, without blanks around it.
func (s *scanner) code() string {
	if s.null() {
		return ""
	}
	b, _ := s.str()
	if n, ok := wordNumber(b); ok {
		return words[n]
	}
	s.failed = s.failed || len(b) > 0 && (b[0] == ' ' || b[len(b)-1] == ' ')
	return codeName(s.names.Of(b))
}

// reason is code, with Unspecified as blank.
func (s *scanner) reason() string {
	if r := s.code(); r != "" && model.Code(r) != "" {
		return r
	}
	return ""
}

// id reads a string that is part of the line, and not empty.
func (s *scanner) id() []byte {
	b, isPart := s.str()
	s.failed = s.failed || !isPart || len(b) == 0
	return b
}

// number reads a plain integer or null.
func (s *scanner) number() model.Number {
	if s.blanks() == 'n' && s.takeWord("null") {
		return model.Number{Is: model.Null}
	}
	negative := s.take('-')
	n := s.digits()
	if negative {
		s.failed = s.failed || n == 0
		n = -n
	}
	return model.Num(n)
}

// digits reads a number without a sign.
func (s *scanner) digits() (n int64) {
	start, at, line := s.at, s.at, s.line
	for at < len(line) && isDigit(line[at]) {
		n = 10*n + int64(line[at]-'0')
		at++
	}
	s.at = at
	if digits := at - start; digits == 0 || digits > 18 || line[start] == '0' && digits > 1 {
		s.failed = true
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// instant reads an RFC 3339 time or null.
func (s *scanner) instant() (t time.Time) {
	if !s.null() {
		b, _ := s.str()
		t, ok := ParseTime(b)
		s.failed = s.failed || !ok
		return t
	}
	return t
}

// maxUnknown limits the unknown names of an object, and maxDepth how deeply values may be nested.
const (
	maxUnknown = 16
	maxDepth   = 16
)

// unknown are names without a meaning here, which must still not appear twice.
type unknown struct {
	names [maxUnknown][]byte
	n     int
}

func (u *unknown) add(name []byte) (isNew bool) {
	for i := range u.n {
		if string(u.names[i]) == string(name) {
			return false
		}
	}
	if u.n == maxUnknown {
		return false
	}
	u.names[u.n] = name
	u.n++
	return true
}

// other skips the value of an unknown name. It leaves a name that the decoder knows in another spelling to that.
func (s *scanner) other(name []byte, known *binding) {
	s.failed = s.failed || !s.others.add(name) || known.means(name)
	s.skip(0)
}

// skip skips a value that has no meaning here.
func (s *scanner) skip(depth int) {
	switch c := s.blanks(); {
	case s.failed:
	case c == '"':
		s.str()
	case c == '-' || isDigit(c):
		s.number()
		if s.at+1 < len(s.line) && s.line[s.at] == '.' && isDigit(s.line[s.at+1]) {
			for s.at++; s.at < len(s.line) && isDigit(s.line[s.at]); s.at++ {
			}
		}
	case depth == maxDepth:
		s.failed = true
	case s.take('['):
		for more := !s.take(']'); more && !s.failed; more = s.more(']') {
			s.skip(depth + 1)
		}
	case s.take('{'):
		var names unknown
		for more := !s.take('}'); more && !s.failed; more = s.more('}') {
			name := s.key()
			s.failed = s.failed || !names.add(name)
			s.skip(depth + 1)
		}
	case !s.takeWord("true") && !s.takeWord("false") && !s.takeWord("null"):
		s.failed = true
	}
}

// fact reads a line.
func (s *scanner) fact(line []byte, f *model.Fact) (ok bool) {
	*f = model.Fact{}
	const required = 1<<0 | 1<<3 | 1<<4 | 1<<6
	known := plainFacts()
	for name, more := s.begin(line); more; name, more = s.next() {
		switch string(name) {
		case "interaction_id":
			s.once(1 << 0)
			f.InteractionID = s.names.Of(s.id())
		case "ordinal":
			s.once(1 << 1)
			f.Ordinal = s.number()
			if f.Ordinal.Is == model.Null {
				f.Ordinal = model.Number{}
			}
		case "resource_type":
			s.once(1 << 2)
			f.ResourceType = model.ResourceType(s.code())
		case "resource":
			s.once(1 << 3)
			f.Resource = s.name()
		case "resource_role":
			s.once(1 << 4)
			f.Role = model.Role(s.code())
		case "role_reason":
			s.once(1 << 5)
			f.RoleReason = s.reason()
		case "technical_result":
			s.once(1 << 6)
			f.Result = model.Result(s.code())
		case "result_reason":
			s.once(1 << 7)
			f.Reason = model.Reason(s.reason())
		case "received_from":
			s.once(1 << 8)
			f.ReceivedFrom = s.number()
		case "start":
			s.once(1 << 9)
			f.Start = s.instant()
		case "end":
			s.once(1 << 10)
			f.End = s.instant()
		default:
			s.other(name, known)
		}
	}
	return !s.failed && s.seen&required == required
}
