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
		Says:   "Leaves out attempts that begin and end in the same second.",
		Common: true,
		Answer: losing(func(_ *inHand, r *model.IRF) bool { return r.Start.Unix() == r.End.Unix() }),
	},
	{
		Name: "keyed-by-start",
		Says: "Keeps one row per chat and second: of the attempts that begin in the same second, only the last has " +
			"a row.",
		Common: true,
		Answer: losing(func(c *inHand, r *model.IRF) bool {
			return c.some(func(o *model.IRF) bool {
				return o.Start.Unix() == r.Start.Unix() && o.Ordinal.Value > r.Ordinal.Value
			})
		}),
	},
	{
		Name:   "distinct-rows",
		Says:   "Selects distinct rows: of an agent's attempts with the same descriptor, only the first has a row.",
		Common: true,
		Answer: writing(func(c *inHand) {
			c.rows = firstOf(c.rows, func(a, b *model.IRF) bool {
				return sameAgent(a, b) && a.Descriptor() == b.Descriptor()
			})
		}),
	},
	{
		Name:   "join-by-agent",
		Says:   "Joins attempts with their ends by agent: an agent with two attempts has four rows.",
		Common: true,
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
		Name: "strategy-that-failed-has-a-row",
		Says: "If a strategy's invitation is revoked, reports the strategy as well as the agent.",
		Answer: writing(func(c *inHand) {
			for _, r := range c.rows {
				if r.Trace.How == model.WasRevoked && r.Trace.Invoker != "" {
					c.more(model.StrategyResource, r.Trace.Invoker, model.Descriptor{
						Role: model.Puller, Result: model.Redirected, Reason: model.RevokedReason,
					})
				}
			}
		}),
	},
}

var symmetryFaults = []Fault{
	{
		Name: "first-in-alphabet-transfers",
		Says: "If several agents handle the chat, assumes that the alphabetically first one transfers it.",
		Answer: rewriting(func(log []model.Event, i int) {
			e := &log[i]
			if there := partiesAfter(log[:i], model.Agent); e.Name == model.AgentInvited &&
				e.Operation == model.Transfer && len(there) > 0 {
				e.Actor.ID = slices.Min(there)
			}
		}),
	},
	{
		Name: "agent-1-is-routed",
		Says: "Assumes that the chat was routed to Agent 1, as in the tutorial.",
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Resource == "Agent 1" && isDirect(r) {
				asRouted(r)
			}
		}),
	},
	{
		Name: "agent-by-prefix",
		Says: "Finds an agent by the beginning of its name: Agent 20 is taken for Agent 2.",
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
		Name:   "names-end-at-comma",
		Says:   "Does not quote names in CSV: a name ends at its first comma.",
		Common: true,
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
		Common: true,
		Answer: renaming(func(name string) string { return strings.ReplaceAll(name, "'", "''") }),
	},
	{
		Name:   "names-escaped-as-html",
		Says:   "Escapes the characters of a name that mean something in HTML.",
		Common: true,
		Answer: renaming(html.EscapeString),
	},
	{
		Name:   "dash-and-zero-are-nobody",
		Says:   "Reads the names - and 0 as no resource, and leaves out their rows.",
		Answer: losing(func(_ *inHand, r *model.IRF) bool { return r.Resource == "-" || r.Resource == "0" }),
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
		Name:   "ordinals-by-end",
		Says:   "Numbers attempts in the order in which they end.",
		Common: true,
		Answer: writing(func(c *inHand) {
			c.sort(func(a, b *model.IRF) int { return cmp.Compare(a.Trace.Closed, b.Trace.Closed) })
		}),
	},
	{
		Name:   "received-from-by-name",
		Says:   "Looks up the sender's attempt by the sender's name, and so always finds the sender's first attempt.",
		Common: true,
		Levels: onlyInferred,
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if i := slices.IndexFunc(c.rows, func(o model.IRF) bool {
				return isAgent(&o) && o.Resource == r.Trace.Initiator
			}); i >= 0 && r.ReceivedFrom.Is == model.Given {
				r.ReceivedFrom = c.rows[i].Ordinal
			}
		}),
	},
	{
		Name:   "start-at-acceptance",
		Says:   "Starts an attempt when the agent accepts, not when the agent is invited.",
		Common: true,
		Levels: onlyInferred,
		Answer: rowByRow(func(c *inHand, r *model.IRF) { r.Start = c.timeOf(r.Trace.Accepted, r.Start) }),
	},
	{
		Name:   "end-at-handover",
		Says:   "If an agent transfers the chat, ends its attempt when the other agent accepts, not when it leaves.",
		Common: true,
		Levels: onlyInferred,
		Answer: rowByRow(func(c *inHand, r *model.IRF) { r.End = c.timeOf(r.Trace.HandedOver, r.End) }),
	},
}

// timeOf returns the time of the event with a seq; if there is none, it returns or.
func (c *inHand) timeOf(seq int64, or time.Time) time.Time {
	if e := lastSuch(c.log, func(e *model.Event) bool { return e.Seq == seq }); e != nil {
		return e.Time
	}
	return or
}
