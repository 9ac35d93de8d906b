package tables

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"

	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/internal/wire"
)

// rowsPerGroup limits what a writer holds in memory; a page has rowsPerPage, or fewer if they take more than
// bytesPerPage. A column whose dictionary would exceed largestDictionary has none. A group ends early if the different
// texts of a column take more than textPerGroup: where they end is counted in 32 bits.
const (
	rowsPerGroup      = 100_000
	rowsPerPage       = 20_000
	bytesPerPage      = 1 << 20
	largestDictionary = 1 << 20
	textPerGroup      = 64 << 20
)

// parquetWriter writes the rows of a form.
type parquetWriter[T any] struct {
	form    *wire.Form[T]
	out     io.Writer
	at      int64 // bytes written
	rows    int   // of the group, which is held in memory
	columns []parquetHeld
	meta    format.FileMetaData
	page    []byte
}

// parquetHeld is a column of the group that is not written yet.
type parquetHeld struct {
	levels []byte // of each row: 1 if it has a value
	ints   []int64
	index  []int32 // the number of each row's text
	seen   map[string]int32
	text   []byte // the different texts, one after the other, and
	ends   []uint32
}

func newParquetWriter[T any](f *wire.Form[T], out io.Writer) *parquetWriter[T] {
	w := &parquetWriter[T]{form: f, out: out, columns: make([]parquetHeld, len(f.Columns))}
	w.meta.Version, w.meta.CreatedBy = 2, "chatproof"
	w.meta.Schema = append(w.meta.Schema, format.SchemaElement{
		Name: f.Table, NumChildren: thrift.New(int32(len(f.Columns))),
	})
	for i := range f.Columns {
		e := format.SchemaElement{Name: f.Columns[i].Name, RepetitionType: thrift.New(format.Optional)}
		switch f.Columns[i].Kind {
		case wire.Text:
			e.Type, e.ConvertedType = thrift.New(format.ByteArray), thrift.New(deprecated.UTF8)
			e.LogicalType.Value = new(format.StringType)
		case wire.Integer:
			e.Type, e.ConvertedType = thrift.New(format.Int64), thrift.New(deprecated.Int64)
			e.LogicalType.Value = &format.IntType{BitWidth: 64, IsSigned: true}
		case wire.Instant:
			e.Type, e.ConvertedType = thrift.New(format.Int64), thrift.New(deprecated.TimestampMicros)
			e.LogicalType.Value = &format.TimestampType{
				IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: new(format.MicroSeconds)},
			}
		}
		w.meta.Schema = append(w.meta.Schema, e)
	}
	w.clear()
	_ = w.write([]byte("PAR1")) // into a buffer: an error comes again
	return w
}

// clear makes the columns empty.
func (w *parquetWriter[T]) clear() {
	w.rows = 0
	for i := range w.columns {
		c := &w.columns[i]
		c.levels, c.ints, c.index = c.levels[:0], c.ints[:0], c.index[:0]
		c.seen, c.text, c.ends = make(map[string]int32), c.text[:0], append(c.ends[:0], 0)
	}
}

func (w *parquetWriter[T]) write(b []byte) error {
	n, err := w.out.Write(b)
	w.at += int64(n)
	return err
}

// put writes rows, or holds them until their group is full.
func (w *parquetWriter[T]) put(rows []T) error {
	for i := range rows {
		full := w.rows+1 == rowsPerGroup
		for j := range w.columns {
			cell := w.form.Columns[j].Get(&rows[i])
			w.columns[j].add(&cell)
			full = full || len(w.columns[j].text) > textPerGroup
		}
		if w.rows++; full {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *parquetHeld) add(cell *wire.Cell) {
	level := byte(1)
	switch cell.Is {
	case wire.Text:
		text := strings.ToValidUTF8(cell.Text, "\ufffd")
		n, ok := c.seen[text]
		if !ok {
			n = int32(len(c.ends) - 1)
			c.text = append(c.text, text...)
			c.seen[text], c.ends = n, append(c.ends, uint32(len(c.text)))
		}
		c.index = append(c.index, n)
	case wire.Integer:
		c.ints = append(c.ints, cell.N)
	case wire.Instant:
		c.ints = append(c.ints, cell.Time.UnixMicro())
	default:
		level = 0
	}
	c.levels = append(c.levels, level)
}

// close writes the last group and the footer.
func (w *parquetWriter[T]) close() error {
	if w.rows > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &w.meta)
	if err != nil {
		return err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return w.write(append(footer, "PAR1"...))
}

// flush writes the group.
func (w *parquetWriter[T]) flush() error {
	group := format.RowGroup{NumRows: int64(w.rows), FileOffset: w.at, Ordinal: int16(len(w.meta.RowGroups))}
	for i := range w.columns {
		chunk := format.ColumnChunk{MetaData: format.ColumnMetaData{
			Type: w.meta.Schema[1+i].Type.V, PathInSchema: []string{w.form.Columns[i].Name}, Codec: format.Snappy,
			NumValues: int64(w.rows), Encoding: []format.Encoding{format.RLE, format.Plain},
		}}
		if err := w.column(&w.columns[i], &chunk.MetaData); err != nil {
			return err
		}
		group.Columns = append(group.Columns, chunk)
		group.TotalByteSize += chunk.MetaData.TotalUncompressedSize
		group.TotalCompressedSize += chunk.MetaData.TotalCompressedSize
	}
	w.meta.RowGroups = append(w.meta.RowGroups, group)
	w.meta.NumRows += group.NumRows
	w.clear()
	return nil
}

// column writes a column of the group: its dictionary, if it is one of texts and that is not too large, and its pages.
func (w *parquetWriter[T]) column(c *parquetHeld, m *format.ColumnMetaData) error {
	coding := format.Plain
	if m.Type == format.ByteArray && len(c.text) <= largestDictionary {
		coding = format.RLEDictionary
		m.DictionaryPageOffset, m.Encoding = w.at, append(m.Encoding, coding)
		values, err := new(plain.Encoding).EncodeByteArray(nil, c.text, c.ends)
		if err != nil {
			return err
		}
		h := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(
			format.DictionaryPageHeader{NumValues: int32(len(c.ends) - 1), Encoding: format.Plain})}
		if err := w.paged(&h, nil, values, m); err != nil {
			return err
		}
	}
	m.DataPageOffset = w.at
	for row, value := 0, 0; row < len(c.levels); {
		rows, present := c.fits(row, value, coding == format.Plain && m.Type == format.ByteArray)
		levels, err := (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, c.levels[row:row+rows])
		if err != nil {
			return err
		}
		values, err := c.encoded(value, value+present, coding)
		if err != nil {
			return err
		}
		h := format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
			NumValues: int32(rows), NumRows: int32(rows), NumNulls: int32(rows - present),
			Encoding: coding, DefinitionLevelsByteLength: int32(len(levels)),
		})}
		if err := w.paged(&h, levels, values, m); err != nil {
			return err
		}
		m.Statistics.NullCount += int64(rows - present)
		row, value = row+rows, value+present
	}
	return nil
}

// fits returns how many rows, and values of these, a page takes from a row and a value on. texts says that it holds
// texts, not their numbers.
func (c *parquetHeld) fits(row, value int, texts bool) (rows, values int) {
	for size := 0; row+rows < len(c.levels) && rows < rowsPerPage && size < bytesPerPage; rows++ {
		if c.levels[row+rows] == 0 {
			continue
		}
		if texts {
			n := c.index[value+values]
			size += int(c.ends[n+1] - c.ends[n])
		}
		values++
	}
	return rows, values
}

// encoded returns the values from one to another as a page holds them.
func (c *parquetHeld) encoded(from, to int, coding format.Encoding) (values []byte, err error) {
	switch {
	case coding == format.RLEDictionary:
		return new(rle.DictionaryEncoding).EncodeInt32(nil, c.index[from:to])
	case len(c.ints) > 0:
		return new(plain.Encoding).EncodeInt64(nil, c.ints[from:to])
	}
	for _, n := range c.index[from:to] {
		values = plain.AppendByteArray(values, c.text[c.ends[n]:c.ends[n+1]])
	}
	return values, nil
}

// paged writes a page, and counts it.
func (w *parquetWriter[T]) paged(h *format.PageHeader, levels, values []byte, m *format.ColumnMetaData) error {
	w.page = append(w.page[:0], levels...)
	w.page = append(w.page, snappy.Encode(nil, values)...)
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(levels)+len(values)), int32(len(w.page))
	h.CRC = int32(crc32.ChecksumIEEE(w.page))
	head, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	if err != nil {
		return err
	}
	m.TotalUncompressedSize += int64(len(head)) + int64(h.UncompressedPageSize)
	m.TotalCompressedSize += int64(len(head)) + int64(h.CompressedPageSize)
	return w.write(append(head, w.page...))
}
