package gen

import (
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/model"
)

// kind says what a name names, as a set: an agent and a queue may share one.
type kind uint8

const (
	agentKind kind = 1 << iota
	queueKind
	strategyKind
)

// bearer is a name of a log, with what it names.
type bearer struct {
	name string
	kind kind
}

// namesIn appends the names of a log as they appear, except for finishing queues, whose names mean something.
func namesIn(names []bearer, log []model.Event) []bearer {
	see := func(name string, k kind) {
		if name == "" {
			return
		}
		for i := range names { // few
			if names[i].name == name {
				names[i].kind |= k
				return
			}
		}
		names = append(names, bearer{name, k})
	}
	for i := range log {
		e := &log[i]
		for _, p := range [...]*model.Party{&e.Actor, &e.Party} {
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
	return names
}

// kindOf returns what a name in a log names.
func kindOf(names []bearer, name string) (k kind) {
	for i := range names {
		if names[i].name == name {
			k = names[i].kind
		}
	}
	return k
}

// renaming replaces names.
type renaming []renamed

type renamed struct{ old, given string }

// now returns what a name has become.
func (r renaming) now(name string) string {
	for i := range r { // few
		if r[i].old == name {
			return r[i].given
		}
	}
	return name
}

// apply gives agents, queues and strategies their new names.
func (r renaming) apply(log []model.Event) {
	for i := range log {
		e := &log[i]
		e.Actor.ID, e.Party.ID, e.Queue = r.now(e.Actor.ID), r.now(e.Party.ID), r.now(e.Queue)
	}
}

// rename gives agents, queues and strategies names as they are in the field (V15). Two of one kind never get the same
// one, but an agent sometimes gets that of a queue.
func rename(log []model.Event, src Source) func(of, variant []model.Fact) string {
	var room [2 * maxParties]bearer // most often enough
	old := namesIn(room[:0], log)
	names := make(renaming, 0, len(old))
	bearers := func(name string) (k kind) {
		for i := range names {
			if names[i].given == name {
				k |= old[i].kind
			}
		}
		return k
	}
	at, step := src.Intn(len(fieldNames)), 1+2*src.Intn(3)
	for i := range old {
		now := fieldName(at + step*i)
		if src.Intn(4) == 0 { // one that another kind bears, if there is one
			for _, shared := range names {
				if bearers(shared.given)&old[i].kind == 0 {
					now = shared.given
				}
			}
		}
		names = append(names, renamed{old[i].name, now})
	}
	names.apply(log)
	return sameRenamed(names)
}

// sameRenamed compares rows after renaming the first.
func sameRenamed(names renaming) func(of, variant []model.Fact) string {
	return func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, but{names: names}) {
			return ""
		}
		renamed := slices.Clone(of)
		for i := range renamed {
			renamed[i].Resource = names.now(renamed[i].Resource)
		}
		return sameEverything(renamed, variant)
	}
}

// nearlyRename gives two agents, queues and strategies of a chat, if it has that many, names that differ only by
// what some stores overlook (D7). It does the same with the ids of the chat and of another chat, which it returns:
// both ids begin with near, or with what is drawn if that is "".
func (r *Related) nearlyRename(log []model.Event, near string, src Source) (ok bool) {
	pair := alike[r.How]
	old, names := namesIn(nil, log), renaming(nil)
	var said []string
	for _, k := range []struct {
		kind kind
		what string
	}{{agentKind, "agents"}, {queueKind, "queues"}, {strategyKind, "strategies"}} {
		var two []string
		for _, n := range old {
			if n.kind == k.kind && len(two) < 2 {
				two = append(two, n.name)
			}
		}
		if len(two) == 2 {
			one, other := pair.one, pair.two
			if src.Intn(2) == 0 {
				one, other = other, one
			}
			names = append(names, renamed{two[0], one}, renamed{two[1], other})
			said = append(said, k.what+" "+both(one, other))
		}
	}
	for _, n := range old { // nobody else may bear one of these
		bears := func(r renamed) bool { return r.old == n.name }
		if !slices.ContainsFunc(names, bears) && (n.name == pair.one || n.name == pair.two) {
			return false
		}
	}
	names.apply(log)
	base := idLike(serverForm, src) // drawn in any case, so that what follows is the same
	if near != "" {
		base = near
	}
	r.Variant = base + pair.tail
	company := base + pair.end
	r.Company = []string{company}
	said = append(said, "chats "+both(r.Variant, company))
	same := sameRenamed(names)
	r.Compare = func(of, variant []model.Fact) string {
		if found := same(of, variant); found != "" {
			return merged(pair.in, strings.Join(said, ", ")) + ": " + found
		}
		return ""
	}
	return true
}

// companions make the chats that accompany a variant.
var companions = sync.Pool{New: func() any {
	limits := Everyday
	limits.Events = 12
	return NewWalker(limits)
}}

// accompany appends a chat that comes with a variant.
func accompany(dst []model.Event, id string, src Source) []model.Event {
	w := companions.Get().(*Walker)
	defer companions.Put(w)
	return append(dst, w.Log(id, src)...)
}

// near draws an id for another chat that comes with the variant, near its own (V17).
func (r *Related) near(src Source) string {
	id := nearID(r.Variant, r.How, src)
	for slices.Contains(r.Company, id) {
		id = nearID(id, nearByCharacter, src)
	}
	r.Company = append(r.Company, id)
	return id
}
