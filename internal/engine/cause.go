package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// A cause has many signatures: the rules behind a row differ by how the agent came, and one lost row breaks invariants
// and shifts ordinals besides. Two signatures are taken for one cause
//
//   - if the shortest chat of one shows the other, too: were they apart, a chat as short would show it alone;
//   - if the chat of one contains that of the other, party by party, and the same kind of thing is wrong with the same
//     party. If both chats are as short as can be, either may contain the other. For an invariant or an ordinal, what
//     counts is a row or descriptor that is wrong in its shortest chat, at whatever level: that an agent who pulls has
//     a row is our reading, but that there are as many rows as attempts is not;
//   - if that party is invited again and again, and so it is in the other, whoever invites it: history has as many
//     signatures as there are ways to come;
//   - if both are gone when each agent that comes again is replaced by another: a program that confuses an agent's
//     attempts gets rows, results, roles and ordinals wrong. This is not read off the chats but asked
//     ([campaignRun.setApart]): a chat may have an agent twice only because that is shortest.

// explained returns the finding that a sighting is a face of, or nil.
func (r *campaignRun) explained(x *sighting) *Finding {
	if x.minimal {
		if f := r.besides(x.Signature, x.found, nil); f != nil {
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

// explainedBy returns the finding that a reduced one is a face of, or nil. It looks at the published findings, and at
// those that come before this one.
func (r *campaignRun) explainedBy(f *Finding, before []*Finding) *Finding {
	if !f.shrinks() {
		return nil
	}
	if other := r.besides(f.Signature, f.Found, before); other != nil {
		return other
	}
	reduced := *f.sighting
	if f.relation == "" {
		reduced.example, reduced.found, reduced.minimal = &model.Case{Events: f.Minimal.Log}, f.Found, true
	}
	for _, other := range slices.Concat(r.harvest.Findings, before) {
		if other.again && f.again || other.explains(&reduced) ||
			other.shrinks() && len(f.Minimal.Log) > 0 && slices.Equal(other.Minimal.Log, f.Minimal.Log) {
			return other
		}
	}
	return nil
}

// besides returns the finding, published or one of those before, that another signature of the same chat belongs to, or
// nil. That signature must be at least as telling: an invariant follows from much else, and explains nothing.
func (r *campaignRun) besides(signature string, found []model.Difference, before []*Finding) *Finding {
	own := 0
	if d := differenceOf(found, signature); d != nil {
		own = weight(d)
	}
	for i := range found {
		d := &found[i]
		s := d.Signature()
		if s == signature || !d.Required || weight(d) > own {
			continue
		}
		if x := r.bySignature[s]; x != nil && x.of != nil && x.of.shrinks() {
			return x.of
		}
		i := slices.IndexFunc(before, func(f *Finding) bool { return f.Signature == s })
		if i >= 0 && before[i].shrinks() {
			return before[i]
		}
	}
	return nil
}

// differenceOf is the required difference that a signature names, or nil.
func differenceOf(ds []model.Difference, signature string) *model.Difference {
	for i := range ds {
		if ds[i].Required && ds[i].Signature() == signature {
			return &ds[i]
		}
	}
	return nil
}

// follows reports whether a difference may be there only because a row is wrong.
func follows(d *model.Difference) bool { return d.OfInvariant() || d.Field == model.OrdinalField }

// roots returns the differences that a signature is judged by: its own and, if that follows from rows and the chat is
// the shortest, those of rows.
func roots(ds []model.Difference, signature string, shortest bool) (roots []*model.Difference) {
	own := differenceOf(ds, signature)
	if own == nil {
		return nil
	}
	roots = []*model.Difference{own}
	for i := range ds {
		if shortest && follows(own) && weight(&ds[i]) == 0 {
			roots = append(roots, &ds[i])
		}
	}
	return roots
}

// explains reports whether a sighting is a face of the finding.
func (f *Finding) explains(x *sighting) bool {
	if f.Failure != nil || x.failure != nil || !f.shrinks() || f.relation != "" {
		return false
	}
	mine := roots(f.Found, f.Signature, true)
	if len(mine) == 0 {
		return false
	}
	kinds := f.kinds()
	if x.Signature != f.Signature && strings.HasSuffix(x.Signature, " "+string(model.OrdinalField)) &&
		slices.Contains(kinds, string(model.OrdinalField)) {
		return true // numbers are given in one place
	}
	for _, theirs := range roots(x.found, x.Signature, x.minimal) {
		log, kind := logOf(x.example, theirs.InteractionID), kindOf(theirs)
		for _, own := range mine {
			if (kind == kindOf(own) || slices.Contains(kinds, kind)) &&
				(contains(log, theirs, f.Minimal.Log, own) || x.minimal && contains(f.Minimal.Log, own, log, theirs)) {
				return true
			}
		}
	}
	return false
}

// contains reports whether log contains what goes wrong in the other chat, and goes wrong in the same way there.
func contains(log []model.Event, d *model.Difference, other []model.Event, of *model.Difference) bool {
	whole, part := trace(log, d), trace(other, of).essence(other, of)
	return whole != nil && part != nil && (part.within(whole) || part.recurs() && part.alike(whole))
}

// kinds returns the kinds of everything required that is wrong in the finding's chat.
func (f *Finding) kinds() (kinds []string) {
	for i := range f.Found {
		if f.Found[i].Required {
			kinds = append(kinds, kindOf(&f.Found[i]))
		}
	}
	return kinds
}

// logOf returns the chat of a case with an id. If there is only one chat, it may have been asked under another id.
func logOf(c *model.Case, id string) []model.Event {
	chats := model.Chats(c.Events)
	for _, log := range chats {
		if len(chats) == 1 || log[0].InteractionID == id {
			return log
		}
	}
	return nil
}

// kindOf says what kind of thing is wrong: for a descriptor, which part of it, and what it became. A wrong role says it
// all: a program that mistakes how an agent came also gets wrong how the attempt ends.
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
				if i == 0 {
					break
				}
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

// weight says how telling a difference is, the lowest first: a row or its descriptor, then what follows from them.
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

// weight returns the weight of the sighting's own difference.
func (x *sighting) weight() int {
	if d := differenceOf(x.found, x.Signature); d != nil {
		return weight(d)
	}
	return 0
}

// traced is a chat as a cause sees it: what happens, to whom, and for whom it goes wrong.
type traced struct {
	steps  []tracedStep
	party  int    // for whom it goes wrong; -1 is nobody
	queue  bool   // the party is a queue
	course string // what happens to the party, a letter for each step
}

// tracedStep is an event, with parties and queues by number. All queues share a number, and so do all strategies,
// except for the one whose row is wrong: which queue or strategy a chat comes through rarely matters.
type tracedStep struct {
	seq                 int64
	move                model.Move
	actor, party, queue int // -1 is none
}

// trace follows a difference through its chat. It returns nil for an empty log.
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
		if kind != string(model.Agent) && id != d.Resource {
			id = "another"
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

// ofOpening reports whether a difference is about what is decided when an attempt begins: that there is a row, and its
// role.
func ofOpening(d *model.Difference) bool {
	return d.Field == model.RowField || d.Field == model.DescriptorField && parts(d.Expected)[0] != parts(d.Actual)[0]
}

// essence leaves out the stop if the row that differs has ended before: then any stop will do. If the difference is
// about what is decided when an attempt begins, it also leaves out how the attempt ended, unless that needs others: a
// program that loses the rows of consults loses those that are declined and those that are accepted.
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

// courseOf returns what happens to a party, whoever does it: i is invited, j joined, n not answered or declined,
// l left, s hands on.
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

// apart gives an agent another name each time it comes again. It returns nil if none does, or if the result is no chat.
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

// alike reports whether the other's party goes through everything that this one does, in that order.
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

// within reports whether everything that happens here happens in the other, in that order, for some assignment of the
// parties that maps the party for whom it goes wrong to its counterpart.
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
