package gen

import (
	"strings"
	"sync"

	"github.com/chatproof/chatproof/model"
)

// meaninglessWays are the ways of V18 to say more about a chat without saying anything.
var meaninglessWays = []string{
	"neutral and unknown events in between", "unknown fields", "null for what is absent",
	"a reason or a mode where it means nothing", "all that means nothing",
}

func meaningless(log []model.Event, how int, src Source) []model.Event {
	all := how == len(meaninglessWays)-1
	if all || how == 3 {
		giveReasons(log, src)
	}
	if all || how == 0 {
		log = insertNeutral(log, src)
	}
	if all || how == 1 || how == 2 {
		for i := range log {
			log[i].Wire = saysMore(&log[i], all || how == 1, all || how == 2)
		}
	}
	return log
}

func insertNeutral(log []model.Event, src Source) []model.Event {
	out := append(log, log[0])[len(log):] // after the log, in the same memory if there is room
	for i := 1; i < len(log); i++ {
		for range max(0, src.Intn(4)-1) {
			e := model.Event{
				InteractionID: log[i].InteractionID, Time: log[i-1].Time,
				Name: [...]model.EventName{
					model.Held, model.Resumed, model.PropertiesChanged,
					"EventPartyTyping",
				}[src.Intn(4)],
			}
			out = append(out, e)
		}
		out = append(out, log[i])
	}
	return Renumber(out)
}

// giveReasons gives events a reason, and transfers a visibility mode, where they mean nothing.
func giveReasons(log []model.Event, src Source) {
	for i := range log {
		switch e := &log[i]; e.Name {
		case model.Rejected, model.ProcessingStopped, model.PartyRemoved, model.PartyAdded:
			e.Reason = [...]string{"Expired", model.Stopped, "Rejected", "AbandonedWhileQueued"}[src.Intn(4)]
		case model.AgentInvited, model.PlacedInQueue:
			if e.Operation == model.Transfer {
				e.VisibilityMode = model.VisibilityMode(1 + src.Intn(3))
			}
		}
	}
}

// Members without meaning, of an event, of its actor and of its party.
const (
	unknownMembers = `"node":7,"attached_data":{"priority":3,"tags":["vip",null],"note":"says \"EventRevoked\""},"test":false`
	unknownOfActor = `"name":"Somebody Else","dbid":101`
	unknownOfParty = `"place":{"id":"Desk 1","type":"queue"},"dbid":102`
)

// saysMore returns the spelling of an event with unknown members, with nulls for absent ones, or with both. Events
// share spellings.
func saysMore(e *model.Event, unknown, nulls bool) *model.Wire {
	absent := 0
	for i, has := range [...]bool{
		e.Actor != model.Party{}, e.Party != model.Party{}, e.Queue != "", e.Operation != "", e.VisibilityMode != 0,
		e.Reason != "", e.MediaType != "", e.Actor.ID != "",
	} {
		if !has {
			absent |= 1 << i
		}
	}
	at := 0
	if unknown {
		at |= 1
	}
	if nulls {
		at |= 2
	}
	return spellings()[at][absent]
}

var spellings = sync.OnceValue(func() *[4][256]*model.Wire {
	var all [4][256]*model.Wire
	for at := range all {
		for absent := range all[at] {
			var event, actor, party []string
			if at&1 != 0 {
				event, actor, party = append(event, unknownMembers), append(actor, unknownOfActor),
					append(party, unknownOfParty)
			}
			if at&2 != 0 {
				for i, name := range [...]string{
					"actor", "party", "queue", "operation", "visibility_mode", "reason",
					"media_type",
				} {
					if absent&(1<<i) != 0 {
						event = append(event, `"`+name+`":null`)
					}
				}
				if absent&(1<<7) != 0 {
					actor = append(actor, `"id":null`)
				}
			}
			all[at][absent] = &model.Wire{
				Also: strings.Join(event, ","), Actor: strings.Join(actor, ","), Party: strings.Join(party, ","),
			}
		}
	}
	return &all
})
