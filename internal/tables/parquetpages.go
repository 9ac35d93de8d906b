package tables

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/model"
)

// MaxPages limits the pages and dictionaries that are unpacked at the same time, in bytes. Writers keep a page to some
// megabytes, but a file of some kilobytes can claim that one has a gigabyte.
const MaxPages = 512 << 20

// bounded returns an error if the columns of a group cannot be unpacked, or would take more than MaxPages then. It
// reads the headers of pages and, where these may lie, what the packed bytes themselves say about their size.
func (c *parquetColumns) bounded(group int) error {
	total := int64(0)
	for i, chunk := range c.file.Metadata().RowGroups[group].Columns {
		if i >= len(c.columns) || !c.columns[i].wanted() {
			continue
		}
		if chunk.MetaData.Codec == format.Lz4Raw {
			// The library takes the rest of another page for one of these that packs badly, and all memory for one
			// that is damaged.
			return fmt.Errorf("%s: column %s is packed with LZ4, which is not read; expected Snappy, Zstandard, "+
				"Gzip or Brotli", c.path, model.Name(c.header[i]))
		}
		page, dictionary := c.pagesOf(&chunk.MetaData, c.columns[i].level > 0)
		total += page + dictionary
		if total > MaxPages {
			return fmt.Errorf("%s: after row %d: column %s: the pages of a row group unpack to more than %d bytes at "+
				"a time; write smaller pages", c.path, c.n, model.Name(c.header[i]), MaxPages)
		}
	}
	return nil
}

// pagesOf returns how much the largest page of a column takes, and its dictionaries. It stops at the first thing that
// is no page: the reader reports that.
func (c *parquetColumns) pagesOf(m *format.ColumnMetaData, nullable bool) (page, dictionary int64) {
	at := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset
	}
	chunk := io.NewSectionReader(c.on, at, m.TotalCompressedSize)
	in := bufio.NewReaderSize(chunk, 512)
	headers := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(in))
	for at := int64(0); at < m.TotalCompressedSize; {
		var h format.PageHeader
		chunk.Seek(at, io.SeekStart) //nolint:errcheck // it cannot fail
		in.Reset(chunk)
		if headers.Decode(&h) != nil || h.CompressedPageSize < 0 {
			break
		}
		at, _ = chunk.Seek(0, io.SeekCurrent)
		at -= int64(in.Buffered())
		values, levels, encoding := h.DataPageHeader.V.NumValues, int32(0), h.DataPageHeader.V.Encoding
		if v2 := &h.DataPageHeaderV2.V; h.DataPageHeaderV2.Valid {
			values, levels = v2.NumValues, v2.RepetitionLevelsByteLength+v2.DefinitionLevelsByteLength
			encoding = v2.Encoding
		}
		packed := io.NewSectionReader(chunk, at+int64(max(levels, 0)), int64(max(h.CompressedPageSize-levels, 0)))
		size := max(int64(h.UncompressedPageSize), unpacked(m.Codec, packed))
		if deltas[encoding] && size <= MaxPages {
			codec := m.Codec
			if v2 := &h.DataPageHeaderV2; v2.Valid && v2.V.IsCompressed.Valid && !v2.V.IsCompressed.V {
				codec = format.Uncompressed
			}
			size += undelta(encoding, codec, packed, nullable && !h.DataPageHeaderV2.Valid)
		}
		if h.Type == format.DictionaryPage {
			dictionary += size + 8*int64(h.DictionaryPageHeader.V.NumValues)
		} else {
			page = max(page, size+8*int64(values)) // for an index or an offset, and levels
		}
		at += int64(h.CompressedPageSize)
	}
	return page, dictionary
}

// deltas are the encodings whose values say how many they are, and how much each repeats of the one before.
var deltas = map[format.Encoding]bool{
	format.DeltaBinaryPacked: true, format.DeltaLengthByteArray: true, format.DeltaByteArray: true,
}

// undelta returns how much more than the unpacked bytes comes out of a page of deltas. nullable says that levels
// precede them.
func undelta(encoding format.Encoding, codec format.CompressionCodec, packed *io.SectionReader, nullable bool) int64 {
	if encoding != format.DeltaByteArray && !nullable {
		if values, ok := deltasOf(beginning(codec, packed)); ok {
			return values
		}
	}
	data, err := io.ReadAll(io.NewSectionReader(packed, 0, packed.Size()))
	if err == nil && codec != format.Uncompressed {
		data, err = parquet.LookupCompressionCodec(codec).Decode(nil, data)
	}
	if err != nil {
		return 0 // the reader reports it
	}
	if nullable && len(data) >= 4 {
		data = data[min(int64(len(data)), 4+int64(binary.LittleEndian.Uint32(data))):]
	}
	size, _ := deltasOf(data)
	if encoding != format.DeltaByteArray || size > MaxPages {
		return size
	}
	prefixes, _ := parquet.DeltaBinaryPacked.DecodeInt32(nil, data) // likewise
	for _, n := range prefixes {
		size += int64(n)
	}
	return size
}

// deltasOf returns how much the values take whose deltas begin with b: it says how large a block is, how many parts it
// has, and how many values there are. ok is false if b ends before.
func deltasOf(b []byte) (size int64, ok bool) {
	for range 3 {
		values, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, false
		}
		size, b = int64(min(values, 1<<40))*8, b[n:]
	}
	return size, true
}

// beginning returns some of the bytes that packed ones begin with, as far as that is to be seen without unpacking all:
// Snappy begins with a literal, as nothing precedes that it could repeat.
func beginning(codec format.CompressionCodec, packed *io.SectionReader) []byte {
	b := make([]byte, 64)
	n, _ := packed.ReadAt(b, 0)
	b = b[:n]
	if codec == format.Uncompressed {
		return b
	}
	_, n = binary.Uvarint(b)
	b = b[max(n, 0):]
	if codec != format.Snappy || len(b) == 0 || b[0]&3 != 0 {
		return nil
	}
	size, b := int(b[0]>>2)+1, b[1:]
	if more := size - 60; more > 0 { // its length follows, in so many bytes
		var long [8]byte
		copy(long[:more], b)
		size, b = int(binary.LittleEndian.Uint32(long[:]))+1, b[min(more, len(b)):]
	}
	return b[:min(size, len(b))]
}

// unpacked returns the most bytes that packed ones unpack to; 0 if there are too few to do harm.
func unpacked(codec format.CompressionCodec, packed *io.SectionReader) (n int64) {
	if codec == format.Snappy {
		var size [binary.MaxVarintLen64]byte
		n, _ := packed.ReadAt(size[:], 0)
		made, _ := binary.Uvarint(size[:n])
		return int64(min(made, 1<<40))
	}
	in := bufio.NewReaderSize(packed, 16<<10)
	switch {
	case codec == format.Gzip && packed.Size() > MaxPages/1032: // the most that deflate can do
		if plain, err := gzip.NewReader(in); err == nil {
			n, _ = io.Copy(io.Discard, io.LimitReader(plain, MaxPages+1))
		}
	case codec == format.Brotli: // some bytes may say gigabytes
		n, _ = io.Copy(io.Discard, io.LimitReader(brotli.NewReader(in), MaxPages+1))
	case codec == format.Zstd && packed.Size() > MaxPages>>15:
		for more := true; more && n <= MaxPages; {
			more = zstdFrame(in, &n)
		}
	}
	return n
}

// zstdBlock is the most that a block of Zstandard unpacks to.
const zstdBlock = 128 << 10

// zstdFrame adds to n what a frame of Zstandard unpacks to (RFC 8878, 3.1), and reports whether there was one.
func zstdFrame(in *bufio.Reader, n *int64) bool {
	head, err := in.Peek(8)
	if err != nil {
		return false
	}
	if magic := binary.LittleEndian.Uint32(head); magic>>4 == 0x184D2A5 { // a skippable frame
		size := binary.LittleEndian.Uint32(head[4:])
		_, err := io.CopyN(io.Discard, in, 8+int64(size))
		return err == nil
	} else if magic != 0xFD2FB528 {
		return false
	}
	flags := head[4]
	single := int(flags >> 5 & 1)
	size := 5 + 1 - single + []int{0, 1, 2, 4}[flags&3] + []int{single, 2, 4, 8}[flags>>6]
	in.Discard(size) //nolint:errcheck // the next read fails, too
	for last := false; !last && *n <= MaxPages; {
		var b [3]byte
		if _, err := io.ReadFull(in, b[:]); err != nil {
			return false
		}
		head := int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16
		last = head&1 != 0
		stored, made := head>>3, head>>3
		switch head >> 1 & 3 {
		case 1: // one byte, repeated
			stored = 1
		case 2:
			made = zstdBlock
		}
		*n += made
		if _, err := in.Discard(int(stored)); err != nil {
			return false
		}
	}
	if flags&4 != 0 {
		in.Discard(4) //nolint:errcheck // a checksum
	}
	return true
}
