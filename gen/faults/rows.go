package faults

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

var totalityFaults = []Fault{
	{
		Name:   "no-duration-no-row",
		Says:   "Leaves out attempts that begin and end within a second.",
		Answer: writing(func(c *inHand) { c.lose(func(r *model.IRF) bool { return r.Start.Unix() == r.End.Unix() }) }),
	},
	{
		Name: "keyed-by-start",
		Says: "Keeps one row a chat and second: of attempts that begin within one second only the last is left.",
		Answer: writing(func(c *inHand) {
			c.lose(func(r *model.IRF) bool {
				return c.some(func(o *model.IRF) bool { return o.Start.Unix() == r.Start.Unix() && o.Ordinal.Value > r.Ordinal.Value })
			})
		}),
	},
	{
		Name: "distinct-rows",
		Says: "Selects distinct rows: of attempts of one agent with one descriptor only the first is left.",
		Answer: writing(func(c *inHand) {
			c.rows = firstOf(c.rows, func(a, b *model.IRF) bool { return sameAgent(a, b) && a.Descriptor() == b.Descriptor() })
		}),
	},
	{
		Name: "join-by-agent",
		Says: "Joins attempts with their ends by agent: an agent with two attempts has four rows.",
		Answer: writing(func(c *inHand) {
			rows := c.rows
			for _, r := range rows {
				for _, o := range rows {
					if sameAgent(&r, &o) {
						c.rows = append(c.rows, r)
					}
				}
			}
		}),
	},
	{
		Name: "join-by-strategy",
		Says: "Joins attempts with the strategies of the chat: a second strategy doubles every row.",
		Answer: writing(func(c *inHand) {
			var routed []string
			for _, e := range c.log {
				if e.Name == model.PartyAdded && e.Party.Type == model.Strategy && !slices.Contains(routed, e.Party.ID) {
					routed = append(routed, e.Party.ID)
				}
			}
			c.double(func(*model.IRF) bool { return len(routed) > 1 })
		}),
	},
	{
		Name: "customer-has-a-row",
		Says: "Reports the customer as a resource.",
		Answer: writing(func(c *inHand) {
			c.more(model.AgentResource, "Customer", model.Descriptor{Role: model.Received, Result: model.Completed})
		}),
	},
	{
		Name: "onward-queue-has-a-row",
		Says: "Reports a queue out of which a strategy sent the chat on to another.",
		Answer: writing(func(c *inHand) {
			from := ""
			for _, e := range c.log {
				if e.Name == model.PlacedInQueue && e.Actor.Type == model.Strategy {
					c.more(model.QueueResource, from, model.Descriptor{Role: model.Received, Result: "Diverted"})
				}
				from = cmp.Or(e.Queue, from)
			}
		}),
	},
	{
		Name: "strategy-that-failed-has-a-row",
		Says: "Reports the strategy whose invitation was revoked, beside the agent.",
		Answer: writing(func(c *inHand) {
			for _, r := range c.rows {
				if r.Trace.How == model.WasRevoked && r.Trace.Invoker != "" {
					c.more(model.StrategyResource, r.Trace.Invoker, model.Descriptor{Role: model.Puller, Result: model.Redirected, Reason: model.RevokedReason})
				}
			}
		}),
	},
	{
		Name: "failed-transfer-reopens-initiator",
		Says: "Reports an agent whose transfer failed twice: before the failure and after it.",
		Answer: writing(func(c *inHand) {
			for _, r := range c.rows {
				if r.Role == model.ReceivedTransfer && r.Result == model.Abandoned {
					c.more(model.AgentResource, r.Trace.Initiator, model.Descriptor{Role: model.RoutedTo, Result: model.Completed})
				}
			}
		}),
	},
	{
		Name: "handling-at-stop-lost",
		Says: "Reports attempts when the agent leaves: who still handles at the stop has no row.",
		Answer: writing(func(c *inHand) {
			c.lose(func(r *model.IRF) bool { return r.Trace.How == model.HandlingAtStop })
		}),
	},
}

var symmetryFaults = []Fault{
	{
		Name:   "ordinals-by-name",
		Says:   "Numbers attempts in the alphabetical order of resources.",
		Answer: writing(func(c *inHand) { c.sort(func(a, b *model.IRF) int { return cmp.Compare(a.Resource, b.Resource) }) }),
	},
	{
		Name: "first-in-alphabet-transfers",
		Says: "Of the agents who handle, takes the one who is first in the alphabet for the one who transfers.",
		Answer: rewriting(func(log []model.Event, i int) {
			e := &log[i]
			if there := partiesAfter(log[:i], model.Agent); e.Name == model.AgentInvited && e.Operation == model.Transfer && len(there) > 0 {
				e.Actor.ID = slices.Min(there)
			}
		}),
	},
	{
		Name: "agent-1-is-routed",
		Says: "Takes Agent 1, as in the tutorial, for the agent to whom the chat was routed.",
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if r.Resource == "Agent 1" && isDirect(r) {
					asRouted(r)
				}
			})
		}),
	},
	{
		Name: "agent-by-prefix",
		Says: "Finds an agent by the beginning of its name: Agent 20 is put down to Agent 2.",
		Answer: rewriting(func(log []model.Event, i int) {
			for _, p := range []*model.Party{&log[i].Party, &log[i].Actor} {
				j := slices.IndexFunc(log[:i], func(e model.Event) bool {
					return p.Type == model.Agent && e.Party.Type == model.Agent && strings.HasPrefix(p.ID, e.Party.ID)
				})
				if j >= 0 {
					p.ID = log[j].Party.ID
				}
			}
		}),
	},
	{
		Name: "type-by-name",
		Says: "Looks up the type of a resource by name, queues first: an agent with a queue's name is a queue.",
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if slices.ContainsFunc(c.log, func(e model.Event) bool { return e.Queue == r.Resource }) {
					r.ResourceType = model.QueueResource
				}
			})
		}),
	},
	{
		Name: "names-in-ascii",
		Says: "Writes a question mark for each letter that is not ASCII.",
		Answer: renaming(func(name string) string {
			return strings.Map(func(r rune) rune {
				if r > 127 {
					return '?'
				}
				return r
			}, name)
		}),
	},
	{
		Name: "names-end-at-comma",
		Says: "Does not quote names in CSV: a name ends at its comma.",
		Answer: renaming(func(name string) string {
			before, _, _ := strings.Cut(name, ",")
			return before
		}),
	},
	{
		Name:   "names-unquoted",
		Says:   "Strips the quotes that belong to a name.",
		Answer: renaming(func(name string) string { return strings.Trim(name, `"`) }),
	},
	{
		Name:   "apostrophes-doubled",
		Says:   "Escapes names for SQL twice: O'Brien becomes O''Brien.",
		Answer: renaming(func(name string) string { return strings.ReplaceAll(name, "'", "''") }),
	},
	{
		Name:   "names-escaped-as-html",
		Says:   "Escapes the characters of a name that mean something in HTML.",
		Answer: renaming(html.EscapeString),
	},
	{
		Name: "dash-and-zero-are-nobody",
		Says: "Takes the names - and 0 for no resource, and leaves out their rows.",
		Answer: writing(func(c *inHand) {
			c.lose(func(r *model.IRF) bool { return r.Resource == "-" || r.Resource == "0" })
		}),
	},
}

// renaming is a fault in how names are written.
func renaming(name func(string) string) func([]model.Event) []model.Fact {
	return writing(func(c *inHand) {
		c.each(func(r *model.IRF) { r.Resource = name(r.Resource) })
	})
}

var fieldFaults = []Fault{
	{
		Name: "ordinals-reversed",
		Says: "Numbers attempts from the last to the first.",
		Answer: writing(func(c *inHand) {
			c.sort(func(a, b *model.IRF) int { return cmp.Compare(b.Ordinal.Value, a.Ordinal.Value) })
		}),
	},
	{
		Name: "ordinals-by-end",
		Says: "Numbers attempts in the order in which they end.",
		Answer: writing(func(c *inHand) {
			c.sort(func(a, b *model.IRF) int { return cmp.Compare(a.Trace.Closed, b.Trace.Closed) })
		}),
	},
	{
		Name: "ordinals-by-answer",
		Says: "Numbers attempts in the order in which they are accepted, or fail.",
		Answer: writing(func(c *inHand) {
			c.sort(func(a, b *model.IRF) int { return cmp.Compare(answeredAt(a), answeredAt(b)) })
		}),
	},
	{
		Name: "ordinals-by-queue",
		Says: "Begins to count anew each time the chat is placed in a queue.",
		Answer: writing(func(c *inHand) {
			n, placed := int64(0), int64(0)
			c.each(func(r *model.IRF) {
				if e := lastSuch(c.before(r.Trace.Opened), named(model.PlacedInQueue)); e != nil && e.Seq > placed {
					n, placed = 0, e.Seq
				}
				n++
				r.Ordinal.Value = n
			})
		}),
	},
	{
		Name:   "received-from-nobody-through-queue",
		Says:   "Does not tell who sent a chat that came through a queue.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if r.Trace.Queue != "" {
					r.ReceivedFrom = model.Number{Is: model.Null}
				}
			})
		}),
	},
	{
		Name:   "received-from-the-attempt-before",
		Says:   "Takes the attempt before for the one that sent the chat.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if r.ReceivedFrom.Is == model.Given {
					r.ReceivedFrom.Value = r.Ordinal.Value - 1
				}
			})
		}),
	},
	{
		Name:   "received-from-the-first",
		Says:   "Takes the first attempt for the one that sent the chat.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if r.ReceivedFrom.Is == model.Given {
					r.ReceivedFrom.Value = 1
				}
			})
		}),
	},
	{
		Name:   "received-from-by-name",
		Says:   "Finds the attempt that sent a chat by the agent's name, and so the agent's first.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if i := slices.IndexFunc(c.rows, func(o model.IRF) bool { return isAgent(&o) && o.Resource == r.Trace.Initiator }); i >= 0 && r.ReceivedFrom.Is == model.Given {
					r.ReceivedFrom = c.rows[i].Ordinal
				}
			})
		}),
	},
	{
		Name:   "start-at-acceptance",
		Says:   "Begins an attempt when the agent accepts.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) { c.each(func(r *model.IRF) { r.Start = c.timeOf(r.Trace.Accepted, r.Start) }) }),
	},
	{
		Name:   "start-in-queue",
		Says:   "Begins an attempt when the chat is placed in the queue through which it comes.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if placed := lastSuch(c.before(r.Trace.Opened), named(model.PlacedInQueue)); r.Trace.Queue != "" && placed != nil {
					r.Start = placed.Time
				}
			})
		}),
	},
	{
		Name:   "end-at-stop",
		Says:   "Ends every attempt with the chat.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) {
			c.each(func(r *model.IRF) {
				if stop := lastSuch(c.log, named(model.ProcessingStopped)); stop != nil {
					r.End = stop.Time
				}
			})
		}),
	},
	{
		Name:   "end-at-handover",
		Says:   "Ends the attempt of an agent who transfers when the other agent accepts.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) { c.each(func(r *model.IRF) { r.End = c.timeOf(r.Trace.HandedOver, r.End) }) }),
	},
	{
		Name:   "end-of-invitation",
		Says:   "Ends an attempt when its invitation is answered.",
		Levels: onlyInferred,
		Answer: writing(func(c *inHand) { c.each(func(r *model.IRF) { r.End = c.timeOf(r.Trace.Accepted, r.End) }) }),
	},
}

// timeOf is the time of the event of a seq, or else.
func (c *inHand) timeOf(seq int64, or time.Time) time.Time {
	if e := lastSuch(c.log, func(e *model.Event) bool { return e.Seq == seq }); e != nil {
		return e.Time
	}
	return or
}
