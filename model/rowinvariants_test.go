package model_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func TestInvariantsAreNamed(t *testing.T) {
	var ids []string
	for _, v := range model.Invariants() {
		ids = append(ids, v.ID)
		assert.NotEmpty(t, v.Says, v.ID)
	}
	assert.Equal(t, strings.Fields("V1 V2 V3 V4 V5 V6 V7 V8 V9 V10 V11 V12 V13 V14 V15 V16 V17 V18 V19 V20 V21 D1 D2 D3 D4 D5 D6 D7"), ids)
}

// onFacts are the conditions on rows that rows meet one by one.
func onFacts() []model.RowCondition {
	return slices.DeleteFunc(model.RowConditions(), func(c model.RowCondition) bool { return slices.Contains([]string{"V20", "V21", ""}, c.Invariant) })
}

func TestOnRow(t *testing.T) {
	tests := []struct{ row, want string }{
		{"-, agent, Agent 1, RoutedTo/Completed", ""},
		{"-, agent, Agent 1, Routed/Done", "V1: role Routed, result Done; V2: agent Routed/Done"},
		{"-, queue, Queue 1, Puller/CustomerAbandoned", "V2: queue Puller/CustomerAbandoned"},
		{"-, agent, Agent 1, in conference/Completed", `V6: in conference ranks first`},
		{"-, -, Agent 1, RoutedTo/Completed [Revoked]", "V2: (blank) RoutedTo/Completed [Revoked]; V7: RoutedTo/Completed [Revoked]"},
		{"-, agent, Agent 1, Received/CustomerAbandoned [AbandonedWhileQueued]", "V2: agent Received/CustomerAbandoned [AbandonedWhileQueued]; V8: agent Received/CustomerAbandoned [AbandonedWhileQueued]"},
	}
	for _, tt := range tests {
		row := rowIn("chat 7", tt.row)
		var broken []string
		for _, v := range onFacts() {
			d, ok := v.On(model.Reference(), &row)
			if !ok {
				continue
			}
			broken = append(broken, string(d.Field)+": "+d.Actual)
			assert.Equal(t, model.Difference{
				InteractionID: "chat 7", Resource: row.Resource, Field: model.Field(v.Invariant), Expected: d.Expected, Actual: d.Actual,
				Level: model.Invariant, Rules: []string{v.Invariant},
			}, d)
		}
		assert.Equal(t, tt.want, strings.Join(broken, "; "), tt.row)
	}
}

// A database that asks an invariant's condition of a row says what On does: for every type, role, result and reason
// that a row may have, and some that it may not.
func TestSQLSaysWhatOnSays(t *testing.T) {
	code := func(name string) string {
		if c := model.Code(name); c != "" {
			return "'" + c + "'"
		}
		return "'UNSPECIFIED'"
	}
	types := []model.ResourceType{model.AgentResource, model.QueueResource, model.StrategyResource, "", "robot"}
	for _, v := range onFacts() {
		breaks := condition(v.SQL)
		for _, kind := range types {
			for _, role := range append(slices.Clone(model.Roles), "", "Routed") {
				for _, result := range append(slices.Clone(model.Results), "", "Done") {
					for _, reason := range append(slices.Clone(model.Reasons), "Odd") {
						f := model.Fact{ResourceType: kind, Role: role, Result: result, Reason: reason}
						_, broken := v.On(model.Reference(), &f)
						means, _ := kind.Meaning()
						asked := breaks(map[string]string{
							"resource_type": code(string(means)), "resource_role": code(string(role)), "technical_result": code(string(result)), "result_reason": code(string(reason)),
							"ordinal": "1", "lowest_ordinal": "1", "started": "2", "ended": "2",
						})
						if broken != asked {
							t.Fatalf("%s of %q %v: %t, in SQL %t", v.Invariant, kind, f.Descriptor(), broken, asked)
						}
					}
				}
			}
		}
	}
	columns := map[string]string{"resource_role": code("InConference"), "ordinal": "2", "lowest_ordinal": "1", "started": "2", "ended": "1"}
	for _, v := range onFacts() {
		switch v.Invariant {
		case "V6":
			assert.False(t, condition(v.SQL)(columns), "a conferee that does not rank first")
		case "V11":
			assert.True(t, condition(v.SQL)(columns), "ended before it started")
		}
	}
}

// condition reads as much of SQL as invariants are written in: one NOT ( ) around all at most, of ORs, of ANDs, of
// comparisons.
func condition(sql string) func(columns map[string]string) bool {
	sql = strings.Join(strings.Fields(sql), " ")
	inner, negated := strings.CutPrefix(sql, "NOT (")
	if negated {
		inner = strings.TrimSuffix(inner, ")")
	}
	type comparison struct{ column, how, with string }
	var either [][]comparison
	for or := range strings.SplitSeq(inner, " OR ") {
		var all []comparison
		for and := range strings.SplitSeq(or, " AND ") {
			and = strings.Replace(and, "NOT IN", "NOT_IN", 1)
			part := strings.SplitN(and, " ", 3)
			all = append(all, comparison{part[0], part[1], part[2]})
		}
		either = append(either, all)
	}
	holds := func(columns map[string]string, c comparison) bool {
		is, with := columns[c.column], c.with
		if other, ok := columns[with]; ok {
			with = other
		}
		switch c.how {
		case "=":
			return is == with
		case "<":
			return is < with
		case "<>":
			return is != with && is != "" && columns[c.with] != ""
		case "IS": // NOT NULL
			return is != ""
		case "IN", "NOT_IN":
			return slices.Contains(strings.Split(strings.Trim(with, "()"), ", "), is) == (c.how == "IN")
		}
		panic(c.how)
	}
	return func(columns map[string]string) bool {
		return negated != slices.ContainsFunc(either, func(all []comparison) bool {
			return !slices.ContainsFunc(all, func(c comparison) bool { return !holds(columns, c) })
		})
	}
}
