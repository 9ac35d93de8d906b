package gen

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Relations lists the relations V12–V19 that [Relate] knows. It also knows the deliveries D5–D7.
var Relations = []string{"V12", "V13", "V14", "V15", "V16", "V17", "V18", "V19"}

// Related is what a relation makes of a chat: its variant, perhaps in company, and the comparison that must hold
// between the answers to both.
type Related struct {
	Variant string   // its interaction
	Company []string // the interactions of other chats
	How     int      // in which of the relation's ways
	Compare func(of, variant []model.Fact) string
}

// Relate changes a finished chat by a relation, in the relation's way how or, if that is negative, in a way that it
// draws. It appends the result to dst, which the log may be a part of. The variant's interaction id is as, or like it
// if the relation is about ids. ok is false if the relation says nothing about the chat: then nothing is appended.
func Relate(dst []model.Event, relation string, how int, log []model.Event, as string,
	src Source,
) (_ []model.Event, _ Related, ok bool) {
	return relate(dst, relation, how, log, as, "", src)
}

// relate does the work of Relate. near begins the ids of D7; if it is "", their beginning is drawn.
func relate(dst []model.Event, relation string, how int, log []model.Event, as, near string,
	src Source,
) (_ []model.Event, _ Related, ok bool) {
	if drawn := src.Intn(Ways(relation)); how < 0 { // drawn in any case, so that what follows is the same
		how = drawn
	}
	start := len(dst)
	r := Related{Variant: as, How: how}
	if relation == "V17" { // a chat before the variant, and one after it
		dst = accompany(dst, r.near(src), src)
	}
	at := len(dst)
	dst = append(dst, log...)
	variant := dst[at:]
	switch ok = true; relation {
	case "V12":
		variant, r.Compare, ok = cutFailedInvitation(variant, src)
	case "V13":
		variant, r.Compare, ok = putQueueBetween(variant, src)
	case "V14":
		variant, r.Compare, ok = turnIntoConsult(variant, src)
	case "V15":
		r.Compare = rename(variant, src)
	case "V16":
		timeWays[how].change(variant, src)
		r.Compare = saying(timeWays[how].says, sameDescriptors)
	case "V17":
		r.Compare = sameEverything
	case "V18":
		variant = meaningless(variant, how, src)
		r.Compare = saying(meaninglessWays[how], sameEverything)
	case "V19":
		variant, r.Compare = otherMedium(variant, src), sameDescriptors
	case "D5":
		otherSeqs(variant, how, src)
		r.Compare = saying("seq "+seqWays[how].says, sameEverything)
	case "D6":
		respell(variant, how, src)
		r.Compare = sameEverything
	case "D7":
		ok = r.nearlyRename(variant, near, src)
	}
	if !ok {
		return dst[:start], r, false
	}
	for i := range variant {
		variant[i].InteractionID = r.Variant
	}
	if &variant[0] == &dst[at] { // most often it was changed where it is
		dst = dst[:at+len(variant)]
	} else {
		dst = append(dst[:at], variant...)
	}
	switch relation {
	case "V17":
		dst = accompany(dst, r.near(src), src)
	case "D7":
		dst = accompany(dst, r.Company[0], src)
	}
	return dst, r, true
}

// Ways returns in how many ways a relation changes a chat.
func Ways(relation string) int {
	switch relation {
	case "V16":
		return len(timeWays)
	case "V17":
		return nearWays
	case "V18":
		return len(meaninglessWays)
	case "D5":
		return len(seqWays)
	case "D6":
		return len(otherSpellings) + 1
	case "D7":
		return len(alike)
	}
	return 1
}

// saying adds how a chat was changed to what the comparison finds.
func saying(how string, compare func(of, variant []model.Fact) string) func(of, variant []model.Fact) string {
	return func(of, variant []model.Fact) string {
		found := compare(of, variant)
		if found != "" {
			found = how + ": " + found
		}
		return found
	}
}

// Views of a row: what a relation compares.
func descriptorsOf(f *model.Fact) string {
	return f.Resource + " " + codes(string(f.Role), string(f.Result)) + " [" + model.Code(string(f.Reason)) + "]"
}

func rolesOf(f *model.Fact) string { return f.Resource + " " + codes(string(f.Role)) }

func everythingOf(f *model.Fact) string {
	s := descriptorsOf(f) + " " + codes(string(f.ResourceType), f.RoleReason)
	for _, t := range []time.Time{f.Start, f.End} {
		if !t.IsZero() {
			s += " " + t.UTC().Format(time.DateTime)
		}
	}
	return s
}

func codes(names ...string) string {
	for i := range names {
		names[i] = model.Code(names[i])
	}
	return strings.Join(names, "/")
}

// The comparisons of rows, in any order, as a view shows them. Most often the rows are the same as they stand, and no
// view is needed.
var (
	sameEverything  = sameRows(everythingOf, but{})
	sameDescriptors = sameRows(descriptorsOf, but{times: true})
	sameRoles       = sameRows(rolesOf, but{times: true})
)

func sameRows(view func(*model.Fact) string, apart but) func(of, variant []model.Fact) string {
	return func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, apart) {
			return ""
		}
		return moved(viewed(of, view), viewed(variant, view))
	}
}

// but is in what rows that are the same as they stand may differ.
type but struct {
	times bool
	role  string   // of this resource
	names renaming // of the resources
}

// asTheyStand reports whether rows are the same in the same order, but for what may differ.
func asTheyStand(of, variant []model.Fact, apart but) bool {
	if len(of) != len(variant) {
		return false
	}
	for i := range of {
		a, b := &of[i], &variant[i]
		if apart.names.now(a.Resource) != b.Resource || a.ResourceType != b.ResourceType ||
			a.Role != b.Role && a.Resource != apart.role || a.RoleReason != b.RoleReason || a.Result != b.Result ||
			a.Reason != b.Reason || !apart.times && (a.Start.Unix() != b.Start.Unix() || a.End.Unix() != b.End.Unix()) {
			return false
		}
	}
	return true
}

func viewed(rows []model.Fact, view func(*model.Fact) string) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = view(&rows[i])
	}
	slices.Sort(out)
	return out
}

// moved says which entries of two sorted lists are not in both, or returns "" if the lists are equal.
func moved(before, after []string) string {
	if slices.Equal(before, after) {
		return ""
	}
	gone, come := without(before, after), without(after, before)
	return fmt.Sprintf("%s became %s", plain(gone), plain(come))
}

func plain(rows []string) string {
	if len(rows) == 0 {
		return "nothing"
	}
	if len(rows) > 3 {
		rows = append(rows[:3:3], fmt.Sprintf("%d more", len(rows)-3))
	}
	return model.Line(strings.Join(rows, ", "))
}

// without returns the entries that a has more often than b, each as many times as it has more.
func without(a, b []string) (out []string) {
	count := make(map[string]int)
	for _, s := range b {
		count[s]++
	}
	for _, s := range a {
		if count[s]--; count[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

// choosePlace draws one of the places of a log for which ok holds, or -1.
func choosePlace(log []model.Event, src Source, ok func(i int) bool) int {
	places := make([]int, 0, 64) // most often enough
	for i := range log {
		if ok(i) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return -1
	}
	return places[src.Intn(len(places))]
}

// Outcome returns the place of the event that answers the invitation at i, or -1.
func Outcome(log []model.Event, i int) int {
	for j := i + 1; j < len(log); j++ {
		switch e := &log[j]; e.Name {
		case model.PartyAdded, model.Rejected, model.Revoked:
			if e.Party == log[i].Party {
				return j
			}
		}
	}
	return -1
}

// reader is a classifier, with a chat that nobody keeps.
type reader struct {
	*model.Classifier
	chat model.Chat
}

var readers = sync.Pool{New: func() any { return &reader{Classifier: model.NewClassifier(model.Reference())} }}

// wellFormedLog reports whether a log is well-formed and finished.
func wellFormedLog(log []model.Event) bool {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	return r.Classify(&r.chat, log) == nil && r.chat.StoppedSeq > 0
}

func cutFailedInvitation(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	i := choosePlace(log, src, func(i int) bool {
		if log[i].Name != model.AgentInvited || log[i].Actor.Type != model.Agent {
			return false
		}
		j := Outcome(log, i)
		return j > 0 && log[j].Name == model.Revoked && (log[j].Reason == "" || log[j].Reason == model.Expired) &&
			!removedBefore(log, j) && !finishingIn(log[:j])
	})
	if i < 0 {
		return nil, nil, false
	}
	agent := log[i].Party.ID
	j := Outcome(log, i)
	log = slices.Delete(slices.Delete(log, j, j+1), i, i+1)
	return log, func(of, variant []model.Fact) string {
		for i := range of { // most often the other rows are the same as they stand
			if of[i].Resource == agent && len(variant) == len(of)-1 &&
				asTheyStand(of[:i], variant[:i], but{times: true}) &&
				asTheyStand(of[i+1:], variant[i:], but{times: true}) {
				return ""
			}
		}
		before, after := viewed(of, descriptorsOf), viewed(variant, descriptorsOf)
		gone := without(before, after)
		if come := without(after, before); len(come) == 0 && len(gone) == 1 && strings.HasPrefix(gone[0], agent+" ") {
			return ""
		}
		return fmt.Sprintf("without the invitation of %s: %s", model.Name(agent), moved(before, after))
	}, wellFormedLog(log)
}

// removedBefore reports whether the media server removed an agent before the event at j. Whether that was just before
// the stop, so that the agent counts as handling, may then depend on the events in between.
func removedBefore(log []model.Event, j int) bool {
	return slices.ContainsFunc(log[:j], func(e model.Event) bool {
		return e.Name == model.PartyRemoved && e.Party.Type == model.Agent && e.Actor.Type == model.MediaServer
	})
}

// finishingIn reports whether an agent places the chat in a finishing queue. Whether that finishes it depends on the
// pending invitations, and what follows then has no row.
func finishingIn(log []model.Event) bool {
	return slices.ContainsFunc(log, func(e model.Event) bool {
		return e.Actor.Type == model.Agent && model.Usual.Finishes(e.Queue)
	})
}

func putQueueBetween(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	i := choosePlace(log, src, func(i int) bool {
		j := Outcome(log, i)
		return log[i].Name == model.AgentInvited && log[i].Operation == model.Conference &&
			log[i].Actor.Type == model.Agent && j > 0 && log[j].Name == model.PartyAdded
	})
	if i < 0 {
		return nil, nil, false
	}
	e := log[i]
	by := model.Party{Type: model.Strategy, ID: "Strategy between"}
	between := []model.Event{
		{
			Name: model.PlacedInQueue, Actor: e.Actor, Queue: "Queue between", Operation: model.Conference,
			VisibilityMode: e.VisibilityMode,
		},
		{Name: model.TakenFromQueue, Actor: by, Queue: "Queue between"},
		{Name: model.PartyAdded, Actor: by, Party: by},
		{Name: model.AgentInvited, Actor: by, Party: e.Party},
		{Name: model.PartyRemoved, Actor: by, Party: by},
	}
	for k := range between {
		between[k].InteractionID, between[k].Time = e.InteractionID, e.Time
	}
	log = Renumber(slices.Replace(log, i, i+1, between...))
	names := namesIn(nil, log)
	return log, func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, but{times: true}) {
			return ""
		}
		return sameRoles(ofAgents(of, names), ofAgents(variant, names))
	}, wellFormedLog(log)
}

// ofAgents leaves out the rows of queues and strategies; a row without a resource type counts by what its name names.
// A queue that comes between may be the one in which a chat is lost later.
func ofAgents(rows []model.Fact, names []bearer) []model.Fact {
	return slices.DeleteFunc(slices.Clone(rows), func(f model.Fact) bool {
		is, _ := f.ResourceType.Meaning()
		return is != model.AgentResource && (is != "" || kindOf(names, f.Resource)&^agentKind != 0)
	})
}

func turnIntoConsult(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	accepts := func(i int) int {
		if j := Outcome(log, i); j > 0 && log[j].Name == model.PartyAdded {
			return j
		}
		return -1
	}
	i := choosePlace(log, src, func(i int) bool {
		e := &log[i]
		if e.Name != model.AgentInvited || e.Operation != model.Conference || e.Actor.Type != model.Agent ||
			e.VisibilityMode != model.Conferred {
			return false
		}
		j := accepts(i)
		return j < 0 || log[j].VisibilityMode <= model.Conferred
	})
	if i < 0 {
		return nil, nil, false
	}
	agent := log[i].Party.ID
	log[i].VisibilityMode = model.Coach
	if j := accepts(i); j > 0 && log[j].VisibilityMode == model.Conferred {
		log[j].VisibilityMode = model.Coach
	}
	return log, sameRows(func(f *model.Fact) string {
		if f.Resource == agent {
			return f.Resource + " " + codes(string(f.Result)) + " [" + model.Code(string(f.Reason)) + "]"
		}
		return descriptorsOf(f)
	}, but{times: true, role: agent}), true
}

func otherMedium(log []model.Event, src Source) []model.Event {
	log[0].MediaType = [...]string{"sms", "facebook", "callback"}[src.Intn(3)]
	return log
}

// Renumber gives the events of a log the seqs 1, 2, … in order.
func Renumber(log []model.Event) []model.Event {
	for i := range log {
		log[i].Seq = int64(i + 1)
	}
	return log
}
