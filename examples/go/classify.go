package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

type event struct {
	ID        string `json:"interaction_id"`
	Seq       int64  `json:"seq"`
	Time      string `json:"time"`
	Event     string `json:"event"`
	Actor     party  `json:"actor"`
	Party     party  `json:"party"`
	Queue     string `json:"queue"`
	Operation string `json:"operation"`
	Mode      int    `json:"visibility_mode"`
	Reason    string `json:"reason"`
}

type party struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type fact struct {
	ID           string `json:"interaction_id"`
	Ordinal      int    `json:"ordinal"`
	Type         string `json:"resource_type"`
	Resource     string `json:"resource"`
	Role         string `json:"resource_role"`
	Result       string `json:"technical_result"`
	Reason       string `json:"result_reason"`
	Start        string `json:"start"`
	End          string `json:"end"`
	ReceivedFrom *int   `json:"received_from"`
}

// finishing holds the queues in which an agent can finish a chat, each with the reason that its row then has (I20).
var finishing = map[string]string{"iWD_Completed": "", "iWD_Canceled": "Canceled"}

// stay is a time that a chat spends in one place: with an agent (from the invitation on), in a queue or in a strategy.
type stay struct {
	party
	start, end string
	way        way
	mode       int // the latest visibility mode given
	accepted   bool
	pulled     bool
	handedOn   bool   // its transfer was accepted, or went through a queue
	failure    string // Rejected or Revoked
	finished   bool   // it placed the chat in a finishing queue, which gives the reason
	reason     string
	ordinal    int // only for agents
}

// way is how a chat comes to an agent: it enters, or an agent hands it on, directly or through a queue.
type way struct {
	from      *stay // the agent's who hands the chat on; nil if the chat enters
	operation string
	mode      int
	direct    bool
}

// chat is the state of a chat after some of its events.
type chat struct {
	agents  []*stay          // in the order of opening
	alerted map[string]*stay // agents whose invitation is pending
	here    map[party]*stay  // agents and strategies that are parties
	leg     *way             // the way to the next agent, from a queue on until that agent has the chat; else nil
	place   *stay            // the queue or strategy that has the chat on this way
	cutOff  bool             // the media server has removed an agent, and nothing else has happened since
	stopped string           // the time of the stop
	lost    bool             // the customer left, and nobody was handling
	done    int              // how many attempts there were when an agent finished the chat; 0 if none has
}

// classify returns the facts of one chat. Its events may be in any order, and there may be duplicates. The error says
// why the chat cannot be followed. Not every ill-formed chat gives an error.
func classify(events []event) ([]fact, error) {
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.Seq, b.Seq) })
	c := &chat{alerted: make(map[string]*stay), here: make(map[party]*stay)}
	for i, e := range events {
		if i > 0 && e == events[i-1] {
			continue
		}
		if err := c.add(e); err != nil {
			return nil, fmt.Errorf("seq %d: %s: %w", e.Seq, e.Event, err)
		}
	}
	return c.facts(events[0].ID), nil
}

// add applies an event to the chat.
func (c *chat) add(e event) error {
	removed, stopped := c.cutOff, e.Event == "EventRevoked" && e.Reason == "Stopped"
	c.cutOff = false
	switch e.Event {
	case "EventInteractionSubmitted":
		return nil
	case "EventPlacedInQueue":
		return c.placed(e)
	case "EventTakenFromQueue":
		c.place = nil
		return nil
	case "EventPartyAdded":
		return c.added(e)
	case "EventAgentInvited":
		return c.invited(e)
	case "EventRejected", "EventRevoked":
		s := c.alerted[e.Party.ID]
		switch handling := c.here[e.Party]; {
		case s == nil && handling != nil && e.Event == "EventRevoked": // I21
			handling.failure, handling.end = "Revoked", e.Time
			delete(c.here, e.Party)
			c.leg, c.place = &way{}, nil
		case s == nil:
			return fmt.Errorf("%q has no invitation", e.Party.ID)
		case stopped: // it stays pending until the stop
			c.cutOff = removed
		default:
			s.failure, s.end = e.Event[len("Event"):], e.Time
			delete(c.alerted, e.Party.ID)
		}
		return nil
	case "EventPartyRemoved":
		s := c.here[e.Party]
		if s == nil {
			return fmt.Errorf("%q is no party", e.Party.ID)
		}
		s.end = e.Time // c.place stays this strategy after it has left (R7)
		delete(c.here, e.Party)
		c.cutOff = removed || e.Party.Type == "agent" && e.Actor.Type == "media_server"
		return nil
	case "EventProcessingStopped":
		c.stopped, c.lost = e.Time, e.Actor.Type == "media_server" && !removed
		for p := range c.here {
			c.lost = c.lost && p.Type != "agent"
		}
		return nil
	}
	c.cutOff = removed // a neutral or unknown event changes nothing
	return nil
}

// by returns the stay of the agent who hands the chat on, or nil if none does.
func (c *chat) by(e event) (*stay, error) {
	if e.Actor.Type != "agent" {
		return nil, nil
	}
	if s := c.here[e.Actor]; s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("%q is no party", e.Actor.ID)
}

func (c *chat) placed(e event) error {
	from, err := c.by(e)
	switch {
	case err != nil:
		return err
	case from != nil && c.finishes(e.Queue):
		from.finished, from.reason = true, finishing[e.Queue]
		c.leg, c.done = &way{}, cmp.Or(c.done, len(c.agents))
	case from != nil:
		c.leg = &way{from: from, operation: e.Operation, mode: e.Mode}
		from.handedOn = from.handedOn || e.Operation == "transfer" // I3
	case e.Actor.Type == "media_server":
		c.leg = &way{}
	case c.leg == nil:
		return errors.New("nothing to put back")
	default:
		c.leg.mode = cmp.Or(e.Mode, c.leg.mode) // I18
	}
	c.place = &stay{party: party{"queue", e.Queue}, start: e.Time}
	return nil
}

// finishes reports whether the only agent finishes the chat by placing it in this queue (I20).
func (c *chat) finishes(queue string) bool {
	handling := 0
	for p := range c.here {
		if p.Type == "agent" {
			handling++
		}
	}
	_, ok := finishing[queue]
	return ok && handling == 1 && len(c.alerted) == 0
}

func (c *chat) invited(e event) error {
	from, err := c.by(e)
	switch {
	case err != nil:
		return err
	case from != nil:
		c.open(e, &way{from: from, operation: e.Operation, direct: true})
	case c.leg == nil:
		return errors.New("nothing to route")
	default:
		c.place = nil
		c.open(e, c.leg)
	}
	return nil
}

func (c *chat) added(e event) error {
	if e.Party.Type == "strategy" {
		c.place = &stay{party: e.Party, start: e.Time}
		c.here[e.Party] = c.place
		return nil
	}
	s := c.alerted[e.Party.ID]
	if s == nil && c.leg == nil {
		return fmt.Errorf("%q has no invitation", e.Party.ID)
	} else if s == nil {
		s = c.open(e, c.leg)
		s.pulled = true
	}
	delete(c.alerted, e.Party.ID)
	c.here[e.Party], s.accepted, s.mode = s, true, cmp.Or(e.Mode, s.mode)
	switch {
	case !s.way.direct:
		c.leg, c.place = nil, nil
	case s.way.operation == "transfer":
		s.way.from.handedOn = true // R9, I17
	}
	return nil
}

// open begins an agent's attempt to handle the chat.
func (c *chat) open(e event, w *way) *stay {
	s := &stay{party: e.Party, start: e.Time, way: *w, mode: cmp.Or(e.Mode, w.mode), ordinal: len(c.agents) + 1}
	c.agents = append(c.agents, s)
	c.alerted[e.Party.ID] = s
	return s
}

// facts returns the facts of the attempts that have closed.
func (c *chat) facts(id string) (facts []fact) {
	waiting := make(map[*stay]bool) // those who wait for the outcome of their own transfer (I17)
	for _, s := range c.alerted {
		if s.way.direct && s.way.operation == "transfer" && c.stopped == "" {
			waiting[s.way.from] = !s.way.from.handedOn
		}
	}
	for _, s := range c.agents[:cmp.Or(c.done, len(c.agents))] {
		f := fact{
			ID: id, Ordinal: s.ordinal, Type: s.Type, Resource: s.ID, Role: s.role(), Start: s.start,
			End: cmp.Or(s.end, c.stopped),
		}
		if f.End == "" || waiting[s] {
			continue
		}
		if s.way.from != nil {
			f.ReceivedFrom = &s.way.from.ordinal
		}
		f.Result, f.Reason = c.result(s)
		facts = append(facts, f)
	}
	if c.lost && c.place != nil && c.done == 0 { // R6, R7, R12, R13
		f := fact{
			ID: id, Ordinal: len(c.agents) + 1, Type: c.place.Type, Resource: c.place.ID, Role: "Puller",
			Result: "CustomerAbandoned",
		}
		if f.Type == "queue" {
			f.Role, f.Reason = "Received", "AbandonedWhileQueued"
		}
		f.Start, f.End = c.place.start, cmp.Or(c.place.end, c.stopped)
		facts = append(facts, f)
	}
	return facts
}

func (s *stay) role() string {
	switch {
	case s.way.operation == "transfer": // R2, I3
		return "ReceivedTransfer"
	case s.way.operation == "conference" && s.mode == 3: // R4, R5
		return "ReceivedConsult"
	case s.way.operation == "conference": // R3, R5, I15
		return "InConference"
	case s.pulled: // I7
		return "Puller"
	}
	return "RoutedTo" // R1
}

func (c *chat) result(s *stay) (result, reason string) {
	switch {
	case s.finished: // I20
		return "Completed", s.reason
	case s.accepted && s.failure != "": // I21
		return "Redirected", s.failure
	case s.accepted && s.handedOn: // R9, I2, I3
		return "Transferred", ""
	case s.accepted: // R8, I14
		return "Completed", ""
	case s.failure != "" && s.way.direct: // R11, I1
		return "Abandoned", s.failure
	case s.failure != "": // R10, I4
		return "Redirected", s.failure
	case c.lost && !s.way.direct: // R14, I6
		return "CustomerAbandoned", "AbandonedWhileRinging"
	case s.way.from != nil: // I5
		return "Abandoned", "Revoked"
	}
	return "Redirected", "Revoked" // I10
}
