package gen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Relations lists the relations V12–V19 that [Relate] knows.
var Relations = []string{"V12", "V13", "V14", "V15", "V16", "V17", "V18", "V19"}

// Relate changes a finished chat in the way of a relation and appends the changed log, as interaction as, to dst, which
// the log may be a part of; with the comparison that must hold between the answers to both. ok is false where the
// relation says nothing about the chat: nothing is appended.
func Relate(dst []model.Event, relation string, log []model.Event, as string, src Source) (_ []model.Event, compare func(of, variant []model.Fact) string, ok bool) {
	start := len(dst)
	dst = append(dst, log...)
	variant := dst[start:]
	for i := range variant {
		variant[i].InteractionID = as
	}
	switch relation {
	case "V12":
		variant, compare, ok = cutFailedInvitation(variant, src)
	case "V13":
		variant, compare, ok = putQueueBetween(variant, src)
	case "V14":
		variant, compare, ok = turnIntoConsult(variant, src)
	case "V15":
		variant, compare, ok = rename(variant, src)
	case "V16":
		variant, compare, ok = stretch(variant, src), sameDescriptors, true
	case "V17":
		compare, ok = sameEverything, true
	case "V18":
		variant, compare, ok = insertNeutral(variant, src), sameEverything, true
	case "V19":
		variant, compare, ok = otherMedium(variant, src), sameDescriptors, true
	}
	if !ok {
		return dst[:start], nil, false
	}
	return append(dst[:start], variant...), compare, true
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

// The comparisons of rows, in any order, as a view shows them. Most often the rows are alike as they stand, which is
// seen without a view.
var (
	sameEverything  = sameRows(everythingOf, true)
	sameDescriptors = sameRows(descriptorsOf, false)
	sameRoles       = sameRows(rolesOf, false)
)

func sameRows(view func(*model.Fact) string, times bool) func(of, variant []model.Fact) string {
	return func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, times, nil) {
			return ""
		}
		return moved(viewed(of, view), viewed(variant, view))
	}
}

// asTheyStand reports whether rows are the same in the same order, where names tells other names for those of the first.
func asTheyStand(of, variant []model.Fact, times bool, names map[string]string) bool {
	return slices.EqualFunc(of, variant, func(a, b model.Fact) bool {
		resource := a.Resource
		if name, ok := names[resource]; ok {
			resource = name
		}
		return resource == b.Resource && a.ResourceType == b.ResourceType && a.Role == b.Role && a.RoleReason == b.RoleReason &&
			a.Result == b.Result && a.Reason == b.Reason && (!times || a.Start.Equal(b.Start) && a.End.Equal(b.End))
	})
}

func viewed(rows []model.Fact, view func(*model.Fact) string) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = view(&rows[i])
	}
	slices.Sort(out)
	return out
}

// moved says which of two sorted lists' entries are not in both, "" if they are equal.
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

// without returns the entries of a that are not in b, each as often as it is there more.
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

// choose draws one of the places of a log for which ok holds, or -1.
func choosePlace(log []model.Event, src Source, ok func(i int) bool) int {
	var places []int
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

// Outcome finds the event that answers the invitation at i, or -1.
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

// wellFormedLog reports whether a log is, and finished.
func wellFormedLog(log []model.Event) bool {
	var chat model.Chat
	return model.NewClassifier(model.Reference()).Classify(&chat, log) == nil && chat.StoppedSeq > 0
}

func cutFailedInvitation(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	i := choosePlace(log, src, func(i int) bool {
		if log[i].Name != model.AgentInvited || log[i].Actor.Type != model.Agent {
			return false
		}
		j := Outcome(log, i)
		return j > 0 && log[j].Name == model.Revoked && (log[j].Reason == "" || log[j].Reason == model.Expired) && !removedBefore(log, j)
	})
	if i < 0 {
		return nil, nil, false
	}
	agent := log[i].Party.ID
	j := Outcome(log, i)
	log = slices.Delete(slices.Delete(log, j, j+1), i, i+1)
	return log, func(of, variant []model.Fact) string {
		before, after := viewed(of, descriptorsOf), viewed(variant, descriptorsOf)
		gone := without(before, after)
		if come := without(after, before); len(come) == 0 && len(gone) == 1 && strings.HasPrefix(gone[0], agent+" ") {
			return ""
		}
		return fmt.Sprintf("without the invitation of %s: %s", model.Name(agent), moved(before, after))
	}, wellFormedLog(log)
}

// removedBefore reports whether the media server removed an agent before the event at j. Whether that was just before
// the stop, and the agent so counts as handling, may then hang on the events in between.
func removedBefore(log []model.Event, j int) bool {
	return slices.ContainsFunc(log[:j], func(e model.Event) bool {
		return e.Name == model.PartyRemoved && e.Party.Type == model.Agent && e.Actor.Type == model.MediaServer
	})
}

func putQueueBetween(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	i := choosePlace(log, src, func(i int) bool {
		j := Outcome(log, i)
		return log[i].Name == model.AgentInvited && log[i].Operation == model.Conference && log[i].Actor.Type == model.Agent && j > 0 && log[j].Name == model.PartyAdded
	})
	if i < 0 {
		return nil, nil, false
	}
	e := log[i]
	by := model.Party{Type: model.Strategy, ID: "Strategy between"}
	between := []model.Event{
		{Name: model.PlacedInQueue, Actor: e.Actor, Queue: "Queue between", Operation: model.Conference, VisibilityMode: e.VisibilityMode},
		{Name: model.TakenFromQueue, Actor: by, Queue: "Queue between"},
		{Name: model.PartyAdded, Actor: by, Party: by},
		{Name: model.AgentInvited, Actor: by, Party: e.Party},
		{Name: model.PartyRemoved, Actor: by, Party: by},
	}
	for k := range between {
		between[k].InteractionID, between[k].Time = e.InteractionID, e.Time
	}
	log = Renumber(slices.Replace(log, i, i+1, between...))
	return log, sameRoles, wellFormedLog(log)
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
		if e.Name != model.AgentInvited || e.Operation != model.Conference || e.Actor.Type != model.Agent || e.VisibilityMode != model.Conferred {
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
	}, false), true
}

func rename(log []model.Event, src Source) ([]model.Event, func(of, variant []model.Fact) string, bool) {
	names := make(map[string]string) // one for all: an agent and a queue that share a name still do
	salt := src.Intn(1000)
	fresh := func(name string) string {
		if name == "" {
			return ""
		}
		if _, ok := names[name]; !ok {
			names[name] = fmt.Sprintf("%c renamed %d", 'z'-rune(len(names)%26), salt+len(names))
		}
		return names[name]
	}
	for i := range log {
		e := &log[i]
		e.Actor.ID, e.Party.ID, e.Queue = fresh(e.Actor.ID), fresh(e.Party.ID), fresh(e.Queue)
	}
	return log, func(of, variant []model.Fact) string {
		if asTheyStand(of, variant, true, names) {
			return ""
		}
		renamed := slices.Clone(of)
		for i := range renamed {
			if name, ok := names[renamed[i].Resource]; ok {
				renamed[i].Resource = name
			}
		}
		return sameEverything(renamed, variant)
	}, true
}

func stretch(log []model.Event, src Source) []model.Event {
	shift, factor := time.Duration(src.Intn(400)-200)*24*time.Hour, time.Duration(src.Intn(4))
	began := log[0].Time // kept: the loop moves the first event, too
	for i := range log {
		log[i].Time = began.Add(shift + factor*log[i].Time.Sub(began))
	}
	return log
}

func insertNeutral(log []model.Event, src Source) []model.Event {
	out := append(log, log[0])[len(log):] // behind the log, in the same memory where there is room
	for i := 1; i < len(log); i++ {
		for range max(0, src.Intn(4)-1) {
			e := model.Event{InteractionID: log[i].InteractionID, Time: log[i-1].Time, Name: [...]model.EventName{model.Held, model.Resumed, model.PropertiesChanged, "EventPartyTyping"}[src.Intn(4)]}
			out = append(out, e)
		}
		out = append(out, log[i])
	}
	return Renumber(out)
}

func otherMedium(log []model.Event, src Source) []model.Event {
	log[0].MediaType = [...]string{"sms", "facebook", "callback"}[src.Intn(3)]
	return log
}

// Renumber gives the events of a log in order the seqs 1, 2, ….
func Renumber(log []model.Event) []model.Event {
	for i := range log {
		log[i].Seq = int64(i + 1)
	}
	return log
}
