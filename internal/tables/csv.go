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
// semicolon, tab or bar. Empty fields and NULL are absent. Of the customs of clients it knows a byte order mark,
// Excel's line sep=;, and the line of dashes that sqlcmd draws under the header.
func newCSV[T any](f *form[T], m *Mapping, file string, in io.Reader) (*flatReader[T], error) {
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
	bounded.done = r.InputOffset
	record := func() ([]string, int, error) {
		fields, err := r.Read()
		if err == io.EOF {
			return nil, 0, err
		} else if err != nil {
			var bad *csv.ParseError
			if !errors.As(err, &bad) {
				return nil, 0, fmt.Errorf("%s:%d: behind this line: %w", file, last, err)
			}
			problem := fmt.Sprintf("column %d: %v", bad.Column, bad.Err)
			if errors.Is(err, csv.ErrFieldCount) {
				problem = fmt.Sprintf("%d fields; expected %d, as in the header, separated by %q", len(fields), r.FieldsPerRecord, separator)
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
			if cells[i] = textual(s); s == "NULL" {
				cells[i] = cell{}
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
	start, _ := in.Peek(3)
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) || bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		return 0, 0, errors.New("UTF-16; expected UTF-8")
	}
	if bytes.Equal(start, []byte("\ufeff")) {
		in.Discard(3) //nolint:errcheck // they have been peeked
	}
	for {
		header, err := in.Peek(in.Size())
		header, _, whole := bytes.Cut(header, []byte("\n"))
		text := strings.TrimSpace(string(header))
		declared, isDeclaration := strings.CutPrefix(strings.Trim(text, `"`), "sep=")
		switch {
		case isDeclaration && len(declared) == 1 && strings.Contains(",;|\t", declared), isDeclaration && declared == "", text == "":
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
			return 0, lines, fmt.Errorf("expected a header with the names of columns, found a line longer than %d bytes", in.Size())
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

// boundedReader ends a record that does not end.
type boundedReader struct {
	in   io.Reader
	read int64
	done func() int64 // how much of it makes whole records
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.done != nil && b.read-b.done() > wire.MaxLine {
		return 0, fmt.Errorf("a row longer than %d bytes: is a quote not closed?", wire.MaxLine)
	}
	n, err := b.in.Read(p)
	b.read += int64(n)
	return n, err
}

// appendCSV appends a row of the flat form.
func appendCSV[T any](b []byte, f *form[T], row *T) []byte {
	for i := range f.columns {
		if i > 0 {
			b = append(b, ',')
		}
		switch c := f.columns[i].get(row); c.is {
		case textCell:
			b = appendField(b, c.text)
		case integerCell:
			b = strconv.AppendInt(b, c.n, 10)
		case instantCell:
			b = c.time.UTC().AppendFormat(b, time.RFC3339Nano)
		}
	}
	return append(b, '\n')
}

func appendField(b []byte, s string) []byte {
	s = strings.ToValidUTF8(s, "\ufffd")
	if !strings.ContainsAny(s, ",;|\t\"\r\n") && strings.TrimSpace(s) == s {
		return append(b, s...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

// headerCSV is the header of a form.
func headerCSV[T any](f *form[T]) []byte {
	var names []string
	for i := range f.columns {
		names = append(names, f.columns[i].name)
	}
	return []byte(strings.Join(names, ",") + "\n")
}
