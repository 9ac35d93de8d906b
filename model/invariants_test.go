package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func broken(ds []model.Difference) string {
	var ids []string
	for _, d := range ds {
		if len(ids) == 0 || ids[len(ids)-1] != d.Rules[0] {
			ids = append(ids, d.Rules[0])
		}
	}
	return strings.Join(ids, " ")
}

// The reference, and whoever always answers by an accepted alternative, keep every invariant on the corpus.
func TestInvariantsHold(t *testing.T) {
	tables := []*model.Table{model.Reference()}
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			for k := range len(c.Accepts) + len(c.Allows) {
				tables = append(tables, model.Reference().Answering(c.ID, k))
			}
		}
	}
	for _, events := range corpusLogs(t) {
		reference := classify(t, events)
		for _, table := range tables {
			chats, _ := model.ClassifyLog(table, events)
			var got []model.Fact
			for _, r := range chats[0].IRFs {
				got = append(got, r.Fact)
			}
			assert.Empty(t, model.CheckInvariants(reference, got), facts(reference))
			for i := range got { // and without what is optional
				got[i].ResourceType, got[i].Ordinal = "", model.Number{}
			}
			assert.Empty(t, model.CheckInvariants(reference, got), facts(reference))
		}
	}
}

// Each invariant is broken by the rows that it is about, and by those alone.
func TestInvariantsBreak(t *testing.T) {
	const (
		transferred = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 2\" accepts\n\"Agent 1\" leaves\n\"Agent 2\" completes the chat"
		one         = "1, agent, Agent 1, RoutedTo/Transferred\n"
		two         = "2, agent, Agent 2, ReceivedTransfer/Completed\n"
		offered     = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe customer leaves"
		one1        = "1, agent, Agent 1, RoutedTo/Completed\n"
		two1        = "2, agent, Agent 2, ReceivedTransfer/CustomerAbandoned [AbandonedWhileRinging]\n"
		abandoned   = entered + "the customer leaves"
		ringing     = alerted + "the customer leaves"
		finished    = handled + "\"Agent 1\" completes the chat"

		offeredStopped = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 1\" stops the chat"
		bothOffered    = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 1\" invites \"Agent 3\" to a conference with visibility mode 1\nthe customer leaves"
		three1         = "3, agent, Agent 3, InConference/CustomerAbandoned [AbandonedWhileRinging]\n"
		dying          = handled + "\"Agent 1\" confers through queue \"Queue 2\"\nthe customer leaves"
		timedOut       = handled + "the server revokes the chat from \"Agent 1\"\nthe server stops the chat"
		done           = handled + "\"Agent 1\" transfers through queue \"iWD_Completed\"\n\"Agent 1\" leaves\nstrategy \"S\" routes the chat from queue \"iWD_Completed\" to \"Agent 2\"\n\"Agent 2\" accepts\n\"Agent 2\" completes the chat"
	)
	tests := []struct{ name, log, got, want string }{
		{"as expected", transferred, one + two, ""},
		{"an unknown role", transferred, "1, agent, Agent 1, Routed/Transferred\n" + two, "V1 V2"},
		{"an unknown result", finished, "1, agent, Agent 1, RoutedTo/Done", "V1 V2"},
		{"values that do not go together", finished, "1, agent, Agent 1, RoutedTo/Completed [Revoked]", "V2 V7"},
		{"a queue's descriptor on an agent", finished, "1, agent, Agent 1, Received/Completed", "V2"},
		{"a row lost", transferred, one, "V3"},
		{"no row at all", finished, "", "V3"},
		{"an invited agent's abandon is accepted", offered, one1 + two1, ""},
		{"but once", offered, one1 + two1 + "3" + two1[1:], "V3 V9"},
		{"a row doubled", transferred, one + two + "3, agent, Agent 2, ReceivedTransfer/Completed", "V3"},
		{"out of order", transferred, "2, agent, Agent 1, RoutedTo/Transferred\n1, agent, Agent 2, ReceivedTransfer/Completed", "V4 V6"},
		{"not Transferred, which R9 is about", transferred, "1, agent, Agent 1, RoutedTo/Completed\n" + two, ""},
		{"Transferred twice for one transfer", transferred, one + "2, agent, Agent 1, RoutedTo/Transferred\n", "V4 V5"},
		{"an invited agent's abandon, where another stopped the chat", offeredStopped, one1 + two1, "V9"},
		{"two invited agents' abandons", bothOffered, one1 + two1 + three1, ""},
		{"two invited agents' abandons, where an agent stopped the chat", bothOffered[:len(bothOffered)-len("the customer leaves")] + "\"Agent 1\" stops the chat", one1 + two1 + three1, "V9"},
		{"a conference that the customer leaves in its queue, beside a handling agent", dying, one1 + "2, queue, Queue 2, Received/CustomerAbandoned [AbandonedWhileQueued]", ""},
		{"one for the agent, too", dying, "1, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]\n2, queue, Queue 2, Received/CustomerAbandoned [AbandonedWhileQueued]", "V9"},
		{"a row for a queue that an agent stopped the chat in", entered + "the server stops the chat", "1, queue, Queue 1, Received/Abandoned", "V2"},
		{"any answer to a handling timeout", timedOut, "1, agent, Agent 1, Puller/AbnormalStop [Canceled]", ""},
		{"but not these", timedOut, "1, agent, Agent 1, RoutedTo/Completed [Revoked]", "V7"},
		{"a finished chat of which nobody knows that it is", done, "1, agent, Agent 1, RoutedTo/Transferred\n2, agent, Agent 2, ReceivedTransfer/Completed", ""},
		{"a conferee first, other rows unranked", finished, "1, agent, Agent 1, InConference/Completed\n-, agent, Agent 1, RoutedTo/Completed", "V3"},
		{"Transferred for nothing", finished, "1, agent, Agent 1, RoutedTo/Transferred", "V5"},
		{"a conferee first", finished, "1, agent, Agent 1, InConference/Completed", "V6"},
		{"AbandonedWhileQueued of an agent", abandoned, "1, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileQueued]", "V2 V3 V8"},
		{"AbandonedWhileRinging of a queue", abandoned, "1, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileRinging]", "V2 V8"},
		{"abandoned though the agent ended it", finished, "1, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]", "V9"},
		{"abandoned though an agent was handling", handled + "the customer leaves", "1, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]", "V9"},
		{"abandoned twice", ringing, "1, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]\n2, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]", "V9 V10"},
		{"AbandonedWhileRinging of a blank type", ringing, "1, -, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]", ""},
		{"a conferee first, of a chat still open", handled, "2, agent, Agent 2, InConference/Completed", ""},
		{"two conferees first", finished, "1, agent, Agent 1, RoutedTo/Completed\n1, agent, Agent 2, InConference/Completed", "V3 V6 V20"},
		{"a row for a queue that distributed", finished, "1, agent, Agent 1, RoutedTo/Completed\n2, queue, Queue 1, Received/Completed", "V2 V10"},
		{"a row for the customer", finished, "1, agent, Agent 1, RoutedTo/Completed\n2, -, Customer, RoutedTo/Completed", "V10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, broken(model.CheckInvariants(classify(t, log(t, tt.log)), rowsOf(tt.got))))
		})
	}
	ds := model.CheckInvariants(classify(t, log(t, transferred)), rowsOf("2, agent, Agent 1, RoutedTo/Transferred\n1, agent, Agent 2, ReceivedTransfer/Completed"))
	assert.Equal(t, "rank 1 belongs to Agent 2", ds[0].Actual)
	assert.Equal(t, "chat 1", ds[0].InteractionID)
	assert.Equal(t, "chat 1", model.CheckInvariants(classify(t, log(t, finished)), nil)[0].InteractionID, "where there is no row to tell it")
	assert.Equal(t, "chat 1", model.CheckInvariants(nil, rowsOf("1, -, Agent 1, Routed/Completed"))[0].InteractionID, "where there is no chat to tell it")

	shared := rowsOf("1, agent, Agent 9, RoutedTo/Transferred\n1, agent, Agent 2, ReceivedTransfer/Completed")
	shared[0].Start = classify(t, log(t, finished)).Began
	shared[1].Start = shared[0].Start.Add(time.Second)
	chat := classify(t, log(t, strings.ReplaceAll(transferred, "Agent 1", "Agent 9")))
	assert.Contains(t, broken(model.CheckInvariants(chat, shared)), "V4", "starts are no ordinals")

	rows := rowsOf("1, agent, Agent 1, RoutedTo/Completed")
	rows[0].Start = classify(t, log(t, finished)).Began
	rows[0].End = rows[0].Start.AddDate(0, 0, -1)
	assert.Equal(t, "V11", broken(model.CheckInvariants(nil, rows)))
	assert.Equal(t, "V11", broken(model.CheckInvariants(classify(t, log(t, finished)), rows)))
	fast := log(t, "the next event is at 10:00:00\n"+handled+"the next event is at 09:00:00\n\"Agent 1\" completes the chat")
	assert.Empty(t, model.CheckInvariants(classify(t, fast), rows), "the clock ran backwards in between")

	conferees := rowsOf("3, agent, Agent 1, InConference/Completed\n4, agent, Agent 2, InConference/Completed")
	assert.Empty(t, model.CheckInvariants(nil, conferees), "the first rows of the chat may be missing")
	for _, first := range []int64{0, 1} {
		conferees[0].Ordinal, conferees[1].Ordinal = model.Num(first), model.Num(first+1)
		assert.Equal(t, "V6", broken(model.CheckInvariants(nil, conferees)))
	}
}

// In an interaction of another medium than chat, even a broken invariant is of level inferred (I19).
func TestOtherMediaAreInferred(t *testing.T) {
	c := model.Case{Level: model.Documented, Checked: true, Events: log(t, "a customer submits a \"callback\" interaction\nthe chat enters queue \"Queue 1\"\nthe customer leaves")}
	for _, kind := range []model.Kind{model.OrderedKind, model.DeliveryKind} {
		c.Kind = kind
		ds := c.Judge(c.Expected(model.Reference()), rowsOf("1, agent, Agent 1, Odd/Transferred"))
		assert.NotEmpty(t, ds)
		for _, d := range ds {
			assert.Equal(t, model.Inferred, d.Level, d.String())
		}
	}
	c.Events[0].MediaType = "CHAT" // as Info Mart's code has it
	assert.Equal(t, model.Delivery, c.Judge(c.Expected(model.Reference()), nil)[0].Level)
}
