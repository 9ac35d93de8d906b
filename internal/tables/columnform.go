package tables

import (
	"strconv"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// columnForm is how the values of a column are written, where they are not as ours.
type columnForm struct {
	format string         // of times: epoch_ms and its like, rfc3339, or "" for what the zone makes of it
	zone   *time.Location // of times without one; nil is UTC
	values []translation  // in the order of the mapping
}

// translation is a value of the user's, and what it is to us.
type translation struct{ theirs, ours string }

// reading makes values ours.
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

// kind is that of the cells that are written for a column of a kind.
func (c *columnForm) kind(of wire.Kind) wire.Kind {
	_, isEpoch := wire.EpochUnit(c.format)
	switch {
	case isEpoch:
		return wire.Integer
	case len(c.values) > 0 || c.format == "" && c.zone != nil:
		return wire.Text
	}
	return of
}

// writing makes a value of ours theirs; problem says why it would be read otherwise.
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
	if c.format == "" && c.zone != nil {
		local := cell.Time.In(c.zone)
		if len(wire.At(local, c.zone)) != 1 {
			return cell, cell.Time.UTC().Format(time.RFC3339) + " is in the hour that clocks of " + c.zone.String() +
				" show twice; begin at another time with --start, or write times with their zone: format: rfc3339"
		}
		return wire.TextCell(local.Format("2006-01-02 15:04:05.999999999")), ""
	}
	return cell, ""
}

// translate writes the first of the keys that mean a value.
func (c *columnForm) translate(cell wire.Cell) (_ wire.Cell, problem string) {
	text := textOf(&cell)
	for _, v := range c.values {
		if v.ours == text {
			return wire.TextCell(v.theirs), ""
		}
	}
	for _, v := range c.values {
		if v.theirs == text {
			return cell, model.Name(text) + " would be read as " + model.Name(v.ours) +
				"; expected a key of values for it"
		}
	}
	return wire.TextCell(text), ""
}
