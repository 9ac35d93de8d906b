package twin

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// family keeps the draws of a twin apart from those of other chats with the same seed.
const family = 101

// mostEvents is the most events of a chat. Only a profile that runs in circles reaches it.
const mostEvents = 1000

// Plan says how chats are made. It does not change, and several goroutines may use it.
type Plan struct {
	*Profile
	Seed  uint64
	Start time.Time // when the first day begins; chats begin then or after it

	rising  [days*quarters + 1]float64 // chats of a week that begin before a quarter of an hour
	skipped float64                    // of these, the chats before the start
	people  [3][]string
	load    [3][]float64 // rising shares
	atOnce  float64      // how many other chats an agent has when it takes one, on average
	evenly  bool         // agents take turns
	monday  int64        // the last one before the start, in Unix seconds
}

// NewPlan returns the plan of a profile's chats.
func NewPlan(p *Profile, seed uint64, start time.Time) *Plan {
	plan := &Plan{Profile: p, Seed: seed, Start: start}
	for i := range days * quarters {
		plan.rising[i+1] = plan.rising[i] + p.Week[i/quarters][i%quarters]
	}
	quarter := floorDiv(start.Unix(), 900)
	plan.monday = (quarter - int64(weekly(quarter))) * 900
	plan.skipped = plan.before(start.Unix())
	for kind, of := range []struct {
		word string
		*Load
	}{{"Agent", &p.Agents}, {"Queue", &p.Queues}, {"Strategy", &p.Strategies}} {
		sum := 0.0
		for n, share := range of.each() {
			sum += share
			plan.people[kind] = append(plan.people[kind], fmt.Sprintf("%s %d", of.word, n+1))
			plan.load[kind] = append(plan.load[kind], sum)
		}
	}
	plan.spreadChats()
	return plan
}

// spreadChats determines how chats are spread over the agents on duty. If each chat goes to a random agent, the number
// of chats that an agent has at once has a variance equal to its mean (Poisson). If the variance is much less, agents
// take turns. An agent then has half a chat more than its share of the open chats, because a chat is counted when it
// comes.
func (p *Plan) spreadChats() {
	squares := 0.0
	for i, share := range p.AtOnce {
		p.atOnce += share * float64(i)
		squares += share * float64(i*i)
	}
	p.evenly = squares-p.atOnce*p.atOnce < 0.7*p.atOnce
	if p.evenly {
		p.atOnce += 0.5
	}
}

// before returns how many chats of a week begin before the given Unix second.
func (p *Plan) before(at int64) float64 {
	quarter := floorDiv(at, 900)
	i := weekly(quarter)
	return p.rising[i] + (p.rising[i+1]-p.rising[i])*float64(at-quarter*900)/900
}

// ChatsOf returns how many chats begin in the n days from the start.
func (p *Plan) ChatsOf(n int) int {
	week := p.rising[days*quarters]
	weeks, rest := n/days, n%days
	end := p.before(p.Start.Unix() + int64(rest)*24*3600)
	if end < p.skipped {
		end += week
	}
	return int(float64(weeks)*week + end - p.skipped)
}

// began returns when a chat begins if n chats, which may have a fraction, have begun before it.
func (p *Plan) began(n float64) time.Time {
	n += p.skipped
	week := p.rising[days*quarters]
	weeks := math.Floor(n / week)
	n -= weeks * week
	i := min(sort.Search(days*quarters, func(i int) bool { return p.rising[i+1] > n }), days*quarters-1)
	seconds := int64(weeks)*days*24*3600 + int64(i)*900
	if here := p.rising[i+1] - p.rising[i]; here > 0 {
		seconds += int64(min(max((n-p.rising[i])/here, 0), 0.999999) * 900)
	}
	at := p.monday + seconds
	return time.Unix(max(at, p.Start.Unix()), 0).UTC()
}

// Finishes reports whether chats of the plan may be finished in a finishing queue.
func (p *Plan) Finishes() bool {
	return slices.ContainsFunc(p.Moves, func(s Share[Choice]) bool { return s.Of.Move == model.Finish })
}

// Maker makes the chats of a plan. It keeps working memory: use one per goroutine.
type Maker struct {
	plan   *Plan
	walker *gen.Walker
	src    *gen.Seeded
	number int
	agents int // that a chat may meet

	people  gen.People
	met     [3]int // how many agents, queues and strategies the chat has met
	last    [3]int
	routed  int // agents that were chosen
	choice  Choice
	states  [2]*Next // where the choice was made: its state, and that state whatever came before; nil if not known
	events  int      // how many events of the move were written
	onDuty  []ranked // the first of those ranked for the shift
	shift   int64
	sorting []ranked
}

// NewMaker returns a maker of the plan's chats.
func NewMaker(p *Plan) *Maker {
	limits := gen.Driven([]string{model.Usual.Completed[0], model.Usual.Canceled[0]}, mostEvents)
	limits.Agents, limits.Queues = min(limits.Agents, p.Agents.Count), min(limits.Queues, p.Queues.Count)
	limits.Strategies = min(limits.Strategies, p.Strategies.Count)
	return &Maker{plan: p, walker: gen.NewWalker(limits), agents: limits.Agents, shift: math.MinInt64}
}

// Chat makes chat i, from 0. Chats begin in the order of their numbers. The events are valid until the next call.
func (m *Maker) Chat(i int, id string) []model.Event {
	m.src, m.number = gen.Seed(gen.Generation, family, m.plan.Seed, uint64(i)), i
	m.met, m.last, m.routed, m.events = [3]int{}, [3]int{-1, -1, -1}, 0, 0
	began := m.plan.began(float64(i) + m.unit())
	if m.plan.atOnce > 0 {
		m.takeDuty(began)
	}
	m.choice = Choice{Move: model.Submit}
	return m.walker.Drive(id, began, &m.people, m)
}

// unit draws a number from 0 to 1.
func (m *Maker) unit() float64 { return float64(m.src.Intn(1<<53)) / (1 << 53) }

// Move draws a move by the state; or else by the same state whatever came before; or else by all states.
func (m *Maker) Move(s gen.State, legal gen.MoveSet) model.Move {
	m.events = 0
	m.states = [...]*Next{m.plan.States[s], m.plan.States[s.AnyHistory()]}
	for _, next := range m.states {
		if next != nil && m.draw(next.Choices, next.Rest, legal) {
			return m.choice.Move
		}
	}
	if !m.draw(m.plan.Moves, 0, legal) {
		m.choice = Choice{Move: model.Stop}
	}
	return m.choice.Move
}

// draw draws one of the legal choices. It reports false if the rest was drawn or no choice is legal.
func (m *Maker) draw(list []Share[Choice], rest float64, legal gen.MoveSet) bool {
	sum := rest
	for i := range list {
		if legal.Has(list[i].Of.Move) {
			sum += list[i].Share
		}
	}
	at := m.unit() * sum
	for i := range list {
		if !legal.Has(list[i].Of.Move) {
			continue
		}
		at -= list[i].Share
		if at < 0 {
			m.choice = list[i].Of
			return true
		}
	}
	return false
}

// Which returns the one that the choice's detail names.
func (m *Maker) Which(_ model.ResourceType, list []int8) int {
	switch n := len(list); {
	case m.choice.Detail == theFirst || n == 1:
		return 0
	case m.choice.Detail == theLast || n == 2:
		return n - 1
	default:
		return 1 + m.src.Intn(n-2)
	}
}

// Newcomer draws an agent.
func (m *Maker) Newcomer(free []int8) int {
	at := -1
	class := m.class(m.met[kindAgent] < m.agents, len(free) > 0)
	if class == classSame {
		at = slices.Index(free, int8(m.last[kindAgent]))
	}
	if class != classNew && at < 0 {
		at = m.src.Intn(len(free))
	}
	if class == classNew {
		n := m.met[kindAgent]
		m.people.Agents[n] = m.name(kindAgent, m.people.Agents[:n])
		m.met[kindAgent]++
		m.last[kindAgent] = n
		return len(free)
	}
	m.last[kindAgent] = int(free[at])
	return at
}

// Known draws a queue or a strategy.
func (m *Maker) Known(of model.ResourceType, seen, n int) int {
	kind, names := kindQueue, m.people.Queues[:]
	if of == model.StrategyResource {
		kind, names = kindStrategy, m.people.Strategies[:]
	}
	at := m.last[kind]
	switch m.class(seen < n, seen > 0) {
	case classNew:
		names[seen] = m.name(kind, names[:seen])
		at = seen
	case classOther:
		at = m.src.Intn(max(seen-1, 1))
		if at >= m.last[kind] && seen > 1 {
			at++
		}
	}
	m.last[kind] = at
	return at
}

// class draws whether the chat comes to somebody new, to the last one, or to another that it has met.
func (m *Maker) class(mayBeNew, mayBeMet bool) int {
	a, known := m.plan.Again[m.choice.Move]
	switch {
	case !mayBeMet:
		return classNew
	case !mayBeNew && !known:
		return classSame
	case !known:
		a.New = 1
	}
	at := m.unit() * (a.New + a.Same + a.Other)
	switch {
	case at < a.New && mayBeNew:
		return classNew
	case at < a.New+a.Same:
		return classSame
	}
	return classOther
}

// name draws one of all agents, queues or strategies that the chat has not met.
func (m *Maker) name(kind int, met []string) string {
	people := m.plan.people[kind]
	at := 0
	for try := range 8 {
		if kind == kindAgent && len(m.onDuty) > 0 && try < 4 {
			turn := m.number + m.routed
			if !m.plan.evenly {
				turn = m.src.Intn(len(m.onDuty))
			}
			at = m.onDuty[turn%len(m.onDuty)].agent
			m.routed++
		} else {
			at = sort.SearchFloat64s(m.plan.load[kind], m.unit())
		}
		at = min(at, len(people)-1)
		if !slices.Contains(met, people[at]) {
			return people[at]
		}
	}
	for slices.Contains(met, people[at]) {
		at = (at + 1) % len(people)
	}
	return people[at]
}

// Mode draws a conference's mode.
func (m *Maker) Mode(given model.VisibilityMode) model.VisibilityMode {
	list, known := m.plan.Modes[Given{m.choice.Move, given}]
	if !known {
		return 0
	}
	at := m.unit()
	for mode, share := range list {
		at -= share
		if at < 0 {
			return model.VisibilityMode(mode)
		}
	}
	return 0
}

// Stopper returns the choice's stopper.
func (m *Maker) Stopper() model.PartyType { return stoppers[m.choice.Detail] }

// Neutral returns the choice's neutral event.
func (m *Maker) Neutral() int { return int(m.choice.Detail) }

// Finishing returns the choice's finishing queue.
func (m *Maker) Finishing() int { return int(m.choice.Detail) }

// Wait draws how long the next event takes, in whole seconds.
func (m *Maker) Wait() time.Duration {
	m.events++
	if m.choice.Move == model.Submit {
		return 0
	}
	var q Quantiles
	for _, next := range m.states {
		if q == nil && next != nil && m.events == 1 {
			q = next.Waits[m.choice.Move]
		}
	}
	if q == nil {
		q = m.plan.Waits[Wait{m.choice.Move, m.events == 2}]
	}
	if len(q) == 0 {
		return 0
	}
	return time.Duration(math.Round(q.At(m.unit()))) * time.Second
}

// Medium draws the chat's medium.
func (m *Maker) Medium() string {
	at := m.unit()
	for _, medium := range m.plan.Media {
		at -= medium.Share
		if at < 0 {
			if medium.Of == knownMedia[0] {
				return ""
			}
			return medium.Of
		}
	}
	return ""
}

type ranked struct {
	agent int
	key   float64
}

// shiftLength is how long the same agents are on duty, in seconds.
const shiftLength = 2 * 3600

// takeDuty finds who is on duty: so many agents that each has as many chats at once as in the profile. An agent with a
// larger share of the chats is on duty more often.
func (m *Maker) takeDuty(at time.Time) {
	p := m.plan
	quarter := floorDiv(at.Unix(), 900)
	i := weekly(quarter)
	open := p.Week[i/quarters][i%quarters] / 900 * p.Handled
	n := min(max(int(math.Ceil(open/p.atOnce)), 1), p.Agents.Count)
	if shift := floorDiv(at.Unix(), shiftLength); shift != m.shift {
		m.shift = shift
		src, before := gen.Seed(gen.Generation, family+1, p.Seed, uint64(shift)), 0.0
		m.sorting = m.sorting[:0]
		for agent, upTo := range p.load[kindAgent] {
			u := (float64(src.Intn(1<<52)) + 1) / (1 << 52)
			m.sorting = append(m.sorting, ranked{agent, -math.Log(u) / max(upTo-before, 1e-12)})
			before = upTo
		}
		slices.SortFunc(m.sorting, func(a, b ranked) int {
			return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.agent, b.agent))
		})
	}
	m.onDuty = m.sorting[:n]
}
