package bulk

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Finding is all differences of one signature and level.
type Finding struct {
	engine.FoundLine
	Level    model.Level
	Required bool
	Known    bool // it is expected, and makes no chat differ
	Example  Example
	Entries  []*engine.Expectation // that cover it
	field    model.Field
}

// gates reports whether the finding makes a chat differ.
func (f *Finding) gates() bool { return f.Required && !f.Known }

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

// The beginnings of the keys of findings: those that count, would count, and do not.
const rankGates, rankKnown, rankOther = "1 ", "2 ", "3 "

// named is a difference with its signature, and the key of its finding.
type named struct {
	*model.Difference
	signature, key string
}

// name names a difference. What counts has the least keys: its findings are the last that are dropped.
func (t *tally) name(d *model.Difference) named {
	signature, rank := t.signature(d), rankOther
	switch {
	case !t.counts(d):
	case t.excuse && len(t.entries(signature)) > 0:
		rank = rankKnown
	default:
		rank = rankGates
	}
	return named{d, signature, rank + d.Level.String() + " " + signature}
}

// entries returns the entries that cover a signature.
func (t *tally) entries(signature string) []*engine.Expectation {
	if t.expect == nil {
		return nil
	}
	all, ok := t.covering[signature]
	if !ok {
		if len(t.covering) == 2*maxFindings {
			clear(t.covering)
		}
		all = t.expect.Covering(signature)
		t.covering[signature] = all
	}
	return all
}

// differ adds the differences of a chat to their findings, and reports whether any counts, and whether
// any would if it were not known.
func (t *tally) differ(chat Example, reference *model.Chat) (required, known bool) {
	all := make([]named, len(chat.Differences))
	for i := range all {
		all[i] = t.name(&chat.Differences[i])
	}
	slices.SortStableFunc(all, func(a, b named) int { return cmp.Compare(a.key, b.key) })
	var example *Example
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].key == all[0].key {
			n++
		}
		f, kept := t.finding(all[:n], &chat, reference)
		required = required || f.gates()
		known = known || f.Required && f.Known
		if kept && (f.Chats == 1 || chat.simpler(&f.Example)) {
			if example == nil {
				example = chat.kept()
			}
			f.Example = *example
			for _, d := range first(all[:n]) {
				f.Example.Differences = append(f.Example.Differences, *d.Difference)
			}
		}
		all = all[n:]
	}
	return required, known
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

// finding counts the differences of a chat that have one signature and level. It reports whether their finding is kept.
func (t *tally) finding(same []named, chat *Example, reference *model.Chat) (f *Finding, kept bool) {
	d := same[0]
	required := t.counts(d.Difference)
	if t.keys != nil {
		t.keys.add(&Key{d.signature, d.Level, required, chat.InteractionID})
	}
	begin := func() *Finding {
		entries := t.entries(d.signature)
		return &Finding{
			FoundLine: engine.FoundLine{Signature: d.signature}, Level: d.Level, Required: required,
			Known: t.excuse && len(entries) > 0, Entries: entries, field: d.Field,
		}
	}
	f = t.findings.at(d.key, begin)
	if f == nil {
		f = begin()
		f.Times, f.Chats = len(same), 1
		t.drop(f)
		return f, false
	}
	f.Chats++
	for _, d := range same {
		f.Times++
		f.common(int64(shift(d.Difference)/time.Second), typeOf(d.Difference, reference, chat.Rows), d.Resource)
	}
	return f, true
}

// drop counts a finding that is not kept.
func (t *tally) drop(f *Finding) {
	t.hold(f)
	u := engine.Unsaid{
		Signature: family(f.Signature, f.field), Field: f.field, Level: f.Level.String(),
		Gates: f.gates(), Known: f.Required && f.Known, Times: f.Times, Chats: f.Chats,
	}
	if len(f.Entries) > 0 {
		u.Listed = f.Chats
	}
	t.unsay(&u)
}

// hold counts the chats of a finding for the entries that cover it.
func (t *tally) hold(f *Finding) {
	for _, entry := range f.Entries {
		if f.Required {
			t.Held[entry] += f.Chats
		}
	}
}

func (t *tally) unsay(u *engine.Unsaid) {
	of := *u
	of.Times, of.Chats, of.Listed = 0, 0, 0
	all := t.unsaid[of]
	if all == nil {
		all = &of
		t.unsaid[*all] = all
	}
	addCounts(all, u)
}

// counts reports whether a difference counts.
func (t *tally) counts(d *model.Difference) bool { return t.require.Has(d.Level) && d.Change.Gates() }

// simpler reports whether a chat is a better example than another. It orders all chats.
func (e *Example) simpler(o *Example) bool {
	return cmp.Or(len(e.Log)-len(o.Log), len(first(e.Rows))-len(first(o.Rows)),
		cmp.Compare(e.InteractionID, o.InteractionID)) < 0
}

func first[S ~[]E, E any](all S) S { return all[:min(len(all), MaxRows)] }

// listUnsaid lists what was dropped, what counts first ("yes").
func (t *tally) listUnsaid() {
	for _, u := range slices.SortedFunc(maps.Values(t.unsaid), func(a, b *engine.Unsaid) int {
		return cmp.Or(strings.Compare(b.Counts(), a.Counts()), b.Times-a.Times, cmp.Compare(a.Level, b.Level),
			cmp.Compare(a.Signature, b.Signature))
	}) {
		t.Unsaid += u.Times
		t.UnsaidBy = append(t.UnsaidBy, *u)
	}
}
