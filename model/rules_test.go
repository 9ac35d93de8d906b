package model_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

func TestRuleByID(t *testing.T) {
	for _, r := range model.Rules() {
		found, ok := model.RuleByID(r.ID)
		require.True(t, ok, r.ID)
		assert.Equal(t, r, *found)
	}
	for _, id := range []string{"", "R0", "R15", "r1", "V1"} {
		_, ok := model.RuleByID(id)
		assert.False(t, ok, id)
	}
}

// A table is a reading of the rules: what is taken from it or changed in it, it answers so, and no other table does.
func TestTables(t *testing.T) {
	const consulted = handled + "\"Agent 1\" consults through queue \"Queue 2\"\nstrategy \"S\" routes the chat from queue \"Queue 2\" to \"Agent 2\"\n\"Agent 2\" accepts\n\"Agent 2\" leaves\n\"Agent 1\" completes the chat"
	const one, two = "1 agent Agent 1 RoutedTo/Completed from - 04-14 R1, R8\n", "2 agent Agent 2 ReceivedConsult/Completed from 1 10-13 R4, R5, R8\n"
	tests := []struct {
		name  string
		table *model.Table
		want  string
	}{
		{"the reference", model.Reference(), one + two},
		{"a role by which no row is reported", model.Reference().Dropping(model.R4), one},
		{"a result by which no row is reported", model.Reference().Dropping(model.R8), ""},
		{"dropped one after another", model.Reference().Dropping(model.R4).Dropping(model.R1), ""},
		{"a conference through a queue taken for an entering chat", model.Reference().Dropping(model.R5), one + "2 agent Agent 2 RoutedTo/Completed from 1 10-13 R1, R8\n"},
		{
			"something else yielded", model.Reference().Yielding(model.R8, model.Yield{Result: model.Abandoned, Reason: model.RevokedReason}),
			"1 agent Agent 1 RoutedTo/Abandoned [Revoked] from - 04-14 R1, R8\n2 agent Agent 2 ReceivedConsult/Abandoned [Revoked] from 1 10-13 R4, R5, R8\n",
		},
		{"the same again", model.Reference(), one + two},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chats, bad := model.ClassifyLog(tt.table, log(t, consulted))
			require.Empty(t, bad)
			assert.Equal(t, tt.want, facts(&chats[0]))
		})
	}
}

// An alternative is chosen by its number: those that replace an answer first, then those that allow a row more.
func TestAnswering(t *testing.T) {
	events := log(t, alerted+"\"Agent 1\" rejects\nthe customer leaves")
	answer := func(table *model.Table) (out []string) {
		chats, _ := model.ClassifyLog(table, events)
		for _, r := range chats[0].IRFs {
			out = append(out, fmt.Sprintf("%d %s %s %s", r.Ordinal.Value, r.ResourceType, r.Resource, r.Descriptor()))
		}
		return out
	}
	const agent = "1 agent Agent 1 RoutedTo/Redirected"
	assert.Equal(t, []string{agent + " [Rejected]"}, answer(model.Reference()))
	assert.Equal(t, []string{agent + " [Revoked]"}, answer(model.Reference().Answering(model.I1Rejected, 0)))
	assert.Equal(t, []string{agent}, answer(model.Reference().Answering(model.I1Rejected, 1)))
	assert.Equal(t, []string{agent + " [Rejected]", "2 queue Queue 1 Received/CustomerAbandoned [AbandonedWhileQueued]"}, answer(model.Reference().Answering(model.I16, 0)))
}

// Differences with one cause have one signature, others another.
func TestSignature(t *testing.T) {
	signatures := func(lines, got string) (out []string) {
		want := model.Expect(classify(t, log(t, lines)))
		for _, d := range model.Compare(&want, rowsOf(got)) {
			out = append(out, d.Signature())
		}
		return out
	}
	const finished, rejected = handled + `"Agent 1" completes the chat`, alerted + "\"Agent 1\" rejects\nthe customer leaves"
	tests := []struct{ name, log, got, want string }{
		{"codes of descriptors", finished, "-, -, Agent 1, Routed To/customer_abandoned", "R1 R8 technical_descriptor ROUTEDTO/COMPLETED -> ROUTEDTO/CUSTOMER_ABANDONED"},
		{"a row too few", finished, "", "R1 R8 row ROUTEDTO/COMPLETED -> NOROW"},
		{"marks alone decide nothing", handled + "the customer leaves", "", "R1 R8 row ROUTEDTO/COMPLETED -> NOROW"},
		{"a rule that makes no row", rejected, "-, -, Agent 1, RoutedTo/Redirected\n-, -, Agent 2, RoutedTo/Completed", "I16 row NOROW -> ROUTEDTO/COMPLETED"},
		{"codes of types", finished, "-, queue, Agent 1, RoutedTo/Completed", "R1 R8 resource_type AGENT -> QUEUE"},
		{"no names", finished, "-, -, Agent 2, RoutedTo/Completed", "R1 R8 resource"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, []string{tt.want}, signatures(tt.log, tt.got))
		})
	}
	d := model.Difference{Field: "V3", Rules: []string{"V3"}, Actual: "2 rows"}
	assert.Equal(t, "V3", d.Signature())
}

// What may stand in an answer's place: an alternative laid over the answer, or what an open clause accepts.
func TestAcceptsInstead(t *testing.T) {
	tests := []struct {
		clause model.ClauseID
		yield  model.Yield
		want   bool
	}{
		{model.I21, model.Yield{Result: "Diverted"}, true},
		{model.I21, model.Yield{Result: "Transferred"}, false},
		{model.I21, model.Yield{Result: "Done"}, false},
		{model.I21, model.Yield{}, false},
		{model.R7, model.Yield{Result: "Diverted"}, false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, clause(tt.clause).AcceptsInstead(tt.yield), "%d: %s", tt.clause, tt.yield.Result)
	}
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			for _, a := range c.Accepts {
				over := c.Yield
				over.Give(a)
				assert.True(t, c.AcceptsInstead(over), "%s", r.ID)
			}
		}
	}
}

func clause(id model.ClauseID) *model.Clause {
	for _, r := range model.Rules() {
		for i := range r.Clauses {
			if r.Clauses[i].ID == id {
				return &r.Clauses[i]
			}
		}
	}
	panic(id)
}
