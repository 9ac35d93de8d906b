package gen

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Generation counts the changes of what a generated scenario is: it is raised when the same seed and index give
// another one.
const Generation = 3

// The families of generated scenarios. They are separate sequences of one seed.
const (
	generatedFamily = iota + 1
	deliveryFamily
	robustnessFamily
	fuzzFamily
)

// Scenarios makes generated scenarios. It keeps working memory; each goroutine needs its own.
type Scenarios struct {
	seed            uint64
	guide, everyday *Walker
	long, grand     *Walker
	classifier      *model.Classifier
	chat            model.Chat
	scratch         []model.Event
	logs            [][]model.Event
	spare           [8][]*model.Case // by size
	steering        steering
}

// NewScenarios returns the scenarios of a seed.
func NewScenarios(seed uint64) *Scenarios {
	long := Everyday
	long.Events = 400
	return &Scenarios{
		seed: seed, guide: NewWalker(Guide), everyday: NewWalker(Everyday), long: NewWalker(long),
		grand: NewWalker(Grand), classifier: model.NewClassifier(model.Reference()),
	}
}

func (s *Scenarios) source(family, i int) *Seeded {
	return Seed(Generation, uint64(family), s.seed, uint64(i))
}

// chatOf draws a chat and appends it to dst: within the guide's rules if documented is set, and rarely one that many
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

// plain reports whether the chat has little to tell apart: fewer than two rows, or no documented one except
// RoutedTo/Completed.
func (s *Scenarios) plain() bool {
	return len(s.chat.IRFs) < 2 || !slices.ContainsFunc(s.chat.IRFs, func(r model.IRF) bool {
		return r.Clauses.Level() == model.Documented && (r.Role != model.RoutedTo || r.Result != model.Completed)
	})
}

// Generated makes scenario i, a function of seed and i alone. Even ones stay within the documented rules. Most are a
// chat with variants by two relations. Every fourth pair is four chats with ids near each other, interleaved event by
// event, and the first of them once more, alone. If documented rules alone decide the chats that are judged row by
// row, the case is tagged as composed; no random chat is a drawn one.
func (s *Scenarios) Generated(i int) *model.Case {
	src := s.source(generatedFamily, i)
	c := &model.Case{ID: fmt.Sprintf("generated/%d/%d", s.seed, i), Level: model.Inferred, Checked: true, Opaque: true}
	documented := i%2 == 0
	if documented {
		c.Level = model.Documented
	}
	of := drawID(src)
	if i%8 >= 6 {
		s.atOnce(c, of, documented, src)
		return c
	}
	log := s.chatOf(s.scratch[:0], of, src, documented)
	c.Title, c.Name = "Generated chats", fmt.Sprintf("%d events", len(log))
	if Documented(&s.chat) {
		c.Tags = []string{model.Composed}
	}
	c.Events = log
	first := src.Intn(len(Relations))
	for k := 0; k < len(Relations) && len(c.Variants) < 2; k++ {
		s.vary(c, Relations[(first+k)%len(Relations)], -1, drawID(src), log, src)
	}
	s.scratch, c.Events = c.Events, slices.Clone(c.Events)
	return c
}

// atOnce makes a case of four chats at once.
func (s *Scenarios) atOnce(c *model.Case, of string, documented bool, src Source) {
	c.Kind, c.Title, c.Name = model.InterleavedKind, "Interleaved chats", "four chats at once"
	ids, way := []string{of}, src.Intn(nearWays)
	for len(ids) < 4 {
		id := nearID(of, way, src)
		for slices.Contains(ids, id) {
			id = nearID(id, nearByCharacter, src)
		}
		ids = append(ids, id)
	}
	events, logs, composed := s.scratch[:0], make([][]model.Event, len(ids)), true
	for k, id := range ids {
		before := len(events)
		events = s.chatOf(events, id, src, documented)
		logs[k] = events[before:]
		composed = composed && Documented(&s.chat)
	}
	if composed {
		c.Tags = []string{model.Composed}
	}
	alone := as(logs[0], idLike(of, src))
	s.scratch, c.Events = events, append(alone, Interleave(logs, src)...)
	c.Aside = []string{alone[0].InteractionID}
	c.Variants = []model.Variant{{Relation: "V17", Of: of, Variant: alone[0].InteractionID, Compare: sameEverything}}
}

// as copies a log under another interaction id.
func as(log []model.Event, id string) []model.Event {
	log = slices.Clone(log)
	for i := range log {
		log[i].InteractionID = id
	}
	return log
}

// vary adds the variant of one of the case's chats by a relation, if there is one: in way how or, if that is
// negative, in any.
func (s *Scenarios) vary(c *model.Case, relation string, how int, id string, log []model.Event, src Source) bool {
	return vary(c, model.Variant{Relation: relation, How: how, Seed: uint64(src.Intn(1 << 62))}, id, "", log)
}

// vary adds to a case of the log a variant like another one.
func vary(c *model.Case, like model.Variant, id, near string, log []model.Event) bool {
	events, r, ok := relate(c.Events, like.Relation, like.How, log, id, near, Seed(Generation, like.Seed))
	c.Events = events
	if ok {
		c.Aside = append(append(c.Aside, r.Company...), r.Variant)
		c.Variants = append(c.Variants, model.Variant{
			Relation: like.Relation, Of: log[0].InteractionID, Variant: r.Variant, How: r.How, Seed: like.Seed,
			Compare: r.Compare,
		})
	}
	return ok
}

// Interleave merges logs, each in its own order.
func Interleave(logs [][]model.Event, src Source) []model.Event {
	n := 0
	for _, log := range logs {
		n += len(log)
	}
	return interleave(make([]model.Event, 0, n), logs, src)
}

// interleave does the same, but appends to dst.
func interleave(dst []model.Event, logs [][]model.Event, src Source) []model.Event {
	for len(logs) > 0 {
		k := src.Intn(len(logs))
		dst = append(dst, logs[k][0])
		logs[k] = logs[k][1:]
		if len(logs[k]) == 0 {
			logs = slices.Delete(logs, k, k+1)
		}
	}
	return dst
}

// Shuffle puts events into a random order.
func Shuffle(events []model.Event, src Source) {
	for i := len(events) - 1; i > 0; i-- {
		j := src.Intn(i + 1)
		events[i], events[j] = events[j], events[i]
	}
}

// Delivery makes delivery scenario i: chats whose events arrive in another order, doubled, or with equal times; one
// cut short next to its whole; one in other company, under other seqs, with its times spelt otherwise, or with names
// and an id that differ from others only by what some stores overlook.
func (s *Scenarios) Delivery(i int) *model.Case {
	src := s.source(deliveryFamily, i)
	c := s.blank(fmt.Sprintf("delivery/%d/%d", s.seed, i), leastRoom)
	c.Level, c.Kind, c.Title = model.Delivery, model.DeliveryKind, "Delivery"
	log := s.chatOf(c.Events, drawID(src), src, src.Intn(2) == 0)
	other := s.chatOf(s.scratch[:0], drawID(src), src, false)
	s.scratch = other
	switch i % 8 {
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
		s.cutShort(c, log, other, src)
	case 4:
		c.Name = "in other company"
		s.again(c, log, other, src)
	case 5:
		c.Name = "other seqs"
		s.delivered(c, "D5", i/8%len(seqWays), log, src)
	case 6:
		c.Name = "times otherwise spelt"
		s.delivered(c, "D6", i/8%(len(otherSpellings)+1), log, src)
	case 7:
		c.Name = "names and ids nearly alike"
		for !s.delivered(c, "D7", i/8%len(alike), log, src) || !named(c.Events) {
			log = s.chatOf(log[:0], drawID(src), src, src.Intn(2) == 0)
		}
	}
	return c
}

// cutShort adds a prefix of the log, whose facts are among those of the whole (D4).
func (s *Scenarios) cutShort(c *model.Case, log, other []model.Event, src Source) {
	prefix := as(log[:1+src.Intn(len(log))], drawID(src))
	short := prefix[0].InteractionID
	c.Events = Interleave([][]model.Event{log, prefix, other}, src)
	c.Variants = []model.Variant{{
		Relation: "D4", Of: log[0].InteractionID, Variant: short,
		Compare: func(of, short []model.Fact) string {
			if more := without(viewed(short, descriptorsOf), viewed(of, descriptorsOf)); len(more) > 0 {
				return "the log cut short also has " + plain(more)
			}
			return ""
		},
	}}
}

// again adds other chats, and then the log once more (D3).
func (s *Scenarios) again(c *model.Case, log, other []model.Event, src Source) {
	c.Events = append(log, other...)
	for range 3 {
		company := drawID(src)
		c.Aside = append(c.Aside, company)
		c.Events = append(c.Events, s.everyday.Log(company, src)...)
	}
	repeated := as(log, drawID(src))
	c.Events = append(c.Events, repeated...)
	c.Aside = append(c.Aside, repeated[0].InteractionID)
	c.Variants = []model.Variant{
		{Relation: "D3", Of: log[0].InteractionID, Variant: repeated[0].InteractionID, Compare: sameEverything},
	}
}

// delivered makes a case of a log and its variant by a delivery. The variant is also judged by itself.
func (s *Scenarios) delivered(c *model.Case, relation string, how int, log []model.Event, src Source) bool {
	c.Events, c.Aside, c.Variants = log, c.Aside[:0], c.Variants[:0]
	if !s.vary(c, relation, how, drawID(src), log, src) {
		return false
	}
	c.Aside = c.Aside[:0]
	return true
}

// named reports whether an agent has a name of a pair, as in a variant of D7.
func named(events []model.Event) bool {
	return slices.ContainsFunc(events, func(e model.Event) bool {
		return slices.ContainsFunc(alike[:], func(pair alikePair) bool {
			return e.Party == model.Party{Type: model.Agent, ID: pair.one}
		})
	})
}

// Robustness makes robustness scenario i: a log that breaks one of W1–W9, or lines that are no events at all, between
// two healthy chats. Only these are judged.
func (s *Scenarios) Robustness(i int) *model.Case {
	src := s.source(robustnessFamily, i)
	c := &model.Case{
		ID: fmt.Sprintf("robustness/%d/%d", s.seed, i), Level: model.Robustness, Kind: model.RobustnessKind,
		Title: "Robustness",
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
	`{`, `[]`, `null`, `{"interaction_id":"chat 4"`, `{"interaction_id":"chat 4","seq":"1","event":7}`, `not json`,
	`{"interaction_id":null,"seq":1}`,
}

// Candidate makes a case of a chat in place of another case's first one. It has a variant by the same relation, in
// the same way, if the other has one that applies. It is a function of the id, the chat and the other case alone.
func Candidate(id string, log []model.Event, of *model.Case) *model.Case {
	src := Seed(Generation, textSeed(id))
	c := &model.Case{ID: id, Level: of.Level, Kind: of.Kind, Title: of.Title, Checked: true, Opaque: true}
	c.Events = as(log, idLike(log[0].InteractionID, src))
	if len(of.Variants) > 0 {
		// two candidates share no id
		vary(c, of.Variants[0], idLike(of.Variants[0].Variant, src), idLike(serverForm, src), c.Events)
	}
	return c
}

// textSeed turns a text into a number.
func textSeed(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
