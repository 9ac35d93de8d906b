package bulk

import (
	"context"
	"errors"
	"fmt"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// CheckRows checks rows against the invariants that need no events. It cannot tell an unfinished chat from a finished
// one. A database finds the offenders itself if it can: only those are read, so examples have no other rows.
func CheckRows(ctx context.Context, o CheckOptions, facts tables.Place) (*Report, error) {
	if facts.IsDatabase() && o.Legacy == nil {
		r, err := inTables(ctx, o, facts)
		if !errors.Is(err, tables.ErrBeyondSQL) {
			return r, err
		}
	}
	groups := NewGroups(o.Options)
	defer groups.Close()
	if o.Legacy != nil {
		return compareMarts(ctx, o, groups, facts, (*tally).judgeRows)
	}
	if err := groups.addFacts(ctx, aFact, facts, o.Stdin, nil); err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	return judgeEach(ctx, o, groups, brokenBy, func(t *tally, _ *model.Classifier, c *Chat) {
		if !t.tooLarge(c) {
			t.add(Example{InteractionID: c.ID, Rows: c.Facts, Differences: t.table.CheckRows(c.Facts)}, nil)
		}
	})
}

// tooLarge sets a chat aside that has too many rows, and reports whether it did.
func (t *tally) tooLarge(c *Chat) bool {
	if c.Bad != nil {
		t.setAside(c, c.Bad, asideKey{requirement: "W9", lacks: "an end"})
	}
	return c.Bad != nil
}

func inTables(ctx context.Context, o CheckOptions, facts tables.Place) (*Report, error) {
	keys, tallies := o.newTallies(1, brokenBy)
	defer keys.Close()
	t := tallies[0]
	var chat Example // the offenders of the current interaction
	done := func() {
		if len(chat.Differences) > 0 {
			t.add(chat, nil)
		}
		chat = Example{Rows: chat.Rows[:0]}
	}
	counts, err := tables.Audit(ctx, facts, func(f *model.Fact, broken []model.RowCondition) error {
		if f.InteractionID != chat.InteractionID {
			done()
			chat.InteractionID = f.InteractionID
		}
		chat.Rows = append(chat.Rows, *f)
		for i := range broken {
			if d, ok := broken[i].On(o.table(), f); ok { // the database may have compared times as text
				chat.Differences = append(chat.Differences, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	done()
	if err := o.readKeys(keys, tallies); err != nil {
		return nil, err
	}
	t.Agreeing += counts.Interactions - t.Chats
	t.Chats, t.Rows, t.met = counts.Interactions, counts.Facts, metAll(counts.Met)
	return t.report(), nil
}

// brokenBy names a broken invariant and what breaks it, except times, which seldom recur.
func brokenBy(d *model.Difference) string {
	if d.Field == "V11" {
		return string(d.Field)
	}
	return string(d.Field) + " " + d.Actual
}
