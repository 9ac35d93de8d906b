package tables

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// openParquet opens a Parquet file. The names of nested columns are joined: actor.type is actor_type. A column that
// repeats is not read.
func openParquet[T any](ctx context.Context, p Place, f *wire.Form[T]) (_ *flatReader[T], err error) {
	if p.Path == "-" {
		return nil, errors.New("stdin: Parquet is read from its end; expected a file")
	}
	file, err := files.OpenFile(ctx, p.Path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	defer recovered(&err, p.Path)
	info, err := file.Stat()
	if err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: Parquet is read from its end; expected a file that can be", p.Path)
	}
	content, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: not Parquet: %w", p.Path, err)
	}
	var header []string
	c := &parquetColumns{
		path: p.Path, file: content, on: file, groups: content.RowGroups(), names: wire.NewNames(),
	}
	for i, path := range content.Schema().Columns() {
		leaf, ok := content.Schema().Lookup(path...)
		name := strings.Join(path, "_")
		if !ok || leaf.MaxRepetitionLevel > 0 {
			name, leaf.Node = fmt.Sprintf("repeated column %d", i), nil
		}
		header, c.columns = append(header, name), append(c.columns, parquetColumn{node: leaf.Node})
	}
	c.header = header
	r, err := newFlatReader(f, p.Mapping.reading(f.Table), p.Path, header, c.next)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	for _, at := range r.at {
		for _, of := range at {
			if column := &c.columns[of.in]; column.node != nil {
				column.cell = c.cellOf(column.node)
			}
		}
	}
	for i := range c.columns {
		if column := &c.columns[i]; len(f.Columns) == 0 && column.node != nil { // all are wanted
			column.cell = c.cellOf(column.node)
		}
	}
	r.close = file.Close
	return r, nil
}

// parquetColumns reads the columns of a file beside each other, those alone that are wanted.
type parquetColumns struct {
	path    string
	file    *parquet.File
	on      io.ReaderAt // the file's bytes
	header  []string
	groups  []parquet.RowGroup // that are still to be read
	left    int64              // rows of the group at hand
	n       int                // rows so far
	columns []parquetColumn
	names   *wire.Names
	buffer  [rowsPerBlock]parquet.Value
}

// parquetColumn is a column of the group at hand.
type parquetColumn struct {
	node   parquet.Node
	cell   func(parquet.Value) wire.Cell // nil of a column that is not wanted
	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader // of the page
}

// next adds a block's worth of rows.
func (c *parquetColumns) next(b *flatBlock) (_ bool, err error) {
	defer func() {
		if err != nil {
			b.lines, b.cells = b.lines[:0], b.cells[:0]
		}
	}()
	defer recovered(&err, c.path)
	for c.left == 0 {
		if len(c.groups) == 0 {
			return false, io.EOF
		}
		if err := c.bounded(len(c.file.RowGroups()) - len(c.groups)); err != nil {
			return false, err
		}
		for i, chunk := range c.groups[0].ColumnChunks() {
			c.columns[i].open(chunk)
		}
		c.left, c.groups = c.groups[0].NumRows(), c.groups[1:]
	}
	n, width := int(min(c.left, rowsPerBlock)), len(c.columns)
	for i := range n {
		b.row(c.n+i+1, width)
	}
	for j := range c.columns {
		column := &c.columns[j]
		if column.cell == nil {
			continue
		}
		for i := 0; i < n; {
			k, err := column.read(c.buffer[:n-i])
			if err != nil {
				return false, fmt.Errorf("%s: after row %d: %w", c.path, c.n, err)
			}
			for _, v := range c.buffer[:k] {
				if !v.IsNull() {
					b.cells[i*width+j] = column.cell(v)
				}
				i++
			}
		}
	}
	c.left -= int64(n)
	c.n += n
	return false, nil
}

// open goes to the next group.
func (c *parquetColumn) open(chunk parquet.ColumnChunk) {
	if c.cell == nil {
		return
	}
	c.release()
	if c.pages != nil {
		c.pages.Close()
	}
	c.pages = chunk.Pages()
}

func (c *parquetColumn) release() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page, c.values = nil, nil
	}
}

// read reads some values, which are valid until the next call.
func (c *parquetColumn) read(values []parquet.Value) (n int, err error) {
	for {
		if c.page == nil {
			c.page, err = c.pages.ReadPage()
			if err == io.EOF {
				return 0, io.ErrUnexpectedEOF
			} else if err != nil {
				return 0, err
			}
			c.values = c.page.Values()
		}
		n, err = c.values.ReadValues(values)
		if n > 0 {
			return n, nil
		} else if err != io.EOF {
			return 0, cmp.Or(err, io.ErrNoProgress)
		}
		c.release()
	}
}

// recovered turns a panic about a damaged file into an error.
func recovered(err *error, path string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: damaged: %s", path, model.Line(fmt.Sprint(p)))
	}
}

// cellOf reads the values of a column.
func (c *parquetColumns) cellOf(node parquet.Node) func(parquet.Value) wire.Cell {
	var logical format.LogicalTypeValue
	if node.Leaf() && node.Type().LogicalType() != nil {
		logical = node.Type().LogicalType().Value
	}
	switch t := logical.(type) {
	case *format.TimestampType:
		unit := time.Nanosecond
		if t.Unit.Value != nil {
			unit = t.Unit.Value.Duration()
		}
		second := int64(time.Second / unit)
		return func(v parquet.Value) wire.Cell {
			return wire.InstantCell(time.Unix(v.Int64()/second, v.Int64()%second*int64(unit)))
		}
	case *format.DecimalType:
		return func(v parquet.Value) wire.Cell { return decimal(v, int(t.Scale)) }
	case *format.UUIDType:
		return func(v parquet.Value) wire.Cell {
			b := v.ByteArray()
			return wire.TextCell(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
		}
	}
	var last wire.Cell // texts often follow their like
	return func(v parquet.Value) wire.Cell {
		switch v.Kind() {
		case parquet.ByteArray, parquet.FixedLenByteArray:
			if b := v.ByteArray(); last.Text != string(b) {
				last = wire.TextCell(c.names.Of(b))
				last.Kept = true
			} else if len(b) == 0 {
				return wire.Cell{}
			}
			return last
		case parquet.Int64:
			return wire.IntegerCell(v.Int64())
		case parquet.Int32:
			return wire.IntegerCell(int64(v.Int32()))
		case parquet.Int96: // nanoseconds of a Julian day, as older Spark and Hive write instants
			x := v.Int96()
			return wire.InstantCell(time.Unix((int64(x[2])-2440588)*86400, int64(x[0])|int64(x[1])<<32))
		case parquet.Double:
			return wire.FloatCell(v.Double())
		case parquet.Float:
			return wire.FloatCell(float64(v.Float()))
		}
		return wire.TextCell(string(v.Bytes()))
	}
}

// decimal is a number of so many digits after the point.
func decimal(v parquet.Value, scale int) wire.Cell {
	var n int64
	switch v.Kind() {
	case parquet.Int32:
		n = int64(v.Int32())
	case parquet.Int64:
		n = v.Int64()
	default:
		n = bigEndian(v.ByteArray())
	}
	for ; scale > 0 && n != 0; scale-- {
		if n%10 != 0 {
			return wire.TextCell("a decimal fraction")
		}
		n /= 10
	}
	return wire.IntegerCell(n)
}

// bigEndian is an integer in as many bytes as its precision needs, of which the last eight count.
func bigEndian(b []byte) int64 {
	var last [8]byte
	if len(b) > 0 && b[0] >= 0x80 {
		for i := range last {
			last[i] = 0xff
		}
	}
	copy(last[max(0, 8-len(b)):], b[max(0, len(b)-8):])
	return int64(binary.BigEndian.Uint64(last[:]))
}

// parquetWriter writes rows of a form.
type parquetWriter[T any] struct {
	form *wire.Form[T]
	out  *parquet.GenericWriter[any]
	at   []int // column of the file, by column of the form
	rows []parquet.Row
}

// rowsPerGroup bounds what a writer holds in memory.
const rowsPerGroup = 100_000

func newParquetWriter[T any](f *wire.Form[T], out io.Writer) *parquetWriter[T] {
	group := make(parquet.Group)
	for i := range f.Columns {
		group[f.Columns[i].Name] = parquet.Optional(map[wire.Kind]parquet.Node{
			wire.Text: parquet.String(), wire.Integer: parquet.Int(64),
			wire.Instant: parquet.Timestamp(parquet.Microsecond),
		}[f.Columns[i].Kind])
	}
	schema := parquet.NewSchema(f.Table, group)
	w := &parquetWriter[T]{
		form: f, out: parquet.NewGenericWriter[any](out, schema, parquet.MaxRowsPerRowGroup(rowsPerGroup),
			parquet.Compression(&parquet.Snappy)),
	}
	for i := range f.Columns {
		leaf, _ := schema.Lookup(f.Columns[i].Name)
		w.at = append(w.at, leaf.ColumnIndex)
	}
	return w
}

func (w *parquetWriter[T]) put(rows []T) error {
	w.rows = w.rows[:0]
	for i := range rows {
		row := make(parquet.Row, len(w.at))
		for j := range w.form.Columns {
			v, level := parquet.NullValue(), 0
			switch c := w.form.Columns[j].Get(&rows[i]); c.Is {
			case wire.Text:
				v, level = parquet.ByteArrayValue([]byte(strings.ToValidUTF8(c.Text, "\ufffd"))), 1
			case wire.Integer:
				v, level = parquet.Int64Value(c.N), 1
			case wire.Instant:
				v, level = parquet.Int64Value(c.Time.UnixMicro()), 1
			}
			row[w.at[j]] = v.Level(0, level, w.at[j])
		}
		w.rows = append(w.rows, row)
	}
	_, err := w.out.WriteRows(w.rows)
	return err
}
