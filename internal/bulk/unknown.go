package bulk

import (
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// UnknownName is the name of events that classification ignores.
type UnknownName = engine.UnknownName

// maxUnknown limits the names that are told apart.
const maxUnknown = 1000

// unknownNames counts events by unknown name.
type unknownNames struct {
	least[model.EventName, UnknownName]
	others *int // events whose names are not told apart
}

func newUnknownNames() unknownNames {
	others := new(int)
	return unknownNames{newLeast[model.EventName](maxUnknown, func(k *UnknownName) { *others += k.Count }), others}
}

// add counts an event, and returns the known name that its name nearly is, or "".
func (u *unknownNames) add(name model.EventName) (meant model.EventName) {
	k := u.at(name, func() *UnknownName {
		meant, _ := name.Meant()
		return &UnknownName{Name: name, Meant: meant}
	})
	if k == nil {
		*u.others++
		meant, _ = name.Meant()
		return meant
	}
	k.Count++
	return k.Meant
}

func (u *unknownNames) merge(o *unknownNames) {
	*u.others += *o.others
	u.least.merge(&o.least, func(mine, other *UnknownName) { mine.Count += other.Count })
}

// list returns the names, the most frequent first. An entry without a name counts those that are not told apart.
func (u *unknownNames) list() (all []UnknownName) {
	for _, k := range u.sorted() {
		all = append(all, *k)
	}
	slices.SortStableFunc(all, func(a, b UnknownName) int { return b.Count - a.Count })
	if *u.others > 0 {
		all = append(all, UnknownName{Count: *u.others})
	}
	return all
}
