package faults

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/chatproof/chatproof/model"
)

var orderFaults = []Fault{
	{
		Name:   "seq-as-text",
		Says:   "Sorts events by seq as text: 1, 10, 2.",
		Common: true,
		Answer: sorting(func(a, b *model.Event) int {
			return cmp.Compare(strconv.FormatInt(a.Seq, 10), strconv.FormatInt(b.Seq, 10))
		}),
	},
	{
		Name:   "by-arrival",
		Says:   "Processes events in the order in which they arrive.",
		Common: true,
		Levels: onlyDelivery,
		Answer: arriving(onceEach),
	},
	{
		Name:   "by-time-then-arrival",
		Says:   "Sorts events by time, and those with the same time by arrival.",
		Common: true,
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			log = onceEach(log)
			slices.SortStableFunc(log, func(a, b model.Event) int { return a.Time.Compare(b.Time) })
			return log
		}),
	},
	{
		Name:   "stop-ends-reading",
		Says:   "Ignores events that arrive after the stop, whatever their seq.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			return inOrder(log[:1+slices.IndexFunc(log,
				func(e model.Event) bool { return e.Name == model.ProcessingStopped || e == log[len(log)-1] })])
		}),
	},
	{
		Name:   "sorts-in-batches",
		Says:   "Sorts events only within batches of eight.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) (out []model.Event) {
			for batch := range slices.Chunk(onceEach(log), 8) {
				out = append(out, inOrder(batch)...)
			}
			return out
		}),
	},
}

// sorting is a fault that puts the events of a chat into another order.
func sorting(order func(a, b *model.Event) int) func([]model.Event) []model.Fact {
	return reading(func(log []model.Event) []model.Event {
		slices.SortStableFunc(log, func(a, b model.Event) int { return order(&a, &b) })
		return log
	})
}

// onceEach leaves out exact duplicates, in order of arrival.
func onceEach(log []model.Event) (out []model.Event) {
	for i := range log {
		if !slices.ContainsFunc(out, func(e model.Event) bool { return e.Equal(&log[i]) }) {
			out = append(out, log[i])
		}
	}
	return out
}

var duplicateFaults = []Fault{
	{
		Name: "same-second-is-duplicate",
		Says: "Merges events that have the same time and differ only in seq.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return slices.ContainsFunc(log[:i], func(e model.Event) bool {
				return e.Time.Equal(log[i].Time) && e.Alike(&log[i])
			})
		}),
	},
	{
		Name: "repeated-invitation-is-duplicate",
		Says: "Takes an inviter's second invitation of the same agent for a duplicate.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return log[i].Name == model.AgentInvited && slices.ContainsFunc(log[:i], func(e model.Event) bool {
				return e.Alike(&log[i])
			})
		}),
	},
	{
		Name:   "duplicate-invitation-is-an-attempt",
		Says:   "Counts an EventAgentInvited that arrives twice as two attempts.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			c.double(func(r *model.IRF) bool { return isAgent(r) && len(c.arrivals(r.Trace.Opened)) > 1 })
		}),
	},
}

// arrivals returns the places at which the event with a seq arrived.
func (c *inHand) arrivals(seq int64) (at []int) {
	for i := range c.arrived {
		if c.arrived[i].Seq == seq {
			at = append(at, i)
		}
	}
	return at
}

// double reports some rows twice.
func (c *inHand) double(twice func(r *model.IRF) bool) {
	for _, r := range c.rows {
		if twice(&r) {
			c.rows = append(c.rows, r)
		}
	}
}

var interleavingFaults = []Fault{
	{
		Name: "agent-in-one-chat",
		Says: "Keeps one chat per agent: all events of the agent count for the chat to which it was invited last.",
		Answer: mixing(following(model.Agent, model.AgentInvited, model.PartyAdded, model.Rejected, model.Revoked,
			model.PartyRemoved)),
	},
	{
		Name:   "strategy-in-one-chat",
		Says:   "Keeps one chat per strategy: when the strategy leaves, it leaves the chat that it took last.",
		Answer: mixing(following(model.Strategy, model.PartyAdded, model.PartyRemoved)),
	},
	{
		Name: "invited-from-last-taken",
		Says: "A strategy's invitation counts for the chat that the strategy took last.",
		Answer: mixing(func(run []model.Event) []model.Event {
			for i := range run {
				if e := &run[i]; e.Name == model.AgentInvited && e.Actor.Type == model.Strategy {
					if o := lastSuch(run[:i], func(o *model.Event) bool {
						return o.Name == model.PartyAdded && o.Party == e.Actor
					}); o != nil {
						e.InteractionID = o.InteractionID
					}
				}
			}
			return run
		}),
	},
	{
		Name: "id-by-prefix",
		Says: "Finds a chat by the beginning of its id: a chat whose id begins with another chat's id is merged with " +
			"it.",
		Answer: mixing(func(run []model.Event) []model.Event {
			chats := model.Chats(run)
			for i := range run {
				for _, log := range chats {
					if id := log[0].InteractionID; strings.HasPrefix(run[i].InteractionID, id) {
						run[i].InteractionID = id
					}
				}
			}
			return run
		}),
	},
	{
		Name: "mode-across-chats",
		Says: "If a conference has no visibility mode, uses the last mode that another chat gave.",
		Answer: mixing(func(run []model.Event) []model.Event {
			for i := range run {
				if run[i].Name == model.AgentInvited {
					inheritMode(run, i, func(o *model.Event) bool {
						return o.InteractionID != run[i].InteractionID
					})
				}
			}
			return run
		}),
	},
	{
		Name: "three-chats-at-once",
		Says: "Has room for three open chats: a fourth takes the place of the oldest.",
		Answer: mixing(func(run []model.Event) (kept []model.Event) {
			var open []string
			for _, e := range run {
				if e.Name == model.Submitted {
					open = append(open, e.InteractionID)
				}
				if len(open) > 3 {
					open = open[1:]
				}
				if slices.Contains(open, e.InteractionID) {
					kept = append(kept, e)
				}
				if e.Name == model.ProcessingStopped {
					open = slices.DeleteFunc(open, func(id string) bool { return id == e.InteractionID })
				}
			}
			return kept
		}),
	},
}

// following attributes what happens to a party to the chat of the party's last event with the name first.
func following(t model.PartyType, first model.EventName,
	others ...model.EventName,
) func(run []model.Event) []model.Event {
	return func(run []model.Event) []model.Event {
		chat := make(map[string]string)
		for i := range run {
			e := &run[i]
			switch {
			case e.Party.Type != t:
			case e.Name == first:
				chat[e.Party.ID] = e.InteractionID
			case slices.Contains(others, e.Name):
				e.InteractionID = cmp.Or(chat[e.Party.ID], e.InteractionID)
			}
		}
		return run
	}
}

var robustnessFaults = []Fault{
	{
		Name:   "error-undoes-run",
		Says:   "Reports no chat at all if one of them is ill-formed.",
		Common: true,
		Levels: onlyRobustness,
		Answer: reporting(func(chats []inHand) {
			if slices.ContainsFunc(chats, func(c inHand) bool { return c.broken }) {
				for i := range chats {
					chats[i].rows = nil
				}
			}
		}),
	},
	{
		Name:   "leftovers-go-to-next",
		Says:   "Reports the attempts of an ill-formed chat under the id of the next chat.",
		Levels: onlyRobustness,
		Answer: reporting(func(chats []inHand) {
			for i := range chats[:max(1, len(chats))-1] {
				if chats[i].broken {
					chats[i].each(func(r *model.IRF) { r.InteractionID = chats[i+1].id })
				}
			}
		}),
	},
	{
		Name:   "agents-blocked",
		Says:   "If an ill-formed chat names an agent, reports no row of that agent in any chat.",
		Levels: onlyRobustness,
		Answer: reporting(func(chats []inHand) {
			blocked := make(map[string]bool)
			for i := range chats {
				for _, e := range chats[i].log {
					if chats[i].broken && e.Party.Type == model.Agent {
						blocked[e.Party.ID] = true
					}
				}
			}
			for i := range chats {
				chats[i].lose(func(r *model.IRF) bool { return isAgent(r) && blocked[r.Resource] })
			}
		}),
	},
}
