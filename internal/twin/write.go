package twin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

var dayNames = [days]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// Append writes the profile as YAML.
func (p *Profile) Append(b []byte) []byte {
	b = fmt.Appendf(b, "profile: %d\n", Version)
	if p.About != "" {
		b = fmt.Appendf(b, "about: %s\n", strconv.Quote(p.About))
	}
	if p.Chats > 0 {
		b = fmt.Appendf(b, "chats: %d\n", p.Chats)
	}
	b = fmt.Appendf(b, "threshold: %d\n", p.Threshold)
	b = append(b, "# chats that begin in each quarter of an hour, UTC\nweek:\n"...)
	for i := range p.Week {
		b = numbers(append(append(append(b, "  "...), dayNames[i]...), ": "...), p.Week[i][:])
	}
	b = p.appendPeople(b)
	b = append(b, "states:\n"...)
	for _, s := range sortedBy(p.States, gen.State.String) {
		b = p.States[s].append(append(append(append(b, "  "...), s.String()...), ":\n"...))
	}
	if len(p.Moves) > 0 {
		b = append(shareList(append(b, "moves: "...), p.Moves, Choice.String), '\n')
	}
	if len(p.Waits) > 0 {
		b = append(b, "wait:\n"...)
		for _, w := range sortedBy(p.Waits, Wait.String) {
			b = append(p.Waits[w].append(append(append(append(b, "  "...), w.String()...), ": "...)), '\n')
		}
	}
	if len(p.Modes) > 0 {
		b = append(b, "modes:\n"...)
		for _, g := range sortedBy(p.Modes, Given.String) {
			modes := p.Modes[g]
			b = mapping(append(append(append(b, "  "...), g.String()...), ": "...), modeNames[:], modes[:])
		}
	}
	if len(p.Again) > 0 {
		b = append(b, "again:\n"...)
		for _, m := range slices.Sorted(maps.Keys(p.Again)) {
			a := p.Again[m]
			b = mapping(append(append(append(b, "  "...), model.MoveNames[m]...), ": "...), againNames[:],
				[]float64{a.New, a.Same, a.Other})
		}
	}
	return b
}

func (p *Profile) appendPeople(b []byte) []byte {
	if len(p.Media) > 0 {
		b = append(shareList(append(b, "media: "...), p.Media, func(medium string) string { return medium }), '\n')
	}
	for _, l := range [...]struct {
		name string
		of   *Load
	}{{"agents", &p.Agents}, {"queues", &p.Queues}, {"strategies", &p.Strategies}} {
		b = fmt.Appendf(b, "%s: {count: %d, ", l.name, l.of.Count)
		if len(l.of.Shares) > 0 {
			b = numbers(append(b, "shares: "...), l.of.Shares)
			b = append(b[:len(b)-1], "}\n"...)
		} else {
			b = append(number(append(b, "slope: "...), l.of.Slope), "}\n"...)
		}
	}
	if len(p.AtOnce) > 0 {
		b = numbers(append(b, "# shares of 1, 2, … chats that an agent has at once on taking one\nat_once: "...),
			p.AtOnce)
	}
	if p.Handled > 0 {
		b = append(number(append(b, "handled: "...), p.Handled), '\n')
	}
	return b
}

var againNames = [3]string{"new", "same", "other"}

// sortedBy returns the keys of a map, sorted by name.
func sortedBy[K comparable, V any](m map[K]V, name func(K) string) []K {
	named := make(map[string]K, len(m))
	for key := range m {
		named[name(key)] = key
	}
	keys := make([]K, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(named)) {
		keys = append(keys, named[name])
	}
	return keys
}

func number(b []byte, x float64) []byte { return strconv.AppendFloat(b, x, 'f', -1, 64) }

func numbers(b []byte, list []float64) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = number(b, x)
	}
	return append(b, "]\n"...)
}

func entry(b []byte, i int, key string, value float64) []byte {
	if i > 0 {
		b = append(b, ", "...)
	}
	return number(append(append(b, key...), ": "...), value)
}

// mapping writes the names that have a share, each with its share.
func mapping(b []byte, names []string, shares []float64) []byte {
	b = append(b, '{')
	n := 0
	for i, share := range shares {
		if share > 0 {
			b = entry(b, n, names[i], share)
			n++
		}
	}
	return append(b, "}\n"...)
}

func shareList[T any](b []byte, list []Share[T], name func(T) string) []byte {
	b = append(b, '{')
	for i, c := range list {
		b = entry(b, i, name(c.Of), c.Share)
	}
	return append(b, '}')
}

func (q Quantiles) append(b []byte) []byte {
	b = append(b, '{')
	for i, x := range q {
		b = entry(b, i, "p"+strconv.Itoa(x.Percent), x.Value)
	}
	return append(b, '}')
}

func (n *Next) append(b []byte) []byte {
	b = append(shareList(append(b, "    next: "...), n.Choices, Choice.String), '\n')
	if n.Rest > 0 {
		b = append(number(append(b, "    rest: "...), n.Rest), '\n')
	}
	if len(n.Waits) > 0 {
		b = append(b, "    wait: {"...)
		for i, m := range slices.Sorted(maps.Keys(n.Waits)) {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = n.Waits[m].append(append(append(b, model.MoveNames[m]...), ": "...))
		}
		b = append(b, "}\n"...)
	}
	return b
}
