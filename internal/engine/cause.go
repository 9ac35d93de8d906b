package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// A cause has many signatures: the rules behind a row differ by how the agent came, and one lost row breaks invariants
// besides. Two signatures are taken for one cause
//
//   - where the shortest chat of one shows the other, too: were they apart, a chat as short would show it alone;
//   - where the chat of one contains that of the other, party by party, and the same kind of thing is wrong with the
// same
//     party;
//   - where that party is invited again and again, and so it is in the other, whoever invites it: history has as many
//     signatures as there are ways to come;
//   - where both are gone when each agent that comes again is another one: who confuses an agent's attempts gets rows,
//     results, roles and ordinals wrong. This is not read off the chats but asked ([campaignRun.setApart]): a chat may
//     have an agent twice only because that is shortest.

// explained returns the finding that a sighting is a face of, or nil.
func (r *campaignRun) explained(x *sighting) *Finding {
	if x.minimal {
		if f := r.besides(x.signature, x.shown); f != nil {
			return f
		}
	}
	for _, f := range r.harvest.Findings {
		if f.explains(x) {
			return f
		}
	}
	return nil
}

// explainedBy returns the finding that one which has been reduced is a face of, or nil: a published one, or one of
// those that come before it.
func (r *campaignRun) explainedBy(f *Finding, before []*Finding) *Finding {
	if !f.shrinks() {
		return nil
	}
	if other := r.besides(f.Signature, f.shown); other != nil {
		return other
	}
	reduced := *f.sighting
	reduced.example, reduced.shown = f.Case(), f.shown
	for _, other := range slices.Concat(r.harvest.Findings, before) {
		if other.again && f.again || other.explains(&reduced) ||
			other.shrinks() && len(f.Minimal.Log) > 0 && slices.Equal(other.Minimal.Log, f.Minimal.Log) {
			return other
		}
	}
	return nil
}

// besides returns the finding that another signature of the same chat belongs to, one that is as telling at least; or
// nil. What follows from much else, such as an invariant, explains nothing.
func (r *campaignRun) besides(signature string, shown []model.Difference) *Finding {
	own := 0
	for i := range shown {
		if shown[i].Signature() == signature {
			own = weight(&shown[i])
		}
	}
	for i := range shown {
		if s := shown[i].Signature(); s != signature && weight(&shown[i]) <= own {
			if x := r.bySignature[s]; x != nil && x.of != nil && x.of.shrinks() {
				return x.of
			}
		}
	}
	return nil
}

// explains reports whether a sighting is a face of the finding.
func (f *Finding) explains(x *sighting) bool {
	if f.Failure != nil || x.failure != nil {
		return false
	}
	if !f.shrinks() || f.relation != "" {
		return false
	}
	mine := f.traced()
	if mine == nil {
		return false
	}
	if x.signature != f.Signature && strings.HasSuffix(x.signature, " "+string(model.OrdinalField)) &&
		slices.Contains(f.kinds(), string(model.OrdinalField)) {
		return true // numbers are given in one place
	}
	for i := range x.shown {
		d := &x.shown[i]
		if d.Signature() != x.signature || !slices.Contains(f.kinds(), kindOf(d)) {
			continue
		}
		if t := trace(logOf(x.example, d.InteractionID), d); t != nil &&
			(mine.within(t) || mine.recurs() && mine.alike(t)) {
			return true
		}
	}
	return false
}

// kinds are those of all that is wrong in the finding's chat.
func (f *Finding) kinds() (kinds []string) {
	for i := range f.shown {
		kinds = append(kinds, kindOf(&f.shown[i]))
	}
	return kinds
}

// traced follows the party of the finding's own difference.
func (f *Finding) traced() *traced {
	for i := range f.shown {
		if f.shown[i].Signature() == f.Signature {
			return trace(f.Minimal.Log, &f.shown[i]).essence(f.Minimal.Log, &f.shown[i])
		}
	}
	return nil
}

func logOf(c *model.Case, id string) []model.Event {
	for _, log := range model.Chats(c.Events) {
		if log[0].InteractionID == id {
			return log
		}
	}
	return nil
}

// kindOf says what kind of thing is wrong: of a descriptor, which parts of it, and what they became.
func kindOf(d *model.Difference) string {
	switch d.Field {
	case model.RowField:
		if d.Actual == "no row" {
			return "row lost"
		}
		return "row too many"
	case model.DescriptorField:
		a, b := parts(d.Expected), parts(d.Actual)
		kind := "descriptor"
		for i, name := range [...]string{"role", "result", "reason"} {
			if a[i] != b[i] {
				kind += " " + name + " " + b[i]
			}
		}
		return kind
	}
	return string(d.Field)
}

// parts cuts a descriptor into role, result and reason.
func parts(descriptor string) (p [3]string) {
	rest := descriptor
	p[0], rest, _ = strings.Cut(rest, "/")
	p[1], p[2], _ = strings.Cut(rest, " [")
	return p
}

// weight says how telling a difference is: a row or its descriptor, before what follows from them.
func weight(d *model.Difference) int {
	switch {
	case d.OfInvariant():
		return 3
	case d.Field == model.DescriptorField || d.Field == model.RowField:
		return 0
	case d.Field == model.ResourceField || d.Field == model.TypeField || d.Field == model.RoleReasonField:
		return 1
	}
	return 2
}

// weight is that of the sighting's own difference.
func (x *sighting) weight() int {
	for i := range x.shown {
		if x.shown[i].Signature() == x.signature {
			return weight(&x.shown[i])
		}
	}
	return 0
}

func cmpSightings(a, b *sighting) int {
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(b.count, a.count), cmp.Compare(a.signature, b.signature))
}

// traced is a chat as a cause sees it: what happens, to whom, and who it goes wrong with.
type traced struct {
	steps  []tracedStep
	party  int    // that it goes wrong with; -1 is none
	queue  bool   // the party is a queue
	course string // what happens to it: a letter each
}

// tracedStep is an event, with parties and queues by number.
type tracedStep struct {
	seq                 int64
	move                model.Move
	actor, party, queue int // -1 is none
}

// trace follows a difference through its chat; nil is a log that is none.
func trace(log []model.Event, d *model.Difference) *traced {
	if len(log) == 0 {
		return nil
	}
	t := &traced{party: -1}
	numbers := make(map[string]int)
	number := func(kind, id string) int {
		if id == "" {
			return -1
		}
		n, ok := numbers[kind+id]
		if !ok {
			n = len(numbers)
			numbers[kind+id] = n
		}
		return n
	}
	for i := range log {
		e := &log[i]
		move := model.MoveOf(log, i)
		if move == model.NoMove && e.Name.Known() {
			continue
		}
		t.steps = append(t.steps, tracedStep{
			seq: e.Seq, move: move, actor: number(string(e.Actor.Type), e.Actor.ID),
			party: number(string(e.Party.Type), e.Party.ID), queue: number("queue ", e.Queue),
		})
	}
	for _, kind := range [...]string{string(model.Agent), string(model.Strategy), "queue "} {
		if n, ok := numbers[kind+d.Resource]; ok && t.party < 0 {
			t.party, t.queue = n, kind == "queue "
		}
	}
	t.course = t.courseOf(t.party)
	return t
}

// ofOpening reports whether a difference is of what is decided when an attempt begins: that there is a row, and its
// role.
func ofOpening(d *model.Difference) bool {
	a, b := parts(d.Expected), parts(d.Actual)
	return d.Field == model.RowField || d.Field == model.DescriptorField && a[1] == b[1] && a[2] == b[2]
}

// essence leaves the stop out where the row that differs has ended before: any stop will do then. Of what is decided
// when an attempt begins it leaves out how that ended, too, unless it takes others: who loses the rows of consults
// loses those that are declined and those that are accepted.
func (t *traced) essence(log []model.Event, d *model.Difference) *traced {
	chats, _ := model.ClassifyLog(model.Reference(), log)
	if t == nil || len(chats) != 1 {
		return t
	}
	for i := range chats[0].IRFs {
		r := &chats[0].IRFs[i]
		if r.Ordinal.Value != d.Ordinal {
			continue
		}
		if r.Trace.Closed > 0 && r.Trace.Closed < chats[0].StoppedSeq {
			t.steps = t.steps[:len(t.steps)-1]
		}
		own := func(s tracedStep) bool { return s.seq <= r.Trace.Opened || s.move == model.Stop || s.party == t.party }
		if ofOpening(d) && !t.recurs() && !slices.ContainsFunc(t.steps, func(s tracedStep) bool { return !own(s) }) {
			t.steps = slices.DeleteFunc(t.steps, func(s tracedStep) bool { return s.seq > r.Trace.Opened })
		}
		break
	}
	return t
}

// courseOf is what happens to a party, whoever does it: i is invited, j joined, n not answered or declined, l left,
// s hands on.
func (t *traced) courseOf(party int) string {
	var b strings.Builder
	for _, s := range t.steps {
		switch {
		case party < 0:
		case s.party == party && (s.move == model.Invite || s.move == model.TransferTo || s.move == model.ConferWith):
			b.WriteByte('i')
		case s.party == party && s.move == model.Accept:
			b.WriteByte('j')
		case s.party == party && s.move == model.Pull:
			b.WriteString("ij")
		case s.party == party && (s.move == model.Leave || s.move == model.Removed):
			b.WriteByte('l')
		case s.party == party:
			b.WriteByte('n')
		case s.actor == party && s.party != party && s.move != model.Stop:
			b.WriteByte('s')
		}
	}
	return b.String()
}

// apart gives each agent of a chat another name whenever it comes again. It is nil where none does, or where what
// results is no chat.
func apart(log []model.Event) []model.Event {
	log = slices.Clone(log)
	came, now := make(map[string]int), make(map[string]string)
	again := false
	for i := range log {
		who := ""
		switch e := &log[i]; model.MoveOf(log, i) {
		case model.Invite, model.TransferTo, model.ConferWith:
			who = e.Party.ID
		case model.Pull:
			if e.Name == model.TakenFromQueue { // and then it joins
				who = e.Actor.ID
			}
		}
		if who != "" {
			if came[who]++; came[who] > 1 {
				now[who] = fmt.Sprintf("%s, %d", who, came[who])
				again = true
			}
		}
		for _, p := range [...]*model.Party{&log[i].Actor, &log[i].Party} {
			if name, ok := now[p.ID]; ok && p.Type == model.Agent {
				p.ID = name
			}
		}
	}
	if _, bad := model.ClassifyLog(model.Reference(), log); !again || len(bad) > 0 {
		return nil
	}
	return log
}

// recurs reports whether the party is invited more than once.
func (t *traced) recurs() bool { return strings.Count(t.course, "i") > 1 }

// alike reports whether the other's party goes through all that this one does, in that order.
func (t *traced) alike(other *traced) bool {
	rest := other.course
	for i := range len(t.course) {
		at := strings.IndexByte(rest, t.course[i])
		if at < 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

// mostTries bounds the search for one chat in another.
const mostTries = 20_000

// within reports whether all that happens here happens in the other in that order, for some assignment of the parties
// in which those that it goes wrong with are one.
func (t *traced) within(other *traced) bool {
	if (t.party < 0) != (other.party < 0) || t.queue != other.queue {
		return false
	}
	names, taken, tries := make(map[int]int), make(map[int]bool), 0
	if t.party >= 0 {
		names[t.party], taken[other.party] = other.party, true
	}
	var from func(i, j int) bool
	from = func(i, j int) bool {
		if i == len(t.steps) {
			return true
		}
		for ; j < len(other.steps); j++ {
			if tries++; tries > mostTries {
				return false
			}
			a, b := &t.steps[i], &other.steps[j]
			if a.move != b.move {
				continue
			}
			var added []int
			ok := true
			for _, p := range [...][2]int{{a.actor, b.actor}, {a.party, b.party}, {a.queue, b.queue}} {
				switch n, known := names[p[0]]; {
				case (p[0] < 0) != (p[1] < 0), known && n != p[1], !known && p[1] >= 0 && taken[p[1]]:
					ok = false
				case !known && p[0] >= 0:
					names[p[0]], taken[p[1]] = p[1], true
					added = append(added, p[0])
				}
				if !ok {
					break
				}
			}
			if ok && from(i+1, j+1) {
				return true
			}
			for _, p := range added {
				delete(taken, names[p])
				delete(names, p)
			}
		}
		return false
	}
	return from(0, 0)
}
