package bulk

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// marts counts what became of attempts and chats between an old mart and its successor. It is nil if there is one mart.
type marts struct {
	engine.Marts
	window          covered // the time that both cover
	attempts, chats map[model.Change]int
}

func (o *CheckOptions) marts() *marts {
	if o.Legacy == nil {
		return nil
	}
	return &marts{window: o.window, attempts: make(map[model.Change]int), chats: make(map[model.Change]int)}
}

// covered is the time from the first to the last start of some rows, in seconds since 1970.
type covered struct {
	from, to int64
	known    bool
}

// see notes the start of a row. It does nothing on a nil covered.
func (s *covered) see(f *model.Fact) {
	if s == nil || f.Start.IsZero() {
		return
	}
	at := f.Start.Unix()
	if !s.known {
		*s = covered{at, at, true}
	}
	s.from, s.to = min(s.from, at), max(s.to, at)
}

// both is the time that two cover.
func (s covered) both(o covered) covered {
	return covered{max(s.from, o.from), min(s.to, o.to), s.known && o.known}
}

// outside reports whether there are rows, and all start before the time or after it.
func (s covered) outside(rows []model.Fact) bool {
	return s.known && len(rows) > 0 && !slices.ContainsFunc(rows, func(f model.Fact) bool {
		return f.Start.IsZero() || f.Start.Unix() >= s.from && f.Start.Unix() <= s.to
	})
}

// aKey marks a record of the table of keys: the new id for an old one.
const aKey = 'k'

// keyless begins the ids of old rows for which the table of keys has no new id: no row of the new mart meets them.
const keyless = "\x00"

// compareMarts brings the rows of two marts together and judges each chat.
func compareMarts(ctx context.Context, o CheckOptions, groups *Groups, facts tables.Place,
	judge func(*tally, *model.Classifier, *Chat),
) (*Report, error) {
	var old, successor covered
	if err := groups.addFacts(ctx, aFact, facts, o.Stdin, &successor); err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	unkeyed, err := addLegacy(ctx, &o, groups, &old)
	if err != nil {
		return nil, fmt.Errorf("--legacy: %w", err)
	}
	o.window = old.both(successor)
	report, err := judgeEach(ctx, o, groups, faultOf, judge)
	if err == nil {
		report.Marts.Unkeyed = unkeyed
	}
	return report, err
}

// addLegacy adds the rows of the old mart under the ids of the new one, and counts rows that have no new id.
func addLegacy(ctx context.Context, o *CheckOptions, groups *Groups, old *covered) (unkeyed int, err error) {
	keys, err := tables.OpenKeys(ctx, *o.Legacy)
	if err != nil {
		return 0, err
	}
	if keys == nil {
		return 0, groups.addFacts(ctx, anOldOne, *o.Legacy, o.Stdin, old)
	}
	defer keys.Close()
	byOld := NewGroups(Options{Memory: o.memory() / 2, Jobs: o.Jobs})
	defer byOld.Close()
	if err := byOld.addFacts(ctx, anOldOne, *o.Legacy, o.Stdin, old); err != nil {
		return 0, err
	}
	w := byOld.groups.writer()
	for {
		k, err := keys.Read()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = cmp.Or(ctx.Err(), w.Add([]byte(k.Old), append([]byte{aKey}, k.New...)))
		}
		if err != nil {
			return 0, fmt.Errorf("%w; this is read as the table of keys", err)
		}
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return byOld.rekey(groups)
}

// rekey adds the rows to other groups, under the new ids of the table of keys, and counts rows that have no new id.
func (g *Groups) rekey(to *Groups) (unkeyed int, err error) {
	writers := make([]*recordWriter, g.Jobs())
	for i := range writers {
		writers[i] = to.groups.writer()
	}
	var without atomic.Int64
	err = g.groups.Each(len(writers), func(job int, key []byte, records bunches) error {
		var id []byte
		one := true
		for r := range records.all() {
			if r[0] == aKey {
				one = one && (id == nil || bytes.Equal(id, r[1:]))
				id = r[1:]
			}
		}
		if id == nil || !one {
			id = append([]byte(keyless), key...)
		}
		for r := range records.all() {
			if r[0] == aKey {
				continue
			}
			if id[0] == keyless[0] {
				without.Add(1)
			}
			if err := writers[job].Add(id, r); err != nil {
				return err
			}
		}
		return nil
	})
	for _, w := range writers {
		err = cmp.Or(err, w.Close())
	}
	return int(without.Load()), err
}

// judgeMarts compares the rows that two marts have of a chat, given its events.
func (t *tally) judgeMarts(classifier *model.Classifier, c *Chat) {
	slices.SortFunc(c.Legacy, model.CompareFacts)
	if len(c.Events) == 0 && t.alone(c, true) {
		return
	}
	var reference model.Chat
	if !t.read(classifier, c, &reference) {
		return
	}
	want := model.Expect(&reference)
	switch {
	case t.alone(c, expectsRows(&want)):
		return
	case len(c.Facts)+len(c.Legacy) == 0: // the chat says nothing about either mart
		t.marts.Empty++
		return
	}
	old, _ := t.held(&want, c.Legacy)
	successor, early := t.held(&want, c.Facts)
	t.Early += early
	t.compared(c, &want, old, successor, &reference)
}

// judgeRows compares the rows that two marts have of a chat, without events.
func (t *tally) judgeRows(_ *model.Classifier, c *Chat) {
	slices.SortFunc(c.Legacy, model.CompareFacts)
	if t.tooLarge(c) || t.alone(c, true) {
		return
	}
	want := model.ExpectRows(c.ID, c.Legacy)
	t.compared(c, &want, model.MartRows{Rows: c.Legacy, Differences: t.table.CheckRows(c.Legacy)}, model.MartRows{
		Rows: c.Facts, Differences: append(model.Compare(&want, c.Facts), t.table.CheckRows(c.Facts)...),
	}, nil)
}

// compared counts what became of a chat and its attempts.
func (t *tally) compared(c *Chat, want *model.Expected, old, successor model.MartRows, reference *model.Chat) {
	changes, ds := model.CompareMarts(want, old, successor, t.require)
	for _, change := range changes {
		t.marts.attempts[change]++
	}
	t.marts.chats[model.Worst(changes)]++
	t.marts.OldRows += len(c.Legacy)
	t.add(Example{
		InteractionID: c.ID, Log: c.Events, Rows: c.Facts, Legacy: c.Legacy, Differences: ds,
	}, reference)
}

func expectsRows(want *model.Expected) bool {
	return slices.ContainsFunc(want.Rows, func(r model.ExpectedRow) bool { return !r.Optional })
}

// inBoth reports whether both marts have rows of the chat, if rows are expected.
func (c *Chat) inBoth(expected bool) bool { return !expected || len(c.Facts) > 0 && len(c.Legacy) > 0 }

// alone reports whether a chat is not in both marts although it should have rows. If so, it counts the chat.
func (t *tally) alone(c *Chat, expected bool) bool {
	m := t.marts
	id := strings.TrimPrefix(c.ID, keyless)
	switch {
	case c.inBoth(expected):
		return false
	case len(c.Facts) > 0:
		m.NewAlone++
		m.NewLike = lesser(m.NewLike, id)
		t.hints.Event(id)
	case len(c.Legacy) > 0:
		m.OldAlone++
		m.OldLike = lesser(m.OldLike, id)
		t.hints.Row(id)
	default:
		m.Neither++
		if first, _ := span(c.Events); m.window.known && (first < m.window.from || first > m.window.to) {
			m.Outside++
		}
		return true
	}
	if m.window.outside(c.Facts) || m.window.outside(c.Legacy) {
		m.Outside++
	}
	return true
}

func (m *marts) merge(o *marts) {
	if m == nil {
		return
	}
	for change, n := range o.attempts {
		m.attempts[change] += n
	}
	for change, n := range o.chats {
		m.chats[change] += n
	}
	addCounts(&m.Marts, &o.Marts)
	m.OldLike, m.NewLike = lesser(m.OldLike, o.OldLike), lesser(m.NewLike, o.NewLike)
}

// lesser is the lesser of two ids; "" stands for none.
func lesser(a, b string) string { return min(cmp.Or(a, b), cmp.Or(b, a)) }

// count returns what the report says, or nil if there is one mart.
func (m *marts) count() *engine.Marts {
	if m == nil {
		return nil
	}
	for _, change := range model.Changes {
		if n := m.attempts[change]; n > 0 {
			m.Attempts = append(m.Attempts, engine.ChangeCount{Change: change, Number: n})
		}
		if n := m.chats[change]; n > 0 {
			m.Chats = append(m.Chats, engine.ChangeCount{Change: change, Number: n})
		}
	}
	if w := m.window; w.known {
		m.Window = period(w.from, w.to)
	}
	return &m.Marts
}
