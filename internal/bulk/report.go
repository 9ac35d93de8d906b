package bulk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// Report is what was found.
type Report struct {
	engine.Audit
	Findings []*Finding // those of required levels first, then the most frequent

	// Signature names a difference: a finding is all of one name and level.
	Signature func(*model.Difference) string

	Mended
	Learning *engine.Learning // nil: it was not asked for
	coverage *model.Coverage  // nil where there are no events
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
	Known    bool // expected: it makes no chat differ
	Example  Example
}

// common keeps of a finding what one more difference, which is counted already, has in common with those before.
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
	Log           []model.Event      // nil where there are no events
	Put           []int64            // the seqs of its events that a repair put in
	Rows          []model.Fact       // those that the user has, the first MaxRows
	Legacy        []model.Fact       // likewise, those of an old mart
	Differences   []model.Difference // of the chat, the first MaxRows
}

// MaxAside bounds the chats set aside that are told apart, MaxRows an Example. maxFindings bounds the signatures, for
// rows may hold anything.
const (
	MaxAside    = 10_000
	MaxRows     = 1_000
	maxFindings = 1_000
)

// tally collects a report. What it finds does not depend on the order of chats, nor on how many tallies share them.
type tally struct {
	Report
	edges
	require  model.Levels
	hints    tables.Hints
	keys     *keyWriter
	table    *model.Table                // the reference's
	marts    *marts                      // nil: there is one mart
	learner  *learner                    // nil: nothing is learnt
	repairer *model.Repairer             // nil: chats that are set aside are not repaired
	known    func(signature string) bool // nil is none
	findings map[string]*Finding         // by level and signature: the least maxFindings, and a few more
	beyond   string                      // from here on findings are dropped; "" is nowhere
	aside    []aside                     // the first by interaction, MaxAside at most, and a few more
	rowsOf   map[model.ResourceType]int
}

func newTally(require model.Levels, signature func(*model.Difference) string) *tally {
	return &tally{
		Report: Report{Signature: signature, Mended: newMended()}, edges: newEdges(), require: require,
		findings: make(map[string]*Finding), rowsOf: make(map[model.ResourceType]int),
	}
}

// add counts a chat that was judged, and keeps a copy of it where it is the best example yet. reference is what it
// should be, nil where there are no events.
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

// differ adds the differences of a chat to their findings, and reports whether some count.
func (t *tally) differ(chat Example, reference *model.Chat) (required bool) {
	var kept *Example
	var seen []*Finding
	for i := range chat.Differences {
		d := &chat.Differences[i]
		f := t.finding(d)
		required = required || t.counts(d) && (f == nil || !f.Known)
		if t.keys != nil && (f == nil || !slices.Contains(seen, f)) {
			t.keys.add(t.Signature(d), d.Level, chat.InteractionID)
		}
		if f == nil {
			t.Unsaid++
			continue
		}
		f.Times++
		f.common(int64(shift(d)/time.Second), typeOf(d, reference, chat.Rows), d.Resource)
		if slices.Contains(seen, f) {
			continue
		}
		seen = append(seen, f)
		if f.Chats++; f.Chats == 1 || chat.simpler(&f.Example) {
			if kept == nil {
				kept = &Example{
					chat.InteractionID, slices.Clone(chat.Log), chat.Put, slices.Clone(first(chat.Rows)),
					slices.Clone(first(chat.Legacy)), first(chat.Differences),
				}
				slices.SortStableFunc(kept.Log, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) })
			}
			f.Example = *kept
		}
	}
	return required
}

// typeOf is the type of the resource that a difference is about: what it should be, else what the row says.
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

// finding is the one that a difference belongs to, nil where it is dropped.
func (t *tally) finding(d *model.Difference) *Finding {
	signature := t.Signature(d)
	key := d.Level.String() + " " + signature
	if t.findings[key] == nil && (t.beyond == "" || key < t.beyond) {
		t.findings[key] = &Finding{
			FoundLine: engine.FoundLine{Signature: signature}, Level: d.Level, Required: t.counts(d),
			Known: t.known != nil && t.known(signature),
		}
		if len(t.findings) == 2*maxFindings {
			t.prune()
		}
	}
	return t.findings[key]
}

// counts reports whether a difference counts.
func (t *tally) counts(d *model.Difference) bool { return t.require.Has(d.Level) && d.Change.Gates() }

// prune drops the findings that are too many, those of the greatest keys.
func (t *tally) prune() {
	keys := slices.Sorted(maps.Keys(t.findings))
	if len(keys) <= maxFindings {
		return
	}
	t.beyond = keys[maxFindings]
	for _, key := range keys[maxFindings:] {
		t.Unsaid += t.findings[key].Times
		delete(t.findings, key)
	}
}

// simpler reports whether a chat is a better example than another, whatever the order in which they come.
func (e *Example) simpler(o *Example) bool {
	return cmp.Or(len(e.Log)-len(o.Log), len(first(e.Rows))-len(first(o.Rows)),
		cmp.Compare(e.InteractionID, o.InteractionID)) < 0
}

func first[S ~[]E, E any](all S) S { return all[:min(len(all), MaxRows)] }

// setAside counts a chat as ill-formed.
func (t *tally) setAside(c *Chat, why error, key asideKey) {
	a := aside{AsideChat: engine.AsideChat{InteractionID: c.ID, Why: why.Error()}}
	t.SetAside++
	t.RowsAside += len(c.Facts)
	t.spoilt(&a, c.Events, key)
	t.aside = append(t.aside, a)
	if len(t.aside) == 2*MaxAside {
		t.firstAside()
	}
}

func (t *tally) firstAside() {
	slices.SortFunc(t.aside, func(a, b aside) int { return cmp.Compare(a.InteractionID, b.InteractionID) })
	t.aside = t.aside[:min(len(t.aside), MaxAside)]
}

// merge adds what another tally has found in other chats.
func (t *tally) merge(o *tally) {
	t.Chats += o.Chats
	t.Rows += o.Rows
	t.Agreeing += o.Agreeing
	t.Differing += o.Differing
	t.Unfinished += o.Unfinished
	t.Early += o.Early
	t.Rowless += o.Rowless
	t.Strangers += o.Strangers
	t.SetAside += o.SetAside
	t.RowsAside += o.RowsAside
	t.Backwards += o.Backwards
	t.Unsaid += o.Unsaid
	t.hints.Merge(&o.hints)
	t.edges.merge(&o.edges)
	t.Mended.merge(&o.Mended)
	t.learner.merge(o.learner)
	t.marts.merge(o.marts)
	t.aside = append(t.aside, o.aside...)
	t.firstAside()
	if t.coverage == nil {
		t.coverage = o.coverage
	} else if o.coverage != nil {
		t.coverage.Merge(o.coverage)
	}
	for kind, n := range o.rowsOf {
		t.rowsOf[kind] += n
	}
	if o.beyond != "" && (t.beyond == "" || o.beyond < t.beyond) {
		t.beyond = o.beyond
	}
	for key, f := range o.findings {
		mine := t.findings[key]
		if mine == nil {
			t.findings[key] = f
			continue
		}
		mine.Times += f.Times // two at least
		mine.common(f.ShiftSeconds, f.Type, f.Resource)
		mine.Chats += f.Chats
		if f.Example.simpler(&mine.Example) {
			mine.Example = f.Example
		}
	}
	for key, f := range t.findings {
		if t.beyond != "" && key >= t.beyond {
			t.Unsaid += f.Times
			delete(t.findings, key)
		}
	}
	t.prune()
}

// report sorts what was found.
func (t *tally) report() *Report {
	t.firstAside()
	t.prune()
	t.Alike = t.hints.String()
	t.Marts = t.marts.count()
	t.finish(&t.Audit, t.aside)
	for _, kind := range slices.Sorted(maps.Keys(t.rowsOf)) {
		t.Of = append(t.Of, engine.RowCount{Type: kind, Rows: t.rowsOf[kind]})
	}
	if t.Mended.finish(); t.repairer != nil {
		t.Repairs = &t.Mended.Mended
	}
	t.Findings = slices.SortedFunc(maps.Values(t.findings), func(a, b *Finding) int {
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

// namesAlike says in which way alone names differ that a finding is about, with the line of a mapping that makes them
// one; "" where none do.
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
