// Package wiretest gives tests what they read and write: any event, any fact, and a long log of plain ones.
package wiretest

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/model"
)

// Text is any string, often one of those that JSON has to escape or that take more than one unit of UTF-16.
func Text() *rapid.Generator[string] {
	awkward := rapid.SampledFrom([]rune("\"\\/\b\f\n\r\t\x00\x1f\x7f\u0085\u2028\u2029\ufeff\ufffd<>&'é😀\U0010ffff"))
	return rapid.OneOf(rapid.String(), rapid.StringOf(awkward), rapid.SampledFrom([]string{
		"", "Agent 1", "null", "\U0001f469\u200d\U0001f4bb",
	}))
}

// instant is any time that RFC 3339 can write in UTC, the zero one, which counts as absent, among them.
func instant() *rapid.Generator[time.Time] {
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	return rapid.Custom(func(t *rapid.T) time.Time {
		s := rapid.Int64Range(time.Time{}.Unix(), last).Draw(t, "seconds")
		return time.Unix(s, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
	})
}

// number is absent, or as absent is read otherwise, or any.
func number(absent ...model.Number) *rapid.Generator[model.Number] {
	return rapid.OneOf(rapid.SampledFrom(append(absent, model.Number{})), rapid.Map(rapid.Int64(), model.Num))
}

// word is any text without the outer blanks that words do not have, save for blanks alone.
func word[S ~string](t *rapid.T, label string) S { return S(strings.Trim(Text().Draw(t, label), " ")) }

// code is a word that is no other spelling of one that is known.
func code[S ~string](t *rapid.T, label string) S {
	draw := rapid.Custom(func(t *rapid.T) S { return word[S](t, label) })
	return draw.Filter(func(s S) bool { return s == "" || model.Code(string(s)) != "" }).Draw(t, label)
}

// Event is any event of a known name.
func Event(t *rapid.T) model.Event {
	party := func(label string) model.Party {
		return model.Party{Type: word[model.PartyType](t, label+".type"), ID: Text().Draw(t, label+".id")}
	}
	return model.Event{
		InteractionID:  Text().Filter(func(s string) bool { return s != "" }).Draw(t, "interaction_id"),
		Seq:            rapid.Int64Range(0, 1<<53-1).Draw(t, "seq"),
		Time:           instant().Draw(t, "time"),
		Name:           rapid.SampledFrom(model.EventNames).Draw(t, "event"),
		Actor:          party("actor"),
		Party:          party("party"),
		Queue:          Text().Draw(t, "queue"),
		Operation:      word[model.Operation](t, "operation"),
		VisibilityMode: model.VisibilityMode(rapid.IntRange(0, 3).Draw(t, "visibility_mode")),
		Reason:         word[string](t, "reason"),
		MediaType:      word[string](t, "media_type"),
	}
}

// Fact is any fact, of whole seconds.
func Fact(t *rapid.T) model.Fact {
	return model.Fact{
		InteractionID: Text().Filter(func(s string) bool { return s != "" }).Draw(t, "interaction_id"),
		Ordinal:       number().Draw(t, "ordinal"),
		ResourceType:  code[model.ResourceType](t, "resource_type"),
		Resource:      Text().Draw(t, "resource"),
		Role:          code[model.Role](t, "resource_role"),
		RoleReason:    code[string](t, "role_reason"),
		Result:        code[model.Result](t, "technical_result"),
		Reason:        code[model.Reason](t, "result_reason"),
		ReceivedFrom:  number(model.Number{Is: model.Null}).Draw(t, "received_from"),
		Start:         instant().Draw(t, "start").Truncate(time.Second),
		End:           instant().Draw(t, "end").Truncate(time.Second),
	}
}

// Events are n events of short chats, nine a chat, as a log of Interaction Server holds them.
func Events(n int) []model.Event {
	server, strategy := model.Party{Type: model.MediaServer}, model.Party{Type: model.Strategy, ID: "Strategy 1"}
	agent := func(i int) model.Party { return model.Party{Type: model.Agent, ID: fmt.Sprintf("Agent %d", i/9%200)} }
	events := make([]model.Event, n)
	for i := range events {
		a := agent(i)
		e := [...]model.Event{
			{Name: model.Submitted, Actor: server, MediaType: "chat"},
			{Name: model.PlacedInQueue, Actor: server, Queue: "Queue 1"},
			{Name: model.TakenFromQueue, Actor: strategy, Queue: "Queue 1"},
			{Name: model.PartyAdded, Actor: strategy, Party: strategy},
			{Name: model.AgentInvited, Actor: strategy, Party: a},
			{Name: model.PartyRemoved, Actor: strategy, Party: strategy},
			{Name: model.PartyAdded, Actor: a, Party: a, VisibilityMode: model.Conferred},
			{Name: model.PartyRemoved, Actor: a, Party: a},
			{Name: model.ProcessingStopped, Actor: a, Reason: "Expired"},
		}[i%9]
		e.InteractionID, e.Seq = fmt.Sprintf("0003Ta8G9M%06d", i/9), int64(i%9+1)
		e.Time = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
		events[i] = e
	}
	return events
}
