package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// Finding is one cause: the signature in which it was seen first, the shortest chat that shows it, and the other
// signatures that the same cause has.
type Finding struct {
	Face            // the signature in which it was seen first
	Faces    []Face // other signatures of the cause, by level, then the most frequent first
	Unstable bool   // asked again, the scenario did not show it
	Again    bool   // it takes an agent that comes again: with another one each time, nothing required differs
	Example  *model.Case
	Minimal  gen.Minimal
	Actual   []model.Fact       // of Minimal.Log
	Found    []model.Difference // of Minimal.Log, of all levels; before it has been confirmed, of Example
	Failure  *target.Failure    // of a program that gave no facts
	Stderr   string             // what it wrote there about a scenario that it failed by
	Err      error              // why shrinking ended early

	table    *model.Table // decides what is expected; nil is the reference's
	sighting *sighting
	relation string      // whose variant has to stand beside the chat, "" is none
	again    bool        // it, or one of its faces, is Again
	whole    bool        // it shows only in the scenario as it was
	gaps     int         // candidates that were not answered
	pending  []*sighting // that it explains, should it be a finding
	faces    []*sighting
}

// Face is a signature of a finding.
type Face struct {
	Signature string
	Level     model.Level
	Count     int    // chats and scenarios that showed it
	First     string // the id of the first of them
}

func (r *campaignRun) newFinding(x *sighting) *Finding {
	f := &Finding{
		Face: x.Face, Example: x.example, Failure: x.failure, Stderr: x.stderr, sighting: x, Found: x.found,
		Minimal: gen.Minimal{All: -1}, table: r.Table,
	}
	f.Minimal.Log = f.subject()
	if v := f.variant(); v != nil && v.Relation == x.Signature {
		f.relation = relationOf(v)
	}
	return f
}

// publish adds a finding to the harvest, and reports it.
func (r *campaignRun) publish(f *Finding) {
	f.sighting.of = f
	r.harvest.Findings = append(r.harvest.Findings, f)
	r.adoptPending(f)
	f.tally()
	if r.Found != nil {
		r.Found(f)
	}
}

// adopt makes a signature a face of a finding.
func (r *campaignRun) adopt(f *Finding, x *sighting) {
	x.of = f
	f.faces = append(f.faces, x)
}

// adoptPending makes faces of the sightings that a finding explains, once it is known to be one.
func (r *campaignRun) adoptPending(f *Finding) {
	if f.sighting.of == f {
		for _, x := range f.pending {
			r.adopt(f, x)
		}
		f.pending = nil
	}
}

// byLevel orders signatures by level, then the most frequent first.
func byLevel(a, b Face) int {
	return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Signature, b.Signature))
}

// tally brings the counts of the finding and its faces up to date.
func (f *Finding) tally() {
	f.Count, f.Faces = f.sighting.Count, nil
	for _, x := range f.faces {
		f.Faces = append(f.Faces, x.Face)
	}
	slices.SortStableFunc(f.Faces, byLevel)
}

// subject returns the chat of the finding's scenario that differs: that one is shrunk.
func (f *Finding) subject() []model.Event {
	chats := model.Chats(f.Example.Events)
	if d := differenceOf(f.Found, f.Signature); d != nil {
		for _, log := range chats {
			if log[0].InteractionID == d.InteractionID {
				return log
			}
		}
	}
	return chats[0]
}

// variant returns the scenario's variant that the finding is about, or else the first, or nil if there is none.
func (f *Finding) variant() *model.Variant {
	all := f.Example.Variants
	for i := range all {
		if all[i].Relation == f.Signature {
			return &all[i]
		}
	}
	if len(all) == 0 || f.Example.Kind == model.InterleavedKind { // of chats at once, it takes them all
		return nil
	}
	return &all[0]
}

// relationOf names the relation of a variant, with the way in which it was made.
func relationOf(v *model.Variant) string {
	return fmt.Sprintf("%s %d %d", v.Relation, v.How, v.Seed)
}

// candidate makes a case with a chat in place of the finding's.
func (f *Finding) candidate(log []model.Event) *model.Case {
	return f.caseOf(fmt.Sprintf("candidate/%x", digestOf(f.relation, log)), log)
}

// caseOf does the same under a given id, from which the ids of its interactions follow.
func (f *Finding) caseOf(id string, log []model.Event) *model.Case {
	return f.like(id, log, f.relation != "")
}

// like makes a case of a chat that is like the scenario, with or without its variant.
func (f *Finding) like(id string, log []model.Event, related bool) *model.Case {
	of := &model.Case{Level: f.Example.Level, Title: f.Example.Title}
	if f.Example.Kind == model.DeliveryKind { // else its differences were of other levels
		of.Kind = f.Example.Kind
	}
	if related {
		of.Variants = []model.Variant{*f.variant()}
	}
	return gen.Candidate(id, log, of)
}

// forms returns the cases that confirm a finding, the simplest first: its chat alone, with its variant, and the
// scenario as it was.
func (f *Finding) forms() []*model.Case {
	whole := *f.Example
	if f.Failure != nil {
		return []*model.Case{&whole}
	}
	var forms []*model.Case
	if f.relation == "" {
		forms = append(forms, f.candidate(f.Minimal.Log))
	}
	if f.variant() != nil {
		forms = append(forms, f.like("related/"+f.First, f.Minimal.Log, true))
	}
	return append(forms, &whole)
}

// settle chooses the simplest form that shows the finding.
func (f *Finding) settle(outcomes []*Outcome) {
	if f.Failure != nil {
		f.Unstable = outcomes[0].Failure == nil && outcomes[0].Verdict != NotRun
		return
	}
	for i, o := range outcomes {
		if !slices.Contains(signaturesOf(o), f.Signature) {
			continue
		}
		f.whole = i == len(outcomes)-1
		if f.variant() != nil && (i > 0 || f.relation != "") {
			f.relation = relationOf(f.variant())
		}
		f.Actual, f.Found = o.Actual, o.Differences
		return
	}
	f.Unstable, f.Found = true, nil
}

// shrinks reports whether there is something to shrink: a program that gives no facts fails with a whole batch, and
// what shows only in company would be shrunk together with its company.
func (f *Finding) shrinks() bool { return f.Failure == nil && !f.Unstable && !f.whole }

// Case makes a case of the finding's shortest chat, which shows the finding again.
func (f *Finding) Case() *model.Case {
	if !f.shrinks() {
		return f.Example
	}
	return f.caseOf(f.First+" "+f.Signature, f.Minimal.Log)
}

// Verdict says how short the chat is known to be.
func (f *Finding) Verdict() string {
	m := &f.Minimal
	switch {
	case f.Unstable:
		return "unstable: it did not show when the chat was sent again"
	case f.Failure != nil:
		return "not shrunk"
	case f.whole:
		return "shows only with all the scenario's chats together"
	case errors.Is(f.Err, errUnshrunk):
		return "not shrunk"
	case f.Err != nil && m.Tried <= 0 && errors.Is(f.Err, errSpent):
		return "no single event can be left out; shorter chats were not tried"
	case errors.Is(f.Err, errSpent):
		return fmt.Sprintf("none of the %d shorter chats that were tried shows it", m.Tried)
	case f.Err != nil && m.Tried > 0:
		return fmt.Sprintf("none of the %d shorter chats tried before %s shows it", m.Tried, stopped(f.Err))
	case f.Err != nil:
		return "not fully shrunk: " + stopped(f.Err)
	case m.Proven() && m.All == 1:
		return "proven minimal: the only shorter chat with the same agents, queues and moves does not show it"
	case m.Proven():
		return fmt.Sprintf("proven minimal: none of the %d shorter chats with the same agents, queues and moves "+
			"shows it", m.All)
	}
	return fmt.Sprintf("none of the %d shorter chats that were tried, of at least %d, shows it", m.Tried, m.All)
}

func stopped(err error) string {
	if errors.Is(err, errOver) || errors.Is(err, context.DeadlineExceeded) {
		return "time ran out"
	}
	return "it was interrupted"
}
