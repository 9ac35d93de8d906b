package tables

import (
	"strconv"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// columnForm is how the values of a column are written, if not in our way.
type columnForm struct {
	format string         // of times: epoch_ms and the like, rfc3339, or "" for local times of the zone
	zone   *time.Location // of times without one; nil is UTC
	values []translation  // in the order of the mapping
}

// translation is a value of the user's and our value for it.
type translation struct{ theirs, ours string }

// reading returns what turns the user's values into ours.
func (c *columnForm) reading() wire.Convert {
	if len(c.values) > 0 {
		return func(cell *wire.Cell) string {
			text := textOf(cell)
			for _, v := range c.values {
				if v.theirs == text {
					*cell = wire.TextCell(v.ours)
					cell.Kept = true
				}
			}
			return ""
		}
	}
	unit, _ := wire.EpochUnit(c.format)
	return wire.TimesIn(unit, c.zone)
}

func textOf(c *wire.Cell) string {
	if c.Is == wire.Integer {
		return strconv.FormatInt(c.N, 10)
	}
	return c.Text
}

// local reports whether times are written as the clocks of the zone show them.
func (c *columnForm) local() bool { return c.format == "" && c.zone != nil }

// twice reports whether these clocks show a time twice, because they are put back.
func (c *columnForm) twice(t time.Time) bool { return len(wire.At(t.In(c.zone), c.zone)) != 1 }

// kind returns the kind of the cells that are written for a column whose kind is of.
func (c *columnForm) kind(of wire.Kind) wire.Kind {
	_, isEpoch := wire.EpochUnit(c.format)
	switch {
	case isEpoch:
		return wire.Integer
	case len(c.values) > 0 || c.local():
		return wire.Text
	}
	return of
}

// writing turns a value of ours into theirs; problem says why it would not be read back as the same.
func (c *columnForm) writing(cell wire.Cell) (_ wire.Cell, problem string) {
	if cell.Is == wire.Empty {
		return cell, ""
	}
	if len(c.values) > 0 {
		return c.translate(cell)
	}
	if unit, isEpoch := wire.EpochUnit(c.format); isEpoch {
		return wire.IntegerCell(cell.Time.Unix()*int64(time.Second/unit) + int64(cell.Time.Nanosecond())/int64(unit)),
			""
	}
	if c.local() {
		if c.twice(cell.Time) {
			return cell, cell.Time.UTC().Format(time.RFC3339) + " is in the hour that clocks in " + c.zone.String() +
				" show twice; set another --start, or write times with their zone (format: rfc3339)"
		}
		return wire.TextCell(cell.Time.In(c.zone).Format("2006-01-02 15:04:05.999999999")), ""
	}
	return cell, ""
}

// translate returns the first key that stands for a value.
func (c *columnForm) translate(cell wire.Cell) (_ wire.Cell, problem string) {
	text := textOf(&cell)
	for _, v := range c.values {
		if v.ours == text {
			return wire.TextCell(v.theirs), ""
		}
	}
	for _, v := range c.values {
		if v.theirs == text {
			return cell, model.Quoted(text) + " would be written unchanged and read back as " + model.Quoted(v.ours) +
				"; under values, add one of your values for " + model.Quoted(text)
		}
	}
	return wire.TextCell(text), ""
}
