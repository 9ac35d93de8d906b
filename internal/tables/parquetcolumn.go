package tables

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/chatproof/chatproof/internal/wire"
)

// rowsOfColumns is the most rows of a block that is read column by column, and textOfColumns about the most bytes of a
// column's texts there.
const (
	rowsOfColumns = 4096
	textOfColumns = 1 << 20
)

// vector is a column of a block: for each row, the place of its value among values, -1 for none. The values are the
// column's own, copied from pages, or those of a dictionary that many blocks share.
type vector struct {
	at []int32
	*pageValues
	own pageValues
}

// pageValues are the values of a page or a dictionary as they stand there. Cells are made only when a row is read, and
// none at all for a plain row.
type pageValues struct {
	column *parquetColumn
	text   []byte   // texts, one after the other, and
	ends   []uint32 // where each begins, and where the last ends
	words  []uint8  // the numbers of a dictionary's words
	ints   []int64
	cells  []wire.Cell // of other kinds
}

// empty makes v a column without rows.
func (v *vector) empty() {
	v.at, v.pageValues = v.at[:0], nil
	v.own.text, v.own.ends, v.own.ints, v.own.cells = v.own.text[:0], v.own.ends[:0], v.own.ints[:0], v.own.cells[:0]
}

// textAt returns text i.
func (v *pageValues) textAt(i int32) []byte { return v.text[v.ends[i]:v.ends[i+1]] }

// cell returns the cell of row i.
func (v *vector) cell(i int, names *wire.Names) wire.Cell {
	if v.pageValues == nil || v.at[i] < 0 { // not wanted, or null
		return wire.Cell{}
	}
	switch at := v.at[i]; v.column.kind {
	case parquet.ByteArray:
		return v.column.cell(parquet.ByteArrayValue(v.textAt(at)), names)
	case parquet.Int64:
		return v.column.cell(parquet.Int64Value(v.ints[at]), names)
	default:
		return v.cells[at]
	}
}

// put puts value i into a column of an event. It returns false if a cell is needed.
func (v *pageValues) put(e *wire.RawEvent, column int, i int32) bool {
	switch {
	case v.column.kind == parquet.ByteArray && v.words != nil:
		return e.Word(column, v.words[i], v.textAt(i))
	case v.column.kind == parquet.ByteArray:
		return e.Text(column, v.textAt(i))
	case v.column.kind == parquet.Int64 && v.column.unit > 0:
		seconds, nanos := instantOf(v.ints[i], v.column.unit)
		return nanos >= 0 && e.Instant(column, seconds, int(nanos))
	case v.column.kind == parquet.Int64:
		return e.Integer(column, v.ints[i])
	}
	return false
}

// parquetColumn is a column of the current group.
type parquetColumn struct {
	node  parquet.Node // nil if it is repeated
	level byte         // the definition level of a present value
	cell  func(parquet.Value, *wire.Names) wire.Cell
	kind  parquet.Kind  // ByteArray, or Int64 for any integer; values of other kinds are read one by one
	unit  time.Duration // of times
	words bool          // words of the domain

	pages      parquet.Pages
	page       parquet.Page
	row, value int // taken from the page so far
	levels     []byte
	holds      pageValues          // of the page
	wide       []int64             // its integers if they have four bytes
	indexed    bool                // the page holds index,
	index      []int32             // places in dictionary,
	dictionary *pageValues         // which is made from
	by         parquet.Dictionary  // the group's
	reader     parquet.ValueReader // for other kinds, into
	buffer     []parquet.Value
	names      *wire.Names
}

func (c *parquetColumn) wanted() bool { return c.cell != nil }

// want marks the column as wanted; words says whether it holds words.
func (c *parquetColumn) want(words bool) {
	if c.node == nil {
		return
	}
	c.cell, c.unit, c.words, c.kind = parquetCell(c.node), unitOf(c.node), words, -1
	switch kind := c.node.Type().Kind(); kind {
	case parquet.ByteArray:
		c.kind = kind
	case parquet.Int64, parquet.Int32:
		c.kind = parquet.Int64
	default:
		c.names = wire.NewNames()
	}
}

// open goes to the next group.
func (c *parquetColumn) open(chunk parquet.ColumnChunk) {
	if !c.wanted() {
		return
	}
	c.release()
	if c.pages != nil {
		c.pages.Close()
	}
	c.pages, c.by = chunk.Pages(), nil
}

func (c *parquetColumn) release() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
}

// ready makes sure that there is a page, and limits n to the rows left in it.
func (c *parquetColumn) ready(n *int) (err error) {
	for c.wanted() {
		if c.page != nil {
			if left := int(c.page.NumRows()) - c.row; left > 0 {
				*n = min(*n, left)
				return nil
			}
			c.release()
		}
		c.page, err = c.pages.ReadPage()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
		c.begin()
	}
	return nil
}

// begin begins a page.
func (c *parquetColumn) begin() {
	c.row, c.value, c.levels = 0, 0, nil
	if c.page.NumNulls() > 0 {
		c.levels = c.page.DefinitionLevels()
	}
	if c.kind < 0 {
		c.reader = c.page.Values()
		return
	}
	by := c.page.Dictionary()
	c.indexed = by != nil
	if !c.indexed {
		c.hold(c.page)
		return
	}
	if by != c.by {
		c.hold(by.Page())
		d := new(pageValues)
		if err := d.copy(&c.holds, 0, by.Len()); err != nil {
			panic(err)
		}
		for i := 0; c.words && i < by.Len(); i++ {
			d.words = append(d.words, wire.WordNumber(d.textAt(int32(i))))
		}
		c.by, c.dictionary = by, d
	}
	data := c.page.Data()
	c.index = data.Int32()
}

// hold lets the column refer to the values of a page or a dictionary, until that is released.
func (c *parquetColumn) hold(page parquet.Page) {
	c.holds.column = c
	data := page.Data()
	switch c.node.Type().Kind() {
	case parquet.ByteArray:
		c.holds.text, c.holds.ends = data.ByteArray()
	case parquet.Int64:
		c.holds.ints = data.Int64()
	default:
		c.wide = c.wide[:0]
		for _, n := range data.Int32() {
			c.wide = append(c.wide, int64(n))
		}
		c.holds.ints = c.wide
	}
}

// follows reports whether rows of the page can follow those in v.
func (c *parquetColumn) follows(v *vector) bool {
	switch {
	case !c.wanted() || len(v.at) == 0:
		return true
	case c.indexed:
		return v.pageValues == c.dictionary
	}
	return v.pageValues == &v.own && c.kind >= 0 && len(v.own.text) < textOfColumns
}

// take adds the next n rows to v.
func (c *parquetColumn) take(v *vector, n int) error {
	if !c.wanted() {
		return nil
	}
	before := len(v.at)
	v.at = slices.Grow(v.at, n)[:before+n]
	rows := v.at[before:]
	v.pageValues = &v.own
	if c.kind < 0 {
		return c.takeCells(v)
	}
	first, base := c.value, max(len(v.own.ends)-1, len(v.own.ints))
	if len(c.levels) == 0 {
		for i := range rows {
			rows[i] = int32(base + i)
		}
		c.value += n
	} else {
		for i, level := range c.levels[c.row : c.row+n] {
			at := int32(base + c.value - first)
			if level == c.level {
				c.value++
			} else {
				at = -1
			}
			rows[i] = at
		}
	}
	c.row += n
	if !c.indexed {
		return v.own.copy(&c.holds, first, c.value)
	}
	v.pageValues = c.dictionary
	most := uint32(c.by.Len())
	for i, at := range rows {
		if at < 0 {
			continue
		}
		rows[i] = c.index[first+int(at)]
		if uint32(rows[i]) >= most {
			return errDamaged
		}
	}
	return nil
}

var errDamaged = errors.New("damaged: a value that is not there")

// takeCells is take for values that are read one by one.
func (c *parquetColumn) takeCells(v *vector) error {
	v.own.column = c
	for i := 0; i < len(v.at); {
		c.buffer = slices.Grow(c.buffer[:0], len(v.at)-i)[:len(v.at)-i]
		n, err := c.reader.ReadValues(c.buffer)
		if n == 0 {
			return cmp.Or(err, io.ErrNoProgress)
		}
		for _, value := range c.buffer[:n] {
			v.at[i] = -1
			if !value.IsNull() {
				v.at[i] = int32(len(v.own.cells))
				v.own.cells = append(v.own.cells, c.cell(value, c.names))
			}
			i++
		}
	}
	c.row += len(v.at)
	return nil
}

// copy adds a copy of the values from first to before end.
func (v *pageValues) copy(from *pageValues, first, end int) error {
	v.column = from.column
	if v.column.kind != parquet.ByteArray {
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
