package faults

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

var orderFaults = []Fault{
	{
		Name: "seq-as-text",
		Says: "Sorts events by seq as text: 1, 10, 2.",
		Answer: sorting(func(a, b *model.Event) int {
			return cmp.Compare(strconv.FormatInt(a.Seq, 10), strconv.FormatInt(b.Seq, 10))
		}),
	},
	{
		Name:   "by-time-then-name",
		Says:   "Sorts events by time, and those of one second by the name of the event.",
		Answer: sorting(func(a, b *model.Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name)) }),
	},
	{
		Name: "by-time-then-course",
		Says: "Sorts events by time, and those of one second in the order in which a simple chat would show them.",
		Answer: sorting(func(a, b *model.Event) int {
			return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(slices.Index(model.EventNames, a.Name), slices.Index(model.EventNames, b.Name)))
		}),
	},
	{
		Name: "by-time-then-party",
		Says: "Sorts events by time, and those of one second by the party that they befall.",
		Answer: sorting(func(a, b *model.Event) int {
			return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Party.ID, b.Party.ID))
		}),
	},
	{
		Name:   "latest-first-in-a-second",
		Says:   "Sorts events by time, and those of one second the latest first.",
		Answer: sorting(func(a, b *model.Event) int { return cmp.Or(a.Time.Compare(b.Time), -bySeq(*a, *b)) }),
	},
	{
		Name: "gap-ends-chat",
		Says: "Takes a gap in seq for lost events, and waits for them in vain.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return log[i].Seq-log[0].Seq > int64(i)
		}),
	},
	{
		Name: "silence-ends-chat",
		Says: "Takes a chat for ended when half a minute passes without an event.",
		Answer: skipping(func(log []model.Event, i int) bool {
			for j := 1; j <= i; j++ {
				if log[j].Time.Sub(log[j-1].Time) >= 30*time.Second {
					return true
				}
			}
			return false
		}),
	},
	{
		Name:   "by-arrival",
		Says:   "Takes events in the order in which they arrive.",
		Levels: onlyDelivery,
		Answer: arriving(onceEach),
	},
	{
		Name:   "by-time-then-arrival",
		Says:   "Sorts events by time, and those of one second by arrival.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			log = onceEach(log)
			slices.SortStableFunc(log, func(a, b model.Event) int { return a.Time.Compare(b.Time) })
			return log
		}),
	},
	{
		Name:   "stop-ends-reading",
		Says:   "Reads no further than the arrival of the stop.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			return inOrder(log[:1+slices.IndexFunc(log, func(e model.Event) bool { return e.Name == model.ProcessingStopped || e == log[len(log)-1] })])
		}),
	},
	{
		Name:   "begins-at-submit",
		Says:   "Throws away what arrives before the chat's EventInteractionSubmitted.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			return inOrder(log[max(0, slices.IndexFunc(log, func(e model.Event) bool { return e.Name == model.Submitted })):])
		}),
	},
	{
		Name:   "sorts-in-batches",
		Says:   "Sorts each batch of eight events by itself.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) (out []model.Event) {
			for batch := range slices.Chunk(onceEach(log), 8) {
				out = append(out, inOrder(batch)...)
			}
			return out
		}),
	},
}

// sorting is a fault that puts the events of a chat in another order.
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
		Says: "Takes events of one second that differ in nothing but seq for one.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return slices.ContainsFunc(log[:i], func(e model.Event) bool { return e.Time.Equal(log[i].Time) && alike(&e, &log[i]) })
		}),
	},
	{
		Name: "repeated-invitation-is-duplicate",
		Says: "Takes a second invitation by the same inviter of the same agent for a duplicate.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return log[i].Name == model.AgentInvited && slices.ContainsFunc(log[:i], func(e model.Event) bool { return alike(&e, &log[i]) })
		}),
	},
	{
		Name:   "duplicate-invitation-is-an-attempt",
		Says:   "An EventAgentInvited that comes twice is two attempts.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			c.double(func(r *model.IRF) bool { return isAgent(r) && len(c.arrivals(r.Trace.Opened)) > 1 })
		}),
	},
	{
		Name:   "neighbours-only-are-duplicates",
		Says:   "Leaves out a duplicate only where it follows the event at once: another one is an attempt more.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			c.double(func(r *model.IRF) bool {
				at := c.arrivals(r.Trace.Opened)
				return isAgent(r) && len(at) > 1 && at[len(at)-1]-at[0] >= len(at)
			})
		}),
	},
	{
		Name:   "duplicate-acceptance-is-a-pull",
		Says:   "An agent's EventPartyAdded that comes twice is an acceptance and a pull.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			for _, r := range c.rows {
				if hasJoined(&r) && len(c.arrivals(r.Trace.Accepted)) > 1 {
					c.more(model.AgentResource, r.Resource, model.Descriptor{Role: model.Puller, Result: model.Completed})
				}
			}
		}),
	},
	{
		Name:   "duplicate-queueing-is-a-stay",
		Says:   "A queue in which the chat is placed twice by one event keeps a stay that ends only with the chat.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			for i := range c.log {
				if e := &c.log[i]; e.Name == model.PlacedInQueue && len(c.arrivals(e.Seq)) > 1 {
					c.more(model.QueueResource, e.Queue, model.Descriptor{Role: model.Received, Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued})
				}
			}
		}),
	},
	{
		Name:   "duplicate-stop-reports-again",
		Says:   "A stop that comes twice reports the chat twice.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			stop := lastSuch(c.log, named(model.ProcessingStopped))
			c.double(func(*model.IRF) bool { return stop != nil && len(c.arrivals(stop.Seq)) > 1 })
		}),
	},
	{
		Name:   "twice-seen-is-dropped",
		Says:   "Drops an event that comes twice, and its duplicate.",
		Levels: onlyDelivery,
		Answer: arriving(func(log []model.Event) []model.Event {
			return slices.DeleteFunc(inOrder(log), func(e model.Event) bool {
				return howMany(log, func(o *model.Event) bool { return o.Equal(&e) }) > 1
			})
		}),
	},
}

// alike reports whether two events differ at most in seq and time.
func alike(a, b *model.Event) bool {
	e := *a
	e.Seq, e.Time = b.Seq, b.Time
	return e.Equal(b)
}

// arrivals are the places at which the event of a seq arrived.
func (c *inHand) arrivals(seq int64) (at []int) {
	for i := range c.arrived {
		if c.arrived[i].Seq == seq {
			at = append(at, i)
		}
	}
	return at
}

// double reports rows twice.
func (c *inHand) double(twice func(r *model.IRF) bool) {
	for _, r := range c.rows {
		if twice(&r) {
			c.rows = append(c.rows, r)
		}
	}
}

var interleavingFaults = []Fault{
	{
		Name: "last-submitted-only",
		Says: "Knows one chat at a time: every event is that of the chat submitted last.",
		Answer: mixing(func(run []model.Event) []model.Event {
			now := ""
			for i := range run {
				if run[i].Name == model.Submitted {
					now = run[i].InteractionID
				}
				run[i].InteractionID = cmp.Or(now, run[i].InteractionID)
			}
			return run
		}),
	},
	{
		Name: "new-chat-ends-old",
		Says: "Begins anew with each EventInteractionSubmitted: the rest of the chats before is lost.",
		Answer: mixing(func(run []model.Event) (kept []model.Event) {
			now := ""
			for _, e := range run {
				if e.Name == model.Submitted {
					now = e.InteractionID
				}
				if now == "" || e.InteractionID == now {
					kept = append(kept, e)
				}
			}
			return kept
		}),
	},
	{
		Name:   "agent-in-one-chat",
		Says:   "Keeps one chat an agent: what befalls the agent is put down to the chat to which it was invited last.",
		Answer: mixing(following(model.Agent, model.AgentInvited, model.PartyAdded, model.Rejected, model.Revoked, model.PartyRemoved)),
	},
	{
		Name:   "strategy-in-one-chat",
		Says:   "Keeps one chat a strategy: its leaving is put down to the chat that it took last.",
		Answer: mixing(following(model.Strategy, model.PartyAdded, model.PartyRemoved)),
	},
	{
		Name: "invited-from-last-taken",
		Says: "A strategy's invitation is put down to the chat that the strategy took last.",
		Answer: mixing(func(run []model.Event) []model.Event {
			for i := range run {
				if e := &run[i]; e.Name == model.AgentInvited && e.Actor.Type == model.Strategy {
					if o := lastSuch(run[:i], func(o *model.Event) bool { return o.Name == model.PartyAdded && o.Party == e.Actor }); o != nil {
						e.InteractionID = o.InteractionID
					}
				}
			}
			return run
		}),
	},
	{
		Name: "id-by-prefix",
		Says: "Finds a chat by the beginning of its id: one whose id begins with another's is merged with that one.",
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
		Name: "stop-closes-all",
		Says: "A stop ends every chat that is open.",
		Answer: mixing(func(run []model.Event) (out []model.Event) {
			var open []string
			for _, e := range run {
				switch {
				case e.Name == model.Submitted && !slices.Contains(open, e.InteractionID):
					open = append(open, e.InteractionID)
				case !slices.Contains(open, e.InteractionID):
					continue
				}
				out = append(out, e)
				if e.Name != model.ProcessingStopped {
					continue
				}
				for _, id := range open {
					if stop := e; id != e.InteractionID {
						stop.InteractionID = id
						out = append(out, stop)
					}
				}
				open = nil
			}
			return out
		}),
	},
	{
		Name: "seq-unique-across-chats",
		Says: "Takes an event for a duplicate where another chat has one of the same seq and name.",
		Answer: mixing(func(run []model.Event) (kept []model.Event) {
			type key struct {
				seq  int64
				name model.EventName
			}
			first := make(map[key]string)
			for _, e := range run {
				k := key{e.Seq, e.Name}
				if first[k] = cmp.Or(first[k], e.InteractionID); first[k] == e.InteractionID {
					kept = append(kept, e)
				}
			}
			return kept
		}),
	},
	{
		Name: "mode-across-chats",
		Says: "A conference without a visibility mode has the one that was given last in another chat.",
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

// following puts what befalls a party down to the chat in which the party's last event of the first name was.
func following(t model.PartyType, first model.EventName, others ...model.EventName) func(run []model.Event) []model.Event {
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
		Name:   "error-ends-run",
		Says:   "Reports no chat that begins after an ill-formed one.",
		Levels: onlyRobustness,
		Answer: reporting(func(chats []inHand) {
			broken := false
			for i := range chats {
				if broken = broken || chats[i].broken; broken {
					chats[i].rows = nil
				}
			}
		}),
	},
	{
		Name:   "error-undoes-run",
		Says:   "Reports no chat at all where one is ill-formed.",
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
		Name:   "error-takes-next-along",
		Says:   "Does not report the chat that follows an ill-formed one.",
		Levels: onlyRobustness,
		Answer: reporting(func(chats []inHand) {
			for i := 1; i < len(chats); i++ {
				if chats[i-1].broken {
					chats[i].rows = nil
				}
			}
		}),
	},
	{
		Name:   "leftovers-go-to-next",
		Says:   "Reports the attempts of an ill-formed chat as those of the chat that follows.",
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
		Says:   "Reports nothing of agents that an ill-formed chat names, in any chat.",
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
