package bulk

import (
	"cmp"
	"maps"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Mended collects what repairs make of the chats that are set aside.
type Mended struct {
	engine.Mended
	defects map[model.Defect]*engine.DefectGroup
}

func newMended() Mended { return Mended{defects: make(map[model.Defect]*engine.DefectGroup)} }

// mend repairs a chat that is set aside, and compares its rows with what all repairs agree on.
func (t *tally) mend(c *Chat) {
	r := t.repairer.Repair(c.Events)
	if len(r.Edits) == 0 {
		return
	}
	t.Repaired++
	if !r.Sure {
		t.Unclear++
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
	t.Unanimous++
	want := model.Expect(&r.Chat)
	ds := model.Compare(&want, c.Facts)
	if r.Chat.StoppedSeq == 0 {
		ds, _ = model.CompareOpen(&want, c.Facts)
	}
	if len(ds) == 0 {
		t.Mends++
		return
	}
	for i := range ds {
		ds[i].Level = model.Repaired
	}
	log, put := r.Apply(c.Events)
	if t.differ(Example{InteractionID: c.ID, Log: log, Put: put, Rows: c.Facts, Differences: ds}, &r.Chat) {
		t.Worse++
	}
}

func (m *Mended) defect(d model.Defect, example string, n int) {
	g := m.defects[d]
	if g == nil {
		g = &engine.DefectGroup{Kind: d.Kind.String(), Event: d.Name, Actor: d.Actor, Example: example}
		m.defects[d] = g
	}
	g.Chats += n
	g.Example = min(g.Example, example)
}

func (m *Mended) merge(o *Mended) {
	addCounts(&m.Mended, &o.Mended)
	for d, g := range o.defects {
		m.defect(d, g.Example, g.Chats)
	}
}

// finish sorts the defects.
func (m *Mended) finish() {
	for _, g := range slices.SortedFunc(maps.Values(m.defects), func(a, b *engine.DefectGroup) int {
		return cmp.Or(b.Chats-a.Chats, cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Event, b.Event),
			cmp.Compare(a.Actor, b.Actor))
	}) {
		m.Defects = append(m.Defects, *g)
	}
}
