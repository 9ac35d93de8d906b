package tables

import (
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

// openParquet opens a Parquet file. It joins the names of nested columns: actor.type is actor_type. It does not read
// repeated columns.
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
	if err := footerFits(file, info.Size()); err != nil {
		return nil, fmt.Errorf("%s: not Parquet: %w", p.Path, err)
	}
	content, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: not Parquet: %w", p.Path, err)
	}
	var header []string
	c := &parquetColumns{path: p.Path, file: content, on: file, groups: content.RowGroups()}
	for i, path := range content.Schema().Columns() {
		leaf, ok := content.Schema().Lookup(path...)
		name := strings.Join(path, "_")
		if !ok || leaf.MaxRepetitionLevel > 0 {
			name, leaf.Node = fmt.Sprintf("repeated column %d", i), nil
		}
		column := parquetColumn{node: leaf.Node, level: byte(leaf.MaxDefinitionLevel)}
		header, c.columns = append(header, name), append(c.columns, column)
	}
	c.header = header
	r, err := newFlatReader(f, p.Mapping.reading(f.Table), p.Path, header, c.next)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	for _, at := range r.at {
		for _, of := range at {
			c.columns[of.in].want(false)
		}
	}
	for _, plain := range r.plain {
		c.columns[plain.in].want(wire.IsWord(plain.column))
	}
	for i := range c.columns {
		if len(f.Columns) == 0 { // all are wanted
			c.columns[i].want(false)
		}
	}
	r.close = file.Close
	return r, nil
}

// footerFits refuses a file whose footer would be longer than the file: the library takes memory for as much as the
// file says, which may be 4 GiB.
func footerFits(file io.ReaderAt, size int64) error {
	var end [8]byte // the length of the footer, and PAR1
	if size < int64(len(end)) {
		return errors.New("the file is too short")
	}
	if _, err := file.ReadAt(end[:], size-int64(len(end))); err != nil {
		return err
	}
	if says := binary.LittleEndian.Uint32(end[:]); int64(says) > size-int64(len(end)) {
		return fmt.Errorf("its footer claims %d bytes, but the file has %d: it is damaged, or was cut off", says, size)
	}
	return nil
}

// parquetColumns reads the wanted columns of a file side by side.
type parquetColumns struct {
	path    string
	file    *parquet.File
	on      io.ReaderAt // the file's bytes
	header  []string
	groups  []parquet.RowGroup // still to be read
	left    int64              // rows left in the current group
	n       int                // rows read so far
	columns []parquetColumn
}

// next makes b a block of rows of one group. It ends early where the values of a column cannot follow those before.
func (c *parquetColumns) next(b *flatBlock) (_ bool, err error) {
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
	if len(b.columns) != len(c.columns) {
		b.columns = make([]vector, len(c.columns))
	}
	for j := range b.columns {
		b.columns[j].empty()
	}
	for b.first = c.n + 1; c.left > 0 && b.n < rowsOfColumns; {
		n, follows := int(min(c.left, int64(rowsOfColumns-b.n))), true
		for j := range c.columns {
			if err := c.columns[j].ready(&n); err != nil {
				return false, c.after(err)
			}
			follows = follows && c.columns[j].follows(&b.columns[j])
		}
		if !follows {
			break
		}
		for j := range c.columns {
			if err := c.columns[j].take(&b.columns[j], n); err != nil {
				return false, c.after(err)
			}
		}
		b.n += n
		c.left -= int64(n)
		c.n += n
	}
	return false, nil
}

// after says where an error occurred.
func (c *parquetColumns) after(err error) error {
	return fmt.Errorf("%s: after row %d: %w", c.path, c.n, err)
}

// recovered turns a panic over a damaged file into an error.
func recovered(err *error, path string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: damaged: %s", path, model.Line(fmt.Sprint(p)))
	}
}

// unitOf returns the unit of a column of times; 0 for other columns.
func unitOf(node parquet.Node) time.Duration {
	t, ok := logicalOf(node).(*format.TimestampType)
	switch {
	case !ok:
		return 0
	case t.Unit.Value == nil:
		return time.Nanosecond
	}
	return t.Unit.Value.Duration()
}

func logicalOf(node parquet.Node) format.LogicalTypeValue {
	if node.Leaf() && node.Type().LogicalType() != nil {
		return node.Type().LogicalType().Value
	}
	return nil
}

// parquetCell returns what makes cells of the values of a column.
func parquetCell(node parquet.Node) func(parquet.Value, *wire.Names) wire.Cell {
	switch t := logicalOf(node).(type) {
	case *format.TimestampType:
		unit := unitOf(node)
		return func(v parquet.Value, _ *wire.Names) wire.Cell {
			return wire.InstantCell(time.Unix(instantOf(v.Int64(), unit)))
		}
	case *format.DecimalType:
		return func(v parquet.Value, _ *wire.Names) wire.Cell { return decimal(v, int(t.Scale)) }
	case *format.UUIDType:
		return func(v parquet.Value, _ *wire.Names) wire.Cell {
			b := v.ByteArray()
			return wire.TextCell(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
		}
	}
	return func(v parquet.Value, names *wire.Names) wire.Cell {
		switch v.Kind() {
		case parquet.ByteArray, parquet.FixedLenByteArray:
			c := wire.TextCell(names.Of(v.ByteArray()))
			c.Kept = true
			return c
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

// instantOf returns a time counted in a unit as seconds and nanoseconds since 1970.
func instantOf(n int64, unit time.Duration) (seconds, nanos int64) {
	if unit == time.Microsecond { // a constant divides faster
		return n / 1e6, n % 1e6 * 1e3
	}
	second := int64(time.Second / unit)
	return n / second, n % second * int64(unit)
}

// decimal returns a number with scale digits after the point.
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

// bigEndian returns an integer of any number of bytes, of which the last eight count.
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

// parquetWriter writes the rows of a form.
type parquetWriter[T any] struct {
	form *wire.Form[T]
	out  *parquet.GenericWriter[any]
	at   []int // column of the file, by column of the form
	rows []parquet.Row
}

// rowsPerGroup limits what a writer holds in memory. A column whose dictionary would exceed largestDictionary has none.
const (
	rowsPerGroup      = 100_000
	largestDictionary = 1 << 20
)

func newParquetWriter[T any](f *wire.Form[T], out io.Writer) *parquetWriter[T] {
	group := make(parquet.Group)
	for i := range f.Columns {
		c := &f.Columns[i]
		node := map[wire.Kind]parquet.Node{
			wire.Text: parquet.String(), wire.Integer: parquet.Int(64),
			wire.Instant: parquet.Timestamp(parquet.Microsecond),
		}[c.Kind]
		if c.Kind == wire.Text {
			node = parquet.Encoded(node, &parquet.RLEDictionary)
		}
		group[c.Name] = parquet.Optional(node)
	}
	schema := parquet.NewSchema(f.Table, group)
	w := &parquetWriter[T]{
		form: f, out: parquet.NewGenericWriter[any](out, schema, parquet.MaxRowsPerRowGroup(rowsPerGroup),
			parquet.Compression(&parquet.Snappy), parquet.DictionaryMaxBytes(largestDictionary)),
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
