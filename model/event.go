// Package model is what chatproof knows about chat reporting: the events of a chat, the Interaction Resource Facts
// (IRFs) that Genesys Info Mart documents for them, the rules that lead from events to IRFs, the reference classifier
// that applies the rules, and the comparison of expected rows with an implementation's.
//
// Everything here is a pure function of its arguments: no files, no clock, no goroutines, and the standard library
// only. Packages wire and tables read and write formats; package engine runs the suite.
//
// Rule ids (R1–R14, I1–I21, W1–W9) are those that `chatproof list rules` prints; sections such as 1.4 are those of
// the chapter "Chat Interactions" of the Genesys Info Mart User's Guide.
package model

import "time"

// EventName names a reporting event of Interaction Server. Any other name is an unknown event's, which classification
// ignores.
type EventName string

// The events that classification knows.
const (
	Submitted         EventName = "EventInteractionSubmitted" // the chat begins
	PlacedInQueue     EventName = "EventPlacedInQueue"        // it enters a queue, perhaps for an agent that transfers
	TakenFromQueue    EventName = "EventTakenFromQueue"       // it leaves that queue; the taker is added next
	PartyAdded        EventName = "EventPartyAdded"           // a strategy starts to route; an agent accepts, or pulls
	AgentInvited      EventName = "EventAgentInvited"         // an agent is alerted
	Rejected          EventName = "EventRejected"             // the agent declines
	Revoked           EventName = "EventRevoked"              // the invitation is withdrawn
	PartyRemoved      EventName = "EventPartyRemoved"         // a strategy or agent leaves
	ProcessingStopped EventName = "EventProcessingStopped"    // the chat is over
	PropertiesChanged EventName = "EventPropertiesChanged"    // neutral
	Held              EventName = "EventHeld"                 // neutral
	Resumed           EventName = "EventResumed"              // neutral
)

// EventNames lists the known events in the order in which they can first occur in a chat, the neutral ones last.
var EventNames = []EventName{
	Submitted, PlacedInQueue, TakenFromQueue, PartyAdded, AgentInvited, Rejected, Revoked,
	PartyRemoved, ProcessingStopped, PropertiesChanged, Held, Resumed,
}

// Known reports whether classification looks at events of this name at all.
func (n EventName) Known() bool { return n.kind() != anUnknown }

// Neutral reports whether the event is known but affects no fact.
func (n EventName) Neutral() bool { return n.kind() == aNeutral }

// eventKind is an event's name as a number. The classifier turns each name into one, as it looks at it a dozen times.
type eventKind uint8

const (
	anUnknown eventKind = iota
	aNeutral
	aSubmission
	aPlacing
	aTaking
	anAddition
	anInvitation
	aRejection
	aRevoke
	aRemoval
	aStop
)

func (n EventName) kind() eventKind {
	switch n {
	case Submitted:
		return aSubmission
	case PlacedInQueue:
		return aPlacing
	case TakenFromQueue:
		return aTaking
	case PartyAdded:
		return anAddition
	case AgentInvited:
		return anInvitation
	case Rejected:
		return aRejection
	case Revoked:
		return aRevoke
	case PartyRemoved:
		return aRemoval
	case ProcessingStopped:
		return aStop
	case PropertiesChanged, Held, Resumed:
		return aNeutral
	}
	return anUnknown
}

// PartyType says what kind of party acts, or is acted on.
type PartyType string

// The party types. MediaServer stands for the customer: it is the actor when the customer does something.
const (
	MediaServer       PartyType = "media_server"
	Strategy          PartyType = "strategy"
	Agent             PartyType = "agent"
	InteractionServer PartyType = "interaction_server"
)

// Party is who acts (Event.Actor) or who is acted on (Event.Party). The zero Party is an absent one.
type Party struct {
	Type PartyType
	ID   string
}

// Operation is what an agent wants of the agent that it invites, directly or through a queue.
type Operation string

// The operations. A consult is a conference with visibility mode [Coach].
const (
	Transfer   Operation = "transfer"
	Conference Operation = "conference"
)

// VisibilityMode says who sees what a conferred agent writes; 0 means not (yet) known.
type VisibilityMode int

// The visibility modes. Only Coach is named by the guide (section 1.7); the others are conventional.
const (
	Conferred VisibilityMode = 1
	Monitor   VisibilityMode = 2
	Coach     VisibilityMode = 3
)

// The reasons of EventRevoked with a meaning of their own. An absent reason is Expired.
const (
	Expired = "Expired" // the delivering timeout passed
	Stopped = "Stopped" // the chat is being stopped
)

// Event is one event of one interaction's log. Seq, not Time, orders the events of an interaction.
type Event struct {
	InteractionID  string
	Seq            int64 // 0 to [MaxSeq], unique within the interaction; gaps are fine
	Time           time.Time
	Name           EventName
	Actor          Party
	Party          Party
	Queue          string
	Operation      Operation
	VisibilityMode VisibilityMode
	Reason         string
	MediaType      string // on EventInteractionSubmitted; empty means "chat"

	Wire *Wire // how it is written, if that is unusual; most often nil
}

// MaxSeq is the largest seq: the largest integer that every JSON reader represents exactly.
const MaxSeq = 1<<53 - 1

// Wire is how an event is written, beyond what it says. It does not count: two events that differ only in it are equal.
// It moves with the event's time. It must not be changed once an event has it, since events share it.
type Wire struct {
	Zone   int    // the offset from UTC under which the time is written, in minutes
	Digits int    // of the second's fraction, if that many can hold it: 3 writes .000
	Also   string // further members, as JSON: `"node":7,"queue":null`
	Actor  string // further members of the actor, if there is one
	Party  string // and of the party
}

// chatMedium is the medium of the guide's flows. Rule I19 covers other online media.
const chatMedium = "chat"

// Equal reports whether two events agree in every field, with times compared as instants. An equal event is an exact
// duplicate, not a second event (W3).
func (e *Event) Equal(o *Event) bool {
	return e.Seq == o.Seq && e.Name == o.Name && e.InteractionID == o.InteractionID && e.Time.Equal(o.Time) &&
		e.Actor == o.Actor && e.Party == o.Party && e.Queue == o.Queue && e.Operation == o.Operation &&
		e.VisibilityMode == o.VisibilityMode && e.reason() == o.reason() && e.medium() == o.medium()
}

// Alike reports whether two events of a chat differ only in seq and time, as if one event occurred twice under
// different seqs. The medium, which only the first event needs, is ignored.
func (e *Event) Alike(o *Event) bool {
	same := *e
	same.Seq, same.Time, same.MediaType = o.Seq, o.Time, o.MediaType
	return same.Equal(o)
}

// reason returns the event's reason. An absent reason of EventRevoked is Expired.
func (e *Event) reason() string {
	if e.Name == Revoked && e.Reason == "" {
		return Expired
	}
	return e.Reason
}

// medium returns the event's medium. An absent medium of EventInteractionSubmitted is chat.
func (e *Event) medium() string {
	if e.Name == Submitted && e.MediaType == "" {
		return chatMedium
	}
	return e.MediaType
}
