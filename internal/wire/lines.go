package wire

import "io"

// LineReader reads the lines of an input, bounded and numbered, for formats other than events and facts.
type LineReader struct{ lines *lines }

// NewLineReader reads from in; file names it in errors.
func NewLineReader(file string, in io.Reader) *LineReader {
	return &LineReader{newLines(file, in, nil)}
}

// Next returns the next line that is not blank, without its end; it is valid until the next call. The error is io.EOF
// at the end, a *LineError for a line of more than [MaxLine] bytes, or the input's own.
func (r *LineReader) Next() ([]byte, error) { return r.lines.next() }

// Errorf returns an error of the line that was read last; field may be empty.
func (r *LineReader) Errorf(field, format string, args ...any) *LineError {
	return r.lines.errorf(field, format, args...)
}
