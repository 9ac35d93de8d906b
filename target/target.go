// Package target is what a suite asks: the built-in reference, or a third party's program. Whatever a target does,
// it costs no more than its own answers, and nothing of it is left running.
package target

import (
	"context"
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Question is the log of one scenario, as it is sent. Its interactions have ids that no other question of the suite
// uses.
type Question struct {
	Events []model.Event
	Lines  []string // sent behind the events as they are: no events
}

// Answer is what came back for a question: facts, or a failure.
type Answer struct {
	Facts   []model.Fact
	Failure *Failure
}

// Failure says that no facts can be judged, and why.
type Failure struct {
	Kind    FailureKind
	Message string // one line of plain text
}

// FailureKind tells a wrong program from a broken adapter.
type FailureKind string

// The kinds of failure.
const (
	Said     FailureKind = "said"     // the implementation reported an error of its own
	Crash    FailureKind = "crash"    // it ended with a status that is not 0, or by a signal
	Hang     FailureKind = "hang"     // no end within the time limit
	Protocol FailureKind = "protocol" // its output is not what the contract asks for
)

func (f *Failure) Error() string { return string(f.Kind) + ": " + f.Message }

// Round is the outcome of asking a batch.
type Round struct {
	Answers []Answer // one a question, in their order
	Ignored int      // rows of interactions that nobody asked about
	Notes   []string // what else was odd, a line each
	Stderr  string   // the tail of what the implementation wrote there
}

// Target answers batches of questions. Ask is called with questions of one kind, one batch at a time. Its error is a
// *StartError, or the context's; anything that the implementation does wrong is in the answers.
type Target interface {
	Ask(ctx context.Context, batch []Question) (*Round, error)
	// Way names how the implementation is reached: reference, filter.
	Way() string
	// Command is how the implementation is started, nil where it is not a command.
	Command() []string
}

// StartError says that an implementation could not be started.
type StartError struct {
	Command string
	Err     error
}

func (e *StartError) Error() string {
	return fmt.Sprintf("%s could not be started: %v", model.Name(e.Command), e.Err)
}
func (e *StartError) Unwrap() error { return e.Err }

// Reference is the model as a target: the self-check, or with another table an implementation that reads some rules
// otherwise.
type Reference struct {
	Table *model.Table
}

// Ask classifies every question's log.
func (r Reference) Ask(ctx context.Context, batch []Question) (*Round, error) {
	round := &Round{Answers: make([]Answer, len(batch))}
	for i, q := range batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		chats, bad := model.ClassifyLog(r.Table, q.Events)
		n := 0
		for k := range chats {
			n += len(chats[k].IRFs)
		}
		facts := slices.Grow([]model.Fact(nil), n)
		for k := range chats {
			for j := range chats[k].IRFs {
				facts = append(facts, chats[k].IRFs[j].Fact)
			}
		}
		round.Answers[i].Facts = facts
		if len(bad) > 0 {
			round.Answers[i].Failure = &Failure{Said, bad[0].Error()}
		}
	}
	return round, nil
}

// Way is "reference".
func (Reference) Way() string { return "reference" }

// Command is nil.
func (Reference) Command() []string { return nil }
