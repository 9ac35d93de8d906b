package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// World says what the suite has and a user's world lacks. The zero World lacks nothing.
type World struct {
	Media []string            // the deployment's; nil is all
	Fold  func(string) string // folds ids and names before they are compared; nil compares byte for byte

	// Twice says whether its clocks show a time twice, and it writes no more than they show. nil is never.
	Twice func(time.Time) bool

	WholeChats bool // chats are sent one after the other, each whole and in order
	AtRest     bool // a job reads one file: what could end it is left out

	Form string // of ids: guid or interaction-server; "" is any

	// Finishing has the world's finishing queues, under whose names the suite's are sent; nil is [model.Usual].
	Finishing *model.Deployment
}

// Reference returns the reference's table for what is sent.
func (w *World) Reference() *model.Table {
	if w.Finishing == nil {
		return model.Reference()
	}
	return model.Reference().In(*w.Finishing)
}

// ScenarioTable returns the reference's table for scenarios. They call finishing queues as the suite does, except that
// a team's own may call them as the world does.
func (w *World) ScenarioTable() *model.Table {
	if w.Finishing == nil {
		return model.Reference()
	}
	return model.Reference().In(model.Usual.With(w.Finishing))
}

// Queue returns the name under which a scenario's queue is sent.
func (w *World) Queue(name string) string {
	if w.Finishing == nil {
		return name
	}
	name, _ = model.Usual.As(name, w.Finishing)
	return name
}

// Without is a kind of scenarios that a plan leaves out, because they cannot occur in the user's world.
type Without struct {
	Why       string `json:"why"`
	Scenarios int    `json:"scenarios"`

	ids []string
}

// absence is a kind of cases that cannot occur in a world, and why.
type absence struct {
	why string
	of  func(*model.Case) bool
}

// absences lists those of a world: cases with a chat of another medium (I19), cases with two ids or names that are one
// there (D7, I20), cases with times that cannot be told apart there (V16), cases with finishing queues that are none
// there (I20), and cases that do not arrive as chats do there.
func (w World) absences() (all []absence) {
	if len(w.Media) > 0 {
		all = append(all, absence{
			"about media other than " + strings.Join(w.Media, ", "),
			func(c *model.Case) bool { return c.BeyondMedia(w.Media) },
		})
	}
	if w.Fold != nil || w.Finishing != nil {
		all = append(all, absence{
			"with two ids or names that the mapping turns into one",
			func(c *model.Case) bool { return w.Fold != nil && merges(c, w.Fold) || w.renamesInto(c) },
		})
	}
	if w.Twice != nil {
		all = append(all, absence{
			"with local times that occur twice, because clocks are set back (in a time zone of the mapping)",
			func(c *model.Case) bool {
				return slices.ContainsFunc(c.Events, func(e model.Event) bool { return w.Twice(e.Time) })
			},
		})
	}
	if w.Finishing != nil {
		all = append(all, absence{
			"with queues that finish chats in the suite or according to the mapping, but not in both",
			func(c *model.Case) bool {
				return slices.ContainsFunc(c.Events, func(e model.Event) bool {
					_, ok := model.Usual.As(e.Queue, w.Finishing)
					return !ok && (c.Level != model.Own || model.Usual.Finishes(e.Queue))
				})
			},
		})
	}
	if w.WholeChats {
		all = append(all, absence{
			"that mix chats or change their order: the mapping sends each chat whole and in order",
			func(c *model.Case) bool { return c.Kind == model.InterleavedKind || c.Kind == model.DeliveryKind },
		})
	}
	if w.AtRest {
		all = append(all, absence{
			"of ill-formed logs, because --require does not name robustness",
			func(c *model.Case) bool { return c.Kind == model.RobustnessKind },
		})
	}
	return all
}

// Of leaves out the scenarios that cannot occur in the world. What is left is the whole plan: expectations are about it
// alone.
func (p *Plan) Of(w World) {
	if len(w.Media) > 0 {
		p.media = w.Media
	}
	for _, a := range w.absences() {
		p.leaveOut(a.why, a.of)
	}
	for _, s := range p.Scenarios {
		s.in(&w)
	}
	if len(p.without) > 0 || w.Form != "" {
		p.seal()
	}
}

// in has the scenario asked in a world, whose form the interactions' ids get. Ids that have the form stay. Queues get
// the world's names.
func (s *Scenario) in(w *World) {
	s.world, s.queues = w, nil
	if w == nil {
		return
	}
	for i := 0; w.Finishing != nil && i < len(s.Events); i++ {
		name := s.Events[i].Queue
		if as := (Sent{Queue: name, As: w.Queue(name)}); as.As != name && !slices.Contains(s.queues, as) {
			s.queues = append(s.queues, as)
		}
	}
	if w.Form == "" {
		return
	}
	for i := range s.Events {
		id := s.Events[i].InteractionID
		as := cmp.Or(s.opaque[id], id)
		if s.opaque == nil {
			s.opaque, s.aliases = make(map[string]string), make(map[string]string)
		}
		delete(s.aliases, as)
		like := idLike(w.Form, as)
		s.opaque[id], s.aliases[like] = like, id
	}
}

// sent appends to dst the log under ids that say nothing, and under the world's names of queues. If these are the
// case's own, its log is not copied.
func (s *Scenario) sent(dst []model.Event) []model.Event {
	if s.opaque == nil && s.queues == nil {
		return s.Events
	}
	dst = slices.Grow(dst, len(s.Events))
	for i := range s.Events {
		dst = append(dst, s.Events[i])
		e := &dst[len(dst)-1]
		if s.opaque != nil {
			e.InteractionID = s.opaque[e.InteractionID]
		}
		if s.queues != nil {
			e.Queue = s.world.Queue(e.Queue)
		}
	}
	return dst
}

// recognized gives facts the case's interaction ids and names of queues, and sorts them: the order of arrival means
// nothing.
func (s *Scenario) recognized(facts []model.Fact) []model.Fact {
	if s.trial && s.aliases == nil && s.queues == nil {
		return facts
	}
	out := make([]model.Fact, 0, len(facts))
	for _, f := range facts {
		id, ok := s.aliases[f.InteractionID]
		if ok {
			f.InteractionID = id
		}
		if i := slices.IndexFunc(s.queues, func(q Sent) bool { return q.As == f.Resource }); i >= 0 {
			f.Resource = s.queues[i].Queue
		}
		if ok || s.Opaque {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, model.CompareFacts)
	return out
}

// idLike turns an id into one of a form, always the same one: a GUID, or 16 characters as Interaction Server makes
// them.
func idLike(form, id string) string {
	const guid = "00000000-0000-0000-0000-000000000000"
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return '0'
		}
		return r
	}, id)
	made := model.OpaqueID("form", id)
	if form == "guid" {
		if digits == guid {
			return id
		}
		return made
	}
	if len(id) == 16 && strings.HasPrefix(id, "0000") && !strings.Contains(id, "-") {
		return id
	}
	return "0000" + strings.ReplaceAll(made, "-", "")[:12]
}

func (p *Plan) leaveOut(why string, which func(*model.Case) bool) {
	out := Without{Why: why}
	p.Scenarios = slices.DeleteFunc(p.Scenarios, func(s *Scenario) bool {
		if !which(s.whole().Case) {
			return false
		}
		out.ids = append(out.ids, s.ID)
		return true
	})
	out.Scenarios = len(out.ids)
	if out.Scenarios > 0 {
		p.without = append(p.without, out)
	}
}

// leftOut says why a scenario, or all that a glob matches, is not in the plan, or returns "" if it is not left out.
func (p *Plan) leftOut(glob string) string {
	pattern := globPattern(glob)
	for _, w := range p.without {
		if slices.ContainsFunc(w.ids, pattern.MatchString) {
			return fmt.Sprintf("%s is left out, like all scenarios %s", model.Quoted(glob), w.Why)
		}
	}
	return ""
}

// merges reports whether two ids of a case, or two names of one kind in one of its chats, are folded into one.
func merges(c *model.Case, fold func(string) string) bool {
	type bearer struct{ chat, kind, name string }
	seen := make(map[bearer]string)
	one := func(chat, kind, name string) bool {
		key := bearer{chat, kind, fold(name)}
		old, ok := seen[key]
		seen[key] = name
		return ok && old != name
	}
	return slices.ContainsFunc(c.Events, func(e model.Event) bool {
		return one("", "chat", e.InteractionID) || one(e.InteractionID, "queue", e.Queue) ||
			one(e.InteractionID, string(e.Actor.Type), e.Actor.ID) ||
			one(e.InteractionID, string(e.Party.Type), e.Party.ID)
	})
}

// renamesInto reports whether a queue of a case is sent under a name that is another's there: of two rows that come
// back with one name, nothing tells which is which, least of all their types, which may be wrong.
func (w *World) renamesInto(c *model.Case) bool {
	fold := w.Fold
	if fold == nil {
		fold = func(name string) string { return name }
	}
	return slices.ContainsFunc(c.Events, func(e model.Event) bool {
		as := w.Queue(e.Queue)
		return as != e.Queue && slices.ContainsFunc(c.Events, func(o model.Event) bool {
			return o.Queue != e.Queue && fold(w.Queue(o.Queue)) == fold(as) ||
				fold(o.Actor.ID) == fold(as) || fold(o.Party.ID) == fold(as)
		})
	})
}

// ParseMedia reads a comma-separated list of media; "" is none.
func ParseMedia(list string) (media []string, err error) {
	if list == "" {
		return nil, nil
	}
	for m := range strings.SplitSeq(list, ",") {
		m = strings.TrimSpace(m)
		if m == "" {
			return nil, fmt.Errorf("expected media such as 'chat,sms', got %s", model.Word(list))
		}
		media = append(media, m)
	}
	return media, nil
}
