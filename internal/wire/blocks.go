package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// MaxLine limits the length of a line, in bytes.
const MaxLine = 16 << 20

// How much is read at once. Larger blocks, for logs, are handed on less often; they fit the cache of a core, so that
// both the cutter and the reader of a block find it there.
const (
	blockSize      = 64 << 10
	largeBlockSize = 256 << 10
)

// Blocks are the rows of an input, to be read concurrently: one goroutine takes blocks, and several read what is in
// them, each with its own reader.
type Blocks[T any] interface {
	// Next makes b the next block, whose memory it reuses. The error is io.EOF at the end, or says what cannot be
	// read and where; then b is empty. Next hands on what has arrived, and does not wait for more.
	Next(b *Block) error
	Reader() BlockReader[T]
	Close() error
}

// BlockReader reads blocks.
type BlockReader[T any] interface {
	// Take sets the block to read next.
	Take(b *Block)
	// Next reads a row, except for its interaction's id, which it returns. The id is valid until the next call; row may
	// or may not have it too. The error is io.EOF at the end of the block, or a *LineError for what is no row. If the
	// *LineError has an interaction id, reading may go on after it.
	Next(row *T) (id []byte, err error)
	// Line returns the number of the row that was read last, and File what errors call its input.
	Line() int
	File() string
}

// Block is a number of whole lines, or what another format has instead.
type Block struct {
	text  []byte
	first int // the number of the first line, from 1

	Part int // the part that it is of, from 0, if an input has several

	Other any // what a format without lines keeps here; its memory is reused with the block's
}

// lineBlocks are blocks of JSON Lines.
type lineBlocks[T any] struct {
	*cutter
	reader func(file string) BlockReader[T]
}

func (b *lineBlocks[T]) Next(block *Block) error {
	err := b.cutter.Next(block)
	var bad *LineError
	if err != nil && err != io.EOF && !errors.As(err, &bad) {
		err = fmt.Errorf("%s:%d: %w", b.file, b.line, err)
	}
	return err
}

func (b *lineBlocks[T]) Reader() BlockReader[T] { return b.reader(b.file) }

func (b *lineBlocks[T]) Close() error { return nil }

// EventBlocks returns the events of JSON Lines, as r reads them; file names them in errors. Close does nothing.
func EventBlocks(file string, in io.Reader, r *Reading) Blocks[model.Event] {
	return &lineBlocks[model.Event]{
		cutter: newCutter(file, in, largeBlockSize, r),
		reader: func(file string) BlockReader[model.Event] { return NewEventReaderOf(file, nil, r) },
	}
}

// FactBlocks returns the facts of JSON Lines, as [EventBlocks] returns events.
func FactBlocks(file string, in io.Reader, r *Reading) Blocks[model.Fact] {
	return &lineBlocks[model.Fact]{
		cutter: newCutter(file, in, largeBlockSize, r),
		reader: func(file string) BlockReader[model.Fact] { return NewFactReaderOf(file, nil, r) },
	}
}

// cutter cuts an input into blocks of whole lines.
type cutter struct {
	file string
	in   io.Reader
	size int    // how much is read at once
	line int    // the number of the next block's first line
	tail []byte // the beginning of a line whose rest is still to come
	err  error

	watch func([]byte)
}

// newCutter cuts what is read from in; file names it in errors.
func newCutter(file string, in io.Reader, size int, r *Reading) *cutter {
	s := &cutter{file: file, in: in, size: size, line: 1}
	if r != nil {
		s.watch = r.Watch
	}
	return s
}

// Next makes b the next block. The error is io.EOF at the end, a *LineError for a line beyond [MaxLine], or the
// reader's; then b is empty.
func (s *cutter) Next(b *Block) error {
	err := s.cut(b)
	if err == nil && s.watch != nil {
		s.watch(b.text)
	}
	return err
}

func (s *cutter) cut(b *Block) error {
	b.text, b.first = append(b.text[:0], s.tail...), s.line
	s.tail = s.tail[:0]
	for s.err == nil {
		start := len(b.text)
		if start > MaxLine {
			return s.tooLong(b)
		}
		var n int
		if cap(b.text)-start < s.size {
			b.text = slices.Grow(b.text, max(s.size+s.size/16, start)) // with room for the tail of the next
		}
		n, s.err = s.in.Read(b.text[start : start+s.size])
		b.text = b.text[:start+n]
		if end := bytes.LastIndexByte(b.text[start:], '\n'); end >= 0 {
			if start+bytes.IndexByte(b.text[start:], '\n') > MaxLine {
				return s.tooLong(b)
			}
			s.tail = append(s.tail, b.text[start+end+1:]...)
			b.text = b.text[:start+end+1]
			s.line += bytes.Count(b.text, []byte("\n"))
			return nil
		}
	}
	if s.err == io.EOF && len(b.text) > MaxLine {
		return s.tooLong(b)
	}
	if s.err == io.EOF && len(b.text) > 0 { // the last line needs no end
		return nil
	}
	b.text = b.text[:0]
	return s.err
}

func (s *cutter) tooLong(b *Block) error {
	b.text = b.text[:0]
	return &LineError{File: s.file, Line: s.line, Problem: fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
}
