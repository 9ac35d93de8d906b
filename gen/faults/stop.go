package faults

import (
	"slices"
	"time"

	"github.com/chatproof/chatproof/model"
)

var reasonFaults = []Fault{
	{
		Name:   "blank-as-a-word",
		Says:   "Writes a blank reason as the word NULL.",
		Common: true,
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Reason == "" {
				r.Reason = "NULL"
			}
		}),
	},
	{
		Name:   "unknown-reason-lost",
		Says:   "Leaves out an attempt whose invitation was revoked for a reason that it does not know.",
		Answer: losing(func(_ *inHand, r *model.IRF) bool { return r.Trace.How == model.WasRevokedOtherwise }),
	},
	{
		Name:   "who-declines-abandons",
		Says:   "If an agent declines a routed invitation, reports that the agent abandoned it.",
		Levels: onlyInferred,
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Trace.How == model.WasRejected && r.Trace.Initiator == "" {
				r.Result = model.Abandoned
			}
		}),
	},
	{
		Name:   "declined-is-completed",
		Says:   "If an agent declines another agent's invitation, reports the attempt as Completed.",
		Levels: onlyInferred,
		Answer: rowByRow(func(_ *inHand, r *model.IRF) {
			if r.Trace.How == model.WasRejected && isDirect(r) {
				r.Result, r.Reason = model.Completed, ""
			}
		}),
	},
	{
		Name: "once-rung-always-ringing",
		Says: "If the customer leaves in a queue after an agent was alerted, reports AbandonedWhileRinging.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Reason == model.AbandonedWhileQueued && howMany(c.log, named(model.AgentInvited)) > 0 {
				r.Reason = model.AbandonedWhileRinging
			}
		}),
	},
}

var stopFaults = []Fault{
	{
		Name: "stopped-is-expired",
		Says: "Reads the reason Stopped of a revoke as Expired: the attempt ends before the stop.",
		Answer: rewriting(func(log []model.Event, i int) {
			if e := &log[i]; e.Name == model.Revoked && e.Reason == model.Stopped {
				e.Reason = model.Expired
			}
		}),
	},
	{
		Name: "gone-strategy-is-queue",
		Says: "If the strategy has left when the customer leaves, reports the queue instead of the strategy.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if placed := lastSuch(c.log, named(model.PlacedInQueue)); c.strategyGone(r) && placed != nil {
				r.ResourceType, r.Resource, r.Role, r.Reason = model.QueueResource, placed.Queue, model.Received,
					model.AbandonedWhileQueued
			}
		}),
	},
	{
		Name: "customer-leaves-last-row",
		Says: "If the customer stops the chat after its agents have left, reports that the customer abandoned it.",
		Answer: writing(func(c *inHand) {
			if n := len(c.rows) - 1; n >= 0 && c.stopBy() == model.MediaServer && c.rows[n].Trace.How == model.HasLeft {
				c.rows[n].Result = model.CustomerAbandoned
			}
		}),
	},
	{
		Name: "expired-near-the-stop",
		Says: "If an invitation expires in the last ten seconds before the customer leaves, reports " +
			"AbandonedWhileRinging.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			stop := lastSuch(c.log, named(model.ProcessingStopped))
			if r.Trace.How == model.WasRevoked && c.stopBy() == model.MediaServer &&
				stop.Time.Sub(r.End) < 10*time.Second {
				r.Result, r.Reason = model.CustomerAbandoned, model.AbandonedWhileRinging
			}
		}),
	},
	{
		Name: "every-stop-is-the-customers",
		Says: "Assumes that the customer stopped the chat, whoever stopped it.",
		Answer: rewriting(func(log []model.Event, i int) {
			if log[i].Name == model.ProcessingStopped {
				log[i].Actor = model.Party{Type: model.MediaServer}
			}
		}),
	},
	{
		Name:   "open-queue-is-abandoned",
		Says:   "Reports an unfinished chat that waits in a queue as abandoned there.",
		Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			e := lastSuch(c.log, func(e *model.Event) bool { return e.Name.Known() && !e.Name.Neutral() })
			if e != nil && e.Name == model.PlacedInQueue {
				c.more(model.QueueResource, e.Queue, model.Descriptor{
					Role: model.Received, Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued,
				})
			}
		}),
	},
}

// strategyGone reports whether the row is that of a strategy that was no longer a party at the stop.
func (c *inHand) strategyGone(r *model.IRF) bool {
	return r.ResourceType == model.StrategyResource && !slices.Contains(partiesAfter(c.log, model.Strategy), r.Resource)
}

var mediaFaults = []Fault{
	{
		Name:   "other-media-without-consult",
		Says:   "Takes a consult for a conference in every medium but chat.",
		Levels: onlyInferred,
		Answer: rewriting(func(log []model.Event, i int) {
			if otherMediumOf(log) && log[i].VisibilityMode == model.Coach {
				log[i].VisibilityMode = model.Conferred
			}
		}),
	},
	{
		Name: "held-is-left",
		Says: "Reads EventHeld as the departure of the agent who joined last.",
		Answer: rewriting(func(log []model.Event, i int) {
			if there := partiesAfter(log[:i], model.Agent); log[i].Name == model.Held && len(there) > 0 {
				p := model.Party{Type: model.Agent, ID: there[len(there)-1]}
				log[i].Name, log[i].Actor, log[i].Party = model.PartyRemoved, p, p
			}
		}),
	},
	{
		Name: "resumed-is-an-attempt",
		Says: "At EventResumed, adds a row for the agent who joined last.",
		Answer: writing(func(c *inHand) {
			for i, e := range c.log {
				if there := partiesAfter(c.log[:i], model.Agent); e.Name == model.Resumed && len(there) > 0 {
					c.more(model.AgentResource, there[len(there)-1], model.Descriptor{
						Role: model.RoutedTo, Result: model.Completed,
					})
				}
			}
		}),
	},
	{
		Name: "properties-change-ends-consult",
		Says: "Forgets a consult's visibility mode at EventPropertiesChanged: the consult becomes a conference.",
		Answer: rowByRow(func(c *inHand, r *model.IRF) {
			if r.Role == model.ReceivedConsult && howMany(c.between(r.Trace.Opened, r.Trace.Closed),
				named(model.PropertiesChanged)) > 0 {
				r.Role = model.InConference
			}
		}),
	},
	{
		Name:   "unknown-event-ends-chat",
		Says:   "Stops reading a chat at the first event that it does not know.",
		Answer: skipping(func(log []model.Event, i int) bool { return slices.ContainsFunc(log[:i+1], unknown) }),
	},
}

func unknown(e model.Event) bool { return !e.Name.Known() }

func otherMediumOf(log []model.Event) bool {
	return log[0].MediaType != "" && log[0].MediaType != "chat"
}
