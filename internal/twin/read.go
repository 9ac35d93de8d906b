package twin

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Builtin is the name of the profile that was made by hand.
const Builtin = "builtin:contact-centre"

//go:embed contact-centre.yaml
var contactCentre string

// Schema is the JSON Schema of a profile.
//
//go:embed profile.schema.json
var Schema []byte

// Read reads a profile: a YAML file, or [Builtin]. Errors name the file, the line and the column.
func Read(ctx context.Context, path string) (*Profile, error) {
	text := contactCentre
	if path != Builtin {
		if strings.HasPrefix(path, "builtin:") {
			return nil, fmt.Errorf("%s: no such profile; expected %s, or a file", model.Name(path), Builtin)
		}
		var err error
		text, err = files.Text(ctx, path)
		if err != nil {
			return nil, err
		}
	}
	return Parse(path, text)
}

// profileFile is a profile that is being read.
type profileFile struct {
	files.Document
	into *Profile
}

// Parse reads the text of a profile.
func Parse(path, text string) (*Profile, error) {
	body, err := files.YAML(path, strings.ReplaceAll(text, "\r\n", "\n"))
	if err != nil {
		return nil, err
	} else if body == nil {
		return nil, fmt.Errorf("%s: the file is empty; expected a profile (see 'chatproof schema profile')", path)
	}
	p := &Profile{
		Threshold: DefaultThreshold, States: make(map[gen.State]*Next), Waits: make(map[Wait]Quantiles),
		Modes: make(map[Given][4]float64), Again: make(map[model.Move]Again),
	}
	f, version := profileFile{files.Document{Path: path}, p}, 0
	count := func(into *int, least int) reader {
		return func(n ast.Node, what string) error { return f.integer(n, what, into, least) }
	}
	keys := map[string]reader{
		"profile": count(&version, 1), "chats": count(&p.Chats, 0), "threshold": count(&p.Threshold, 1),
		"about": func(n ast.Node, what string) (err error) { p.About, err = f.text(n, what); return err },
		"week":  f.week, "media": f.media, "states": f.states, "modes": f.modes, "again": f.again,
		"agents": f.load(&p.Agents), "queues": f.load(&p.Queues), "strategies": f.load(&p.Strategies),
		"at_once": func(n ast.Node, what string) error { return f.shares(n, what, &p.AtOnce) },
		"handled": func(n ast.Node, what string) error { return f.number(n, what, &p.Handled, math.MaxInt32) },
		"moves": func(n ast.Node, what string) error {
			return f.choices(n, what, &p.Moves, 0, func(Choice) bool { return true })
		},
		"wait": func(n ast.Node, what string) error { return f.waits(n, what, p.Waits) },
	}
	for _, required := range []string{"profile", "week", "agents", "queues", "strategies", "states"} {
		if !hasKey(body, required) {
			return nil, f.Wrong(body, "no key %s; expected a profile (see 'chatproof schema profile')", required)
		}
	}
	if err := f.each(body, "", keys); err != nil {
		return nil, err
	} else if version != Version {
		return nil, f.Wrong(body, "profile: expected %d, the version that this program reads, got %d", Version, version)
	}
	if p.perWeek() < 0.01 {
		return nil, f.Wrong(body, "week: no chat begins, or fewer than one in two years; expected larger numbers")
	}
	return p, nil
}

// perWeek returns how many chats begin in a week.
func (p *Profile) perWeek() (n float64) {
	for day := range p.Week {
		for _, x := range p.Week[day] {
			n += x
		}
	}
	return n
}

type reader func(n ast.Node, what string) error

func hasKey(n ast.Node, key string) bool {
	fields, _ := n.(*ast.MappingNode)
	return fields != nil && slices.ContainsFunc(fields.Values, func(v *ast.MappingValueNode) bool {
		return v.Key.GetToken().Value == key
	})
}

// each reads a mapping whose keys are known.
func (f profileFile) each(n ast.Node, what string, keys map[string]reader) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		read := keys[key]
		if read == nil {
			return f.NoSuchKey(at, what, key, slices.Collect(maps.Keys(keys)))
		}
		return read(value, cmp.Or(strings.TrimPrefix(what+"."+key, "."), key))
	})
}

func (f profileFile) text(n ast.Node, what string) (string, error) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return "", f.Wrong(n, "%s: expected text, got %s", what, model.Name(n.String()))
	}
	return s.Value, nil
}

// number reads a number from 0 to most.
func (f profileFile) number(n ast.Node, what string, into *float64, most float64) error {
	x, err := strconv.ParseFloat(n.GetToken().Value, 64)
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
	default:
		err = strconv.ErrSyntax
	}
	if err != nil || !(x >= 0 && x <= most) {
		return f.Wrong(n, "%s: expected a number from 0 to %v, got %s", what, most, model.Name(n.String()))
	}
	*into = x
	return nil
}

func (f profileFile) integer(n ast.Node, what string, into *int, least int) error {
	var x float64
	const most = 1_000_000_000
	if err := f.number(n, what, &x, most); err != nil || x != math.Trunc(x) || int(x) < least {
		return f.Wrong(n, "%s: expected a whole number from %d to %d, got %s", what, least, most,
			model.Name(n.String()))
	}
	*into = int(x)
	return nil
}

// list reads a list of numbers from 0 to most.
func (f profileFile) list(n ast.Node, what string, most float64) (list []float64, err error) {
	items, ok := n.(*ast.SequenceNode)
	if !ok || len(items.Values) == 0 {
		return nil, f.Wrong(n, "%s: expected a list of numbers, got %s", what, model.Name(n.String()))
	}
	list = make([]float64, len(items.Values))
	for i, item := range items.Values {
		if err := f.number(item, what, &list[i], most); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// shares reads a list of shares, whose sum must be 1.
func (f profileFile) shares(n ast.Node, what string, into *[]float64) (err error) {
	*into, err = f.list(n, what, 1)
	sum := 0.0
	for _, x := range *into {
		sum += x
	}
	return cmp.Or(err, f.whole(n, what, sum))
}

// sharesOf reads shares by name, whose sum with the rest must be 1. into says where the share of a name goes.
func (f profileFile) sharesOf(n ast.Node, what string, rest float64,
	into func(key string, at ast.Node) (*float64, error),
) error {
	err := f.Each(n, what, func(key string, at, value ast.Node) error {
		share, err := into(key, at)
		if err == nil {
			err = f.number(value, what+"."+key, share, 1)
		}
		if err == nil {
			rest += *share
		}
		return err
	})
	return cmp.Or(err, f.whole(n, what, rest))
}

// whole returns an error unless the sum of shares is about 1: a learnt profile's shares are rounded.
func (f profileFile) whole(n ast.Node, what string, sum float64) error {
	if math.Abs(sum-1) > 0.01 {
		return f.Wrong(n, "%s: the shares add up to %.4g; expected 1", what, sum)
	}
	return nil
}

// week reads days of 96 numbers, one a quarter of an hour, or of 24, one an hour.
func (f profileFile) week(n ast.Node, what string) error {
	keys := make(map[string]reader)
	for day, name := range dayNames {
		keys[name] = func(n ast.Node, what string) error {
			list, err := f.list(n, what, 1e6)
			if err != nil {
				return err
			}
			if len(list) != quarters && len(list) != quarters/4 {
				return f.Wrong(n, "%s: expected 96 numbers (one a quarter-hour) or 24 (one an hour), got %d", what,
					len(list))
			}
			each := quarters / len(list)
			for q := range quarters {
				f.into.Week[day][q] = list[q/each] / float64(each)
			}
			return nil
		}
	}
	return f.each(n, what, keys)
}

func (f profileFile) media(n ast.Node, what string) error {
	media := &f.into.Media
	return f.sharesOf(n, what, 0, func(key string, at ast.Node) (*float64, error) {
		if !slices.Contains(knownMedia[:], key) {
			return nil, f.Wrong(at, "%s: expected %s, got %s", what, files.Or(knownMedia[:]), model.Word(key))
		}
		*media = append(*media, Share[string]{Of: key})
		return &(*media)[len(*media)-1].Share, nil
	})
}

// mostOf is the most agents, queues or strategies that a profile may have.
const mostOf = 100_000

func (f profileFile) load(l *Load) reader {
	return func(n ast.Node, what string) error {
		err := f.each(n, what, map[string]reader{
			"count":  func(n ast.Node, what string) error { return f.integer(n, what, &l.Count, 1) },
			"shares": func(n ast.Node, what string) error { return f.shares(n, what, &l.Shares) },
			"slope":  func(n ast.Node, what string) error { return f.number(n, what, &l.Slope, 10) },
		})
		switch {
		case err != nil:
			return err
		case l.Count < max(len(l.Shares), 1) || l.Count > mostOf:
			return f.Wrong(n, "%s.count: expected %d to %d, at least one for each share, got %d", what,
				max(len(l.Shares), 1), mostOf, l.Count)
		case len(l.Shares) > 0 && l.Slope > 0:
			return f.Wrong(n, "%s: expected shares or a slope, got both", what)
		}
		return nil
	}
}

// choices holds all choices by name.
var choices = func() map[string]Choice {
	all := make(map[string]Choice)
	for m := range model.Submit {
		c := Choice{Move: m}
		all[c.String()] = c
		for d := range details[m] {
			c.Detail = uint8(d)
			all[c.String()] = c
		}
		if _, ok := all[model.MoveNames[m]]; len(details[m]) > 0 && details[m][0] != "" && ok {
			delete(all, model.MoveNames[m])
		}
	}
	return all
}()

// choices reads shares of the choices that may occur, whose sum with the rest must be 1.
func (f profileFile) choices(
	n ast.Node, what string, into *[]Share[Choice], rest float64, may func(Choice) bool,
) error {
	return f.sharesOf(n, what, rest, func(key string, at ast.Node) (*float64, error) {
		c, ok := choices[key]
		if !ok {
			known := slices.Sorted(maps.Keys(choices))
			return nil, f.Wrong(at, "%s: no such move: %s%s; expected %s", what, model.Name(key),
				model.DidYouMean(key, known), files.Or(known))
		} else if !may(c) {
			return nil, f.Wrong(at, "%s: the move %s cannot happen in this state", what, model.Quoted(key))
		}
		*into = append(*into, Share[Choice]{Of: c})
		return &(*into)[len(*into)-1].Share, nil
	})
}

func (f profileFile) states(n ast.Node, what string) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		state, err := gen.ParseState(key)
		if err != nil {
			return f.Wrong(at, "states: %s: %v", model.Quoted(key), err)
		}
		if f.into.States[state] != nil {
			return f.Wrong(at, "states: %s is listed twice; leave out one", model.Name(key))
		}
		what := "state " + model.Quoted(key)
		next, waits := &Next{Waits: make(map[model.Move]Quantiles)}, make(map[Wait]Quantiles)
		f.into.States[state] = next
		var list ast.Node
		err = f.each(value, what, map[string]reader{
			"next": func(n ast.Node, _ string) error { list = n; return nil },
			"rest": func(n ast.Node, what string) error { return f.number(n, what, &next.Rest, 1) },
			"wait": func(n ast.Node, what string) error { return f.waits(n, what, waits) },
		})
		if err != nil {
			return err
		} else if list == nil {
			return f.Wrong(at, "%s: the key next is missing", what)
		}
		for w, q := range waits {
			if w.Within {
				return f.Wrong(value, "%s.wait: %v holds for all states; put it under wait at the top level", what, w)
			}
			next.Waits[w.Move] = q
		}
		return f.choices(list, what+".next", &next.Choices, next.Rest, func(c Choice) bool { return state.May(c.Move) })
	})
}

func (f profileFile) move(at ast.Node, what, name string) (model.Move, error) {
	m := slices.Index(model.MoveNames[:model.Submit], name)
	if m < 0 {
		return 0, f.Wrong(at, "%s: no such move: %s%s; expected %s", what, model.Name(name),
			model.DidYouMean(name, model.MoveNames[:]), files.Or(model.MoveNames[:model.Submit]))
	}
	return model.Move(m), nil
}

// longestWait is the longest that a profile may let a chat wait, in seconds: some months.
const longestWait = 10_000_000

func (f profileFile) waits(n ast.Node, what string, into map[Wait]Quantiles) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		name, within := strings.CutSuffix(key, ".within")
		m, err := f.move(at, what, name)
		if err != nil {
			return err
		}
		if within && !twoEvents(m) {
			return f.Wrong(at, "%s: %s is a single event, so it has no .within; leave that out", what, name)
		}
		var q Quantiles
		err = f.Each(value, what+"."+key, func(p string, at, value ast.Node) error {
			percent, err := strconv.Atoi(strings.TrimPrefix(p, "p"))
			x := Quantile{Percent: percent}
			if err != nil || p[0] != 'p' || percent < 0 || percent > 100 {
				return f.Wrong(at, "%s.%s: expected quantiles p0 to p100, got %s", what, key, model.Word(p))
			}
			err = f.number(value, what+"."+key+"."+p, &x.Value, longestWait)
			if last := len(q) - 1; err == nil && last >= 0 && (q[last].Percent >= percent || q[last].Value > x.Value) {
				return f.Wrong(at, "%s.%s: %s comes after p%d; expected quantiles in rising order, with values that "+
					"do not fall", what, key, p, q[last].Percent)
			}
			q = append(q, x)
			return err
		})
		into[Wait{m, within}] = q
		return err
	})
}

func (f profileFile) modes(n ast.Node, what string) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		name, before, _ := strings.Cut(key, ".")
		m, err := f.move(at, what, name)
		given := slices.Index(modeNames[:], before)
		if err != nil {
			return err
		} else if given < 0 {
			return f.Wrong(at, "%s: expected a move and the mode before it, such as accept.none, got %s", what,
				model.Word(key))
		}
		list, err := f.named(value, what+"."+key, modeNames[:])
		f.into.Modes[Given{m, model.VisibilityMode(given)}] = [4]float64(list)
		return err
	})
}

func (f profileFile) again(n ast.Node, what string) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		m, err := f.move(at, what, key)
		if err != nil {
			return err
		}
		list, err := f.named(value, what+"."+key, againNames[:])
		f.into.Again[m] = Again{list[0], list[1], list[2]}
		return err
	})
}

// named reads the shares of the given names, whose sum must be 1.
func (f profileFile) named(n ast.Node, what string, names []string) ([]float64, error) {
	list := make([]float64, len(names))
	return list, f.sharesOf(n, what, 0, func(key string, at ast.Node) (*float64, error) {
		i := slices.Index(names, key)
		if i < 0 {
			return nil, f.NoSuchKey(at, what, key, names)
		}
		return &list[i], nil
	})
}
