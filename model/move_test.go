package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Every event makes a move; the two that W4 keeps together make one, whatever neutral or unknown event stands between.
func TestMoveOf(t *testing.T) {
	const (
		invites   = entered + "strategy \"S\" takes the chat from queue \"Queue 1\"\nstrategy \"S\" invites \"A\"\n"
		inChat    = invites + "\"A\" accepts\n"
		consulted = inChat + "\"A\" invites \"B\" to a consult\n"
		queue     = "queue \"Queue 1\""
	)
	tests := []struct {
		name, steps string
		ends        []model.Move // of the last events
	}{
		{"submission and first queue", entered, []model.Move{model.Submit, model.Enter}},
		{"a strategy takes the chat: two events", entered + "strategy \"S\" takes the chat from " + queue, []model.Move{model.Take, model.Take}},
		{
			"an agent pulls the chat: two events, others between", entered + "the chat leaves " + queue + " for \"A\"\nthe chat is held\nthe unknown event \"X\" occurs\n\"A\" accepts",
			[]model.Move{model.Pull, model.NoMove, model.NoMove, model.Pull},
		},
		{"taken, and nothing after it", entered + "the chat leaves " + queue + " for \"A\"", []model.Move{model.Take}},
		{"invitation", invites, []model.Move{model.Invite}},
		{"acceptance", inChat, []model.Move{model.Accept}},
		{"rejection", invites + "\"A\" rejects", []model.Move{model.Reject}},
		{"revoked for no reason", invites + "the invitation of \"A\" is revoked", []model.Move{model.Expire}},
		{"revoked as Expired", invites + "the invitation of \"A\" is revoked as \"Expired\"", []model.Move{model.Expire}},
		{"revoked as Stopped", invites + "the invitation of \"A\" is revoked as \"Stopped\"", []model.Move{model.RevokeStopped}},
		{"revoked as another", invites + "the invitation of \"A\" is revoked as \"stopped\"", []model.Move{model.RevokeOther}},
		{"invited to a transfer", inChat + "\"A\" invites \"B\" to a transfer", []model.Move{model.TransferTo}},
		{"invited to a conference", inChat + "\"A\" invites \"B\" to a conference", []model.Move{model.ConferWith}},
		{"invited to a consult", consulted, []model.Move{model.ConferWith}},
		{"transfer through a queue", inChat + "\"A\" transfers through " + queue, []model.Move{model.TransferThroughQueue}},
		{"consult through a queue", inChat + "\"A\" consults through " + queue, []model.Move{model.ConferThroughQueue}},
		{"sent on by a strategy", invites + "strategy \"S\" sends the chat on to " + queue, []model.Move{model.StrategyPlaces}},
		{"returned by the server", inChat + "the server returns the chat to " + queue, []model.Move{model.ServerPlaces}},
		{"an agent leaves", inChat + "\"A\" leaves", []model.Move{model.Leave}},
		{"an agent is removed by the media server", inChat + "the media server removes \"A\"", []model.Move{model.Removed}},
		{"an agent is removed by the server", inChat + "the server removes \"A\"", []model.Move{model.Leave}},
		{"a strategy leaves", inChat + "strategy \"S\" leaves", []model.Move{model.StrategyLeaves}},
		{"finished", inChat + "\"A\" finishes the chat in queue \"iWD_Completed\"", []model.Move{model.Finish}},
		{"revoked while handling", inChat + "the server revokes the chat from \"A\"", []model.Move{model.TimeOut}},
		{"the end", inChat + "the customer leaves", []model.Move{model.Stop}},
	}
	seen := make(map[model.Move]bool)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := log(t, tt.steps)
			first := len(log) - len(tt.ends)
			for i, want := range tt.ends {
				assert.Equal(t, want, model.MoveOf(log, first+i), "event %d", first+i+1)
				seen[want] = true
			}
		})
	}
	assert.Len(t, seen, int(model.MoveCount), "each move is shown")
}
