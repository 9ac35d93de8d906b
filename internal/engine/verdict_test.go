package engine

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// What a target may answer besides facts, each with its verdict and whether it gates.
func TestVerdictsOfAnswers(t *testing.T) {
	crash := &target.Failure{Kind: target.Crash, Message: "exited with status 7"}
	tests := []struct {
		name    string
		answer  target.Answer // beside the right facts, where it is no failure
		kind    model.Kind
		level   model.Level
		verdict Verdict
		gates   bool
		record  string
	}{
		{"facts", target.Answer{}, model.OrderedKind, model.Documented, Pass, false, `"verdict":"pass"`},
		{"a failure", target.Answer{Failure: crash}, model.OrderedKind, model.Documented, Error, true, `"verdict":"error","gates":true,"failure":{"kind":"crash","message":"exited with status 7"}`},
		{"declined", target.Answer{Skip: "no queues here"}, model.OrderedKind, model.Documented, Skip, true, `"verdict":"skip","gates":true,"reason":"no queues here"`},
		{"not asked", target.Answer{NotRun: true}, model.OrderedKind, model.Documented, NotRun, true, `"verdict":"not-run"`},
		{
			"fails in company",
			target.Answer{Company: crash},
			model.OrderedKind, model.Documented, Fail, true,
			`"field":"V17","expected":"Other chats in the same run change nothing, whatever their ids.","actual":"fails only when it is sent together with others: crash: exited with status 7","level":"invariant","required":true`,
		},
		{"fails in company of the ill-formed", target.Answer{Company: crash}, model.RobustnessKind, model.Robustness, Differs, false, `"level":"robustness","required":false`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := synthetic("generated/1/0", tt.level)
			c.Kind = tt.kind
			p, err := NewPlan([]*model.Case{c})
			require.NoError(t, err)
			answer := answering(func(batch []target.Question) (*target.Round, error) {
				round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
				if tt.answer.Facts = round.Answers[0].Facts; tt.answer.Failure != nil || tt.answer.Skip != "" || tt.answer.NotRun {
					tt.answer.Facts = nil
				}
				round.Answers[0] = tt.answer
				return round, err
			})
			_, err = Run(t.Context(), p, answer, defaults, func(o *Outcome) error {
				assert.Equal(t, tt.verdict, o.Verdict)
				assert.Equal(t, tt.gates, o.Gates(defaults))
				return nil
			})
			require.NoError(t, err)
			record, _, err := run(t, p, answer, defaults)
			require.NoError(t, err)
			assert.Contains(t, record, tt.record)
		})
	}
}

// What was answered before a run is cut short is judged.
func TestAnswersBeforeAnInterruptionCount(t *testing.T) {
	p, err := NewPlan([]*model.Case{synthetic("generated/1/0", model.Inferred), synthetic("generated/1/1", model.Inferred)})
	require.NoError(t, err)
	half := answering(func(batch []target.Question) (*target.Round, error) {
		round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		require.NoError(t, err)
		round.Answers[1] = target.Answer{NotRun: true}
		return round, context.Canceled
	})
	record, verdict, err := run(t, p, half, defaults)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, Incomplete, verdict)
	assert.Regexp(t, `(?s)"id":"generated/1/0".*"verdict":"pass".*"id":"generated/1/1".*"verdict":"not-run"`, record)
}
