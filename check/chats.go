package check

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// Events and Facts are read to io.EOF. A *rows.LineError of Events that names an interaction spoils that one; every
// other error ends the check.
type (
	Events interface{ Read() (model.Event, error) }
	Facts  interface{ Read() (model.Fact, error) }
)

// Chats compares the rows of each chat that has events with those that the reference makes of them, and with the
// invariants. Rows of chats without events, and ill-formed chats, are counted and not judged. Of an unfinished chat the
// closed attempts must have their rows; what rows it has beyond those is not judged, for the rows may be newer than
// the events.
func Chats(events Events, facts Facts, require model.Levels) (*Report, error) {
	t := newTally(require, (*model.Difference).Signature)
	classifier := model.NewClassifier(model.Reference())
	err := grouped(events, facts, func(c *chat) {
		if len(c.log) == 0 && c.spoilt == nil {
			t.Strangers += len(c.rows)
			return
		}
		t.judge(classifier, c)
	})
	if err != nil {
		return nil, err
	}
	return t.report(), nil
}

// judge compares the rows of a chat.
func (t *tally) judge(classifier *model.Classifier, c *chat) {
	var reference model.Chat
	if c.spoilt == nil {
		c.spoilt = classifier.Classify(&reference, c.log)
	}
	switch {
	case c.spoilt != nil:
		t.setAside(c.id, c.spoilt)
		return
	case reference.InteractionID == "": // no event of a known name
		t.Strangers += len(c.rows)
		return
	}
	want := model.Expect(&reference)
	ds := model.Compare(&want, c.rows)
	if reference.StoppedSeq == 0 {
		t.Unfinished++
		n := len(ds)
		ds = slices.DeleteFunc(ds, func(d model.Difference) bool { return d.Field == model.RowField && d.Ordinal == 0 })
		t.Early += n - len(ds)
	}
	if !slices.ContainsFunc(ds, func(d model.Difference) bool { return t.require.Has(d.Level) }) { // else they say it again
		ds = append(ds, model.CheckInvariants(&reference, c.rows)...)
	}
	if len(c.rows) == 0 && len(ds) > 0 {
		t.Rowless++
	}
	t.add(Example{c.id, c.log, c.rows, ds})
}

// chat is what was read of one interaction.
type chat struct {
	id     string
	log    []model.Event
	rows   []model.Fact
	spoilt error // a line of it that could not be read
}

// grouped brings together what belongs to one chat.
func grouped(events Events, facts Facts, each func(*chat)) error {
	chats := make(map[string]*chat)
	var order []*chat
	of := func(id string) *chat {
		c := chats[id]
		if c == nil {
			c = &chat{id: id}
			chats[id] = c
			order = append(order, c)
		}
		return c
	}
	for events != nil {
		e, err := events.Read()
		var bad *rows.LineError
		if err == io.EOF {
			break
		} else if errors.As(err, &bad) && bad.InteractionID != "" {
			if c := of(bad.InteractionID); c.spoilt == nil {
				c.spoilt = fmt.Errorf("%w (interaction %s is ill-formed: W9)", bad, model.Name(c.id))
			}
		} else if err != nil {
			return err
		} else {
			c := of(e.InteractionID)
			c.log = append(c.log, e)
		}
	}
	for {
		f, err := facts.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		c := of(f.InteractionID)
		c.rows = append(c.rows, f)
	}
	for _, c := range order {
		each(c)
	}
	return nil
}
