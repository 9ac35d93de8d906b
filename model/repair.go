package model

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// MostEdits is the most events that a repair puts in or leaves out.
const MostEdits = 2

// Repair is what the fewest edits make of an ill-formed chat: events put in, or left out. Every event of the grammar is
// tried at every place, with parties and queues that the log names and with unknown ones. If fewer were tried, the
// repairs would agree more often, and sometimes on what did not happen.
type Repair struct {
	Edits     []Edit   // of the first repair found, in the order of the log; none if [MostEdits] are not enough
	Unanimous bool     // all repairs with as many edits give the same rows
	Chat      Chat     // of the first repair: its rows, without the times that depend on an event that was put in
	Defects   []Defect // that the first repair mends
	Sure      bool     // all repairs mend the same defects
}

// Edit is an event put in or left out.
type Edit struct {
	Put   bool
	Event Event // an event put in has no seq, and the time of the event before it
	After int64 // if put in, the seq of the event before it; -1 at the beginning
	at    int
}

// Apply returns the repaired log of an ill-formed one, its events numbered from 1, and the numbers of those put in. A
// party or queue that the log does not name is called ?, a second one ??.
func (r *Repair) Apply(log []Event) (repaired []Event, put []int64) {
	log = inTurn(log)
	edits := r.Edits
	for i := 0; ; i++ {
		dropped := false
		for ; len(edits) > 0 && edits[0].at == i; edits = edits[1:] {
			dropped = dropped || !edits[0].Put
			if edits[0].Put {
				repaired = append(repaired, edits[0].Event)
				put = append(put, int64(len(repaired)))
			}
		}
		if i == len(log) {
			break
		}
		if !dropped {
			repaired = append(repaired, log[i])
		}
	}
	for i := range repaired {
		e := &repaired[i]
		e.Seq = int64(i + 1)
		for _, name := range []*string{&e.Actor.ID, &e.Party.ID, &e.Queue} {
			if Unknown(*name) {
				*name = strings.Repeat("?", len(*name))
			}
		}
	}
	return repaired, put
}

// inTurn returns a copy of the known events of a log, in order of seq, without exact duplicates.
func inTurn(log []Event) []Event {
	log = slices.DeleteFunc(slices.Clone(log), func(e Event) bool { return !e.Name.Known() })
	slices.SortStableFunc(log, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.CompactFunc(log, func(a, b Event) bool { return a.Equal(&b) })
}

// Defect is what is wrong with a log at one place.
type Defect struct {
	Kind  DefectKind
	Name  EventName
	Actor PartyType
}

// DefectKind says in which way an event is wrong.
type DefectKind uint8

var defectNames = [...]string{"missing", "superfluous", "out of order"}

func (k DefectKind) String() string { return defectNames[k] }

// The kinds of defects.
const (
	Missing DefectKind = iota
	Superfluous
	OutOfOrder // superfluous where it stands, and missing elsewhere
)

// Repairer repairs chats. It keeps its working memory between calls, and is not safe for concurrent use.
type Repairer struct {
	table  *Table
	log    []Event // see inTurn
	broken []bool  // W9: the event can only be left out
	spare  []bool  // the event may be left out
	goal   int     // how many edits are tried
	events []Event // log, followed by what is put in, one event for each edit
	states [MostEdits + 1]fold
	edits  []Edit

	agents, strategies, queues []string // those that the log names, and unknown ones
	stops                      bool     // the log has a stop
	steps                      int      // how many are left, see mostSteps
	finds                      int      // repairs found so far
	chat                       Chat
	out                        Repair
}

// mostSteps bounds the search, by the number of edits, in events taken: a search that needs more gives no answer.
var mostSteps = [MostEdits + 1]int{0, 1 << 20, 1 << 15}

// mostRepaired is the most events of a log that is repaired: the time grows with their square.
const mostRepaired = 500

// NewRepairer returns a repairer that classifies by the table.
func NewRepairer(t *Table) *Repairer { return &Repairer{table: t} }

// Repair repairs the ill-formed log of one interaction, which may be in any order and have exact duplicates. The result
// is valid until the next call.
func (r *Repairer) Repair(log []Event) *Repair {
	r.out = Repair{Chat: Chat{IRFs: r.out.Chat.IRFs}}
	if !r.begin(log) {
		return &r.out
	}
	for edits := 1; edits <= MostEdits && len(r.out.Edits) == 0; edits++ {
		r.goal, r.steps, r.edits = edits, mostSteps[edits], r.edits[:0]
		r.states[edits].reset(r.table, r.events)
		r.search(0, edits)
		if r.steps <= 0 {
			r.out.Edits, r.out.Unanimous = nil, false // there may be other repairs
			break
		}
	}
	if len(r.out.Edits) == MostEdits && !r.out.Unanimous {
		r.out.Sure = false // the search ended at two repairs with different rows, without looking at the others
	}
	return &r.out
}

// begin prepares for a log. It returns false if the log is too long, or empty.
func (r *Repairer) begin(log []Event) bool {
	r.log, r.broken, r.spare, r.stops = inTurn(log), r.broken[:0], r.spare[:0], false
	if len(r.log) == 0 || len(r.log) > mostRepaired {
		return false
	}
	r.agents, r.strategies, r.queues = r.agents[:0], r.strategies[:0], r.queues[:0]
	f := fold{table: r.table, mute: true}
	for i := range r.log {
		e := &r.log[i]
		r.broken = append(r.broken, f.checkFields(e, e.Name.kind()) != nil)
		twin := func(o Event) bool { return o.Seq == e.Seq || o.Alike(e) }
		r.spare = append(r.spare, r.broken[i] || slices.ContainsFunc(r.log[:i], twin) ||
			slices.ContainsFunc(r.log[i+1:], twin))
		r.stops = r.stops || e.Name == ProcessingStopped
		r.meet(e.Actor)
		r.meet(e.Party)
		if e.Queue != "" && !slices.Contains(r.queues, e.Queue) {
			r.queues = append(r.queues, e.Queue)
		}
	}
	for i := range MostEdits {
		unknown := unknownNames[i]
		r.agents, r.strategies = append(r.agents, unknown), append(r.strategies, unknown)
		r.queues = append(r.queues, unknown)
	}
	for _, queue := range slices.Concat(r.table.deployment.Completed, r.table.deployment.Canceled) {
		if !slices.Contains(r.queues, queue) {
			r.queues = append(r.queues, queue)
		}
	}
	r.events = append(append(r.events[:0], r.log...), make([]Event, MostEdits)...)
	return true
}

// unknownNames stand for parties and queues that the log does not name. No user's name is like them.
var unknownNames = [MostEdits]string{"\x00", "\x00\x00"}

// Unknown reports whether a name in a repair stands for a party or queue that the log does not name.
func Unknown(name string) bool { return slices.Contains(unknownNames[:], name) }

func (r *Repairer) meet(p Party) {
	switch {
	case p.ID == "":
	case p.Type == Agent && !slices.Contains(r.agents, p.ID):
		r.agents = append(r.agents, p.ID)
	case p.Type == Strategy && !slices.Contains(r.strategies, p.ID):
		r.strategies = append(r.strategies, p.ID)
	}
}

// search continues with the log at its i-th event, from the state for the number of edits left. It tries edits at every
// place up to where the log breaks: a later edit would not mend that.
func (r *Repairer) search(i, left int) {
	f := &r.states[left]
	for {
		if r.steps--; r.steps < 0 || left == 1 && len(r.out.Edits) == MostEdits && !r.out.Unanimous {
			return
		}
		if left > 0 && (i == 0 || i == len(r.log) || !r.log[i-1].Name.Neutral()) {
			r.put(f, i, left)
		}
		if i == len(r.log) {
			if left == 0 {
				r.found(f)
			}
			return
		}
		if left > 0 && r.mayDrop(i, left) {
			f.copyTo(&r.states[left-1])
			r.edits = append(r.edits, Edit{Event: r.log[i], at: i})
			r.search(i+1, left-1)
			r.edits = r.edits[:len(r.edits)-1]
		}
		if !r.take(f, &r.log[i], int32(i), i) {
			return
		}
		i++
	}
}

// mayDrop reports whether the i-th event may be left out: it is broken, shares its seq with another, or is there twice;
// or it is put in elsewhere. A log may have an event twice or too late, but none that never happened. If any event
// might be left out, a chat that lost an agent's invitation would have a second repair, without the acceptance, and
// one chat more in twenty would have no rows that can be judged.
func (r *Repairer) mayDrop(i, left int) bool {
	e := &r.log[i]
	if r.spare[i] {
		return true
	}
	switch {
	case e.Name.Neutral() || r.goal < MostEdits:
		return false
	case left == MostEdits:
		return true
	}
	first := r.edits[0]
	return first.Put && first.Event.Alike(e)
}

// take takes an event of the log, and reports whether it can come next.
func (r *Repairer) take(f *fold, e *Event, at int32, i int) bool {
	if n := len(f.turn); r.broken[i] || n > 0 && int(f.turn[n-1]) < len(r.log) && f.events[f.turn[n-1]].Seq == e.Seq {
		return false // W9, W3
	}
	f.turn = append(f.turn, at)
	return f.step(e, e.Name.kind(), at, int32(len(f.turn)-1)) == nil
}

// put tries every event that can come next, in front of the i-th.
func (r *Repairer) put(f *fold, i, left int) {
	at := len(r.log) + MostEdits - left
	slot := &r.events[at]
	near, after := &r.log[max(0, i-1)], int64(-1)
	if i > 0 {
		after = near.Seq
	}
	finds := 0
	r.candidates(f, func(e Event, like bool) {
		if like && r.finds == finds {
			return
		} else if !like {
			finds = r.finds
		}
		if moved := r.moved(); moved != nil && !moved.Alike(&e) {
			return
		}
		e.InteractionID, e.Seq, e.Time, e.MediaType = near.InteractionID, -1, near.Time, near.MediaType
		next := &r.states[left-1]
		f.copyTo(next)
		*slot = e
		next.turn = append(next.turn, int32(at))
		if next.step(slot, e.Name.kind(), int32(at), int32(len(next.turn)-1)) == nil {
			r.edits = append(r.edits, Edit{Put: true, Event: e, After: after, at: i})
			r.search(i, left-1)
			r.edits = r.edits[:len(r.edits)-1]
		}
	})
}

// moved returns the event that was left out and must be put in elsewhere, or nil.
func (r *Repairer) moved() *Event {
	if len(r.edits) == 1 && !r.edits[0].Put && !r.spare[r.edits[0].at] {
		return &r.edits[0].Event
	}
	return nil
}

// found records the repair that the current edits make.
func (r *Repairer) found(f *fold) {
	if r.stops && f.stoppedAt == never {
		return // a repair that forgets that the chat ended would mend everything
	}
	r.finds++
	f.finish(&r.chat)
	rows := r.chat.IRFs
	for i := range rows {
		r.blank(&rows[i])
	}
	defects := r.defects()
	if len(r.out.Edits) == 0 {
		r.out.Edits, r.out.Unanimous, r.out.Sure = slices.Clone(r.edits),
			!slices.ContainsFunc(rows, func(row IRF) bool { return Unknown(row.Resource) }), true
		r.out.Chat, r.chat = r.chat, r.out.Chat
		r.out.Defects = defects
		return
	}
	r.out.Sure = r.out.Sure && slices.Equal(defects, r.out.Defects)
	first := r.out.Chat.IRFs
	r.out.Unanimous = r.out.Unanimous && len(first) == len(rows)
	if !r.out.Unanimous {
		return
	}
	for i := range rows {
		a, b := &first[i].Fact, &rows[i].Fact
		if !a.Start.Equal(b.Start) {
			a.Start = time.Time{}
		}
		if !a.End.Equal(b.End) {
			a.End = time.Time{}
		}
		x, y := *a, *b
		x.Start, x.End, y.Start, y.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		r.out.Unanimous = r.out.Unanimous && x == y
	}
}

// blank removes the times of events that were put in: nobody knows when they happened.
func (r *Repairer) blank(row *IRF) {
	if row.Trace.Opened < 0 {
		row.Start = time.Time{}
	}
	if row.Trace.Closed < 0 || row.Trace.Left < 0 {
		row.End = time.Time{}
	}
}

// defects returns the defects that the current edits mend.
func (r *Repairer) defects() (all []Defect) {
	for _, e := range r.edits {
		d := Defect{Missing, e.Event.Name, e.Event.Actor.Type}
		if !e.Put {
			d.Kind = Superfluous
		}
		for i := range all {
			if other := all[i]; other.Name == d.Name && other.Actor == d.Actor && other.Kind != d.Kind {
				all[i].Kind = OutOfOrder
				return all
			}
		}
		all = append(all, d)
	}
	return all
}

// reset makes f the state of a chat before its first event.
func (f *fold) reset(t *Table, events []Event) {
	f.order(nil) //nolint:errcheck // no event is wrong
	f.table, f.events, f.mute = t, events, true
}

// copyTo makes dst an independent copy of the state. It reuses dst's memory.
func (f *fold) copyTo(dst *fold) {
	attempts, turn, parties, byAgent, offers := dst.attempts, dst.turn, dst.parties, dst.byAgent, dst.offers
	counts, falls := dst.counts, dst.falls
	*dst = *f
	dst.attempts, dst.turn = append(attempts[:0], f.attempts...), append(turn[:0], f.turn...)
	dst.parties, dst.counts, dst.falls = append(parties[:0], f.parties...), counts, falls
	dst.byAgent, dst.offers = copied(byAgent, f.byAgent), copied(offers, f.offers)
}

// copied makes dst equal to src and returns it. Both may be nil.
func copied[V any](dst, src map[string]V) map[string]V {
	if len(dst) > 0 {
		clear(dst)
	}
	if len(src) > 0 {
		if dst == nil {
			dst = make(map[string]V)
		}
		maps.Copy(dst, src)
	}
	return dst
}
