package gen

import (
	"context"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Probe says for each log whether it still shows what a counterexample showed. The logs are finished chats of one
// interaction.
type Probe func(ctx context.Context, logs [][]model.Event) ([]bool, error)

// Minimal is a counterexample with no event or attempt to leave out, and no substitution that makes it plainer.
type Minimal struct {
	Log []model.Event
	// Tried counts the shorter logs over its own alphabet that were tried and do not show it. All is at least how many
	// there are; it is exact if both are equal: then the log is proven minimal.
	Tried, All int
}

// Proven reports whether everything shorter was tried.
func (m *Minimal) Proven() bool { return m.Tried == m.All }

// shrinker holds what does not change while a counterexample shrinks.
type shrinker struct {
	probe      Probe
	classifier *model.Classifier
	chat       model.Chat
}

// batch is how many candidates a probe gets at once: a target may be a program that is started for each batch.
const batch = 4096

// Shrink makes a finished chat shorter as long as the probe still says yes. It leaves out attempts and events, with
// what no longer fits, and makes events plainer; then it tries every shorter log over the chat's own alphabet,
// shortest first, at most prove of them. It stops early with the context's or the probe's error, and returns what it
// has.
func Shrink(ctx context.Context, log []model.Event, probe Probe, prove int) (Minimal, error) {
	log, err := Reduce(ctx, log, probe)
	if err != nil {
		return Minimal{Log: log, All: -1}, err
	}
	return Prove(ctx, log, probe, prove)
}

// Reduce does the first half of [Shrink]: unless it is long, the result shows nothing without any of its events.
func Reduce(ctx context.Context, log []model.Event, probe Probe) ([]model.Event, error) {
	return newShrinker(probe).reduce(ctx, slices.Clone(log))
}

// Prove does the second half, for a chat that has been reduced or cannot be. It tries every shorter log, and if one
// shows it, goes on from there. With an error it returns what it has: Tried is how many shorter logs do not show it,
// All is -1.
func Prove(ctx context.Context, log []model.Event, probe Probe, prove int) (Minimal, error) {
	s := newShrinker(probe)
	for {
		found, tried, all, err := s.enumerate(ctx, log, prove)
		if err != nil {
			return Minimal{Log: log, Tried: tried, All: -1}, err
		}
		if found == nil {
			return Minimal{Log: log, Tried: tried, All: all}, nil
		}
		log, err = s.reduce(ctx, found)
		if err != nil { // but the log is shorter
			return Minimal{Log: log, All: -1}, err
		}
	}
}

func newShrinker(probe Probe) *shrinker {
	return &shrinker{probe: probe, classifier: model.NewClassifier(model.Reference())}
}

// reduce applies the candidates of each kind until the probe says yes to none.
func (s *shrinker) reduce(ctx context.Context, log []model.Event) ([]model.Event, error) {
	for {
		if len(log) > short {
			next, err := s.first(ctx, s.withoutSpans(log))
			if err != nil {
				return log, err
			}
			if next != nil {
				log = next
				continue
			}
			if len(log) > long {
				return log, nil
			}
		}
		next, err := s.first(ctx,
			slices.Concat(s.withoutAgents(log), s.withoutEvents(log, 3), s.withoutEvents(log, 1),
				s.withoutEvents(log, 2)))
		if err == nil && next == nil {
			next, err = s.first(ctx, s.plainer(log))
		}
		if err != nil || next == nil {
			return log, err
		}
		log = next
	}
}

// first returns the first candidate that the probe says yes to, or nil.
func (s *shrinker) first(ctx context.Context, candidates [][]model.Event) ([]model.Event, error) {
	for len(candidates) > 0 {
		n := min(batch, len(candidates))
		yes, err := s.probe(ctx, candidates[:n])
		if err != nil {
			return nil, err
		}
		if i := slices.Index(yes, true); i >= 0 {
			return candidates[i], nil
		}
		candidates = candidates[n:]
	}
	return nil, nil
}

// Rising reports whether a log is in order of seq, each event once.
func Rising(log []model.Event) bool {
	for i := 1; i < len(log); i++ {
		if log[i].Seq <= log[i-1].Seq {
			return false
		}
	}
	return true
}

// fitting leaves out what does not fit after what precedes it. The memory of the result is that of the log.
func (s *shrinker) fitting(log []model.Event) []model.Event {
	if Rising(log) {
		for { // what is named is the first that does not fit
			err := s.classifier.Classify(&s.chat, log)
			if err == nil {
				return log
			}
			bad := err.(*model.IllFormed).Seq
			log = slices.DeleteFunc(log, func(e model.Event) bool { return e.Seq == bad })
		}
	}
	out := log[:0]
	for _, e := range log {
		out = append(out, e)
		if s.classifier.Classify(&s.chat, out) != nil {
			out = out[:len(out)-1]
		}
	}
	return out
}

// repair leaves out of a log what does not fit, and ends the chat if its end was lost. It returns nil if the result is
// not shorter than limit.
func (s *shrinker) repair(log []model.Event, limit int) []model.Event {
	out := s.fitting(log)
	if len(out) == 0 {
		return nil
	}
	if s.classifier.Classify(&s.chat, out) != nil || s.chat.StoppedSeq == 0 {
		stopped := out[len(out)-1]
		stopped = model.Event{
			InteractionID: stopped.InteractionID, Seq: stopped.Seq + 1, Time: stopped.Time,
			Name: model.ProcessingStopped, Actor: mediaServer,
		}
		out = append(out, stopped)
		if s.classifier.Classify(&s.chat, out) != nil {
			return nil
		}
	}
	if len(out) >= limit {
		return nil
	}
	return out
}

// withoutAgents makes the logs in which one agent or strategy does not take part.
func (s *shrinker) withoutAgents(log []model.Event) (out [][]model.Event) {
	seen := make(map[model.Party]bool)
	for i := range log {
		p := log[i].Party
		if p.ID == "" || seen[p] {
			continue
		}
		seen[p] = true
		rest := slices.DeleteFunc(slices.Clone(log), func(e model.Event) bool { return e.Party == p || e.Actor == p })
		rest = s.repair(rest, len(log))
		if rest != nil {
			out = append(out, rest)
		}
	}
	return out
}

// short is the length up to which any two events of a log are left out. A longer log loses spans first: taking away
// one event of a thousand, and repairing the rest, a thousand times, takes minutes.
const (
	short = 40
	long  = 160 // from a log that is still longer then, no more is left out: its length is what shows
)

// withoutSpans makes the logs in which one agent or strategy does not take part, or that lack a half, a quarter, and
// so on to a thirty-second.
func (s *shrinker) withoutSpans(log []model.Event) (out [][]model.Event) {
	out = s.withoutAgents(log)
	for parts := 2; parts <= 32; parts *= 2 {
		size := len(log)/parts + 1
		for i := 1; i < len(log)-1; i += size {
			rest := slices.Concat(log[:i], log[min(i+size, len(log)):])
			rest = s.repair(rest, len(log))
			if rest != nil {
				out = append(out, rest)
			}
		}
	}
	return out
}

// withoutEvents makes the logs that lack n events in a row or, if n is 2, any two.
func (s *shrinker) withoutEvents(log []model.Event, n int) (out [][]model.Event) {
	add := func(rest []model.Event) {
		rest = s.repair(rest, len(log))
		if rest != nil {
			out = append(out, rest)
		}
	}
	for i := 1; i < len(log); i++ {
		switch {
		case n != 2 && i+n <= len(log):
			add(slices.Concat(log[:i], log[i+n:]))
		case n == 2 && len(log) <= short:
			for j := i + 1; j < len(log); j++ {
				add(slices.Concat(log[:i], log[i+1:j], log[j+1:]))
			}
		}
	}
	return out
}

// plainer makes the logs of the same length that are simpler in one way: regular seqs and times, plain names, no
// other medium, plain actors, a mode or an odd reason less, the customer stopping.
func (s *shrinker) plainer(log []model.Event) (out [][]model.Event) {
	add := func(change func(e *model.Event)) {
		next := slices.Clone(log)
		for i := range next {
			change(&next[i])
		}
		if !slices.Equal(next, log) && s.classifier.Classify(&s.chat, next) == nil {
			out = append(out, next)
		}
	}
	n := int64(0)
	at := Day
	add(func(e *model.Event) {
		n++
		e.Seq, e.Time = n, at
		at = at.Add(1e9)
	})
	add(canonical())
	add(func(e *model.Event) { e.MediaType = "" })
	add(func(e *model.Event) {
		if e.Name == model.ProcessingStopped {
			e.Actor = mediaServer
		}
	})
	add(func(e *model.Event) {
		switch {
		case e.Name == model.PartyRemoved && e.Actor.Type != model.MediaServer:
			e.Actor = e.Party
		case e.Name == model.Revoked:
			e.Actor = server
		}
	})
	for i := range log {
		only := func(change func(e *model.Event)) {
			k := -1
			add(func(e *model.Event) {
				if k++; k == i {
					change(e)
				}
			})
		}
		switch mode := log[i].VisibilityMode; {
		case mode != 0:
			only(func(e *model.Event) { e.VisibilityMode = 0 })
			if mode != model.Conferred && mode != model.Coach {
				only(func(e *model.Event) { e.VisibilityMode = model.Conferred })
			}
		case log[i].Name == model.Revoked && log[i].Reason != model.Expired && log[i].Reason != model.Stopped:
			only(func(e *model.Event) { e.Reason = model.Expired })
		}
	}
	return out
}

// canonical renames agents, queues and strategies in order of appearance, as the enumeration does.
func canonical() func(e *model.Event) {
	agents, queues, strategies := make(map[string]string), make(map[string]string), make(map[string]string)
	name := func(names map[string]string, to *[maxParties]string, from *string) {
		if *from == "" || len(names) >= maxParties {
			return
		}
		if _, ok := names[*from]; !ok {
			names[*from] = to[len(names)]
		}
		*from = names[*from]
	}
	party := func(p *model.Party) {
		switch p.Type {
		case model.Agent:
			name(agents, canonicalNames.agents, &p.ID)
		case model.Strategy:
			name(strategies, canonicalNames.strategies, &p.ID)
		}
	}
	return func(e *model.Event) {
		party(&e.Party)
		party(&e.Actor)
		if !model.Usual.Finishes(e.Queue) {
			name(queues, canonicalNames.queues, &e.Queue)
		}
	}
}

// counted limits how many logs of an alphabet are counted without being tried: ten times as many took seconds.
const counted = 200_000

// enumerate tries every log that is shorter than a counterexample, over its own alphabet, the shortest first. It
// returns the first that the probe says yes to, or nil with how many were tried and how many there are.
func (s *shrinker) enumerate(ctx context.Context, log []model.Event,
	prove int,
) (found []model.Event, tried, all int, err error) {
	limits := alphabetOf(log)
	var candidates [][]model.Event
	ask := func() error {
		found, err = s.first(ctx, candidates)
		candidates = candidates[:0]
		return err
	}
	for length := 2; length < len(log); length++ {
		limits.Events = length
		w := NewWalker(limits)
		for o := new(Odometer); ; {
			if next := w.Log(log[0].InteractionID, o); len(next) == length { // shorter ones came before
				if all++; tried < prove {
					tried++
					candidates = append(candidates, slices.Clone(next))
				} else if all >= counted {
					return nil, tried, all, ask()
				}
			}
			if len(candidates) == batch {
				if err := ask(); err != nil || found != nil {
					return found, tried, all, err
				}
			}
			if !o.Next() {
				break
			}
		}
		if err := ask(); err != nil || found != nil {
			return found, tried, all, err
		}
	}
	return nil, tried, all, nil
}

// alphabetOf limits the grammar to what a log is made of: its moves, modes and stops, and as many agents, queues and
// strategies as it has.
func alphabetOf(log []model.Event) Limits {
	l := Limits{}
	for _, n := range namesIn(make([]bearer, 0, maxParties), log) {
		if n.kind&agentKind != 0 {
			l.Agents++
		}
		if n.kind&queueKind != 0 {
			l.Queues++
		}
		if n.kind&strategyKind != 0 {
			l.Strategies++
		}
	}
	addMode := func(m model.VisibilityMode) {
		if !slices.Contains(l.Modes, m) {
			l.Modes = append(l.Modes, m)
		}
	}
	addMode(0)
	for i := range log {
		e := &log[i]
		if model.Usual.Finishes(e.Queue) && !slices.Contains(l.Finishing, e.Queue) {
			l.Finishing = append(l.Finishing, e.Queue)
			l.moves |= 1 << finish
		}
		addMode(e.VisibilityMode)
		l.moves |= 1 << model.MoveOf(log, i)
		switch e.Name {
		case model.ProcessingStopped:
			l.Stops = append(l.Stops, e.Actor.Type)
		case model.Revoked:
			l.OtherReasons = true
		}
		if (!e.Name.Known() || e.Name.Neutral()) && !slices.Contains(l.Neutral, e.Name) {
			l.Neutral = append(l.Neutral, e.Name)
		}
	}
	return l
}
