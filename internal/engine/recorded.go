package engine

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const (
	// MaxRecorded bounds the line of a scenario of the built-in suite, in bytes, as it is written: escaped. What an
	// implementation answers may be six times as long when its control characters are, and the verdict of all scenarios
	// must not hang on the text of one.
	MaxRecorded = 256 << 10
	// maxShare bounds each list of a line: what is expected, what came, the differences, and the events.
	maxShare = 56 << 10
	// maxRecordedText bounds a text of a list that is longer than that, in bytes before escaping.
	maxRecordedText = 1 << 10
)

// Omitted counts what is not recorded of a scenario, because its line would be too long.
type Omitted struct {
	Expected    int `json:"expected,omitzero"`
	Actual      int `json:"actual,omitzero"`
	Differences int `json:"differences,omitzero"`
	Events      int `json:"events,omitzero"`
}

// String says how much that is: 900 rows, 4 differences.
func (o *Omitted) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{o.Expected, "expected rows"}, {o.Actual, "rows"}, {o.Differences, "differences"}, {o.Events, "events"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprint(p.n, " ", p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// bound makes the lists of a line short enough, and counts what it leaves out.
func (l *ScenarioLine) bound(o *Outcome) {
	var more Omitted
	l.Expected, more.Expected = lines(o.expected(), wire.AppendFact)
	l.Actual, more.Actual = lines(pointers(o.Actual), wire.AppendFact)
	if more.Actual > 0 {
		l.Actual, more.Actual = lines(pointers(o.Actual), func(b []byte, f *model.Fact) []byte {
			short := *f
			for _, text := range textsOf(&short) {
				*text = shortened(*text)
			}
			return wire.AppendFact(b, &short)
		})
	}
	l.Events, more.Events = lines(o.evidence(), wire.AppendEvent)
	l.Differences, more.Differences = telling(o.Differences)
	if more != (Omitted{}) {
		l.Omitted = &more
	}
}

// lines returns as many of a sequence as there is room for, each written by add.
func lines[T any](all iter.Seq[*T], add func([]byte, *T) []byte) (kept []jsontext.Value, more int) {
	var b []byte
	var ends []int
	for one := range all {
		if more > 0 {
			more++
			continue
		}
		before := len(b)
		b = add(b, one)
		if len(b) > maxShare {
			b, more = slices.Clone(b[:before]), 1
			continue
		}
		ends = append(ends, len(b))
	}
	kept, start := make([]jsontext.Value, len(ends)), 0
	for i, end := range ends {
		kept[i], start = b[start:end-len("\n")], end
	}
	return kept, more
}

// textsOf returns the texts of a row that the implementation chose.
func textsOf(f *model.Fact) []*string {
	return []*string{
		&f.Resource, &f.RoleReason, (*string)(&f.ResourceType), (*string)(&f.Role), (*string)(&f.Result),
		(*string)(&f.Reason),
	}
}

// hide takes credentials out of what the implementation said: it may repeat what it was given.
func (o *Outcome) hide(from func(string) string) {
	if from == nil {
		return
	}
	for i := range o.Actual {
		for _, text := range textsOf(&o.Actual[i]) {
			*text = from(*text)
		}
	}
	for i := range o.Differences {
		d := &o.Differences[i]
		d.Actual, d.Resource = from(d.Actual), from(d.Resource)
	}
	if o.Failure != nil {
		f := *o.Failure
		f.Message = from(f.Message)
		o.Failure = &f
	}
	o.Reason, o.Stderr = from(o.Reason), from(o.Stderr)
}

// Hide takes credentials out of what the implementation said.
func (f *Finding) Hide(from func(text string) string) {
	o := &Outcome{Actual: f.Actual, Differences: f.Found, Failure: f.Failure, Stderr: f.Stderr}
	o.hide(from)
	f.Failure, f.Stderr = o.Failure, o.Stderr
}

// light keeps one row of each list of a line that has been written and passes: of so many lines, nobody is shown more.
func (l *ScenarioLine) light() {
	for _, list := range []*[]jsontext.Value{&l.Expected, &l.Actual} {
		if len(*list) > 0 && l.Verdict == Pass {
			*list = []jsontext.Value{(*list)[0].Clone()}
		}
	}
}

// shortened returns a text of bounded length.
func shortened(s string) string {
	if len(s) <= maxRecordedText {
		return s
	}
	kept := s[:maxRecordedText]
	for len(kept) > 0 && !utf8.RuneStart(s[len(kept)]) {
		kept = kept[:len(kept)-1]
	}
	return fmt.Sprintf("%s… (%d bytes more)", kept, len(s)-len(kept))
}

// telling returns as many differences as there is room for, in their order: it prefers the first that is required, then
// the first of each signature.
func telling(ds []model.Difference) (kept []model.Difference, more int) {
	n := 0
	for i := range ds {
		n += 256 + len(ds[i].Resource) + len(ds[i].Expected) + len(ds[i].Actual) + len(ds[i].Why) +
			len(ds[i].InteractionID)
	}
	if 6*n <= maxShare {
		return ds, 0
	}
	chosen, seen := make([]bool, len(ds)), make(map[string]bool)
	n = 0
	choose := func(which func(d *model.Difference) bool) {
		for i := range ds {
			if chosen[i] || !which(&ds[i]) {
				continue
			}
			d := ds[i]
			d.Resource = shortened(d.Resource)
			b, err := json.Marshal(&d, jsontext.AllowInvalidUTF8(true))
			if err != nil || n+len(b)+1 > maxShare {
				continue
			}
			chosen[i], n, ds[i] = true, n+len(b)+1, d
		}
	}
	required := false
	choose(func(d *model.Difference) bool {
		first := d.Required && !required
		required = required || first
		return first
	})
	choose(func(d *model.Difference) bool {
		s := d.Signature()
		first := !seen[s]
		seen[s] = true
		return first
	})
	choose(func(*model.Difference) bool { return true })
	for i := range ds {
		if chosen[i] {
			kept = append(kept, ds[i])
		}
	}
	return kept, len(ds) - len(kept)
}
