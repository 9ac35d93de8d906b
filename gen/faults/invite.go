package faults

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

var invitationFaults = []Fault{
	{
		Name: "inviter-by-name",
		Says: "Looks up the inviter by name alone, strategies first: an agent with a strategy's name counts as the " +
			"strategy.",
		Answer: writing(func(c *inHand) { c.eachDirect(asRouted, c.invitedByNamesake) }),
	},
	{
		Name: "inviter-looked-up-late",
		Says: "Looks up the inviter only when the invitation is answered: an agent who has left by then counts as a " +
			"strategy.",
		Answer: writing(func(c *inHand) {
			c.eachDirect(asRouted, func(r *model.IRF) bool {
				return !slices.Contains(partiesAfter(c.before(answeredAt(r)), model.Agent), r.Trace.Initiator)
			})
		}),
	},
	{
		Name: "last-to-join-invites",
		Says: "Takes the agent who joined last for the inviter.",
		Answer: rewriting(func(log []model.Event, i int) {
			e := &log[i]
			if there := partiesAfter(log[:i], model.Agent); e.Name == model.AgentInvited &&
				e.Actor.Type == model.Agent && len(there) > 0 {
				e.Actor.ID = there[len(there)-1]
			}
		}),
	},
	{
		Name: "all-is-transfer-while-transferring",
		Says: "Takes an agent's conference for a transfer while a transfer by the same agent is pending.",
		Answer: writing(func(c *inHand) {
			c.eachDirect(func(r *model.IRF) { r.Role = model.ReceivedTransfer }, func(r *model.IRF) bool {
				return c.some(func(o *model.IRF) bool {
					return isDirect(o) && o.Trace.Operation == model.Transfer &&
						o.Trace.Initiator == r.Trace.Initiator &&
						o.Trace.Opened < r.Trace.Opened && r.Trace.Opened < answeredAt(o)
				})
			})
		}),
	},
	{
		Name: "last-wish-counts",
		Says: "Keeps one operation per chat, that of the latest invitation, and applies it to every answer.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			latest := lastSuch(c.between(r.Trace.Opened, answeredAt(r)), func(e *model.Event) bool {
				return e.Name == model.AgentInvited && e.Actor.Type == model.Agent
			})
			switch {
			case !isDirect(r) || latest == nil || latest.Operation == r.Trace.Operation:
			case latest.Operation == model.Transfer:
				r.Role = model.ReceivedTransfer
			default:
				r.Role = model.InConference
			}
		}),
	},
	{
		Name: "outlasted-initiator-transferred",
		Says: "Reports Transferred for an agent who leaves before the agent whom it invited to a conference.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Result == model.Completed && c.some(func(o *model.IRF) bool {
				return sentBy(o, r) && hasJoined(o) && o.Trace.Closed > r.Trace.Closed
			}) {
				r.Result = model.Transferred
			}
		}),
	},
	{
		Name:   "transfer-only-before-leaving",
		Says:   "If a transfer is accepted only after its initiator has left, the initiator is Completed.",
		Levels: onlyInferred,
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Result == model.Transferred && r.Trace.HandedOver > r.Trace.Closed {
				r.Result = model.Completed
			}
		}),
	},
}

// eachDirect changes the rows of agents whom an agent invited without a queue, if ok holds for them.
func (c *inHand) eachDirect(change func(*model.IRF), ok func(*model.IRF) bool) {
	c.each(func(r *model.IRF) {
		if isDirect(r) && ok(r) {
			change(r)
		}
	})
}

func (c *inHand) invitedByNamesake(r *model.IRF) bool {
	return slices.ContainsFunc(c.log, func(e model.Event) bool {
		return e.Party == model.Party{Type: model.Strategy, ID: r.Trace.Initiator}
	})
}

var modeFaults = []Fault{
	{
		Name:   "mode-on-joining-ignored",
		Says:   "Reads the visibility mode of an invitation, and ignores the one of its acceptance.",
		Answer: rewriting(withoutMode(model.PartyAdded)),
	},
	{
		Name:   "mode-on-queueing-ignored",
		Says:   "Ignores the visibility mode that an agent gives when it confers through a queue.",
		Answer: rewriting(withoutMode(model.PlacedInQueue)),
	},
	{
		Name: "mode-sticks-to-agent",
		Says: "If a conference has no visibility mode, uses the mode of the invited agent's previous attempt.",
		Answer: rewriting(func(log []model.Event, i int) {
			inheritMode(log, i, func(e *model.Event) bool { return e.Party == log[i].Party })
		}),
	},
	{
		Name: "mode-with-hindsight",
		Says: "If an attempt fails before its visibility mode is known, uses the mode of the agent's next attempt.",
		Answer: rewriting(func(log []model.Event, i int) {
			if e := &log[i]; conferring(e) && e.VisibilityMode == 0 && e.Name == model.AgentInvited {
				if j := slices.IndexFunc(log[i:], func(o model.Event) bool {
					return o.Party == e.Party && o.VisibilityMode != 0
				}); j > 0 {
					e.VisibilityMode = log[i+j].VisibilityMode
				}
			}
		}),
	},
	{
		Name: "mode-by-initiator",
		Says: "Keeps one visibility mode per agent who confers: the agent's next conference changes the mode of one " +
			"under way.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			next := lastSuch(c.between(r.Trace.Opened, r.Trace.Closed), func(e *model.Event) bool {
				return conferring(e) && e.Actor.ID == r.Trace.Initiator && e.VisibilityMode != 0
			})
			if r.Trace.Operation == model.Conference && next != nil {
				r.Role = roleOf(next.VisibilityMode)
			}
		}),
	},
}

// withoutMode blanks the visibility mode of events with a name.
func withoutMode(name model.EventName) func(log []model.Event, i int) {
	return func(log []model.Event, i int) {
		if log[i].Name == name {
			log[i].VisibilityMode = 0
		}
	}
}

func conferring(e *model.Event) bool {
	return e.Operation == model.Conference && e.Actor.Type == model.Agent
}

// inheritMode gives a conference without a visibility mode that of the last such event before it that has one.
func inheritMode(log []model.Event, i int, such func(*model.Event) bool) {
	if e := &log[i]; conferring(e) && e.VisibilityMode == 0 {
		if o := lastSuch(log[:i], func(o *model.Event) bool { return o.VisibilityMode != 0 && such(o) }); o != nil {
			e.VisibilityMode = o.VisibilityMode
		}
	}
}

func roleOf(mode model.VisibilityMode) model.Role {
	if mode == model.Coach {
		return model.ReceivedConsult
	}
	return model.InConference
}

var queueFaults = []Fault{
	{
		Name: "conference-lost-on-revoke",
		Says: "Forgets a conference through a queue when its first invitation fails: the next agent is RoutedTo.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if back := c.leg(r); isConferee(r) && slices.ContainsFunc(back,
				func(e model.Event) bool { return e.Name == model.Revoked || e.Name == model.Rejected }) {
				asRouted(r)
			}
		}),
	},
	{
		Name:   "conference-lost-on-onward-queue",
		Says:   "Forgets a conference through a queue when a strategy sends it on to another queue.",
		Levels: onlyInferred,
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			onward := func(e model.Event) bool {
				return e.Name == model.PlacedInQueue && e.Actor.Type == model.Strategy
			}
			if isConferee(r) && slices.ContainsFunc(c.leg(r), onward) {
				asRouted(r)
			}
		}),
	},
	{
		Name: "entry-queue-is-return",
		Says: "Treats a conference through the chat's entry queue as the chat's return to that queue.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if i := slices.IndexFunc(c.log, isPlaced); isConferee(r) && c.log[i].Queue == r.Trace.Queue {
				asRouted(r)
			}
		}),
	},
	{
		Name: "first-queueing-counts",
		Says: "Applies the operation of the first queueing by an agent to every later queueing.",
		Answer: writing(func(c *inHand) {
			first := slices.IndexFunc(c.log, byAgent)
			c.each(func(r *model.IRF) {
				if !isConferee(r) || *c.queueing(r) == c.log[first] {
					return
				}
				r.Role = roleOf(c.log[first].VisibilityMode)
				if c.log[first].Operation == model.Transfer {
					r.Role = model.ReceivedTransfer
				}
			})
		}),
	},
	{
		Name: "transfer-while-conference-queued",
		Says: "Ignores a transfer by an agent who has a conference through a queue under way: the agent is Completed.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Result == model.Transferred && c.some(func(o *model.IRF) bool {
				return isConferee(o) && sentBy(o, r) && c.queueing(o).Seq < r.Trace.HandedOver &&
					r.Trace.HandedOver < answeredAt(o)
			}) {
				r.Result = model.Completed
			}
		}),
	},
	{
		Name:   "queue-transfer-needs-acceptance",
		Says:   "Reports Transferred for an agent who transfers through a queue only if somebody accepts.",
		Levels: onlyInferred,
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Clauses.Has(model.I3Initiator) && !c.some(func(o *model.IRF) bool {
				return sentBy(o, r) && hasJoined(o) && o.Trace.Operation == model.Transfer
			}) {
				r.Result = model.Completed
			}
		}),
	},
	{
		Name: "dead-conference-has-a-row",
		Says: "If the chat stops while a conference waits in a queue, reports a customer lost there, although an " +
			"agent still handles the chat.",
		Answer: writing(func(c *inHand) {
			placed := lastSuch(c.log, named(model.PlacedInQueue))
			if placed == nil || !byAgent(*placed) {
				return
			}
			i := slices.IndexFunc(c.log, func(e model.Event) bool { return e == *placed })
			if len(partiesAfter(c.log, model.Agent)) > 0 && howMany(c.log[i:], named(model.TakenFromQueue)) == 0 {
				c.more(model.QueueResource, placed.Queue, model.Descriptor{
					Role: model.Received, Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued,
				})
			}
		}),
	},
	{
		Name:   "pull-is-routing",
		Says:   "An agent who pulls a conference or transfer from its queue is RoutedTo.",
		Levels: onlyInferred,
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Trace.Pulled && r.Trace.Initiator != "" {
				r.Role = model.RoutedTo
			}
		}),
	},
}

func isPlaced(e model.Event) bool { return e.Name == model.PlacedInQueue }

// byAgent reports whether an agent places a chat in a queue.
func byAgent(e model.Event) bool {
	return e.Name == model.PlacedInQueue && e.Actor.Type == model.Agent
}

// queueing returns the last event before an attempt by which an agent placed the chat in a queue.
func (c *inHand) queueing(r *model.IRF) *model.Event {
	return lastSuch(c.before(r.Trace.Opened), func(e *model.Event) bool { return byAgent(*e) })
}

// leg returns the events between that queueing and the attempt.
func (c *inHand) leg(r *model.IRF) []model.Event {
	if e := c.queueing(r); e != nil {
		return c.between(e.Seq, r.Trace.Opened)
	}
	return nil
}
