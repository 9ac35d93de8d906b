package tables

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// openParquet opens a Parquet file. It joins the names of nested columns: actor.type is actor_type. It does not read
// repeated columns.
func openParquet[T any](ctx context.Context, p Place, f *wire.Form[T]) (_ *flatReader[T], err error) {
	if p.Path == "-" {
		return nil, errors.New("stdin: a Parquet file is read from its end, which stdin does not allow; name a file")
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
		return nil, fmt.Errorf("%s: not a regular file; Parquet is read from its end, so name a regular file", p.Path)
	}
	content, err := parquetFooter(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read as Parquet: %w", p.Path, err)
	}
	c := newParquetColumns(p.Path, content)
	r, err := newFlatReader(f, p.Mapping.reading(f.Table), p.Path, c.header, c.next)
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

// parquetColumns reads the wanted columns of a file side by side.
type parquetColumns struct {
	path    string
	file    *parquetFile
	header  []string
	group   int   // how many were begun
	left    int64 // rows left in the current one
	n       int   // rows read so far
	columns []parquetColumn
	held    int64 // bytes of pages and dictionaries
}

func newParquetColumns(path string, file *parquetFile) *parquetColumns {
	c := &parquetColumns{path: path, file: file, columns: make([]parquetColumn, len(file.leaves))}
	for i, leaf := range file.leaves {
		c.columns[i].leaf, c.columns[i].held = leaf, &c.held
		if leaf.repeated {
			leaf.name = fmt.Sprintf("repeated column %d", i)
		}
		c.header = append(c.header, leaf.name)
	}
	return c
}

// next makes b a block of rows of one group. The block ends early where a column's values cannot be kept together with
// those before.
func (c *parquetColumns) next(b *flatBlock) (_ bool, err error) {
	defer recovered(&err, c.path)
	for c.left == 0 {
		if c.group == len(c.file.groups) {
			return false, io.EOF
		}
		if err := c.begin(&c.file.groups[c.group]); err != nil {
			return false, c.after(err)
		}
		c.group++
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

// begin begins a row group.
func (c *parquetColumns) begin(group *format.RowGroup) error {
	for i := range c.columns {
		if column := &c.columns[i]; column.wanted() {
			if err := column.open(c.file.on, &group.Columns[i].MetaData, group.NumRows); err != nil {
				return fmt.Errorf("column %s: %w", model.Name(column.leaf.name), err)
			}
			column.row = 0
		}
	}
	c.left = group.NumRows
	return nil
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

// parquetCell returns what makes a cell of the value at a place.
func parquetCell(leaf *parquetLeaf) func(*pageValues, int32, *wire.Names) wire.Cell {
	texts := leaf.kind == format.ByteArray || leaf.kind == format.FixedLenByteArray
	switch t := leaf.logical.(type) {
	case *format.TimestampType:
		unit := leaf.unit()
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			return wire.InstantCell(time.Unix(instantOf(v.ints[i], unit)))
		}
	case *format.DecimalType:
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			if texts {
				n, ok := bigEndian(v.textAt(i))
				if !ok {
					return wire.TextCell("a decimal number of more than 64 bits")
				}
				return decimal(n, t.Scale)
			}
			return decimal(v.ints[i], t.Scale)
		}
	case *format.UUIDType:
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			b := v.textAt(i)
			return wire.TextCell(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
		}
	}
	switch leaf.kind {
	case format.Int64, format.Int32:
		of := integerCell(leaf)
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell { return of(v.ints[i]) }
	case format.Double, format.Float:
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			return wire.FloatCell(math.Float64frombits(uint64(v.ints[i])))
		}
	case format.Boolean:
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			return wire.TextCell(strconv.FormatBool(v.ints[i] != 0))
		}
	case format.Int96: // nanoseconds of a Julian day, as older Spark and Hive write instants
		return func(v *pageValues, i int32, _ *wire.Names) wire.Cell {
			b := v.textAt(i)
			day := int64(int32(binary.LittleEndian.Uint32(b[8:])))
			return wire.InstantCell(time.Unix((day-2440588)*86400, int64(binary.LittleEndian.Uint64(b))))
		}
	}
	return func(v *pageValues, i int32, names *wire.Names) wire.Cell {
		c := wire.TextCell(names.Of(v.textAt(i)))
		c.Kept = true
		return c
	}
}

// integerCell returns what makes a cell of an integer. Days and times of day are no instants, nor numbers.
func integerCell(leaf *parquetLeaf) func(n int64) wire.Cell {
	switch t := leaf.logical.(type) {
	case *format.DateType:
		return func(n int64) wire.Cell { return wire.TextCell(time.Unix(n*86400, 0).UTC().Format(time.DateOnly)) }
	case *format.TimeType:
		unit := unitOf(t.Unit)
		return func(n int64) wire.Cell {
			return wire.TextCell(time.Unix(instantOf(n, unit)).UTC().Format("15:04:05.999999999"))
		}
	}
	unsigned := leaf.unsigned()
	return func(n int64) wire.Cell {
		if unsigned && n < 0 { // it takes all 64 bits
			return wire.TextCell(strconv.FormatUint(uint64(n), 10))
		}
		return wire.IntegerCell(n)
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
func decimal(n int64, scale int32) wire.Cell {
	for ; scale > 0 && n != 0; scale-- {
		if n%10 != 0 {
			return wire.TextCell("a decimal fraction")
		}
		n /= 10
	}
	return wire.IntegerCell(n)
}

// bigEndian returns an integer of any number of bytes; ok is false if it does not fit 64 bits.
func bigEndian(b []byte) (n int64, ok bool) {
	if len(b) > 0 {
		n = int64(int8(b[0]))
	}
	for _, next := range b[min(1, len(b)):] {
		if n != n<<8>>8 {
			return 0, false
		}
		n = n<<8 | int64(next)
	}
	return n, true
}
