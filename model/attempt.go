package model

import "slices"

// state says where an attempt stands.
type state uint8

const (
	pending   state = iota // invited
	withdrawn              // revoked as Stopped: pending until the stop
	party                  // accepted or pulled
	waiting                // left while its direct transfer was still undecided (I17)
	over
)

// handover says whether, and how, an agent has handed the chat over.
type handover uint8

const (
	notHanded handover = iota
	accepted           // the target of its direct transfer accepted
	queued             // it transferred through a queue
)

// attempt is one attempt to handle the chat. Each makes one IRF (V3).
type attempt struct {
	agent     string
	inviter   int32     // the attempt of the agent that asked for it; never for an entering chat
	operation Operation // what that agent wants; "" for an entering chat
	queue     string    // the queue it came through, if a leg brought it
	modes     modes
	movedOn   bool // its leg had been back or on to another queue (I13)
	sentOn    bool // its leg had been on to another queue (I13)
	afterTime bool // its leg followed a handling timeout (I21)
	pulled    bool
	state     state
	how       Ending
	offering  bool // a direct transfer of its own is pending
	handed    handover
	finished  finishing // it placed the chat in a finishing queue (I20)
	marks     Clauses   // of its history
	late      bool      // its transfer was decided after it had left (I17)
	outlasted bool      // it left only after everyone who had accepted a transfer of its own had left (I17)

	opened, joined, closed, handedOver int32 // events
	withdrawnAt                        int32
	openedTurn, joinedTurn, closedTurn int32
	targets                            int32 // who accepted a direct transfer of its own, and is still a party
	handedTo                           string
}

// modes are the visibility modes that a conference was given, by seq: when it was queued or re-queued, when the agent
// was invited, and when the agent accepted (R3, I18). They mean nothing for other attempts.
type modes struct {
	first, last VisibilityMode // 0 is none
	from        int32          // the event that gave the last
	unlike      bool           // they are not all the same
	requeued    bool           // all of them were given on re-queueings
}

func (m *modes) give(mode VisibilityMode, at int32, requeueing bool) {
	switch {
	case mode == 0:
		return
	case m.last == 0:
		m.first, m.requeued = mode, requeueing
	default:
		m.unlike = m.unlike || mode != m.last
		m.requeued = m.requeued && requeueing
	}
	m.last, m.from = mode, at
}

// stage says how far a leg has come. A leg is the chat's way through a queue and a strategy to an agent.
type stage uint8

const (
	noLeg stage = iota
	inQueue
	taken
	routing
	alerting
	failed // its invitation was revoked or rejected; another queue follows, or the stop
)

type leg struct {
	stage     stage
	queue     string
	strategy  string
	initiator int32 // the attempt that transfers or conferences through the queue; never for an entering chat
	operation Operation
	modes     modes
	movedOn   bool // back in a queue, or on to another
	sentOn    bool // on to another queue, or back in one without a failed invitation; the guide shows neither
	afterTime bool // it began with a handling timeout
	placedAt  int32
	takenAt   int32
	addedAt   int32
	leftAt    int32 // the strategy's EventPartyRemoved
	begun     int32 // the turn of the last placing
}

// entering is a leg that no agent began.
var entering = leg{initiator: never, leftAt: never}

// attempt opens an attempt for the agent that e is about, and returns its index.
func (f *fold) attempt(e *Event, at int32) int32 {
	f.attempts = append(f.attempts, attempt{
		agent: e.Party.ID, inviter: never, opened: at, joined: never, closed: never, handedOver: never,
		openedTurn: f.now,
	})
	n := int32(len(f.attempts))
	if n > few { // from here on, agents are looked up
		if f.byAgent == nil {
			f.byAgent = make(map[string]int32)
		}
		if len(f.byAgent) == 0 {
			for i := range f.attempts {
				f.byAgent[f.attempts[i].agent] = int32(i)
			}
		}
		f.byAgent[e.Party.ID] = n - 1
	}
	return n - 1
}

// fromLeg copies what the leg knows to its attempt.
func (f *fold) fromLeg(a *attempt) {
	l := &f.leg
	a.inviter, a.operation, a.queue, a.modes = l.initiator, l.operation, l.queue, l.modes
	a.movedOn, a.sentOn, a.afterTime = l.movedOn, l.sentOn, l.afterTime
}

// open returns the agent's attempt that is neither over nor waiting, or never. Only its last one can be. A short list
// is scanned from the end; a long one has an index.
func (f *fold) open(agent string) int32 {
	if len(f.attempts) > few {
		if i, ok := f.byAgent[agent]; ok && f.attempts[i].state <= party {
			return i
		}
		return never
	}
	for i := len(f.attempts) - 1; i >= 0; i-- {
		if a := &f.attempts[i]; a.state <= party && a.agent == agent {
			return int32(i)
		}
	}
	return never
}

// few is the largest number of attempts that are scanned rather than looked up.
const few = 24

// transfers reports whether the agent has a transfer pending, directly or through a queue (W8).
func (f *fold) transfers(agent string) bool {
	if l := &f.leg; l.stage != noLeg && l.operation == Transfer && f.attempts[l.initiator].agent == agent {
		return true
	}
	return f.offers[agent] > 0
}

func (f *fold) strategy(name string) int {
	return slices.Index(f.parties, name)
}
