package tables

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// shownOfSample is how many rows of a sample are shown, and maxSampled how many values are searched for unused fields.
const (
	shownOfSample = 3
	maxSampled    = 100
)

// Sampled is what a mapping makes of a sample.
type Sampled struct {
	Rows    []string // the first three, as ours
	Unknown []string // names that no event has, each with how often it occurs among the first rows
	Unused  []string // fields that could be left out without any effect, by name
	Values  int      // how many values were searched for these
}

// SampleEvents reads the beginning of a place's events.
func SampleEvents(ctx context.Context, p Place, stdin io.Reader) (*Sampled, error) {
	return sampled(ctx, p, stdin, eventKind, wire.AppendEvent)
}

// SampleFacts reads the beginning of a place's facts.
func SampleFacts(ctx context.Context, p Place, stdin io.Reader) (*Sampled, error) {
	return sampled(ctx, p, stdin, factKind, wire.AppendFact)
}

func sampled[T model.Event | model.Fact](ctx context.Context, p Place, stdin io.Reader, k *kind[T],
	line func([]byte, *T) []byte,
) (*Sampled, error) {
	s := new(Sampled)
	in, err := openRows(ctx, p, stdin, k)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	unknown := make(map[model.EventName]int)
	for n := range maxSampled {
		row, err := in.Read()
		if err == io.EOF || err != nil && n >= shownOfSample { // what is wrong beyond those is for whoever reads on
			break
		} else if err != nil {
			return nil, err
		}
		if n < shownOfSample {
			s.Rows = append(s.Rows, strings.TrimSpace(string(line(nil, &row))))
		}
		if e, ok := any(&row).(*model.Event); ok && !e.Name.Known() {
			unknown[e.Name]++
		}
	}
	s.Unknown = namesOf(unknown)
	parts, err := p.parts()
	if err != nil || p.Path == "-" || IsDSN(p.Path) && k.program(p.Mapping) == nil {
		return s, err // such a place is read once, or by the columns that the query names
	}
	raw, _, err := openRaw(ctx, parts[0], stdin, k.form.Table)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	used := make(map[string]bool)
	uses := usesOf(p.Mapping, k)
	for s.Values < maxSampled {
		text, _, err := raw.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		value, err := decode(jsontext.Value(text))
		object, ok := value.(map[string]any)
		if err != nil || !ok {
			continue
		}
		for name := range object {
			used[name] = used[name] || uses(object, name, s.Values)
		}
		s.Values++
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !used[name] {
			s.Unused = append(s.Unused, name)
		}
	}
	return s, nil
}

// namesOf lists unknown events, each with how often it occurs and what it may mean.
func namesOf(unknown map[model.EventName]int) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		said := fmt.Sprintf("%s (%d", model.Name(string(name)), unknown[name])
		if meant, ok := name.Meant(); ok {
			said += fmt.Sprintf("; is it %s?", meant)
		}
		all = append(all, said+")")
	}
	return all
}

// usesOf returns what reports whether a field of a value is used. A program uses it if its output changes without it.
func usesOf[T model.Event | model.Fact](m *Mapping, k *kind[T]) func(object map[string]any, name string, n int) bool {
	program := k.program(m)
	if program == nil {
		names := make(map[string]bool)
		reading := m.reading(k.form.Table)
		for i := range k.form.Columns {
			for _, name := range k.form.Columns[i].Names {
				actual, _ := reading.Renamed(name)
				first, _, _ := strings.Cut(actual, ".")
				names[wire.NormalName(actual)], names[wire.NormalName(first)] = true, true
			}
		}
		for _, parent := range k.form.Parents {
			names[parent] = true
		}
		return func(_ map[string]any, name string, _ int) bool { return names[wire.NormalName(name)] }
	}
	gives := func(value map[string]any, n int) string {
		var b []byte
		var given any = value
		if program.perChat {
			given = []any{value}
		}
		err := program.run(given, n, func(object map[string]any) (err error) {
			b, err = appendObject(b, object, program.name)
			return err
		})
		return fmt.Sprint(string(b), err)
	}
	return func(object map[string]any, name string, n int) bool {
		without := maps.Clone(object)
		delete(without, name)
		return gives(object, n) != gives(without, n) || program.key != nil && keyed(program, without, n)
	}
}

// keyed reports whether a value has no key without a field.
func keyed(p *program, without map[string]any, n int) bool {
	_, err := p.chatOf(without, n)
	return err != nil
}
