package faults

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Beyond lists faults that no run of the default size detects, nor one of ten times that: they need more than a plan
// holds, and a campaign finds them.
func Beyond() []Fault {
	all := slices.Clone(beyondFaults)
	for i := range all {
		all[i].Family = "beyond the plan"
	}
	return all
}

var beyondFaults = []Fault{
	{
		Name:   "tenth-agent-lost",
		Says:   "Has columns for nine agents per chat: a tenth has no row.",
		Answer: writing(func(c *inHand) { c.loseFrom(9, agentOf) }),
	},
	{
		Name:   "sixth-queue-lost",
		Says:   "Has columns for five queues per chat: an agent who came through a sixth has no row.",
		Answer: writing(func(c *inHand) { c.loseFrom(5, func(r *model.IRF) string { return r.Trace.Queue }) }),
	},
	{
		Name:   "fifth-strategy-lost",
		Says:   "Has columns for four strategies per chat: an agent who was invited by a fifth has no row.",
		Answer: writing(func(c *inHand) { c.loseFrom(4, func(r *model.IRF) string { return r.Trace.Invoker }) }),
	},
	{
		Name: "eight-seats",
		Says: "Has eight seats for the agents of a chat: the ninth agent gets the seat and the name of the first.",
		Answer: writing(func(c *inHand) {
			agents := c.inTurn(agentOf)
			c.each(func(r *model.IRF) {
				if i := slices.Index(agents, agentOf(r)); i >= 8 {
					r.Resource = agents[i%8]
				}
			})
		}),
	},
	{
		Name:   "forgets-after-500-events",
		Says:   "Reads only the first 500 events of a chat.",
		Answer: skipping(func(_ []model.Event, i int) bool { return i >= 500 }),
	},
	{
		Name:   "ordinal-in-a-signed-byte",
		Says:   "Keeps ordinals in a signed byte: after 127 comes -128.",
		Answer: rowByRow(func(_ *inHand, r *model.IRF) { r.Ordinal.Value = int64(int8(r.Ordinal.Value)) }),
	},
	{
		Name: "first-page-of-128-rows",
		Says: "Writes only the first 128 rows of a chat.",
		Answer: writing(func(c *inHand) {
			c.rows = c.rows[:min(len(c.rows), 128)]
		}),
	},
	{
		Name: "sixth-party-lost",
		Says: "Has room for five agents in a chat at the same time: a sixth that joins has no row.",
		Answer: losing(func(c *inHand, r *model.IRF) bool {
			return isAgent(r) && hasJoined(r) && len(partiesAfter(c.before(r.Trace.Accepted), model.Agent)) >= 5
		}),
	},
	{
		Name: "five-chats-at-once",
		Says: "Has five slots for open chats: a chat that begins while five others are open has no rows.",
		Answer: crowdedBy(5, func(e *model.Event) string {
			if e.Name == model.Submitted {
				return "a slot"
			}
			return ""
		}),
	},
	{
		Name: "agent-in-four-chats",
		Says: "Has room for four open chats per agent: a fifth to which the agent is invited has no rows.",
		Answer: crowdedBy(4, func(e *model.Event) string {
			if e.Name == model.AgentInvited {
				return e.Party.ID
			}
			return ""
		}),
	},
	{
		Name: "queue-of-four-chats",
		Says: "Has room for four open chats per queue: a fifth that is placed in the queue has no rows.",
		Answer: crowdedBy(4, func(e *model.Event) string {
			if e.Name == model.PlacedInQueue {
				return e.Queue
			}
			return ""
		}),
	},
}

func agentOf(r *model.IRF) string {
	if isAgent(r) {
		return r.Resource
	}
	return ""
}

// inTurn lists the names that of gives the rows, in the order in which they first occur.
func (c *inHand) inTurn(of func(*model.IRF) string) (names []string) {
	c.each(func(r *model.IRF) {
		if name := of(r); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// loseFrom drops the rows of all names but the first n.
func (c *inHand) loseFrom(n int, of func(*model.IRF) string) {
	names := c.inTurn(of)
	c.lose(func(r *model.IRF) bool { return slices.Index(names, of(r)) >= n })
}

// crowdedBy loses a chat that takes something while n others hold it; a chat gives it back by ending.
func crowdedBy(n int, taken func(*model.Event) string) func([]model.Event) []model.Fact {
	return func(events []model.Event) []model.Fact {
		holders, lost := make(map[string][]string), make(map[string]bool)
		for i := range events {
			e := &events[i]
			what, id := taken(e), e.InteractionID
			switch {
			case e.Name == model.ProcessingStopped:
				for k := range holders {
					holders[k] = slices.DeleteFunc(holders[k], func(h string) bool { return h == id })
				}
			case what == "" || slices.Contains(holders[what], id):
			case len(holders[what]) >= n:
				lost[id] = true
			default:
				holders[what] = append(holders[what], id)
			}
		}
		return reporting(func(chats []inHand) {
			for i := range chats {
				if lost[chats[i].id] {
					chats[i].rows = nil
				}
			}
		})(events)
	}
}
