package model

import "strings"

// typeCodes says what a resource type means, by its code. It has our own words and what public queries of Info Mart
// show. A type without a meaning says nothing.
var typeCodes = []struct {
	code  string
	means ResourceType
}{
	{"AGENT", AgentResource},
	{"QUEUE", QueueResource},
	{"STRATEGY", StrategyResource},
	{"ROUTINGPOINT", StrategyResource},
	{"ROUTINGSTRATEGY", StrategyResource},
	{"NONE", ""},
	{"UNKNOWN", ""},
	{"", ""},
}

// Meaning returns agent, queue or strategy, or "" if the type says nothing. known is false if nobody knows the type: it
// says nothing either, but that is a difference at level [Inferred].
func (t ResourceType) Meaning() (means ResourceType, known bool) {
	switch t {
	case "", AgentResource, QueueResource, StrategyResource:
		return t, true
	}
	code := Code(string(t))
	for _, c := range typeCodes {
		if c.code == code {
			return c.means, true
		}
	}
	return "", false
}

// mapType says what to do about a type that nobody knows.
const mapType = "unknown type: map it to agent, queue or strategy in a view or in your extract's query, " +
	"or drop the column in the mapping"

// oddType returns the difference of a row whose type nobody knows; odd is false for other rows, and if a table expects
// this very type.
func oddType(f *Fact, expected string) (d Difference, odd bool) {
	if _, known := f.ResourceType.Meaning(); known || sameCode(string(f.ResourceType), expected) {
		return d, false
	}
	return Difference{
		InteractionID: f.InteractionID, Resource: f.Resource, Field: TypeField, Expected: expected,
		Actual: Name(string(f.ResourceType)), Level: Inferred, Why: mapType,
	}, true
}

// TypeSQL returns SQL for the code of a type's meaning, UNSPECIFIED if it has none. code is SQL for the type's code.
func TypeSQL(code string) string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, means := range []ResourceType{AgentResource, QueueResource, StrategyResource} {
		var codes []string
		for _, c := range typeCodes {
			if c.means == means {
				codes = append(codes, c.code)
			}
		}
		b.WriteString(" WHEN " + code + " IN " + codeList(codes...) + " THEN '" + Code(string(means)) + "'")
	}
	return b.String() + " ELSE '" + noCode + "' END"
}

// oddTypeSQL returns the SQL condition that nobody knows a type.
func oddTypeSQL(code string) string {
	var codes []string
	for _, c := range typeCodes {
		codes = append(codes, c.code)
	}
	return code + " NOT IN " + codeList(codes...)
}
