package tables

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/encoding/bytestreamsplit"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// pageValues are the values of a page or a dictionary: texts, or integers. Cells are made only when a row is read, and
// none at all for a plain row.
type pageValues struct {
	text  []byte   // texts, or values of a fixed number of bytes, one after the other
	ends  []uint32 // where each of them begins, and where the last ends
	ints  []int64  // integers, or the bits of floating-point numbers
	words []uint8  // the numbers of a dictionary's words
}

// textAt returns text i.
func (v *pageValues) textAt(i int32) []byte { return v.text[v.ends[i]:v.ends[i+1]] }

// parquetEncodings are the encodings of values. Two more are read elsewhere: places in a dictionary, and texts that
// repeat the beginning of the text before.
var parquetEncodings = map[format.Encoding]encoding.Encoding{
	format.Plain: new(plain.Encoding), format.RLE: &rle.Encoding{BitWidth: 1},
	format.DeltaBinaryPacked:    new(delta.BinaryPackedEncoding),
	format.DeltaLengthByteArray: new(delta.LengthByteArrayEncoding),
	format.ByteStreamSplit:      new(bytestreamsplit.Encoding),
}

// decode makes v the values of a page or a dictionary.
func (p *parquetPages) decode(v *pageValues, coding format.Encoding, data []byte, values int) (err error) {
	v.text, v.ends, v.ints = v.text[:0], append(v.ends[:0], 0), v.ints[:0]
	e := parquetEncodings[coding]
	if e == nil && coding != format.DeltaByteArray ||
		coding == format.RLE && p.leaf.kind != format.Boolean { // the library's has no end of a run
		return fmt.Errorf("encoded as %s, which chatproof does not read", coding)
	} else if values == 0 {
		return nil
	} else if p.leaf.size <= 0 && p.leaf.kind == format.FixedLenByteArray {
		return errDamaged
	}
	switch coding {
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray, format.DeltaByteArray:
		if err := deltasFit(data, values); err != nil {
			return err
		}
	}
	if coding == format.DeltaByteArray {
		return p.repeating(v, data, values)
	}
	switch p.leaf.kind {
	case format.ByteArray:
		v.text, v.ends, err = e.DecodeByteArray(v.text, data, v.ends)
	case format.FixedLenByteArray, format.Int96:
		v.text, err = e.DecodeFixedLenByteArray(v.text, data, p.leaf.size)
		for end := p.leaf.size; end <= len(v.text); end += p.leaf.size {
			v.ends = append(v.ends, uint32(end))
		}
	case format.Int64:
		v.ints, err = e.DecodeInt64(v.ints, data)
	case format.Int32:
		p.narrow, err = e.DecodeInt32(p.narrow[:0], data)
		most := int64(-1)
		if p.leaf.unsigned() {
			most = math.MaxUint32
		}
		for _, n := range p.narrow {
			v.ints = append(v.ints, int64(n)&most)
		}
	case format.Double:
		p.double, err = e.DecodeDouble(p.double[:0], data)
		for _, x := range p.double {
			v.ints = append(v.ints, int64(math.Float64bits(x)))
		}
	case format.Float:
		p.single, err = e.DecodeFloat(p.single[:0], data)
		for _, x := range p.single {
			v.ints = append(v.ints, int64(math.Float64bits(float64(x))))
		}
	case format.Boolean:
		err = v.booleans(coding, data, values)
	}
	if err != nil {
		return err
	} else if max(len(v.ints), len(v.ends)-1) < values {
		return errDamaged
	}
	return nil
}

// booleans makes v 0 and 1.
func (v *pageValues) booleans(coding format.Encoding, data []byte, values int) error {
	if coding != format.RLE {
		for i := range min(values, 8*len(data)) {
			v.ints = append(v.ints, int64(data[i/8]>>(i%8)&1))
		}
		return nil
	}
	runs, _, err := prefixed(data)
	if err != nil {
		return err
	} else if err := runsFit(runs, 1, values); err != nil {
		return err
	}
	// As levels: the library's own reader of booleans takes a run of ones for a one and seven zeros.
	bits, err := (&rle.Encoding{BitWidth: 1}).DecodeLevels(nil, runs)
	for _, b := range bits {
		v.ints = append(v.ints, int64(b&1))
	}
	return err
}

// deltasFit returns an error if deltas say that they are more values than the page claims to have.
func deltasFit(data []byte, values int) error {
	says := uint64(0)
	for range 3 { // the size of a block, its parts, and how many values there are
		number, n := binary.Uvarint(data)
		if n <= 0 {
			return errDamaged
		}
		data, says = data[n:], number
	}
	if says > uint64(values) {
		return fmt.Errorf("damaged: a page claims %d values, but holds %d", values, says)
	}
	return nil
}

// repeating reads texts into v that repeat the beginning of the text before. The data has how much each text repeats,
// and then the rest of each. The library adds up the lengths of the rests in 32 bits; if the sum overflows, it copies
// bytes that are not there.
func (p *parquetPages) repeating(v *pageValues, data []byte, values int) error {
	if p.leaf.kind != format.ByteArray && p.leaf.kind != format.FixedLenByteArray {
		return errDamaged
	}
	prefixes, err := new(delta.BinaryPackedEncoding).DecodeInt32(nil, data)
	if err != nil {
		return err
	}
	data, err = afterDeltas(data)
	if err != nil {
		return err
	} else if err := deltasFit(data, len(prefixes)); err != nil {
		return err
	}
	var rests pageValues
	rests.text, rests.ends, err = new(delta.LengthByteArrayEncoding).DecodeByteArray(nil, data, nil)
	if err != nil {
		return err
	} else if len(prefixes) < values || len(rests.ends)-1 != len(prefixes) || !slices.IsSorted(rests.ends) {
		return errDamaged
	}
	size := p.holding
	for _, n := range prefixes {
		size += int64(max(n, 0))
	}
	if err := p.hold(&p.holding, size); err != nil {
		return err
	}
	var before []byte
	for i, n := range prefixes {
		if n < 0 || int(n) > len(before) {
			return errDamaged
		}
		start := len(v.text)
		v.text = append(append(v.text, before[:n]...), rests.textAt(int32(i))...)
		before = v.text[start:]
		if p.leaf.kind == format.FixedLenByteArray && len(before) != p.leaf.size {
			return errDamaged
		}
		v.ends = append(v.ends, uint32(len(v.text)))
	}
	return nil
}

// afterDeltas returns what follows deltas that the library has read.
func afterDeltas(b []byte) ([]byte, error) {
	var head [4]uint64 // the size of a block, its parts, how many values there are, and the first
	for i := range head {
		number, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errDamaged
		}
		head[i], b = number, b[n:]
	}
	parts, left := int(head[1]), int(head[2])-1
	each := int(head[0]) / parts
	for left > 0 {
		_, n := binary.Uvarint(b) // the least of the block
		if n <= 0 || len(b)-n < parts {
			return nil, errDamaged
		}
		widths := b[n : n+parts]
		b = b[n+parts:]
		for _, width := range widths {
			size := each * int(width) / 8
			if size > len(b) {
				return nil, errDamaged
			}
			b = b[size:]
			if left -= each; left <= 0 {
				break
			}
		}
	}
	return b, nil
}

// copy adds a copy of the values from first to before end.
func (v *pageValues) copy(from *pageValues, first, end int) error {
	if len(from.ints) > 0 {
		v.ints = append(v.ints, from.ints[first:end]...)
		return nil
	}
	before, last := from.ends[first], from.ends[end]
	moved := uint32(len(v.text)) - before
	v.text = append(v.text, from.text[before:last]...)
	if len(v.ends) == 0 {
		v.ends = append(v.ends, 0)
	}
	for _, at := range from.ends[first+1 : end+1] {
		if at < before || at > last {
			return errDamaged
		}
		v.ends = append(v.ends, at+moved)
		before = at
	}
	return nil
}
