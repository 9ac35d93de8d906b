package bulk

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// Report is what was found.
type Report struct {
	engine.Audit
	Findings []*Finding // required levels first, then the most frequent first
	// Held says how many chats have differences that count, or would, and that an entry covers. A chat counts once for
	// each signature.
	Held map[*engine.Expectation]int

	Learning *engine.Learning // nil if it was not asked for
	coverage *model.Coverage  // nil if there are no events
}

// aside is a chat that was set aside.
type aside struct {
	engine.AsideChat
	headless bool
	first    int64
}

// MaxAside limits the chats set aside that are listed, MaxRows the rows of an Example, and maxFindings the signatures,
// because rows may hold anything.
const (
	MaxAside    = 10_000
	MaxRows     = 1_000
	maxFindings = 1_000
)

// tally collects a report. The report depends neither on the order of chats nor on how many tallies share them.
type tally struct {
	Report
	edges
	require model.Levels
	// signature names a difference. A finding is all differences of one name and level.
	signature func(*model.Difference) string
	hints     tables.Hints
	keys      *keyWriter
	table     *model.Table         // of the reference
	marts     *marts               // nil if there is one mart
	learner   *learner             // nil if nothing is learnt
	repairer  *model.Repairer      // nil if chats that are set aside are not repaired
	late      *recordWriter        // for chats without their beginning, see mendLate
	lateErr   error                // the first
	expect    *engine.Expectations // may be nil
	excuse    bool
	covering  map[string][]*engine.Expectation // by signature, as far as is remembered
	findings  least[string, Finding]           // by how much it counts, level and signature
	unsaid    map[engine.Unsaid]*engine.Unsaid // what was dropped of them, by all but its numbers
	aside     least[string, aside]             // by interaction
	rowsOf    map[model.ResourceType]int
	defects   map[model.Defect]*engine.DefectGroup // of chats that were repaired
}

func newTally(o *CheckOptions, signature func(*model.Difference) string) *tally {
	t := &tally{
		edges: newEdges(), require: o.Require, signature: signature,
		table: o.table(), marts: o.marts(), expect: o.Expect, excuse: o.Excuse,
		covering: make(map[string][]*engine.Expectation), unsaid: make(map[engine.Unsaid]*engine.Unsaid),
		rowsOf: make(map[model.ResourceType]int), defects: make(map[model.Defect]*engine.DefectGroup),
		aside: newLeast[string](MaxAside, func(*aside) {}),
	}
	t.Held = make(map[*engine.Expectation]int)
	t.findings = newLeast[string](maxFindings, t.drop)
	t.Readings = o.Readings
	usual := model.Reference().Deployment()
	if o.table() != model.Reference() && (o.Readings == nil || !reflect.DeepEqual(o.Table.Deployment(), usual)) {
		t.Finishing = o.Table.Deployment()
	}
	if o.Learn != nil {
		t.learner = newLearner()
	}
	if o.Repair {
		t.repairer, t.Repairs = model.NewRepairer(o.table()), new(engine.Mended)
	}
	return t
}

// add counts a chat that was judged, and keeps a copy if it is the best example so far. reference is what the chat
// should be, or nil if there are no events.
func (t *tally) add(chat Example, reference *model.Chat) {
	t.Chats++
	t.Rows += len(chat.Rows)
	t.met |= model.Meets(chat.Rows)
	if reference != nil {
		if t.coverage == nil {
			t.coverage = model.NewCoverage()
		}
		t.coverage.Note(reference, chat.InteractionID)
		for i := range reference.IRFs {
			t.rowsOf[reference.IRFs[i].ResourceType]++
		}
	}
	switch required, known := t.differ(chat, reference); {
	case len(chat.Differences) == 0:
		t.Agreeing++
	case required:
		t.Differing++
	case known:
		t.AsExpected++
	}
}

// setAside counts a chat that cannot be judged.
func (t *tally) setAside(c *Chat, why error, key asideKey) {
	a := aside{AsideChat: engine.AsideChat{InteractionID: c.ID, Why: why.Error()}}
	t.SetAside++
	t.RowsAside += len(c.Facts)
	t.spoilt(&a, c.Events, key)
	t.aside.at(c.ID, func() *aside { return &a })
}

// merge adds what another tally found in other chats.
func (t *tally) merge(o *tally) {
	addCounts(&t.Audit, &o.Audit)
	t.hints.Merge(&o.hints)
	t.edges.merge(&o.edges)
	if t.Repairs != nil {
		addCounts(t.Repairs, o.Repairs)
	}
	for d, g := range o.defects {
		t.defect(d, g.Example, g.Chats)
	}
	t.learner.merge(o.learner)
	t.marts.merge(o.marts)
	t.aside.merge(&o.aside, nil) // each chat is in one tally
	if t.coverage == nil {
		t.coverage = o.coverage
	} else if o.coverage != nil {
		t.coverage.Merge(o.coverage)
	}
	for kind, n := range o.rowsOf {
		t.rowsOf[kind] += n
	}
	for _, u := range o.unsaid {
		t.unsay(u)
	}
	for entry, n := range o.Held {
		t.Held[entry] += n
	}
	t.findings.merge(&o.findings, func(mine, other *Finding) {
		mine.Times += other.Times // by now two or more
		mine.common(other.ShiftSeconds, other.Type, other.Resource)
		mine.Chats += other.Chats
		if other.Example.simpler(&mine.Example) {
			mine.Example = other.Example
		}
	})
}

// addCounts adds the numbers of a struct to those of another. It adds all fields, so no merge forgets a new count.
func addCounts[T any](into, from *T) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem()
	for i := range a.NumField() {
		if n := a.Field(i); n.CanInt() {
			n.SetInt(n.Int() + b.Field(i).Int())
		}
	}
}

// report sorts what was found.
func (t *tally) report() *Report {
	t.Alike = t.hints.String()
	t.Marts = t.marts.count()
	t.finish(&t.Audit, t.aside.sorted())
	for _, kind := range slices.Sorted(maps.Keys(t.rowsOf)) {
		t.Of = append(t.Of, engine.RowCount{Type: kind, Rows: t.rowsOf[kind]})
	}
	t.listDefects()
	t.Findings = t.findings.sorted()
	for _, f := range t.Findings {
		t.hold(f)
	}
	t.listUnsaid()
	slices.SortStableFunc(t.Findings, func(a, b *Finding) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Times-a.Times, cmp.Compare(a.Level, b.Level), cmp.Compare(a.Signature, b.Signature))
	})
	t.NamesAlike = namesAlike(t.Findings)
	return &t.Report
}

// namesAlike says how two names of a finding differ if it is only in their spelling, and which line of a mapping makes
// them one. It returns "" if there are no such names.
func namesAlike(findings []*Finding) string {
	for _, f := range findings {
		for i := range f.Example.Differences {
			d := &f.Example.Differences[i]
			for j := range f.Example.Rows {
				got := f.Example.Rows[j].Resource
				if how, line := tables.Unlike(d.Resource, got); d.Field == model.ResourceField && how != "" {
					a, b := model.Apart(d.Resource, got)
					return fmt.Sprintf("%s and %s differ only in %s. %s", a, b, how, tables.Remedy(line))
				}
			}
		}
	}
	return ""
}
