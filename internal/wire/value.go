package wire

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Kind says what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	Empty   Kind = iota
	Text         // Cell.Text
	Integer      // Cell.N
	Instant      // Cell.Time
	Word         // text that means absent; where an id or a name is required, it is one: an agent may be called NULL
	Odd          // neither text nor a number; Text says what: an array
)

// Cell is one value as a format holds it, before its field is known.
type Cell struct {
	Is   Kind
	Kept bool // Text is not part of something larger
	Text string
	N    int64
	Time time.Time
}

// TextCell holds text, or nothing if that is empty.
func TextCell[S ~string](s S) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Is: Text, Text: string(s)}
}

// IntegerCell holds a number.
func IntegerCell(n int64) Cell { return Cell{Is: Integer, N: n} }

// FloatCell holds a number that may be an integer.
func FloatCell(x float64) Cell {
	if x == math.Trunc(x) && math.Abs(x) <= 1<<53 {
		return IntegerCell(int64(x))
	}
	return TextCell(strconv.FormatFloat(x, 'f', -1, 64))
}

// InstantCell holds a time, or nothing if that is zero.
func InstantCell(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	return Cell{Is: Instant, Time: t}
}

// AppendJSON appends the cell as a value of JSON.
func (c *Cell) AppendJSON(b []byte) []byte {
	switch c.Is {
	case Text:
		return AppendString(b, c.Text)
	case Integer:
		return strconv.AppendInt(b, c.N, 10)
	case Instant:
		return AppendString(b, c.Time.UTC().Format(time.RFC3339Nano))
	}
	return append(b, "null"...)
}

// Value is a cell on its way into a field. It means the same whatever format it is from: times, numbers and words are
// read here, and nowhere else.
type Value struct {
	Cell
	problem string
	names   *Names
	key     func(string) string // of ids and names; nil leaves them as they are
}

func (v *Value) expected(what string) {
	got := v.Text
	switch v.Is {
	case Integer:
		got = strconv.FormatInt(v.N, 10)
	case Instant:
		got = v.Time.UTC().Format(time.RFC3339Nano)
	case Odd:
		v.problem = "expected " + what + ", got " + v.Text
		return
	}
	v.problem = "expected " + what + ", got " + model.Word(got)
}

// str returns the text to the letter.
func (v *Value) str() string {
	switch v.Is {
	case Odd:
		v.expected("a string")
		return ""
	case Integer:
		return strconv.FormatInt(v.N, 10)
	case Instant:
		return v.Time.UTC().Format(time.RFC3339Nano)
	}
	if v.Kept {
		return v.Text
	}
	return v.names.Of([]byte(v.Text)) // v.Text may be part of something larger
}

// id returns an id or a name, as the user's world compares them.
func (v *Value) id() string {
	s := v.str()
	if v.key != nil && s != "" {
		s = v.key(s)
	}
	return s
}

// word returns a word of the domain. It has no blanks around it, but a column of a fixed width pads it with them.
func (v *Value) word() string { return strings.Trim(v.str(), " ") }

// code returns the name for a code or a name. One that is unknown stays as it is.
func (v *Value) code() string { return codeName(v.word()) }

// reason returns the name for a code, with Unspecified as blank.
func (v *Value) reason() string {
	s := v.code()
	if model.Code(s) == "" {
		return ""
	}
	return s
}

func codeName(s string) string {
	if s == "" {
		return ""
	}
	if name, ok := codeNames[s]; ok {
		return name
	}
	if code := model.Code(s); code != "" && codeNames[code] != "" {
		return codeNames[code]
	}
	return s
}

// codeNames maps each code, and each name, to the name.
var codeNames = func() map[string]string {
	names := make(map[string]string)
	add := func(name string) { names[model.Code(name)], names[name] = name, name }
	for _, r := range model.Roles {
		add(string(r))
	}
	for _, r := range model.Results {
		add(string(r))
	}
	for _, r := range model.Reasons {
		add(string(r))
	}
	for _, t := range []model.ResourceType{model.AgentResource, model.QueueResource, model.StrategyResource} {
		add(string(t))
	}
	return names
}()

// integer returns a number; an absent one is no fault.
func (v *Value) integer() model.Number {
	switch v.Is {
	case Empty:
		return model.Number{}
	case Integer:
		return model.Num(v.N)
	case Text:
		if n, ok := parseInteger(v.Text); ok {
			return n
		}
	}
	v.expected("an integer")
	return model.Number{}
}

// parseInteger reads an integer, also one written 1.0 or 1e3; blanks are none.
func parseInteger(s string) (n model.Number, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return n, true
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return model.Num(i), true
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 || strings.Trim(s, "0123456789.+-eE") != "" {
		return n, false
	}
	return model.Num(int64(x)), true
}

// seq returns the number of an event.
func (v *Value) seq() int64 {
	n := v.integer()
	switch {
	case v.problem != "" || n.Is == model.Given && (n.Value < 0 || n.Value > model.MaxSeq):
		v.expected("an integer from 0 to " + strconv.Itoa(model.MaxSeq))
		return 0
	case n.Is != model.Given: // blanks
		v.problem = missingSeq
	}
	return n.Value
}

// The units in which times since 1970 are counted.
var epochUnits = map[string]time.Duration{
	"epoch_s": time.Second, "epoch_ms": time.Millisecond, "epoch_us": time.Microsecond, "epoch_ns": 1,
}

// EpochUnit returns the unit of a format that counts since 1970: epoch_s, epoch_ms, epoch_us or epoch_ns.
func EpochUnit(format string) (unit time.Duration, ok bool) {
	unit, ok = epochUnits[format]
	return unit, ok
}

// TimesIn reads the times of a column. Numbers count a unit since 1970 (0: seconds), and a time without a zone is one
// of zone (nil: UTC). A time that a zone has twice, or not at all, is a problem.
func TimesIn(unit time.Duration, zone *time.Location) Convert {
	return func(c *Cell) (problem string) {
		n, isNumber := model.Num(c.N), c.Is == Integer
		if c.Is == Text {
			n, isNumber = parseInteger(c.Text)
			isNumber = isNumber && n.Is == model.Given
		}
		if isNumber && unit != 0 {
			per := int64(time.Second / unit)
			*c = Cell{Is: Instant, Time: time.Unix(n.Value/per, n.Value%per*int64(unit)).UTC()}
		} else if c.Is == Text && zone != nil {
			return inZone(c, zone)
		}
		return ""
	}
}

// inZone reads a time without a zone as one of a zone.
func inZone(c *Cell, zone *time.Location) (problem string) {
	const seconds = len("2026-01-05T09:00:07")
	text := strings.TrimSpace(c.Text)
	if len(text) < seconds || strings.ContainsAny(text[seconds:], "Zz+-:uU ") {
		return "" // it has a zone, or is no time
	}
	wall, ok := parseText(text)
	if !ok {
		return ""
	}
	times := At(wall, zone)
	switch len(times) {
	case 0:
		return model.Name(text) + " does not exist in " + zone.String() + ", because clocks skipped it"
	case 1:
		*c = Cell{Is: Instant, Time: times[0]}
		return ""
	}
	return model.Name(text) + " occurs twice in " + zone.String() + ", because clocks were put back"
}

// At returns the instants at which clocks in a zone show what a time says, whatever its own zone: one, or two in the
// hour that is repeated when clocks are put back, or none in the hour that is skipped.
func At(wall time.Time, zone *time.Location) (instants []time.Time) {
	naive := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(),
		wall.Nanosecond(), time.UTC)
	for _, near := range [...]time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, offset := naive.Add(near).In(zone).Zone()
		at := naive.Add(-time.Duration(offset) * time.Second)
		if _, real := at.In(zone).Zone(); real == offset && (len(instants) == 0 || !instants[0].Equal(at)) {
			instants = append(instants, at)
		}
	}
	return instants
}

const aTime = "a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970"

// instant reads a time: an instant, seconds since 1970, or text.
func (v *Value) instant() (t time.Time) {
	n, isNumber, ok := model.Number{}, false, true
	switch v.Is {
	case Empty:
		return t
	case Instant:
		t = v.Time.UTC()
	case Integer:
		n, isNumber = model.Num(v.N), true
	case Text:
		t, ok = ParseTime(v.Text)
		if ok { // most are like that
			return t
		}
		n, ok = parseInteger(v.Text)
		if ok && n.Is != model.Given { // blanks
			return time.Time{}
		} else if isNumber = ok; !ok {
			t, ok = parseText(v.Text)
		}
	default:
		ok = false
	}
	if isNumber {
		if unit := finer(n.Value); unit != "" {
			v.expected(aTime)
			v.problem += "; it looks like " + unit
			return time.Time{}
		}
		t = time.Unix(n.Value, 0).UTC()
	}
	if !ok || t.Year() < 0 || t.Year() > 9999 {
		v.expected(aTime)
		return time.Time{}
	}
	return t
}

// InSeconds reports whether a number can count seconds since 1970.
func InSeconds(n int64) bool { return finer(n) == "" }

// finer says what a number since 1970 is in a finer unit, if as seconds it would be the year 5138 or later.
func finer(n int64) string {
	for _, u := range []struct {
		from  int64
		name  string
		scale time.Duration
	}{{1e17, "nanoseconds", 1}, {1e14, "microseconds", time.Microsecond}, {1e11, "milliseconds", time.Millisecond}} {
		if n >= u.from {
			second := int64(time.Second / u.scale)
			at := time.Unix(n/second, n%second*int64(u.scale)).UTC()
			return u.name + " (" + at.Format(time.RFC3339Nano) + ")"
		}
	}
	return ""
}

// parseText reads RFC 3339 and similar forms that databases print: a blank for the T, a comma before the fraction, a
// zone of hours alone, without a colon or after a blank, or no zone, which is UTC.
func parseText(s string) (time.Time, bool) {
	const seconds = len("2026-01-05T09:00:07")
	b := []byte(strings.ToUpper(strings.TrimSpace(s)))
	if len(b) < seconds || b[4] != '-' || b[13] != ':' {
		return time.Time{}, false
	}
	if b[10] == ' ' {
		b[10] = 'T'
	}
	if len(b) > seconds && b[seconds] == ',' {
		b[seconds] = '.'
	}
	s = strings.Replace(strings.TrimSuffix(string(b), " UTC"), " ", "", 1) // of a zone
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07",
		"2006-01-02T15:04:05Z0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), !strings.ContainsRune(s, ',')
		}
	}
	return time.Time{}, false
}
