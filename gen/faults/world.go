package faults

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/model"
)

// Faults of programs that know a smaller world than the field's: of ids and names, of times, of numbers, of JSON.

// folding is a way to take two texts for one.
type folding struct {
	name, says string
	fold       func(string) string
	levels     model.Levels // 0: seen by default; else one of these must be required to see it
	of         thing
}

// thing says what is folded.
type thing uint8

const (
	ids    thing = iota // two chats become one, under the id that comes first
	names               // two agents, queues or strategies of a chat become one, under the name that comes first
	rows                // a name is written folded
	rowIDs              // an id is written folded
)

var foldings = []folding{
	{"ids-without-case", "Ignores the case of ids, as some collations do.", strings.ToLower, onlyDelivery, ids},
	{"ids-without-accents", "Ignores accents in ids, as some collations do.", plainLetters, onlyDelivery, ids},
	{"ids-composed", "Normalizes ids (NFC) before it compares them.", composed, onlyDelivery, ids},
	{"ids-trimmed", "Trims ids before it compares them.", strings.TrimSpace, onlyDelivery, ids},
	{"ids-of-50", "Keeps only the first 50 characters of ids.", first(50), onlyDelivery, ids},
	{"ids-of-16", "Keeps only 16 characters of ids, as many as Interaction Server's have.", first(16), 0, ids},
	{"ids-as-integers", "Reads all-digit ids as integers: leading zeros are lost.", asInteger, 0, ids},
	{"ids-as-floats", "Reads all-digit ids as floats: long ones become equal.", asFloat, 0, ids},
	{"ids-in-lower-case", "Writes ids in lower case.", strings.ToLower, 0, rowIDs},
	{"names-without-case", "Ignores the case of names, as some collations do.", strings.ToLower, onlyDelivery, names},
	{
		"names-without-accents", "Ignores accents in names, as some collations do.", plainLetters, onlyDelivery,
		names,
	},
	{"names-composed", "Normalizes names (NFC) before it compares them.", composed, onlyDelivery, names},
	{"names-trimmed", "Trims names before it compares them.", strings.TrimSpace, onlyDelivery, names},
	{"names-compared-by-50", "Compares only the first 50 characters of names.", first(50), onlyDelivery, names},
	{"names-written-composed", "Normalizes names (NFC) before it writes them.", composed, onlyDelivery, rows},
	{"names-written-trimmed", "Trims names before it writes them.", strings.TrimSpace, onlyDelivery, rows},
	{"names-of-20", "Writes only the first 20 characters of names.", first(20), 0, rows},
	{"names-of-32", "Writes only the first 32 characters of names.", first(32), 0, rows},
	{"names-of-50", "Writes only the first 50 characters of names.", first(50), 0, rows},
	{"names-in-lower-case", "Writes names in lower case.", strings.ToLower, 0, rows},
	{"names-as-numbers", "Writes all-digit names as integers: leading zeros are lost.", asInteger, 0, rows},
	{"names-that-mean-null", "Reads a name such as NULL as a missing name.", noNull, 0, rows},
	{"names-of-one-word", "Writes only the first word of names.", firstWord, 0, rows},
}

var worldFaults = func() (all []Fault) {
	for _, f := range foldings {
		all = append(all, Fault{Name: f.name, Says: f.says, Levels: f.levels, Answer: f.answer()})
	}
	return all
}()

func (f *folding) answer() func([]model.Event) []model.Fact {
	right := writing(func(*inHand) {})
	return func(events []model.Event) []model.Fact {
		switch f.of {
		case ids:
			return right(merged(events, f.fold))
		case names:
			events = slices.Clone(events)
			first := make(map[[2]string]string)
			for i := range events {
				e := &events[i]
				for _, name := range []*string{&e.Actor.ID, &e.Party.ID, &e.Queue} {
					key := [2]string{e.InteractionID, f.fold(*name)}
					if _, ok := first[key]; !ok {
						first[key] = *name
					}
					*name = first[key]
				}
			}
			return right(events)
		}
		facts := right(events)
		for i := range facts {
			if f.of == rows {
				facts[i].Resource = f.fold(facts[i].Resource)
			} else {
				facts[i].InteractionID = f.fold(facts[i].InteractionID)
			}
		}
		return facts
	}
}

// merged puts the events of chats whose ids fold to the same text under the id that came first.
func merged(events []model.Event, fold func(string) string) []model.Event {
	events = slices.Clone(events)
	first := make(map[string]string)
	for i := range events {
		id := &events[i].InteractionID
		key := fold(*id)
		if _, ok := first[key]; !ok {
			first[key] = *id
		}
		*id = first[key]
	}
	return events
}

func first(n int) func(string) string {
	return func(s string) string {
		left := n
		for i := range s {
			if left--; left < 0 {
				return s[:i]
			}
		}
		return s
	}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// asInteger rewrites digits as a 64-bit integer, and leaves any other text.
func asInteger(s string) string {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return s
}

func asFloat(s string) string {
	if x, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "0123456789") == "" {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return s
}

func noNull(s string) string {
	switch strings.ToLower(s) {
	case "null", "none", "nan", "true", "false":
		return ""
	}
	return s
}

// The accented letters of the suite's names and ids, and how they fold: that is all of NFC and NFD here.
var (
	composed     = strings.NewReplacer("e\u0301", "é", "e\u0308", "ë").Replace
	plainLetters = strings.NewReplacer("é", "e", "ü", "u", "ë", "e", "\u0301", "", "\u0308", "").Replace
)

var numberFaults = func() (all []Fault) {
	for _, f := range []struct {
		name, says string
		kept       func(int64) int64
	}{
		{"seq-of-16-bits", "Keeps only 16 bits of seq.", func(n int64) int64 { return int64(int16(n)) }},
		{"seq-of-32-bits", "Keeps only 32 bits of seq.", func(n int64) int64 { return int64(int32(n)) }},
		{
			"seq-of-32-bits-capped", "Keeps seq in 32 bits: larger numbers become the largest that fits.",
			func(n int64) int64 { return min(n, math.MaxInt32) },
		},
		{
			"seq-as-a-float", "Keeps seq as a single-precision float: large numbers are rounded.", func(n int64) int64 {
				return int64(float32(n))
			},
		},
	} {
		all = append(all, Fault{Name: f.name, Says: f.says, Levels: onlyDelivery, Answer: renumbered(f.kept)})
	}
	return append(all,
		Fault{
			Name: "seq-from-1", Says: "Takes seq 0 for a missing seq, and skips the event.",
			Levels: onlyDelivery,
			Answer: skipping(func(log []model.Event, i int) bool { return log[i].Seq == 0 }),
		},
		Fault{
			Name: "seq-0-last", Says: "Sorts an event with seq 0 last.", Levels: onlyDelivery,
			Answer: renumbered(func(n int64) int64 {
				if n == 0 {
					return math.MaxInt64
				}
				return n
			}),
		},
	)
}()

// renumbered is a fault that sorts by what it keeps of seq; of two events that keep the same it loses the later.
func renumbered(kept func(int64) int64) func([]model.Event) []model.Fact {
	return arriving(func(log []model.Event) []model.Event {
		log = slices.Clone(log)
		for i := range log {
			log[i].Seq = kept(log[i].Seq)
		}
		slices.SortStableFunc(log, bySeq)
		return slices.CompactFunc(log, func(a, b model.Event) bool { return a.Seq == b.Seq })
	})
}

var timeFaults = []Fault{
	{
		Name: "time-in-one-form", Says: "Reads only times like 2026-01-05T09:00:07Z, and skips events with others.",
		Levels: onlyDelivery, Answer: skipping(func(log []model.Event, i int) bool {
			w := log[i].Wire
			return w != nil && (w.Zone != 0 || w.Digits > 0) || log[i].Time.Nanosecond() > 0
		}),
	},
	{
		Name: "zone-ignored", Says: "Ignores the zone of a time, and reads every time as UTC.",
		Levels: onlyDelivery, Answer: rewriting(func(log []model.Event, i int) {
			if w := log[i].Wire; w != nil {
				log[i].Time = log[i].Time.Add(time.Duration(w.Zone) * time.Minute)
			}
		}),
	},
	{
		Name: "zone-subtracted-twice", Says: "Applies the zone of a time with the wrong sign.", Levels: onlyDelivery,
		Answer: rewriting(func(log []model.Event, i int) {
			if w := log[i].Wire; w != nil {
				log[i].Time = log[i].Time.Add(2 * time.Duration(w.Zone) * time.Minute)
			}
		}),
	},
	{
		Name: "sort-by-text-of-time", Says: "Sorts events by the text of their times, then by seq.",
		Answer: sorting(func(a, b *model.Event) int {
			return cmp.Or(cmp.Compare(textOf(a), textOf(b)), bySeq(*a, *b))
		}),
	},
	{
		Name: "sort-by-time-then-seq", Says: "Sorts events by time, then by seq.",
		Answer: sorting(func(a, b *model.Event) int { return cmp.Or(a.Time.Compare(b.Time), bySeq(*a, *b)) }),
	},
	{
		Name: "split-by-day", Says: "Splits a chat where the day changes.",
		Answer: split(func(before, e *model.Event) bool { return !sameUntil(before, e, 24*time.Hour) }),
	},
	{
		Name: "split-by-hour", Says: "Splits a chat where the hour changes.",
		Answer: split(func(before, e *model.Event) bool { return !sameUntil(before, e, time.Hour) }),
	},
	{
		Name: "split-by-month", Says: "Splits a chat where the month changes.",
		Answer: split(func(before, e *model.Event) bool { return before.Time.Month() != e.Time.Month() }),
	},
	{
		Name: "split-by-year", Says: "Splits a chat where the year changes.",
		Answer: split(func(before, e *model.Event) bool { return before.Time.Year() != e.Time.Year() }),
	},
	{
		Name: "session-of-30-minutes", Says: "Ends a chat in which nothing happens for 30 minutes.",
		Answer: split(func(before, e *model.Event) bool { return e.Time.Sub(before.Time) > 30*time.Minute }),
	},
	{
		Name: "ends-before-it-starts", Says: "Drops rows that end before they start.",
		Answer: losing(func(_ *inHand, r *model.IRF) bool { return r.End.Before(r.Start) }),
	},
}

// textOf returns the local time that an event's line shows.
func textOf(e *model.Event) string {
	t := e.Time
	if e.Wire != nil {
		t = t.Add(time.Duration(e.Wire.Zone) * time.Minute)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func sameUntil(a, b *model.Event, unit time.Duration) bool {
	return a.Time.Truncate(unit).Equal(b.Time.Truncate(unit))
}

// split is a fault that makes another chat of the events from one on, and loses it: it does not begin like a chat.
func split(parts func(before, e *model.Event) bool) func([]model.Event) []model.Fact {
	return reading(func(log []model.Event) []model.Event {
		for i := 1; i < len(log); i++ {
			if parts(&log[i-1], &log[i]) {
				return log[:i]
			}
		}
		return log
	})
}

var formFaults = []Fault{
	{
		Name: "strict-fields", Says: "Refuses events with fields that it does not know.",
		Answer: skipping(func(log []model.Event, i int) bool { return has(&log[i], `"node"`) }),
	},
	{
		Name: "no-null", Says: "Skips an event that contains a null.",
		Answer: skipping(func(log []model.Event, i int) bool { return has(&log[i], `":null`) }),
	},
	{
		Name: "crashes-at-null", Says: "Crashes at the first null: the events from there on are lost.",
		Answer: func(events []model.Event) []model.Fact {
			at := slices.IndexFunc(events, func(e model.Event) bool { return has(&e, `":null`) })
			if at < 0 {
				at = len(events)
			}
			return writing(func(*inHand) {})(events[:at])
		},
	},
	{
		Name: "party-from-nested", Says: "Takes the name of a party from a nested field that means nothing.",
		Answer: rewriting(func(log []model.Event, i int) {
			if e := &log[i]; e.Wire != nil && strings.Contains(e.Wire.Party, "Desk 1") {
				e.Party.ID = "Desk 1"
			}
		}),
	},
	{
		Name: "actor-by-name", Says: "Reports the actor's name field, if there is one, instead of the resource's id.",
		Answer: writing(func(c *inHand) {
			for _, e := range c.log {
				if e.Wire != nil && strings.Contains(e.Wire.Actor, "Somebody Else") {
					c.each(func(r *model.IRF) { r.Resource = "Somebody Else" })
				}
			}
		}),
	},
	{
		Name: "party-from-actor", Says: "Takes the actor of an event for its party.",
		Answer: rewriting(func(log []model.Event, i int) {
			if e := &log[i]; e.Name == model.PartyRemoved && e.Actor.Type == model.MediaServer {
				e.Party.ID = ""
			}
		}),
	},
	{
		Name: "mode-before-operation",
		Says: "Takes every invitation with a visibility mode for a conference, whatever its operation.",
		Answer: rewriting(func(log []model.Event, i int) {
			if e := &log[i]; e.VisibilityMode > 0 && e.Actor.Type == model.Agent && e.Name == model.AgentInvited {
				e.Operation = model.Conference
			}
		}),
	},
	{
		Name: "reason-whatever-the-event", Says: "Takes any event with the reason Expired for a revoke.",
		Answer: skipping(func(log []model.Event, i int) bool {
			return log[i].Reason == model.Expired && log[i].Name != model.Revoked
		}),
	},
	{
		Name: "stopped-whatever-the-event",
		Says: "Takes any event with the reason Stopped for the stop, and ignores what follows.",
		Answer: reading(func(log []model.Event) []model.Event {
			for i := range log {
				if log[i].Reason == model.Stopped && log[i].Name != model.Revoked {
					return log[:i]
				}
			}
			return log
		}),
	},
	{
		Name: "finished-chats-only", Says: "Reports nothing of a chat until it has stopped.", Levels: onlyDelivery,
		Answer: writing(func(c *inHand) {
			if c.stopBy() == "" {
				c.rows = nil
			}
		}),
	},
}

// has reports whether what has no meaning in an event's line contains a text.
func has(e *model.Event, text string) bool {
	w := e.Wire
	return w != nil && (strings.Contains(w.Also, text) || strings.Contains(w.Actor, text) ||
		strings.Contains(w.Party, text))
}
