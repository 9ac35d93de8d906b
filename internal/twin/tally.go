package twin

import (
	"cmp"
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Tally counts what chats are like. It is not a profile: it holds names of the log, or hashes of them.
type Tally struct {
	Chats, Events int
	Unfinished    int            // chats that taught nothing because they have no stop
	IllFormed     int            // chats that taught nothing because they are ill-formed
	Unlike        int            // chats that the grammar's walk cannot follow: over 16 agents, queues or strategies
	Requirements  map[string]int // of the ill-formed, by what is broken

	// states has each state and, for all states that differ in their history alone, one without history that counts
	// what came in all of them.
	states map[gen.State]*stateTally
	all    stateTally // in any state
	within [model.MoveCount]spread
	modes  [model.MoveCount][4][4]count // by the mode before
	again  [model.MoveCount][3]count
	media  [len(knownMedia)]count

	loads   [3]names // of agents, queues and strategies
	starts  [days * quarters]uint32
	began   map[int32]uint32 // on each day since 1970
	handled int64            // seconds that agents handled
	stays   stays
	length  spread // of chats

	descriptors map[model.Descriptor]uint8 // numbered as they came, from 1 on
	rows        [256]count
	flows       map[[mostRows]uint8]*count // the numbers of a chat's first descriptors, 0 of no more
}

// count says how often something occurred, and in how many chats.
type count struct{ n, chats, seen uint32 }

func (c *count) add(chat uint32) (first bool) {
	c.n++
	first = c.seen != chat
	if first {
		c.seen = chat
		c.chats++
	}
	return first
}

func (c *count) merge(o *count) { c.n, c.chats = c.n+o.n, c.chats+o.chats }

// mergeAll merges each count of from into the one at the same place.
func mergeAll(into, from []count) {
	for i := range from {
		into[i].merge(&from[i])
	}
}

// stateTally counts the moves that were made in a state.
type stateTally struct {
	pool  *stateTally // the same state without its history; nil if it has none
	n     int         // moves
	moves []moveTally
	at    [model.MoveCount]uint8 // a move's place in moves, plus one; 0 if the move was not made
}

type moveTally struct {
	move    model.Move
	details [4]count
	wait    spread
}

func (s *stateTally) move(m model.Move) *moveTally {
	if s.at[m] == 0 {
		s.moves = append(s.moves, moveTally{move: m})
		s.at[m] = uint8(len(s.moves))
	}
	return &s.moves[s.at[m]-1]
}

func (s *stateTally) merge(o *stateTally) {
	s.n += o.n
	for i := range o.moves {
		from := &o.moves[i]
		into := s.move(from.move)
		mergeAll(into.details[:], from.details[:])
		into.wait.merge(&from.wait)
	}
}

// each calls do for each choice that was made.
func (s *stateTally) each(do func(Choice, count)) {
	for i := range s.moves {
		m := &s.moves[i]
		for detail, c := range m.details {
			if c.n > 0 {
				do(Choice{m.move, uint8(detail)}, c)
			}
		}
	}
}

// state returns the tally of a state, and makes it if it is missing.
func (t *Tally) state(key gen.State) *stateTally {
	s := t.states[key]
	if s == nil {
		s = new(stateTally)
		t.states[key] = s
		if key.History {
			s.pool = t.state(key.AnyHistory())
		}
	}
	return s
}

// spread counts times in bins of whole seconds, and from 1024 s on in bins of a 512th of the time. It counts one time
// of each chat, so the number of times is the number of chats.
type spread struct {
	n, seen uint32
	bins    []uint32          // of whole seconds, if there was a time; a map would take half of the learner's time
	long    map[uint32]uint32 // the others, of which few chats have one
}

func (s *spread) add(chat uint32, seconds int64) {
	if s.seen != chat {
		s.seen = chat
		s.count(binOf(seconds), 1)
	}
}

func (s *spread) count(bin, n uint32) {
	s.n += n
	switch missing := int(bin) + 1 - len(s.bins); {
	case bin >= exactBins && s.long == nil:
		s.long = map[uint32]uint32{bin: n}
	case bin >= exactBins:
		s.long[bin] += n
	case missing > 0:
		s.bins = append(s.bins, make([]uint32, missing)...)
		fallthrough
	default:
		s.bins[bin] += n
	}
}

func (s *spread) merge(o *spread) {
	for bin, n := range o.bins {
		if n > 0 {
			s.count(uint32(bin), n)
		}
	}
	for bin, n := range o.long {
		s.count(bin, n)
	}
}

const (
	binBits   = 10
	exactBins = 1 << binBits
)

func binOf(seconds int64) uint32 {
	v := uint64(max(seconds, 0))
	if v < exactBins {
		return uint32(v)
	}
	shift := bits.Len64(v) - binBits
	return uint32(shift)<<binBits | uint32(v>>shift)
}

// valueOf returns the middle of a bin.
func valueOf(bin uint32) float64 {
	if bin < exactBins {
		return float64(bin)
	}
	width := float64(uint64(1) << (bin >> binBits))
	return float64(bin%exactBins)*width + (width-1)/2
}

// sorted lists the values that occur, rising, each with the number of times that are no longer.
func (s *spread) sorted() (values []float64, upTo []uint32) {
	sum := uint32(0)
	add := func(bin, n uint32) {
		sum += n
		values, upTo = append(values, valueOf(bin)), append(upTo, sum)
	}
	for bin, n := range s.bins {
		if n > 0 {
			add(uint32(bin), n)
		}
	}
	for _, bin := range slices.Sorted(maps.Keys(s.long)) {
		add(bin, s.long[bin])
	}
	return values, upTo
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{
		Requirements: make(map[string]int), states: make(map[gen.State]*stateTally),
		loads: [3]names{newNames(), newNames(), newNames()}, began: make(map[int32]uint32),
		descriptors: make(map[model.Descriptor]uint8), flows: make(map[[mostRows]uint8]*count),
	}
}

// in returns the entry of a map, and makes it if it is missing.
func in[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}

// Merge adds what another tally counted, of other chats.
func (t *Tally) Merge(o *Tally) {
	t.Chats, t.Events, t.Unfinished = t.Chats+o.Chats, t.Events+o.Events, t.Unfinished+o.Unfinished
	t.IllFormed, t.Unlike, t.handled = t.IllFormed+o.IllFormed, t.Unlike+o.Unlike, t.handled+o.handled
	for w, n := range o.Requirements {
		t.Requirements[w] += n
	}
	for key, s := range o.states {
		t.state(key).merge(s)
	}
	t.all.merge(&o.all)
	mergeAll(t.media[:], o.media[:])
	for m := range t.within {
		t.within[m].merge(&o.within[m])
		mergeAll(t.again[m][:], o.again[m][:])
		for before := range t.modes[m] {
			mergeAll(t.modes[m][before][:], o.modes[m][before][:])
		}
	}
	for k := range o.loads {
		t.loads[k].merge(&o.loads[k])
	}
	for i, n := range o.starts {
		t.starts[i] += n
	}
	for day, n := range o.began {
		t.began[day] += n
	}
	t.stays.merge(&o.stays)
	t.length.merge(&o.length)
	t.mergeRows(o)
}

func (t *Tally) mergeRows(o *Tally) {
	var number [len(t.rows)]uint8
	for d, i := range o.descriptors {
		number[i] = t.number(d)
		t.rows[number[i]].merge(&o.rows[i])
	}
	for flow, c := range o.flows {
		for i := range flow {
			flow[i] = number[flow[i]]
		}
		in(t.flows, flow).merge(c)
	}
}

// number returns the number of a descriptor. There are far fewer than 256.
func (t *Tally) number(d model.Descriptor) uint8 {
	n, ok := t.descriptors[d]
	if !ok {
		n = uint8(len(t.descriptors) + 1)
		t.descriptors[d] = n
	}
	return n
}

// names counts by the hashes of names: all of them or, if there are too many, those whose hash is low enough. Which
// names remain does not depend on their order.
type names struct {
	counts map[uint64]uint32
	half   int // a name is left out unless this many first bits of its hash are 0
}

const mostNames = 1 << 18

func newNames() names { return names{counts: make(map[uint64]uint32)} }

func (s *names) add(name uint64, n uint32) {
	if bits.LeadingZeros64(name) < s.half {
		return
	}
	s.counts[name] += n
	for len(s.counts) > mostNames {
		s.half++
		s.thin()
	}
}

func (s *names) thin() {
	maps.DeleteFunc(s.counts, func(name uint64, _ uint32) bool { return bits.LeadingZeros64(name) < s.half })
}

func (s *names) merge(o *names) {
	s.half = max(s.half, o.half)
	s.thin()
	for name, n := range o.counts {
		s.add(name, n)
	}
}

// stay is the time during which an agent handled a chat.
type stay struct {
	agent      uint64
	start, end int64
}

// stays holds the stays of agents whose hash is low enough that there are not too many. Which agents remain does not
// depend on the order of the stays.
type stays struct {
	all  []stay
	half int // an agent is left out unless this many first bits of its hash are 0
}

const mostStays = 1 << 21

func (s *stays) add(x stay) {
	if bits.LeadingZeros64(x.agent) < s.half {
		return
	}
	s.all = append(s.all, x)
	for len(s.all) > mostStays && s.half < 64 {
		s.half++
		s.thin()
	}
}

func (s *stays) thin() {
	s.all = slices.DeleteFunc(s.all, func(x stay) bool { return bits.LeadingZeros64(x.agent) < s.half })
}

func (s *stays) merge(o *stays) {
	s.half = max(s.half, o.half)
	s.thin()
	for _, x := range o.all {
		s.add(x)
	}
}

// mostAtOnce is the number of chats at once that also stands for any larger number.
const mostAtOnce = 8

// atOnce counts how many chats an agent had when it took one, that one included.
func (s *stays) atOnce() (counts [mostAtOnce]int) {
	slices.SortFunc(s.all, func(a, b stay) int {
		return cmp.Or(cmp.Compare(a.agent, b.agent), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	var latest [mostAtOnce - 1]int64 // the latest ends of the agent's stays so far, falling; more need not be known
	for i, x := range s.all {
		if i == 0 || s.all[i-1].agent != x.agent {
			latest = [mostAtOnce - 1]int64{}
			for at := range latest {
				latest[at] = math.MinInt64
			}
		}
		others := 0
		for others < len(latest) && latest[others] > x.start {
			others++
		}
		counts[others]++
		for at, end := range latest {
			if x.end > end {
				copy(latest[at+1:], latest[at:])
				latest[at] = x.end
				break
			}
		}
	}
	return counts
}
