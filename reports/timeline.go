package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Timeline is the log of one chat as lanes: the customer, each queue, each strategy, each agent, and what every event
// does in them. [Timeline.AppendText] and [Timeline.AppendSVG] draw it. The log need not be well-formed.
type Timeline struct {
	Names bool    // the text names the event of each verb
	Put   []int64 // the seqs of events that no log has: the text marks them with a +

	events []model.Event // the known events in order of seq, one for each
	lanes  []*lane
	byName map[lane]*lane
	marks  [][]mark // of each event, the actor's first
}

// lane is a party to the chat, or a queue.
type lane struct {
	kind laneKind
	name string
}

type laneKind int

const (
	customerLane laneKind = iota
	queueLane
	strategyLane
	agentLane
)

// presence is how a lane takes part in the chat between two events.
type presence int

const (
	absent presence = iota
	alerted
	present
	unchanged // of a mark: the lane stays as it was
)

// mark is what an event does in a lane.
type mark struct {
	lane *lane
	verb string
	more []string // what for, with which mode, for which reason
	then presence
}

func (m *mark) String() string { return strings.Join(append([]string{m.verb}, m.more...), " ") }

// NewTimeline takes the events of one chat, in any order. It leaves out unknown ones.
func NewTimeline(log []model.Event) *Timeline {
	log = slices.DeleteFunc(slices.Clone(log), func(e model.Event) bool { return !e.Name.Known() })
	slices.SortStableFunc(log, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	t := &Timeline{
		byName: make(map[lane]*lane), events: slices.CompactFunc(log, func(a, b model.Event) bool {
			return a.Seq == b.Seq
		}),
	}
	t.lane(customerLane, "customer")
	for i := range t.events {
		t.marks = append(t.marks, t.mark(i))
	}
	slices.SortStableFunc(t.lanes, func(a, b *lane) int { return cmp.Compare(a.kind, b.kind) })
	return t
}

// lane returns a lane, and adds it if it is new.
func (t *Timeline) lane(kind laneKind, name string) *lane {
	l := t.byName[lane{kind, name}]
	if l == nil {
		l = &lane{kind, name}
		t.byName[*l], t.lanes = l, append(t.lanes, l)
	}
	return l
}

func (t *Timeline) party(p model.Party) *lane {
	switch p.Type {
	case model.Strategy:
		return t.lane(strategyLane, p.ID)
	case model.Agent:
		return t.lane(agentLane, p.ID)
	}
	return t.lane(customerLane, "customer")
}

// verbs are what an event's party does by a move, as its lane shows it.
var verbs = [model.MoveCount]string{
	model.Submit: "submits", model.Enter: "placed", model.ServerPlaces: "placed", model.StrategyPlaces: "placed",
	model.TransferThroughQueue: "placed", model.ConferThroughQueue: "placed", model.Take: "routes", model.Pull: "pulls",
	model.Invite: "alerted", model.TransferTo: "alerted", model.ConferWith: "alerted", model.Accept: "accepts",
	model.Reject: "rejects", model.Expire: "revoked", model.RevokeOther: "revoked", model.RevokeStopped: "revoked",
	model.StrategyLeaves: "leaves", model.Leave: "leaves", model.Removed: "removed", model.Finish: "placed",
	model.TimeOut: "revoked",
}

// effects are the verbs of neutral events.
var effects = map[model.EventName]string{
	model.Held: "held", model.Resumed: "resumed", model.PropertiesChanged: "updated",
}

// mark says what the event at i does in the lanes of those it concerns.
func (t *Timeline) mark(i int) (ms []mark) {
	e := &t.events[i]
	move := model.MoveOf(t.events, i)
	add := func(l *lane, then presence, verb string, more ...string) {
		ms = append(ms, mark{lane: l, verb: verb, more: more, then: then})
	}
	var wish []string
	if e.Operation != "" && e.Actor.Type == model.Agent {
		wish = append(wish, string(e.Operation))
	}
	if e.VisibilityMode != 0 {
		wish = append(wish, "mode "+strconv.Itoa(int(e.VisibilityMode)))
	}
	customer := t.lane(customerLane, "customer")
	switch verb := verbs[move]; move {
	case model.Submit:
		add(customer, present, verb)
	case model.Enter, model.ServerPlaces:
		add(t.lane(queueLane, e.Queue), present, verb)
	case model.StrategyPlaces, model.TransferThroughQueue, model.ConferThroughQueue, model.Finish:
		add(t.party(e.Actor), unchanged, "queues", wish...)
		add(t.lane(queueLane, e.Queue), present, verb)
	case model.Take, model.Pull:
		if e.Name == model.TakenFromQueue {
			add(t.lane(queueLane, e.Queue), absent, "taken")
		} else {
			add(t.party(e.Party), present, verb, wish...)
		}
	case model.Invite, model.TransferTo, model.ConferWith:
		add(t.party(e.Actor), unchanged, "invites", wish...)
		add(t.party(e.Party), alerted, verb)
	case model.Accept:
		add(t.party(e.Party), present, verb, wish...)
	case model.Expire, model.RevokeOther, model.RevokeStopped, model.TimeOut:
		if e.Reason == "" {
			add(t.party(e.Party), absent, verb)
		} else {
			add(t.party(e.Party), absent, verb, model.Line(e.Reason))
		}
	case model.Stop:
		t.stop(e.Actor, add)
	case model.NoMove:
		add(customer, unchanged, effects[e.Name])
	default:
		add(t.party(e.Party), absent, verb)
	}
	return ms
}

// stop marks the end of the chat in the lane of whoever stopped it; for the media server, the customer leaves.
func (t *Timeline) stop(by model.Party, add func(l *lane, then presence, verb string, more ...string)) {
	switch by.Type {
	case model.InteractionServer:
		add(t.lane(customerLane, "customer"), unchanged, "server stops")
	case model.MediaServer:
		add(t.party(by), unchanged, "leaves")
	default:
		add(t.party(by), unchanged, "stops")
	}
}

// span is a time in which a lane stays the same: from one event to another, or to the end of the log.
type span struct {
	what     presence // alerted or present
	from, to int      // events
	open     bool     // the log ends first
}

// spans lists a lane's spans, in order.
func (t *Timeline) spans(l *lane) (all []span) {
	var now span
	end := func(at int, open bool) {
		if now.what != absent {
			now.to, now.open = at, open
			all = append(all, now)
		}
		now.what = absent
	}
	for i, ms := range t.marks {
		for _, m := range ms {
			if m.lane == l && m.then != unchanged {
				end(i, false)
				now.what, now.from = m.then, i
			}
		}
		if t.events[i].Name == model.ProcessingStopped {
			end(i, false)
		}
	}
	end(len(t.events)-1, true)
	return all
}
