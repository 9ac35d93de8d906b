package gen

import (
	"slices"
	"strconv"

	"github.com/chatproof/chatproof/model"
)

// Grand limits a chat of a campaign that no run's plan has: more people, queues and strategies, and more of everything.
var Grand = func() Limits {
	l := Everyday
	l.Events, l.Agents, l.Queues, l.Strategies, l.Endless = 1000, 14, 10, 8, true
	l.Finishing = nil // what one of these queues ends is short
	return l
}()

// Of each so many trials, the last ones are of several chats at once: they come together, as a start of a program never
// mixes kinds.
const (
	trialBlock      = 1024
	trialsAtOnce    = 128
	trialsDelivered = 32 // before those
)

// Campaign makes what a campaign asks i-th: a trial, or one of the deliveries D5–D7. Those of the plan of a run, which
// has the first of each, come in another order.
func (s *Scenarios) Campaign(i int) *model.Case {
	at := trialBlock - trialsAtOnce - i%trialBlock
	if at < 1 || at > trialsDelivered {
		return s.Trial(i)
	}
	const ways, first = 8, 5 // of Delivery
	c := s.Delivery(i/3*ways + first + i%3)
	for _, chat := range model.Chats(c.Events) { // by the relation alone: its rows would be many findings of one cause
		if id := chat[0].InteractionID; id != c.Variants[0].Of {
			c.Aside = append(c.Aside, id)
		}
	}
	return c
}

// Trial makes scenario i of a campaign, drawn without regard to how telling it is: a chat with variants by one or two
// relations, or five to nine chats under ids that are near each other, interleaved, and the first of them once more, alone.
// It goes where the plan of a run does not: a chat may be of a thousand events and fourteen agents.
func (s *Scenarios) Trial(i int) *model.Case {
	src := s.source(fuzzFamily, i)
	c := &model.Case{
		ID: "fuzz/" + strconv.FormatUint(s.seed, 10) + "/" + strconv.Itoa(i), Level: model.Inferred, Title: "Campaign", Checked: true, Opaque: true,
	}
	if i%trialBlock >= trialBlock-trialsAtOnce {
		s.manyAtOnce(c, src)
		return c
	}
	of, w := drawID(src), s.everyday
	switch src.Intn(32) {
	case 0, 1:
		w = s.long
	case 2:
		w = s.grand
	}
	drawn := w.Log(of, src)
	var room []model.Event
	if n := len(s.spare); n > 0 {
		room, s.spare = s.spare[n-1][:0], s.spare[:n-1]
	}
	c.Events = append(slices.Grow(room, 3*len(drawn)+8), drawn...)
	log, first, most := c.Events, src.Intn(len(Relations)), 1+src.Intn(4)/3
	for k := 0; k < len(Relations) && len(c.Variants) < most; k++ {
		s.vary(c, Relations[(first+k)%len(Relations)], -1, drawID(src), log, src)
	}
	return c
}

// manyAtOnce makes a case of more chats at once than a run has, whose people share their names.
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
	logs := make([][]model.Event, len(ids))
	for k, id := range ids {
		w := s.everyday
		if src.Intn(8) == 0 {
			w = s.long
		}
		logs[k] = slices.Clone(w.Log(id, src))
	}
	alone := as(logs[0], idLike(of, src))
	c.Events = append(alone, Interleave(logs, src)...)
	c.Aside = []string{alone[0].InteractionID}
	c.Variants = []model.Variant{{Relation: "V17", Of: of, Variant: alone[0].InteractionID, Compare: sameEverything}}
}

// Recycle takes back the events of a trial that nobody needs any more, for those to come.
func (s *Scenarios) Recycle(c *model.Case) {
	s.spare = append(s.spare, c.Events)
	c.Events = nil
}
