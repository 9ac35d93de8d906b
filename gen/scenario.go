package gen

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/chatproof/chatproof/model"
)

// Generation counts the changes of what a generated scenario is: it is raised where the same seed and index give
// another one.
const Generation = 1

// The families of generated scenarios. They are separate sequences of one seed.
const (
	generatedFamily = iota + 1
	deliveryFamily
	robustnessFamily
	fuzzFamily
)

// Scenarios makes generated scenarios. It keeps working memory; take one a goroutine.
type Scenarios struct {
	seed            uint64
	guide, everyday *Walker
	long            *Walker
	classifier      *model.Classifier
	chat            model.Chat
	scratch         []model.Event
	spare           [][]model.Event
}

// NewScenarios returns the scenarios of a seed.
func NewScenarios(seed uint64) *Scenarios {
	long := Everyday
	long.Events = 400
	return &Scenarios{
		seed: seed, guide: NewWalker(Guide), everyday: NewWalker(Everyday), long: NewWalker(long),
		classifier: model.NewClassifier(model.Reference()),
	}
}

func (s *Scenarios) source(family, i int) *Seeded {
	return Seed(Generation, uint64(family), s.seed, uint64(i))
}

// chatOf draws a chat and appends it to dst: within the guide's rules where documented is asked for, and one that few
// would get right by answering without looking.
func (s *Scenarios) chatOf(dst []model.Event, id string, src Source, documented bool) []model.Event {
	for {
		var log []model.Event
		switch {
		case documented:
			log = s.guide.Log(id, src)
		case src.Intn(16) == 0:
			log = s.long.Log(id, src)
		default:
			log = s.everyday.Log(id, src)
		}
		if err := s.classifier.Classify(&s.chat, log); err != nil {
			panic(err) // the grammar makes well-formed logs only: a fault of the program
		}
		if documented && !Documented(&s.chat) || s.plain() && src.Intn(64) > 0 {
			continue
		}
		return append(dst, log...)
	}
}

// plain reports whether the chat has little to tell apart: less than two rows, or no documented one but
// RoutedTo/Completed.
func (s *Scenarios) plain() bool {
	return len(s.chat.IRFs) < 2 || !slices.ContainsFunc(s.chat.IRFs, func(r model.IRF) bool {
		return r.Clauses.Level() == model.Documented && (r.Role != model.RoutedTo || r.Result != model.Completed)
	})
}

// Generated makes scenario i, a function of seed and i alone. Even ones stay within the documented rules. Most are a
// chat with variants by two relations; every eighth is four chats, interleaved event by event.
func (s *Scenarios) Generated(i int) *model.Case {
	src := s.source(generatedFamily, i)
	c := &model.Case{ID: fmt.Sprintf("generated/%d/%d", s.seed, i), Level: model.Inferred, Checked: true}
	documented := i%2 == 0
	if documented {
		c.Level = model.Documented
	}
	if i%8 >= 6 {
		c.Kind, c.Title, c.Name = model.InterleavedKind, "Interleaved chats", "four chats at once"
		events, logs := s.scratch[:0], make([][]model.Event, 4)
		for k := range logs {
			before := len(events)
			events = s.chatOf(events, fmt.Sprintf("chat %d", k+1), src, documented)
			logs[k] = events[before:]
		}
		s.scratch, c.Events = events, Interleave(logs, src)
		return c
	}
	const of = "chat 1"
	log := s.chatOf(s.scratch[:0], of, src, documented)
	c.Title, c.Name = "Generated chats", fmt.Sprintf("%d events", len(log))
	c.Events = log
	first := src.Intn(len(Relations))
	for k := 0; k < len(Relations) && len(c.Variants) < 2; k++ {
		relation := Relations[(first+k)%len(Relations)]
		as := fmt.Sprintf("chat %d", len(c.Aside)+2)
		if relation != "V17" {
			s.vary(c, relation, of, as, log, src)
			continue
		}
		s.accompany(c, as+" before", src)
		s.vary(c, relation, of, as, log, src)
		s.accompany(c, as+" after", src)
	}
	s.scratch, c.Events = c.Events, slices.Clone(c.Events)
	return c
}

// accompany adds a chat that is judged by nothing.
func (s *Scenarios) accompany(c *model.Case, id string, src Source) {
	c.Aside = append(c.Aside, id)
	c.Events = append(c.Events, s.everyday.Log(id, src)...)
}

// vary adds the variant by a relation of a chat of the case, where there is one.
func (s *Scenarios) vary(c *model.Case, relation, of, as string, log []model.Event, src Source) bool {
	events, compare, ok := Relate(c.Events, relation, log, as, src)
	if c.Events = events; ok {
		c.Aside = append(c.Aside, as)
		c.Variants = append(c.Variants, model.Variant{Relation: relation, Of: of, Variant: as, Compare: compare})
	}
	return ok
}

// Trial makes scenario i of a campaign: one chat, drawn without regard to how telling it is, and its variant by one
// relation. Its ids say nothing already: there are many of them to ask about.
func (s *Scenarios) Trial(i int) *model.Case {
	src := s.source(fuzzFamily, i)
	name := strconv.FormatUint(s.seed, 36) + "-" + strconv.Itoa(i)
	of, as := "chat-"+name, "tahc-"+name
	w := s.everyday
	if src.Intn(16) == 0 {
		w = s.long
	}
	drawn := w.Log(of, src)
	var room []model.Event
	if n := len(s.spare); n > 0 {
		room, s.spare = s.spare[n-1][:0], s.spare[:n-1]
	}
	c := &model.Case{
		ID: "fuzz/" + strconv.FormatUint(s.seed, 10) + "/" + strconv.Itoa(i), Level: model.Inferred, Title: "Campaign", Checked: true, Opaque: true,
		Events: append(slices.Grow(room, 2*len(drawn)+8), drawn...),
	}
	log, first := c.Events, src.Intn(len(Relations))
	for k := range Relations {
		if s.vary(c, Relations[(first+k)%len(Relations)], of, as, log, src) {
			break
		}
	}
	return c
}

// Recycle takes back the events of a trial that nobody needs any more, for those to come.
func (s *Scenarios) Recycle(c *model.Case) {
	s.spare = append(s.spare, c.Events)
	c.Events = nil
}

// Interleave merges logs, each in its own order.
func Interleave(logs [][]model.Event, src Source) []model.Event {
	n := 0
	for _, log := range logs {
		n += len(log)
	}
	out := make([]model.Event, 0, n)
	for len(logs) > 0 {
		k := src.Intn(len(logs))
		out = append(out, logs[k][0])
		if logs[k] = logs[k][1:]; len(logs[k]) == 0 {
			logs = slices.Delete(logs, k, k+1)
		}
	}
	return out
}

func Shuffle(events []model.Event, src Source) {
	for i := len(events) - 1; i > 0; i-- {
		j := src.Intn(i + 1)
		events[i], events[j] = events[j], events[i]
	}
}

// Delivery makes delivery scenario i: chats whose events arrive in another order, doubled, with equal times, and one
// cut short beside its whole.
func (s *Scenarios) Delivery(i int) *model.Case {
	src := s.source(deliveryFamily, i)
	c := &model.Case{
		ID: fmt.Sprintf("delivery/%d/%d", s.seed, i), Level: model.Delivery, Kind: model.DeliveryKind, Title: "Delivery", Checked: true,
	}
	const of = "chat 1"
	log := s.chatOf(nil, of, src, src.Intn(2) == 0)
	other := s.chatOf(nil, "chat 2", src, false)
	switch i % 5 {
	case 0:
		c.Name = "shuffled"
		c.Events = append(log, other...)
		Shuffle(c.Events, src)
	case 1:
		c.Name = "doubled"
		c.Events = Interleave([][]model.Event{log, slices.Clone(log), other, other}, src)
	case 2:
		c.Name = "equal times, shuffled"
		for k := range log {
			log[k].Time = log[0].Time
		}
		c.Events = append(log, other...)
		Shuffle(c.Events, src)
	case 3:
		c.Name = "cut short"
		const short = "chat 3"
		prefix := slices.Clone(log[:1+src.Intn(len(log))])
		for k := range prefix {
			prefix[k].InteractionID = short
		}
		c.Events = Interleave([][]model.Event{log, prefix, other}, src)
		c.Aside = []string{short}
		c.Variants = []model.Variant{{Relation: "D4", Of: of, Variant: short, Compare: func(of, short []model.Fact) string {
			if more := without(viewed(short, descriptorsOf), viewed(of, descriptorsOf)); len(more) > 0 {
				return "cut short it has " + plain(more)
			}
			return ""
		}}}
	case 4:
		c.Name = "in other company"
		const again = "chat 3"
		c.Events = append(log, other...)
		for n := range 3 { // other chats in between, and the first once more
			company := fmt.Sprintf("company %d", n+1)
			c.Aside = append(c.Aside, company)
			c.Events = append(c.Events, s.everyday.Log(company, src)...)
		}
		repeated := slices.Clone(log)
		for k := range repeated {
			repeated[k].InteractionID = again
		}
		c.Events = append(c.Events, repeated...)
		c.Aside = append(c.Aside, again)
		c.Variants = []model.Variant{{Relation: "D3", Of: of, Variant: again, Compare: sameEverything}}
	}
	return c
}

// Robustness makes robustness scenario i: a log that breaks one of W1–W9, or lines that are no events at all, between
// two healthy chats, which alone are judged.
func (s *Scenarios) Robustness(i int) *model.Case {
	src := s.source(robustnessFamily, i)
	c := &model.Case{
		ID: fmt.Sprintf("robustness/%d/%d", s.seed, i), Level: model.Robustness, Kind: model.RobustnessKind, Title: "Robustness",
	}
	before, after := s.chatOf(nil, "chat 1", src, true), s.chatOf(nil, "chat 2", src, true)
	if i%10 == 9 {
		c.Name = "lines that are no events"
		c.Events = append(before, after...)
		c.Lines = junk
		return c
	}
	requirement := fmt.Sprintf("W%d", i%10+1)
	broken := s.illFormed("chat 3", src, requirement)
	c.Name = requirement + " broken"
	c.Aside = []string{"chat 3"}
	c.Events = slices.Concat(before, broken, after)
	return c
}

var junk = []string{
	`{`, `[]`, `null`, `{"interaction_id":"chat 4"`, `{"interaction_id":"chat 4","seq":"1","event":7}`, `not json`, `{"interaction_id":null,"seq":1}`,
}

// Candidate makes a case of a chat in place of another case's first one, with a variant by the same relation where
// the other case has one that applies. It is a function of the chat alone.
func Candidate(id string, log []model.Event, of *model.Case) *model.Case {
	const first, as = "chat 1", "chat 2"
	c := &model.Case{ID: id, Level: of.Level, Title: of.Title, Checked: true}
	c.Events = slices.Clone(log)
	for i := range c.Events {
		c.Events[i].InteractionID = first
	}
	if len(of.Variants) > 0 {
		relation := of.Variants[0].Relation
		if events, compare, ok := Relate(c.Events, relation, c.Events, as, Seed(Generation)); ok {
			c.Events, c.Aside = events, []string{as}
			c.Variants = []model.Variant{{Relation: relation, Of: first, Variant: as, Compare: compare}}
		}
	}
	return c
}
