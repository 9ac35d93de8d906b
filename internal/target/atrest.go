package target

import (
	"context"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Facts reads rows one after the other, to io.EOF.
type Facts interface{ Read() (model.Fact, error) }

// Hinter is implemented by facts that can say why none of them belongs to a question; "" means unknown.
type Hinter interface{ Hint() string }

// AtRest answers from existing rows: an implementation was given the events of all questions before, and made the rows
// in its own time.
type AtRest struct {
	place   string
	owner   map[string]int // question, by interaction
	answers []Answer
	ignored int
	notes   []string
}

// ReadAtRest reads all rows and keeps those of the questions. place names where they are. If start is not zero, the
// chats were moved to begin then, and the times of the rows are moved back to those of the questions. The error is the
// context's, or that of a row that cannot be read and belongs to no question.
func ReadAtRest(ctx context.Context, place string, facts Facts, questions []Question,
	start time.Time,
) (*AtRest, error) {
	sorter := newSorter(questions)
	read := &counted{ctx: ctx, facts: facts}
	if err := sorter.sort(read); err != nil {
		return nil, err
	}
	t := &AtRest{place: place, owner: sorter.owner, answers: sorter.answers, ignored: sorter.ignored}
	if read.n > 0 && read.n == t.ignored {
		note := "gave no row for any chat of the suite: check that the suite's events were classified, " +
			"and their interaction ids kept"
		if h, ok := facts.(Hinter); ok && h.Hint() != "" {
			note = "gave no row for any chat of the suite: " + h.Hint()
		}
		t.notes = []string{note}
	}
	if start.IsZero() {
		return t, nil
	}
	for i := range questions {
		began := model.Began(questions[i].Events)
		for j, f := range t.answers[i].Facts {
			t.answers[i].Facts[j] = f.Moved(began[f.InteractionID].Sub(start))
		}
	}
	return t, nil
}

// counted counts rows, and stops when the context ends.
type counted struct {
	ctx   context.Context
	facts Facts
	n     int
}

func (c *counted) Read() (model.Fact, error) {
	if c.n&1023 == 0 && c.ctx.Err() != nil {
		return model.Fact{}, c.ctx.Err()
	}
	f, err := c.facts.Read()
	if err == nil {
		c.n++
	}
	return f, err
}

// Ask returns the rows of each question.
func (t *AtRest) Ask(ctx context.Context, batch []Question) (*Round, error) {
	round := &Round{Answers: make([]Answer, len(batch)), Ignored: t.ignored, Notes: t.notes}
	t.ignored, t.notes = 0, nil // they are reported once
	for i, q := range batch {
		if len(q.Events) > 0 {
			round.Answers[i] = t.answers[t.owner[q.Events[0].InteractionID]]
		}
	}
	return round, ctx.Err()
}

// Way is "offline".
func (t *AtRest) Way() string { return "offline" }

// Command names where the rows are.
func (t *AtRest) Command() []string { return []string{"--facts", t.place} }
