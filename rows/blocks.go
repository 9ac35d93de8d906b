package rows

import (
	"bytes"
	"fmt"
	"io"
	"slices"
)

// MaxLine bounds a line, in bytes.
const MaxLine = 16 << 20

// blockSize is how much is read at once. It fits the cache of a core, so that who cuts and who reads a block both find
// it there.
const blockSize = 256 << 10

// Blocks cuts an input into blocks of whole lines, so that they can be read side by side. What has arrived is handed
// on: it does not wait for more.
type Blocks struct {
	file string
	in   io.Reader
	line int    // the number of the next block's first line
	tail []byte // the beginning of a line of which more is to come
	err  error
}

// Block is a number of whole lines.
type Block struct {
	text  []byte
	first int // the number of the first line, from 1
}

// NewBlocks cuts what is read from in; file names it in errors.
func NewBlocks(file string, in io.Reader) *Blocks {
	return &Blocks{file: file, in: in, line: 1}
}

// Next makes b the next block, whose memory it reuses. The error is io.EOF at the end, a *LineError for a line beyond
// [MaxLine], or the reader's; then b is empty.
func (s *Blocks) Next(b *Block) error {
	b.text, b.first = append(b.text[:0], s.tail...), s.line
	s.tail = s.tail[:0]
	for s.err == nil {
		start := len(b.text)
		if start > MaxLine {
			b.text = b.text[:0]
			return &LineError{File: s.file, Line: s.line, Problem: fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
		}
		var n int
		b.text = slices.Grow(b.text, blockSize)
		n, s.err = s.in.Read(b.text[start : start+blockSize])
		b.text = b.text[:start+n]
		if end := bytes.LastIndexByte(b.text[start:], '\n'); end >= 0 {
			s.tail = append(s.tail, b.text[start+end+1:]...)
			b.text = b.text[:start+end+1]
			s.line += bytes.Count(b.text, []byte("\n"))
			return nil
		}
	}
	if s.err == io.EOF && len(b.text) > 0 { // the last line needs no end
		return nil
	}
	b.text = b.text[:0]
	return s.err
}

// Line is the number of the line at which reading stands: where an error of the input occurred.
func (s *Blocks) Line() int { return s.line }
