package gen

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

// illFormed draws logs and damages them until one breaks the wanted requirement.
func (s *Scenarios) illFormed(id string, src Source, requirement string) []model.Event {
	for {
		log := slices.Clone(s.everyday.Log(id, src))
		log = damages[requirement](log, src.Intn(len(log)))
		err, _ := s.classifier.Classify(&s.chat, log).(*model.IllFormed)
		if err != nil && err.Requirement == requirement {
			return log
		}
	}
}

var nobodyParty = model.Party{Type: model.Agent, ID: "Nobody"}

// damages break a log at one of its events, most often so that it breaks the requirement that is the key.
var damages = map[string]func(log []model.Event, at int) []model.Event{
	"W1": func(log []model.Event, at int) []model.Event { return again(log, 0, at) },
	"W2": func(log []model.Event, at int) []model.Event { return again(log, at, len(log)-1) },
	"W3": func(log []model.Event, at int) []model.Event {
		log[at].Seq = log[max(at-1, 0)].Seq
		return log
	},
	"W4": func(log []model.Event, at int) []model.Event {
		return insert(log, at, model.Event{Name: model.PlacedInQueue, Actor: mediaServer, Queue: "Queue nowhere"})
	},
	"W5": func(log []model.Event, at int) []model.Event {
		return insert(log, at, model.Event{
			Name: model.AgentInvited, Actor: nobodyParty, Party: model.Party{Type: model.Agent, ID: "Somebody"},
			Operation: model.Transfer,
		})
	},
	"W6": func(log []model.Event, at int) []model.Event {
		return insert(log, at, model.Event{Name: model.Revoked, Actor: server, Party: nobodyParty})
	},
	"W7": func(log []model.Event, at int) []model.Event {
		return insert(log, at, model.Event{Name: model.PartyRemoved, Actor: nobodyParty, Party: nobodyParty})
	},
	"W8": func(log []model.Event, at int) []model.Event {
		if log[at].Name != model.AgentInvited || log[at].Actor.Type != model.Agent {
			return log
		}
		return again(log, at, at)
	},
	"W9": func(log []model.Event, at int) []model.Event {
		log[at].Actor, log[at].Queue = model.Party{}, ""
		return log
	},
}

// insert puts an event after the one at a place.
func insert(log []model.Event, at int, e model.Event) []model.Event {
	e.InteractionID, e.Time = log[at].InteractionID, log[at].Time
	return Renumber(slices.Insert(log, at+1, e))
}

// again repeats the event at one place, as another event, after the event at another place.
func again(log []model.Event, which, at int) []model.Event { return insert(log, at, log[which]) }
