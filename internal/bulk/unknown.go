package bulk

import (
	"cmp"
	"maps"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// UnknownName is an event's name that classification ignores.
type UnknownName = engine.UnknownName

// unknownNames counts events of unknown names. Which names are told apart does not depend on the order of events: the
// least of them, where there are too many.
type unknownNames struct {
	names  map[model.EventName]*UnknownName
	beyond model.EventName // from here on names are only counted together; "" is nowhere
	others int
}

// maxUnknown bounds the names that are told apart.
const maxUnknown = 1000

// add counts events, and returns what their name is nearly spelt like.
func (u *unknownNames) add(name model.EventName, n int) (meant model.EventName) {
	k := u.names[name]
	if k == nil {
		if u.beyond != "" && name >= u.beyond {
			u.others += n
			return ""
		} else if u.names == nil {
			u.names = make(map[model.EventName]*UnknownName)
		}
		k = &UnknownName{Name: name}
		k.Meant, _ = name.Meant()
		u.names[name] = k
		if len(u.names) == 2*maxUnknown {
			defer u.prune()
		}
	}
	k.Count += n
	return k.Meant
}

// prune keeps the least names.
func (u *unknownNames) prune() {
	names := slices.Sorted(maps.Keys(u.names))
	if len(names) <= maxUnknown {
		return
	}
	u.beyond = names[maxUnknown]
	for _, name := range names[maxUnknown:] {
		u.others += u.names[name].Count
		delete(u.names, name)
	}
}

// merge adds what another has counted.
func (u *unknownNames) merge(o *unknownNames) {
	if o.beyond != "" && (u.beyond == "" || o.beyond < u.beyond) {
		u.beyond = o.beyond
	}
	u.others += o.others
	for _, k := range o.names {
		u.add(k.Name, k.Count)
	}
	for name, k := range u.names {
		if u.beyond != "" && name >= u.beyond {
			u.others += k.Count
			delete(u.names, name)
		}
	}
	u.prune()
}

// list is the names, the most frequent first; one without a name is of all that are not told apart.
func (u *unknownNames) list() (all []UnknownName) {
	u.prune()
	for _, k := range u.names {
		all = append(all, *k)
	}
	slices.SortFunc(all, func(a, b UnknownName) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	if u.others > 0 {
		all = append(all, UnknownName{Count: u.others})
	}
	return all
}
