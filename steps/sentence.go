package steps

import (
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// sentence writes the step for the first of the events, and returns how many of them it covers, or 0 if there is no
// such step. It looks only closely enough to choose the step that could be right.
func sentence(events []model.Event) (text string, n int) {
	e := &events[0]
	by, invited := called(e.Actor), called(e.Party)
	switch model.MoveOf(events, 0) {
	case model.Submit:
		return submission(e.MediaType), 1
	case model.Enter:
		return "the chat enters " + inQueue(e), 1
	case model.ServerPlaces:
		if e.Actor.Type != model.InteractionServer {
			return "", 0
		}
		return "the server returns the chat to " + inQueue(e) + mode(e.VisibilityMode), 1
	case model.StrategyPlaces:
		return by + " sends the chat on to " + inQueue(e) + mode(e.VisibilityMode), 1
	case model.TransferThroughQueue, model.ConferThroughQueue:
		what, mode := wish(e, "transfers", "confers", "consults")
		return by + " " + what + " through " + inQueue(e) + mode, 1
	case model.Take, model.Pull:
		return taking(events)
	case model.Accept:
		text = invited + " accepts" + mode(e.VisibilityMode)
	case model.Invite:
		text = by + " invites " + invited + mode(e.VisibilityMode)
	case model.TransferTo, model.ConferWith:
		what, mode := wish(e, "transfer", "conference", "consult")
		text = by + " invites " + invited + " to a " + what + mode
	case model.Reject:
		text = invited + " rejects" + reason(e)
	case model.Finish:
		return by + " finishes the chat in " + inQueue(e), 1
	case model.TimeOut:
		text = "the server revokes the chat from " + invited + reason(e)
	case model.Expire, model.RevokeOther, model.RevokeStopped:
		switch e.Actor.Type {
		case model.InteractionServer:
			text = "the invitation of " + invited + " is revoked" + reason(e)
		case model.MediaServer:
			text = "the media server revokes the invitation of " + invited + reason(e)
		default:
			text = by + " revokes the invitation of " + invited + reason(e)
		}
	case model.Leave, model.Removed, model.StrategyLeaves:
		text = leaving(e)
	case model.Stop:
		text = stopping(e.Actor)
	default:
		text = noMove(e)
	}
	return text, 1
}

func inQueue(e *model.Event) string { return `queue "` + e.Queue + `"` }

func submission(medium string) string {
	switch {
	case medium == "":
		return "a customer submits a chat"
	case strings.ContainsAny(medium[:1], "aeioAEIO"):
		return `a customer submits an "` + medium + `" interaction`
	}
	return `a customer submits a "` + medium + `" interaction`
}

// taking writes a chat's leaving its queue, together with the taker's joining if that follows at once.
func taking(events []model.Event) (text string, n int) {
	e := &events[0]
	if e.Name == model.PartyAdded {
		return called(e.Party) + " accepts" + mode(e.VisibilityMode), 1
	}
	if len(events) > 1 {
		added := model.Event{
			InteractionID: e.InteractionID, Seq: e.Seq + 1, Time: e.Time.Add(time.Second), Name: model.PartyAdded,
			Actor: e.Actor, Party: e.Actor,
		}
		verb := " takes"
		if e.Actor.Type == model.Agent {
			verb, added.VisibilityMode = " pulls", events[1].VisibilityMode
		}
		if events[1].Equal(&added) {
			return called(e.Actor) + verb + " the chat from " + inQueue(e) + mode(added.VisibilityMode), 2
		}
	}
	return "the chat leaves " + inQueue(e) + " for " + called(e.Actor), 1
}

func leaving(e *model.Event) string {
	switch e.Actor.Type {
	case model.MediaServer:
		return "the media server removes " + called(e.Party)
	case model.InteractionServer:
		return "the server removes " + called(e.Party)
	}
	if e.Actor != e.Party {
		return called(e.Actor) + " removes " + called(e.Party)
	}
	return called(e.Party) + " leaves"
}

func stopping(by model.Party) string {
	switch {
	case by.Type == model.MediaServer:
		return "the customer leaves"
	case by.Type == model.InteractionServer:
		return "the server stops the chat"
	case by.ID != "":
		return called(by) + " stops the chat"
	case by.Type == model.Agent:
		return "an agent stops the chat"
	}
	return "a strategy stops the chat"
}

// noMove writes an event that changes nothing.
func noMove(e *model.Event) string {
	switch e.Name {
	case model.PropertiesChanged:
		return "the chat is updated"
	case model.Held:
		return "the chat is held"
	case model.Resumed:
		return "the chat is resumed"
	}
	text := `the unknown event "` + string(e.Name) + `"`
	if e.Actor.Type == model.MediaServer {
		text += " of the media server"
	}
	return text + " occurs"
}

// called names a party as steps do.
func called(p model.Party) string {
	if p.Type == model.Strategy {
		return `strategy "` + p.ID + `"`
	}
	return `"` + p.ID + `"`
}

// wish returns the word for what an agent asks for, and the visibility mode unless the word implies it.
func wish(e *model.Event, transfer, conference, consult string) (word, withMode string) {
	switch {
	case e.Operation == model.Transfer:
		return transfer, mode(e.VisibilityMode)
	case e.VisibilityMode == model.Coach:
		return consult, ""
	}
	return conference, mode(e.VisibilityMode)
}

func mode(m model.VisibilityMode) string {
	if m == 0 {
		return ""
	}
	return " with visibility mode " + strconv.Itoa(int(m))
}

func reason(e *model.Event) string {
	if e.Reason == "" {
		return ""
	}
	return ` as "` + e.Reason + `"`
}
