package target

import (
	"context"
	"fmt"

	"github.com/chatproof/chatproof/model"
)

// Function is an implementation in this process. It gets the log of a scenario, which may hold several chats and must
// not be changed, and returns the facts of all of them. An error is a failure of kind [Said], and a panic is a crash.
// If it does not return, the run hangs.
type Function func(log []model.Event) ([]model.Fact, error)

// Ask calls the function for each question. It leaves out lines that are no events, as these cannot be passed.
func (f Function) Ask(ctx context.Context, batch []Question) (*Round, error) {
	round := &Round{Answers: make([]Answer, len(batch))}
	for i := range batch {
		if err := ctx.Err(); err != nil {
			for ; i < len(batch); i++ {
				round.Answers[i].NotRun = true
			}
			return round, err
		}
		round.Answers[i] = f.answer(batch[i].Events)
	}
	return round, nil
}

func (f Function) answer(log []model.Event) (a Answer) {
	defer func() {
		if p := recover(); p != nil {
			a = failed(Crash, "panicked: %s", model.Line(fmt.Sprint(p)))
		}
	}()
	facts, err := f(log)
	if err != nil {
		return Answer{Facts: facts, Failure: &Failure{Said, model.Line(err.Error())}}
	}
	return Answer{Facts: facts}
}

// Way is "go".
func (Function) Way() string { return "go" }

// Command is nil.
func (Function) Command() []string { return nil }
