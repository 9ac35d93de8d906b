package twin

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Tally is what chats were counted to be like. It has names of the log in it, or hashes of them: it is not a profile.
type Tally struct {
	Chats, Events int
	Unfinished    int            // chats that taught nothing: without their stop,
	IllFormed     int            // ill-formed,
	Unlike        int            // or that the grammar's walk cannot follow: of more than 16 agents, queues or strategies
	Requirements  map[string]int // of the ill-formed, by what is broken

	states map[gen.State]*stateTally
	pools  map[gen.State]*stateTally // whatever came before
	all    *stateTally               // in any state
	within [model.MoveCount]spread
	modes  map[Given]*[4]count
	again  map[model.Move]*[3]count
	media  map[string]*count

	loads   [3]names // of agents, queues and strategies
	starts  [days * quarters]uint32
	began   map[int32]uint32 // on each day since 1970
	handled int64            // seconds that agents handled
	stays   stays
	length  spread // of chats

	descriptors map[model.Descriptor]uint8 // numbered as they came
	rows        [256]count
	flows       map[string]*count // the numbers of a chat's descriptors
	flow        []byte
}

// count is how often, and in how many chats.
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

type stateTally struct {
	choices []choiceTally
	waits   []waitTally
}

type choiceTally struct {
	Choice
	count
}

type waitTally struct {
	move model.Move
	spread
}

func (s *stateTally) choice(c Choice) *count {
	for i := range s.choices {
		if s.choices[i].Choice == c {
			return &s.choices[i].count
		}
	}
	s.choices = append(s.choices, choiceTally{Choice: c})
	return &s.choices[len(s.choices)-1].count
}

func (s *stateTally) wait(m model.Move) *spread {
	for i := range s.waits {
		if s.waits[i].move == m {
			return &s.waits[i].spread
		}
	}
	s.waits = append(s.waits, waitTally{move: m})
	return &s.waits[len(s.waits)-1].spread
}

func (s *stateTally) merge(o *stateTally) {
	for i := range o.choices {
		s.choice(o.choices[i].Choice).merge(&o.choices[i].count)
	}
	for i := range o.waits {
		s.wait(o.waits[i].move).merge(&o.waits[i].spread)
	}
}

// spread counts times in bins of whole seconds, of a 512th of the time from 1024 s on. It takes one of each chat: what
// rests on so many times rests on so many chats.
type spread struct {
	n, seen uint32
	bins    map[uint32]uint32
}

func (s *spread) add(chat uint32, seconds int64) {
	if s.seen == chat {
		return
	}
	s.seen = chat
	if s.bins == nil {
		s.bins = make(map[uint32]uint32)
	}
	s.n++
	s.bins[binOf(seconds)]++
}

func (s *spread) merge(o *spread) {
	if s.bins == nil && len(o.bins) > 0 {
		s.bins = make(map[uint32]uint32, len(o.bins))
	}
	s.n += o.n
	for b, n := range o.bins {
		s.bins[b] += n
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

// valueOf is the middle of a bin.
func valueOf(bin uint32) float64 {
	if bin < exactBins {
		return float64(bin)
	}
	width := float64(uint64(1) << (bin >> binBits))
	return float64(bin%exactBins)*width + (width-1)/2
}

// sorted lists the values that there are, each with how many are no more than it.
func (s *spread) sorted() (values []float64, upTo []uint32) {
	bins := make([]uint32, 0, len(s.bins))
	for b := range s.bins {
		bins = append(bins, b)
	}
	slices.Sort(bins)
	sum := uint32(0)
	for _, b := range bins {
		sum += s.bins[b]
		values, upTo = append(values, valueOf(b)), append(upTo, sum)
	}
	return values, upTo
}

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{
		Requirements: make(map[string]int), states: make(map[gen.State]*stateTally),
		pools: make(map[gen.State]*stateTally), all: new(stateTally), modes: make(map[Given]*[4]count),
		again: make(map[model.Move]*[3]count), media: make(map[string]*count),
		loads: [3]names{newNames(), newNames(), newNames()}, began: make(map[int32]uint32),
		descriptors: make(map[model.Descriptor]uint8), flows: make(map[string]*count),
	}
}

// in is the entry of a map, made where it is missing.
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
		in(t.states, key).merge(s)
	}
	for key, s := range o.pools {
		in(t.pools, key).merge(s)
	}
	t.all.merge(o.all)
	for m := range t.within {
		t.within[m].merge(&o.within[m])
	}
	for key, counts := range o.modes {
		for i := range counts {
			in(t.modes, key)[i].merge(&counts[i])
		}
	}
	for key, counts := range o.again {
		for i := range counts {
			in(t.again, key)[i].merge(&counts[i])
		}
	}
	for key, c := range o.media {
		in(t.media, key).merge(c)
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
	number := make([]byte, len(o.descriptors))
	for d, i := range o.descriptors {
		number[i] = t.number(d)
		t.rows[number[i]].merge(&o.rows[i])
	}
	for flow, c := range o.flows {
		key := []byte(flow)
		for i := range key {
			key[i] = number[key[i]]
		}
		in(t.flows, string(key)).merge(c)
	}
}

// number is a descriptor's. There are far fewer than 256.
func (t *Tally) number(d model.Descriptor) uint8 {
	n, ok := t.descriptors[d]
	if !ok {
		n = uint8(len(t.descriptors))
		t.descriptors[d] = n
	}
	return n
}

// names counts by the hashes of names: of all of them or, where there are too many, of those whose hash is low enough.
// Which those are does not depend on the order in which they come.
type names struct {
	counts map[uint64]uint32
	half   int // left out are names unless so many of the first bits are 0
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

// stay is that an agent handled a chat.
type stay struct {
	agent      uint64
	start, end int64
}

// stays are those of the agents whose hash is low enough that there are not too many: which those are does not depend
// on the order in which stays come.
type stays struct {
	all  []stay
	half int // agents are left out unless so many of the first bits are 0
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

// mostAtOnce is the number of chats at once from which on they are not told apart.
const mostAtOnce = 8

// atOnce counts how many chats an agent had when it took one, that one included.
func (s *stays) atOnce() (counts [mostAtOnce]int) {
	slices.SortFunc(s.all, func(a, b stay) int {
		return cmp.Or(cmp.Compare(a.agent, b.agent), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	var ends []int64
	for i, x := range s.all {
		if i == 0 || s.all[i-1].agent != x.agent {
			ends = ends[:0]
		}
		ends = append(slices.DeleteFunc(ends, func(end int64) bool { return end <= x.start }), x.end)
		counts[min(len(ends), mostAtOnce)-1]++
	}
	return counts
}
