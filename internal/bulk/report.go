package bulk

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// Report is what was found.
type Report struct {
	engine.Audit
	Findings []*Finding // required levels first, then the most frequent first

	Learning *engine.Learning // nil if it was not asked for
	coverage *model.Coverage  // nil if there are no events
}

// aside is a chat that was set aside.
type aside struct {
	engine.AsideChat
	headless bool
	first    int64
}

// Finding is all differences of one signature and level.
type Finding struct {
	engine.FoundLine
	Level    model.Level
	Required bool
	Known    bool // it is expected, and makes no chat differ
	Example  Example
}

// common keeps what all differences of a finding have in common, after one more was counted.
func (f *Finding) common(shift int64, of model.ResourceType, resource string) {
	if f.Times == 1 {
		f.ShiftSeconds, f.Type, f.Resource = shift, of, resource
		return
	}
	if f.ShiftSeconds != shift {
		f.ShiftSeconds = 0
	}
	if f.Type != of {
		f.Type = ""
	}
	if f.Resource != resource {
		f.Resource = ""
	}
}

// Example is the chat with the fewest events and rows that shows a finding.
type Example struct {
	InteractionID string
	Log           []model.Event      // nil if there are no events
	Put           []int64            // the seqs of events that a repair put in
	Rows          []model.Fact       // the user's rows, the first MaxRows
	Legacy        []model.Fact       // likewise, of an old mart
	Differences   []model.Difference // of a chat: all; of a finding: its own, the first MaxRows
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
	table     *model.Table                // of the reference
	marts     *marts                      // nil if there is one mart
	learner   *learner                    // nil if nothing is learnt
	repairer  *model.Repairer             // nil if chats that are set aside are not repaired
	known     func(signature string) bool // may be nil
	findings  least[string, Finding]      // by level and signature
	aside     least[string, aside]        // by interaction
	rowsOf    map[model.ResourceType]int
	defects   map[model.Defect]*engine.DefectGroup // of chats that were repaired
}

func newTally(o *CheckOptions, signature func(*model.Difference) string) *tally {
	t := &tally{
		edges: newEdges(), require: o.Require, signature: signature,
		table: o.table(), marts: o.marts(), known: o.Known, rowsOf: make(map[model.ResourceType]int),
		defects:  make(map[model.Defect]*engine.DefectGroup),
		findings: newLeast[string](maxFindings, func(f *Finding) int { return f.Times }),
		aside:    newLeast[string](MaxAside, func(*aside) int { return 0 }),
	}
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
	switch {
	case len(chat.Differences) == 0:
		t.Agreeing++
	case t.differ(chat, reference):
		t.Differing++
	}
}

// named is a difference with its signature, and the key of its finding.
type named struct {
	*model.Difference
	signature, key string
}

// differ adds the differences of a chat to their findings, and reports whether any counts.
func (t *tally) differ(chat Example, reference *model.Chat) (required bool) {
	all := make([]named, len(chat.Differences))
	for i := range all {
		d := &chat.Differences[i]
		signature := t.signature(d)
		all[i] = named{d, signature, d.Level.String() + " " + signature}
	}
	slices.SortStableFunc(all, func(a, b named) int { return cmp.Compare(a.key, b.key) })
	var kept *Example
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].key == all[0].key {
			n++
		}
		f := t.finding(all[:n], &chat, reference)
		required = required || t.counts(all[0].Difference) && (f == nil || !f.Known)
		if f != nil && (f.Chats == 1 || chat.simpler(&f.Example)) {
			if kept == nil {
				kept = chat.kept()
			}
			f.Example = *kept
			for _, d := range first(all[:n]) {
				f.Example.Differences = append(f.Example.Differences, *d.Difference)
			}
		}
		all = all[n:]
	}
	return required
}

// kept is a copy of an example that stays, without its differences.
func (e *Example) kept() *Example {
	log := slices.Clone(e.Log)
	slices.SortStableFunc(log, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return &Example{
		InteractionID: e.InteractionID, Log: log, Put: e.Put,
		Rows: slices.Clone(first(e.Rows)), Legacy: slices.Clone(first(e.Legacy)),
	}
}

// typeOf is the type of a difference's resource: what it should be or, failing that, what the row says.
func typeOf(d *model.Difference, reference *model.Chat, rows []model.Fact) model.ResourceType {
	if reference != nil {
		for i := range reference.IRFs {
			if r := &reference.IRFs[i]; r.Resource == d.Resource && (d.Ordinal == 0 || r.Ordinal.Value == d.Ordinal) {
				return r.ResourceType
			}
		}
	}
	for i := range rows {
		if rows[i].Resource == d.Resource {
			return rows[i].ResourceType
		}
	}
	return ""
}

// finding counts the differences of a chat that have one signature and level. It returns their finding, or nil if that
// is dropped.
func (t *tally) finding(same []named, chat *Example, reference *model.Chat) *Finding {
	d := same[0]
	if t.keys != nil {
		t.keys.add(d.signature, d.Level, chat.InteractionID)
	}
	f := t.findings.at(d.key, func() *Finding {
		return &Finding{
			FoundLine: engine.FoundLine{Signature: d.signature}, Level: d.Level, Required: t.counts(d.Difference),
			Known: t.known != nil && t.known(d.signature),
		}
	})
	if f == nil {
		t.findings.others += len(same)
		return nil
	}
	f.Chats++
	for _, d := range same {
		f.Times++
		f.common(int64(shift(d.Difference)/time.Second), typeOf(d.Difference, reference, chat.Rows), d.Resource)
	}
	return f
}

// counts reports whether a difference counts.
func (t *tally) counts(d *model.Difference) bool { return t.require.Has(d.Level) && d.Change.Gates() }

// simpler reports whether a chat is a better example than another. It orders all chats.
func (e *Example) simpler(o *Example) bool {
	return cmp.Or(len(e.Log)-len(o.Log), len(first(e.Rows))-len(first(o.Rows)),
		cmp.Compare(e.InteractionID, o.InteractionID)) < 0
}

func first[S ~[]E, E any](all S) S { return all[:min(len(all), MaxRows)] }

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
	t.Findings = t.findings.sorted() // by level and signature
	t.Unsaid = t.findings.others
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
