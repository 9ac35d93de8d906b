package bulk

import (
	"cmp"
	"maps"
	"slices"
)

// least keeps the values of the least keys, so that input cannot fill the memory. Which keys it keeps depends neither
// on the order in which they come nor on how many such maps share them.
type least[K cmp.Ordered, V any] struct {
	most   int
	kept   map[K]*V // at most twice as many, until it is pruned
	beyond *K       // keys from this one on are dropped; nil drops none
	drop   func(*V) // gets each value that was kept and is dropped
}

func newLeast[K cmp.Ordered, V any](most int, drop func(*V)) least[K, V] {
	return least[K, V]{most: most, kept: make(map[K]*V), drop: drop}
}

// at returns the value of a key, or nil if the key is dropped. begin makes the value of a new key.
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

// prune drops the greatest keys if there are too many.
func (l *least[K, V]) prune() {
	if len(l.kept) > l.most {
		l.cut(slices.Sorted(maps.Keys(l.kept))[l.most])
	}
}

// cut drops the keys from beyond on, now and from now on.
func (l *least[K, V]) cut(beyond K) {
	l.beyond = &beyond
	for key, v := range l.kept {
		if key >= beyond {
			l.drop(v)
			delete(l.kept, key)
		}
	}
}

// merge takes over what another one holds. add adds the other's value of a key to ours; it may be nil if no key is in
// both.
func (l *least[K, V]) merge(o *least[K, V], add func(mine, other *V)) {
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

// sorted prunes, and returns the values by key.
func (l *least[K, V]) sorted() (all []*V) {
	l.prune()
	for _, key := range slices.Sorted(maps.Keys(l.kept)) {
		all = append(all, l.kept[key])
	}
	return all
}
