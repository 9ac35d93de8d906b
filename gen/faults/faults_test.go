package faults

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

func TestFaultsAreDescribed(t *testing.T) {
	names, perFamily := make(map[string]bool), make(map[string]int)
	for _, f := range All() {
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.Name)
		assert.Regexp(t, `^[A-Z].*\.$`, f.Says, f.Name)
		assert.False(t, names[f.Name], f.Name)
		assert.Contains(t, Families, f.Family, f.Name)
		names[f.Name] = true
		perFamily[f.Family]++
	}
	assert.GreaterOrEqual(t, len(names), 64)
	assert.GreaterOrEqual(t, len(perFamily), 12)
	assert.Len(t, perFamily, len(Families))
	for _, family := range Families {
		t.Logf("%3d %s", perFamily[family], family)
	}
	t.Logf("%3d in all", len(names))
}

// Each fault is told from the reference at the default levels, or at one that it declares and then at no default
// level. The right implementation is never told from it.
func TestEachFaultIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	trials, long := newTrials(), 0
	for _, f := range All() {
		if ofTheStore(f.Family) {
			continue
		}
		first, shortest := tell(t, &f, trials)
		t.Logf("%-36s log %4d, shortest %3d events", f.Name, first, shortest)
		assert.NotZero(t, first, "%s is not told in %d logs", f.Name, len(trials[shownBy(&f)]))
		if shortest >= 10 {
			long++
		}
	}
	t.Logf("%d of %d faults show first in a chat of 10 events or more", long, len(All()))
	assert.GreaterOrEqual(t, long, 25)

	for _, right := range []Fault{
		{Name: "reading", Answer: reading(slices.Clone[[]model.Event])},
		{Name: "mixing", Answer: mixing(slices.Clone[[]model.Event])},
		{Name: "writing", Answer: writing(func(*inHand) {})},
	} {
		for _, trial := range slices.Concat(trials[:]...) {
			levels, _ := trial.judge(right.Answer(trial.events))
			assert.Zero(t, levels, right.Name)
		}
	}
}

// Generated scenarios detect the faults of the store at the default levels, or at one that these declare and no default.
func TestEachFaultOfTheStoreIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	s := gen.NewScenarios(1)
	var cases []*model.Case
	for i := range 500 {
		cases = append(cases, s.Generated(i))
		if i < 50 {
			cases = append(cases, s.Delivery(i))
		}
	}
	want, facts := make([][]model.Expected, len(cases)), make([][]model.Fact, len(cases))
	for i, c := range cases {
		want[i], facts[i] = c.Expected(model.Reference()), Right(c.Events)
	}
	for _, f := range All() {
		if !ofTheStore(f.Family) {
			continue
		}
		told, firsts := 0, model.Levels(0)
		for i, c := range cases {
			if told > 0 && f.Levels == 0 {
				break
			}
			seen, got := model.Levels(0), f.Answer(c.Events)
			if slices.Equal(got, facts[i]) {
				continue // right: to judge it takes longer than to make it
			}
			for _, d := range c.Judge(want[i], got) {
				seen |= model.LevelSet(d.Level)
			}
			if seen&required(&f) != 0 {
				told++
			}
			firsts |= seen
		}
		assert.Positive(t, told, f.Name)
		if f.Levels != 0 {
			assert.Zero(t, firsts&^(f.Levels|onlyInferred), f.Name) // inferred: in a chat of another medium
		}
	}
}

// tell asks a fault until a log detects it, and then whether shorter chats detect it too. It returns the number of
// the first log that does, and the number of events of the shortest chat that does.
func tell(t *testing.T, f *Fault, trials [len(kinds)][]*trial) (first, shortest int) {
	for i, trial := range trials[shownBy(f)] {
		if first > 0 && trial.shortest >= shortest {
			continue
		}
		levels, events := trial.judge(f.Answer(trial.events))
		if f.Levels != 0 {
			assert.Zero(t, levels&^f.Levels, f.Name)
		}
		if levels&required(f) == 0 {
			continue
		}
		if first == 0 {
			first, shortest = i+1, events
		}
		shortest = min(shortest, events)
	}
	if shownBy(f) > model.InterleavedKind { // ordered and well-formed logs do not show it
		for _, trial := range slices.Concat(trials[model.OrderedKind][:300], trials[model.InterleavedKind][:50]) {
			levels, _ := trial.judge(f.Answer(trial.events))
			assert.Zero(t, levels, f.Name)
		}
	}
	return first, shortest
}

func required(f *Fault) model.Levels {
	if f.Levels == 0 {
		return model.LevelSet(model.Documented, model.Invariant)
	}
	return f.Levels
}

// shownBy says which kind of run shows the fault.
func shownBy(f *Fault) model.Kind {
	switch {
	case f.Levels.Has(model.Delivery):
		return model.DeliveryKind
	case f.Levels.Has(model.Robustness):
		return model.RobustnessKind
	case f.Family == "interleaving":
		return model.InterleavedKind
	}
	return model.OrderedKind
}

// Faults answer whatever they are asked, always the same, and leave the log alone.
func TestFaultsAreTame(t *testing.T) {
	s := gen.NewScenarios(1)
	for i := range 10 {
		for _, c := range []*model.Case{s.Generated(i), s.Delivery(i), s.Robustness(i)} {
			events := slices.Clone(c.Events)
			for _, f := range All() {
				assert.True(t, slices.Equal(f.Answer(events), f.Answer(events)), f.Name)
				assert.True(t, slices.Equal(c.Events, events), f.Name)
			}
		}
	}
	for _, f := range All() {
		assert.Empty(t, f.Answer(nil), f.Name)
	}
}

// trial is a run of chats, with what is expected of the well-formed ones.
type trial struct {
	kind     model.Kind
	events   []model.Event
	chats    []model.Chat
	want     []model.Expected
	lengths  []int // in events, of each
	shortest int
}

var kinds = [...]model.Kind{model.OrderedKind, model.InterleavedKind, model.DeliveryKind, model.RobustnessKind}

// newTrials are walks, by kind: alone; four at a time; shuffled, doubled or cut short; and around an ill-formed one.
func newTrials() (trials [len(kinds)][]*trial) {
	add := func(kind model.Kind, events []model.Event) {
		trials[kind] = append(trials[kind], newTrial(kind, events))
	}
	walkers := []*gen.Walker{gen.NewWalker(gen.Guide), gen.NewWalker(gen.Everyday), gen.NewWalker(gen.Everyday)}
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	seed := uint64(0)
	walk := func(id string) []model.Event {
		for {
			seed++
			log := walkers[seed%3].Log(id, gen.Seed(seed))
			if classifier.Classify(chat, log) == nil && (len(chat.IRFs) > 1 || seed%8 == 0) { // few of those with little to tell
				return slices.Clone(log)
			}
		}
	}
	for range 4000 {
		add(model.OrderedKind, walk("chat"))
	}
	for range 300 {
		add(model.InterleavedKind, gen.Interleave([][]model.Event{walk("a"), walk("b"), walk("c"), walk("b again")}, gen.Seed(seed)))
	}
	for i := range 150 {
		log, src := walk("chat"), gen.Seed(seed)
		switch i % 3 {
		case 0:
			gen.Shuffle(log, src)
		case 1:
			again := slices.DeleteFunc(slices.Clone(log), func(model.Event) bool { return src.Intn(2) == 0 })
			log = gen.Interleave([][]model.Event{log, append(again, log[len(log)-1])}, src)
		default:
			log = log[:1+src.Intn(len(log))]
		}
		add(model.DeliveryKind, log)
	}
	for range 60 {
		broken := walk("broken")
		stop := broken[len(broken)-1]
		stop.Seq++
		add(model.RobustnessKind, slices.Concat(walk("before"), append(broken, stop), walk("after")))
	}
	return trials
}

func newTrial(kind model.Kind, events []model.Event) *trial {
	t := &trial{kind: kind, events: events, shortest: len(events)}
	t.chats, _ = model.ClassifyLog(model.Reference(), events)
	for i := range t.chats {
		w := model.Expect(&t.chats[i])
		for j := range w.Rows { // of an unfinished chat, who sent it may have no row yet: that is not compared
			if t.chats[i].StoppedSeq == 0 {
				w.Rows[j].ReceivedFrom = model.Number{}
			}
		}
		t.want = append(t.want, w)
		n := howMany(events, func(e *model.Event) bool { return e.InteractionID == t.chats[i].InteractionID })
		t.lengths, t.shortest = append(t.lengths, n), min(t.shortest, n)
	}
	return t
}

// judge says at which levels an answer differs from the reference's, and how many events the shortest chat has that
// shows it. As in a suite run, delivery and robustness take the place of a difference's own level.
func (t *trial) judge(got []model.Fact) (levels model.Levels, shortest int) {
	for i := range t.want {
		var rows []model.Fact
		for _, f := range got {
			if f.InteractionID == t.want[i].InteractionID {
				rows = append(rows, f)
			}
		}
		ds := model.Compare(&t.want[i], rows)
		if len(ds) == 0 {
			continue
		}
		for _, d := range append(ds, model.CheckInvariants(&t.chats[i], rows)...) {
			switch t.kind {
			case model.DeliveryKind:
				d.Level = model.Delivery
			case model.RobustnessKind:
				d.Level = model.Robustness
			}
			levels |= model.LevelSet(d.Level)
		}
		if shortest == 0 || t.lengths[i] < shortest {
			shortest = t.lengths[i]
		}
	}
	return levels, shortest
}
