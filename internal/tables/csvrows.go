package tables

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// csvCutter cuts CSV into blocks of whole records. It cuts where a line ends and an even number of quotes came before.
// If a record is not quoted as RFC 4180 says, cuts after that record may be wrong, but none before it is. Whoever reads
// the record reports it.
type csvCutter struct {
	file  string
	in    io.Reader
	size  int       // how much is read at once
	line  int       // the number of the next block's first line
	first flatBlock // read together with the header
	tail  []byte    // the beginning of a record that goes on
	open  bool      // it ends in quotes
	err   error
}

// csvBlock is how much is read of a file at once.
const csvBlock = 128 << 10

// next makes b the next block. The error is io.EOF at the end, or that of reading.
func (c *csvCutter) next(b *flatBlock) (more bool, err error) {
	if len(c.first.text) > 0 {
		b.text, b.first, b.broken = append(b.text[:0], c.first.text...), c.line, c.first.broken
		c.line += bytes.Count(b.text, []byte("\n"))
		c.first.text = nil
		return false, nil
	}
	b.text, b.first = append(b.text[:0], c.tail...), c.line
	c.tail = c.tail[:0]
	for c.err == nil {
		start := len(b.text)
		if start > wire.MaxLine {
			b.broken, c.err = true, io.EOF
			break
		}
		b.text = slices.Grow(b.text, c.size+c.size/16) // with room for the tail of the next
		var n int
		n, c.err = c.in.Read(b.text[start : start+c.size])
		b.text = b.text[:start+n]
		if end := c.end(b.text[start:]); end > 0 {
			c.tail = append(c.tail, b.text[start+end:]...)
			b.text = b.text[:start+end]
			c.line += bytes.Count(b.text, []byte("\n"))
			return false, nil
		}
	}
	if c.err == io.EOF && len(b.text) > 0 { // the last line needs no end
		c.line += bytes.Count(b.text, []byte("\n"))
		return false, nil
	}
	b.text = b.text[:0]
	if c.err != io.EOF {
		return false, fmt.Errorf("%s:%d: after this line: %w", c.file, max(c.line-1, 1), c.err)
	}
	return false, c.err
}

// end returns where the last whole record of what was read ends; 0 if none does.
func (c *csvCutter) end(read []byte) int {
	quote := []byte{'"'}
	c.open = c.open != (bytes.Count(read, quote)%2 == 1)
	for inside := c.open; ; {
		at := bytes.LastIndexByte(read, '\n')
		if at < 0 {
			return 0
		}
		inside = inside != (bytes.Count(read[at:], quote)%2 == 1)
		if !inside {
			return at + 1
		}
		read = read[:at]
	}
}

// csvRows cuts blocks of CSV into rows.
type csvRows struct {
	file      string
	separator rune
	width     int // fields of a row; 0 takes as many as the first row has
	text      []byte
	broken    bool
	line, at  int    // the number of the next line, and of the one in which the current row begins
	row       []byte // nil if encoding/csv has read it
	fields    []csvField
	unquoted  []byte // the fields of the row that have quotes in them
}

// csvField is a field of a row.
type csvField struct {
	text   []byte
	quoted bool
	at     int // its place in the row; -1 if it is elsewhere
}

func (r *csvRows) take(b *flatBlock) { r.text, r.broken, r.line = b.text, b.broken, b.first }

// next goes to the next row; the error is io.EOF at the end. It splits what is written in the usual way, and with the
// same result as encoding/csv (FuzzCSVRows), which reads the rest.
func (r *csvRows) next() error {
	for {
		for n := lineEnd(r.text); n > 0; n = lineEnd(r.text) { // blank lines
			r.text = r.text[n:]
			r.line++
		}
		if len(r.text) == 0 {
			return io.EOF
		}
		if n := r.split(); n > 0 {
			r.at = r.line
			r.line += bytes.Count(r.text[:n], []byte("\n"))
			r.row, r.text = r.text[:n], r.text[n:]
		} else if err := r.strict(); err != nil {
			return err
		}
		if !r.underline() {
			return nil
		}
	}
}

// split splits the next row into its fields, and returns its length; 0 gives up.
func (r *csvRows) split() (n int) {
	text, separator := r.text, byte(r.separator)
	r.fields, r.unquoted = r.fields[:0], r.unquoted[:0]
	isASCII := true
	for at := 0; ; {
		var f csvField
		f.quoted = at < len(text) && text[at] == '"'
		if f.quoted {
			f.at = at + 1
			f.text, at = r.inQuotes(f.at)
			if at < 0 {
				return 0
			} else if at != f.at+len(f.text)+1 { // it lost quotes
				f.at = -1
			}
			isASCII = isASCII && isPlainASCII(f.text)
		} else {
			end, plain := fieldEnd(text, at, separator)
			f.text, f.at, at = text[at:end:end], at, end
			isASCII = isASCII && plain
		}
		r.fields = append(r.fields, f)
		if at < len(text) && text[at] == separator {
			at++
			continue
		}
		end := lineEnd(text[at:])
		if len(r.fields) != r.width || end == 0 && at < len(text) || !isASCII && !utf8.Valid(text[:at]) {
			return 0
		}
		return at + end
	}
}

// lineEnd returns the length of the line end that text begins with; 0 if there is none.
func lineEnd(text []byte) int {
	switch {
	case len(text) > 0 && text[0] == '\n':
		return 1
	case len(text) > 1 && text[0] == '\r' && text[1] == '\n':
		return 2
	}
	return 0
}

// inQuotes reads a field from after its opening quote, and returns the place after the closing one; -1 gives up.
func (r *csvRows) inQuotes(at int) (field []byte, end int) {
	from := len(r.unquoted)
	for whole := true; ; whole = false {
		n := bytes.IndexByte(r.text[at:], '"')
		if n < 0 {
			return nil, -1
		}
		part := r.text[at : at+n]
		if bytes.IndexByte(part, '\r') >= 0 {
			return nil, -1
		}
		at += n + 1
		twice := at < len(r.text) && r.text[at] == '"'
		switch {
		case whole && !twice:
			return part, at
		case !twice:
			r.unquoted = append(r.unquoted, part...)
			return r.unquoted[from:], at
		}
		r.unquoted = append(append(r.unquoted, part...), '"')
		at++
	}
}

// fieldEnd returns where a field without quotes ends: at a separator, or at a byte that is not plain.
func fieldEnd(text []byte, at int, separator byte) (end int, isASCII bool) {
	const each, high = 0x0101010101010101, 0x8080808080808080
	splits := uint64(separator) * each
	beyond := uint64(0)
	for ; at+8 <= len(text); at += 8 {
		x := binary.LittleEndian.Uint64(text[at:])
		quote, split := x^'"'*each, x^splits
		marked := ((x-' '*each)&^x | (quote-each)&^quote | (split-each)&^split) & high
		if marked != 0 {
			n := bits.TrailingZeros64(marked) / 8
			return at + n, (beyond|x&(1<<(8*n)-1))&high == 0
		}
		beyond |= x
	}
	for ; at < len(text) && text[at] >= ' ' && text[at] != '"' && text[at] != separator; at++ {
		beyond |= uint64(text[at])
	}
	return at, beyond&high == 0
}

func isPlainASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}

// strict is next by encoding/csv, which reports what is wrong.
func (r *csvRows) strict() error {
	in := csv.NewReader(bytes.NewReader(r.text))
	in.Comma, in.FieldsPerRecord = r.separator, r.width
	fields, err := in.Read()
	n := int(in.InputOffset())
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		r.text = nil
		return err
	case r.broken && (n == len(r.text) || err == nil && bytes.IndexByte(r.text[n:], '\n') < 0):
		return fmt.Errorf("%s:%d: after this line comes a row longer than %d bytes; is a quote not closed?", r.file,
			max(r.line-1, 1), wire.MaxLine)
	case errors.As(err, &bad):
		problem := fmt.Sprintf("column %d: %v", bad.Column, bad.Err)
		if errors.Is(err, csv.ErrFieldCount) {
			problem = fmt.Sprintf("expected %d fields separated by %q, as in the header; got %d", r.width, r.separator,
				len(fields))
		}
		return &wire.LineError{File: r.file, Line: r.line - 1 + bad.Line, Problem: problem}
	case err != nil:
		return err
	}
	r.row, r.fields = nil, r.fields[:0]
	lines := bytes.SplitAfter(r.text[:n], []byte("\n"))
	for i, field := range fields {
		line, column := in.FieldPos(i)
		if i == 0 {
			r.at = r.line - 1 + line
		}
		if r.width > 0 && !utf8.ValidString(field) {
			return &wire.LineError{
				File: r.file, Line: r.at,
				Problem: fmt.Sprintf("column %d: %s is not UTF-8; save the file as UTF-8", column, model.Name(field)),
			}
		}
		at := lines[line-1]
		r.fields = append(r.fields, csvField{[]byte(field), column <= len(at) && at[column-1] == '"', -1})
	}
	r.line += bytes.Count(r.text[:n], []byte("\n"))
	r.text = r.text[n:]
	return nil
}

// underline reports whether the row is the line that sqlcmd draws under the header.
func (r *csvRows) underline() bool {
	for _, f := range r.fields {
		if len(f.text) == 0 || len(bytes.Trim(f.text, "-")) > 0 {
			return false
		}
	}
	return len(r.fields) > 1
}

// isWord reports whether a field is a word for absent.
func (f *csvField) isWord() bool {
	return !f.quoted && (string(f.text) == "NULL" || string(f.text) == `\N`)
}

// cells fills in the cells of the row. Their texts are parts of one string.
func (r *csvRows) cells(cells []wire.Cell) {
	whole := string(r.row)
	for i := range r.fields {
		f := &r.fields[i]
		if f.at < 0 {
			cells[i] = wire.TextCell(string(f.text))
		} else {
			cells[i] = wire.TextCell(whole[f.at : f.at+len(f.text)])
		}
		if f.isWord() {
			cells[i].Is = wire.Word
		}
	}
}

// put puts a field into a column of an event, unless it is written in an unusual way.
func (f *csvField) put(e *wire.RawEvent, column int) bool {
	if f.isWord() {
		return column != 0 // the cell says whether an interaction is called NULL
	}
	return e.Text(column, f.text)
}
