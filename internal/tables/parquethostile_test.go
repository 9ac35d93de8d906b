package tables

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
)

// ofFooter returns a file of pages and a footer.
func ofFooter(pages, footer []byte) []byte {
	file := slices.Concat([]byte("PAR1"), pages, footer)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), "PAR1"...)
}

func marshaled(t *testing.T, v any) []byte {
	t.Helper()
	b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
	require.NoError(t, err)
	return b
}

// ofColumns returns a file of one group whose columns have these pages; change may change what it says of them.
func ofColumns(t *testing.T, rows int, of []format.SchemaElement, pages [][]byte,
	change func(*format.ColumnChunk),
) []byte {
	t.Helper()
	meta := format.FileMetaData{Schema: []format.SchemaElement{{NumChildren: thrift.New(int32(len(of)))}}}
	group := format.RowGroup{NumRows: int64(rows)}
	at := int64(len("PAR1"))
	for i, e := range of {
		e.Name = fmt.Sprint("c", i)
		meta.Schema = append(meta.Schema, e)
		chunk := format.ColumnChunk{MetaData: format.ColumnMetaData{
			NumValues: int64(rows), TotalCompressedSize: int64(len(pages[i])), DataPageOffset: at,
		}}
		if change != nil {
			change(&chunk)
		}
		group.Columns = append(group.Columns, chunk)
		at += int64(len(pages[i]))
	}
	meta.RowGroups = append(meta.RowGroups, group)
	return ofFooter(slices.Concat(pages...), marshaled(t, &meta))
}

// onePage returns a page of version 1, header and all.
func onePage(t *testing.T, values int, coding format.Encoding, data []byte) []byte {
	t.Helper()
	return append(marshaled(t, &format.PageHeader{
		UncompressedPageSize: int32(len(data)), CompressedPageSize: int32(len(data)),
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(values), Encoding: coding, DefinitionLevelEncoding: format.RLE,
		}),
	}), data...)
}

func required(kind format.Type, logical format.LogicalTypeValue, size int32) format.SchemaElement {
	return format.SchemaElement{
		Type: thrift.New(kind), RepetitionType: thrift.New(format.Required), TypeLength: thrift.New(size),
		LogicalType: format.LogicalType{Value: logical},
	}
}

// Thrift may nest structs until the stack ends the process, and claim more than there is memory.
func TestParquetFootersAreBounded(t *testing.T) {
	const large, nests = "it would take too much memory", "it has a structure that the format does not allow"
	names := format.FileMetaData{Schema: []format.SchemaElement{
		{NumChildren: thrift.New(int32(1))}, {Name: strings.Repeat("n", 1<<20), NumChildren: thrift.New(int32(1000))},
	}}
	for range 1000 {
		names.Schema = append(names.Schema, format.SchemaElement{Name: "x", Type: thrift.New(format.Int32)})
	}
	for _, tt := range []struct {
		name   string
		footer []byte
		want   string
	}{
		{"structs", bytes.Repeat([]byte{0xfc}, 8<<20), nests},
		{"lists", append([]byte{0xf9}, bytes.Repeat([]byte{0x19}, 8<<20)...), nests},
		{"a long list", []byte{0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07}, large},
		{"a long name", []byte{0x68, 0xff, 0xff, 0xff, 0xff, 0x07}, large},
		{"a list of chunks", append([]byte{0x49, 0x1c, 0x19, 0xfc, 0x80, 0x80, 0x80, 0x01}, // 2 Mi of 3 bytes each
			bytes.Repeat([]byte{0x26, 0, 0}, 2<<20)...), large},
		{"a name in many", marshaled(t, &names), "the names of its columns are too long"},
	} {
		file := ofFooter(nil, tt.footer)
		_, err := parquetFooter(bytes.NewReader(file), int64(len(file)))
		assert.ErrorContains(t, err, tt.want, tt.name)
	}
	page := onePage(t, 1, format.Plain, make([]byte, 8)) // then a text of its statistics: field 5, then field 1
	page = slices.Concat(page[:bytes.IndexByte(page, 0x2c)+1], []byte{0x5c, 0x18, 0xff, 0xff, 0xff, 0xff, 0x07})
	_, err := readParquet(ofColumns(t, 1, []format.SchemaElement{required(format.Int64, nil, 0)}, [][]byte{page}, nil))
	assert.ErrorContains(t, err, large)
}

// A column may say that its values mean what they cannot: cells are made outside of what turns a panic into an error.
func TestParquetOfKindsThatDoNotFit(t *testing.T) {
	for _, e := range []format.SchemaElement{
		required(format.Int96, &format.DecimalType{Scale: 2}, 0),
		required(format.Int64, new(format.UUIDType), 16),
		required(format.ByteArray, new(format.UUIDType), 16),
		required(format.Double, new(format.TimestampType), 0),
		required(format.Int32, new(format.TimestampType), 0),
		required(format.ByteArray, new(format.DateType), 0),
		required(format.Double, new(format.TimeType), 0),
	} {
		data := binary.LittleEndian.AppendUint32(nil, 8)
		data = append(data, make([]byte, 8)...)
		switch e.Type.V {
		case format.Int32:
			data = data[:4]
		case format.Int64, format.Double:
			data = data[:8]
		}
		file := ofColumns(t, 1, []format.SchemaElement{e}, [][]byte{onePage(t, 1, format.Plain, data)}, nil)
		rows, err := readParquet(file)
		assert.Equal(t, io.EOF, err, "%v", e)
		assert.Len(t, rows, 1)
	}
}

// The rests of texts that repeat the one before have a count and lengths of their own, whose sum may go round 32 bits.
func TestParquetTextsThatRepeatAreBounded(t *testing.T) {
	deltas := func(of ...int32) []byte {
		b, err := parquet.DeltaBinaryPacked.EncodeInt32(nil, of)
		require.NoError(t, err)
		return b
	}
	const half = math.MaxInt32/2 + 1
	tail := bytes.Repeat([]byte("x"), 100)
	runs := parquetPages{leaf: parquetLeaf{kind: format.Int32}}
	err := runs.decode(new(pageValues), format.RLE, []byte{0xfe, 0xff, 0xff, 0x0f, 1}, 1) // of 16 million
	assert.EqualError(t, err, "encoded as RLE, which chatproof does not read")
	for _, tt := range []struct {
		name   string
		values int
		data   []byte
		want   string
	}{
		{"many", 4, append(deltas(0, 0, 0, 0), 128, 1, 4, 0xff, 0xff, 0xff, 0xff, 7, 0, 0), "claims 4 values, but holds 2147483647"},
		{"fewer", 4, slices.Concat(deltas(0, 0, 0, 0), deltas(1, 1), tail), errDamaged.Error()},
		{
			"round", 8, slices.Concat(deltas(make([]int32, 8)...), deltas(slices.Repeat([]int32{half}, 8)...), tail),
			errDamaged.Error(),
		},
		{"less than none", 4, slices.Concat(deltas(0, 0, 0, 0), deltas(4, -4, 2, 2), tail), "negative"},
		{"more than before", 4, slices.Concat(deltas(0, 2, 0, 0), deltas(1, 1, 1, 1), tail), errDamaged.Error()},
		{"well", 4, slices.Concat(deltas(0, 1, 2, 0), deltas(1, 1, 1, 1), []byte("abcd")), ""},
	} {
		p := parquetPages{leaf: parquetLeaf{kind: format.ByteArray}, held: new(int64)}
		var v pageValues
		err := p.decode(&v, format.DeltaByteArray, tt.data, tt.values)
		if tt.want != "" {
			assert.ErrorContains(t, err, tt.want, tt.name)
			continue
		}
		require.NoError(t, err, tt.name)
		assert.Equal(t, "aababcd", string(v.text))
		assert.Equal(t, []uint32{0, 1, 3, 6, 7}, v.ends)
	}
	many := make([][]byte, 3000) // several blocks of deltas
	for i := range many {
		many[i] = fmt.Appendf(nil, "chat-%d-%s", i/3, strings.Repeat("y", i%70))
	}
	var text []byte
	ends := []uint32{0}
	for _, b := range many {
		text = append(text, b...)
		ends = append(ends, uint32(len(text)))
	}
	data, err := parquet.DeltaByteArray.EncodeByteArray(nil, text, ends)
	require.NoError(t, err)
	p := parquetPages{leaf: parquetLeaf{kind: format.ByteArray}, held: new(int64)}
	var v pageValues
	require.NoError(t, p.decode(&v, format.DeltaByteArray, data, len(many)))
	assert.Equal(t, text, v.text)
	assert.Equal(t, ends, v.ends)
}

// What other writers may write, or say of it.
func TestParquetOfOtherWriters(t *testing.T) {
	two := onePage(t, 2, format.Plain, slices.Repeat([]byte{0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0}, 2))
	pair := onePage(t, 2, format.Plain, []byte{0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0})
	wide := onePage(t, 2, format.Plain, append(append(make([]byte, 7), 1, 0, 0, 0, 0, 0, 0, 0, 5),
		append(bytes.Repeat([]byte{0xff}, 15), 0xfe)...))
	nulls := onePage(t, 2, format.RLEDictionary, []byte{2, 0, 0, 0, 4, 0})
	optional := required(format.ByteArray, nil, 0)
	optional.RepetitionType = thrift.New(format.Optional)
	unsigned := required(format.Int32, nil, 0)
	unsigned.ConvertedType = thrift.New(deprecated.Uint32)
	full := required(format.Int64, nil, 0)
	full.ConvertedType = thrift.New(deprecated.Uint64)
	most := onePage(t, 2, format.Plain, append(bytes.Repeat([]byte{0xff}, 8), 7, 0, 0, 0, 0, 0, 0, 0))
	days := onePage(t, 2, format.Plain, binary.LittleEndian.AppendUint32([]byte{0xff, 0xff, 0xff, 0xff}, 20458))
	clock := onePage(t, 2, format.Plain, binary.LittleEndian.AppendUint32(make([]byte, 4), 9*3600*1000+7500))
	date, hour := required(format.Int32, nil, 0), required(format.Int32, nil, 0)
	date.ConvertedType, hour.ConvertedType = thrift.New(deprecated.Date), thrift.New(deprecated.TimeMillis)
	for _, tt := range []struct {
		reason string
		of     format.SchemaElement
		page   []byte
		change func(*format.ColumnChunk)
		want   []string
		err    string
	}{
		{
			"data in another file", required(format.Int64, nil, 0), two,
			func(c *format.ColumnChunk) { c.FilePath = "part-0.parquet" },
			nil, "row group 0: column 0 is in another file, part-0.parquet; expected all columns in one file",
		},
		{"encrypted", required(format.Int64, nil, 0), two, func(c *format.ColumnChunk) {
			c.MetaData = format.ColumnMetaData{}
			c.CryptoMetadata.Value = new(format.EncryptionWithFooterKey)
		}, nil, "row group 0: column 0 is encrypted"},
		{
			"a place of a dictionary that is none", required(format.Int64, nil, 0), two,
			func(c *format.ColumnChunk) { c.MetaData.DictionaryPageOffset = 20 },
			[]string{"c0=4294967294 ", "c0=4294967294 "},
			"EOF",
		},
		{"nulls alone, without a dictionary", optional, nulls, nil, []string{"", ""}, "EOF"},
		{"unsigned", unsigned, pair, nil, []string{"c0=4294967295 ", "c0=7 "}, "EOF"},
		{"unsigned, of 64 bits", full, most, nil, []string{"c0=18446744073709551615 ", "c0=7 "}, "EOF"},
		{
			"the same, as newer writers say it", required(format.Int64, &format.IntType{BitWidth: 64}, 0), most, nil,
			[]string{"c0=18446744073709551615 ", "c0=7 "},
			"EOF",
		},
		{"days", date, days, nil, []string{"c0=1969-12-31 ", "c0=2026-01-05 "}, "EOF"},
		{"the time of day", hour, clock, nil, []string{"c0=00:00:00 ", "c0=09:00:07.5 "}, "EOF"},
		{
			"a decimal of 16 bytes", required(format.FixedLenByteArray, new(format.DecimalType), 16), wide, nil,
			[]string{"c0=a decimal number of more than 64 bits ", "c0=-2 "},
			"EOF",
		},
	} {
		rows, err := readParquet(ofColumns(t, 2, []format.SchemaElement{tt.of}, [][]byte{tt.page}, tt.change))
		assert.EqualError(t, err, tt.err, tt.reason)
		assert.Equal(t, tt.want, rows, tt.reason)
	}
}

// A large page of each column, one at a time, leaves no large buffers.
func TestParquetBuffersAreNotKept(t *testing.T) {
	const large, columns = 2 << 20, 6
	var of []format.SchemaElement
	var chunks [][]byte
	text := func(n int) []byte {
		plain := append(binary.LittleEndian.AppendUint32(nil, uint32(n)), make([]byte, n)...)
		packed := snappy.Encode(nil, plain)
		return append(marshaled(t, &format.PageHeader{
			UncompressedPageSize: int32(len(plain)), CompressedPageSize: int32(len(packed)),
			DataPageHeader: thrift.New(format.DataPageHeader{NumValues: 1, DefinitionLevelEncoding: format.RLE}),
		}), packed...)
	}
	for i := range columns {
		var chunk []byte
		for row := range columns {
			n := 1
			if row == i {
				n = large
			}
			chunk = append(chunk, text(n)...)
		}
		of, chunks = append(of, required(format.ByteArray, nil, 0)), append(chunks, chunk)
	}
	file := ofColumns(t, columns, of, chunks, func(c *format.ColumnChunk) { c.MetaData.Codec = format.Snappy })
	content, err := parquetFooter(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	c := newParquetColumns("f.parquet", content)
	for i := range c.columns {
		c.columns[i].want(false)
	}
	for err == nil {
		_, err = c.next(new(flatBlock))
	}
	require.Equal(t, io.EOF, err)
	kept := 0
	for i := range c.columns {
		kept += cap(c.columns[i].plain)
	}
	assert.Less(t, kept, 2*large)
}

// A group ends before the texts of a column take more than 32 bits count.
func TestParquetOfLongTexts(t *testing.T) {
	form := &wire.Form[int]{Table: "rows", Columns: []wire.Column[int]{
		{Name: "text", Kind: wire.Text, Get: func(r *int) wire.Cell {
			return wire.TextCell(fmt.Sprint(*r, strings.Repeat("x", 1<<20)))
		}},
		{Name: "none", Kind: wire.Integer, Get: func(*int) wire.Cell { return wire.Cell{} }},
		{Name: "never", Kind: wire.Text, Get: func(*int) wire.Cell { return wire.Cell{} }},
	}}
	rows := make([]int, textPerGroup>>20+5)
	for i := range rows {
		rows[i] = i
	}
	for _, n := range []int{0, 3, len(rows)} {
		var file bytes.Buffer
		w := newParquetWriter(form, &file)
		require.NoError(t, w.put(rows[:n]))
		require.NoError(t, w.close())
		f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
		require.NoError(t, err)
		type read struct {
			Text  *string `parquet:"text,optional"`
			None  *int64  `parquet:"none,optional"`
			Never *string `parquet:"never,optional"`
		}
		if n < len(rows) {
			library, err := parquet.Read[read](bytes.NewReader(file.Bytes()), int64(file.Len()))
			require.NoError(t, err)
			assert.Len(t, library, n)
		}
		got, err := readParquet(file.Bytes())
		require.Equal(t, io.EOF, err)
		require.Len(t, got, n)
		if n == len(rows) {
			assert.Len(t, f.RowGroups(), 2)
			assert.True(t, strings.HasPrefix(got[n-1], fmt.Sprintf("text=%dx", n-1)))
		}
	}
}
