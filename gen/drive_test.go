package gen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// wanderer drives a walk at random, and looks at the states on the way.
type wanderer struct {
	*Seeded
	t      *testing.T
	states map[State]bool
}

func (d *wanderer) Move(s State, legal MoveSet) model.Move {
	d.states[s] = true
	assert.True(d.t, legal.Has(model.Stop))
	var moves []model.Move
	legal.Each(func(m model.Move) {
		assert.True(d.t, s.May(m), "%v: %s", s, model.MoveNames[m])
		moves = append(moves, m)
	})
	if d.Intn(8) > 0 && len(moves) > 1 {
		moves = moves[1:] // the stop is the first
	}
	return moves[d.Intn(len(moves))]
}

func (d *wanderer) Which(_ model.ResourceType, list []int8) int { return d.Intn(len(list)) }
func (d *wanderer) Newcomer(free []int8) int {
	return d.Intn(max(len(free), 1)) + d.Intn(2)*len(free)
}
func (d *wanderer) Known(_ model.ResourceType, _, n int) int { return d.Intn(n) }
func (d *wanderer) Mode(model.VisibilityMode) (m model.VisibilityMode) {
	return model.VisibilityMode(d.Intn(4))
}

func (d *wanderer) Stopper() model.PartyType { return Everyday.Stops[d.Intn(4)] }
func (d *wanderer) Neutral() int             { return d.Intn(3) }
func (d *wanderer) Finishing() int           { return d.Intn(2) }
func (d *wanderer) Wait() time.Duration      { return time.Duration(d.Intn(9)) * time.Second }
func (d *wanderer) Medium() string           { return "" }

// Whatever drives a walk, the chat is well-formed; and each state on the way can be written and read, with the moves
// that may be made in it.
func TestDrivenChatsAreWellFormed(t *testing.T) {
	people := new(People)
	for i := range maxParties {
		people.Agents[i], people.Queues[i], people.Strategies[i] = canonicalNames.agents[i], canonicalNames.queues[i], canonicalNames.strategies[i]
	}
	d := &wanderer{Seeded: Seed(1), t: t, states: make(map[State]bool)}
	w := NewWalker(Driven([]string{model.Usual.Completed[0], model.Usual.Canceled[0]}, 60))
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	for range 4000 {
		log := w.Drive("chat", Day, people, d)
		require.NoError(t, classifier.Classify(chat, log))
		require.False(t, chat.Ended.IsZero())
		require.False(t, chat.Backwards)
	}
	assert.Greater(t, len(d.states), 1500)
	for s := range d.states {
		for _, s := range []State{s, s.AnyHistory()} {
			again, err := ParseState(s.String())
			require.NoError(t, err, s)
			assert.Equal(t, s, again)
		}
	}
}

func TestStatesThatCannotBe(t *testing.T) {
	for text, wrong := range map[string]string{
		"":                          "expected a state",
		"handlin agents=1":          "did you mean handling?",
		"handling agents=1":         "expected both agents= and latest=",
		"handling":                  "expected stop-due",
		"queue":                     "a leg has a purpose",
		"handling for=entry":        "for= describes a leg",
		"entering strategy":         "before its first queue",
		"handling agents=4":         "agents=4: expected",
		"queue for=entry for=entry": "for=entry: expected",
		"queue for=several":         "for=several: expected",
		"queue for=entry joins=1":   "expected both failures= and joins=, or neither",
		"handling agents=2 latest=transfer failures=0 joins=1": "more agents handle",
		"handling agents=1 latest=entry stop-due":              "when the last agent has left",
		"handling agents=1 latest=entry queue-due":             "the only agent was revoked",
		"handling agents=1 latest=entry pending=entry":         "pending=entry: expected",
		"queue for=entry strategy=2":                           "strategy=2: expected",
		"handling agents=1 latest=entry stop-due stopping":     "stopping: expected",
		"queue for=entry failures=3 joins=0":                   "failures=3: expected",
	} {
		_, err := ParseState(text)
		assert.ErrorContains(t, err, wrong, text)
	}
}

// What is marked as a defect is all that is wrong with how a chat arrives.
func TestDefectsAreMarked(t *testing.T) {
	sequence := Random(500, false, 1)
	kinds := make(map[DefectKind]int)
	events := 0
	for i := range 500 {
		log, _ := sequence(i, "chat")
		events += len(log)
		arrived, defects := Damage(log, 0.05, 1, i)
		again, _ := Damage(log, 0.05, 1, i)
		assert.Equal(t, arrived, again)
		times := make(map[int64]int)
		for _, e := range arrived {
			times[e.Seq]++
		}
		late := make(map[int64]bool)
		for _, d := range defects {
			kinds[d.Kind]++
			switch d.Kind {
			case Lost:
				times[d.Event.Seq]++
			case Doubled:
				times[d.Event.Seq]--
				late[d.Event.Seq] = d.After > 0
			case Late:
				assert.Positive(t, d.After)
				late[d.Event.Seq] = true
			}
		}
		for _, e := range log {
			assert.Equal(t, 1, times[e.Seq], "%v of %v", e, defects)
		}
		last := int64(0)
		for _, e := range arrived {
			if !late[e.Seq] {
				assert.GreaterOrEqual(t, e.Seq, last, "%v", defects)
				last = e.Seq
			}
		}
		whole, none := Damage(log, 0, 1, i)
		assert.Equal(t, log, whole)
		assert.Empty(t, none)
	}
	for _, kind := range []DefectKind{Lost, Doubled, Late} {
		assert.InDelta(t, float64(events)*0.05/3, kinds[kind], 50, kind)
	}
}
