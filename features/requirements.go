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
		Says: "The eleven flows of the page are what Info Mart was tested with and supports for chat: each gives the " +
			"rows that it shows.", Tag: model.AsDrawn,
	},
	{
		ID: "1-2",
		Says: "A chat may differ from the flows, which are examples to adapt; how such a chat comes out, the " +
			"page does not promise.",
		Tag: model.Composed,
		Untested: "No chat can show what is not promised. Composed scenarios judge what follows if each part of a " +
			"chat comes out as in its flow.",
	},
	{
		ID: "1-3",
		Says: "Third-party media are processed in full; what is said of chat guides whatever is online with a " +
			"customer.",
		Tag: "@medium",
		Untested: "How they are classified is not said. That they are classified alike is our reading (level " +
			"inferred), and of online media only: e-mail and other offline media have descriptors of their own.",
	},
	{
		ID: "1-4", Says: "Each flow has a picture, drawn by conventions that other pages explain.",
		Untested: "The pictures are not in the text that the suite rests on: neither the spans of time nor the " +
			"queue's segments that they show.",
	},

	{
		ID: "1.1-1", Says: "An agent whom a strategy invites and who accepts and chats is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.1-2",
		Says: "The picture names one row, the agent's: the time in the interaction queue and the ringing are " +
			"within it.",
		Rules: []string{"R1", "R8"},
		Untested: "How long it rang and waited (the row's counts and durations): they are not told by these events " +
			"alone.",
	},
	{
		ID: "1.2-1", Says: "An agent whom a strategy invites and who does not accept is RoutedTo/Redirected [Revoked].",
		Rules: []string{"R1", "R10"},
	},
	{
		ID:    "1.2-2",
		Says:  "The chat is then back in its queue, to be routed anew: whoever accepts it next is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.3-1", Says: "A routed agent who hands the chat over to another, who accepts, is RoutedTo/Transferred.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID: "1.3-2", Says: "The agent who accepts the transfer and chats is ReceivedTransfer/Completed.",
		Rules: []string{"R2", "R8"},
	},
	{
		ID:    "1.4-1",
		Says:  "An agent who does not accept a transfer has a row nonetheless: ReceivedTransfer/Abandoned [Revoked].",
		Rules: []string{"R2", "R11"},
	},
	{
		ID:    "1.4-2",
		Says:  "The agent whose transfer failed stays in the chat, and who completes it is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.4-3",
		Says:  "That it completes the chat is one example of how the chat goes on: it may transfer it after all.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID: "1.5-1", Says: "A routed agent who confers another in and completes the chat is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID:    "1.5-2",
		Says:  "The agent who accepts the conference and chats with the customer is InConference/Completed.",
		Rules: []string{"R3", "R8"},
	},
	{
		ID:    "1.6-1",
		Says:  "An agent who does not accept a conference has a row nonetheless: InConference/Abandoned [Revoked].",
		Rules: []string{"R3", "R11"},
	},
	{
		ID: "1.6-2",
		Says: "The role of a consult that failed hangs on how far it came: ReceivedConsult/Abandoned [Revoked] if " +
			"its visibility mode was known by then, else InConference.", Rules: []string{"R4", "R11"},
	},
	{
		ID:    "1.6-3",
		Says:  "The agent whose conference failed stays in the chat, and who completes it is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.6-4", Says: "That it completes the chat is one example of how the chat goes on: it may transfer it.",
		Rules: []string{"R1", "R9"},
	},
	{
		ID: "1.7-1", Says: "A routed agent who consults another and completes the chat is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.7-2",
		Says: "A consult is a conference whose invited agent has visibility mode 3 and is unseen by the customer; " +
			"who accepts it is ReceivedConsult/Completed.",
		Rules: []string{"R4", "R8"}, Untested: "What the customer sees: it is in no row.",
	},
	{
		ID:    "1.8-1",
		Says:  "A routed agent who confers another in through a queue and completes the chat is RoutedTo/Completed.",
		Rules: []string{"R1", "R8"},
	},
	{
		ID: "1.8-2",
		Says: "The agent whom the conference reaches through the queue is InConference/Completed, as if invited " +
			"directly.", Rules: []string{"R3", "R5", "R8"},
	},
	{
		ID: "1.8-3", Says: "A consult through a queue differs by the role alone: ReceivedConsult/Completed.",
		Rules: []string{"R4", "R5", "R8"},
	},
	{
		ID: "1.9-1",
		Says: "A chat whose customer leaves while it is in the queue it entered by has one row: " +
			"Received/CustomerAbandoned [AbandonedWhileQueued].",
		Rules:    []string{"R6", "R12"},
		Untested: "Which resource the row has is not said. That it is the queue is our reading (level inferred).",
	},
	{
		ID: "1.10-1",
		Says: "A chat whose customer leaves while a strategy routes it has one row: Puller/CustomerAbandoned, " +
			"without a reason.",
		Rules:    []string{"R7", "R13"},
		Untested: "Which resource the row has is not said. That it is the strategy is our reading (level inferred).",
	},
	{
		ID: "1.10-2", Says: "The role is Puller because the strategy pulled the chat from the queue.",
		Rules: []string{"R7"},
	},
	{
		ID: "1.11-1",
		Says: "A routed agent whose customer leaves before it has accepted is RoutedTo/CustomerAbandoned " +
			"[AbandonedWhileRinging].", Rules: []string{"R1", "R14"},
	},

	{
		ID: "N1", Says: "Voice, e-mail and other offline media.",
		Untested: "The page is about chat, and other descriptors are theirs.",
	},
	{
		ID: "N2", Says: "Mediation segments (MEDIATION_SEGMENT_FACT): their descriptors, starts and ends.",
		Untested: "What they are for these flows is said on no public page.",
	},
	{
		ID: "N3",
		Says: "Durations and counts: MEDIATION_DURATION, QUEUE_DURATION, ROUTING_POINT_DURATION, ring, talk and " +
			"handle times.", Untested: "The events do not tell them, nor does the page.",
	},
	{
		ID: "N4", Says: "STOP_ACTION, LAST_INTERACTION_RESOURCE.",
		Untested: "Without public evidence of what they are in these flows.",
	},
	{
		ID: "N5", Says: "INTERACTION_FACT, INTERACTION_RESOURCE_STATE_FACT, CHAT_SESSION_FACT.",
		Untested: "They are other tables of other grain; the page's descriptors are on INTERACTION_RESOURCE_FACT.",
	},
	{
		ID: "N6", Says: "Workbins, transfers between sites, supervisors who monitor without an invitation.",
		Untested: "No flow of the page has them.",
	},
	{
		ID: "N7", Says: "Whether your program reads your events right.",
		Untested: "The suite sends events in its own form, or in yours as --mapping makes it; that your own look so, " +
			"doctor --mapping shows.",
	},
	{
		ID: "N8", Says: "That a program which passes is right about every chat.",
		Untested: "Scenarios are examples, however many; `check` looks at your own chats.",
	},
	{ID: "N9", Says: "How fast your program is.", Untested: "It has to answer within `--timeout`, and no more."},
}
