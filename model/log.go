package model

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Chats groups the events of a log by interaction: each group in order of arrival, the groups in the order in which
// their interactions first appear. Groups may share the memory of events.
func Chats(events []Event) [][]Event { return new(grouper).chats(events) }

// grouper groups events by interaction. It reuses its memory: a result is valid until the next call.
type grouper struct {
	groups [][]Event
	room   []Event
	index  map[string]int
	sizes  []int
}

func (g *grouper) chats(events []Event) [][]Event {
	if g.runs(events) {
		return g.groups
	}
	if g.index == nil {
		g.index = make(map[string]int)
	}
	clear(g.index)
	g.sizes = g.sizes[:0]
	for i := range events {
		k, ok := g.index[events[i].InteractionID]
		if !ok {
			k = len(g.sizes)
			g.index[events[i].InteractionID] = k
			g.sizes = append(g.sizes, 0)
		}
		g.sizes[k]++
	}
	room := slices.Grow(g.room[:0], len(events))[:len(events)]
	g.groups, g.room = g.groups[:0], room
	for _, n := range g.sizes {
		g.groups, room = append(g.groups, room[:0:n]), room[n:]
	}
	for i := range events {
		k := g.index[events[i].InteractionID]
		g.groups[k] = append(g.groups[k], events[i])
	}
	return g.groups
}

// runs groups events without a copy, and reports whether it did: it does so for a few interactions that do not mix.
func (g *grouper) runs(events []Event) bool {
	g.groups = g.groups[:0]
	for start := 0; start < len(events); {
		id, end := events[start].InteractionID, start+1
		for end < len(events) && events[end].InteractionID == id {
			end++
		}
		for _, other := range g.groups {
			if other[0].InteractionID == id {
				return false
			}
		}
		g.groups = append(g.groups, events[start:end:end])
		if len(g.groups) > 16 {
			return false
		}
		start = end
	}
	return true
}

// Began returns when each interaction of a log began: the earliest time of its events.
func Began(events []Event) map[string]time.Time {
	began := make(map[string]time.Time)
	for i := range events {
		e := &events[i]
		if first, ok := began[e.InteractionID]; !ok || e.Time.Before(first) {
			began[e.InteractionID] = e.Time
		}
	}
	return began
}

// classifiers are kept warm between logs.
var classifiers = sync.Pool{New: func() any { return new(Classifier) }}

// borrowed takes a classifier for a table from the pool. The caller returns it with classifiers.Put.
func borrowed(t *Table) *Classifier {
	c := classifiers.Get().(*Classifier)
	c.fold.table = t
	return c
}

// ClassifyLog classifies every interaction of a log. Stopped chats come first, by time of the stop and id, then
// unfinished ones by time of the first event and id, whatever the order of arrival. Ill-formed ones are returned
// separately, by id. Chats without a known event are in neither.
func ClassifyLog(t *Table, events []Event) ([]Chat, []*IllFormed) {
	c := borrowed(t)
	defer classifiers.Put(c)
	return c.ClassifyLog(nil, events)
}

// ClassifyLog is like the function of that name, but writes the chats to dst and reuses its memory.
func (c *Classifier) ClassifyLog(dst []Chat, events []Event) ([]Chat, []*IllFormed) {
	chats := dst[:0]
	var bad []*IllFormed
	for _, log := range c.grouper.chats(events) {
		n := len(chats)
		if n < cap(chats) {
			chats = chats[:n+1]
		} else {
			chats = append(chats, Chat{})
		}
		if err := c.Classify(&chats[n], log); err != nil {
			bad = append(bad, err.(*IllFormed))
			chats = chats[:n]
		} else if chats[n].InteractionID == "" {
			chats = chats[:n]
		}
	}
	slices.SortFunc(chats, func(a, b Chat) int {
		if open, other := a.Ended.IsZero(), b.Ended.IsZero(); open != other {
			if other {
				return -1
			}
			return 1
		} else if open {
			return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.InteractionID, b.InteractionID))
		}
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.InteractionID, b.InteractionID))
	})
	slices.SortFunc(bad, func(a, b *IllFormed) int { return cmp.Compare(a.InteractionID, b.InteractionID) })
	return chats, bad
}
