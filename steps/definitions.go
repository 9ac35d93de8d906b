package steps

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/model"
)

// Definition is one step that a feature may use.
type Definition struct {
	Pattern string `json:"pattern"` // the regular expression that a step's whole text matches
	Example string `json:"example"` // how it reads
	Records string `json:"records"` // what it adds to the log or to the expectation

	// play records the step, given what its pattern's groups match, and its table or doc string. A composite has parts
	// instead: the texts of other steps, with $1 for what the first group matches.
	play  func(r *Recorder, groups []string, argument *messages.PickleStepArgument) error
	parts []string
}

// Definitions lists the steps in the order in which a reader wants to learn them.
func Definitions() []Definition { return definitions }

// Patterns returns the definitions' patterns, in the same order, compiled once. At most one matches a step.
var Patterns = sync.OnceValue(func() (compiled []*regexp.Regexp) {
	for _, d := range definitions {
		compiled = append(compiled, regexp.MustCompile(d.Pattern))
	}
	return compiled
})

const (
	named    = `"([^"]*)"`
	whoever  = `(strategy )?"([^"]*)"` // a strategy, or an agent
	withMode = `(?: with visibility mode ([123]))?`
	because  = `(?: as "([^"]*)")?`

	// The step that takes a doc string, and the one that takes a table.
	eventsStep = `the events:`
	factsStep  = `the facts are:`
)

// event defines a step that is one event: e, with what the pattern's groups match put in by the fillers, in turn.
func event(pattern, example, records string, e model.Event, fillers ...filler) Definition {
	return step(pattern, example, records, func(r *Recorder, groups []string) error {
		e := e
		for _, fill := range fillers {
			groups = fill(&e, groups)
		}
		return r.add(e)
	})
}

// step defines a step by what records it.
func step(pattern, example, records string, play func(r *Recorder, groups []string) error) Definition {
	return Definition{
		Pattern: pattern, Example: example, Records: records,
		play: func(r *Recorder, groups []string, _ *messages.PickleStepArgument) error { return play(r, groups) },
	}
}

// composite defines a step made of others.
func composite(pattern, example, records string, parts ...string) Definition {
	return Definition{Pattern: pattern, Example: example, Records: records, parts: parts}
}

// filler puts what a group matches, or several, into an event, and returns the other groups.
type filler func(e *model.Event, groups []string) []string

// one is the filler of one group.
func one(put func(e *model.Event, matched string)) filler {
	return func(e *model.Event, groups []string) []string {
		put(e, groups[0])
		return groups[1:]
	}
}

// two is the filler of whoever's groups.
func two(put func(e *model.Event, p model.Party)) filler {
	return func(e *model.Event, groups []string) []string {
		put(e, party(groups[0], groups[1]))
		return groups[2:]
	}
}

var (
	inMedium   = one(func(e *model.Event, medium string) { e.MediaType = medium })
	ofQueue    = one(func(e *model.Event, queue string) { e.Queue = queue })
	inMode     = one(func(e *model.Event, mode string) { e.VisibilityMode = number(mode) })
	forReason  = one(func(e *model.Event, reason string) { e.Reason = reason })
	byAgent    = one(func(e *model.Event, name string) { e.Actor = agent(name) })
	byStrategy = one(func(e *model.Event, name string) { e.Actor = strategy(name) })
	ofAgent    = one(func(e *model.Event, name string) { e.Party = agent(name) })
	ofItself   = one(func(e *model.Event, name string) { e.Actor, e.Party = agent(name), agent(name) })
	byWhoever  = two(func(e *model.Event, p model.Party) { e.Actor = p })
	ofWhoever  = two(func(e *model.Event, p model.Party) { e.Party = p })
	ofEither   = two(func(e *model.Event, p model.Party) { e.Actor, e.Party = p, p })
	// byMedia is for a group that matches if the media server acts.
	byMedia = one(func(e *model.Event, media string) {
		if media != "" {
			e.Actor = mediaServer
		}
	})
	byUnnamed = one(func(e *model.Event, who string) {
		switch who {
		case "the server":
			e.Actor = server
		case "a strategy":
			e.Actor = strategy("")
		}
	})
	neutral = one(func(e *model.Event, what string) {
		switch what {
		case "held":
			e.Name = model.Held
		case "resumed":
			e.Name = model.Resumed
		case "updated":
			e.Name = model.PropertiesChanged
		}
	})
)

var definitions = []Definition{
	event(`^a customer submits an? (?:chat|`+named+` interaction)$`, `a customer submits a chat`,
		"EventInteractionSubmitted; for another medium write: a customer submits a \"callback\" interaction",
		model.Event{Name: model.Submitted, Actor: mediaServer}, inMedium),
	event(`^the chat enters queue `+named+`$`, `the chat enters queue "Queue 1"`,
		"EventPlacedInQueue by the media server", model.Event{Name: model.PlacedInQueue, Actor: mediaServer}, ofQueue),
	step(`^strategy `+named+` takes the chat from queue `+named+`$`,
		`strategy "Strategy 1" takes the chat from queue "Queue 1"`,
		"EventTakenFromQueue, and EventPartyAdded of the strategy",
		func(r *Recorder, g []string) error { return r.take(strategy(g[0]), g[1], "") }),
	step(`^`+named+` pulls the chat from queue `+named+withMode+`$`, `"Agent 1" pulls the chat from queue "Queue 1"`,
		"EventTakenFromQueue, and EventPartyAdded of the agent",
		func(r *Recorder, g []string) error { return r.take(agent(g[0]), g[1], g[2]) }),
	event(`^strategy `+named+` invites `+named+withMode+`$`, `strategy "Strategy 1" invites "Agent 1"`,
		"EventAgentInvited by the strategy", model.Event{Name: model.AgentInvited}, byStrategy, ofAgent, inMode),
	step(`^`+named+` invites `+named+` to a (transfer|conference|consult)`+withMode+`$`,
		`"Agent 1" invites "Agent 2" to a conference with visibility mode 1`,
		"EventAgentInvited by the agent; a consult is a conference with visibility mode 3",
		func(r *Recorder, g []string) error {
			return r.ask(model.Event{Name: model.AgentInvited, Actor: agent(g[0]), Party: agent(g[1])}, g[2], g[3])
		}),
	step(`^`+named+` (transfers|confers|consults) through queue `+named+withMode+`$`,
		`"Agent 1" confers through queue "Queue 2" with visibility mode 1`,
		"EventPlacedInQueue by the agent; an agent that transfers through a queue must leave next",
		func(r *Recorder, g []string) error {
			return r.ask(model.Event{Name: model.PlacedInQueue, Actor: agent(g[0]), Queue: g[2]}, g[1], g[3])
		}),
	event(`^the chat leaves queue `+named+` for `+whoever+`$`,
		`the chat leaves queue "Queue 1" for strategy "Strategy 1"`,
		"only EventTakenFromQueue; if the taker is added at another time than a second later, follow it with: "+
			"strategy \"Strategy 1\" accepts",
		model.Event{Name: model.TakenFromQueue}, ofQueue, byWhoever),
	event(`^`+whoever+` accepts`+withMode+`$`, `"Agent 1" accepts`, "EventPartyAdded of the agent, or of the strategy",
		model.Event{Name: model.PartyAdded}, ofEither, inMode),
	event(`^`+named+` rejects`+because+`$`, `"Agent 1" rejects`, "EventRejected by the agent",
		model.Event{Name: model.Rejected}, ofItself, forReason),
	event(`^the invitation of `+named+` is revoked`+because+`$`,
		`the invitation of "Agent 1" is revoked as "Expired"`,
		"EventRevoked by the interaction server; the reason may be left out",
		model.Event{Name: model.Revoked, Actor: server}, ofAgent, forReason),
	event(`^`+whoever+` leaves$`, `strategy "Strategy 1" leaves`,
		"EventPartyRemoved of the strategy, or of the agent, by itself",
		model.Event{Name: model.PartyRemoved}, ofEither),
	event(`^the (media )?server removes `+whoever+`$`, `the media server removes "Agent 1"`,
		"EventPartyRemoved of the agent, or of the strategy, by the media server (the customer has left) or the "+
			"interaction server",
		model.Event{Name: model.PartyRemoved, Actor: server}, byMedia, ofWhoever),
	event(`^`+named+` finishes the chat in queue `+named+`$`, `"Agent 1" finishes the chat in queue "iWD_Completed"`,
		"EventPlacedInQueue by the agent, without an operation; the agent must leave next",
		model.Event{Name: model.PlacedInQueue}, byAgent, ofQueue),
	event(`^the server revokes the chat from `+named+because+`$`, `the server revokes the chat from "Agent 1"`,
		"EventRevoked by the interaction server for an agent that handles the chat (the handling timeout)",
		model.Event{Name: model.Revoked, Actor: server}, ofAgent, forReason),
	event(`^`+whoever+` removes `+whoever+`$`, `"Agent 2" removes "Agent 1"`,
		"EventPartyRemoved of Agent 1 by Agent 2; it means the same as: \"Agent 1\" leaves",
		model.Event{Name: model.PartyRemoved}, byWhoever, ofWhoever),
	event(`^(?:`+whoever+`|(the media server)) revokes the invitation of `+named+because+`$`,
		`"Agent 1" revokes the invitation of "Agent 2" as "Expired"`,
		"EventRevoked by an actor other than the interaction server; it means the same",
		model.Event{Name: model.Revoked}, byWhoever, byMedia, ofAgent, forReason),
	event(`^the server returns the chat to queue `+named+withMode+`$`, `the server returns the chat to queue "Queue 1"`,
		"EventPlacedInQueue by the interaction server",
		model.Event{Name: model.PlacedInQueue, Actor: server}, ofQueue, inMode),
	event(`^strategy `+named+` sends the chat on to queue `+named+withMode+`$`,
		`strategy "Strategy 1" sends the chat on to queue "Queue 2"`, "EventPlacedInQueue by the strategy",
		model.Event{Name: model.PlacedInQueue}, byStrategy, ofQueue, inMode),
	event(`^the customer leaves$`, `the customer leaves`, "EventProcessingStopped by the media server",
		model.Event{Name: model.ProcessingStopped, Actor: mediaServer}),
	event(`^(?:`+whoever+`|(the server|an agent|a strategy)) stops the chat$`, `"Agent 1" stops the chat`,
		"EventProcessingStopped by the strategy, the agent or the interaction server; for an actor without an id "+
			"write: an agent stops the chat",
		model.Event{Name: model.ProcessingStopped}, byWhoever, byUnnamed),
	event(`^the chat is (held|resumed|updated)$`, `the chat is held`,
		"EventHeld, EventResumed or EventPropertiesChanged; classification ignores them", model.Event{}, neutral),
	step(`^the unknown event `+named+`( of the media server)? occurs$`, `the unknown event "EventTypingStarted" occurs`,
		"an event of that name, without an actor or by the media server; classification ignores it",
		func(r *Recorder, g []string) error {
			e := model.Event{Name: model.EventName(g[0])}
			if e.Name.Known() {
				return fmt.Errorf("%s is a known event", g[0])
			}
			byMedia(&e, g[1:])
			return r.add(e)
		}),
	step(`^(\d+) seconds? pass(?:es)?$`, `30 seconds pass`,
		"no event; without this step each event is a second after the one before, and the first is at "+
			"2026-01-05T09:00:00Z",
		func(r *Recorder, g []string) error { return r.wait(g[0]) }),
	step(`^the next event is at (\S+)$`, `the next event is at 09:00:07`,
		"no event; sets the time of the next event, on the scenario's day, or in full, such as 2026-01-05T09:00:07.25Z",
		func(r *Recorder, g []string) error { return r.setClock(g[0]) }),
	step(`^the next event has seq (\d+)$`, `the next event has seq 12`,
		"no event; sets the seq of the chat's next event; without this step it is one more than the last",
		func(r *Recorder, g []string) error { return r.skipTo(g[0]) }),
	composite(`^a chat that `+named+` handles$`, `a chat that "Agent 1" handles`,
		"the chat is submitted and enters Queue 1; Strategy 1 takes it, invites the agent and leaves; the agent "+
			"accepts",
		`a customer submits a chat`, `the chat enters queue "Queue 1"`,
		`strategy "Strategy 1" routes the chat from queue "Queue 1" to "$1"`, `"$1" accepts`),
	composite(`^strategy `+named+` routes the chat from queue `+named+` to `+named+`$`,
		`strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"`,
		"the strategy takes the chat, invites the agent and leaves",
		`strategy "$1" takes the chat from queue "$2"`, `strategy "$1" invites "$3"`, `strategy "$1" leaves`),
	composite(`^`+named+` completes the chat$`, `"Agent 1" completes the chat`,
		"the agent leaves, and then stops the chat", `"$1" leaves`, `"$1" stops the chat`),
	step(`^chat `+named+`$`, `chat "chat 2"`,
		"no event; the next steps are about that chat, which may run at the same time as others",
		func(r *Recorder, g []string) error { return r.switchTo(g[0]) }),
	{
		Pattern: `^` + eventsStep + `$`, Example: eventsStep,
		Records: "events as JSON Lines in a doc string, taken as they are",
		play: func(r *Recorder, _ []string, a *messages.PickleStepArgument) error {
			return r.lines(a.DocString.Content)
		},
	},
	{
		Pattern: `^` + factsStep + `$`, Example: factsStep,
		Records: "what is expected: a table, in order of ordinal, with the columns resource and technical " +
			"descriptor, and optionally resource type, received from, start, end and interaction",
		play: func(r *Recorder, _ []string, a *messages.PickleStepArgument) error { return r.expect(a.DataTable) },
	},
	step(`^there are no facts$`, `there are no facts`, "what is expected: that nothing is reported",
		func(r *Recorder, _ []string) error { return r.expect(nil) }),
}

var (
	mediaServer = model.Party{Type: model.MediaServer}
	server      = model.Party{Type: model.InteractionServer}
)

func agent(name string) model.Party    { return model.Party{Type: model.Agent, ID: name} }
func strategy(name string) model.Party { return model.Party{Type: model.Strategy, ID: name} }

// party returns the party that whoever's two groups name.
func party(kind, name string) model.Party {
	if kind != "" {
		return strategy(name)
	}
	return agent(name)
}

// number reads a visibility mode that a pattern has matched; "" is none.
func number(mode string) model.VisibilityMode {
	n, _ := strconv.Atoi(mode)
	return model.VisibilityMode(n)
}

// ask records an event with what the agent asks for: a transfer, a conference, or a consult, which implies its mode.
func (r *Recorder) ask(e model.Event, what, mode string) error {
	e.Operation, e.VisibilityMode = model.Conference, number(mode)
	switch {
	case strings.HasPrefix(what, "transfer"):
		e.Operation = model.Transfer
	case strings.HasPrefix(what, "consult"):
		if mode != "" {
			return fmt.Errorf("a consult always has visibility mode 3; leave %q out, or write conference instead of "+
				"consult",
				strings.TrimSpace("with visibility mode "+mode))
		}
		e.VisibilityMode = model.Coach
	}
	return r.add(e)
}
