package bulk

import (
	"cmp"
	"maps"
	"slices"
)

// least keeps the values of the least keys, so that what comes cannot fill the memory. Which keys these are depends
// neither on the order in which keys come nor on how many of such maps share them. The values that are dropped are
// counted together.
type least[K cmp.Ordered, V any] struct {
	most   int
	kept   map[K]*V     // those, and as many more at most
	beyond *K           // keys from here on are dropped; nil drops none
	count  func(*V) int // how many a value stands for
	others int          // that dropped values stood for
}

func newLeast[K cmp.Ordered, V any](most int, count func(*V) int) least[K, V] {
	return least[K, V]{most: most, kept: make(map[K]*V), count: count}
}

// at returns the value of a key, which begin makes if the key is new, or nil if it is dropped.
func (l *least[K, V]) at(key K, begin func() *V) *V {
	v := l.kept[key]
	if v != nil || l.beyond != nil && key >= *l.beyond {
		return v
	}
	l.kept[key] = begin()
	if len(l.kept) == 2*l.most {
		l.prune()
	}
	return l.kept[key]
}

// prune drops the keys that are too many.
func (l *least[K, V]) prune() {
	if len(l.kept) > l.most {
		l.cut(slices.Sorted(maps.Keys(l.kept))[l.most])
	}
}

// cut drops the keys from beyond on.
func (l *least[K, V]) cut(beyond K) {
	l.beyond = &beyond
	for key, v := range l.kept {
		if key >= beyond {
			l.others += l.count(v)
			delete(l.kept, key)
		}
	}
}

// merge takes what another one has. add adds the other's value to ours.
func (l *least[K, V]) merge(o *least[K, V], add func(mine, other *V)) {
	l.others += o.others
	for key, v := range o.kept {
		if mine := l.kept[key]; mine != nil {
			add(mine, v)
		} else {
			l.kept[key] = v
		}
	}
	for _, beyond := range []*K{l.beyond, o.beyond} {
		if beyond != nil && *beyond <= *cmp.Or(l.beyond, beyond) {
			l.cut(*beyond)
		}
	}
	l.prune()
}

// sorted prunes and returns what is kept, by key.
func (l *least[K, V]) sorted() (all []*V) {
	l.prune()
	for _, key := range slices.Sorted(maps.Keys(l.kept)) {
		all = append(all, l.kept[key])
	}
	return all
}
