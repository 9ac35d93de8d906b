package tables_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

const guid = "3a50f11f-081b-79d6-78ad-37817ca9c361"

func TestFold(t *testing.T) {
	for _, c := range []struct {
		keys      tables.Keys
		one, same string
	}{
		{tables.Keys{Trim: true}, "Agent 1", "Agent 1   "},
		{tables.Keys{Compare: tables.IgnoreCase}, "anna", "ANNA"},
		{tables.Keys{Compare: tables.IgnoreCase}, "müller", "MU\u0308LLER"},
		{tables.Keys{Compare: tables.GUID}, guid, "3A50F11F-081B-79D6-78AD-37817CA9C361"},
		{tables.Keys{Compare: tables.GUID}, guid, "{3A50F11F-081B-79D6-78AD-37817CA9C361}"},
		{tables.Keys{Compare: tables.GUID}, guid, "3a50f11f081b79d678ad37817ca9c361"},
		{tables.Keys{Compare: tables.GUID, Trim: true}, "Agent 1", " Agent 1"},
	} {
		assert.Equal(t, c.keys.Fold(c.one), c.keys.Fold(c.same), c)
		assert.NotEqual(t, c.one, tables.Keys{}.Fold(c.same), "exact")
	}
	for _, c := range []struct {
		keys     tables.Keys
		one, two string
	}{
		{tables.Keys{}, "a", "A"},
		{tables.Keys{Trim: true}, "a", "A "},
		{tables.Keys{Compare: tables.GUID}, "Anna", "anna"},
		{tables.Keys{Compare: tables.IgnoreCase}, "a", "a "},
		{tables.Keys{Compare: tables.GUID}, guid, guid + "0"},
	} {
		assert.NotEqual(t, c.keys.Fold(c.one), c.keys.Fold(c.two), c)
	}
}

func TestUnlike(t *testing.T) {
	for _, c := range []struct{ a, b, how, line string }{
		{"Agent 1", "Agent 1    ", "blanks", "{trim: true}"},
		{"Anna", "ANNA", "case", "{compare: ignore-case}"},
		{"Anna", "ANNA  ", "case and blanks", "{compare: ignore-case, trim: true}"},
		{"Müller", "Mu\u0308ller", "Unicode composition", "{compare: ignore-case}"},
		{guid, "3A50F11F-081B-79D6-78AD-37817CA9C361", "case", "{compare: guid}"},
		{guid, "{" + guid + "}", "braces", "{compare: guid}"},
		{guid, "{3A50F11F-081B-79D6-78AD-37817CA9C361}", "case or braces", "{compare: guid}"},
		{"Anna", "Hanna", "", ""},
		{"Anna", "Anna", "", ""},
	} {
		how, line := tables.Unlike(c.a, c.b)
		assert.Equal(t, []string{c.how, c.line}, []string{how, line}, c)
	}
}

// However many ids there are, and in whatever order and by however many they are looked at: the same is said. Of so many,
// the whole keeps one of four, a half of them one of two, and a third all.
func TestHints(t *testing.T) {
	var ids []int
	for i := range 21_000 {
		ids = append(ids, i)
	}
	said := make(map[string]bool)
	for seed := range uint64(3) {
		hints := make([]tables.Hints, 1+seed)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		for n, i := range ids {
			h := &hints[n%len(hints)]
			h.Event(fmt.Sprintf("0000kah1k%06d", i))
			h.Row(fmt.Sprintf("0000KAH1K%06d", i))
		}
		for i := range hints[1:] {
			hints[0].Merge(&hints[1+i])
		}
		said[hints[0].String()] = true
	}
	assert.Len(t, said, 1)
	for s := range said {
		assert.Regexp(t, `^the ids differ only in case: 0000kah1k\d+ in the events, 0000KAH1K\d+ in the rows\. A mapping with 'ids: \{compare: ignore-case\}' treats them as equal$`, s)
	}
	var none tables.Hints
	none.Event("a")
	none.Row("b")
	assert.Empty(t, none.String())
}

func TestSpelling(t *testing.T) {
	s := tables.NewSpelling(mapping(t, "ids: {compare: ignore-case, trim: true}"))
	s.Add([]model.Event{
		{InteractionID: "C-1", Actor: model.Party{ID: "Anna"}, Party: model.Party{ID: "Berta"}, Queue: "Main"},
		{InteractionID: "C-1", Party: model.Party{ID: "BERTA"}},
	})
	for _, c := range []struct{ id, name, wantID, wantName string }{
		{"c-1", "anna", "C-1", "Anna"}, {"c-1", "main", "C-1", "Main"}, {"c-1", "berta", "C-1", "berta"}, {"c-1", "clara", "C-1", "clara"}, {"c-2", "anna", "c-2", "anna"},
	} {
		f := model.Fact{InteractionID: c.id, Resource: c.name}
		s.Respell(&f)
		assert.Equal(t, model.Fact{InteractionID: c.wantID, Resource: c.wantName}, f)
	}
}
