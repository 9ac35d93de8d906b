package tables

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"slices"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// MaxPages limits the pages and dictionaries that are unpacked at the same time, in bytes. Writers keep a page to some
// megabytes, but a file of some kilobytes can claim that one has a gigabyte.
const MaxPages = 512 << 20

// parquetPages reads the pages of a column: those of one chunk, then those of the next.
type parquetPages struct {
	leaf    parquetLeaf
	held    *int64 // what the pages and dictionaries of all columns take
	codec   format.CompressionCodec
	chunk   *bufio.Reader
	headers *boundedThrift
	size    int64 // of the chunk
	left    int64 // values of the chunk that are still to come, nulls counted

	header         format.PageHeader
	packed, plain  []byte
	holding, dicts int64 // how much of held the page takes, and how much the dictionary
	largest        int64 // the size of the largest page that the buffers were made for
	zstd           *zstd.Decoder
	narrow         []int32
	single         []float32
	double         []float64

	rows       int         // of the page
	levels     []byte      // a level for each row; nil if no row is null
	indexed    bool        // the page holds places in the dictionary, not values
	index      []int32     // these places
	dictionary *pageValues // of the chunk; nil if it has none
	holds      pageValues  // the values of a page that is not indexed
}

// open goes to a chunk that has a value or a null for each of rows.
func (p *parquetPages) open(on io.ReaderAt, m *format.ColumnMetaData, rows int64) error {
	p.codec, p.size, p.left, p.rows, p.dictionary = m.Codec, m.TotalCompressedSize, rows, 0, nil
	switch p.codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd, format.Lz4Raw:
	default:
		return fmt.Errorf("compressed with %s, which chatproof does not read; expected Snappy, Zstandard, Gzip, "+
			"Brotli or LZ4_RAW", p.codec)
	}
	chunk := io.NewSectionReader(on, chunkOffset(m), p.size)
	if p.chunk == nil {
		p.chunk = bufio.NewReader(chunk)
		p.headers = newBoundedThrift(p.chunk, 0)
	}
	p.chunk.Reset(chunk)
	return errors.Join(p.hold(&p.holding, 0), p.hold(&p.dicts, 0))
}

// hold notes what a page or a dictionary takes from now on, before it takes it.
func (p *parquetPages) hold(what *int64, size int64) error {
	*p.held += size - *what
	*what = size
	if *p.held > MaxPages {
		return fmt.Errorf("the pages of one row group unpack to more than %d bytes at a time; write smaller pages",
			MaxPages)
	}
	return nil
}

// keep returns what the buffers take for a page of a size. They stay as large as they are, unless that is far too
// large: else a large page of each column, one at a time, would leave them all large.
func (p *parquetPages) keep(size int64) int64 {
	if size < p.largest/4 {
		p.largest, p.packed, p.plain, p.narrow, p.single, p.double = 0, nil, nil, nil, nil, nil
		p.levels, p.index, p.holds = nil, nil, pageValues{}
	}
	p.largest = max(p.largest, size)
	return p.largest
}

// next goes to the next page of data, and reads the dictionary if that is due.
func (p *parquetPages) next() error {
	for h := &p.header; p.left > 0; {
		*h, p.headers.left, p.headers.nested = format.PageHeader{}, maxHeader, p.headers.nested[:0]
		if err := thrift.NewDecoder(p.headers).Decode(h); err != nil {
			return fmt.Errorf("damaged: a page header: %w", err)
		}
		packed := int(h.CompressedPageSize)
		if packed < 0 || int64(packed) > p.size || h.UncompressedPageSize < 0 {
			return fmt.Errorf("damaged: a page claims %d bytes, but its column has %d", packed, p.size)
		}
		values, what := h.DataPageHeader.V.NumValues, &p.holding
		switch h.Type {
		case format.DictionaryPage:
			values, what = h.DictionaryPageHeader.V.NumValues, &p.dicts
		case format.DataPageV2:
			values = h.DataPageHeaderV2.V.NumValues
		}
		if values < 0 {
			return errDamaged
		}
		// Eight bytes are for an index or the end of a text, and a level.
		size := max(int64(packed), int64(h.UncompressedPageSize)) + 8*int64(values)
		if kept := p.keep(size); what == &p.holding {
			size = kept
		}
		if err := p.hold(what, size); err != nil {
			return err
		}
		p.packed = slices.Grow(p.packed[:0], packed+padding)[:packed]
		if _, err := io.ReadFull(p.chunk, p.packed); err != nil {
			return io.ErrUnexpectedEOF
		}
		if h.CRC != 0 && uint32(h.CRC) != crc32.ChecksumIEEE(p.packed) {
			return errors.New("damaged: a page does not match its checksum")
		}
		switch h.Type {
		case format.DictionaryPage:
			if err := p.shared(int(values)); err != nil {
				return err
			}
		case format.DataPage, format.DataPageV2:
			return p.data(int(values))
		}
	}
	return io.ErrUnexpectedEOF
}

// shared reads a dictionary. Blocks of rows refer to it, so each chunk's is a new one.
func (p *parquetPages) shared(values int) error {
	data, err := p.unpack(p.packed, int(p.header.UncompressedPageSize))
	if err != nil {
		return err
	}
	p.dictionary = new(pageValues)
	return p.decode(p.dictionary, format.Plain, data, values)
}

// data reads a page of data.
func (p *parquetPages) data(rows int) error {
	p.left -= int64(rows)
	if p.left < 0 {
		return errors.New("damaged: the pages of a column have more values than its row group has rows")
	}
	levels, data, coding, err := p.parts()
	if err != nil {
		return err
	}
	values, err := p.present(levels, rows)
	if err != nil {
		return err
	}
	p.rows, p.indexed = rows, coding == format.RLEDictionary || coding == plainDictionary
	if values == 0 && p.dictionary == nil { // of nulls alone some writers make no dictionary
		p.indexed, coding = false, format.Plain
	}
	if !p.indexed {
		return p.decode(&p.holds, coding, data, values)
	}
	p.index = p.index[:0]
	switch {
	case p.dictionary == nil:
		return errors.New("damaged: a page refers to a dictionary that is not there")
	case values == 0:
		return nil
	case len(data) == 0:
		return errDamaged
	}
	if err := runsFit(data[1:], int(data[0]), values); err != nil {
		return err
	}
	p.index, err = new(rle.DictionaryEncoding).DecodeInt32(p.index, data)
	if err == nil && len(p.index) < values {
		err = errDamaged
	}
	return err
}

// parts unpacks a page of data and cuts it in two: levels and data. A page of version 1 is packed as a whole, and the
// length of its levels stands before them. In a page of version 2 the levels are not packed, and their length stands in
// the header.
func (p *parquetPages) parts() (levels, data []byte, coding format.Encoding, err error) {
	size := int(p.header.UncompressedPageSize)
	if p.header.Type == format.DataPageV2 {
		h := &p.header.DataPageHeaderV2.V
		n := int(h.DefinitionLevelsByteLength)
		if h.RepetitionLevelsByteLength != 0 || n < 0 || n > min(len(p.packed), size) {
			return nil, nil, 0, errDamaged
		}
		levels, data = p.packed[:n], p.packed[n:]
		if !h.IsCompressed.Valid || h.IsCompressed.V {
			data, err = p.unpack(data, size-n)
		}
		return levels, data, h.Encoding, err
	}
	h := &p.header.DataPageHeader.V
	data, err = p.unpack(p.packed, size)
	if err != nil || p.leaf.level == 0 {
		return nil, data, h.Encoding, err
	} else if h.DefinitionLevelEncoding != format.RLE {
		return nil, nil, 0, fmt.Errorf("levels encoded as %s, which chatproof does not read", h.DefinitionLevelEncoding)
	}
	levels, data, err = prefixed(data)
	return levels, data, h.Encoding, err
}

// present reads the levels of a page, and returns how many values are present.
func (p *parquetPages) present(levels []byte, rows int) (values int, err error) {
	if p.leaf.level == 0 {
		p.levels = p.levels[:0]
		return rows, nil
	}
	coding := rle.Encoding{BitWidth: bits.Len8(p.leaf.level)}
	if err := runsFit(levels, coding.BitWidth, rows); err != nil {
		return 0, err
	}
	p.levels, err = coding.DecodeLevels(p.levels[:0], levels)
	if err != nil {
		return 0, err
	} else if len(p.levels) < rows {
		return 0, errDamaged
	}
	p.levels = p.levels[:rows]
	values = bytes.Count(p.levels, []byte{p.leaf.level})
	if values == rows {
		p.levels = p.levels[:0]
	}
	return values, nil
}

// prefixed cuts a part from b that begins with its length.
func prefixed(b []byte) (part, rest []byte, err error) {
	if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
		return nil, nil, errDamaged
	}
	n := 4 + int(binary.LittleEndian.Uint32(b))
	return b[4:n], b[n:], nil
}

// runsFit returns an error if runs hold more than n values: a few bytes can stand for two thousand million. The last
// run of bits may be longer, because it is filled up to whole bytes.
func runsFit(b []byte, width, n int) error {
	for most := uint64(n) + 63*8; len(b) > 0; {
		head, size := binary.Uvarint(b)
		values, bytes := head>>1, uint64(width+7)/8
		if head&1 != 0 {
			values, bytes = values*8, values*uint64(width)
		}
		if size <= 0 || head > 1<<40 || values > most || bytes > uint64(len(b)-size) {
			return errRuns
		}
		most -= values
		b = b[size+int(bytes):]
	}
	return nil
}

// plainDictionary is what older writers call format.RLEDictionary.
const plainDictionary format.Encoding = 2

// padding is how many bytes the library needs after bits that it unpacks; without them it copies the bits first.
const padding = 64

// unpack returns what a page unpacks to, size bytes. It takes no more, whatever the page holds.
func (p *parquetPages) unpack(packed []byte, size int) (_ []byte, err error) {
	if p.codec == format.Uncompressed || len(packed) == 0 && size == 0 {
		return packed, nil
	}
	if n, _ := snappy.DecodedLen(packed); p.codec == format.Snappy && n != size {
		return nil, errOtherSize
	}
	p.plain = slices.Grow(p.plain[:0], size+padding)[:size]
	unpacked := p.plain
	switch p.codec {
	case format.Snappy:
		unpacked, err = snappy.Decode(p.plain, packed)
	case format.Zstd:
		if p.zstd == nil {
			p.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
			if err != nil {
				return nil, err
			}
		}
		unpacked, err = p.zstd.DecodeAll(packed, p.plain[:0:size])
	case format.Lz4Raw:
		n, bad := lz4.UncompressBlock(packed, unpacked)
		if bad != nil || n != size { // it does not tell damage from too little room
			return nil, errOtherSize
		}
	case format.Gzip:
		in, bad := gzip.NewReader(bytes.NewReader(packed))
		if bad != nil {
			return nil, bad
		}
		err = fill(unpacked, in)
	case format.Brotli:
		err = fill(unpacked, brotli.NewReader(bytes.NewReader(packed)))
	}
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || err == nil && len(unpacked) != size {
		err = errOtherSize
	}
	return unpacked, err
}

// fill fills b with all that there is.
func fill(b []byte, in io.Reader) error {
	if _, err := io.ReadFull(in, b); errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errOtherSize
	} else if err != nil {
		return err
	}
	n, err := in.Read(make([]byte, 1))
	if n > 0 {
		return errOtherSize
	} else if err == io.EOF {
		return nil
	}
	return err
}

var (
	errRuns      = errors.New("damaged: a page holds more values than it claims, or is cut off")
	errDamaged   = errors.New("damaged: a value is missing or out of place")
	errOtherSize = errors.New("damaged: a page does not unpack to the number of bytes that it claims")
)
