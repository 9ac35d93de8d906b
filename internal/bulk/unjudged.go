package bulk

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// edges collects what the whole log tells about chats that its beginning or its end cuts off.
//
// A chat that is cut off was silent at the edge: of the two events around the edge, the log has only one. So if a chat
// without its beginning has its first event some seconds after the log begins, the chat paused for at least as long.
// There should be no more such chats than complete chats with a pause as long. The longest pause of all chats would be
// the wrong measure: one chat parked for a day would excuse every chat of that day that lost its beginning.
type edges struct {
	began, ended int64 // of the log, in seconds since 1970; without a log, began is after ended
	pauses       []int // how many complete chats, by the grade of their longest pause
	headless     []int64
	open         []int64 // the last events of unfinished chats
	met          uint64
	groups       map[asideKey]*engine.AsideGroup
}

type asideKey struct {
	requirement, lacks string
	beginning          bool
}

func newEdges() edges {
	return edges{
		began: 1<<63 - 1, ended: -1 << 63, pauses: make([]int, spanGrade(1<<63-1)+1),
		groups: make(map[asideKey]*engine.AsideGroup),
	}
}

// spanGrade sorts spans of seconds into grades, each at most 1/64 wide.
func spanGrade(seconds int64) int {
	shift := max(0, bits.Len64(uint64(seconds))-7)
	return 64*shift + int(seconds>>shift)
}

// chat notes the times of a chat that is well-formed.
func (u *edges) chat(c *model.Chat, log []model.Event) {
	u.began = min(u.began, c.Began.Unix())
	if c.StoppedSeq != 0 {
		u.ended = max(u.ended, c.Ended.Unix())
		u.pauses[spanGrade(int64((c.Pause+time.Second-1)/time.Second))]++
		return
	}
	_, last := span(log)
	u.ended = max(u.ended, last)
	u.open = append(u.open, last)
}

// span is the time from the first to the last event that has a time.
func span(log []model.Event) (first, last int64) {
	first, last = 1<<63-1, -1<<63
	for i := range log {
		if t := log[i].Time; !t.IsZero() {
			first, last = min(first, t.Unix()), max(last, t.Unix())
		}
	}
	return first, last
}

// spoilt notes a chat that is set aside.
func (u *edges) spoilt(a *aside, log []model.Event, key asideKey) {
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

func (u *edges) group(key asideKey, example string, n int) {
	g := u.groups[key]
	if g == nil {
		g = &engine.AsideGroup{Requirement: key.requirement, Lacks: key.lacks, Example: example}
		u.groups[key] = g
	}
	g.Chats += n
	g.Example = min(g.Example, example)
}

func (u *edges) merge(o *edges) {
	u.began, u.ended = min(u.began, o.began), max(u.ended, o.ended)
	u.headless, u.open = append(u.headless, o.headless...), append(u.open, o.open...)
	u.met |= o.met
	for grade, n := range o.pauses {
		u.pauses[grade] += n
	}
	for key, g := range o.groups {
		u.group(key, g.Example, g.Chats)
	}
}

// excused counts the distances from an edge that the edge explains, and returns the least that it does not explain.
func (u *edges) excused(distances []int64) (n int, beyond int64) {
	slices.Sort(distances)
	complete := 0
	for _, paused := range u.pauses {
		complete += paused
	}
	grade := 0
	for i, d := range distances {
		for ; grade < spanGrade(max(0, d)); grade++ {
			complete -= u.pauses[grade]
		}
		if d > 0 && complete < len(distances)-i { // at the edge itself no pause is needed
			n, _ = slices.BinarySearch(distances, d) // nor does it explain others that are as far
			return n, d
		}
	}
	return len(distances), 1<<63 - 1
}

// cutOff returns how long after the log the chats without their beginning begin, in order, how many of them the log cut
// off, and the least time that makes a chat none of those.
func (u *edges) cutOff() (after []int64, n int, beyond int64) {
	after = make([]int64, len(u.headless))
	for i, first := range u.headless {
		after[i] = first - u.began
	}
	n, beyond = u.excused(after)
	return after, n, beyond
}

// finish fills in what the whole log tells.
func (u *edges) finish(a *engine.Audit, all []*aside) {
	after, cutOff, beyond := u.cutOff()
	before := make([]int64, len(u.open))
	for i, last := range u.open {
		before[i] = u.ended - last
	}
	atEnd, _ := u.excused(before)
	a.CutOff, a.Endless = cutOff, len(before)-atEnd
	if cutOff > 0 {
		a.AtEdge = int(after[cutOff-1])
	}
	example := ""
	for _, x := range all { // by id
		x.CutOff = x.headless && x.first-u.began < beyond
		if x.headless && !x.CutOff && example == "" {
			example = x.InteractionID
		}
		a.Aside = append(a.Aside, x.AsideChat)
	}
	for key, g := range u.groups {
		if key.beginning {
			g.Chats -= a.CutOff
			g.Example = cmp.Or(example, g.Example)
		}
		if g.Chats > 0 {
			a.Groups = append(a.Groups, *g)
		}
	}
	slices.SortFunc(a.Groups, func(a, b engine.AsideGroup) int {
		return cmp.Or(b.Chats-a.Chats, cmp.Compare(a.Requirement, b.Requirement), cmp.Compare(a.Lacks, b.Lacks))
	})
	for i, v := range model.Invariants() {
		if v.Kind == model.OnFacts && u.met&(1<<i) == 0 {
			a.NotMet = append(a.NotMet, v.ID)
		}
	}
	if whole := a.Chats + a.SetAside - a.CutOff + a.Marts.Alone(); whole > 0 {
		a.Share = float64(a.Unjudgeable()) / float64(whole)
	}
}

// metAll is the set of invariants that rows of a database are about.
func metAll(counts map[string]int) (met uint64) {
	for i, v := range model.Invariants() {
		if counts[v.ID] > 0 {
			met |= 1 << i
		}
	}
	return met
}

// shift is how much later a row's time is than it should be, or 0 if something else differs.
func shift(d *model.Difference) time.Duration {
	if d.Field != model.StartField && d.Field != model.EndField {
		return 0
	}
	want, err := time.Parse(time.RFC3339, d.Expected)
	got, err2 := time.Parse(time.RFC3339, d.Actual)
	if err != nil || err2 != nil {
		return 0
	}
	return got.Sub(want)
}
