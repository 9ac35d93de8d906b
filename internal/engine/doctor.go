package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Blame says what to fix.
type Blame string

// The blames.
const (
	Nothing        Blame = ""
	Adapter        Blame = "adapter"        // what reads, groups and prints
	Classification Blame = "classification" // what says which rows a chat has
	Silence        Blame = "silence"        // there are no rows, and only they could tell the two apart
)

// Step is a step of a check-up, and what it found.
type Step struct {
	Name  string
	Tried bool   // it made sense after the earlier ones
	Found string // in a line
	Means string // what that means and what to fix; "" if all is well
	Blame Blame
}

// Checkup asks a target about one documented chat: first alone, then with events that it cannot know, then twice in
// one batch. So it distinguishes a target that does not speak as it should from one that classifies wrongly. Before
// each question it calls asking with what the question is about. It also returns the tail of what the implementation
// wrote to stderr. The error is a *target.StartError, or the context's.
func Checkup(ctx context.Context, t target.Target, asking func(about string)) (steps []Step, stderr string, err error) {
	chats, err := checkupCases()
	if err != nil {
		return nil, "", err
	}
	defer target.Close(t)
	if err := target.Open(ctx, t); err != nil {
		return nil, "", err
	}
	plan, err := NewPlan(chats)
	if err != nil {
		return nil, "", err
	}
	var occasion Occasion
	ask := func(about string, scenarios ...*Scenario) (outcomes []*Outcome, err error) {
		asking(about)
		var questions []target.Question
		for _, s := range scenarios {
			questions = append(questions, s.question())
		}
		round, err := t.Ask(ctx, questions)
		if err != nil {
			return nil, err
		}
		occasion.add(round)
		for i, s := range scenarios {
			outcomes = append(outcomes, s.judge(&round.Answers[i], DefaultLevels))
		}
		return outcomes, nil
	}
	speaks, documented := Step{Name: "it starts, and answers", Tried: true}, Step{Name: "a documented chat"}
	unknown, again := Step{Name: "an unknown event"}, Step{Name: "the same chat twice"}

	all := plan.Scenarios
	alone, err := ask("a documented chat", all[0])
	if err != nil {
		return nil, "", err
	}
	first := alone[0]
	speaks.answered(first, t.Way(), &occasion)
	documented.Tried = speaks.Blame == Nothing
	if documented.Tried {
		documented.classified(first)
		stranger, err := ask("the same chat with unknown events", all[1])
		if err != nil {
			return nil, "", err
		}
		unknown.same(first, stranger,
			"Skip events and fields that you do not know: every release brings new ones.")
		repeated, err := ask("the same chat twice", all[2], all[3])
		if err != nil {
			return nil, "", err
		}
		again.same(first, repeated,
			"One process may get several chats: group by interaction_id, and carry nothing over from "+
				"one chat to the next.")
	}
	return []Step{speaks, documented, unknown, again}, occasion.Stderr, nil
}

// checkupCases are the first documented chat; the same with events in between that nobody knows; and the same twice.
func checkupCases() ([]*model.Case, error) {
	cases, err := Builtin()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(cases, func(c *model.Case) bool { return c.Level == model.Documented })
	chat := cases[i]
	variant := func(id string) *model.Case {
		c := *chat
		c.ID, c.Events = "doctor/"+id, slices.Clone(chat.Events)
		return &c
	}
	stranger := variant("unknown")
	stranger.Events = nil
	for _, e := range chat.Events {
		e.Seq *= 2
		stranger.Events = append(stranger.Events, e)
		if e.Name != model.ProcessingStopped {
			e = model.Event{
				InteractionID: e.InteractionID, Seq: e.Seq + 1, Time: e.Time, Name: "EventOfAnotherRelease",
				Party: e.Party, Reason: "unknown",
			}
			stranger.Events = append(stranger.Events, e)
		}
	}
	return []*model.Case{chat, stranger, variant("again"), variant("and-again")}, nil
}

// answered says whether there is an answer that can be judged.
func (s *Step) answered(o *Outcome, way string, occasion *Occasion) {
	switch {
	case o.Verdict == Skip:
		s.Found, s.Blame = "it declined: "+o.Reason, Classification
		s.Means = "This is an ordinary chat. Decline only what your implementation does not do at all."
	case o.Failure != nil:
		s.Found, s.Blame = o.Failure.Error(), Adapter
		s.Means = mend[o.Failure.Kind]
		switch {
		case o.Failure.Kind == target.Said:
			s.Blame = Classification
		case o.Failure.Kind == target.Crash && occasion.Stderr != "":
			s.Means += " Its stderr, shown below, may say what went wrong."
		case o.Failure.Kind == target.Crash:
			s.Means += " It wrote nothing to stderr."
		}
	case len(o.Actual) == 0 && occasion.Ignored > 0:
		s.Found, s.Blame = fmt.Sprintf("no row for the chat, but %d for chats that it was not asked about",
			occasion.Ignored), Adapter
		s.Means = "Return interaction_id exactly as it came."
	case len(o.Actual) == 0:
		s.Found = "no row, and no error"
	default:
		s.Found = fmt.Sprintf("rows for the chat: %d", len(o.Actual))
	}
	if len(occasion.Notes) > 0 {
		s.Found += "; it " + strings.Join(occasion.Notes, "; it ")
	}
}

// mend says what each kind of failure means.
var mend = map[target.FailureKind]string{
	target.Said:  "The adapter works, but it refuses an ordinary chat: its message says why.",
	target.Crash: "Exit only after the input has ended, and with status 0.",
	target.Hang: "Answer without waiting for more input: a filter when stdin ends, any other program when it has the " +
		"whole request. Flush what you write, and close what you open.",
	target.Protocol: "Only facts may go to stdout (see 'chatproof schema fact'), or with --stream only messages (see " +
		"'chatproof schema protocol'). Send logging to stderr.",
}

// classified says whether the rows are those that are documented.
func (s *Step) classified(o *Outcome) {
	if o.Verdict.Green() {
		s.Found = "its rows are right"
		return
	}
	s.Found, s.Blame = o.reason(DefaultLevels), Classification
	s.Means = "These rows are decided by rules " + strings.Join(o.Rules, ", ") + " ('chatproof list rules')."
	if len(o.Actual) == 0 {
		s.Blame, s.Means = Silence,
			"If it should print rows already, check that they go to the right place and are flushed."
	}
}

// same says whether all answers are those of the first.
func (s *Step) same(first *Outcome, others []*Outcome, means string) {
	s.Tried = true
	for _, o := range others {
		switch {
		case o.Failure != nil:
			s.Found = o.Failure.Error()
		case o.Verdict == Skip:
			s.Found = "it declined: " + o.Reason
		case slices.ContainsFunc(o.Differences, func(d model.Difference) bool { return d.Field == "V17" }):
			s.Found = "it fails when both chats are sent together"
		case !slices.Equal(contents(first), contents(o)):
			s.Found = fmt.Sprintf("different rows: %d now, %d before", len(o.Actual), len(first.Actual))
			for _, line := range contents(o) {
				if !slices.Contains(contents(first), line) {
					s.Found += ", such as " + line
					break
				}
			}
		default:
			continue
		}
		s.Blame, s.Means = Adapter, means
		return
	}
	s.Found = "the same rows"
	if len(first.Actual) == 0 {
		s.Found = "no row either"
	}
}

// contents returns the rows of an outcome without their interaction ids, sorted.
func contents(o *Outcome) (lines []string) {
	for _, f := range o.Actual {
		f.InteractionID = ""
		lines = append(lines, model.Line(strings.TrimSpace(string(wire.AppendFact(nil, &f)))))
	}
	slices.Sort(lines)
	return lines
}
