package features

import (
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Requirement is one thing that the guide's page says about the outcome of a chat, or lets its reader conclude; or
// one that a reader may look for and the suite does not test.
type Requirement struct {
	ID       string   // the page's section, a dash, a number: 1.4-2; N and a number if the page does not mention it
	Says     string   // in our words, never the page's
	Rules    []string // the rules by which a row is as Says has it: all of them bear on one row
	Tag      string   // of the scenarios that show it, if no rules tell which they are
	Untested string   // why it is not tested, or what part of it is not
}

// Section returns the page's section: "1" for the head of the page, "" for what the page does not mention.
func (r *Requirement) Section() string {
	section, _, found := strings.Cut(r.ID, "-")
	if !found {
		return ""
	}
	return section
}

// Requirements lists the requirements in the order of the page. The caller must not change them.
func Requirements() []Requirement { return requirements }

var requirements = []Requirement{
	{
		ID: "1-1",
		Says: "Info Mart was tested with the page's eleven flows and supports them. Each flow gives the rows that " +
			"the page shows.", Tag: model.AsDrawn,
	},
	{
		ID:   "1-2",
		Says: "The flows are examples to adapt. The page promises no result for a chat that differs from them.",
		Tag:  model.Composed,
		Untested: "No test can show what the page does not promise. A composed scenario joins parts of " +
			"several flows. We assume that each part ends as in the flow that it comes from.",
	},
	{
		ID: "1-3",
		Says: "Third-party media are processed in full. What the page says about chat is a guide to every medium in " +
			"which the customer is online.",
		Tag: "@medium",
		Untested: "The page does not say how these media are classified. We assume that online media are " +
			"classified like chat (level inferred). E-mail and other offline media have descriptors of their own.",
	},
	{
		ID:   "1-4",
		Says: "Each flow has a picture. Other pages explain how to read the pictures.",
		Untested: "The suite follows the text. It does not use the pictures, or the time spans and queue segments " +
			"in them.",
	},

	{
		ID:    "1.1-1",
		Says:  "If a strategy invites an agent, and the agent accepts and chats, the agent is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.1-2",
		Says: "The flow's picture has one row, the agent's. The row covers the time in the interaction queue and the " +
			"ringing.",
		Rules: []string{"R1", "R8"},
		Untested: "The row's counts and durations, such as how long the invitation rang and how long the chat " +
			"waited. The events alone do not give them.",
	},
	{
		ID: "1.2-1",
		Says: "If a strategy invites an agent, and the agent does not accept, the agent is RoutedTo/Redirected " +
			"[Revoked].",
		Rules: []string{"R1", "R10"},
	},
	{
		ID: "1.2-2",
		Says: "The chat then goes back to its queue and is routed again. The agent who accepts it is " +
			"RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.3-1",
		Says:  "If another agent accepts a routed agent's transfer, the routed agent is RoutedTo/Transferred.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID: "1.3-2", Says: "The agent who accepts the transfer and chats is ReceivedTransfer/Completed.",
		Rules: []string{"R2", "R8"},
	},
	{
		ID:    "1.4-1",
		Says:  "An agent who does not accept a transfer still has a row: ReceivedTransfer/Abandoned [Revoked].",
		Rules: []string{"R2", "R11"},
	},
	{
		ID: "1.4-2",
		Says: "An agent whose transfer fails stays in the chat. If this agent then completes the chat, the agent is " +
			"RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.4-3",
		Says:  "After a failed transfer, the agent need not complete the chat: the agent may transfer it after all.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID:    "1.5-1",
		Says:  "A routed agent who conferences in another agent, and then completes the chat, is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.5-2",
		Says:  "The agent who accepts the conference and chats with the customer is InConference/Completed.",
		Rules: []string{"R3", "R8"},
	},
	{
		ID:    "1.6-1",
		Says:  "An agent who does not accept a conference still has a row: InConference/Abandoned [Revoked].",
		Rules: []string{"R3", "R11"},
	},
	{
		ID: "1.6-2",
		Says: "The row of a failed consult depends on how far the consult got. If the visibility mode was known by " +
			"then, the row is ReceivedConsult/Abandoned [Revoked]. If not, it is InConference/Abandoned [Revoked].",
		Rules: []string{"R4", "R11"},
	},
	{
		ID: "1.6-3",
		Says: "An agent whose conference fails stays in the chat. If this agent then completes the chat, the agent " +
			"is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.6-4",
		Says:  "After a failed conference, the agent need not complete the chat: the agent may transfer it.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID:    "1.7-1",
		Says:  "A routed agent who consults another agent, and then completes the chat, is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.7-2",
		Says: "In a consult, the invited agent has visibility mode 3, and the customer does not see that agent. An " +
			"agent who accepts a consult is ReceivedConsult/Completed.",
		Rules:    []string{"R4", "R8"},
		Untested: "What the customer sees. No row records it.",
	},
	{
		ID: "1.8-1",
		Says: "A routed agent who conferences in another agent through a queue, and then completes the chat, is " +
			"RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.8-2",
		Says: "The agent that the conference reaches through the queue is InConference/Completed, as after a direct " +
			"invitation.", Rules: []string{"R3", "R5", "R8"},
	},
	{
		ID: "1.8-3",
		Says: "A consult through a queue differs only in the role. The agent that it reaches is " +
			"ReceivedConsult/Completed.",
		Rules: []string{"R4", "R5", "R8"},
	},
	{
		ID: "1.9-1",
		Says: "If the customer leaves while the chat is in the first queue, the chat has one row: " +
			"Received/CustomerAbandoned [AbandonedWhileQueued].",
		Rules:    []string{"R6", "R12"},
		Untested: "The page does not say which resource the row has. We read it as the queue (level inferred).",
	},
	{
		ID: "1.10-1",
		Says: "If the customer leaves while a strategy routes the chat, the chat has one row: " +
			"Puller/CustomerAbandoned, without a reason.",
		Rules:    []string{"R7", "R13"},
		Untested: "The page does not say which resource the row has. We read it as the strategy (level inferred).",
	},
	{
		ID: "1.10-2", Says: "The role is Puller because the strategy pulled the chat from the queue.",
		Rules: []string{"R7"},
	},
	{
		ID: "1.11-1",
		Says: "If the customer leaves before a routed agent has accepted, the agent is RoutedTo/CustomerAbandoned " +
			"[AbandonedWhileRinging].", Rules: []string{"R1", "R14"},
	},

	{
		ID: "N1", Says: "Voice; e-mail and other offline media.",
		Untested: "The guide's chapter is about chat. These media have other descriptors.",
	},
	{
		ID: "N2", Says: "Mediation segments (MEDIATION_SEGMENT_FACT): their descriptors, starts and ends.",
		Untested: "No public page says what they are in these flows.",
	},
	{
		ID: "N3",
		Says: "Durations and counts: MEDIATION_DURATION, QUEUE_DURATION, ROUTING_POINT_DURATION, ring, talk and " +
			"handle times.", Untested: "Neither the events nor the chapter gives them.",
	},
	{
		ID: "N4", Says: "STOP_ACTION, LAST_INTERACTION_RESOURCE.",
		Untested: "There is no public evidence of their values in these flows.",
	},
	{
		ID: "N5", Says: "INTERACTION_FACT, INTERACTION_RESOURCE_STATE_FACT, CHAT_SESSION_FACT.",
		Untested: "These tables hold other things. The chapter's descriptors are in INTERACTION_RESOURCE_FACT.",
	},
	{
		ID: "N6", Says: "Workbins, transfers between sites, supervisors who monitor without an invitation.",
		Untested: "No flow of the chapter has them.",
	},
	{
		ID: "N7", Says: "Whether your program reads your events correctly.",
		Untested: "The suite sends events in its own form, or in the form that your --mapping makes. `doctor " +
			"--mapping` shows how your own events are read.",
	},
	{
		ID: "N8", Says: "Whether a program that passes is right about every chat.",
		Untested: "However many scenarios there are, they are examples. `check` looks at your own chats.",
	},
	{ID: "N9", Says: "How fast your program is.", Untested: "It only has to answer within `--timeout`."},
}
