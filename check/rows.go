package check

import "github.com/chatproof/chatproof/model"

// Rows checks rows against the invariants that need the rows alone. An unfinished chat cannot be told from a finished
// one here.
func Rows(facts Facts, require model.Levels) (*Report, error) {
	t := newTally(require, brokenBy)
	err := grouped(nil, facts, func(c *chat) {
		t.add(Example{InteractionID: c.id, Rows: c.rows, Differences: model.CheckInvariants(nil, c.rows)})
	})
	if err != nil {
		return nil, err
	}
	return t.report(), nil
}

// brokenBy names a broken invariant and what breaks it, but for times, which seldom recur.
func brokenBy(d *model.Difference) string {
	if d.Field == "V11" {
		return string(d.Field)
	}
	return string(d.Field) + " " + d.Actual
}
