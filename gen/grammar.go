// Package gen makes chats. The legal moves of a chat are written once, as a grammar over a source of choices, and
// driven by a seeded walk, by an exhaustive enumerator, by a tape of bytes, and in tests by rapid. The package also
// changes chats in ways that must change nothing, and shrinks counterexamples.
//
// Everything is a function of its arguments: the same choices give the same log.
package gen

import (
	"math/bits"
	"slices"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Source is where choices come from: Intn returns a number of at least 0 and less than n, for n of at least 1. A source
// that has run out returns 0, which ends the chat.
type Source interface{ Intn(n int) int }

// Limits say which chats the grammar makes. All of them are well-formed and finished.
type Limits struct {
	Events                     int // at most this many, at least 2
	Agents, Queues, Strategies int // at most this many of each
	Modes                      []model.VisibilityMode
	Stops                      []model.PartyType // who may stop a chat
	OtherReasons               bool              // revokes for a reason that is neither Expired nor Stopped
	Neutral                    []model.EventName // neutral and unknown events in between
	Weighted                   bool              // draw moves by how often they are wanted, not evenly
	Irregular                  bool              // draw names, seq gaps, times and irrelevant actors, not the plainest
	Guide                      bool              // keep to the moves of the guide's flows
	Endless                    bool              // with Weighted, stop only if nothing else is left
	Finishing                  []string          // finishing queues, of the deployment [model.Usual]

	moves moveSet // only these, and the stop; 0 is all
}

var neutralEvents = []model.EventName{model.PropertiesChanged, model.Held, model.Resumed, "EventTypingStarted"}

// Everyday limits a random chat to what fits a screen; Exhaustive is the small alphabet of the enumeration.
var (
	Everyday = Limits{
		Events: 60, Agents: 5, Queues: 4, Strategies: 3, Modes: []model.VisibilityMode{
			0, model.Conferred, model.Coach, model.Monitor,
		},
		Stops:        []model.PartyType{model.MediaServer, model.Agent, model.InteractionServer, model.Strategy},
		OtherReasons: true, Neutral: neutralEvents, Weighted: true, Irregular: true,
		Finishing: slices.Concat(model.Usual.Completed, model.Usual.Canceled),
	}
	Exhaustive = Limits{
		Agents: 4, Queues: 3, Strategies: 2, Modes: []model.VisibilityMode{0, model.Conferred, model.Coach},
		Stops:     []model.PartyType{model.MediaServer, model.Agent},
		Finishing: model.Usual.Completed,
	}
)

// move is something that can happen next. The submission is no move: every chat begins with it.
type move = model.Move

const (
	stop                 = model.Stop // first: what a source that has run out chooses
	enter                = model.Enter
	take                 = model.Take
	invite               = model.Invite
	strategyLeaves       = model.StrategyLeaves
	accept               = model.Accept
	leave                = model.Leave
	expire               = model.Expire
	reject               = model.Reject
	transfer             = model.TransferTo
	confer               = model.ConferWith
	serverPlaces         = model.ServerPlaces
	pull                 = model.Pull
	transferThroughQueue = model.TransferThroughQueue
	conferThroughQueue   = model.ConferThroughQueue
	strategyPlaces       = model.StrategyPlaces
	removed              = model.Removed
	revokeOther          = model.RevokeOther
	revokeStopped        = model.RevokeStopped
	finish               = model.Finish
	timeOut              = model.TimeOut
	neutral              = model.NoMove
	moveCount            = model.MoveCount
)

// moveSet is a set of moves.
type moveSet uint32

func (s moveSet) first() move { return move(bits.TrailingZeros32(uint32(s))) }

// wanted says how often a weighted walk makes a move that it can make. The stop's weight is the chat's own.
var wanted = [moveCount]int{
	enter: 60, take: 40, invite: 40, strategyLeaves: 20, accept: 30, leave: 6, expire: 8, reject: 5, transfer: 5,
	confer: 6, serverPlaces: 20,
	pull: 4, transferThroughQueue: 3, conferThroughQueue: 4, strategyPlaces: 8, removed: 5, revokeOther: 2,
	revokeStopped: 1, finish: 3, timeOut: 3, neutral: 2,
}

const (
	maxParties = 16 // the most that Limits.Agents, Queues and Strategies may be
	nobody     = -1
)

type status uint8

const (
	free status = iota
	invited
	withdrawn // its invitation was revoked as Stopped
	joined
)

type agent struct {
	status    status
	operation model.Operation // what the invitation is for; "" for an entering chat
	direct    bool            // invited by an agent
	inviter   int8
	offering  bool                 // a direct transfer of its own is pending
	mode      model.VisibilityMode // the last one given for the conference that it is invited to
	since     uint8                // its place in the order of joining
}

type stage uint8

const (
	noLeg stage = iota
	inQueue
	routing
	alerting
	failed
)

// Walker makes logs. It keeps its memory between them; each goroutine needs its own.
type Walker struct {
	limits Limits
	src    Source
	log    []model.Event

	agents                             [maxParties]agent
	strategies                         [maxParties]bool // which are parties
	seenAgents, seenQueues, seenRouter int
	joinedAgents, flying               int
	stage                              stage
	queue                              string // the last that the chat was in
	router                             int8
	initiator                          int8 // of the leg, or nobody
	legOperation                       model.Operation
	entered, attempted                 bool
	stopping, stopDue                  bool
	serverDue                          bool // next is the server's queue, or the stop
	lastJoined                         int8
	stopWeight                         int
	driver                             Driver // nil: src makes the choices
	listed                             []int8 // working memory
	legMode                            model.VisibilityMode
	joins, failures                    uint8 // agents that have joined, invitations that have failed

	id    string
	seq   int64
	clock time.Time
	names namesOf
}

// NewWalker returns a walker that stays within the limits.
func NewWalker(l Limits) *Walker { return &Walker{limits: l} }

// Day is when a generated chat begins.
var Day = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// Log makes a chat by the choices of src and returns its events in order of seq. They are the walker's memory: valid
// until the next call.
func (w *Walker) Log(id string, src Source) []model.Event {
	*w = Walker{
		limits: w.limits, src: src, log: w.log[:0], listed: w.listed, id: id, clock: Day, initiator: nobody,
		router: nobody, lastJoined: nobody,
	}
	w.names = canonicalNames
	if w.limits.Irregular {
		w.names = drawNames(src)
	}
	if w.limits.Weighted {
		w.stopWeight = [...]int{24, 12, 6, 3, 1}[src.Intn(5)]
	}
	w.add(model.Submitted, mediaServer, model.Party{})
	if w.limits.Irregular && !w.limits.Guide && src.Intn(16) == 0 {
		w.log[0].MediaType = [...]string{"callback", "sms", "facebook"}[src.Intn(3)]
	}
	for {
		m := w.choose()
		w.make(m)
		if m == stop {
			return w.log
		}
	}
}

var (
	mediaServer = model.Party{Type: model.MediaServer}
	server      = model.Party{Type: model.InteractionServer}
)

// choose draws one of the moves that are legal now.
func (w *Walker) choose() move {
	moves := w.legal(w.limits.Events - len(w.log) - 1) // the stop's place is kept
	if w.driver != nil {
		return w.driver.Move(w.State(), moves)
	}
	if moves == 0 { // the guide's limits leave nothing
		return stop
	}
	if !w.limits.Weighted {
		for range w.src.Intn(bits.OnesCount32(uint32(moves))) {
			moves &= moves - 1
		}
		return moves.first()
	}
	total := 0
	var upTo [moveCount]int
	for m := moves; m != 0; m &= m - 1 {
		total += w.weight(m.first())
		upTo[m.first()] = total
	}
	if total == 0 {
		return stop
	}
	at := w.src.Intn(total)
	for upTo[moves.first()] <= at {
		moves &= moves - 1
	}
	return moves.first()
}

func (w *Walker) weight(m move) int {
	if m == stop {
		if w.stopDue || w.stopping {
			return 20
		}
		if w.limits.Endless {
			return 0
		}
		return w.stopWeight
	}
	if m == finish || m == timeOut {
		return wanted[m] * w.stopWeight / 6
	}
	if (m == leave || m == removed) && w.joinedAgents == 1 { // the chat most often ends with its last agent
		return max(1, wanted[m]*w.stopWeight/6)
	}
	return wanted[m]
}

const (
	inTwoEvents = 1<<take | 1<<pull | 1<<transferThroughQueue | 1<<finish
	whileEnding = 1<<leave | 1<<removed | 1<<strategyLeaves | 1<<revokeStopped | 1<<neutral // just before the stop
)

// legal returns the moves that are legal (W1–W9), within the limits, and short enough for the room that is left.
func (w *Walker) legal(left int) moveSet {
	moves := w.possible()
	if w.limits.moves != 0 {
		moves &= w.limits.moves
	}
	if w.stopping {
		moves &= whileEnding
	}
	if w.serverDue {
		moves &= 1<<serverPlaces | 1<<neutral
	}
	if left < 2 {
		moves &^= inTwoEvents
	}
	if left < 1 || w.stopDue {
		moves = 0
	}
	moves |= 1 << stop
	if w.limits.Guide {
		moves = w.guided(moves)
	}
	return moves
}

// possible returns the moves, except the stop, that the chat's parties, invitations and leg allow now.
func (w *Walker) possible() (moves moveSet) {
	free, invited, transferrer := w.people()
	if len(w.limits.Neutral) > 0 {
		moves |= 1 << neutral
	}
	if w.someStrategy() {
		moves |= 1 << strategyLeaves
	}
	if invited {
		moves |= 1<<accept | 1<<expire | 1<<reject | 1<<revokeStopped
		if w.limits.OtherReasons {
			moves |= 1 << revokeOther
		}
	}
	if w.joinedAgents > 0 {
		moves |= 1<<leave | 1<<removed
		if free {
			moves |= 1 << confer
		}
	}
	if free && transferrer {
		moves |= 1 << transfer
	}
	switch w.stage {
	case inQueue:
		moves |= 1 << take
		if free {
			moves |= 1 << pull
		}
	case routing:
		moves |= 1<<serverPlaces | 1<<strategyPlaces
		if free && w.strategies[w.router] {
			moves |= 1 << invite
		}
	case failed:
		moves |= 1<<serverPlaces | 1<<strategyPlaces
		fallthrough
	case noLeg:
		if w.joinedAgents > 0 {
			moves |= 1 << conferThroughQueue
		}
		if transferrer {
			moves |= 1 << transferThroughQueue
		}
	}
	if !w.entered {
		moves |= 1 << enter
	}
	if w.alone() {
		moves |= 1 << timeOut
		if len(w.limits.Finishing) > 0 {
			moves |= 1 << finish
		}
	}
	return moves
}

// people reports whether an agent may be invited, whether one is invited, and whether one may transfer.
func (w *Walker) people() (free, invited, transferrer bool) {
	free = w.seenAgents < w.limits.Agents
	for i := range w.seenAgents {
		free = free || isFree(w, i)
		invited = invited || isInvited(w, i)
		transferrer = transferrer || w.mayTransfer(i)
	}
	return free, invited, transferrer
}

// alone reports whether one agent handles the chat, with no leg under way and no invitation pending (I20, I21).
func (w *Walker) alone() bool {
	return w.joinedAgents == 1 && w.flying == 0 && (w.stage == noLeg || w.stage == failed)
}

func (w *Walker) someStrategy() bool {
	for i := range w.seenRouter {
		if w.strategies[i] {
			return true
		}
	}
	return false
}

// mayTransfer reports whether an agent is a party without a transfer of its own under way (W8).
func (w *Walker) mayTransfer(i int) bool {
	a := &w.agents[i]
	return a.status == joined && !a.offering && (w.stage == noLeg || w.legOperation != model.Transfer ||
		int(w.initiator) != i)
}

// draw draws one of n choices, or has the driver make it.
func (w *Walker) draw(n int, driven func(Driver) int) int {
	if w.driver != nil {
		return driven(w.driver)
	}
	return w.src.Intn(n)
}

// those lists the agents for whom ok holds.
func (w *Walker) those(ok func(*Walker, int) bool) []int8 {
	w.listed = w.listed[:0]
	for i := range w.seenAgents {
		if ok(w, i) {
			w.listed = append(w.listed, int8(i))
		}
	}
	return w.listed
}

// pick draws one of the agents for whom ok holds.
func (w *Walker) pick(ok func(*Walker, int) bool) int {
	of := w.those(ok)
	return int(of[w.draw(len(of), func(d Driver) int { return d.Which(model.AgentResource, of) })])
}

func isFree(w *Walker, i int) bool    { return w.agents[i].status == free }
func isInvited(w *Walker, i int) bool { return w.agents[i].status == invited }
func isJoined(w *Walker, i int) bool  { return w.agents[i].status == joined }

// newcomer draws an agent that is neither a party nor invited, or one not seen before. Those not seen before are one
// choice: logs are made modulo renaming.
func (w *Walker) newcomer() int {
	free := w.those(isFree)
	n := len(free)
	if w.seenAgents < w.limits.Agents {
		n++
	}
	at := w.draw(n, func(d Driver) int { return d.Newcomer(free) })
	if at < len(free) {
		return int(free[at])
	}
	w.seenAgents = min(w.seenAgents+1, w.limits.Agents)
	return w.seenAgents - 1
}

// known draws one of the queues or strategies seen so far, or one more.
func (w *Walker) known(of model.ResourceType, seen *int, limit int) int8 {
	n := *seen
	if n < limit {
		n++
	}
	at := w.draw(n, func(d Driver) int { return d.Known(of, *seen, n) })
	if at == *seen {
		*seen++
	}
	return int8(at)
}

func (w *Walker) mode() model.VisibilityMode { return w.limits.Modes[w.src.Intn(len(w.limits.Modes))] }

// modeFor draws a visibility mode if it is for a conference, and keeps it as the last one given.
func (w *Walker) modeFor(op model.Operation, given *model.VisibilityMode) (mode model.VisibilityMode) {
	switch {
	case op != model.Conference:
		return 0
	case w.driver != nil:
		mode = w.driver.Mode(*given)
	default:
		mode = w.mode()
	}
	if mode != 0 {
		*given = mode
	}
	return mode
}
