package wire

import (
	"bytes"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Listed writes the names of columns for an error, twenty at most.
func Listed(names []string) string {
	const most = 20
	var shown []string
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, model.Name(n))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// Unjoined says what is wrong with rows that have only the keys of what is missing; "" means unknown.
func Unjoined(names []string) string {
	if !slices.ContainsFunc(names, func(n string) bool { return NormalName(n) == "technical_descriptor_key" }) {
		return ""
	}
	return "; these rows come from Info Mart's fact table alone; join its dimension tables, as the query of " +
		"'run --print-sql' does"
}

// Packed says what the first bytes of an input are if they are no UTF-8 text; "" means unknown.
func Packed(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		return "it is compressed with gzip; give the file a name that ends in .gz, or decompress it"
	case bytes.HasPrefix(start, []byte("PAR1")):
		return "it is Parquet; give the file a name that ends in .parquet"
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return "it is a ZIP archive or an Excel workbook; unpack the archive, or save the workbook as CSV"
	case bytes.HasPrefix(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "it is compressed with zstd; decompress it"
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}),
		len(start) > 1 && (start[0] == 0) != (start[1] == 0):
		return "it is UTF-16; save it as UTF-8"
	}
	return ""
}

// causeOf guesses why a line is no JSON object; "" means unknown.
func causeOf(line []byte) string {
	if cause := Packed(line); cause != "" {
		return cause
	}
	switch {
	case bytes.HasPrefix(line, []byte("[")):
		return "an array starts here; put one object on each line, as jq -c '.[]' prints them"
	case slices.Contains([]string{"{", "{ "}, string(line)):
		return "the object continues on the next line; put one object on each line, as jq -c . prints them"
	case isHeader(string(line)):
		return "it looks like a CSV header; use --format csv, or give the file a name that ends in .csv"
	}
	return ""
}

// isHeader reports whether a line names columns, as CSV does.
func isHeader(line string) bool {
	fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t|", r) })
	known := 0
	for _, f := range fields {
		name := []byte(strings.Trim(f, `"`))
		if plainEvents().means(name) || plainFacts().means(name) {
			known++
		}
	}
	return known > 1
}
