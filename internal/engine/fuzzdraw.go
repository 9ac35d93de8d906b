package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// drawn is a round of trials on its way to the target and back.
type drawn struct {
	scenarios []*Scenario
	questions []target.Question
	spent     []*model.Case // no longer needed
	room      []*Scenario   // of earlier rounds, no longer needed
}

// drawnRounds makes rounds of trials, one ahead of the one that is asked. Rounds come back through spent, which has
// room for all of them.
type drawnRounds struct {
	trials
	table  *model.Table // decides what is expected
	world  *World       // in which they are asked
	absent []absence    // what is not asked
	sizes  *sizes
	drawn  chan *drawn
	spent  chan *drawn
	held   *model.Case // the first of the next round; its kind differs from those before it
}

// trials are cases to ask, one after the other.
type trials interface {
	next() *model.Case   // nil after the last
	recycle(*model.Case) // takes back one that is no longer needed
}

// draw makes rounds until there are no more trials, and closes drawn after the last.
func (r *drawnRounds) draw(ctx context.Context) {
	defer close(r.drawn)
	for range cap(r.spent) {
		r.spent <- new(drawn)
	}
	for {
		var d *drawn
		select {
		case d = <-r.spent:
		case <-ctx.Done():
			return
		}
		for _, c := range d.spent {
			r.recycle(c)
		}
		*d = drawn{d.scenarios[:0], d.questions[:0], d.spent[:0], append(d.room, d.scenarios...)}
		for n := r.sizes.next(); len(d.scenarios) < n; {
			c := r.held
			r.held = nil
			if c == nil {
				c = r.next()
			}
			if c == nil {
				break
			}
			if slices.ContainsFunc(r.absent, func(a absence) bool { return a.of(c) }) {
				r.recycle(c)
				continue
			}
			if len(d.scenarios) > 0 && c.Kind != d.scenarios[0].Kind {
				r.held = c
				break
			}
			var s *Scenario
			if n := len(d.room); n > 0 {
				s, d.room = d.room[n-1], d.room[:n-1]
			} else {
				s = new(Scenario)
			}
			s.try(c, r.table)
			s.in(r.world)
			d.scenarios, d.questions = append(d.scenarios, s), append(d.questions, s.question())
		}
		if len(d.scenarios) == 0 {
			return
		}
		select {
		case r.drawn <- d:
		case <-ctx.Done():
			return
		}
	}
}

// smallTrials are the chats of the smallest alphabets, one in each case.
type smallTrials struct {
	chats  *gen.SmallChats
	made   int
	enough func(made int) bool
	spare  []*model.Case
}

func newSmallTrials(enough func(made int) bool) *smallTrials {
	return &smallTrials{chats: gen.NewSmallChats(), enough: enough}
}

func (s *smallTrials) next() *model.Case {
	if s.enough(s.made) {
		return nil
	}
	n := strconv.Itoa(s.made)
	log, ok := s.chats.Next("chat-" + n)
	if !ok {
		return nil
	}
	s.made++
	c := new(model.Case)
	if last := len(s.spare) - 1; last >= 0 {
		c, s.spare = s.spare[last], s.spare[:last]
	}
	*c = model.Case{
		ID: "small/" + n, Level: model.Inferred, Title: "Campaign", Checked: true, Opaque: true,
		Events: append(c.Events[:0], log...),
	}
	return c
}

func (s *smallTrials) recycle(c *model.Case) { s.spare = append(s.spare, c) }

// randomTrials are the campaign's random scenarios. A shard of n takes every n-th epoch, whose trials steer by each
// other.
type randomTrials struct {
	scenarios   *gen.Scenarios
	first, step int // epochs
	made        int
	enough      func(made int) bool
}

func (c *Campaign) randomTrials(began time.Time) *randomTrials {
	t := &randomTrials{scenarios: gen.NewScenarios(c.Seed), first: max(c.Shard-1, 0), step: max(c.Shards, 1)}
	t.enough = func(made int) bool { return made >= c.Scenarios }
	if c.Span > 0 {
		t.enough = func(int) bool { return c.now().Sub(began) >= c.Span }
	}
	return t
}

func (t *randomTrials) next() *model.Case {
	if t.enough(t.made) {
		return nil
	}
	c := t.scenarios.Campaign((t.first+t.made/gen.Epoch*t.step)*gen.Epoch + t.made%gen.Epoch)
	t.made++
	return c
}

func (t *randomTrials) recycle(c *model.Case) { t.scenarios.Recycle(c) }

// suspects are the moves that occur in chats on which a filter failed, and in none that it answered. They are learnt
// from the first failure on. With any other kind of target a failing chat costs the others nothing: there are none.
type suspects struct {
	filter           bool
	failed, answered gen.MoveSet
	held             int         // chats that were not asked
	why              gen.MoveSet // the moves for which they were not
}

// maxSuspects is how many chats with such a move are asked in a round: they may fail for another reason.
const maxSuspects = 4

func (s *suspects) moves() gen.MoveSet {
	if s.answered == 0 { // it fails on all
		return 0
	}
	return s.failed &^ s.answered
}

func (s *suspects) none() bool { return s.moves() == 0 }

func (s *suspects) learn(asked []*Scenario, answers []target.Answer) {
	fails := func(a target.Answer) bool { return a.Failure != nil }
	if !s.filter || s.failed == 0 && !slices.ContainsFunc(answers, fails) {
		return
	}
	for i := range answers {
		switch a := &answers[i]; {
		case a.NotRun || a.Skip != "":
		case a.Failure != nil:
			s.failed |= movesOf(asked[i].Case)
		default:
			s.answered |= movesOf(asked[i].Case)
		}
	}
}

// sort puts the scenarios with a suspicious move last, and returns how many have none.
func (s *suspects) sort(d *drawn) (plain int) {
	if s.none() {
		return len(d.scenarios)
	}
	var last []*Scenario
	for _, c := range d.scenarios {
		if movesOf(c.Case)&s.moves() != 0 {
			last = append(last, c)
		} else {
			d.scenarios[plain] = c
			plain++
		}
	}
	copy(d.scenarios[plain:], last)
	for i, c := range d.scenarios {
		d.questions[i] = c.question()
	}
	return plain
}

func (s *suspects) note() string {
	if s.held == 0 {
		return ""
	}
	var names []string
	s.why.Each(func(m model.Move) { names = append(names, model.MoveNames[m]) })
	return fmt.Sprintf("fails on chats with %s: %d of them were not sent, so that the others got an answer",
		strings.Join(names, " or "), s.held)
}

func movesOf(c *model.Case) (moves gen.MoveSet) {
	for _, log := range model.Chats(c.Events) {
		for i := range log {
			moves |= 1 << model.MoveOf(log, i)
		}
	}
	return moves
}
