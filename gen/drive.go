package gen

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Driver makes the choices of a walk by what the chat is like, whereas a [Source] draws without looking. It can
// follow a chat that happened, or what was learnt from many. The walk calls each method when it has that choice, Move
// first; the calls after that are about the move.
type Driver interface {
	// Move chooses one of the legal moves; the stop always is one.
	Move(s State, legal MoveSet) model.Move
	// Which chooses one of the agents or strategies that can make the move, by place in the list, first seen first.
	Which(of model.ResourceType, list []int8) int
	// Newcomer chooses an agent who is invited or who pulls: one of those seen before who are free, by place in the
	// list, or, as the list's length, one not seen before.
	Newcomer(free []int8) int
	// Known chooses a queue or a strategy by its number, less than n: one of those seen or, as seen, another.
	Known(of model.ResourceType, seen, n int) int
	// Mode chooses a visibility mode, or none, for a conference whose mode so far is given.
	Mode(given model.VisibilityMode) model.VisibilityMode
	Stopper() model.PartyType // who stops the chat
	Neutral() int             // which of the limits' neutral events
	Finishing() int           // which of the limits' finishing queues
	Wait() time.Duration      // how long after the event before the next one comes
	Medium() string           // of the chat
}

// People are the names that a driven chat gives its agents, queues and strategies, by number. The driver sets a name
// when it chooses its bearer, at the latest.
type People struct{ Agents, Queues, Strategies [maxParties]string }

// Driven limits a walk that a driver makes to what the grammar has, and to so many events that only a driver that
// runs in circles meets the limit.
func Driven(finishing []string, events int) Limits {
	return Limits{
		Events: events, Agents: maxParties, Queues: maxParties, Strategies: maxParties, OtherReasons: true,
		Neutral: neutralEvents[:3], Finishing: finishing, Stops: Everyday.Stops,
	}
}

// Drive makes a chat by a driver's choices, as [Walker.Log] does by a source's.
func (w *Walker) Drive(id string, began time.Time, people *People, d Driver) []model.Event {
	*w = Walker{
		limits: w.limits, log: w.log[:0], listed: w.listed, id: id, clock: began, initiator: nobody, router: nobody,
		lastJoined: nobody, driver: d, src: new(Tape), // all that is left to draw means nothing
		names: namesOf{&people.Agents, &people.Queues, &people.Strategies},
	}
	medium := d.Medium()
	w.add(model.Submitted, mediaServer, model.Party{}).MediaType = medium
	for {
		m := w.choose()
		w.make(m)
		if m == stop {
			return w.log
		}
	}
}

// MoveSet is a set of moves.
type MoveSet = moveSet

// Has reports whether a move is in the set.
func (s moveSet) Has(m move) bool { return s&(1<<m) != 0 }

// Each calls do for each move of the set.
func (s moveSet) Each(do func(move)) {
	for ; s != 0; s &= s - 1 {
		do(move(bits.TrailingZeros32(uint32(s))))
	}
}

// State is how a chat stands, as far as that bears on what comes next. History is capped; in a state of any history
// ([State.AnyHistory]) its numbers are 0.
type State struct {
	Stage    Stage
	For      Purpose // of the leg that is under way
	Strategy bool    // some strategy is a party
	Agents   uint8   // how many handle the chat, up to 3
	Latest   Purpose // what the latest of them came for
	Pending  Purpose // of an agent's pending direct invitation; Several of more
	Turn     Turn
	History  bool  // whether the rest counts
	Failures uint8 // invitations that have failed, up to 2
	Joins    uint8 // agents that have joined, up to 3
}

// Stage is where the chat is with its leg.
type Stage uint8

// The stages.
const (
	Entering   Stage = iota // submitted, in no queue yet
	InQueue                 // in a queue
	Routing                 // a strategy has it
	Alerting                // a strategy's invitation is pending
	Unanswered              // that has failed
	Handling                // no leg is under way
	stages
)

// Purpose is what an agent was invited for.
type Purpose uint8

// The purposes. A consult is a conference whose last mode so far is [model.Coach].
const (
	ForNothing Purpose = iota
	ForEntry           // the chat came in by a queue
	ForTransfer
	ForConference
	ForConsult
	Several
	purposes
)

// Turn is what must come next.
type Turn uint8

// The turns.
const (
	Open     Turn = iota
	Stopping      // an invitation was revoked as Stopped: only removals, and the stop
	StopDue       // the last agent has left
	QueueDue      // the server has revoked the agent who handled: its queue, or the stop
	turns
)

var (
	stageNames   = [stages]string{"entering", "queue", "routing", "alerting", "unanswered", "handling"}
	purposeNames = [purposes]string{"", "entry", "transfer", "conference", "consult", "several"}
	turnNames    = [turns]string{"", "stopping", "stop-due", "queue-due"}
)

func purposeOf(op model.Operation, mode model.VisibilityMode) Purpose {
	switch {
	case op == model.Transfer:
		return ForTransfer
	case op == model.Conference && mode == model.Coach:
		return ForConsult
	case op == model.Conference:
		return ForConference
	}
	return ForEntry
}

var stageOf = [...]Stage{noLeg: Handling, inQueue: InQueue, routing: Routing, alerting: Alerting, failed: Unanswered}

// State returns how the chat stands.
func (w *Walker) State() State {
	s := State{
		Stage: stageOf[w.stage], Strategy: w.someStrategy(), Agents: uint8(min(w.joinedAgents, 3)), History: true,
		Failures: min(w.failures, 2), Joins: min(w.joins, 3),
	}
	switch {
	case w.stage != noLeg:
		s.For = purposeOf(w.legOperation, w.legMode)
	case !w.entered:
		s.Stage = Entering
	}
	since := uint8(0)
	for i := range w.seenAgents {
		a := &w.agents[i]
		switch {
		case a.status == joined && a.since >= since:
			since, s.Latest = a.since, purposeOf(a.operation, a.mode)
		case a.status == invited && a.direct && s.Pending != ForNothing:
			s.Pending = Several
		case a.status == invited && a.direct:
			s.Pending = purposeOf(a.operation, a.mode)
		}
	}
	switch {
	case w.stopDue:
		s.Turn = StopDue
	case w.stopping:
		s.Turn = Stopping
	case w.serverDue:
		s.Turn = QueueDue
	}
	return s
}

// AnyHistory returns the state without what came before.
func (s State) AnyHistory() State {
	s.History, s.Failures, s.Joins = false, 0, 0
	return s
}

// String writes a state as profiles have it: "handling agents=2 latest=transfer failures=0 joins=2". A state without
// failures and joins is one of any history.
func (s State) String() string {
	b := []byte(stageNames[s.Stage])
	for _, part := range [...]struct{ key, value string }{
		{" for=", purposeNames[s.For]},
		{" latest=", purposeNames[s.Latest]},
		{" pending=", purposeNames[s.Pending]},
		{" ", turnNames[s.Turn]},
	} {
		if part.key == " latest=" && s.Agents > 0 {
			b = strconv.AppendUint(append(b, " agents="...), uint64(s.Agents), 10)
		}
		if part.value != "" {
			b = append(append(b, part.key...), part.value...)
		}
	}
	if s.Strategy {
		b = append(b, " strategy"...)
	}
	if s.History {
		b = fmt.Appendf(b, " failures=%d joins=%d", s.Failures, s.Joins)
	}
	return string(b)
}

// ParseState reads what [State.String] writes, the words after the stage in any order. The error says what cannot be.
func ParseState(text string) (s State, err error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return s, fmt.Errorf("expected a state, such as %q", "handling agents=1")
	}
	at := slices.Index(stageNames[:], words[0])
	if at < 0 {
		return s, fmt.Errorf("expected a state that begins with %s, got %s%s", strings.Join(stageNames[:], ", "),
			model.Word(words[0]), model.DidYouMean(words[0], stageNames[:]))
	}
	s.Stage = Stage(at)
	seen := make(map[string]bool)
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		ok := !seen[key]
		seen[key] = true
		number := uint8(slices.Index([]string{"0", "1", "2", "3"}, value)) // 255 for any other
		purpose := Purpose(max(slices.Index(purposeNames[:], value), 0))
		switch key {
		case "for":
			s.For, ok = purpose, ok && purpose != ForNothing && purpose != Several
		case "latest":
			s.Latest, ok = purpose, ok && purpose != ForNothing && purpose != Several
		case "pending":
			s.Pending, ok = purpose, ok && purpose > ForEntry
		case "agents":
			s.Agents, ok = number, ok && number <= 3
		case "failures":
			s.Failures, s.History, ok = number, true, ok && number <= 2
		case "joins":
			s.Joins, s.History, ok = number, true, ok && number <= 3
		case "strategy":
			s.Strategy, ok = true, ok && value == ""
		default:
			at := slices.Index(turnNames[:], word)
			ok = at > 0 && s.Turn == Open
			s.Turn = Turn(max(at, 0))
		}
		if !ok {
			return s, fmt.Errorf("%s: expected for=, agents=, latest=, pending=, failures=, joins=, strategy, "+
				"stopping, stop-due or queue-due, each once", model.Name(word))
		}
	}
	if wrong := s.wrong(seen); wrong != "" {
		return s, fmt.Errorf("not a possible state; %s", wrong)
	}
	return s, nil
}

// wrong says why no chat can stand like that, or returns "".
func (s State) wrong(given map[string]bool) string {
	inLeg := s.Stage != Entering && s.Stage != Handling
	switch {
	case inLeg && s.For == ForNothing:
		return "a leg has a purpose: expected for=entry, for=transfer, for=conference or for=consult"
	case !inLeg && s.For != ForNothing:
		return "for= describes a leg, but none is under way"
	case (s.Agents > 0) != (s.Latest != ForNothing):
		return "expected both agents= and latest=, or neither"
	case s.Stage == Entering && (s.Agents > 0 || s.Pending != ForNothing || s.Strategy || s.Turn != Open ||
		s.Failures > 0 || s.Joins > 0):
		return "before its first queue a chat has no agent, strategy, invitation or history"
	case given["failures"] != given["joins"]:
		return "expected both failures= and joins=, or neither, which means any history"
	case s.History && s.Joins < s.Agents:
		return "more agents handle the chat than have joined"
	case s.Turn == StopDue && (s.Agents > 0 || s.Pending != ForNothing || s.Stage != Handling):
		return "stop-due: the stop is due only when the last agent has left and nothing is under way"
	case s.Turn == QueueDue && (s.Stage != Unanswered || s.Agents > 0 || s.For != ForEntry || s.Pending != ForNothing):
		return "queue-due: the server's queue is due only after the only agent was revoked"
	case s.Stage == Handling && s.Turn == Open && s.Agents == 0 && s.Pending == ForNothing:
		return "no agent handles the chat and no invitation is pending: expected stop-due"
	}
	return ""
}

// May reports whether a move can be made in a state. Profiles are checked by it; the walk knows more exactly.
func (s State) May(m model.Move) bool {
	someone := s.Agents > 0
	alone := s.Agents == 1 && s.Pending == ForNothing && (s.Stage == Handling || s.Stage == Unanswered)
	if m == stop {
		return true
	}
	switch s.Turn {
	case StopDue:
		return false
	case QueueDue:
		return m == serverPlaces || m == neutral
	case Stopping:
		if !moveSet(whileEnding).Has(m) {
			return false
		}
	}
	switch m {
	case neutral:
		return true
	case enter:
		return s.Stage == Entering
	case take, pull:
		return s.Stage == InQueue
	case invite:
		return s.Stage == Routing && s.Strategy
	case strategyLeaves:
		return s.Strategy
	case accept, expire, reject, revokeOther, revokeStopped:
		return s.Stage == Alerting || s.Pending != ForNothing
	case leave, removed, confer, transfer:
		return someone
	case transferThroughQueue, conferThroughQueue:
		return someone && (s.Stage == Handling || s.Stage == Unanswered)
	case serverPlaces, strategyPlaces:
		return s.Stage == Routing || s.Stage == Unanswered
	case finish, timeOut:
		return alone
	}
	return false
}
