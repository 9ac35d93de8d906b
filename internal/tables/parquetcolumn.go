package tables

import (
	"fmt"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
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
	column *parquetColumn
	at     []int32
	*pageValues
	own pageValues
}

// empty makes v a column without rows.
func (v *vector) empty() {
	v.at, v.pageValues = v.at[:0], nil
	v.own.text, v.own.ends, v.own.ints = v.own.text[:0], v.own.ends[:0], v.own.ints[:0]
}

// cell returns the cell of row i.
func (v *vector) cell(i int, names *wire.Names) wire.Cell {
	if v.pageValues == nil || v.at[i] < 0 { // not wanted, or null
		return wire.Cell{}
	}
	return v.column.cell(v.pageValues, v.at[i], names)
}

// put puts the value of row i, which is at a place, into a column of an event. It returns false if a cell is needed.
func (v *vector) put(e *wire.RawEvent, column int, at int32) bool {
	switch c := v.column; {
	case c.texts && v.words != nil:
		return e.Word(column, v.words[at], v.textAt(at))
	case c.texts:
		return e.Text(column, v.textAt(at))
	case c.unit > 0:
		seconds, nanos := instantOf(v.ints[at], c.unit)
		return nanos >= 0 && e.Instant(column, seconds, int(nanos))
	case c.integers:
		return e.Integer(column, v.ints[at])
	}
	return false
}

// parquetColumn is a column of the current group.
type parquetColumn struct {
	parquetPages
	cell     func(*pageValues, int32, *wire.Names) wire.Cell // nil if the column is not wanted
	words    bool                                            // it holds words of the domain
	texts    bool                                            // it holds texts that are read as they stand
	integers bool                                            // it holds integers that are read as they stand
	unit     time.Duration                                   // the unit of its times; 0 if it holds none

	row, value int // taken from the page so far
}

func (c *parquetColumn) wanted() bool { return c.cell != nil }

// want marks the column as wanted; words says whether it holds words.
func (c *parquetColumn) want(words bool) {
	if c.leaf.repeated {
		return
	}
	c.cell = parquetCell(&c.leaf)
	switch c.leaf.kind {
	case format.ByteArray:
		_, decimals := c.leaf.logical.(*format.DecimalType)
		c.texts = !decimals
		c.words = words && c.texts
	case format.Int64, format.Int32:
		_, integers := c.leaf.logical.(*format.IntType)
		c.integers = integers || c.leaf.logical == nil
		c.unit = c.leaf.unit()
	}
}

// ready makes sure that there is a page, and limits n to the rows left in it.
func (c *parquetColumn) ready(n *int) error {
	for c.wanted() {
		if left := c.rows - c.row; left > 0 {
			*n = min(*n, left)
			return nil
		}
		before := c.dictionary
		if err := c.next(); err != nil {
			return fmt.Errorf("column %s: %w", model.Name(c.leaf.name), err)
		}
		c.row, c.value = 0, 0
		if d := c.dictionary; c.words && d != before {
			for i := range int32(len(d.ends) - 1) {
				d.words = append(d.words, wire.WordNumber(d.textAt(i)))
			}
		}
	}
	return nil
}

// follows reports whether rows of the page can follow those in v.
func (c *parquetColumn) follows(v *vector) bool {
	switch {
	case !c.wanted() || len(v.at) == 0:
		return true
	case c.indexed:
		return v.pageValues == c.dictionary
	}
	return v.pageValues == &v.own && len(v.own.text) < textOfColumns
}

// take adds the next n rows to v.
func (c *parquetColumn) take(v *vector, n int) error {
	if !c.wanted() {
		return nil
	}
	before := len(v.at)
	v.at = slices.Grow(v.at, n)[:before+n]
	rows := v.at[before:]
	v.column, v.pageValues = c, &v.own
	first, base := c.value, max(len(v.own.ends)-1, len(v.own.ints))
	if len(c.levels) == 0 {
		for i := range rows {
			rows[i] = int32(base + i)
		}
		c.value += n
	} else {
		for i, level := range c.levels[c.row : c.row+n] {
			at := int32(base + c.value - first)
			if level == c.leaf.level {
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
	most := uint32(max(len(c.dictionary.ends)-1, len(c.dictionary.ints)))
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
