package tables

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
)

// rowsBy are the rows of a text as a way to go to the next gives them, and how it ends.
func rowsBy(text string, separator rune, next func(*csvRows) error, b flatBlock) (all []string) {
	b.text = []byte(text)
	r := csvRows{file: "log.csv", separator: separator, width: 3}
	r.take(&b)
	for {
		if err := next(&r); err != nil {
			return append(all, err.Error())
		}
		row := fmt.Sprint(r.at)
		for _, f := range r.fields {
			row += fmt.Sprintf(" %q %v", f.text, f.quoted)
		}
		all = append(all, row)
	}
}

// sameRows sees that CSV is split as encoding/csv does, and that it does not matter where it is cut.
func sameRows(t *testing.T, text string, separator rune, size int) {
	t.Helper()
	want := rowsBy(text, separator, func(r *csvRows) error {
		for {
			if err := r.strict(); err != nil || !r.underline() {
				return err
			}
		}
	}, flatBlock{first: 2})
	assert.Equal(t, want, rowsBy(text, separator, (*csvRows).next, flatBlock{first: 2}))
	var got []string
	c := csvCutter{file: "log.csv", in: iotest.HalfReader(strings.NewReader(text)), size: size, line: 2}
	for len(got) == 0 || got[len(got)-1] == io.EOF.Error() {
		var b flatBlock
		if _, err := c.next(&b); err != nil {
			got = append(got[:max(len(got)-1, 0)], err.Error())
			break
		}
		got = append(got[:max(len(got)-1, 0)], rowsBy(string(b.text), separator, (*csvRows).next, b)...)
	}
	assert.Equal(t, want, got, "%q in pieces of %d", text, size)
}

var csvTexts = []string{
	"a,b,c\nd,\"e\",f\r\n\r\n\n\"g,\"\"\nh\",NULL,\"NULL\"\nMüller,\\N,\n", "a,b\n", "a,b,c\n,,\n---,-,--\na,\"b\"x,c\n", "a,b\"c\"\n\"d,\ne,f\n", "a,b,\xff\n", "a,\"\r\n\",c\r", "\"", "\"a\"\"\"\n,b,c",
	"a\tb\tc\n\x00,\x01,\x7f\n", strings.Repeat("long and longer,\"and, quoted\",\"so \"\" long\"\n", 20), "\xef\xbb\xbfa,b,c", ",,\r\n,,\r", "a,b,c\nd,e\n",
}

func TestCSVRows(t *testing.T) {
	for _, text := range csvTexts {
		for _, size := range []int{2, 3, 7, 64, 4096} {
			sameRows(t, text, ',', size)
			sameRows(t, text, '\t', size)
		}
	}
}

var executions = flag.Int("executions", 20_000, "how many random texts to split as encoding/csv does")

// Short texts of what CSV treats specially: `-run CSVRowsAgree -executions 10000000` takes minutes.
func TestCSVRowsAgree(t *testing.T) {
	draw, parts := rand.New(rand.NewPCG(1, 0)), []string{"a", "b,", ",", "\"", "\"", "\"\"", "\n", "\r\n", "\r", "\t", "-", " ", "\x00", "\xff", "ö", "NULL", "\\N"}
	var b strings.Builder
	for range *executions {
		b.Reset()
		for range draw.IntN(16) {
			b.WriteString(parts[draw.IntN(len(parts))])
		}
		sameRows(t, b.String(), rune(",;\t|"[draw.IntN(4)]), draw.IntN(20)+2)
		if t.Failed() {
			return
		}
	}
}

func FuzzCSVRows(f *testing.F) {
	for i, text := range csvTexts {
		f.Add(text, i%4, i)
	}
	f.Fuzz(func(t *testing.T, text string, separator, size int) {
		sameRows(t, text, rune(",;\t|"[uint(separator)%4]), int(uint(size)%50)+2)
	})
}
