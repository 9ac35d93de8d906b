package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RowCondition is a way in which a row may be wrong that can be seen without a log. It has two forms, made from the
// same data: a function for rows in memory, and SQL for rows in a database. An invariant has one or two.
type RowCondition struct {
	Invariant string // V1, …; "" for a type that nobody knows
	Column    string // the column of the query's result, 1 if the condition holds
	SQL       string // see [RowConditions]

	found func(f *Fact) string // what is wrong with a row for which the condition holds; "" if nothing is
	level Level
}

// What may be wrong with a row among the others of its chat.
const (
	duplicateRow  = "a duplicated row"
	ordinalTwice  = "an ordinal that another row has too"
	abandonsTwice = "a second CustomerAbandoned"
	strangeSender = "received_from names no earlier row of an agent"
)

// RowConditions lists the conditions, in the order of their invariants. Their SQL is common to all dialects. Its
// columns are resource_type, resource_role, technical_result and result_reason, which hold codes, UNSPECIFIED if blank,
// the type's that of its meaning ([TypeSQL]); type_code, the type's own code; started, ended, ordinal and
// received_from, which may be NULL; lowest_ordinal, the least ordinal of the interaction, NULL if one is missing;
// lowest, the same whether one is missing or not; alike, how many rows of the chat equal this one in every field;
// same_ordinal, how many have its ordinal; ranked, 1 if all rows of the chat have ordinals; abandons, how many
// CustomerAbandoned rows with another reason than AbandonedWhileRinging the chat has; gapless, 1 if the ordinals run
// from 0 or 1 without a gap, each once; sender, 1 if received_from is the ordinal of a row that is not an agent's.
func RowConditions() (all []RowCondition) {
	for i := range invariants {
		v := &invariants[i]
		if row, ok := v.check.(*rowCheck); ok {
			all = append(all, RowCondition{
				Invariant: v.ID, Column: strings.ToLower(v.ID), SQL: row.sql(), found: row.found, level: Invariant,
			})
		}
	}
	together := func(id, column string, level Level, found, sql string) {
		all = append(all, RowCondition{
			Invariant: id, Column: column, SQL: sql, level: level, found: func(*Fact) string { return found },
		})
	}
	together("V20", "v20", Invariant, duplicateRow, "alike > 1 AND (ranked = 1 OR started <> ended)")
	together("V20", "v20_ordinal", Invariant, ordinalTwice, "ranked = 1 AND same_ordinal > 1 AND alike = 1")
	together("V21", "v21", Invariant, abandonsTwice, fmt.Sprintf(
		"abandons > 1 AND technical_result IN %s AND result_reason NOT IN %s", codeList(CustomerAbandoned),
		codeList(AbandonedWhileRinging)))
	together("V21", "v21_received_from", Inferred, strangeSender,
		"gapless = 1 AND received_from IS NOT NULL AND (received_from < lowest OR received_from >= ordinal "+
			"OR sender = 1)")
	return append(all, RowCondition{
		Column: "resource_type_odd", SQL: oddTypeSQL("type_code"), level: Inferred, found: func(f *Fact) string {
			d, _ := oddType(f, "")
			return d.Actual
		},
	})
}

// On returns the difference of a row for which the condition holds, and whether it does. If the condition needs the
// chat's other rows, it trusts the caller that it holds. Rows that the table's readings make are valid, too (V2).
func (r *RowCondition) On(t *Table, f *Fact) (d Difference, holds bool) {
	found := r.found(f)
	if r.Invariant == "V2" && row2.spares(t, nil, f) {
		found = ""
	}
	if r.Invariant == "" {
		return oddType(f, anyType)
	}
	return broken(r.Invariant, f.InteractionID, f.Resource, found, r.level), found != ""
}

const anyType = "agent, queue or strategy"

// alikeKey identifies a row by all its fields, by codes.
type alikeKey struct {
	ordinal, from                                    Number
	kind, resource, role, roleReason, result, reason string
	start, end                                       time.Time // in UTC, as == sees the zone
}

func keyOf(f *Fact) alikeKey {
	k := alikeKey{
		ordinal: Number{Value: f.Ordinal.Value}, kind: Code(string(f.ResourceType)), resource: f.Resource,
		role:       Code(string(f.Role)),
		roleReason: Code(f.RoleReason), result: Code(string(f.Result)), reason: Code(string(f.Reason)),
		start: f.Start.Round(0).UTC(), end: f.End.Round(0).UTC(),
	}
	if f.Ordinal.Is == Given {
		k.ordinal.Is = Given
	}
	if f.ReceivedFrom.Is == Given {
		k.from = f.ReceivedFrom
	}
	return k
}

// repeated says that a superfluous row, the j-th, repeats another one, or returns "" if it does not.
func repeated(got []Fact, j int) string {
	same := func(f Fact) bool { return keyOf(&f) == keyOf(&got[j]) }
	if slices.ContainsFunc(got[:j], same) || slices.ContainsFunc(got[j+1:], same) {
		return "the same row came more than once"
	}
	return ""
}

// brokenBy is [broken] by a single row.
func brokenBy(law string, f *Fact, found string, level Level) Difference {
	d := broken(law, f.InteractionID, f.Resource, found, level)
	d.row = f
	return d
}

// rowsTogether checks the invariants that the rows of a chat keep together: V20, V21. finished is false if the log says
// that the chat is not over.
func rowsTogether(got []Fact, finished bool) (ds []Difference) {
	report := func(law string, level Level, f *Fact, found string) {
		ds = append(ds, brokenBy(law, f, found, level))
	}
	o, abandons := ordinalsOf(got), 0
	for i := range got {
		if abandonsQueue(&got[i]) {
			abandons++
		}
	}
	if len(got) > 1 && !(o.all && o.rising) {
		twins(got, o.all, func(i int, found string) { report("V20", Invariant, &got[i], found) })
	}
	if !finished {
		return ds
	}
	for i := range got {
		if abandons > 1 && abandonsQueue(&got[i]) {
			report("V21", Invariant, &got[i], abandonsTwice)
		}
	}
	if o.all && o.gapless {
		senders(got, o.lowest, func(f *Fact) { report("V21", Inferred, f, strangeSender) })
	}
	return ds
}

func abandonsQueue(f *Fact) bool {
	return isOneOf(f.Result, CustomerAbandoned) && !isOneOf(f.Reason, AbandonedWhileRinging)
}

// twins reports the rows that equal another, or have another's ordinal.
func twins(got []Fact, ranked bool, report func(i int, found string)) {
	alike, ordinals := make(map[alikeKey]int, len(got)), make(map[int64]int, len(got))
	keys := make([]alikeKey, len(got))
	for i := range got {
		f, k := &got[i], &keys[i]
		*k = keyOf(f)
		alike[*k]++
		ordinals[f.Ordinal.Value]++
	}
	for i := range got {
		f := &got[i]
		switch {
		case alike[keys[i]] > 1 && (ranked || lasts(f)):
			report(i, duplicateRow)
		case ranked && ordinals[f.Ordinal.Value] > 1 && alike[keys[i]] == 1:
			report(i, ordinalTwice)
		}
	}
}

// Twins returns the rows of a chat with each duplicated row only once, so that nothing else is said about its copies,
// and the differences that say so (V20). It does not change got. c is the chat, or nil.
func Twins(c *Chat, got []Fact) (rest []Fact, ds []Difference) {
	o := ordinalsOf(got)
	if len(got) < 2 || o.all && o.rising {
		return got, nil
	}
	again := make(map[int]bool)
	twins(got, o.all, func(i int, found string) {
		if found == duplicateRow {
			ds = append(ds, brokenBy("V20", &got[i], found, c.level(Invariant)))
			again[i] = true
		}
	})
	if ds == nil {
		return got, nil
	}
	seen := make(map[alikeKey]bool)
	for i := range got {
		k := keyOf(&got[i])
		if again[i] && seen[k] {
			continue
		}
		seen[k] = true
		rest = append(rest, got[i])
	}
	return rest, ds
}

// senders reports the rows whose received_from names no earlier row of an agent. All rows must have ordinals, which run
// from the lowest without a gap: otherwise the row that was named may be missing.
func senders(got []Fact, lowest int64, report func(*Fact)) {
	if got, _ = byOrdinal(got); !ordinalsOf(got).rising { // two share one
		return
	}
	for i := range got {
		f := &got[i]
		from := f.ReceivedFrom
		if from.Is != Given {
			continue
		}
		if from.Value >= lowest && from.Value < f.Ordinal.Value {
			if means, _ := got[from.Value-lowest].ResourceType.Meaning(); means == AgentResource || means == "" {
				continue
			}
		}
		report(f)
	}
}

// about says which rows an invariant of kind OnFacts is about, in Go and in SQL. An invariant that is not here is about
// every row. A chat without ordinals says nothing about V6.
var about = map[string]struct {
	row func(f *Fact) bool
	sql string
}{
	"V6": {func(f *Fact) bool { return f.Ordinal.Is == Given }, "ordinal IS NOT NULL"},
	"V7": {
		func(f *Fact) bool {
			return isOneOf(f.Reason, RevokedReason, AbandonedWhileQueued, AbandonedWhileRinging)
		},
		"result_reason IN " + codeList(RevokedReason, AbandonedWhileQueued, AbandonedWhileRinging),
	},
	"V8": {
		func(f *Fact) bool { return isOneOf(f.Reason, AbandonedWhileQueued, AbandonedWhileRinging) },
		"result_reason IN " + codeList(AbandonedWhileQueued, AbandonedWhileRinging),
	},
	"V11": {
		func(f *Fact) bool { return !f.Start.IsZero() && !f.End.IsZero() },
		"started IS NOT NULL AND ended IS NOT NULL",
	},
	"V20": {
		func(f *Fact) bool { return f.Ordinal.Is == Given || lasts(f) },
		"ordinal IS NOT NULL OR started <> ended",
	},
	"V21": {
		func(f *Fact) bool { return isOneOf(f.Result, CustomerAbandoned) || f.ReceivedFrom.Is == Given },
		"technical_result IN " + codeList(CustomerAbandoned) + " OR received_from IS NOT NULL",
	},
}

// lasts reports whether a row has two different times.
func lasts(f *Fact) bool { return !f.Start.IsZero() && !f.End.IsZero() && !f.Start.Equal(f.End) }

// Meets returns which invariants of kind OnFacts are about one of the rows: bit i stands for the i-th of [Invariants].
func Meets(got []Fact) (met uint64) {
	for j, v := range invariants {
		if v.Kind != OnFacts {
			continue
		}
		of, some := about[v.ID]
		if slices.ContainsFunc(got, func(f Fact) bool { return !some || of.row(&f) }) {
			met |= 1 << j
		}
	}
	return met
}

// MeetsSQL returns the condition that an invariant of kind OnFacts is about a row, on the columns of [RowConditions].
func MeetsSQL(id string) string { return cmp.Or(about[id].sql, "1 = 1") }
