package gen

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/chatproof/chatproof/model"
)

// alikePair is a pair of names, and the ends of a pair of ids, that are nearly the same.
type alikePair struct {
	in        string // all that they differ in
	one, two  string
	tail, end string
	fold      func(string) string // what is left if that is overlooked
}

// alike are pairs of names that anything which does not compare byte for byte takes for one (D7). If names are alike
// in two ways, the later says more: a composed letter without its accent is the same as a decomposed one.
var alike = []alikePair{
	{"case", "Anna Schmidt", "anna schmidt", "kH", "Kh", strings.ToLower},
	{"accents", "René Müller", "Rene Muller", "é", "e", withoutAccents},
	{"composition (NFC, NFD)", "Zo\u00eb", "Zoe\u0308", "\u00e9", "e\u0301", norm.NFC.String},
	{"outer blanks", "Anna", "Anna ", "", " ", strings.TrimSpace},
	{
		"what comes after the 50th character", longName + " north", longName + " south", longTail + "1", longTail + "2",
		first50,
	},
}

const (
	longName = "Chat support for private customers of all regions and languages"
	longTail = "-0000000000000000000000000000000000000000000000000"
)

func withoutAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func first50(s string) string {
	if r := []rune(s); len(r) > 50 {
		return string(r[:50])
	}
	return s
}

// differIn says in which one way two ids or names differ, or returns "" if they differ in more.
func differIn(a, b string) (in string) {
	for i := range alike {
		if a != b && alike[i].fold(a) == alike[i].fold(b) {
			in = alike[i].in
		}
	}
	return in
}

// Merged looks for two ids, or two names in one chat, that differ only by what some stores overlook, and that should
// both have rows. If one has none, the store has merged them, or cannot tell them apart (D7). id is the chat's; found
// is "" if there is no such pair.
func Merged(want []model.Expected, got []model.Fact) (id, found string) {
	has := func(id, name string) bool {
		return slices.ContainsFunc(got, func(f model.Fact) bool {
			return f.InteractionID == id && (name == "" || f.Resource == name)
		})
	}
	var ids []string
	for i := range want {
		var names []string
		for j := range want[i].Rows {
			if r := &want[i].Rows[j]; !r.Optional && !slices.Contains(names, r.Resource) {
				names = append(names, r.Resource)
			}
		}
		if len(names) > 0 {
			ids = append(ids, want[i].InteractionID)
		}
		found = mergedOf(names, func(name string) bool { return has(want[i].InteractionID, name) })
		if found != "" {
			return want[i].InteractionID, found
		}
	}
	found = mergedOf(ids, func(id string) bool { return has(id, "") })
	if found != "" {
		return ids[0], found
	}
	return "", ""
}

func mergedOf(all []string, has func(string) bool) string {
	for i, a := range all {
		for _, b := range all[:i] {
			if in := differIn(a, b); in != "" && !(has(a) && has(b)) {
				return merged(in, both(b, a))
			}
		}
	}
	return ""
}

// both shows two names so that their difference can be seen.
func both(a, b string) string {
	a, b = model.Apart(a, b)
	return a + " and " + b
}

func merged(in, which string) string {
	return fmt.Sprintf("ids or names that differ only in %s were taken for one (%s)", in, which)
}
