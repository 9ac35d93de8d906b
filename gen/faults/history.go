package faults

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/chatproof/chatproof/model"
)

var historyFaults = []Fault{
	{
		Name:   "last-attempt-of-agent-only",
		Says:   "Keeps one row per agent: a second invitation of the same agent overwrites the first.",
		Common: true,
		Answer: losing(func(c *inHand, r *model.IRF) bool {
			return c.some(func(o *model.IRF) bool { return sameAgent(r, o) && o.Ordinal.Value > r.Ordinal.Value })
		}),
	},
	{
		Name:   "role-of-first-attempt",
		Says:   "Looks up an agent's role by name: every later attempt of the agent has the role of the first.",
		Common: true,
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			r.Role = c.rows[slices.IndexFunc(c.rows, func(o model.IRF) bool {
				return sameAgent(r, &o) || o.Ordinal == r.Ordinal
			})].Role
		}),
	},
	{
		Name: "consult-hides-transfer",
		Says: "An agent who is consulted, and later gets the chat by transfer, has a row for the consult only.",
		Answer: losing(func(c *inHand, r *model.IRF) bool {
			return r.Role == model.ReceivedTransfer && c.some(func(o *model.IRF) bool {
				return sameAgent(r, o) && o.Role == model.ReceivedConsult && o.Ordinal.Value < r.Ordinal.Value
			})
		}),
	},
	{
		Name: "return-to-sender-lost",
		Says: "If one agent invites another, who then invites the first one back, the return has no row.",
		Answer: losing(func(c *inHand, r *model.IRF) bool {
			return c.some(func(o *model.IRF) bool {
				return sentBy(r, o) && o.Trace.Initiator == r.Resource && isAgent(r)
			})
		}),
	},
	{
		Name: "third-redirect-lost",
		Says: "Keeps two redirects per chat: later ones have no rows.",
		Answer: writing(func(c *inHand) {
			c.loseAfter(2, func(r *model.IRF) bool { return r.Result == model.Redirected })
		}),
	},
	{
		Name: "second-failed-transfer-lost",
		Says: "Keeps one failed transfer per chat: later ones have no rows.",
		Answer: writing(func(c *inHand) {
			c.loseAfter(1, func(r *model.IRF) bool { return r.Role == model.ReceivedTransfer && !hasJoined(r) })
		}),
	},
	{
		Name: "second-transfer-unnoticed",
		Says: "If an agent's first transfer fails and its second one is accepted, the agent is Completed.",
		Answer: writing(func(c *inHand) {
			c.uncount(func(r, o *model.IRF) bool {
				return o.Trace.Operation == model.Transfer && o.Trace.Closed < r.Trace.HandedOver
			})
		}),
	},
	{
		Name: "failure-undoes-transfer",
		Says: "If an agent's conference fails after its transfer was accepted, the agent is Completed.",
		Answer: writing(func(c *inHand) {
			c.uncount(func(r, o *model.IRF) bool {
				return o.Trace.Closed > r.Trace.HandedOver && o.Trace.Closed < r.Trace.Closed
			})
		}),
	},
	{
		Name: "failed-transfer-pending-forever",
		Says: "Does not forget a failed transfer: once any later invitation by the same agent is accepted, the agent " +
			"is Transferred.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Result == model.Completed && c.some(func(o *model.IRF) bool {
				return sentBy(o, r) && o.Role == model.ReceivedTransfer && !hasJoined(o) &&
					c.some(func(p *model.IRF) bool {
						return sentBy(p, r) && hasJoined(p) && p.Trace.Accepted > o.Trace.Closed &&
							p.Trace.Accepted < r.Trace.Closed
					})
			}) {
				r.Result = model.Transferred
			}
		}),
	},
	{
		Name: "one-transfer-a-chat",
		Says: "Has room for one transfer per chat: an agent who transfers the chat again is Completed.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Result == model.Transferred && slices.ContainsFunc(c.rows,
				func(o model.IRF) bool {
					return o.Trace.HandedOver > 0 && o.Trace.HandedOver < r.Trace.HandedOver
				}) {
				r.Result = model.Completed
			}
		}),
	},
}

func sameAgent(a, b *model.IRF) bool {
	return isAgent(a) && isAgent(b) && a.Resource == b.Resource && a.Ordinal != b.Ordinal
}

// firstOf keeps the first of each set of rows that are the same.
func firstOf(rows []model.IRF, same func(a, b *model.IRF) bool) (kept []model.IRF) {
	for _, r := range rows {
		if !slices.ContainsFunc(kept, func(o model.IRF) bool { return same(&o, &r) }) {
			kept = append(kept, r)
		}
	}
	return kept
}

// loseAfter drops the rows of a kind after the first n.
func (c *inHand) loseAfter(n int, kind func(r *model.IRF) bool) {
	c.lose(func(r *model.IRF) bool {
		if kind(r) {
			n--
		}
		return kind(r) && n < 0
	})
}

// uncount makes an agent Completed if its direct transfer was accepted but it also has such a failed invitation.
func (c *inHand) uncount(failed func(r, o *model.IRF) bool) {
	c.each(func(r *model.IRF) {
		if r.Clauses.Has(model.R9) &&
			c.some(func(o *model.IRF) bool { return sentBy(o, r) && isDirect(o) && !hasJoined(o) && failed(r, o) }) {
			r.Result = model.Completed
		}
	})
}

var longFaults = []Fault{
	{
		Name:   "fourth-agent-lost",
		Says:   "Has columns for three agents per chat: a fourth has no row.",
		Common: true,
		Answer: writing(func(c *inHand) {
			var agents []string
			for _, r := range c.rows {
				if isAgent(&r) && !slices.Contains(agents, r.Resource) {
					agents = append(agents, r.Resource)
				}
			}
			c.lose(func(r *model.IRF) bool { return isAgent(r) && slices.Index(agents, r.Resource) >= 3 })
		}),
	},
	{
		Name: "ordinals-as-text",
		Says: "Sorts attempts by ordinal as text (1, 10, 2), and then numbers them in that order.",
		Answer: writing(func(c *inHand) {
			c.sort(func(a, b *model.IRF) int {
				return cmp.Compare(strconv.FormatInt(a.Ordinal.Value, 10), strconv.FormatInt(b.Ordinal.Value, 10))
			})
		}),
	},
	{
		Name:   "third-in-chain-lost",
		Says:   "Follows the chain of senders for two steps only: an agent three steps from the first has no row.",
		Answer: losing(func(c *inHand, r *model.IRF) bool { return c.depth(r) >= 3 }),
	},
}

// sort renumbers the rows in another order.
func (c *inHand) sort(order func(a, b *model.IRF) int) {
	slices.SortStableFunc(c.rows, func(a, b model.IRF) int { return order(&a, &b) })
	c.number()
}

// depth counts the agents through whom a chat came to an attempt.
func (c *inHand) depth(r *model.IRF) (n int) {
	for r.ReceivedFrom.Is == model.Given {
		i := slices.IndexFunc(c.rows, func(o model.IRF) bool { return o.Ordinal == r.ReceivedFrom })
		if i < 0 {
			break
		}
		r = &c.rows[i]
		n++
	}
	return n
}
