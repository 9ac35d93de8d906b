package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

func coverageOf(logs ...[]model.Event) *model.Coverage {
	c := model.NewCoverage()
	for _, events := range logs {
		c.Add(events)
	}
	return c
}

// How often, with an example, clause by clause; and what another coverage lacks. The order of chats makes no difference.
func TestCoverageOfALog(t *testing.T) {
	chats := []string{
		alerted + "\"Agent 1\" rejects\nthe server returns the chat to queue \"Queue 1\"\nthe customer leaves",
		alerted + "the invitation of \"Agent 1\" is revoked as \"Odd\"\nthe server returns the chat to queue \"Queue 1\"\nthe customer leaves",
		entered + "the customer leaves",
	}
	of := func(order ...int) *model.Coverage {
		c, classifier := model.NewCoverage(), model.NewClassifier(model.Reference())
		for _, i := range order {
			var chat model.Chat
			assert.NoError(t, classifier.Classify(&chat, log(t, chats[i])))
			c.Note(&chat, fmt.Sprint("chat ", i))
		}
		return c
	}
	all := of(2, 1, 0, 1)
	parts := of(1, 2)
	parts.Merge(of(1, 0))
	assert.Equal(t, all.Rules(), parts.Rules())
	i := slices.IndexFunc(all.Rules(), func(r model.RuleCoverage) bool { return r.ID == "I1" })
	assert.Equal(t, model.RuleCoverage{ID: "I1", IRFs: 3, Chats: 3, Example: "chat 0", Clauses: all.Rules()[i].Clauses}, all.Rules()[i])
	for _, clause := range all.Rules()[i].Clauses {
		assert.Positive(t, clause.Chats, clause.ID)
	}
	beyond := all.Beyond(of(0, 2))
	assert.Len(t, beyond, 1)
	assert.Equal(t, 2, beyond[0].IRFs)
	assert.Equal(t, "chat 1", beyond[0].Example)
	assert.Empty(t, all.Beyond(all))
}

// rests writes what rests on which rule (IRFs/chats), the pairs and the combinations.
func rests(c *model.Coverage) string {
	var parts []string
	for _, r := range c.Rules() {
		if r.Chats > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d", r.ID, r.IRFs, r.Chats))
		}
	}
	for _, p := range c.Pairs() {
		parts = append(parts, p[0]+"+"+p[1])
	}
	covered, _ := c.Combinations()
	for _, y := range covered {
		parts = append(parts, fmt.Sprintf("%s %s", y.Type, model.Descriptor{Role: y.Role, Result: y.Result, Reason: y.Reason}))
	}
	return strings.Join(parts, ", ")
}

func TestCoverage(t *testing.T) {
	const (
		again       = "the server returns the chat to queue \"Queue 1\"\nstrategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 1\"\n"
		transferred = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 2\" accepts\n\"Agent 1\" leaves\n"
	)
	tests := []struct{ name, begins, goesOn, rests string }{
		{"nothing that is known", "", `the unknown event "EventX" occurs`, ""},
		{"an ill-formed chat", "", alerted + "\"Agent 1\" accepts\n\"Agent 1\" accepts", ""},
		{"an ill-formed chat that begins with a neutral event", "", "the chat is held\n" + entered, ""},
		{
			"a chat that ends in a queue", "", entered + "the customer leaves",
			"R6 1/1, R12 1/1, R6+R12, queue Received/CustomerAbandoned [AbandonedWhileQueued]",
		},
		{
			"a rule by which no IRF is made, after events of no effect", entered, "the chat is held\nthe unknown event \"EventX\" occurs\nthe server stops the chat",
			"I9 0/1",
		},
		{
			"two rows on one rule", handled, "\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" completes the chat",
			"R1 1/1, R3 1/1, R8 2/1, R1+R8, R3+R8, agent InConference/Completed, agent RoutedTo/Completed",
		},
		{
			"a third failure is as the second", alerted, "\"Agent 1\" rejects\n" + again + "the invitation of \"Agent 1\" is revoked as \"Odd\"\n" + again + "\"Agent 1\" rejects\n" + again + "\"Agent 1\" rejects",
			"R1 4/1, R10 4/1, I1 4/1, R1+R10, R1+I1, R10+I1, agent RoutedTo/Redirected [Revoked], agent RoutedTo/Redirected [Rejected]",
		},
		{
			"a transfer through a queue that is pulled counts as one", transferred, "\"Agent 2\" transfers through queue \"Queue 2\"\n\"Agent 2\" leaves\n\"Agent 3\" pulls the chat from queue \"Queue 2\"\nthe media server removes \"Agent 3\"",
			"R1 1/1, R2 1/1, R8 1/1, R9 1/1, I2 1/1, I3 2/1, I7 1/1, I12 1/1, R1+R9, R2+I2, R2+I3, R8+I3, R8+I7, R8+I12, I2+I3, I3+I7, I3+I12, I7+I12, " +
				"agent ReceivedTransfer/Completed, agent RoutedTo/Transferred, agent ReceivedTransfer/Transferred",
		},
		{
			"revoked as Stopped, an invitation is neither pending nor failed", handled, "\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\nstrategy \"S\" takes the chat from queue \"Queue 2\"\nstrategy \"S\" sends the chat on to queue \"Queue 1\"\nstrategy \"S\" takes the chat from queue \"Queue 1\"\n\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked as \"Stopped\"\nthe customer leaves",
			"R1 1/1, R2 1/1, R8 1/1, I5 1/1, I11 0/1, I14 1/1, R1+R8, R1+I14, R2+I5, R8+I14, agent ReceivedTransfer/Abandoned [Revoked], agent RoutedTo/Completed",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := coverageOf(log(t, tt.begins+tt.goesOn))
			assert.Equal(t, tt.rests, rests(c))
		})
	}
}

// The order of the chats does not matter, nor that of the events of a chat, nor duplicates.
func TestCoverageIsOfASet(t *testing.T) {
	logs := corpusLogs(t)
	whole := coverageOf(logs...)
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.Permutation(logs).Draw(t, "chats")
		at := rapid.IntRange(0, len(some)-1).Draw(t, "of which shuffled")
		some[at] = rapid.Permutation(append(slices.Clone(some[at]), some[at]...)).Draw(t, "events")
		c := coverageOf(some...)
		assert.Equal(t, rests(whole), rests(c))
	})
}

// Only what is judged row by row counts, wherever it stands in the log.
func TestCoverageOfACase(t *testing.T) {
	one, two, aside := log(t, handled+`"Agent 1" leaves`), log(t, entered+"the customer leaves"), log(t, alerted+"\"Agent 1\" rejects\nthe customer leaves")
	for id, events := range map[string][]model.Event{"one": one, "two": two, "aside": aside} {
		for i := range events {
			events[i].InteractionID = id
		}
	}
	want := coverageOf(one, two)
	mixed := slices.Concat(two[:1], aside[:2], one[:3], two[1:2], one[3:], aside[2:], two[2:])
	for _, events := range [][]model.Event{slices.Concat(one, aside, two), mixed} {
		c := model.NewCoverage()
		c.AddCase(&model.Case{Events: events, Aside: []string{"aside"}})
		assert.Equal(t, rests(want), rests(c))
	}
}

func TestCoverageOfOneSeqTwice(t *testing.T) {
	events := log(t, entered)
	events[1].Seq = events[0].Seq
	assert.Empty(t, rests(coverageOf(events)))
}

// The features cover every rule.
func TestCorpusCoversEveryRule(t *testing.T) {
	for _, r := range coverageOf(corpusLogs(t)...).Rules() {
		assert.NotZero(t, r.Chats, r.ID)
	}
}

// Random chats cover every combination that rules yield, and none that is an alternative only.
func TestWalksCoverWhatCanBeCovered(t *testing.T) {
	long := gen.Everyday
	long.Events = 400
	c, w := model.NewCoverage(), gen.NewWalker(long)
	for i := range uint64(10_000) {
		c.Add(w.Log("x", gen.Seed(i)))
	}
	covered, uncovered := c.Combinations()
	assert.Len(t, model.Combinations(), len(covered)+len(uncovered))
	for _, y := range covered {
		assert.False(t, y.Alternative, "%v", y)
	}
	for _, y := range uncovered {
		assert.True(t, y.Alternative, "%v", y)
	}
}

func BenchmarkCoverage(b *testing.B) {
	logs := corpusLogs(b)
	c, events := model.NewCoverage(), 0
	b.ReportAllocs()
	for b.Loop() {
		for _, log := range logs {
			c.Add(log)
			events += len(log)
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
