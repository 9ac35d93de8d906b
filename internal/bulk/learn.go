package bulk

import (
	"context"
	"io"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
)

// Learn counts what the chats of a log are like. A chat with a line that is no event counts as ill-formed. The error
// comes from reading, or from the context.
func Learn(ctx context.Context, o Options, events tables.Place, stdin io.Reader) (*twin.Tally, error) {
	groups := NewGroups(o)
	defer groups.Close()
	if err := addEvents(ctx, groups, events, stdin); err != nil {
		return nil, err
	}
	learners := make([]*twin.Learner, groups.Jobs())
	for i := range learners {
		learners[i] = twin.NewLearner(o.table())
	}
	err := groups.Each(ctx, func(job int, c *Chat) error {
		if c.Bad != nil {
			learners[job].Bad("W9")
		} else {
			learners[job].Learn(c.Events)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	tally := learners[0].Tally
	for _, l := range learners[1:] {
		tally.Merge(l.Tally)
	}
	return tally, nil
}
