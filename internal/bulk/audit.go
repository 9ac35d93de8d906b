package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// CheckOptions say what counts, and how much may be used.
type CheckOptions struct {
	Options
	Require model.Levels
	Stdin   io.Reader // of a place that is -
	// Keys is called in the end for each chat of each signature, in the order of levels, signatures and ids; it may be
	// nil.
	Keys func(*Key) error
	// Repair looks for what the chats that are set aside lack, and judges the rows that all repairs of one agree on.
	Repair bool
	// Legacy is where the rows of an old mart are; a nil one is none.
	Legacy *tables.Place
	window covered // that the rows of both marts cover
	// Readings are those that Table has, for the record; nil is none.
	Readings *engine.Readings
	// Learn says when a clause is pinned; nil learns nothing.
	Learn *Learning
	// Known reports whether differences of a signature are expected; it may be nil, and is called at the same time.
	Known func(signature string) bool
}

// CheckChats compares the rows of each chat that has events with those that the reference makes of them, and with the
// invariants. Rows of chats without events, and ill-formed chats, are counted and not judged. Of an unfinished chat the
// closed attempts must have their rows; what rows it has beyond those is not judged, for the rows may be newer than
// the events. The error is that of reading, or the context's.
func CheckChats(ctx context.Context, o CheckOptions, events, facts tables.Place) (*Report, error) {
	groups := NewGroups(o.Options)
	defer groups.Close()
	if err := addEvents(ctx, groups, events, o.Stdin); err != nil {
		return nil, fmt.Errorf("--events: %w", err)
	}
	if o.Legacy != nil {
		return compareMarts(ctx, o, groups, facts, (*tally).judgeMarts)
	}
	if err := groups.addFacts(ctx, aFact, facts, o.Stdin, nil); err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	return judgeEach(ctx, o, groups, faultOf, (*tally).judge)
}

// faultOf names a difference. A column that is filled wrong is one fault, whatever rules made its rows.
func faultOf(d *model.Difference) string {
	if d.Change != "" {
		of := *d
		of.Change = ""
		if d.Change == model.Corrected {
			of.Actual = d.Was
		}
		return string(d.Change) + ": " + faultOf(&of)
	}
	if _, known := model.ResourceType(d.Actual).Meaning(); d.Field == model.TypeField && !known {
		return "resource_type " + d.Actual
	}
	switch d.Field {
	case "V20", "V21":
		return brokenBy(d)
	case model.OrdinalField, model.ReceivedFromField, model.StartField, model.EndField:
		return string(d.Field)
	}
	return d.Signature()
}

// addEvents reads the events of a place.
func addEvents(ctx context.Context, groups *Groups, p tables.Place, stdin io.Reader) error {
	events, err := tables.OpenEventBlocks(ctx, p, stdin)
	if err != nil {
		return err
	}
	defer events.Close()
	return groups.AddEvents(ctx, events)
}

// judgeEach judges every chat of the groups.
func judgeEach(ctx context.Context, o CheckOptions, groups *Groups, signature func(*model.Difference) string,
	judge func(*tally, *model.Classifier, *Chat),
) (*Report, error) {
	keys, tallies := o.newTallies(groups.Jobs(), signature)
	defer keys.Close()
	classifiers := make([]*model.Classifier, len(tallies))
	for i := range classifiers {
		classifiers[i] = model.NewClassifier(o.table())
	}
	err := groups.Each(ctx, func(job int, c *Chat) error {
		slices.SortFunc(c.Facts, model.CompareFacts)
		tallies[job].learner.read(c)
		judge(tallies[job], classifiers[job], c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := o.readKeys(keys, tallies); err != nil {
		return nil, err
	}
	t := tallies[0]
	for _, other := range tallies[1:] {
		t.merge(other)
	}
	report := t.report()
	if o.Learn != nil {
		report.Learning = t.learner.learnt(o, t.began, t.ended)
	}
	report.Unknown = groups.Unknown()
	return report, nil
}

// judge compares the rows of a chat.
func (t *tally) judge(classifier *model.Classifier, c *Chat) {
	var reference model.Chat
	if !t.read(classifier, c, &reference) {
		return
	}
	want := model.Expect(&reference)
	held, early := t.held(&want, c.Facts)
	t.Early += early
	if len(c.Facts) == 0 && len(held.Differences) > 0 {
		t.Rowless++
		t.hints.Event(c.ID)
	}
	t.add(Example{InteractionID: c.ID, Log: c.Events, Rows: c.Facts, Differences: held.Differences}, &reference)
}

// read has the reference read the events of a chat, and reports whether there is something to judge.
func (t *tally) read(classifier *model.Classifier, c *Chat, reference *model.Chat) bool {
	switch err := classifier.Classify(reference, c.Events); {
	case c.Bad != nil:
		why := fmt.Errorf("%w (interaction %s is ill-formed: W9)", c.Bad, model.Name(c.ID))
		t.setAside(c, why, asideKey{requirement: "W9", lacks: "a sound " + cmp.Or(c.Bad.Field, "line")})
		return false
	case err != nil:
		var bad *model.IllFormed
		errors.As(err, &bad)
		lacks, beginning := bad.Lacks(c.Events)
		t.setAside(c, err, asideKey{bad.Requirement, lacks, beginning})
		if t.repairer != nil {
			t.mend(c)
		}
		return false
	case reference.InteractionID == "": // no event of a known name
		t.Strangers += len(c.Facts)
		if len(c.Facts) > 0 {
			t.hints.Row(c.ID)
		}
		return false
	}
	t.edges.chat(reference, c.Events)
	if reference.Backwards {
		t.Backwards++
	}
	if reference.StoppedSeq == 0 {
		t.Unfinished++
	}
	return true
}

// held holds the rows of a mart against what is expected of a chat. Early counts those of attempts that are open.
func (t *tally) held(want *model.Expected, facts []model.Fact) (held model.MartRows, early int) {
	rows, ds := model.Twins(want.Chat, facts)
	judged := rows
	if want.Chat.StoppedSeq == 0 {
		var open []model.Difference
		open, judged = model.CompareOpen(want, rows)
		ds = append(ds, open...)
		early = len(rows) - len(judged)
	} else {
		ds = append(ds, model.Compare(want, rows)...)
	}
	// else they say it again
	if !slices.ContainsFunc(ds, func(d model.Difference) bool { return t.require.Has(d.Level) }) {
		ds = append(ds, model.CheckInvariants(want.Chat, judged)...)
	}
	t.learner.note(want.Chat, rows)
	return model.MartRows{Rows: judged, Differences: ds}, early
}
