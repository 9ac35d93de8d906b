package bulk

import (
	"cmp"
	"slices"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Unjudged is what check can say nothing of, and why.
type Unjudged struct {
	Groups    []AsideGroup // the chats set aside, cut off ones apart, the largest group first
	CutOff    int          // of the chats set aside: the log begins after they did
	Endless   int          // of the unfinished chats: the log goes on after their last event for longer than any chat lasts
	RowsAside int          // rows of chats that were set aside
	NotMet    []string     // invariants of kind facts that no row is about

	began, ended int64 // of the log, in seconds since 1970; began after ended is no log
	longest      int64 // how long a complete chat lasts, in seconds
	headless     []int64
	open         []int64 // the last events of unfinished chats
	met          uint64
	groups       map[asideKey]*AsideGroup
}

// AsideGroup is chats that were set aside for one reason.
type AsideGroup struct {
	Requirement string // W1, …
	Lacks       string // what seems to lack in the logs; "" is nothing: there is rather too much
	Chats       int
	Example     string // the least id
	CutOff      bool
}

type asideKey struct {
	requirement, lacks string
	beginning          bool
}

func newUnjudged() Unjudged {
	return Unjudged{began: 1<<63 - 1, ended: -1 << 63, groups: make(map[asideKey]*AsideGroup)}
}

// Share is the share of the chats that could not be judged, those cut off by the edges of the log left out.
func (r *Report) Share() float64 {
	all := r.Chats + r.Spoilt - r.CutOff
	if all == 0 {
		return 0
	}
	return float64(r.Unjudgeable()) / float64(all)
}

// Unjudgeable counts the chats that could not be judged, or not to their end, those cut off by the edges of the log left
// out.
func (r *Report) Unjudgeable() int { return r.Spoilt - r.CutOff + r.Endless }

// chat takes the times of a chat that makes one.
func (u *Unjudged) chat(c *model.Chat, log []model.Event) {
	began := c.Began.Unix()
	u.began = min(u.began, began)
	if c.StoppedSeq != 0 {
		u.ended, u.longest = max(u.ended, c.Ended.Unix()), max(u.longest, c.Ended.Unix()-began)
		return
	}
	_, last := span(log)
	u.ended = max(u.ended, last)
	u.open = append(u.open, last)
}

// span is the time from the first to the last event that has one.
func span(log []model.Event) (first, last int64) {
	first, last = 1<<63-1, -1<<63
	for i := range log {
		if t := log[i].Time; !t.IsZero() {
			first, last = min(first, t.Unix()), max(last, t.Unix())
		}
	}
	return first, last
}

// spoilt takes a chat that is set aside.
func (u *Unjudged) spoilt(a *Aside, log []model.Event, rows int, key asideKey) {
	u.RowsAside += rows
	first, last := span(log)
	if first <= last {
		u.began, u.ended = min(u.began, first), max(u.ended, last)
	}
	if key.beginning {
		u.headless = append(u.headless, first)
		a.headless, a.first = true, first
	}
	u.group(key, a.InteractionID, 1)
}

func (u *Unjudged) group(key asideKey, example string, n int) {
	g := u.groups[key]
	if g == nil {
		g = &AsideGroup{Requirement: key.requirement, Lacks: key.lacks, Example: example}
		u.groups[key] = g
	}
	g.Chats += n
	g.Example = min(g.Example, example)
}

func (u *Unjudged) merge(o *Unjudged) {
	u.RowsAside += o.RowsAside
	u.began, u.ended, u.longest = min(u.began, o.began), max(u.ended, o.ended), max(u.longest, o.longest)
	u.headless, u.open = append(u.headless, o.headless...), append(u.open, o.open...)
	u.met |= o.met
	for key, g := range o.groups {
		u.group(key, g.Example, g.Chats)
	}
}

// atEdge reports whether a chat without its beginning began before the log: were it whole, the log would hold it, unless
// it lasted longer than every chat that is.
func (u *Unjudged) atEdge(first int64) bool { return first <= u.began+u.longest }

// finish tells what the whole log tells.
func (u *Unjudged) finish(aside []Aside) {
	for _, first := range u.headless {
		if u.atEdge(first) {
			u.CutOff++
		}
	}
	for _, last := range u.open {
		if u.ended-last > u.longest {
			u.Endless++
		}
	}
	for i := range aside {
		aside[i].CutOff = aside[i].headless && u.atEdge(aside[i].first)
	}
	for key, g := range u.groups {
		if key.beginning {
			g.Chats -= u.CutOff
			for _, a := range aside { // by id: the least of each kind
				if a.headless && !a.CutOff {
					g.Example = a.InteractionID
					break
				}
			}
		}
		if g.Chats > 0 {
			u.Groups = append(u.Groups, *g)
		}
	}
	slices.SortFunc(u.Groups, func(a, b AsideGroup) int {
		return cmp.Or(b.Chats-a.Chats, cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Lacks, b.Lacks))
	})
	for i, v := range model.Invariants() {
		if v.Kind == model.OnFacts && u.met&(1<<i) == 0 {
			u.NotMet = append(u.NotMet, v.ID)
		}
	}
}

// metAll is the invariants that rows of a database are about.
func metAll(counts map[string]int) (met uint64) {
	for i, v := range model.Invariants() {
		if counts[v.ID] > 0 {
			met |= 1 << i
		}
	}
	return met
}

// shift is how much later a time of a row is than it should be, where that is what differs.
func shift(d *model.Difference) (by time.Duration, ok bool) {
	if d.Field != model.StartField && d.Field != model.EndField {
		return 0, false
	}
	want, err := time.Parse(time.RFC3339, d.Expected)
	got, err2 := time.Parse(time.RFC3339, d.Actual)
	return got.Sub(want), err == nil && err2 == nil
}
