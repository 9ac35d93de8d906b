package bulk

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// Report is what was found.
type Report struct {
	Table      *model.Table  // of the reference that judged
	Chats      int           // judged
	Rows       int           // of those chats
	Agreeing   int           // chats without a difference
	Differing  int           // chats with a difference of a required level
	Unfinished int           // chats of which only the closed attempts were judged
	Early      int           // rows that unfinished chats have beyond those: not judged
	Rowless    int           // chats that should have rows and have none
	Strangers  int           // rows of chats without events: not judged
	Spoilt     int           // chats set aside
	Aside      []Aside       // the first of them by interaction, MaxAside at most
	Findings   []*Finding    // those of required levels first, then the most frequent
	Unsaid     int           // differences that are in no finding: there were too many signatures
	Unknown    []UnknownName // of events that were left out
	Alike      string        // in which way alone ids of chats without rows and of rows without events differ; "" in none

	// Signature names a difference: a finding is all of one name and level.
	Signature func(*model.Difference) string

	Unjudged
	Mended
}

// Aside is a chat that was set aside: its log is ill-formed, and says nothing of its rows.
type Aside struct {
	InteractionID string
	Why           error
	CutOff        bool // the log begins after the chat did

	headless bool
	first    int64
}

// Finding is all differences of one signature and level.
type Finding struct {
	Signature string
	Level     model.Level
	Required  bool
	Known     bool          // expected: it makes no chat differ
	Count     int           // differences
	Chats     int           // chats that have them
	Shift     time.Duration // by which times are late, where they all are by the same; else 0
	Example   Example
}

// shifted takes the shift of one more difference, which is counted already.
func (f *Finding) shifted(by time.Duration) {
	if f.Count == 1 {
		f.Shift = by
	} else if f.Shift != by {
		f.Shift = 0
	}
}

// Example is the chat with the fewest events and rows that shows a finding.
type Example struct {
	InteractionID string
	Log           []model.Event      // nil where there are no events
	Put           map[int64]bool     // the seqs of its events that a repair put in
	Rows          []model.Fact       // those that the user has, the first MaxRows
	Differences   []model.Difference // of the chat, the first MaxRows
}

// MaxAside bounds Report.Aside, MaxRows an Example. maxFindings bounds the signatures, for rows may hold anything.
const (
	MaxAside    = 10_000
	MaxRows     = 1_000
	maxFindings = 1_000
)

// tally collects a report. What it finds does not depend on the order of chats, nor on how many tallies share them.
type tally struct {
	Report
	require  model.Levels
	hints    tables.Hints
	keys     *keyWriter
	repairer *model.Repairer             // nil: chats that are set aside are not repaired
	known    func(signature string) bool // nil is none
	findings map[string]*Finding         // by level and signature: the least maxFindings, and a few more
	beyond   string                      // from here on findings are dropped; "" is nowhere
}

func newTally(require model.Levels, signature func(*model.Difference) string) *tally {
	return &tally{Report: Report{Signature: signature, Unjudged: newUnjudged(), Mended: newMended()}, require: require, findings: make(map[string]*Finding)}
}

// add counts a chat that was judged, and keeps a copy of it where it is the best example yet.
func (t *tally) add(chat Example) {
	t.Chats++
	t.Rows += len(chat.Rows)
	t.met |= model.Meets(chat.Rows)
	switch {
	case len(chat.Differences) == 0:
		t.Agreeing++
	case t.differ(chat):
		t.Differing++
	}
}

// differ adds the differences of a chat to their findings, and reports whether some count.
func (t *tally) differ(chat Example) (required bool) {
	var kept *Example
	var seen []*Finding
	for i := range chat.Differences {
		d := &chat.Differences[i]
		f := t.finding(d)
		required = required || t.require.Has(d.Level) && (f == nil || !f.Known)
		if t.keys != nil && (f == nil || !slices.Contains(seen, f)) {
			t.keys.add(t.Signature(d), d.Level, chat.InteractionID)
		}
		if f == nil {
			t.Unsaid++
			continue
		}
		f.Count++
		by, _ := shift(d)
		f.shifted(by)
		if slices.Contains(seen, f) {
			continue
		}
		seen = append(seen, f)
		if f.Chats++; f.Chats == 1 || chat.simpler(&f.Example) {
			if kept == nil {
				kept = &Example{chat.InteractionID, slices.Clone(chat.Log), chat.Put, slices.Clone(first(chat.Rows)), first(chat.Differences)}
				slices.SortStableFunc(kept.Log, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) })
			}
			f.Example = *kept
		}
	}
	return required
}

// finding is the one that a difference belongs to, nil where it is dropped.
func (t *tally) finding(d *model.Difference) *Finding {
	signature := t.Signature(d)
	key := d.Level.String() + " " + signature
	if t.findings[key] == nil && (t.beyond == "" || key < t.beyond) {
		t.findings[key] = &Finding{Signature: signature, Level: d.Level, Required: t.require.Has(d.Level), Known: t.known != nil && t.known(signature)}
		if len(t.findings) == 2*maxFindings {
			t.prune()
		}
	}
	return t.findings[key]
}

// prune drops the findings that are too many, those of the greatest keys.
func (t *tally) prune() {
	keys := slices.Sorted(maps.Keys(t.findings))
	if len(keys) <= maxFindings {
		return
	}
	t.beyond = keys[maxFindings]
	for _, key := range keys[maxFindings:] {
		t.Unsaid += t.findings[key].Count
		delete(t.findings, key)
	}
}

// simpler reports whether a chat is a better example than another, whatever the order in which they come.
func (e *Example) simpler(o *Example) bool {
	return cmp.Or(len(e.Log)-len(o.Log), len(first(e.Rows))-len(first(o.Rows)), cmp.Compare(e.InteractionID, o.InteractionID)) < 0
}

func first[S ~[]E, E any](all S) S { return all[:min(len(all), MaxRows)] }

// setAside counts a chat as ill-formed.
func (t *tally) setAside(c *Chat, why error, key asideKey) {
	a := Aside{InteractionID: c.ID, Why: why}
	t.Spoilt++
	t.spoilt(&a, c.Events, len(c.Facts), key)
	t.Aside = append(t.Aside, a)
	if len(t.Aside) == 2*MaxAside {
		t.firstAside()
	}
}

func (t *tally) firstAside() {
	slices.SortFunc(t.Aside, func(a, b Aside) int { return cmp.Compare(a.InteractionID, b.InteractionID) })
	t.Aside = t.Aside[:min(len(t.Aside), MaxAside)]
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
	t.Spoilt += o.Spoilt
	t.Unsaid += o.Unsaid
	t.hints.Merge(&o.hints)
	t.Unjudged.merge(&o.Unjudged)
	t.Mended.merge(&o.Mended)
	t.Aside = append(t.Aside, o.Aside...)
	t.firstAside()
	if o.beyond != "" && (t.beyond == "" || o.beyond < t.beyond) {
		t.beyond = o.beyond
	}
	for key, f := range o.findings {
		mine := t.findings[key]
		if mine == nil {
			t.findings[key] = f
			continue
		}
		if mine.Shift != f.Shift {
			mine.Shift = 0
		}
		mine.Count += f.Count
		mine.Chats += f.Chats
		if f.Example.simpler(&mine.Example) {
			mine.Example = f.Example
		}
	}
	for key, f := range t.findings {
		if t.beyond != "" && key >= t.beyond {
			t.Unsaid += f.Count
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
	t.Unjudged.finish(t.Aside)
	t.Mended.finish()
	t.Findings = slices.SortedFunc(maps.Values(t.findings), func(a, b *Finding) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Level, b.Level), cmp.Compare(a.Signature, b.Signature))
	})
	return &t.Report
}
