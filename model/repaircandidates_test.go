package model

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What is not yielded as a candidate is refused by the fold, or is one that is yielded but for what no row tells: each
// event of a small world is tried in each state of many walks.
func TestCandidates(t *testing.T) {
	every := smallWorld()
	r := NewRepairer(Reference())
	r.agents, r.strategies = []string{"A", "B", unknownNames[0]}, []string{"S", "T", unknownNames[0]}
	r.queues = []string{"Q", unknownNames[0], "iWD_Completed", "iWD_Canceled"}
	src := rand.New(rand.NewPCG(1, 2))
	states, legal := 0, 0
	for range 400 {
		var f fold
		r.events = make([]Event, 40)
		f.reset(Reference(), r.events)
		for at := range int32(40) {
			var yielded []Event
			r.candidates(&f, func(e Event, _ bool) { e.InteractionID = "chat"; yielded = append(yielded, e) })
			var next []Event
			for _, e := range every {
				n, told := f.tried(e, at)
				if !told {
					continue
				}
				next = append(next, e)
				assert.True(t, slices.ContainsFunc(yielded, func(c Event) bool { return c.Alike(&n) }), "%s by %v of %v, %s %s %d %s", n.Name, n.Actor, n.Party, n.Queue, n.Operation, n.VisibilityMode, n.Reason)
			}
			states, legal = states+1, legal+len(next)
			if len(next) == 0 || t.Failed() {
				break
			}
			r.events[at] = next[src.IntN(len(next))]
			f.turn = append(f.turn, at)
			f.step(&r.events[at], r.events[at].Name.kind(), at, at) //nolint:errcheck // it was tried
		}
	}
	assert.Greater(t, legal, 20*states)
}

// tried reports whether an event may come next, and gives its normal form: that of the candidates.
func (f *fold) tried(e Event, at int32) (Event, bool) {
	var g fold
	f.copyTo(&g)
	f.events[at] = e
	g.turn = append(g.turn, at)
	if g.checkFields(&e, e.Name.kind()) != nil || g.step(&f.events[at], e.Name.kind(), at, at) != nil {
		return e, false
	}
	if e.Name == TakenFromQueue && e.Actor.Type == Agent && f.open(e.Actor.ID) != never {
		return e, false // who takes it is added next, and cannot be
	}
	operation := f.leg.operation
	switch e.Name {
	case Submitted:
		e.Actor = Party{Type: MediaServer}
	case ProcessingStopped:
		if e.Actor.Type != MediaServer {
			e.Actor = Party{Type: InteractionServer}
		}
	case PlacedInQueue:
		if e.Actor.Type == Agent {
			if operation = e.Operation; g.due == removalDue && g.attempts[g.leaver].finished != unfinished {
				e.Operation, operation = "", ""
			}
			break
		}
		if e.Operation = ""; e.Actor.Type == Strategy {
			e.Actor = Party{Type: InteractionServer}
		}
	case PartyAdded:
		if i := f.open(e.Party.ID); e.Party.Type == Agent && i != never {
			operation = f.attempts[i].operation
		} else if e.Party.Type == Strategy {
			operation = ""
		}
		e.Actor = e.Party
	case AgentInvited:
		if e.Actor.Type == Agent {
			operation = e.Operation
		} else {
			e.Operation = ""
		}
	case Rejected:
		e.Actor = e.Party
	case Revoked:
		if e.Actor = (Party{Type: InteractionServer}); f.attempts[f.open(e.Party.ID)].state == party {
			e.Reason = Expired
		}
	case PartyRemoved:
		if e.Party.Type == Strategy || e.Actor.Type != MediaServer {
			e.Actor = e.Party
		}
	}
	if operation != Conference {
		e.VisibilityMode = 0
	}
	return e, true
}

// smallWorld is every event of a few parties and queues; who takes a chat is named.
func smallWorld() (all []Event) {
	parties := []Party{{Agent, "A"}, {Agent, "B"}, {Strategy, "S"}, {Strategy, "T"}}
	actors := append([]Party{{Type: MediaServer}, {Type: InteractionServer}}, parties...)
	add := func(e Event) {
		e.InteractionID, e.Time = "chat", time.Unix(1, 0)
		all = append(all, e)
	}
	for _, by := range actors {
		add(Event{Name: Submitted, Actor: by})
		add(Event{Name: ProcessingStopped, Actor: by})
		for _, queue := range []string{"Q", "iWD_Completed"} {
			for _, op := range []Operation{"", Transfer, Conference} {
				for mode := range VisibilityMode(4) {
					add(Event{Name: PlacedInQueue, Actor: by, Queue: queue, Operation: op, VisibilityMode: mode})
				}
			}
			if by.ID != "" {
				add(Event{Name: TakenFromQueue, Actor: by, Queue: queue})
			}
		}
		for _, p := range parties {
			add(Event{Name: PartyRemoved, Actor: by, Party: p})
			add(Event{Name: Rejected, Actor: by, Party: p})
			for _, reason := range []string{Expired, Stopped, "Canceled"} {
				add(Event{Name: Revoked, Actor: by, Party: p, Reason: reason})
			}
			for mode := range VisibilityMode(4) {
				add(Event{Name: PartyAdded, Actor: by, Party: p, VisibilityMode: mode})
				for _, op := range []Operation{"", Transfer, Conference} {
					add(Event{Name: AgentInvited, Actor: by, Party: p, Operation: op, VisibilityMode: mode})
				}
			}
		}
	}
	return all
}
