package engine

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Campaign looks for counterexamples: chats on which an implementation differs from the reference, or from itself
// where a relation holds. First it asks all chats of the smallest alphabets, the shortest first: what fails there has
// its shortest chat as found. Then it asks random ones, and shrinks what they show that is new.
type Campaign struct {
	Seed    uint64
	Require model.Levels
	Prove   int // how many small chats to ask at most, and how many shorter chats to ask before one is called minimal
	Shard   int // of Shards, from 1
	Shards  int
	Once    bool         // end with the first round that finds something
	Table   *model.Table // decides what is expected; nil is the reference's
	World                // chats that cannot occur there are not asked

	// Scenarios is how many random scenarios to ask; there are then at most ten times as many small chats. If Span is
	// set, it limits the whole campaign instead, shrinking included.
	Scenarios int
	Span      time.Duration

	// Found is called once for each finding, when its chat is as short as it gets; it may be nil. Only [Finding.Faces]
	// and [Finding.Count] still grow after that.
	Found func(*Finding)
	// Progress is called after each batch; it may be nil.
	Progress func(Progress)

	now func() time.Time // nil is the system's clock
}

// Progress is how far a campaign has come.
type Progress struct {
	Phase    string // what is asked now: small chats, random ones, shorter ones of a finding
	Asked    int    // small chats and random scenarios
	Most     int    // the most that Asked will be; 0 is not known
	Findings int    // done
	Open     int    // being shrunk
}

// Harvest is what a campaign has found.
type Harvest struct {
	Small     int // chats of the smallest alphabets that were asked
	Scenarios int // random ones
	Findings  []*Finding
	Over      bool // the implementation no longer answered
	Occasion       // what else was odd
}

// Signatures counts those of all findings.
func (h *Harvest) Signatures() (n int) {
	for _, f := range h.Findings {
		n += 1 + len(f.Faces)
	}
	return n
}

// smallShare is the most small chats that are asked for each random scenario; small chats get 1/smallPart of a span.
const (
	smallShare = 10
	smallPart  = 3
)

// The phases, as [Progress] names them.
const (
	smallPhase   = "small chats"
	randomPhase  = "random chats"
	shorterPhase = "shorter chats"
)

// errOver ends a campaign whose span is over.
var errOver = errors.New("the time is over")

// Run asks until everything has been asked or the time is over. The findings are ordered by level, the most frequent
// first. The error is the target's or the context's; what was found by then is returned with it.
func (c *Campaign) Run(ctx context.Context, t target.Target) (*Harvest, error) {
	if c.now == nil {
		c.now = time.Now
	}
	parent, began := ctx, c.now()
	if c.Span > 0 {
		within, stop := context.WithDeadlineCause(ctx, began.Add(c.Span), errOver)
		defer stop()
		ctx = within
	}
	r := &campaignRun{
		Campaign: c, t: t, harvest: new(Harvest), known: newMemory(), sizes: newSizes(t, c.Span > 0),
		bySignature: make(map[string]*sighting),
	}
	r.suspects.filter = t.Way() == "filter"
	r.proofs = math.MaxInt
	if c.Span == 0 {
		r.proofs = c.smallMost()
	}
	err := r.phase(ctx, smallPhase, newSmallTrials(c.smallBound(began)), &r.harvest.Small)
	if err == nil && !r.enough() {
		err = r.phase(ctx, randomPhase, c.randomTrials(began), &r.harvest.Scenarios)
	}
	if errors.Is(context.Cause(ctx), errOver) && parent.Err() == nil {
		err = nil
	}
	r.settle(cmp.Or(err, context.Cause(ctx)))
	if note := r.suspects.note(); note != "" {
		r.harvest.Notes = append(r.harvest.Notes, note)
	}
	return r.harvest, err
}

// smallBound returns a function that reports whether a number of small chats is enough.
func (c *Campaign) smallBound(began time.Time) func(n int) bool {
	if c.Span > 0 {
		end := began.Add(c.Span / smallPart)
		return func(int) bool { return !c.now().Before(end) }
	}
	return func(n int) bool { return n >= c.smallMost() }
}

// smallMost is how many small chats are asked if no span is set, and how many chats all proofs together may ask.
func (c *Campaign) smallMost() int { return min(c.Prove, smallShare*c.Scenarios) }

// campaignRun is a campaign under way.
type campaignRun struct {
	*Campaign
	t           target.Target
	harvest     *Harvest
	known       *memory
	sizes       *sizes
	suspects    suspects
	bySignature map[string]*sighting
	open        []*sighting // not yet part of a finding
	asked       int
	rounds      []*target.Round // whose answers are judged next
	shrinking   int
	proofs      int // how many more chats may be asked to prove that others are the shortest
}

// sighting is a signature that has been seen, and the shortest scenario that showed it.
type sighting struct {
	Face
	example *model.Case
	found   []model.Difference // of the example
	failure *target.Failure
	stderr  string
	minimal bool     // the example is the shortest chat, as all shorter ones were asked before
	of      *Finding // that it is a face of, once that is known
}

// enough reports whether the campaign must end.
func (r *campaignRun) enough() bool {
	return r.harvest.Over || r.Once && len(r.harvest.Findings) > 0
}

// phase asks trials in rounds, and turns what each round shows into findings.
func (r *campaignRun) phase(ctx context.Context, name string, of trials, asked *int) error {
	drawing, stop := context.WithCancel(ctx)
	defer stop()
	rounds := &drawnRounds{
		trials: of, table: r.Table, world: &r.World, absent: r.absences(), sizes: r.sizes, drawn: make(chan *drawn),
		spent: make(chan *drawn, 2),
	}
	go rounds.draw(drawing)
	for d := range rounds.drawn {
		before := *asked
		answers, err := r.putWary(ctx, name, d, asked)
		if err != nil {
			return err
		}
		r.suspects.learn(d.scenarios, answers)
		for i, s := range d.scenarios {
			if !r.note(s, &answers[i], name) {
				d.spent = append(d.spent, s.Case)
			}
		}
		for _, round := range r.rounds {
			round.Spent()
		}
		r.rounds = r.rounds[:0]
		r.harvest.Over = *asked == before
		if !r.harvest.Over {
			if err := r.conclude(ctx); err != nil {
				return err
			}
		}
		if r.enough() {
			return nil
		}
		rounds.spent <- d
	}
	return ctx.Err()
}

// put asks questions and returns an answer to each. It asks them in parts that do not take long: the parts depend on
// the clock, and nothing else does. Unless asked is nil, it grows by the number that were answered.
func (r *campaignRun) put(ctx context.Context, phase string, questions []target.Question, asked *int,
) (answers []target.Answer, err error) {
	for len(questions) > 0 {
		part := questions[:min(len(questions), r.sizes.atMost())]
		questions = questions[len(part):]
		began := r.now()
		round, err := r.t.Ask(ctx, part)
		if err != nil {
			return answers, err
		}
		if !slices.ContainsFunc(round.Answers, func(a target.Answer) bool { return a.Failure != nil }) {
			r.sizes.took(len(part), r.now().Sub(began)) // else it went into looking for what fails
		}
		answers = append(answers, round.Answers...)
		if asked != nil {
			r.rounds = append(r.rounds, round)
			r.harvest.add(round)
			n := 0
			for i := range round.Answers {
				if !round.Answers[i].NotRun {
					n++
				}
			}
			*asked += n
			r.asked += n
			if n == 0 { // it no longer answers
				return append(answers, slices.Repeat([]target.Answer{{NotRun: true}}, len(questions))...), nil
			}
		}
		r.tell(phase)
	}
	return answers, nil
}

// putWary asks a round. Chats with a move that the program fails on come last, and only a few of them are asked: in the
// same start they would cost the others their answers, or many starts to find out which chats they are.
func (r *campaignRun) putWary(ctx context.Context, phase string, d *drawn, asked *int) ([]target.Answer, error) {
	plain := r.suspects.sort(d)
	answers, err := r.put(ctx, phase, d.questions[:plain], asked)
	if err != nil || r.suspects.none() {
		return answers, err
	}
	few := d.questions[plain:min(len(d.questions), plain+maxSuspects)]
	more, err := r.put(ctx, phase, few, asked)
	held := len(d.questions) - plain - len(few)
	if held > 0 {
		r.suspects.held += held
		r.suspects.why |= r.suspects.moves()
	}
	return slices.Concat(answers, more, slices.Repeat([]target.Answer{{NotRun: true}}, held)), err
}

func (r *campaignRun) tell(phase string) {
	if r.Progress != nil {
		p := Progress{Phase: phase, Asked: r.asked, Findings: len(r.harvest.Findings), Open: r.shrinking}
		if r.Span == 0 {
			p.Most = r.smallMost() + r.Scenarios
		}
		r.Progress(p)
	}
}

// note records what a scenario showed, and reports whether its case is still needed.
func (r *campaignRun) note(s *Scenario, a *target.Answer, phase string) (kept bool) {
	if a.NotRun || a.Skip != "" {
		return false
	}
	o := s.judge(a, r.Require)
	if phase == smallPhase {
		r.known.put(r.known.keyOf("", s.Events), signaturesOf(o))
	}
	if o.Failure != nil {
		x := r.see("failure "+string(o.Failure.Kind), s, s.Level, nil)
		if x.failure == nil || x.example == s.Case {
			x.failure, x.stderr = o.Failure, o.Stderr
		}
		return true
	}
	for i := range o.Differences {
		d := &o.Differences[i]
		if !d.Required {
			continue
		}
		x := r.see(d.Signature(), s, d.Level, o.Differences)
		x.minimal = x.minimal || phase == smallPhase && x.example == s.Case
		kept = kept || x.example == s.Case
	}
	return kept
}

// see counts a signature. Until it belongs to a finding, it keeps the shortest scenario that showed it.
func (r *campaignRun) see(signature string, s *Scenario, level model.Level, found []model.Difference) *sighting {
	x := r.bySignature[signature]
	if x == nil {
		x = &sighting{Face: Face{Signature: signature, Level: level, First: s.ID}, example: s.Case, found: found}
		r.bySignature[signature] = x
		r.open = append(r.open, x)
	}
	if x.Count++; x.of == nil && len(s.Events) < len(x.example.Events) {
		x.example, x.found = s.Case, found
	}
	return x
}

// signaturesOf lists what an outcome shows of what is required, each once.
func signaturesOf(o *Outcome) (all []string) {
	if o.Failure != nil {
		return []string{"failure " + string(o.Failure.Kind)}
	}
	for i := range o.Differences {
		if d := &o.Differences[i]; d.Required && !slices.Contains(all, d.Signature()) {
			all = append(all, d.Signature())
		}
	}
	return all
}

// settle ends the campaign: open sightings become findings as they are, and all findings are put in order.
func (r *campaignRun) settle(err error) {
	for _, x := range r.byTelling(r.open) {
		if f := r.explained(x); f != nil {
			r.adopt(f, x)
			continue
		}
		f := r.newFinding(x)
		f.Err = cmp.Or(err, errUnshrunk)
		r.publish(f)
	}
	r.open = nil
	for _, f := range r.harvest.Findings {
		f.tally()
	}
	slices.SortStableFunc(r.harvest.Findings, func(a, b *Finding) int { return byLevel(a.Face, b.Face) })
}

// byTelling orders sightings, the most telling first.
func (r *campaignRun) byTelling(all []*sighting) []*sighting {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *sighting) int {
		return cmp.Or(
			cmp.Compare(a.Level, b.Level), cmp.Compare(len(a.example.Events), len(b.example.Events)),
			a.weight()-b.weight(), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Signature, b.Signature),
		)
	})
	return all
}

// sizes are how many questions the rounds have: few at first, that there is something to see; then more, that the
// starts of a program cost little, unless it is asked one by one. In a campaign of a span, and in no other, rounds get
// smaller again if they take long: what one found is told when it is over, and the span may end before.
type sizes struct {
	round, largest int
	timed          bool
	most           atomic.Int64 // how many are asked at once
}

const (
	firstRound = 128
	// MostAtOnce is how many chats a round of a campaign has at most.
	MostAtOnce = 4096
	slowRound  = 4 * time.Second

	piecemealRound = 64 // as much as a processor keeps close at hand
)

func newSizes(t target.Target, timed bool) *sizes {
	s := &sizes{round: firstRound, largest: MostAtOnce, timed: timed}
	s.most.Store(MostAtOnce)
	if p, ok := t.(target.Piecemeal); ok { // whose own number follows the jobs, which change no result
		s.round, s.largest = piecemealRound, piecemealRound
		s.most.Store(int64(p.AtOnce()))
	}
	return s
}

// next returns the size of the next round.
func (s *sizes) next() int {
	if s.timed {
		s.round = min(s.round, s.atMost())
	}
	n := s.round
	s.round = min(2*n, s.largest)
	return n
}

func (s *sizes) atMost() int { return int(s.most.Load()) }

// took learns how long n questions took.
func (s *sizes) took(n int, d time.Duration) {
	if d > slowRound {
		s.most.Store(min(s.most.Load(), max(1, int64(float64(n)*float64(slowRound)/float64(d)))))
	}
}
