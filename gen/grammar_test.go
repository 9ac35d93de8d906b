package gen

import (
	"flag"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/model"
)

func describe(log []model.Event) string {
	var b strings.Builder
	for _, e := range log {
		b.WriteString(strconv.FormatInt(e.Seq, 10) + " " + strings.TrimPrefix(string(e.Name), "Event"))
		if e.Party.ID != "" {
			b.WriteString(" " + e.Party.ID)
		}
		b.WriteString(" " + e.Queue + string(e.Operation) + " [" + string(e.Actor.Type) + " " + e.Actor.ID + "] mode " +
			strconv.Itoa(int(e.VisibilityMode)) + " " + string(e.Reason) + "\n")
	}
	return b.String()
}

// shown is a log as a failed assertion shows it. It is described only then: that takes longer than most checks.
type shown []model.Event

func (log shown) String() string { return describe(log) }

// wellFormed checks that a log is well-formed, and the chat finished.
func wellFormed(t assert.TestingT, c *model.Classifier, chat *model.Chat, log []model.Event) bool {
	err := c.Classify(chat, log)
	return assert.NoError(t, err, shown(log)) && assert.NotZero(t, chat.StoppedSeq)
}

var allLimits = map[string]Limits{
	"everyday":   Everyday,
	"guide":      Guide,
	"exhaustive": withEvents(Exhaustive, 40),
	"long":       withEvents(Everyday, 400),
	"cramped":    {Events: 12, Agents: 1, Queues: 1, Strategies: 1, Modes: []model.VisibilityMode{3}, Stops: []model.PartyType{model.Strategy}},
}

// shorter is by how much loops are cut under -short, which mutation testing uses.
func shorter() uint64 {
	if testing.Short() {
		return 20
	}
	return 1
}

// each visits all logs of some limits.
func each(limits Limits, visit func(log []model.Event)) {
	w, o := NewWalker(limits), new(Odometer)
	for more := true; more; more = o.Next() {
		visit(w.Log("x", o))
	}
}

func withEvents(l Limits, n int) Limits {
	l.Events = n
	return l
}

func TestEveryWalkIsWellFormed(t *testing.T) {
	for name, limits := range allLimits {
		w, c, chat := NewWalker(limits), model.NewClassifier(model.Reference()), new(model.Chat)
		for seed := range uint64(10_000) / shorter() {
			log := w.Log("x", Seed(seed))
			if !wellFormed(t, c, chat, log) || !assert.LessOrEqual(t, len(log), limits.Events) {
				t.Fatalf("%s, seed %d", name, seed)
			}
		}
	}
}

func TestRapidAndTapesDriveTheSameGrammar(t *testing.T) {
	w, c, chat := NewWalker(Everyday), model.NewClassifier(model.Reference()), new(model.Chat)
	rapid.Check(t, func(t *rapid.T) {
		log := w.Log("x", drawing{t})
		if wellFormed(t, c, chat, log) {
			assert.Empty(t, model.CheckInvariants(chat, factsOf(model.Reference(), log)), shown(log))
		}
	})
	assert.Len(t, w.Log("x", &Tape{}), 2, "an empty tape ends the chat at once")
}

// drawing is rapid as a source.
type drawing struct{ t *rapid.T }

func (d drawing) Intn(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "choice") }

func FuzzGrammar(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	w, c, chat := NewWalker(Everyday), model.NewClassifier(model.Reference()), new(model.Chat)
	f.Fuzz(func(t *testing.T, tape []byte) {
		src := &Tape{Bytes: tape}
		log := w.Log("x", src)
		if !wellFormed(t, c, chat, log) {
			return
		}
		of := factsOf(model.Reference(), log)
		assert.Empty(t, model.CheckInvariants(chat, of), shown(log))
		for _, relation := range Relations {
			if made, r, ok := Relate(nil, relation, -1, log, "0000xyz00001", src); ok {
				variant := slices.DeleteFunc(made, func(e model.Event) bool { return e.InteractionID != r.Variant })
				assert.Empty(t, r.Compare(of, factsOf(model.Reference(), variant)), "%s\n%s", relation, shown(log))
			}
		}
	})
}

// The enumeration makes every log once, and all that there are: as many as a brute force over the alphabet that knows
// nothing of the grammar and only asks the checker of W1–W9.
func TestEnumerationIsComplete(t *testing.T) {
	events := 9
	if testing.Short() {
		events = 7
	}
	limits := withEvents(Exhaustive, events)
	limits.Agents, limits.Queues, limits.Strategies = 2, 2, 1

	logs := make(map[string]bool)
	c, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	each(limits, func(log []model.Event) {
		key := describe(log)
		if err := c.Classify(chat, log); err != nil || chat.StoppedSeq == 0 || logs[key] {
			t.Fatalf("ill-formed (%v), not finished, or twice:\n%s", err, key)
		}
		logs[key] = true
	})
	b := bruteForce{classifier: c, chat: chat, limit: events, logs: make(map[string]bool)}
	b.extend(make([]model.Event, 0, events))
	for key := range b.logs {
		if !logs[key] {
			t.Fatalf("the grammar does not make\n%s", key)
		}
	}
	for key := range logs {
		if !b.logs[key] {
			t.Fatalf("the brute force does not find\n%s", key)
		}
	}
	t.Logf("%d logs of at most %d events", len(logs), events)
}

var events = flag.Int("events", 9, "of all chats of at most so many events it is shown that named rules decide them")

// No chat is decided by a default: every row has one rule for its role (R5 hands on to another) and one for its
// result, of kinds that fit; and if a chat ends in a leg with nobody handling, a row or a rule says so.
func TestEveryChatIsDecidedByNamedRules(t *testing.T) {
	limit := *events
	if testing.Short() {
		limit = 7
	}
	kinds := map[model.ClauseID]model.ClauseKind{}
	for _, r := range model.Rules() {
		for _, c := range r.Clauses {
			kinds[c.ID] = c.Kind
		}
	}
	valid := map[model.Yield]bool{}
	for _, c := range model.Combinations() {
		valid[c.Yield] = true
	}
	c, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	logs := 0
	each(withEvents(Exhaustive, limit), func(log []model.Event) {
		logs++
		must := func(ok bool, what string) { // a message for each of millions of chats would take an hour
			if !ok {
				t.Fatalf("%s:\n%s", what, describe(log))
			}
		}
		must(c.Classify(chat, log) == nil, "ill-formed")
		inLeg := false
		for i := range log {
			switch log[i].Name {
			case model.PlacedInQueue:
				inLeg = true
			case model.PartyAdded:
				inLeg = inLeg && log[i].Party.Type == model.Strategy
			}
		}
		mediation := false
		for _, r := range chat.IRFs {
			n := map[model.ClauseKind]int{}
			for id := range r.Clauses.All() {
				if id != model.R5 {
					n[kinds[id]]++
				}
			}
			must(n[model.RoleClause] == 1 && n[model.ResultClause] == 1, "not one role and one result")
			must(r.Clauses.Has(model.I21) || valid[model.Yield{Type: r.ResourceType, Role: r.Role, Result: r.Result, Reason: r.Reason}], "no valid combination")
			mediation = mediation || r.Clauses.Has(model.I21) || r.Trace.How == model.EndedInMediation || r.Trace.How == model.WasStopped || r.Clauses.Has(model.I14) || r.Clauses.Has(model.I17AtStop)
		}
		must(!inLeg || mediation || chat.Silent != 0, "a leg ends without a rule")
	})
	t.Logf("%d logs of at most %d events", logs, limit)
}

func TestTape(t *testing.T) {
	tape := Tape{Bytes: []byte{5, 0, 255, 7}}
	assert.Equal(t, []int{2, 0, 3, 7, 0, 0}, []int{tape.Intn(3), tape.Intn(2), tape.Intn(4), tape.Intn(100), tape.Intn(9), tape.Intn(9)}, "a byte a choice, and 0 after the last")
}

func TestSomeChatsAreLong(t *testing.T) {
	w, longest := NewWalker(withEvents(Everyday, 400)), 0
	for seed := range uint64(4000) {
		longest = max(longest, len(w.Log("x", Seed(seed))))
	}
	assert.GreaterOrEqual(t, longest, 200)
}

// bruteForce tries every event of the alphabet at every place. An ill-formed log stays ill-formed however it goes on,
// as a well-formed log may end anywhere.
type bruteForce struct {
	classifier *model.Classifier
	chat       *model.Chat
	limit      int
	logs       map[string]bool
}

func (b *bruteForce) extend(log []model.Event) {
	for _, e := range alphabet(log) {
		e.InteractionID, e.Seq, e.Time = "x", int64(len(log)+1), Day
		next := append(log, e) // in place of the one before
		if b.classifier.Classify(b.chat, next) != nil {
			continue
		}
		if e.Name == model.ProcessingStopped {
			b.logs[describe(next)] = true
		} else if len(next) < b.limit {
			b.extend(next)
		}
	}
}

// alphabet lists the events that may be tried after a log: with two agents, two queues and a strategy, named in order
// of appearance, and a visibility mode only if a conference is wanted.
func alphabet(log []model.Event) (events []model.Event) {
	agents, queues, joined := 0, 0, ""
	parties, pending := map[string]bool{}, map[string]bool{}
	wish := map[string]model.Operation{} // of each agent's last invitation
	leg := model.Operation("")
	for _, e := range log {
		if e.Party.Type == model.Agent {
			if e.Name == model.Revoked && parties[e.Party.ID] { // a handling timeout
				leg = ""
			}
			delete(parties, e.Party.ID)
			delete(pending, e.Party.ID)
		}
		switch {
		case e.Actor.Type == model.Agent && model.Usual.Finishes(e.Queue) && e.Name == model.PlacedInQueue && len(parties) == 1 && len(pending) == 0:
			leg = ""
		case e.Party.Type == model.Agent && e.Name == model.AgentInvited:
			pending[e.Party.ID] = true
			wish[e.Party.ID] = e.Operation
			if e.Actor.Type == model.Strategy {
				wish[e.Party.ID] = leg
			}
		case e.Name == model.PlacedInQueue && e.Actor.Type == model.Agent:
			leg = e.Operation
		case e.Name == model.PlacedInQueue && e.Actor.Type == model.MediaServer:
			leg = ""
		case e.Name == model.TakenFromQueue && e.Actor.Type == model.Agent:
			wish[e.Actor.ID] = leg
		case e.Party.Type == model.Agent && e.Name == model.PartyAdded:
			joined = e.Party.ID
			parties[joined] = true
		}
		for _, p := range []model.Party{e.Party, e.Actor} {
			if p.Type == model.Agent {
				agents = max(agents, int(p.ID[len("Agent ")]-'0'))
			}
		}
		if e.Queue != "" && !model.Usual.Finishes(e.Queue) {
			queues = max(queues, int(e.Queue[len("Queue ")]-'0'))
		}
	}
	s := model.Party{Type: model.Strategy, ID: "Strategy 1"}
	party := func(i int) model.Party {
		return model.Party{Type: model.Agent, ID: canonicalNames.agents[i]}
	}
	modes := func(e model.Event, op model.Operation) {
		if op != model.Conference {
			events = append(events, e)
			return
		}
		for _, e.VisibilityMode = range Exhaustive.Modes {
			events = append(events, e)
		}
	}
	add := func(e model.Event) { events = append(events, e) }

	add(model.Event{Name: model.Submitted, Actor: mediaServer})
	add(model.Event{Name: model.PartyAdded, Actor: s, Party: s})
	add(model.Event{Name: model.PartyRemoved, Actor: s, Party: s})
	add(model.Event{Name: model.ProcessingStopped, Actor: mediaServer})
	add(model.Event{Name: model.ProcessingStopped, Actor: model.Party{Type: model.Agent, ID: joined}})
	for q := range min(queues+1, 2) {
		queue := canonicalNames.queues[q]
		add(model.Event{Name: model.PlacedInQueue, Actor: mediaServer, Queue: queue})
		modes(model.Event{Name: model.PlacedInQueue, Actor: server, Queue: queue}, leg)
		add(model.Event{Name: model.TakenFromQueue, Actor: s, Queue: queue})
		for i := range min(agents+1, 2) {
			add(model.Event{Name: model.TakenFromQueue, Actor: party(i), Queue: queue})
			modes(model.Event{Name: model.PlacedInQueue, Actor: party(i), Queue: queue, Operation: model.Transfer}, model.Transfer)
			modes(model.Event{Name: model.PlacedInQueue, Actor: party(i), Queue: queue, Operation: model.Conference}, model.Conference)
		}
		modes(model.Event{Name: model.PlacedInQueue, Actor: s, Queue: queue}, leg)
	}
	add(model.Event{Name: model.TakenFromQueue, Actor: s, Queue: model.Usual.Completed[0]})
	for i := range min(agents+1, 2) {
		add(model.Event{Name: model.TakenFromQueue, Actor: party(i), Queue: model.Usual.Completed[0]})
		for _, op := range []model.Operation{"", model.Transfer, model.Conference} {
			modes(model.Event{Name: model.PlacedInQueue, Actor: party(i), Queue: model.Usual.Completed[0], Operation: op}, op)
		}
	}
	for i := range min(agents+1, 2) {
		p := party(i)
		modes(model.Event{Name: model.AgentInvited, Actor: s, Party: p}, leg)
		for j := range min(agents+1, 2) {
			for _, op := range []model.Operation{model.Transfer, model.Conference} {
				modes(model.Event{Name: model.AgentInvited, Actor: party(j), Party: p, Operation: op}, op)
			}
		}
		modes(model.Event{Name: model.PartyAdded, Actor: p, Party: p}, wish[p.ID])
		add(model.Event{Name: model.Rejected, Actor: p, Party: p})
		for _, reason := range []string{model.Expired, model.Stopped} {
			add(model.Event{Name: model.Revoked, Actor: server, Party: p, Reason: reason})
		}
		for _, by := range []model.Party{p, mediaServer} {
			add(model.Event{Name: model.PartyRemoved, Actor: by, Party: p})
		}
	}
	return events
}

func BenchmarkWalk(b *testing.B) {
	w := NewWalker(Everyday)
	events := 0
	b.ReportAllocs()
	for i := uint64(0); b.Loop(); i++ {
		events += len(w.Log("x", Seed(i)))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "logs/s")
	b.ReportMetric(float64(events)/float64(b.N), "events/log")
}
