package bulk

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// mend repairs a chat that is set aside, and compares its rows with what all repairs agree on. Of two marts, it does so
// if both have the chat.
func (t *tally) mend(c *Chat) {
	r := t.repairer.Repair(c.Events)
	if len(r.Edits) == 0 {
		return
	}
	t.Repairs.Repaired++
	if !r.Sure {
		t.Repairs.Unclear++
	} else {
		for i, d := range r.Defects {
			if !slices.Contains(r.Defects[:i], d) {
				t.defect(d, c.ID, 1)
			}
		}
	}
	if !r.Unanimous {
		return
	}
	t.Repairs.Unanimous++
	want := model.Expect(&r.Chat)
	want.Level = model.Repaired
	for i := range want.Rows {
		want.Rows[i].Level = model.Repaired
	}
	ds, judged := against(&want, c.Facts)
	if len(ds) == 0 {
		t.Repairs.Mends++
	}
	if t.marts != nil {
		if !c.inBoth(expectsRows(&want)) {
			return
		}
		was, old := against(&want, c.Legacy)
		_, ds = model.CompareMarts(&want, model.MartRows{Rows: old, Differences: was},
			model.MartRows{Rows: judged, Differences: ds}, t.require)
	}
	if len(ds) == 0 {
		return
	}
	log, put := r.Apply(c.Events)
	example := Example{
		InteractionID: c.ID, Log: log, Put: put, Rows: c.Facts, Legacy: c.Legacy, Differences: ds,
	}
	if required, _ := t.differ(example, &r.Chat); required {
		t.Repairs.Worse++
	}
}

// mendLate repairs the chats without their beginning that the log did not cut off, which is known only at the end. Of
// those that it did, nobody knows how much is missing, so no repair says what their rows should be.
func mendLate(ctx context.Context, late *Groups, tallies []*tally) error {
	all, err := newEdges(), error(nil)
	for _, t := range tallies {
		err = cmp.Or(err, t.lateErr, t.late.Close())
		all.merge(&t.edges)
	}
	if err != nil {
		return err
	}
	_, _, beyond := all.cutOff()
	return late.Each(ctx, func(job int, c *Chat) error {
		if first, _ := span(c.Events); first-all.began >= beyond {
			slices.SortFunc(c.Facts, model.CompareFacts)
			slices.SortFunc(c.Legacy, model.CompareFacts)
			tallies[job].mend(c)
		}
		return nil
	})
}

func (t *tally) defect(d model.Defect, example string, n int) {
	g := t.defects[d]
	if g == nil {
		g = &engine.DefectGroup{Kind: d.Kind.String(), Event: d.Name, Actor: d.Actor, Example: example}
		t.defects[d] = g
	}
	g.Chats += n
	g.Example = min(g.Example, example)
}

// listDefects lists the defects, the most frequent first.
func (t *tally) listDefects() {
	for _, g := range slices.SortedFunc(maps.Values(t.defects), func(a, b *engine.DefectGroup) int {
		return cmp.Or(b.Chats-a.Chats, cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Event, b.Event),
			cmp.Compare(a.Actor, b.Actor))
	}) {
		t.Repairs.Defects = append(t.Repairs.Defects, *g)
	}
}
