// Package target reaches what a suite asks: the built-in reference, or a third party's program. Whatever a target
// does, it costs only its own answers, and nothing of it is left running.
package target

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Question is the log of one scenario as it is sent. No other question of the suite has its interactions' ids.
type Question struct {
	Events []model.Event
	Lines  []string // sent after the events as they are; they are no events
}

// Answer is the answer to a question: facts, a failure, a reason to skip it, or nothing because it was not asked.
type Answer struct {
	Facts   []model.Fact
	Failure *Failure
	Skip    string // why the implementation declined, one line of plain text
	NotRun  bool   // it was not asked, or not to the end

	// Stderr has a few lines that the implementation wrote to stderr about this question: lines that name one of its
	// interactions, and what follows them; or the last lines before this question alone made it fail. Often "".
	Stderr string

	// Company is set if questions failed together but not alone: for the first of them, in addition to its facts.
	Company *Failure
}

// Failure says why there are no facts to judge.
type Failure struct {
	Kind    FailureKind
	Message string // one line of plain text
}

// FailureKind tells a wrong program from a broken adapter.
type FailureKind string

// The kinds of failure.
const (
	Said     FailureKind = "said"     // the implementation reported an error of its own
	Crash    FailureKind = "crash"    // it ended with a status other than 0, or by a signal
	Hang     FailureKind = "hang"     // it did not end within the time limit
	Protocol FailureKind = "protocol" // its output breaks the contract
)

// failed returns the answer of an implementation that failed at a question.
func failed(kind FailureKind, format string, args ...any) Answer {
	return Answer{Failure: &Failure{kind, fmt.Sprintf(format, args...)}}
}

func (f *Failure) Error() string { return string(f.Kind) + ": " + f.Message }

// Round is the outcome of asking a batch.
type Round struct {
	Answers []Answer // one per question, in order
	Ignored int      // rows of interactions that nobody asked about
	Notes   []string // what else was odd, one line each
	Stderr  string   // the end of what the implementation wrote there

	// Took is how long each answer took if questions are asked one by one; else nil.
	Took []time.Duration

	room []model.Fact // of the reference's facts
}

// Spent says that nobody needs the facts of the answers any more: the reference reuses their memory, once.
func (r *Round) Spent() {
	if room := r.room; room != nil {
		r.room = nil
		rooms.Put(&room)
	}
}

var rooms sync.Pool

// Target answers batches of questions. Ask is called with one batch at a time, of questions of one kind unless the
// target is [Piecemeal]. Its error is a *StartError, or the context's: then the round, unless it is nil, holds what
// was answered before. Anything that the implementation does wrong is in the answers.
type Target interface {
	Ask(ctx context.Context, batch []Question) (*Round, error)
	// Way names how the implementation is reached, like reference or filter.
	Way() string
	// Command returns how the implementation is started; nil if it is no command.
	Command() []string
}

// Session is a target that lasts from the first question to the last: Open it before the first Ask, Close it after
// the last, whatever became of them.
type Session interface {
	Target
	// Open reaches the implementation. Its error is a *StartError, or the context's.
	Open(ctx context.Context) error
	// Implementation returns what the implementation said about itself when it was opened.
	Implementation() *Implementation
	// Close ends the implementation, and returns what was odd at the end, one line each.
	Close() []string
}

// Piecemeal is a target that answers questions one by one. It loses no time with batches of AtOnce questions, whose
// answers can be recorded before the next.
type Piecemeal interface{ AtOnce() int }

// Implementation is what an implementation says about itself. Only the name is always there.
type Implementation struct {
	Name     string `json:"name"`
	Version  string `json:"version,omitempty"`
	Language string `json:"language,omitempty"`
}

// StartError says that an implementation could not be started or reached.
type StartError struct {
	Command string // or its URL
	Problem string // "" means that it could not be started
	Err     error
}

func (e *StartError) Error() string {
	name := model.Name
	if !strings.Contains(e.Command, "://") {
		name = model.Quoted // a program may be called "wrong"
	}
	return fmt.Sprintf("%s %s: %v", name(e.Command), cmp.Or(e.Problem, "could not be started"), e.Err)
}
func (e *StartError) Unwrap() error { return e.Err }

// Reference is the model as a target: the self-check, or, with another table, an implementation that reads some rules
// differently.
type Reference struct {
	Table *model.Table
}

// Ask classifies every question's log.
func (r Reference) Ask(ctx context.Context, batch []Question) (*Round, error) {
	round := &Round{Answers: make([]Answer, len(batch))}
	a := answerers.Get().(*answerer)
	defer answerers.Put(a)
	if a.table != r.Table {
		a.table, a.Classifier = r.Table, model.NewClassifier(r.Table)
	}
	var bad []*model.IllFormed
	var room []model.Fact // a rest that is too small for a question's facts is not used
	if spent, ok := rooms.Get().(*[]model.Fact); ok {
		room = (*spent)[:0]
	}
	for i, q := range batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.chats, bad = a.ClassifyLog(a.chats, q.Events)
		chats, n := a.chats, 0
		for k := range chats {
			n += len(chats[k].IRFs)
		}
		if n > 0 && cap(room)-len(room) < n {
			room = make([]model.Fact, 0, max(n, factsAtOnce, 2*cap(room)))
		}
		start := len(room)
		for k := range chats {
			for j := range chats[k].IRFs {
				room = append(room, chats[k].IRFs[j].Fact)
			}
		}
		if n > 0 {
			round.Answers[i].Facts = room[start:len(room):len(room)]
		}
		if len(bad) > 0 {
			round.Answers[i].Failure = &Failure{Said, bad[0].Error()}
		}
	}
	round.room = room
	return round, nil
}

// answerer is the memory for answering a batch.
type answerer struct {
	*model.Classifier
	table *model.Table
	chats []model.Chat
}

var answerers = sync.Pool{New: func() any { return new(answerer) }}

// factsAtOnce is the least number of facts that memory is allocated for at once.
const factsAtOnce = 256

// AtOnce is as many questions as fit the cache of a processor, with their answers.
func (Reference) AtOnce() int { return 64 }

// Way is "reference".
func (Reference) Way() string { return "reference" }

// Command is nil.
func (Reference) Command() []string { return nil }

// Open opens a target that is a [Session].
func Open(ctx context.Context, t Target) error {
	if s, ok := t.(Session); ok {
		return s.Open(ctx)
	}
	return nil
}

// Close closes a target that is a [Session], and returns what was odd at the end.
func Close(t Target) []string {
	if s, ok := t.(Session); ok {
		return s.Close()
	}
	return nil
}

// About returns what the implementation of an open target says about itself; nil if it is not asked.
func About(t Target) *Implementation {
	if s, ok := t.(Session); ok {
		return s.Implementation()
	}
	return nil
}
