package model_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// What the features leave to the model's own tests: which rules mark a row, when, and what an unfinished chat shows.
func TestClassify(t *testing.T) {
	const (
		conferred = handled + "\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n"
		consulted = handled + "\"Agent 1\" invites \"Agent 2\" to a consult\n\"Agent 2\" accepts\n"
		offered   = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\n"
	)
	tests := []struct{ name, log, want string }{
		{
			"an unfinished chat reports what has closed", conferred + `"Agent 2" leaves`,
			"2 agent Agent 2 InConference/Completed from 1 07-09 R3, R8\n",
		},
		{"revoked as Stopped is pending until the stop", alerted + `the invitation of "Agent 1" is revoked as "Stopped"`, ""},
		{"only a submit", "a customer submits a chat", ""},
		{"left before any queue", "a customer submits a chat\nthe customer leaves", ""},

		{
			"an initiator that left first marks both rows", conferred + "\"Agent 1\" leaves\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I12\n2 agent Agent 2 InConference/Completed from 1 07-10 R3, R8, I12\n",
		},
		{
			"who handles at the stop has not left before another", conferred + "the customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I14\n2 agent Agent 2 InConference/Completed from 1 07-09 R3, R8, I14\n",
		},
		{
			"an initiator that waits has left", conferred + "\"Agent 1\" invites \"Agent 3\" to a transfer\n\"Agent 1\" leaves\n\"Agent 2\" leaves",
			"2 agent Agent 2 InConference/Completed from 1 07-11 R3, R8, I12\n",
		},
		{
			"one that the media server removed before a revoke as Stopped left with the stop", handled + "\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\nthe media server removes \"Agent 1\"\nthe invitation of \"Agent 2\" is revoked as \"Stopped\"\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-08 R1, R8, I14\n2 agent Agent 2 InConference/Abandoned [Revoked] from 1 07-10 R3, I5\n",
		},
		{
			"one that the media server removed before another revoke has left", conferred + "\"Agent 2\" invites \"Agent 3\" to a conference with visibility mode 1\nthe media server removes \"Agent 1\"\nthe invitation of \"Agent 3\" is revoked\n\"Agent 2\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-10 R1, R8, I12\n2 agent Agent 2 InConference/Completed from 1 07-12 R3, R8, I12\n3 agent Agent 3 InConference/Abandoned [Revoked] from 2 09-11 R3, R11, I12\n",
		},
		{
			"of a conference that failed the mode may not be known", handled + "\"Agent 1\" invites \"Agent 2\" to a conference\n\"Agent 2\" rejects\n\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 2\n\"Agent 2\" rejects",
			"2 agent Agent 2 InConference/Abandoned [Rejected] from 1 07-08 R3, R11, I1\n3 agent Agent 2 InConference/Abandoned [Rejected] from 1 09-10 R11, I1, I15\n",
		},
		{
			"one that the media server removed just before the stop left with it", conferred + "the media server removes \"Agent 1\"\n\"Agent 2\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I14\n2 agent Agent 2 InConference/Completed from 1 07-10 R3, R8\n",
		},
		{
			"one that the media server removed earlier has left", conferred + "the media server removes \"Agent 1\"\n\"Agent 2\" invites \"Agent 3\" to a transfer\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I12\n2 agent Agent 2 InConference/Completed from 1 07-11 R3, R8, I12, I14\n3 agent Agent 3 ReceivedTransfer/Abandoned [Revoked] from 2 10-11 R2, I5, I12\n",
		},

		{
			"a consulted agent that stays on alone", consulted + "\"Agent 1\" leaves\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I12\n2 agent Agent 2 ReceivedConsult/Completed from 1 07-10 R4, R8, I8, I12\n",
		},
		{
			"a consulted agent that is never alone", consulted + "\"Agent 1\" invites \"Agent 3\" to a conference with visibility mode 1\n\"Agent 3\" accepts\n\"Agent 1\" leaves\n\"Agent 2\" leaves\n\"Agent 3\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-11 R1, R8, I12\n2 agent Agent 2 ReceivedConsult/Completed from 1 07-12 R4, R8, I12\n3 agent Agent 3 InConference/Completed from 1 09-13 R3, R8, I12\n",
		},
		{
			"a consulted agent that is not alone at the stop either", consulted + "\"Agent 1\" invites \"Agent 3\" to a conference with visibility mode 1\n\"Agent 3\" accepts\n\"Agent 1\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-11 R1, R8, I12\n2 agent Agent 2 ReceivedConsult/Completed from 1 07-12 R4, R8, I12, I14\n3 agent Agent 3 InConference/Completed from 1 09-12 R3, R8, I12, I14\n",
		},
		{
			"a consulted agent whose initiator stays to the stop", consulted + "the customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-09 R1, R8, I14\n2 agent Agent 2 ReceivedConsult/Completed from 1 07-09 R4, R8, I14\n",
		},
		{
			"a consulted agent that is alone once the third has left", consulted + "\"Agent 1\" invites \"Agent 3\" to a conference with visibility mode 1\n\"Agent 3\" accepts\n\"Agent 1\" leaves\n\"Agent 3\" leaves\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-11 R1, R8, I12\n2 agent Agent 2 ReceivedConsult/Completed from 1 07-13 R4, R8, I8, I12\n3 agent Agent 3 InConference/Completed from 1 09-12 R3, R8, I12\n",
		},
		{
			"a consulted agent that joins when its initiator has left", handled + "\"Agent 1\" consults through queue \"Queue 2\"\n\"Agent 1\" leaves\nstrategy \"S\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\n\"Agent 2\" accepts\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-08 R1, R8, I12\n2 agent Agent 2 ReceivedConsult/Completed from 1 11-14 R4, R5, R8, I8, I12\n",
		},

		{
			"a transfer that failed after one that was accepted", offered + "\"Agent 2\" accepts\n\"Agent 1\" invites \"Agent 3\" to a transfer\n\"Agent 3\" rejects\n\"Agent 1\" leaves\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-11 R1, R9\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-12 R2, R8\n3 agent Agent 3 ReceivedTransfer/Abandoned [Rejected] from 1 09-10 R2, R11, I1\n",
		},
		{"an initiator that waits is not reported", offered + `"Agent 1" leaves`, ""},
		{
			"an initiator that waited until the stop", offered + "\"Agent 1\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-08 R1, R8, I17\n2 agent Agent 2 ReceivedTransfer/Abandoned [Revoked] from 1 07-09 R2, I5\n",
		},
		{
			"an initiator removed at the stop with its transfer pending handled to the end", offered + "the media server removes \"Agent 1\"\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Completed from - 04-08 R1, R8, I14\n2 agent Agent 2 ReceivedTransfer/Abandoned [Revoked] from 1 07-09 R2, I5\n",
		},
		{
			"its second transfer pending, an agent whose first was accepted need not wait", offered + "\"Agent 2\" accepts\n\"Agent 1\" invites \"Agent 3\" to a transfer\n\"Agent 1\" leaves",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-10 R1, R9\n",
		},
		{
			"the mode of an earlier invitation of the leg is forgotten", handled + "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\nstrategy \"S\" takes the chat from queue \"Queue 2\"\nstrategy \"S\" invites \"Agent 2\" with visibility mode 3\n\"Agent 2\" rejects\nthe server returns the chat to queue \"Queue 2\"\nstrategy \"S\" takes the chat from queue \"Queue 2\"\nstrategy \"S\" invites \"Agent 3\"\n\"Agent 3\" accepts\n\"Agent 3\" leaves\n\"Agent 1\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-18 R1, R8\n2 agent Agent 2 ReceivedConsult/Redirected [Rejected] from 1 10-11 R4, R5, I1, I4, I18\n3 agent Agent 3 InConference/Completed from 1 15-17 R3, R5, R8\n",
		},
		{
			"the initiator of a transfer outlasts its target", offered + "\"Agent 2\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" completes the chat",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-10 R1, R9, I17\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-09 R2, R8\n",
		},
		{
			"of two targets one suffices that is still there", offered + "\"Agent 2\" accepts\n\"Agent 1\" invites \"Agent 3\" to a transfer\n\"Agent 3\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" leaves\n\"Agent 3\" completes the chat",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-12 R1, R9\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-11 R2, R8\n3 agent Agent 3 ReceivedTransfer/Completed from 1 09-13 R2, R8\n",
		},
		{
			"a target that is back by another invitation left all the same", offered + "\"Agent 2\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n\"Agent 1\" leaves\n\"Agent 2\" completes the chat",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-12 R1, R9, I12, I17\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-09 R2, R8\n3 agent Agent 2 InConference/Completed from 1 10-13 R3, R8, I12\n",
		},
		{
			"by the order of leaving, though the media server removed the target just before the stop", offered + "\"Agent 2\" accepts\nthe media server removes \"Agent 2\"\n\"Agent 1\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-10 R1, R9, I17\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-09 R2, R8, I14\n",
		},
		{
			"a chat that is sent on rests on I13", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nstrategy \"S\" sends the chat on to queue \"Queue 2\"\nstrategy \"T\" routes the chat from queue \"Queue 2\" to \"Agent 1\"\n\"Agent 1\" rejects",
			"1 agent Agent 1 RoutedTo/Redirected [Rejected] from - 07-09 R1, R10, I1, I13\n",
		},
		{
			"one that is returned after an invitation has failed does not", alerted + "the invitation of \"Agent 1\" is revoked\nthe server returns the chat to queue \"Queue 1\"\nstrategy \"T\" routes the chat from queue \"Queue 1\" to \"Agent 2\"\nthe invitation of \"Agent 2\" is revoked",
			"1 agent Agent 1 RoutedTo/Redirected [Revoked] from - 04-06 R1, R10\n2 agent Agent 2 RoutedTo/Redirected [Revoked] from - 10-12 R1, R10\n",
		},
		{
			"but in another queue it does", alerted + "the invitation of \"Agent 1\" is revoked\nthe server returns the chat to queue \"Queue 2\"\nstrategy \"T\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\nthe invitation of \"Agent 2\" is revoked",
			"1 agent Agent 1 RoutedTo/Redirected [Revoked] from - 04-06 R1, R10\n2 agent Agent 2 RoutedTo/Redirected [Revoked] from - 10-12 R1, R10, I13\n",
		},
		{
			"an agent that finishes the chat, whatever it transferred before", offered + "\"Agent 2\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" finishes the chat in queue \"iWD_Canceled\"\n\"Agent 1\" leaves",
			"1 agent Agent 1 RoutedTo/Completed [Canceled] from - 04-11 R1, I20\n2 agent Agent 2 ReceivedTransfer/Completed from 1 07-09 R2, R8\nsilent I20, of \"iWD_Canceled\"\n",
		},
		{
			"a finishing queue is like any other while another agent is there", conferred + "\"Agent 1\" transfers through queue \"iWD_Completed\"\n\"Agent 1\" leaves",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-10 R1, I3, I12\n",
		},
		{
			"after a handling timeout the leg is nobody's", handled + "\"Agent 1\" consults through queue \"Queue 2\"\nstrategy \"S\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\n\"Agent 2\" rejects\nthe server revokes the chat from \"Agent 1\"\nthe server returns the chat to queue \"Queue 1\"\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Redirected [Revoked] from - 04-13 R1, I21\n2 agent Agent 2 ReceivedConsult/Redirected [Rejected] from 1 10-12 R4, R5, I1, I4\n3 queue Queue 1 Received/CustomerAbandoned [AbandonedWhileQueued] from - 14-15 R6, R12, I13, I21\n",
		},
		{
			"a transfer in a queue dies beside a third who handles", conferred + "\"Agent 1\" transfers through queue \"Queue 2\"\n\"Agent 1\" leaves\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Transferred from - 04-10 R1, I3, I12\n2 agent Agent 2 InConference/Completed from 1 07-11 R3, R8, I12, I14\nsilent I11, of \"Queue 2\"\n",
		},
		{
			"a conference that failed in its leg leaves no more at the stop", handled + "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\nstrategy \"S\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\n\"Agent 2\" rejects\n\"Agent 1\" completes the chat",
			"1 agent Agent 1 RoutedTo/Completed from - 04-13 R1, R8\n2 agent Agent 2 InConference/Redirected [Rejected] from 1 10-12 R3, R5, I1, I4\nsilent I9, of \"Queue 2\"\n",
		},
		{
			"a strategy that left ends its fact then", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nstrategy \"S\" leaves\n10 seconds pass\nthe customer leaves",
			"1 strategy S Puller/CustomerAbandoned from - 03-04 R7, R13\n",
		},
		{
			"a removed strategy's chat, stopped by the server after a reject", alerted + "\"Agent 1\" rejects\nthe server stops the chat",
			"1 agent Agent 1 RoutedTo/Redirected [Rejected] from - 04-06 R1, R10, I1\nsilent I9, of \"Queue 1\"\n",
		},
		{"stopped by the server in a queue", entered + "the server stops the chat", "silent I9, of \"Queue 1\"\n"},
		{"stopped by the server in a strategy", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nthe server stops the chat", "silent I9, of \"S\"\n"},
		{"stopped by the server in a strategy that had left", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nstrategy \"S\" leaves\nthe server stops the chat", "silent I9, of \"S\"\n"},
		{
			"stopped by the server after a reject, the strategy still there", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nstrategy \"S\" invites \"Agent 1\"\n\"Agent 1\" rejects\nthe server stops the chat",
			"1 agent Agent 1 RoutedTo/Redirected [Rejected] from - 04-05 R1, R10, I1\nsilent I9, of \"S\"\n",
		},
		{
			"back in a queue, the strategy still there", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nthe server returns the chat to queue \"Queue 1\"\nthe server stops the chat",
			"silent I9, of \"Queue 1\"\n",
		},
		{
			"abandoned after a reject", alerted + "\"Agent 1\" rejects\nthe customer leaves",
			"1 agent Agent 1 RoutedTo/Redirected [Rejected] from - 04-06 R1, R10, I1\nsilent I16, of \"Queue 1\"\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, facts(classify(t, log(t, tt.log))))
		})
	}
}

// The features say what the facts of their chats are.
func TestFeatures(t *testing.T) {
	cases, err := steps.Compile(steps.Source{FS: features.FS, Label: "features"})
	require.NoError(t, err)
	for _, c := range cases {
		chats, _ := model.ClassifyLog(model.Reference(), c.Events)
		var got []model.Fact
		for _, chat := range chats {
			for _, r := range chat.IRFs {
				got = append(got, r.Fact)
			}
		}
		if assert.True(t, c.Authored, c.ID) {
			assert.Empty(t, told(c.Judge(c.Expected(model.Reference()), got)), c.ID)
		}
	}
}

// However many attempts a chat has, an event finds the one that it is about; and what a classifier remembers of a long
// chat has no part in the next.
func TestLongChats(t *testing.T) {
	c := model.NewClassifier(model.Reference())
	chat := new(model.Chat)
	for _, attempts := range []int{30, 3, 24, 25, 26} {
		text := handled + "\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n"
		for i := range attempts - 2 {
			text += fmt.Sprintf("\"Agent 1\" invites \"Agent %d\" to a conference with visibility mode 1\n\"Agent %[1]d\" rejects\n", i%3+3)
		}
		require.NoError(t, c.Classify(chat, log(t, text+"\"Agent 1\" leaves\n\"Agent 2\" completes the chat")))
		require.Len(t, chat.IRFs, attempts)
		assert.Equal(t, "RoutedTo/Completed", chat.IRFs[0].Descriptor().String())
		assert.Equal(t, "InConference/Completed", chat.IRFs[1].Descriptor().String())
		for _, r := range chat.IRFs[2:] {
			assert.Equal(t, "InConference/Abandoned [Rejected]", r.Descriptor().String())
		}
		assert.Error(t, c.Classify(chat, log(t, text+`"Agent 3" leaves`)), "its invitation was rejected")
	}
	assert.Error(t, c.Classify(chat, log(t, alerted+`"Agent 2" accepts`)))
}

func TestBecause(t *testing.T) {
	tests := []struct{ name, log, want string }{
		{
			"transfer", handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked",
			"invited by Agent 1's transfer (seq 8), revoked (seq 9)",
		},
		{
			"conference", handled + "\"Agent 1\" invites \"Agent 2\" to a conference\nthe invitation of \"Agent 2\" is revoked as \"Odd\"",
			"invited by Agent 1's conference (seq 8) with unknown visibility mode, revoked for another reason (seq 9)",
		},
		{
			"through a queue", handled + "\"Agent 1\" consults through queue \"Queue 2\"\nstrategy \"S\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\n\"Agent 2\" accepts\n\"Agent 2\" leaves",
			"invited by S (seq 11) for Agent 1's conference through a queue with visibility mode 3 (seq 8), accepted (seq 13), left (seq 14)",
		},
		{
			"pulled", handled + "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\n\"Agent 2\" pulls the chat from queue \"Queue 2\"\n\"Agent 2\" leaves",
			"pulled from Queue 2 (seq 10) for Agent 1's conference through a queue with visibility mode 1 (seq 8), left (seq 11)",
		},
		{
			"transferred and withdrawn", handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked as \"Stopped\"\nthe customer leaves",
			"invited by Agent 1's transfer (seq 8), revoked as Stopped (seq 9), alerted until the stop (seq 10)",
		},
		{
			"queue of a conference", handled + "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\n\"Agent 1\" leaves\nthe customer leaves",
			"placed in Queue 2 (seq 8) for Agent 1's conference through a queue with visibility mode 1, where the chat stopped (seq 10)",
		},
		{
			"strategy of a conference", handled + "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\n\"Agent 1\" leaves\nstrategy \"S\" takes the chat from queue \"Queue 2\"\nthe customer leaves",
			"S began to route (seq 11) for Agent 1's conference through a queue with visibility mode 1 (seq 8), where the chat stopped (seq 12)",
		},
		{"queue", entered + "the customer leaves", "placed in Queue 1 (seq 2), where the chat stopped (seq 3)"},
		{"strategy", entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nthe customer leaves", "S began to route (seq 4), where the chat stopped (seq 5)"},
		{"handed over", handled + "\"Agent 1\" transfers through queue \"Queue 2\"\n\"Agent 1\" leaves", "invited by Strategy 1 (seq 5), accepted (seq 7), transferred to Queue 2 (seq 8), left (seq 9)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			irfs := classify(t, log(t, tt.log)).IRFs
			assert.Equal(t, tt.want, irfs[len(irfs)-1].Because())
		})
	}
}

func TestClassifyLogOrdersChats(t *testing.T) {
	events := slices.Concat(
		log(t, "chat \"z\"\n"+alerted+"\"Agent 1\" rejects\nthe customer leaves"),
		log(t, "chat \"b\"\n"+alerted+"\"Agent 1\" rejects"),
		log(t, "chat \"a\"\n"+alerted+"\"Agent 1\" rejects\nthe customer leaves"),
		log(t, "chat \"early\"\n"+entered+"the customer leaves"),
		log(t, "chat \"bad 2\"\n"+entered+entered),
		log(t, "chat \"bad 1\"\n"+entered+entered),
		log(t, "chat \"unheard of\"\nthe unknown event \"EventX\" occurs"),
	)
	chats, bad := model.ClassifyLog(model.Reference(), events)
	var ids []string
	for _, c := range chats {
		ids = append(ids, c.InteractionID)
	}
	assert.Equal(t, []string{"early", "a", "z", "b"}, ids)
	require.Len(t, bad, 2)
	assert.Equal(t, []string{"bad 1", "bad 2"}, []string{bad[0].InteractionID, bad[1].InteractionID})
}

// D1, D2 and D4 on the logs of the corpus: shuffled, doubled, and cut off.
func TestDeliveryChangesNothing(t *testing.T) {
	logs := corpusLogs(t)
	classifier := model.NewClassifier(model.Reference())
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SampledFrom(logs).Draw(t, "log")
		var want, got model.Chat
		require.NoError(t, classifier.Classify(&want, events))

		doubled := slices.Concat(events, rapid.SliceOf(rapid.SampledFrom(events)).Draw(t, "duplicates"))
		require.NoError(t, classifier.Classify(&got, rapid.Permutation(doubled).Draw(t, "order")))
		assert.Equal(t, facts(&want), facts(&got))

		prefix := events[:rapid.IntRange(0, len(events)).Draw(t, "cut")]
		require.NoError(t, classifier.Classify(&got, prefix))
		for _, r := range got.IRFs {
			assert.True(t, slices.ContainsFunc(want.IRFs, func(o model.IRF) bool { return o.Fact == r.Fact }), "%v is not of the whole", r.Fact)
		}
	})
}

// Every row of the corpus is made by one role and one result (R5 hands its role on), by clauses that fit together.
func TestRowsHaveOneRoleAndOneResult(t *testing.T) {
	kinds := map[model.ClauseID]model.ClauseKind{}
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			kinds[c.ID] = c.Kind
		}
	}
	valid := map[model.Yield]bool{}
	for _, c := range model.Combinations() {
		valid[c.Yield] = true
	}
	for _, events := range corpusLogs(t) {
		for _, r := range classify(t, events).IRFs {
			count := map[model.ClauseKind]int{}
			for id := range r.Clauses.All() {
				if id != model.R5 {
					count[kinds[id]]++
				}
			}
			assert.Equal(t, 1, count[model.RoleClause], "%v", r.Clauses)
			assert.Equal(t, 1, count[model.ResultClause], "%v", r.Clauses)
			for _, d := range r.Accepted() {
				assert.True(t, r.Clauses.Has(model.I21) || valid[model.Yield{Type: r.ResourceType, Role: d.Role, Result: d.Result, Reason: d.Reason}], "%v of %v is no combination", d, r.Clauses)
			}
		}
	}
}

// A combination is listed once, as strong as the rules of any row that has it, by one of the smallest sets of them.
func TestCombinationsRestOnFewRules(t *testing.T) {
	listed := map[model.Yield]model.Combination{}
	for _, c := range model.Combinations() {
		assert.NotContains(t, listed, c.Yield)
		listed[c.Yield] = c
	}
	for _, events := range corpusLogs(t) {
		for _, r := range classify(t, events).IRFs {
			c := listed[model.Yield{Type: r.ResourceType, Role: r.Role, Result: r.Result, Reason: r.Reason}]
			assert.False(t, c.Alternative, "%v", c)
			assert.LessOrEqual(t, c.Level, r.Clauses.Level(), "%v", c)
			if c.Level == r.Clauses.Level() {
				assert.LessOrEqual(t, len(c.Rules), len(r.Clauses.Rules()), "%v, and %v", c, r.Clauses)
			}
		}
	}
}

func TestDocumentedCombinationsAreTwelve(t *testing.T) {
	var documented []string
	for _, c := range model.Combinations() {
		if c.Level == model.Documented {
			documented = append(documented, string(c.Type)+" "+model.Descriptor{Role: c.Role, Result: c.Result, Reason: c.Reason}.String())
		}
	}
	assert.Equal(t, []string{
		"agent InConference/Abandoned [Revoked]", "agent InConference/Completed",
		"agent ReceivedConsult/Abandoned [Revoked]", "agent ReceivedConsult/Completed",
		"agent ReceivedTransfer/Abandoned [Revoked]", "agent ReceivedTransfer/Completed",
		"agent RoutedTo/Completed", "agent RoutedTo/CustomerAbandoned [AbandonedWhileRinging]",
		"agent RoutedTo/Redirected [Revoked]", "agent RoutedTo/Transferred",
		"queue Received/CustomerAbandoned [AbandonedWhileQueued]", "strategy Puller/CustomerAbandoned",
	}, documented)
}

func TestClassifierAllocatesNothingOnceWarm(t *testing.T) {
	logs := corpusLogs(t)
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	classifyAll := func() {
		for _, events := range logs {
			if err := classifier.Classify(chat, events); err != nil {
				t.Fatal(err)
			}
		}
	}
	classifyAll()
	assert.Zero(t, testing.AllocsPerRun(10, classifyAll))
}

// An answer that is right is judged without a word about what could be wrong: what is allocated does not grow with the
// rows.
func TestJudgeAllocatesLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the race detector, which runs so, allocates too")
	}
	for _, events := range corpusLogs(t) {
		c := &model.Case{Checked: true, Events: events}
		want := c.Expected(model.Reference())
		var right []model.Fact
		for _, w := range want {
			for _, r := range w.Chat.IRFs {
				right = append(right, r.Fact)
			}
		}
		assert.LessOrEqual(t, testing.AllocsPerRun(5, func() { c.Judge(want, right) }), 3.0*float64(len(want)),
			"%s, %d rows", events[0].InteractionID, len(right))
	}
}

func BenchmarkClassify(b *testing.B) {
	logs := corpusLogs(b)
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	events := 0
	b.ReportAllocs()
	for b.Loop() {
		for _, log := range logs {
			if err := classifier.Classify(chat, log); err != nil {
				b.Fatal(err)
			}
			events += len(log)
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
