package gen

import (
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/model"
)

// kind says what a name is the name of, as a set: an agent and a queue may share one.
type kind uint8

const (
	agentKind kind = 1 << iota
	queueKind
	strategyKind
)

// namesIn lists the names of a log as they appear, with what they name; but not finishing queues, whose names mean
// something.
func namesIn(log []model.Event) (names []string, kinds map[string]kind) {
	kinds = make(map[string]kind)
	see := func(name string, k kind) {
		if name == "" {
			return
		}
		if kinds[name] == 0 {
			names = append(names, name)
		}
		kinds[name] |= k
	}
	for i := range log {
		e := &log[i]
		for _, p := range []model.Party{e.Actor, e.Party} {
			switch p.Type {
			case model.Agent:
				see(p.ID, agentKind)
			case model.Strategy:
				see(p.ID, strategyKind)
			default:
				see(p.ID, 0)
			}
		}
		if !model.Usual.Finishes(e.Queue) {
			see(e.Queue, queueKind)
		}
	}
	return names, kinds
}

// apply gives agents, queues and strategies their new names.
func apply(names map[string]string, log []model.Event) {
	for i := range log {
		e := &log[i]
		for _, name := range []*string{&e.Actor.ID, &e.Party.ID, &e.Queue} {
			if now, ok := names[*name]; ok {
				*name = now
			}
		}
	}
}

// rename gives agents, queues and strategies names as they are in the field (V15): two of one kind never the same one,
// an agent at times that of a queue.
func rename(log []model.Event, src Source) func(of, variant []model.Fact) string {
	old, kinds := namesIn(log)
	names, bearers := make(map[string]string), make(map[string]kind)
	at, step := src.Intn(len(fieldNames)), 1+2*src.Intn(3)
	for i, name := range old {
		now := fieldName(at + step*i)
		if src.Intn(4) == 0 { // one that another kind bears, if there is
			for _, other := range old[:i] {
				if shared := names[other]; bearers[shared]&kinds[name] == 0 {
					now = shared
				}
			}
		}
		names[name] = now
		bearers[now] |= kinds[name]
	}
	apply(names, log)
	return sameRenamed(names)
}

// sameRenamed compares rows of which the first have other names.
func sameRenamed(names map[string]string) func(of, variant []model.Fact) string {
	return func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, true, names) {
			return ""
		}
		renamed := slices.Clone(of)
		for i := range renamed {
			if name, ok := names[renamed[i].Resource]; ok {
				renamed[i].Resource = name
			}
		}
		return sameEverything(renamed, variant)
	}
}

// nearlyRename gives two agents, two queues and two strategies of a chat, as far as it has them, names that differ by
// what some stores overlook, and the chat an id beside which another chat's is such (D7): both begin with near, or with
// what is drawn. It returns that chat.
func (r *Related) nearlyRename(log []model.Event, near string, src Source) (other []model.Event, ok bool) {
	pair := alike[r.How]
	old, kinds := namesIn(log)
	names := make(map[string]string)
	var said []string
	for _, k := range []struct {
		kind kind
		what string
	}{{agentKind, "agents"}, {queueKind, "queues"}, {strategyKind, "strategies"}} {
		var two []string
		for _, name := range old {
			if kinds[name] == k.kind && len(two) < 2 {
				two = append(two, name)
			}
		}
		if len(two) == 2 {
			one, other := pair.one, pair.two
			if src.Intn(2) == 0 {
				one, other = other, one
			}
			names[two[0]], names[two[1]] = one, other
			said = append(said, k.what+" "+both(one, other))
		}
	}
	for _, name := range old { // nobody else bears one of these
		if _, ok := names[name]; !ok && (name == pair.one || name == pair.two) {
			return nil, false
		}
	}
	apply(names, log)
	base := idLike(serverForm, src) // drawn in any case: what follows is the same
	if near != "" {
		base = near
	}
	r.Variant = base + pair.tail
	company := base + pair.end
	r.Company = []string{company}
	said = append(said, "chats "+both(r.Variant, company))
	w := companions.Get().(*Walker)
	defer companions.Put(w)
	other = slices.Clone(w.Log(company, src))
	same := sameRenamed(names)
	r.Compare = func(of, variant []model.Fact) string {
		if found := same(of, variant); found != "" {
			return merged(pair.in, strings.Join(said, ", ")) + ": " + found
		}
		return ""
	}
	return other, true
}

// companions make the chats that stand beside a variant.
var companions = sync.Pool{New: func() any {
	limits := Everyday
	limits.Events = 12
	return NewWalker(limits)
}}

// accompany makes a chat that comes before the variant and one that comes after it, under ids that are near its own
// (V17).
func (r *Related) accompany(src Source) (before, after []model.Event) {
	w := companions.Get().(*Walker)
	defer companions.Put(w)
	company := func() []model.Event {
		id := nearID(r.Variant, r.How, src)
		for slices.Contains(r.Company, id) {
			id = nearID(id, nearByCharacter, src)
		}
		r.Company = append(r.Company, id)
		return slices.Clone(w.Log(id, src))
	}
	return company(), company()
}
