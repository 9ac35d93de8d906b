package model

import "strings"

// typeCodes says what a resource type means, by its code: besides our own words what public queries of Info Mart show.
// Those without a meaning say nothing.
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

// Meaning is agent, queue or strategy, or "" of a type that says nothing. known is false where nobody knows the type:
// it says nothing, too, but that is a difference of level [Inferred].
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

// oddType is the difference of a row whose type nobody knows.
func oddType(f *Fact, expected string) (d Difference, odd bool) {
	if _, known := f.ResourceType.Meaning(); known {
		return d, false
	}
	return Difference{
		InteractionID: f.InteractionID, Resource: f.Resource, Field: TypeField, Expected: expected,
		Actual: Name(string(f.ResourceType)), Level: Inferred, Why: mapType,
	}, true
}

// TypeSQL is the code of what a type means by its code, UNSPECIFIED where that is nothing; both are expressions of SQL.
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

// oddTypeSQL is the condition that nobody knows a type.
func oddTypeSQL(code string) string {
	var codes []string
	for _, c := range typeCodes {
		codes = append(codes, c.code)
	}
	return code + " NOT IN " + codeList(codes...)
}
