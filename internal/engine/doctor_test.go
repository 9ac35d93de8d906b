package engine

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// What a check-up finds in programs that are wrong in one way, a line a step that was tried, with whom it blames.
func TestCheckup(t *testing.T) {
	right := func(batch []target.Question) *target.Round {
		round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		require.NoError(t, err)
		return round
	}
	failing := func(kind target.FailureKind) func([]target.Question) *target.Round {
		return func([]target.Question) *target.Round {
			return &target.Round{Answers: []target.Answer{{Failure: &target.Failure{Kind: kind, Message: "because"}}}, Stderr: "a trace\n"}
		}
	}
	calls := 0
	const (
		answers   = "it starts, and answers: rows for the chat: 1\n"
		rightRows = "a documented chat: its rows are right\n"
		same      = "an unknown event: the same rows\n"
		again     = "the same chat twice: the same rows\n"
	)
	tests := []struct {
		name   string
		answer func([]target.Question) *target.Round
		want   string
	}{
		{"right", right, answers + rightRows + same + again},
		{"refuses", failing(target.Said), "it starts, and answers: said: because, classification\n"},
		{"crashes", failing(target.Crash), "it starts, and answers: crash: because, adapter\n"},
		{
			"declines",
			func([]target.Question) *target.Round {
				return &target.Round{Answers: []target.Answer{{Skip: "no chats"}}}
			},
			"it starts, and answers: it declined: no chats, classification\n",
		},
		{
			"prints nothing",
			func(batch []target.Question) *target.Round {
				return &target.Round{Answers: make([]target.Answer, len(batch))}
			},
			"it starts, and answers: no row, and no error\na documented chat: REASON, silence\nan unknown event: no row either\nthe same chat twice: no row either\n",
		},
		{
			"gives other ids back",
			func(batch []target.Question) *target.Round {
				return &target.Round{Answers: make([]target.Answer, len(batch)), Ignored: 3, Notes: []string{"took long", "was odd"}}
			},
			"it starts, and answers: no row for the chat, but 3 for chats that it was not asked about; it took long; it was odd, adapter\n",
		},
		{
			"classifies wrongly",
			func(batch []target.Question) *target.Round {
				round := right(batch)
				for i := range round.Answers {
					for j := range round.Answers[i].Facts {
						round.Answers[i].Facts[j].Result = "Cleared"
					}
				}
				return round
			},
			answers + "a documented chat: REASON, classification\n" + same + again,
		},
		{
			"stumbles over an unknown event",
			func(batch []target.Question) *target.Round {
				round := right(batch)
				for _, e := range batch[0].Events {
					if !e.Name.Known() {
						round.Answers[0] = target.Answer{Failure: &target.Failure{Kind: target.Said, Message: "what?"}}
					}
				}
				return round
			},
			answers + rightRows + "an unknown event: said: what?, adapter\n" + again,
		},
		{
			"declines what it does not know",
			func(batch []target.Question) *target.Round {
				round := right(batch)
				for _, e := range batch[0].Events {
					if !e.Name.Known() {
						round.Answers[0] = target.Answer{Skip: "odd"}
					}
				}
				return round
			},
			answers + rightRows + "an unknown event: it declined: odd, adapter\n" + again,
		},
		{
			"remembers",
			func(batch []target.Question) *target.Round {
				round := right(batch)
				if calls++; calls == 3 {
					round.Answers[1].Facts = append(round.Answers[1].Facts, model.Fact{InteractionID: batch[1].Events[0].InteractionID, Resource: "of before", Role: "RoutedTo", Result: "Completed"})
				}
				return round
			},
			answers + rightRows + same + `the same chat twice: different rows: 2 now, 1 before, such as {"interaction_id":"","resource":"of before","resource_role":"RoutedTo","technical_result":"Completed"}, adapter` + "\n",
		},
		{
			"fails in company",
			func(batch []target.Question) *target.Round {
				round := right(batch)
				if len(batch) > 1 {
					round.Answers[1].Company = &target.Failure{Kind: target.Crash, Message: "of two"}
				}
				return round
			},
			answers + rightRows + same + "the same chat twice: it fails when both chats are sent together, adapter\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			steps, stderr, err := Checkup(t.Context(), answering(func(batch []target.Question) (*target.Round, error) {
				for _, q := range batch {
					assert.True(t, slices.IsSortedFunc(q.Events, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) }))
					assert.Equal(t, model.ProcessingStopped, q.Events[len(q.Events)-1].Name)
				}
				return tt.answer(batch), nil
			}), func(about string) { asked = append(asked, about) })
			require.NoError(t, err)
			require.Len(t, steps, 4)
			about := []string{"a documented chat", "the same chat with unknown events", "the same chat twice"}
			if !steps[1].Tried {
				about = about[:1]
			}
			assert.Equal(t, about, asked)
			var b strings.Builder
			for _, s := range steps {
				if !s.Tried {
					assert.Equal(t, Step{Name: s.Name}, s)
					continue
				}
				if strings.Contains(s.Found, "expected ") {
					s.Found = "REASON"
				}
				b.WriteString(s.Name + ": " + s.Found)
				if assert.Equal(t, s.Blame == Nothing, s.Means == ""); s.Blame != Nothing {
					b.WriteString(", " + string(s.Blame))
				}
				b.WriteString("\n")
			}
			assert.Equal(t, tt.want, b.String())
			assert.Equal(t, tt.name == "refuses" || tt.name == "crashes", stderr == "a trace\n")
		})
	}
}

func TestCheckupThatCannotStart(t *testing.T) {
	broken := errors.New("no such program")
	for _, n := range []int{0, 2} { // it fails at the n-th question
		_, _, err := Checkup(t.Context(), answering(func(batch []target.Question) (*target.Round, error) {
			if n--; n < 0 {
				return nil, broken
			}
			return target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		}), func(string) {})
		assert.ErrorIs(t, err, broken)
	}
}
