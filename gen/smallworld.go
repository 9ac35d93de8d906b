package gen

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

// smallWorld is all chats over an alphabet, up to a number of events.
type smallWorld struct {
	Limits
	events int
}

// smallWorlds are nested by what a fault most often needs: a second agent, a consult, a third agent, and only then
// all that the grammar has. A world of everything reaches 7 events when one of two agents reaches 10, and faults of
// history need length before they need variety. The test says how many chats each world adds.
var smallWorlds = func() []smallWorld {
	pair := Limits{
		Agents: 2, Queues: 1, Strategies: 1, Modes: []model.VisibilityMode{0},
		Stops: []model.PartyType{model.MediaServer},
	}
	consult := pair
	consult.Modes, consult.Stops = []model.VisibilityMode{0, model.Coach}, []model.PartyType{
		model.MediaServer, model.Agent,
	}
	three := consult
	three.Agents = 3
	everything := Everyday
	everything.Weighted, everything.Irregular = false, false
	return []smallWorld{
		{pair, 8},
		{everything, 5},
		{pair, 10},
		{consult, 9},
		{three, 9},
		{everything, 7},
		{Exhaustive, 9},
		{three, 10},
		{everything, 8},
		{consult, 12},
		{everything, 9},
	}
}()

// SmallChats makes the chats of the smallest alphabets, each once: all of one alphabet in order of length, then those
// that the next one adds. So the first that shows something is proven to be the shortest over its alphabet.
type SmallChats struct {
	world, length int
	walker        *Walker
	choices       *Odometer
	more          bool
}

// NewSmallChats starts with the chat of two events.
func NewSmallChats() *SmallChats {
	s := &SmallChats{length: 1}
	s.lengthen()
	return s
}

// lengthen moves on to the chats that are one event longer, or to the next alphabet.
func (s *SmallChats) lengthen() {
	if s.length++; s.length > smallWorlds[s.world].events {
		s.world, s.length = s.world+1, 2
	}
	if s.world == len(smallWorlds) {
		return
	}
	limits := smallWorlds[s.world].Limits
	limits.Events = s.length
	s.walker, s.choices, s.more = NewWalker(limits), new(Odometer), true
}

// Next makes the next chat, as interaction id; ok is false after the last. The events are the memory of s: valid
// until the next call.
func (s *SmallChats) Next(id string) (log []model.Event, ok bool) {
	for s.world < len(smallWorlds) {
		if !s.more {
			s.lengthen()
			continue
		}
		log = s.walker.Log(id, s.choices)
		s.more = s.choices.Next()
		if len(log) == s.length && !s.had(log) {
			return log, true
		}
	}
	return nil, false
}

// had reports whether an earlier world has the chat.
func (s *SmallChats) had(log []model.Event) bool {
	if s.world == 0 {
		return false
	}
	needs := alphabetOf(log)
	for i := range s.world {
		if w := &smallWorlds[i]; len(log) <= w.events && w.has(&needs) {
			return true
		}
	}
	return false
}

// has reports whether the grammar within these limits makes a log that it makes within others, and that needs these.
func (l *Limits) has(needs *Limits) bool {
	return needs.Agents <= l.Agents && needs.Queues <= l.Queues && needs.Strategies <= l.Strategies &&
		(l.OtherReasons || needs.moves&(1<<revokeOther) == 0) && among(needs.Modes, l.Modes) &&
		among(needs.Stops, l.Stops) &&
		among(needs.Neutral, l.Neutral) && among(needs.Finishing, l.Finishing)
}

func among[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(x T) bool { return !slices.Contains(all, x) })
}
