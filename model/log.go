package model

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Chats groups the events of a log by interaction, each group in the order of arrival, the groups in the order in
// which their interactions first appear.
func Chats(events []Event) [][]Event {
	if groups, ok := runs(events); ok {
		return groups
	}
	index := make(map[string]int)
	var sizes []int
	for i := range events {
		g, ok := index[events[i].InteractionID]
		if !ok {
			g = len(sizes)
			index[events[i].InteractionID] = g
			sizes = append(sizes, 0)
		}
		sizes[g]++
	}
	groups, room := make([][]Event, len(sizes)), make([]Event, len(events))
	for g, n := range sizes {
		groups[g], room = room[:0:n], room[n:]
	}
	for i := range events {
		g := index[events[i].InteractionID]
		groups[g] = append(groups[g], events[i])
	}
	return groups
}

// runs groups events whose interactions do not mix, which needs no copy.
func runs(events []Event) (groups [][]Event, ok bool) {
	for start := 0; start < len(events); {
		id, end := events[start].InteractionID, start+1
		for end < len(events) && events[end].InteractionID == id {
			end++
		}
		for _, g := range groups {
			if g[0].InteractionID == id {
				return nil, false
			}
		}
		if groups = append(groups, events[start:end:end]); len(groups) > 16 {
			return nil, false
		}
		start = end
	}
	return groups, true
}

// Began tells when each interaction of a log began: the earliest time that an event of it has.
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

// borrowed takes a classifier for a table; it goes back with classifiers.Put.
func borrowed(t *Table) *Classifier {
	c := classifiers.Get().(*Classifier)
	c.fold.table = t
	return c
}

// ClassifyLog classifies every interaction of a log. The chats come stopped ones first, by time of the stop and id,
// then the unfinished ones by time of the first event and id: the same for any order of arrival. The ill-formed come
// apart, by id. Chats without a known event are in neither.
func ClassifyLog(t *Table, events []Event) ([]Chat, []*IllFormed) {
	c := borrowed(t)
	defer classifiers.Put(c)
	return c.ClassifyLog(nil, events)
}

// ClassifyLog is the same as the function, and writes the chats to dst, whose memory it reuses.
func (c *Classifier) ClassifyLog(dst []Chat, events []Event) ([]Chat, []*IllFormed) {
	chats := dst[:0]
	var bad []*IllFormed
	for _, log := range Chats(events) {
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
