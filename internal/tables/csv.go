package tables

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// newCSV reads CSV: a header, then rows, quoted as RFC 4180 says. Separators are those that the header shows: comma,
// semicolon, tab or bar. Empty fields are absent, and NULL and \N without quotes are. Of the customs of clients it
// knows a byte order mark, Excel's line sep=;, and the line of dashes that sqlcmd draws under the header.
func newCSV[T any](f *wire.Form[T], m *wire.Reading, file string, in io.Reader) (*flatReader[T], error) {
	bounded := &boundedReader{in: in}
	buffer := bufio.NewReaderSize(bounded, 64<<10)
	separator, line, err := introduction(buffer)
	at := func(n int, err error) error { return &wire.LineError{File: file, Line: n, Problem: err.Error()} }
	if err != nil {
		return nil, at(line+1, err)
	}
	r := csv.NewReader(buffer)
	r.Comma, r.ReuseRecord = separator, true
	last := line
	before := bounded.read - int64(buffer.Buffered())
	record := func() ([]string, int, error) {
		bounded.begin(before + r.InputOffset())
		fields, err := r.Read()
		if err == io.EOF {
			return nil, 0, err
		} else if err != nil {
			var bad *csv.ParseError
			if !errors.As(err, &bad) {
				return nil, 0, fmt.Errorf("%s:%d: after this line: %w", file, last, err)
			}
			problem := fmt.Sprintf("column %d: %v", bad.Column, bad.Err)
			if errors.Is(err, csv.ErrFieldCount) {
				problem = fmt.Sprintf("%d fields; expected %d, as in the header, separated by %q", len(fields),
					r.FieldsPerRecord, separator)
			}
			return nil, 0, at(line+bad.Line, errors.New(problem))
		}
		n, _ := r.FieldPos(len(fields) - 1)
		last = line + n
		n, _ = r.FieldPos(0)
		return fields, line + n, nil
	}
	header, n, err := record()
	if err == io.EOF {
		return nil, at(line+1, errors.New("expected a header with the names of columns, found nothing"))
	} else if err != nil {
		return nil, err
	}
	flat, err := newFlatReader(f, m, file, header, func(b *flatBlock) (more bool, err error) {
		fields, n, err := record()
		if err != nil || underline(fields) {
			return true, err
		}
		cells := b.row(n, len(fields))
		for i, s := range fields {
			cells[i] = wire.TextCell(s)
			if s == "NULL" || s == `\N` {
				first, _ := r.FieldPos(0)
				if at, column := r.FieldPos(i); !bounded.quoted(at-first, column) {
					cells[i].Is = wire.Word
				}
			} else if !utf8.ValidString(s) {
				b.drop(len(fields))
				_, column := r.FieldPos(i)
				return false, at(n, fmt.Errorf("column %d: not UTF-8: %s", column, model.Name(s)))
			}
		}
		return buffer.Buffered() > 0, nil
	})
	if err != nil {
		return nil, at(n, err)
	}
	return flat, nil
}

// introduction consumes what stands before the header and tells the separator and the number of lines consumed.
func introduction(in *bufio.Reader) (separator rune, lines int, err error) {
	start, _ := in.Peek(4)
	if cause := wire.Packed(start); cause != "" {
		return 0, 0, errors.New(cause)
	} else if bytes.HasPrefix(start, []byte("{")) {
		return 0, 0,
			errors.New("it looks like JSON Lines; expected a header with the names of columns (say --format jsonl, " +
				"or give the file a name that ends in .jsonl)")
	}
	if bytes.HasPrefix(start, []byte("\ufeff")) {
		in.Discard(3) //nolint:errcheck // they have been peeked
	}
	for {
		header, err := in.Peek(in.Size())
		header, _, whole := bytes.Cut(header, []byte("\n"))
		text := strings.TrimSpace(string(header))
		declared, isDeclaration := strings.CutPrefix(strings.Trim(text, `"`), "sep=")
		switch {
		case isDeclaration && len(declared) == 1 && strings.Contains(",;|\t", declared), isDeclaration &&
			declared == "", text == "":
			if !whole {
				return ',', lines, nil
			}
			lines++
			in.Discard(len(header) + 1) //nolint:errcheck // they have been peeked
			if len(declared) == 1 {
				return rune(declared[0]), lines, nil
			}
			continue
		case !whole && err == nil:
			return 0, lines,
				fmt.Errorf("expected a header with the names of columns, found a line longer than %d bytes", in.Size())
		}
		separator, most := ',', 0
		for _, s := range ",;\t|" {
			if n := strings.Count(string(header), string(s)); n > most {
				separator, most = s, n
			}
		}
		return separator, lines, nil
	}
}

// underline reports whether a row is a line that sqlcmd draws under the header.
func underline(fields []string) bool {
	for _, f := range fields {
		if f == "" || strings.Trim(f, "-") != "" {
			return false
		}
	}
	return len(fields) > 1
}

// boundedReader ends a record that does not end, and keeps what the record at hand is made of: the library does not
// tell what was quoted.
type boundedReader struct {
	in    io.Reader
	read  int64
	start int64  // of the record at hand
	kept  []byte // from there on, and perhaps something before
}

// begin says where the next record begins.
func (b *boundedReader) begin(start int64) { b.start = start }

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read-b.start > wire.MaxLine {
		return 0, fmt.Errorf("a row longer than %d bytes: is a quote not closed?", wire.MaxLine)
	}
	n, err := b.in.Read(p)
	b.kept = append(b.kept[:copy(b.kept, b.record())], p[:n]...)
	b.read += int64(n)
	return n, err
}

// record is the record at hand, and what was read after it.
func (b *boundedReader) record() []byte {
	return b.kept[max(0, len(b.kept)-int(b.read-b.start)):]
}

// quoted reports whether a field is quoted that begins in column of so many lines after the first.
func (b *boundedReader) quoted(lines, column int) bool {
	text := bytes.TrimLeft(b.record(), "\r\n")
	for ; lines > 0; lines-- {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return column <= len(text) && text[column-1] == '"'
}

// appendCSV appends a row of the flat form.
func appendCSV[T any](b []byte, f *wire.Form[T], row *T) []byte {
	for i := range f.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		switch c := f.Columns[i].Get(row); c.Is {
		case wire.Text:
			b = appendField(b, c.Text)
		case wire.Integer:
			b = strconv.AppendInt(b, c.N, 10)
		case wire.Instant:
			b = c.Time.UTC().AppendFormat(b, time.RFC3339Nano)
		}
	}
	return append(b, '\n')
}

func appendField(b []byte, s string) []byte {
	s = strings.ToValidUTF8(s, "\ufffd")
	isWord := s == "NULL" || s == `\N` // which would be absent
	if !isWord && !strings.ContainsAny(s, ",;|\t\"\r\n") && strings.TrimSpace(s) == s {
		return append(b, s...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

// headerCSV is the header of a form.
func headerCSV[T any](f *wire.Form[T]) []byte {
	var b []byte
	for i := range f.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendField(b, f.Columns[i].Name)
	}
	return append(b, '\n')
}
