package gen

import (
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
	c := s.blank()
	c.ID, c.Level, c.Title = "fuzz/"+strconv.FormatUint(s.seed, 10)+"/"+strconv.Itoa(i), model.Inferred, "Campaign"
	c.Checked, c.Opaque = true, true
	if atOnce(i) {
		s.manyAtOnce(c, src)
		return c
	}
	drawn := s.steered(i, drawID(src))
	c.Events = append(slices.Grow(c.Events, 3*len(drawn)+8), drawn...)
	log, first, most := c.Events, src.Intn(len(Relations)), 1+src.Intn(4)/3
	for k := 0; k < len(Relations) && len(c.Variants) < most; k++ {
		s.vary(c, Relations[(first+k)%len(Relations)], -1, drawID(src), log, src)
	}
	return c
}

// manyAtOnce makes a case of more chats at once than a run has; their people share names.
func (s *Scenarios) manyAtOnce(c *model.Case, src Source) {
	c.Kind = model.InterleavedKind
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
	c.Events = append(slices.Grow(c.Events, len(s.scratch)+ends[0]), s.logs[0]...)
	for i := range c.Events {
		c.Events[i].InteractionID = alone
	}
	c.Events = interleave(c.Events, s.logs, src)
	c.Aside = append(c.Aside, alone)
	c.Variants = append(c.Variants, model.Variant{Relation: "V17", Of: of, Variant: alone, Compare: sameEverything})
}

// blank returns an empty case, in the memory of a recycled one if there is one.
func (s *Scenarios) blank() *model.Case {
	n := len(s.spare)
	if n == 0 {
		return new(model.Case)
	}
	c := s.spare[n-1]
	s.spare = s.spare[:n-1]
	*c = model.Case{Events: c.Events[:0], Aside: c.Aside[:0], Variants: c.Variants[:0]}
	return c
}

// mostSpare limits how many recycled cases are kept, and largeCase how many events one may have room for: deliveries
// come back too, although their memory is not from here, and chats of a thousand events are rare.
const (
	mostSpare = 512
	largeCase = 1024
)

// Recycle takes back a trial for later ones. Nobody may need it or any part of it any more.
func (s *Scenarios) Recycle(c *model.Case) {
	if len(s.spare) < mostSpare && cap(c.Events) <= largeCase {
		s.spare = append(s.spare, c)
	}
}
