package tables

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
)

// newCSV returns a reader of CSV: a header, then rows, quoted as RFC 4180 says. The header shows the separator: a
// comma, semicolon, tab or bar. Empty fields are absent, and so are NULL and \N without quotes. The reader accepts a
// byte order mark, Excel's line sep=;, and the line of dashes that sqlcmd draws under the header.
func newCSV[T any](f *wire.Form[T], m *wire.Reading, file string, in io.Reader) (*flatReader[T], error) {
	buffer := bufio.NewReaderSize(in, 64<<10)
	separator, line, err := introduction(buffer)
	if err != nil {
		return nil, &wire.LineError{File: file, Line: line + 1, Problem: err.Error()}
	}
	c := &csvCutter{file: file, in: buffer, size: csvBlock, line: line + 1}
	var b flatBlock
	_, err = c.next(&b)
	if err != nil && err != io.EOF {
		return nil, err
	}
	rows := csvRows{file: file, separator: separator}
	rows.take(&b)
	err = rows.strict()
	if err == io.EOF {
		return nil, &wire.LineError{
			File: file, Line: line + 1, Problem: "expected a header with the column names, found nothing",
		}
	} else if err != nil {
		return nil, err
	}
	var header []string
	for _, field := range rows.fields {
		header = append(header, string(field.text))
	}
	flat, err := newFlatReader(f, m, file, header, c.next)
	if err != nil {
		return nil, &wire.LineError{File: file, Line: rows.at, Problem: err.Error()}
	}
	c.first, c.line = b, rows.line
	c.first.text = rows.text
	flat.separator = separator
	flat.own = flat.rows()
	return flat, nil
}

// introduction consumes what comes before the header. It returns the separator and the number of lines consumed.
func introduction(in *bufio.Reader) (separator rune, lines int, err error) {
	start, _ := in.Peek(4)
	if cause := wire.Packed(start); cause != "" {
		return 0, 0, errors.New(cause)
	} else if bytes.HasPrefix(start, []byte("{")) {
		return 0, 0,
			errors.New("it looks like JSON Lines; expected a header with the column names; for JSON Lines, use " +
				"--format jsonl, or give the file a name that ends in .jsonl")
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
				fmt.Errorf("expected a header with the column names, found a line longer than %d bytes", in.Size())
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

// appendCSV appends a row.
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

// headerCSV returns the header of a form.
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
