package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// CheckOptions says which differences count, what else to find out, and how much memory and how many jobs to use.
type CheckOptions struct {
	Options
	Require model.Levels
	Stdin   io.Reader // is read where a place is -
	// Keys is called at the end for each chat of each signature, ordered by level, signature and id. It may be nil.
	Keys func(*Key) error
	// Repair finds out what chats that are set aside lack, and judges a chat's rows if all its repairs agree on them.
	Repair bool
	// Legacy is where the rows of an old mart are, or nil if there is none.
	Legacy *tables.Place
	window covered // the time that the rows of both marts cover
	// Readings are the readings that Table follows, for the record. It is nil if there are none.
	Readings *engine.Readings
	// Learn says when a clause is pinned. If it is nil, nothing is learnt.
	Learn *Learning
	// Expect has the entries that may cover differences. If Excuse is set, those that one covers do not count.
	Expect *engine.Expectations
	Excuse bool
}

// CheckChats compares the rows of each chat with those that the reference makes of its events, and with the invariants.
// Rows of chats without events, and ill-formed chats, are counted but not judged. In an unfinished chat, the closed
// attempts must have their rows. Its other rows are not judged, because rows may be newer than the events. The error
// comes from reading, or from the context.
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

// faultOf names a difference. A column that is filled wrongly is one fault, whichever rules produce its rows.
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

// family is a glob of the signatures of one field.
func family(signature string, field model.Field) string {
	glob := string(field)
	before, after, _ := strings.Cut(signature, glob)
	if before != "" {
		glob = "*" + glob
	}
	if after != "" {
		glob += " *"
	}
	return glob
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
	// Groups use half of what they may: with the half of the first ones and the eighth of the keys, that is 11/16.
	late := NewGroups(Options{Memory: o.memory() / 8, Jobs: o.Jobs})
	defer late.Close()
	for _, t := range tallies {
		t.late = late.groups.writer()
	}
	err := groups.Each(ctx, func(job int, c *Chat) error {
		slices.SortFunc(c.Facts, model.CompareFacts)
		tallies[job].learner.read(c)
		judge(tallies[job], classifiers[job], c)
		return nil
	})
	if err == nil && o.Repair {
		err = mendLate(ctx, late, tallies)
	}
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

// read lets the reference read the events of a chat, and reports whether there is anything to judge.
func (t *tally) read(classifier *model.Classifier, c *Chat, reference *model.Chat) bool {
	switch err := classifier.Classify(reference, c.Events); {
	case c.Bad != nil:
		why := fmt.Errorf("%w (interaction %s is ill-formed: W9)", c.Bad, model.Quoted(c.ID))
		t.setAside(c, why, asideKey{requirement: "W9", lacks: "a sound " + cmp.Or(c.Bad.Field, "line")})
		return false
	case err != nil:
		var bad *model.IllFormed
		errors.As(err, &bad)
		lacks, beginning := bad.Lacks(c.Events)
		t.setAside(c, err, asideKey{bad.Requirement, lacks, beginning})
		switch {
		case t.repairer == nil:
		case beginning:
			t.lateErr = cmp.Or(t.lateErr, c.addTo(t.late))
		default:
			t.mend(c)
		}
		return false
	case reference.InteractionID == "": // no event has a known name
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

// held compares the rows that a mart has of a chat with what is expected. early counts rows of open attempts.
func (t *tally) held(want *model.Expected, facts []model.Fact) (held model.MartRows, early int) {
	rows, ds := model.Twins(want.Chat, facts)
	more, judged := against(want, rows)
	ds = append(append(ds, more...), model.CheckBesides(want, judged, more, t.require)...)
	t.learner.note(want.Chat, rows)
	return model.MartRows{Rows: judged, Differences: ds}, len(rows) - len(judged)
}

// against compares rows with what is expected. judged are those that it compares: not all if the chat is unfinished.
func against(want *model.Expected, rows []model.Fact) (ds []model.Difference, judged []model.Fact) {
	if want.Chat.StoppedSeq == 0 {
		return model.CompareOpen(want, rows)
	}
	return model.Compare(want, rows), rows
}
