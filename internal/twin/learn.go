package twin

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Learner counts what chats are like. It keeps working memory: use one per goroutine, and merge the tallies.
type Learner struct {
	Tally *Tally

	walker     *gen.Walker
	classifier *model.Classifier
	chat       model.Chat
	follower
}

// NewLearner returns a learner of the chats of the table's deployment.
func NewLearner(t *model.Table) *Learner {
	d := t.Deployment()
	finishing := slices.Concat(d.Completed, d.Canceled)
	tally := NewTally()
	return &Learner{
		Tally: tally, walker: gen.NewWalker(gen.Driven(finishing, 1<<20)), classifier: model.NewClassifier(t),
		follower: follower{tally: tally, deployment: d},
	}
}

// Learn learns from the events of a chat, which may be in any order and have duplicates. An unfinished or ill-formed
// chat is counted, but teaches nothing.
func (l *Learner) Learn(events []model.Event) {
	switch err := l.classifier.Classify(&l.chat, events); {
	case err != nil:
		bad, _ := err.(*model.IllFormed)
		l.Bad(bad.Requirement)
	case l.chat.InteractionID == "": // no event of a known name
	case l.chat.Ended.IsZero():
		l.Tally.Unfinished++
	default:
		l.order(events)
		l.walk()
	}
}

// Bad counts an ill-formed chat, by what it breaks.
func (l *Learner) Bad(requirement string) {
	l.Tally.IllFormed++
	l.Tally.Requirements[requirement]++
}

// order keeps the known events, each once, in order of seq. It drops neutral events after the stop, and those between
// the two events of a move.
func (l *Learner) order(events []model.Event) {
	bySeq := func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) }
	if !slices.IsSortedFunc(events, bySeq) {
		l.sorted = append(l.sorted[:0], events...)
		slices.SortStableFunc(l.sorted, bySeq)
		events = l.sorted
	}
	l.log = l.log[:0]
	within, last := false, int64(math.MinInt64)
	for i := range events {
		e := &events[i]
		if !e.Name.Known() {
			continue
		}
		again := e.Seq == last
		last = e.Seq
		if again || within && e.Name.Neutral() {
			continue
		}
		within = e.Name == model.TakenFromQueue || e.Name == model.ProcessingStopped ||
			e.Name == model.PlacedInQueue && e.Actor.Type == model.Agent
		l.log = append(l.log, *e)
	}
}

func (l *Learner) walk() {
	l.begin()
	made := l.walker.Drive("", time.Time{}, &l.people, &l.follower)
	ok := !l.lost && len(made) == len(l.log)
	for i := 0; ok && i < len(made); i++ {
		ok = made[i].Name == l.log[i].Name && (made[i].Party == l.log[i].Party || made[i].Party == model.Party{})
	}
	if !ok {
		l.Tally.Unlike++
		return
	}
	t := l.Tally
	t.Chats++
	t.Events += len(l.log)
	number := uint32(t.Chats)
	for i := range l.seen {
		t.learn(&l.seen[i], number)
	}
	for _, c := range l.counted {
		c.add(number)
	}
	t.media[mediumOf(l.log[0].MediaType)].add(number)
	for k, names := range l.chosen {
		for _, name := range names {
			t.loads[k].add(name, 1)
		}
	}
	began, ended := l.log[0].Time.Unix(), l.log[len(l.log)-1].Time.Unix()
	t.starts[weekly(floorDiv(began, 900))]++
	t.began[int32(floorDiv(began, 24*3600))]++
	t.length.add(number, ended-began)
	t.handle(l.log)
	t.rowsOf(&l.chat, number)
}

func (t *Tally) learn(o *observed, chat uint32) {
	s := t.state(o.state)
	for _, s := range [...]*stateTally{s, s.pool, &t.all} {
		s.n++
		m := s.move(o.choice.Move)
		m.details[o.choice.Detail].add(chat)
		m.wait.add(chat, o.wait)
	}
	if twoEvents(o.choice.Move) {
		t.within[o.choice.Move].add(chat, o.within)
	}
}

// floorDiv divides and rounds down, also before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// weekly returns the place in the week, from Monday on, of a quarter of an hour counted from 1970.
func weekly(quarter int64) int {
	const toMonday = 3 * quarters // 1970 began on a Thursday
	return int(((quarter+toMonday)%(days*quarters) + days*quarters) % (days * quarters))
}

// handle counts how long agents handled the chat.
func (t *Tally) handle(log []model.Event) {
	ended := log[len(log)-1].Time.Unix()
	for i := range log {
		e := &log[i]
		if e.Name != model.PartyAdded || e.Party.Type != model.Agent {
			continue
		}
		x := stay{hashOf(e.Party.ID), e.Time.Unix(), ended}
		for j := i + 1; j < len(log); j++ {
			if o := &log[j]; o.Party == e.Party && (o.Name == model.PartyRemoved || o.Name == model.Revoked) {
				x.end = o.Time.Unix()
				break
			}
		}
		x.end = max(x.end, x.start)
		t.handled += x.end - x.start
		t.stays.add(x)
	}
}

// hashOf hashes a name. Unlike a hash of package maphash, it is the same in every run.
func hashOf(name string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// mostRows is how many rows of a chat tell its flow.
const mostRows = 4

func (t *Tally) rowsOf(c *model.Chat, chat uint32) {
	var flow [mostRows]uint8
	for i := range c.IRFs {
		n := t.number(c.IRFs[i].Descriptor())
		t.rows[n].add(chat)
		if i < mostRows {
			flow[i] = n
		}
	}
	in(t.flows, flow).add(chat)
}

// follower drives a walk along a chat that happened, and records what it chose.
type follower struct {
	sorted, log []model.Event
	at, next    int // the event of the current move, and of the next move
	written     int // events that the walk has made
	lost        bool
	deployment  *model.Deployment
	tally       *Tally

	people  gen.People
	agents  int // that have a name
	last    [3]int
	seen    []observed
	counted []*count // the counts to raise, once it is certain that the walk is the log's
	chosen  [3][]uint64
}

// observed is what was chosen once.
type observed struct {
	state        gen.State
	choice       Choice
	wait, within int64
}

func (f *follower) begin() {
	f.at, f.next, f.written, f.lost, f.agents = 0, 1, 0, false, 0
	f.last = [3]int{-1, -1, -1}
	f.seen, f.counted = f.seen[:0], f.counted[:0]
	for k := range f.chosen {
		f.chosen[k] = f.chosen[k][:0]
	}
}

func (f *follower) lose() int {
	f.lost = true
	return 0
}

func (f *follower) choice() *Choice { return &f.seen[len(f.seen)-1].choice }

// Move returns the move that the log makes next.
func (f *follower) Move(s gen.State, legal gen.MoveSet) model.Move {
	f.at = f.next
	if f.lost || f.at >= len(f.log) {
		f.lose()
		f.at = len(f.log) - 1
		f.seen = append(f.seen, observed{})
		return model.Stop
	}
	e := &f.log[f.at]
	m := model.MoveOf(f.log, f.at)
	if e.Name == model.PlacedInQueue && m != model.Finish && e.Actor.Type == model.Agent &&
		legal.Has(model.Finish) && f.deployment.Finishes(e.Queue) {
		m = model.Finish
	}
	if !legal.Has(m) {
		f.lose()
		m = model.Stop
	}
	f.next++
	if twoEvents(m) {
		f.next++
	}
	f.lost = f.lost || f.next > len(f.log)
	f.seen = append(f.seen, observed{state: s, choice: Choice{Move: m}})
	return m
}

// Which finds the agent, or the strategy, that the move is about.
func (f *follower) Which(of model.ResourceType, list []int8) int {
	e, names := &f.log[f.at], &f.people.Agents
	if of == model.StrategyResource {
		names = &f.people.Strategies
	}
	name := e.Party.ID
	if e.Name == model.AgentInvited || e.Name == model.PlacedInQueue {
		name = e.Actor.ID
	}
	at := slices.IndexFunc(list, func(i int8) bool { return names[i] == name })
	switch {
	case at < 0:
		return f.lose()
	case at == 0:
		f.choice().Detail = theFirst
	case at == len(list)-1:
		f.choice().Detail = theLast
	default:
		f.choice().Detail = inBetween
	}
	return at
}

// second returns the second event of a move that has two.
func (f *follower) second() *model.Event { return &f.log[min(f.at+1, len(f.log)-1)] }

// The kinds of what a chat comes to, new to it or again.
const (
	kindAgent = iota
	kindQueue
	kindStrategy
)

// classes of choices among what a chat has met.
const (
	classNew = iota
	classSame
	classOther
)

// Newcomer finds the agent who is invited, or pulls.
func (f *follower) Newcomer(free []int8) int {
	e := &f.log[f.at]
	if e.Name == model.TakenFromQueue {
		e = f.second()
	}
	at := slices.IndexFunc(free, func(i int8) bool { return f.people.Agents[i] == e.Party.ID })
	number := f.agents
	if at >= 0 {
		number = int(free[at])
	} else if at = len(free); number < len(f.people.Agents) {
		f.people.Agents[number] = e.Party.ID
		f.agents++
	} else {
		return f.lose()
	}
	f.meet(kindAgent, number, at == len(free), len(free) > 0, e.Party.ID)
	return at
}

// Known finds the queue in which the chat is placed, or the strategy that takes it.
func (f *follower) Known(of model.ResourceType, seen, n int) int {
	kind, names, name := kindQueue, f.people.Queues[:], f.log[f.at].Queue
	if of == model.StrategyResource {
		kind, names, name = kindStrategy, f.people.Strategies[:], f.second().Party.ID
	}
	at := slices.Index(names[:seen], name)
	isNew := at < 0
	if isNew && seen == n {
		return f.lose()
	} else if isNew {
		at = seen
		names[at] = name
	}
	f.meet(kind, at, isNew, seen > 0, name)
	return at
}

// meet records whom or what the chat comes to. It counts a choice only if the chat had met another to choose from.
func (f *follower) meet(kind, number int, isNew, choice bool, name string) {
	class := classOther
	switch {
	case isNew:
		class = classNew
		f.chosen[kind] = append(f.chosen[kind], hashOf(name))
	case number == f.last[kind]:
		class = classSame
	}
	f.last[kind] = number
	if choice {
		f.counted = append(f.counted, &f.tally.again[f.choice().Move][class])
	}
}

// Mode returns the mode that the log gives.
func (f *follower) Mode(given model.VisibilityMode) model.VisibilityMode {
	e := &f.log[f.at]
	if e.Name == model.TakenFromQueue {
		e = f.second()
	}
	if e.VisibilityMode < 0 || e.VisibilityMode > model.Coach {
		f.lose()
		return 0
	}
	f.counted = append(f.counted, &f.tally.modes[f.choice().Move][given][e.VisibilityMode])
	return e.VisibilityMode
}

// Stopper returns who stops the chat in the log.
func (f *follower) Stopper() model.PartyType {
	by := f.log[f.at].Actor.Type
	at := slices.Index(stoppers[:], by)
	if at < 0 {
		f.lose()
		return model.MediaServer
	}
	f.choice().Detail = uint8(at)
	return by
}

// Neutral returns which neutral event the log has.
func (f *follower) Neutral() int {
	at := slices.Index(neutrals[:], f.log[f.at].Name)
	if at < 0 {
		return f.lose()
	}
	f.choice().Detail = uint8(at)
	return at
}

// Finishing returns the finishing queue of the log.
func (f *follower) Finishing() int {
	at := slices.Index(f.deployment.Completed, f.log[f.at].Queue)
	detail := uint8(0)
	if at < 0 {
		at, detail = slices.Index(f.deployment.Canceled, f.log[f.at].Queue)+len(f.deployment.Completed), 1
	}
	f.choice().Detail = detail
	return at
}

// Wait records how long the log waits before the event that the walk writes.
func (f *follower) Wait() time.Duration {
	f.written++
	i := f.written - 1
	if i == 0 || i >= len(f.log) {
		return 0
	}
	seconds := max(f.log[i].Time.Unix()-f.log[i-1].Time.Unix(), 0)
	if i == f.at {
		f.seen[len(f.seen)-1].wait = seconds
	} else {
		f.seen[len(f.seen)-1].within = seconds
	}
	return 0
}

// Medium is of no consequence for the walk.
func (f *follower) Medium() string { return "" }
