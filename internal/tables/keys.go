package tables

import (
	"cmp"
	"hash/fnv"
	"io"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/chatproof/chatproof/model"
)

// How ids and names may compare.
const (
	Exact      = "exact"       // byte for byte
	IgnoreCase = "ignore-case" // case and composition mean nothing, as in a database whose collation folds them
	GUID       = "guid"        // case, braces and hyphens of a GUID mean nothing; other ids are exact
)

// Keys says how ids and names compare if a store pads or folds them. The zero value compares byte for byte.
type Keys struct {
	Compare string // Exact, IgnoreCase or GUID; "" is Exact
	Trim    bool   // outer blanks mean nothing
}

func (k Keys) exact() bool { return !k.Trim && cmp.Or(k.Compare, Exact) == Exact }

// Fold returns what an id or a name is compared by. It is the same for two that are one under the mapping.
func (k Keys) Fold(s string) string {
	if k.Trim {
		s = strings.TrimSpace(s)
	}
	switch k.Compare {
	case IgnoreCase:
		return norm.NFC.String(strings.ToLower(s))
	case GUID:
		if guid, ok := plainGUID(s); ok {
			return guid
		}
	}
	return s
}

// plainGUID returns a GUID in lower case, with hyphens and without braces.
func plainGUID(s string) (string, bool) {
	digits := strings.ToLower(strings.ReplaceAll(strings.Trim(strings.TrimSpace(s), "{}()"), "-", ""))
	if len(digits) != 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return s, false
	}
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:], true
}

// loosely returns an id without everything that may get lost on its way.
func loosely(id string) string {
	return Keys{Compare: IgnoreCase, Trim: true}.Fold(marksOfGUID.Replace(id))
}

var marksOfGUID = strings.NewReplacer("{", "", "}", "", "-", "")

// sample holds at most maxSample ids, by their loose form. Their hash decides which ones, so two samples keep the same
// ids, whatever the order in which they come.
type sample struct {
	ids   map[string]string
	shift int
}

const maxSample = 10_000

func (s *sample) add(id string) {
	left := loosely(id)
	h := fnv.New32a()
	io.WriteString(h, left) //nolint:errcheck // it has none
	if h.Sum32()&(1<<s.shift-1) != 0 {
		return
	}
	if old, ok := s.ids[left]; ok {
		id = min(old, id)
	} else if s.ids == nil {
		s.ids = make(map[string]string)
	}
	s.ids[left] = id
	if len(s.ids) > maxSample {
		s.thin()
	}
}

// thin keeps about half of the ids.
func (s *sample) thin() {
	kept := s.ids
	s.ids, s.shift = nil, s.shift+1
	for _, id := range kept {
		s.add(id)
	}
}

// Hints finds out whether ids without a partner would have one if they were compared in another way. It is for one
// goroutine; the zero value is ready to use.
type Hints struct{ events, rows sample }

// Event adds an id of the events that has no row.
func (h *Hints) Event(id string) { h.events.add(id) }

// Row adds an id of the rows that has no event.
func (h *Hints) Row(id string) { h.rows.add(id) }

// Merge adds the ids of another.
func (h *Hints) Merge(o *Hints) {
	h.events.merge(&o.events)
	h.rows.merge(&o.rows)
}

func (s *sample) merge(o *sample) {
	for s.shift < o.shift {
		s.thin()
	}
	for _, id := range o.ids {
		s.add(id)
	}
}

// String says what alone sets ids apart, with an example, and which line of a mapping makes them equal. It returns ""
// if no ids are alike.
func (h *Hints) String() string {
	first := ""
	for left, id := range h.events.ids {
		if theirs, ok := h.rows.ids[left]; ok && theirs != id && (first == "" || id < h.events.ids[first]) {
			first = left
		}
	}
	if first == "" {
		return ""
	}
	mine, theirs := h.events.ids[first], h.rows.ids[first]
	how, line := Unlike(mine, theirs)
	a, b := model.Apart(mine, theirs)
	return "the ids differ only in " + how + ": " + a + " in the events, " + b + " in the rows. " + Remedy(line)
}

// Remedy says what line of a mapping helps.
func Remedy(line string) string { return "A mapping with 'ids: " + line + "' treats them as equal" }

// Unlike compares two ids or names. If they look alike, how says what alone sets them apart, and line is what a mapping
// has to say under ids to make them equal. If they do not look alike, both are "".
func Unlike(a, b string) (how, line string) {
	for _, k := range []struct {
		how string
		Keys
	}{
		{"blanks", Keys{Trim: true}},
		{"case", Keys{Compare: IgnoreCase}},
		{"case or braces", Keys{Compare: GUID}},
		{"case and blanks", Keys{Compare: IgnoreCase, Trim: true}},
		{"case, braces and blanks", Keys{Compare: GUID, Trim: true}},
	} {
		if k.Fold(a) != k.Fold(b) || a == b {
			continue
		}
		bare := strings.NewReplacer("{", "", "}", "")
		switch _, isGUID := plainGUID(a); {
		case isGUID && k.Compare == IgnoreCase:
			k.Compare = GUID // which is more precise
		case k.how == "case" && norm.NFC.String(a) == norm.NFC.String(b):
			k.how = "Unicode composition"
		case k.Compare == GUID && bare.Replace(a) == bare.Replace(b):
			k.how = "braces"
		}
		return k.how, k.line()
	}
	return "", ""
}

// line returns the keys as a mapping writes them.
func (k Keys) line() string {
	var parts []string
	if k.Compare != "" {
		parts = append(parts, "compare: "+k.Compare)
	}
	if k.Trim {
		parts = append(parts, "trim: true")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Spelling gives rows the ids and names of their events if these are one under the mapping. It is for one goroutine.
type Spelling struct {
	keys  Keys
	ids   map[string]string            // by their folded form
	names map[string]map[string]string // likewise, for each interaction; "" if two fold to one
	hints Hints
}

// NewSpelling returns the spelling of events under a mapping.
func NewSpelling(m *Mapping) *Spelling {
	return &Spelling{keys: m.Keys(), ids: make(map[string]string), names: make(map[string]map[string]string)}
}

// Add learns the spelling of events.
func (s *Spelling) Add(events []model.Event) {
	for i := range events {
		e := &events[i]
		names := s.names[e.InteractionID]
		if names == nil {
			names = make(map[string]string)
			s.names[e.InteractionID] = names
			s.ids[s.keys.Fold(e.InteractionID)] = e.InteractionID
			s.hints.Event(e.InteractionID)
		}
		for _, name := range [...]string{e.Actor.ID, e.Party.ID, e.Queue} {
			key := s.keys.Fold(name)
			if old, ok := names[key]; ok && old != name {
				name = ""
			}
			names[key] = name
		}
	}
}

// Respell gives a row the spelling of its events.
func (s *Spelling) Respell(f *model.Fact) {
	id, ok := s.ids[s.keys.Fold(f.InteractionID)]
	if !ok {
		s.hints.Row(f.InteractionID)
		return
	}
	f.InteractionID = id
	if name := s.names[id][f.Resource]; name != "" { // the row's is folded already
		f.Resource = name
	}
}

// Hint says why rows may belong to no interaction of the events; "" if that is unknown.
func (s *Spelling) Hint() string { return s.hints.String() }
