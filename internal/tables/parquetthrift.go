package tables

import (
	"cmp"
	"errors"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// boundedThrift reads Thrift that may be hostile. The library goes as deep as structs are nested, until the stack ends
// the process, and makes room for as many bytes and elements as are claimed, before it reads the first.
type boundedThrift struct {
	thriftReader
	left   int64   // bytes that may still be taken
	nested []int32 // at each depth, the structs to come
}

type thriftReader interface{ thrift.Reader } // under another name than its method's

// Limits of what is written in Thrift. No struct of the format is nested deeper than ten, and the largest, that of a
// column chunk, takes structBytes in memory.
const (
	deepestStruct = 16
	structBytes   = 640
	maxHeader     = 16 << 20 // of a page: it holds its least and greatest text
)

var (
	errThrift      = errors.New("it has a structure that the format does not allow")
	errThriftLarge = errors.New("it would take too much memory")
)

func newBoundedThrift(in io.Reader, most int64) *boundedThrift {
	return &boundedThrift{thriftReader: new(thrift.CompactProtocol).NewReader(in), left: most}
}

// take notes bytes before they are taken.
func (r *boundedThrift) take(size int64) error {
	if r.left -= size; r.left < 0 {
		return errThriftLarge
	}
	return nil
}

// enter notes that a number of structs follows, all at the same depth.
func (r *boundedThrift) enter(structs int32) error {
	if len(r.nested) == deepestStruct {
		return errThrift
	} else if structs > 0 {
		r.nested = append(r.nested, structs)
	}
	return nil
}

// ReadField implements thrift.Reader.
func (r *boundedThrift) ReadField() (thrift.Field, error) {
	f, err := r.thriftReader.ReadField()
	if err != nil {
		return f, err
	}
	switch last := len(r.nested) - 1; {
	case f.Type == thrift.STRUCT:
		err = r.enter(1)
	case f.Type == thrift.STOP && last >= 0:
		if r.nested[last]--; r.nested[last] == 0 {
			r.nested = r.nested[:last]
		}
	}
	return f, err
}

// ReadList implements thrift.Reader. The format has no lists of lists.
func (r *boundedThrift) ReadList() (thrift.List, error) {
	l, err := r.thriftReader.ReadList()
	if err != nil {
		return l, err
	}
	size := int64(l.Size)
	switch l.Type {
	case thrift.STRUCT:
		return l, cmp.Or(r.take(size*structBytes), r.enter(l.Size))
	case thrift.LIST, thrift.SET, thrift.MAP:
		return l, errThrift
	}
	return l, r.take(size * 16)
}

// ReadSet implements thrift.Reader. The format has no sets.
func (r *boundedThrift) ReadSet() (thrift.Set, error) { return thrift.Set{}, errThrift }

// ReadMap implements thrift.Reader. The format has no maps.
func (r *boundedThrift) ReadMap() (thrift.Map, error) { return thrift.Map{}, errThrift }

// ReadBytes implements thrift.Reader.
func (r *boundedThrift) ReadBytes() ([]byte, error) {
	n, err := r.ReadLength()
	if err != nil {
		return nil, err
	} else if err := r.take(int64(n)); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r.Reader(), b)
	return b, err
}

// ReadString implements thrift.Reader.
func (r *boundedThrift) ReadString() (string, error) {
	b, err := r.ReadBytes()
	return string(b), err
}
