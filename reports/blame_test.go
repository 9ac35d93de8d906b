package reports

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// If a documented rule has one fault, the first cause names the rule, and the table of rules points at it, whatever
// else bears on the same rows.
func TestOneFaultPointsAtOneRule(t *testing.T) {
	agent, completed := model.AgentResource, model.Yield{Result: model.Completed, Reason: model.NoReason}
	for _, tt := range []struct {
		rule   string
		clause model.ClauseID
		yields model.Yield
	}{
		{"R1", model.R1, model.Yield{Type: agent, Role: model.ReceivedTransfer}},
		{"R2", model.R2, model.Yield{Type: agent, Role: model.RoutedTo}},
		{"R3", model.R3, model.Yield{Type: agent, Role: model.ReceivedConsult}},
		{"R4", model.R4, model.Yield{Type: agent, Role: model.InConference}},
		{"R5", model.R5, model.Yield{Type: agent, Role: model.RoutedTo}},
		{"R6", model.R6, model.Yield{Type: model.QueueResource, Role: model.Puller}},
		{"R7", model.R7, model.Yield{Type: model.StrategyResource, Role: model.Received}},
		{"R8", model.R8, model.Yield{Result: "Conferenced"}},
		{"R9", model.R9, completed},
		{"R10", model.R10, completed},
		{"R11", model.R11, model.Yield{Result: model.Redirected, Reason: model.RevokedReason}},
		{"R12", model.R12, model.Yield{Result: model.CustomerAbandoned, Reason: model.NoReason}},
		{"R13", model.R13, model.Yield{Result: model.Abandoned}},
		{"R14", model.R14, model.Yield{Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			r := read(t, "r.jsonl", record(t, target.Reference{Table: model.Reference().Yielding(tt.clause, tt.yields)}, 1, 1, 1))
			p := newPage([]*Results{r})
			require.NotEmpty(t, p.FirstCauses())
			assert.LessOrEqual(t, len(p.FirstCauses()), 3)
			var blamed []string
			for _, rule := range p.FirstCauses()[0].Rules {
				blamed = append(blamed, rule.ID)
			}
			assert.Contains(t, blamed, tt.rule, p.Causes[0].What)
			assert.Equal(t, tt.rule, p.Laws[0].Rows[0].ID, "the rule that most scenarios fail by")
		})
	}
}
