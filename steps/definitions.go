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

	// handler returns the function that records the step. Its parameters are the pattern's groups, then the step's
	// table or doc string; its result is an error or a composite.
	handler func(*Recorder) any
}

// composite is a step made of other steps, given by their texts.
type composite []string

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

var definitions = []Definition{
	{
		`^a customer submits an? (?:chat|` + named + ` interaction)$`, `a customer submits a chat`,
		"EventInteractionSubmitted; another medium as: a customer submits a \"callback\" interaction",
		func(r *Recorder) any {
			return func(medium string) error {
				return r.add(model.Event{Name: model.Submitted, Actor: mediaServer, MediaType: medium})
			}
		},
	},
	{
		`^the chat enters queue ` + named + `$`, `the chat enters queue "Queue 1"`,
		"EventPlacedInQueue by the media server",
		func(r *Recorder) any {
			return func(queue string) error {
				return r.add(model.Event{Name: model.PlacedInQueue, Actor: mediaServer, Queue: queue})
			}
		},
	},
	{
		`^strategy ` + named + ` takes the chat from queue ` + named + `$`,
		`strategy "Strategy 1" takes the chat from queue "Queue 1"`,
		"EventTakenFromQueue, and EventPartyAdded of the strategy",
		func(r *Recorder) any {
			return func(name, queue string) error { return r.take(strategy(name), queue) }
		},
	},
	{
		`^` + named + ` pulls the chat from queue ` + named + withMode + `$`,
		`"Agent 1" pulls the chat from queue "Queue 1"`, "EventTakenFromQueue, and EventPartyAdded of the agent",
		func(r *Recorder) any {
			return func(name, queue, mode string) error {
				if err := r.take(agent(name), queue); err != nil {
					return err
				}
				r.last().VisibilityMode = number(mode)
				return nil
			}
		},
	},
	{
		`^strategy ` + named + ` invites ` + named + withMode + `$`, `strategy "Strategy 1" invites "Agent 1"`,
		"EventAgentInvited by the strategy",
		func(r *Recorder) any {
			return func(name, who, mode string) error {
				return r.add(model.Event{
					Name: model.AgentInvited, Actor: strategy(name), Party: agent(who), VisibilityMode: number(mode),
				})
			}
		},
	},
	{
		`^` + named + ` invites ` + named + ` to a (transfer|conference|consult)` + withMode + `$`,
		`"Agent 1" invites "Agent 2" to a conference with visibility mode 1`,
		"EventAgentInvited by the agent; a consult is a conference with visibility mode 3",
		func(r *Recorder) any {
			return func(name, who, what, mode string) error {
				e := model.Event{Name: model.AgentInvited, Actor: agent(name), Party: agent(who)}
				return r.ask(e, what, mode)
			}
		},
	},
	{
		`^` + named + ` (transfers|confers|consults) through queue ` + named + withMode + `$`,
		`"Agent 1" confers through queue "Queue 2" with visibility mode 1`,
		"EventPlacedInQueue by the agent; one that transfers leaves next",
		func(r *Recorder) any {
			return func(name, what, queue, mode string) error {
				e := model.Event{Name: model.PlacedInQueue, Actor: agent(name), Queue: queue}
				return r.ask(e, map[string]string{
					"transfers": "transfer", "confers": "conference",
					"consults": "consult",
				}[what], mode)
			}
		},
	},
	{
		`^the chat leaves queue ` + named + ` for ` + whoever + `$`,
		`the chat leaves queue "Queue 1" for strategy "Strategy 1"`,
		"EventTakenFromQueue alone: for a taker who is added, which is to accept, at another time than a second later",
		func(r *Recorder) any {
			return func(queue, kind, name string) error {
				return r.add(model.Event{Name: model.TakenFromQueue, Actor: party(kind, name), Queue: queue})
			}
		},
	},
	{
		`^` + whoever + ` accepts` + withMode + `$`, `"Agent 1" accepts`,
		"EventPartyAdded of the agent, or of the strategy",
		func(r *Recorder) any {
			return func(kind, name, mode string) error {
				p := party(kind, name)
				return r.add(model.Event{Name: model.PartyAdded, Actor: p, Party: p, VisibilityMode: number(mode)})
			}
		},
	},
	{
		`^` + named + ` rejects` + because + `$`, `"Agent 1" rejects`,
		"EventRejected by the agent",
		func(r *Recorder) any {
			return func(name, reason string) error {
				return r.add(model.Event{Name: model.Rejected, Actor: agent(name), Party: agent(name), Reason: reason})
			}
		},
	},
	{
		`^the invitation of ` + named + ` is revoked` + because + `$`,
		`the invitation of "Agent 1" is revoked as "Expired"`,
		"EventRevoked by the interaction server, with that reason or none",
		func(r *Recorder) any {
			return func(name, reason string) error {
				return r.add(model.Event{Name: model.Revoked, Actor: server, Party: agent(name), Reason: reason})
			}
		},
	},
	{
		`^` + whoever + ` leaves$`, `strategy "Strategy 1" leaves`,
		"EventPartyRemoved of the strategy, or of the agent, by itself",
		func(r *Recorder) any {
			return func(kind, name string) error {
				p := party(kind, name)
				return r.add(model.Event{Name: model.PartyRemoved, Actor: p, Party: p})
			}
		},
	},
	{
		`^the (media )?server removes ` + whoever + `$`, `the media server removes "Agent 1"`,
		"EventPartyRemoved of the agent, or of the strategy, by the media server (the customer has left) or the " +
			"interaction server",
		func(r *Recorder) any {
			return func(media, kind, name string) error {
				by := server
				if media != "" {
					by = mediaServer
				}
				return r.add(model.Event{Name: model.PartyRemoved, Actor: by, Party: party(kind, name)})
			}
		},
	},
	{
		`^` + named + ` finishes the chat in queue ` + named + `$`,
		`"Agent 1" finishes the chat in queue "iWD_Completed"`,
		"EventPlacedInQueue by the agent, without an operation; the agent leaves next",
		func(r *Recorder) any {
			return func(name, queue string) error {
				return r.add(model.Event{Name: model.PlacedInQueue, Actor: agent(name), Queue: queue})
			}
		},
	},
	{
		`^the server revokes the chat from ` + named + because + `$`, `the server revokes the chat from "Agent 1"`,
		"EventRevoked of an agent that handles, by the interaction server: the handling timeout",
		func(r *Recorder) any {
			return func(name, reason string) error {
				return r.add(model.Event{Name: model.Revoked, Actor: server, Party: agent(name), Reason: reason})
			}
		},
	},
	{
		`^` + whoever + ` removes ` + whoever + `$`, `"Agent 2" removes "Agent 1"`,
		"EventPartyRemoved of the second by the first, which means the same as that it leaves",
		func(r *Recorder) any {
			return func(kind, name, otherKind, other string) error {
				return r.add(model.Event{
					Name: model.PartyRemoved, Actor: party(kind, name), Party: party(otherKind, other),
				})
			}
		},
	},
	{
		`^(?:` + whoever + `|(the media server)) revokes the invitation of ` + named + because + `$`,
		`"Agent 1" revokes the invitation of "Agent 2" as "Expired"`,
		"EventRevoked by another than the interaction server, which means the same",
		func(r *Recorder) any {
			return func(kind, name, media, who, reason string) error {
				by := party(kind, name)
				if media != "" {
					by = mediaServer
				}
				return r.add(model.Event{Name: model.Revoked, Actor: by, Party: agent(who), Reason: reason})
			}
		},
	},
	{
		`^the server returns the chat to queue ` + named + withMode + `$`,
		`the server returns the chat to queue "Queue 1"`, "EventPlacedInQueue by the interaction server",
		func(r *Recorder) any {
			return func(queue, mode string) error {
				return r.add(model.Event{
					Name: model.PlacedInQueue, Actor: server, Queue: queue, VisibilityMode: number(mode),
				})
			}
		},
	},
	{
		`^strategy ` + named + ` sends the chat on to queue ` + named + withMode + `$`,
		`strategy "Strategy 1" sends the chat on to queue "Queue 2"`, "EventPlacedInQueue by the strategy",
		func(r *Recorder) any {
			return func(name, queue, mode string) error {
				return r.add(model.Event{
					Name: model.PlacedInQueue, Actor: strategy(name), Queue: queue, VisibilityMode: number(mode),
				})
			}
		},
	},
	{
		`^the customer leaves$`, `the customer leaves`,
		"EventProcessingStopped by the media server",
		func(r *Recorder) any {
			return func() error { return r.add(model.Event{Name: model.ProcessingStopped, Actor: mediaServer}) }
		},
	},
	{
		`^(?:` + whoever + `|(the server|an agent|a strategy)) stops the chat$`, `"Agent 1" stops the chat`,
		"EventProcessingStopped by the strategy, the agent or the interaction server; by one without an id as: an " +
			"agent stops the chat",
		func(r *Recorder) any {
			return func(kind, name, unnamed string) error {
				by := party(kind, name)
				switch unnamed {
				case "the server":
					by = server
				case "a strategy":
					by = strategy("")
				}
				return r.add(model.Event{Name: model.ProcessingStopped, Actor: by})
			}
		},
	},
	{
		`^the chat is (held|resumed|updated)$`, `the chat is held`,
		"EventHeld, EventResumed or EventPropertiesChanged: neutral",
		func(r *Recorder) any {
			return func(what string) error {
				name := map[string]model.EventName{
					"held": model.Held, "resumed": model.Resumed,
					"updated": model.PropertiesChanged,
				}[what]
				return r.add(model.Event{Name: name})
			}
		},
	},
	{
		`^the unknown event ` + named + `( of the media server)? occurs$`,
		`the unknown event "EventTypingStarted" occurs`,
		"an event of that name, by nobody or by the media server; classification ignores it",
		func(r *Recorder) any {
			return func(name, media string) error {
				e := model.Event{Name: model.EventName(name)}
				if e.Name.Known() {
					return fmt.Errorf("%s is a known event", name)
				}
				if media != "" {
					e.Actor = mediaServer
				}
				return r.add(e)
			}
		},
	},
	{
		`^(\d+) seconds? pass(?:es)?$`, `30 seconds pass`,
		"no event; each event is a second after the one before, the first at 2026-01-05T09:00:00Z",
		func(r *Recorder) any {
			return func(seconds int) error { return r.wait(seconds) }
		},
	},
	{
		`^the next event is at (\S+)$`, `the next event is at 09:00:07`,
		"no event; the time of the next, of the scenario's day or a whole one such as 2026-01-05T09:00:07.25Z",
		func(r *Recorder) any {
			return func(at string) error { return r.setClock(at) }
		},
	},
	{
		`^the next event has seq (\d+)$`, `the next event has seq 12`,
		"no event; the seq of the chat's next, which is otherwise one more than that of the one before",
		func(r *Recorder) any {
			return func(seq int64) error { return r.skipTo(seq) }
		},
	},
	{
		`^a chat that ` + named + ` handles$`, `a chat that "Agent 1" handles`,
		"submitted, placed in Queue 1, taken by Strategy 1, which invites the agent and leaves; the agent accepts",
		func(*Recorder) any {
			return func(name string) composite {
				return composite{
					`a customer submits a chat`, `the chat enters queue "Queue 1"`,
					`strategy "Strategy 1" routes the chat from queue "Queue 1" to "` + name + `"`,
					`"` + name + `" accepts`,
				}
			}
		},
	},
	{
		`^strategy ` + named + ` routes the chat from queue ` + named + ` to ` + named + `$`,
		`strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"`,
		"the strategy takes the chat, invites the agent and leaves",
		func(*Recorder) any {
			return func(name, queue, who string) composite {
				return composite{
					`strategy "` + name + `" takes the chat from queue "` + queue + `"`,
					`strategy "` + name + `" invites "` + who + `"`,
					`strategy "` + name + `" leaves`,
				}
			}
		},
	},
	{
		`^` + named + ` completes the chat$`, `"Agent 1" completes the chat`,
		"the agent leaves, and stops the chat",
		func(*Recorder) any {
			return func(name string) composite {
				return composite{`"` + name + `" leaves`, `"` + name + `" stops the chat`}
			}
		},
	},
	{
		`^chat ` + named + `$`, `chat "chat 2"`,
		"no event; the steps that follow are about that chat, which may run beside others",
		func(r *Recorder) any {
			return func(name string) error { return r.switchTo(name) }
		},
	},
	{
		`^` + eventsStep + `$`, eventsStep,
		"events as JSON Lines in a doc string, taken as they are",
		func(r *Recorder) any {
			return func(doc *messages.PickleDocString) error { return r.lines(doc.Content) }
		},
	},
	{
		`^` + factsStep + `$`, factsStep,
		"the expectation: a table of resource and technical descriptor, by ordinal; also resource type, received " +
			"from, start, end, interaction",
		func(r *Recorder) any {
			return func(table *messages.PickleTable) error { return r.expect(table) }
		},
	},
	{
		`^there are no facts$`, `there are no facts`,
		"the expectation that nothing is reported",
		func(r *Recorder) any {
			return func() error { return r.expect(nil) }
		},
	},
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
	switch what {
	case "transfer":
		e.Operation = model.Transfer
	case "consult":
		if mode != "" {
			return fmt.Errorf("a consult has visibility mode 3: leave %q out, or call it a conference",
				strings.TrimSpace("with visibility mode "+mode))
		}
		e.VisibilityMode = model.Coach
	}
	return r.add(e)
}
