package gen

import (
	"math/bits"
	"slices"
	"strconv"

	"github.com/chatproof/chatproof/model"
)

// Grand limits a campaign's chats that no run's plan has: more people, queues, strategies, and more of everything.
var Grand = func() Limits {
	l := Everyday
	l.Events, l.Agents, l.Queues, l.Strategies, l.Endless = 1000, 14, 10, 8, true
	l.Finishing = nil // a chat that one of these queues ends is short
	return l
}()

// The last trials of every trialBlock are of several chats at once. They come together, because one start of a
// program never mixes kinds.
const (
	trialBlock      = 1024
	trialsAtOnce    = 32
	trialsDelivered = 32 // before those
)

// Campaign makes the i-th case of a campaign: a trial, or one of the deliveries D5–D7. The plan of a run has the
// first of each of these; here they come in another order.
func (s *Scenarios) Campaign(i int) *model.Case {
	at := trialBlock - trialsAtOnce - i%trialBlock
	if at < 1 || at > trialsDelivered {
		return s.Trial(i)
	}
	const ways, first = 8, 5 // of Delivery
	c := s.Delivery(i/3*ways + first + i%3)
	for _, chat := range model.Chats(c.Events) { // only the relation counts: rows would be many findings of one cause
		if id := chat[0].InteractionID; id != c.Variants[0].Of {
			c.Aside = append(c.Aside, id)
		}
	}
	return c
}

func atOnce(i int) bool { return i%trialBlock >= trialBlock-trialsAtOnce }

// Trial makes scenario i of a campaign, drawn without regard to how much it shows: a chat with variants by one or two
// relations, or five to nine chats with ids near each other, interleaved, and the first of them once more, alone. It
// goes where the plan of a run does not: a chat may have a thousand events and fourteen agents, and it follows what
// is rare in earlier trials. It is a function of the seed and i; making the trials of an [Epoch] in order costs
// least.
func (s *Scenarios) Trial(i int) *model.Case {
	src := s.source(fuzzFamily, i)
	id := "fuzz/" + strconv.FormatUint(s.seed, 10) + "/" + strconv.Itoa(i)
	if atOnce(i) {
		return s.manyAtOnce(id, src)
	}
	drawn := s.steered(i, drawID(src))
	c := s.blank(id, 5*len(drawn)+32) // for its variants, too
	c.Events = append(c.Events, drawn...)
	log, first, most := c.Events, src.Intn(len(Relations)), 1+src.Intn(4)/3
	for k := 0; k < len(Relations) && len(c.Variants) < most; k++ {
		s.vary(c, Relations[(first+k)%len(Relations)], -1, drawID(src), log, src)
	}
	return c
}

// manyAtOnce makes a case of more chats at once than a run has; their people share names.
func (s *Scenarios) manyAtOnce(id string, src Source) *model.Case {
	of := drawID(src)
	ids, way := []string{of}, src.Intn(nearWays)
	for n := 5 + src.Intn(5); len(ids) < n; {
		id := nearID(of, way, src)
		for slices.Contains(ids, id) {
			id = nearID(id, nearByCharacter, src)
		}
		ids = append(ids, id)
	}
	s.scratch, s.logs = s.scratch[:0], s.logs[:0]
	var ends []int
	for _, id := range ids {
		w := s.everyday
		if src.Intn(8) == 0 {
			w = s.long
		}
		s.scratch = append(s.scratch, w.Log(id, src)...)
		ends = append(ends, len(s.scratch))
	}
	start := 0
	for _, end := range ends {
		s.logs = append(s.logs, s.scratch[start:end])
		start = end
	}
	alone := idLike(of, src)
	c := s.blank(id, len(s.scratch)+ends[0])
	c.Kind = model.InterleavedKind
	c.Events = append(c.Events, s.logs[0]...)
	for i := range c.Events {
		c.Events[i].InteractionID = alone
	}
	c.Events = interleave(c.Events, s.logs, src)
	c.Aside = append(c.Aside, alone)
	c.Variants = append(c.Variants, model.Variant{Relation: "V17", Of: of, Variant: alone, Compare: sameEverything})
	return c
}

// blank returns a trial that has no events yet, but room for some, in the memory of a recycled one if there is one.
func (s *Scenarios) blank(id string, events int) *model.Case {
	k := min(bits.Len(uint(events-1)/leastRoom), len(s.spare)-1)
	var c *model.Case
	if n := len(s.spare[k]); n > 0 {
		c, s.spare[k] = s.spare[k][n-1], s.spare[k][:n-1]
	} else {
		c = new(model.Case)
	}
	*c = model.Case{
		ID: id, Level: model.Inferred, Title: "Campaign", Checked: true, Opaque: true,
		Events: slices.Grow(c.Events[:0], max(events, leastRoom<<k)), Aside: c.Aside[:0], Variants: c.Variants[:0],
	}
	return c
}

// Recycled cases are kept by how many events they have room for: at least leastRoom, or twice as many, and so on. The
// largest chats are rare; if their memory were handed out for small ones, all of it would become as large. mostSpare
// limits how many of a size are kept: a case may come back larger than it was.
const (
	leastRoom = 64
	mostSpare = 256
)

// Recycle takes back a trial for later ones. Nobody may need it or any part of it any more.
func (s *Scenarios) Recycle(c *model.Case) {
	k := min(bits.Len(uint(cap(c.Events))/leastRoom), len(s.spare)) - 1
	if k >= 0 && len(s.spare[k]) < mostSpare {
		s.spare[k] = append(s.spare[k], c)
	}
}
