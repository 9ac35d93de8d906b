package tables_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// oneFact writes a file with one fact, and returns its path and what it holds.
func oneFact(t *testing.T) (path string, whole []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "facts.parquet")
	out, err := tables.CreateFacts(t.Context(), tables.Place{Path: path}, nil)
	require.NoError(t, err)
	require.NoError(t, out.All([]model.Fact{{InteractionID: "c", Resource: "A", Role: model.RoutedTo, Result: model.Completed}}))
	require.NoError(t, files.Keep(out.On))
	whole, err = os.ReadFile(path)
	require.NoError(t, err)
	return path, whole
}

// A small file whose pages or dictionaries would be large once unpacked is refused before they are: if it says so, because
// they are too large, and if it does not, because they hold more than it says.
func TestParquetPagesAreBounded(t *testing.T) {
	path, whole := oneFact(t)

	data := func(says, values int) (h format.PageHeader) {
		h.Type, h.UncompressedPageSize = format.DataPage, int32(says)
		h.DataPageHeader = thrift.New(format.DataPageHeader{NumValues: int32(values), DefinitionLevelEncoding: format.RLE})
		return h
	}
	dictionary := format.PageHeader{Type: format.DictionaryPage, UncompressedPageSize: 1 << 30}
	dictionary.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: 1})
	var zeros bytes.Buffer
	packer := gzip.NewWriter(&zeros)
	_, err := packer.Write(make([]byte, 8<<20))
	require.NoError(t, err)
	require.NoError(t, packer.Close())
	var emptiness bytes.Buffer
	endless := brotli.NewWriterLevel(&emptiness, 0)
	begun := 0
	for range 2 {
		begun = emptiness.Len()
		_, err = endless.Write(make([]byte, 1<<20))
		require.NoError(t, err)
		require.NoError(t, endless.Flush())
	}
	emptiness.Write(bytes.Repeat(emptiness.Bytes()[begun:], tables.MaxPages>>20)) // each is packed as the one before it
	lz4Zeros := make([]byte, lz4.CompressBlockBound(8<<20))
	n, err := lz4.CompressBlock(make([]byte, 8<<20), lz4Zeros, nil)
	require.NoError(t, err)
	const block = 128 << 10
	repeated := []byte{block << 3 & 0xff, block << 3 >> 8 & 0xff, block << 3 >> 16, 'a'}
	repeated[0] |= 1 << 1
	const (
		large = "the pages of one row group unpack to more than 536870912 bytes at a time; write smaller pages"
		other = "damaged: a page does not unpack to the number of bytes that it claims"
		many1 = "damaged: a page claims 1 values, but holds 1073741824"
	)
	delta := func(encoding format.Encoding, says, values int) format.PageHeader {
		h := data(says, values)
		h.DataPageHeader.V.Encoding = encoding
		return h
	}
	none := []byte{2, 0, 0, 0, 2, 1} // the levels of one value
	many := append(slices.Clone(none), binary.AppendUvarint([]byte{128, 1, 4}, 1<<30)...)
	lengths2 := format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: 10}
	lengths2.DataPageHeaderV2 = thrift.New(format.DataPageHeaderV2{
		NumValues: 1, NumRows: 1, Encoding: format.DeltaLengthByteArray, DefinitionLevelsByteLength: 2,
	})
	snappy := func(literals ...[]byte) []byte {
		packed := append(slices.Clone(none[4:]), 8) // what they unpack to
		for _, b := range literals {
			packed = append(append(packed, byte(len(b)-1)<<2), b...)
		}
		return packed
	}
	count := many[len(none):]
	levels := []byte{4, 0, 0, 0, 0xa0, 0x9c, 1, 1} // of ten thousand values
	prefixes := slices.Repeat([]int32{100_000}, 10_000)
	prefixes[0] = 0
	lengths, err := parquet.DeltaBinaryPacked.EncodeInt32(nil, prefixes)
	require.NoError(t, err)
	suffixes := make([]int32, len(prefixes))
	suffixes[0] = 100_000
	more, err := parquet.DeltaBinaryPacked.EncodeInt32(nil, suffixes)
	require.NoError(t, err)
	repeating := slices.Concat(levels, lengths, more, bytes.Repeat([]byte("x"), 100_000))
	for _, tt := range []struct {
		name   string
		codec  format.CompressionCodec
		header format.PageHeader
		packed []byte
		want   string
	}{
		{"a page that says so", format.Snappy, data(1<<30, 1), []byte("hello"), large},
		{"a page of many values", format.Snappy, data(10, 1<<30), []byte("hello"), large},
		{"a dictionary that says so", format.Zstd, dictionary, []byte("hello"), large},
		{"Snappy that says less", format.Snappy, data(10, 1), binary.AppendUvarint(nil, 1<<30), other},
		{"Gzip that says less", format.Gzip, data(10, 1), slices.Repeat(zeros.Bytes(), 70), other},
		{"Brotli that says less", format.Brotli, data(10, 1), emptiness.Bytes(), other},
		{"Zstandard that says less", format.Zstd, data(10, 1), append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x38}, slices.Repeat(repeated, 5000)...), other},
		{"LZ4 that says less", format.Lz4Raw, data(10, 1), lz4Zeros[:n], other},
		{"LZ4 that is none", format.Lz4Raw, data(10, 1), []byte("hello"), other},
		{"deltas of more values than the page says", format.Uncompressed, delta(format.DeltaLengthByteArray, 10, 1), many, many1},
		{"lengths, in Snappy", format.Snappy, lengths2, snappy(count), many1},
		{"lengths, as they are", format.Uncompressed, lengths2, append(slices.Clone(none[4:]), count...), many1},
		{"texts that repeat the one before", format.Uncompressed, delta(format.DeltaByteArray, len(repeating), len(prefixes)), repeating, large},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, withPage(t, whole, tt.codec, tt.header, tt.packed), 0o600))
			_, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
			assert.EqualError(t, err, path+": after row 0: column resource: "+tt.want)
		})
	}
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
	require.NoError(t, err)
	assert.Len(t, facts, 1)
}

// What is bounded is what comes out: pages of every codec are read as they were, however the pages of two columns lie
// beside each other, and if a dictionary grows too large and plain pages follow.
func TestParquetOfEveryCodec(t *testing.T) {
	type row struct {
		Chat   string `parquet:"interaction_id,delta"`
		Number int64  `parquet:"ordinal,delta"`
		Name   string `parquet:"resource,dict"`
		Role   string `parquet:"resource_role,dict"`
		Result string `parquet:"technical_result"`
	}
	rows := slices.Repeat([]row{{"c-1", 1, strings.Repeat("long ", 200), "RoutedTo", "Completed"}, {"c-2", 1, "Agent 2", "RoutedTo", "Completed"}}, 5000)
	for i := range rows {
		rows[i].Number = int64(i)
		if i%3 == 0 {
			rows[i].Name = fmt.Sprint("Agent ", i)
		}
	}
	for _, options := range [][]parquet.WriterOption{
		{parquet.Compression(&parquet.Uncompressed)},
		{parquet.Compression(&parquet.Snappy)},
		{parquet.Compression(&parquet.Gzip)},
		{parquet.Compression(&parquet.Zstd)},
		{parquet.Compression(&parquet.Brotli)},
		{parquet.Compression(&parquet.Lz4Raw)},
		{parquet.DataPageVersion(1)},
		{parquet.PageBufferSize(1000), parquet.MaxRowsPerRowGroup(3000)},
		{parquet.PageBufferSize(1000), parquet.DictionaryMaxBytes(10_000)},
	} {
		path := filepath.Join(t.TempDir(), "facts.parquet")
		require.NoError(t, parquet.WriteFile(path, rows, options...))
		facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
		require.NoError(t, err)
		require.Len(t, facts, len(rows))
		for i, f := range facts {
			got := row{f.InteractionID, f.Ordinal.Value, f.Resource, string(f.Role), string(f.Result)}
			require.Equal(t, rows[i], got, "row %d", i)
		}
	}
}

// LZ4 in Hadoop's frames, which is the older kind, is refused.
func TestParquetOfLZ4IsRefused(t *testing.T) {
	path, whole := oneFact(t)
	require.NoError(t, os.WriteFile(path, withPage(t, whole, format.Lz4, format.PageHeader{}, nil), 0o600))
	_, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
	assert.EqualError(t, err, path+": after row 0: column resource: compressed with LZ4, which chatproof does not read; expected Snappy, Zstandard, Gzip, Brotli or LZ4_RAW")
}

// withPage is a file whose column resource has one page, or a dictionary and no page.
func withPage(t *testing.T, whole []byte, codec format.CompressionCodec, header format.PageHeader, packed []byte) []byte {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(whole), int64(len(whole)))
	require.NoError(t, err)
	meta := file.Metadata()
	meta.RowGroups[0].NumRows = int64(max(1, header.DataPageHeader.V.NumValues))
	header.CompressedPageSize = int32(len(packed))
	page, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	require.NoError(t, err)
	page = append(page, packed...)
	for i := range meta.RowGroups[0].Columns {
		meta.RowGroups[0].Columns[i].MetaData.NumValues = meta.RowGroups[0].NumRows
		if m := &meta.RowGroups[0].Columns[i].MetaData; slices.Equal(m.PathInSchema, []string{"resource"}) {
			m.Codec, m.TotalCompressedSize = codec, int64(len(page))
			m.DataPageOffset, m.DictionaryPageOffset = int64(len(whole)), 0
			if header.Type == format.DictionaryPage {
				m.DictionaryPageOffset = m.DataPageOffset
			}
		}
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	require.NoError(t, err)
	made := append(slices.Clone(whole), page...)
	made = append(made, footer...)
	return append(binary.LittleEndian.AppendUint32(made, uint32(len(footer))), "PAR1"...)
}
