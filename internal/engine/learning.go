package engine

import (
	stdjson "encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Learning is what a check has learnt of an Info Mart.
type Learning struct {
	Events, Facts string // digests of what was read, in any order
	Period        string // from the first event to the last; "" is none
	Clauses       []model.Learned
}

// Text returns the readings file: the pinned clauses with the number of rows that say so. The minority answers and the
// open clauses are comments.
func (l *Learning) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# 'chatproof check --learn' wrote this file. It says what an Info Mart's rows answer where the guide is silent.
# With --readings, chatproof accepts only these answers. Each answer is followed by the number of rows that give it,
# out of all rows that decide the clause. The file does not say whether the mart is right.
suite: %s
`, Version)
	for _, p := range [...]struct{ key, value string }{
		{"events", l.Events}, {"facts", l.Facts}, {"period", l.Period},
	} {
		if p.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", p.key, flowText(p.value))
		}
	}
	var rules []string
	for i := range l.Clauses {
		r := model.RuleOf(l.Clauses[i].Clause)
		entry := r.ID + ": " + `"` + ruleDigest(r) + `"`
		if l.Clauses[i].Open == "" && !slices.Contains(rules, entry) {
			rules = append(rules, entry)
		}
	}
	fmt.Fprintf(&b, "rules: {%s}\nclauses:\n", strings.Join(rules, ", "))
	for i := range l.Clauses {
		writeClause(&b, &l.Clauses[i])
	}
	return b.String()
}

// writeClause writes a clause of the file.
func writeClause(b *strings.Builder, x *model.Learned) {
	name := model.ClauseName(x.Clause)
	answers := x.Answers
	if x.Open == "" {
		fmt.Fprintf(b, "  %s: %s # %d of %d\n", name, AnswerText(x.Clause, answers[0].Yield), answers[0].Rows, x.Rows)
		answers = answers[1:]
	} else {
		fmt.Fprintf(b, "  # %s is open: %s\n", name, x.Open)
	}
	for i := range answers {
		if i == maxMinorities {
			fmt.Fprintf(b, "  #   and %d more answers\n", len(answers)-i)
			break
		}
		a := &answers[i]
		fmt.Fprintf(b, "  #   %d of %d: %s, as in %s\n", a.Rows, x.Rows, AnswerOf(x.Clause, a), Examples(a))
	}
}

// maxMinorities is the most minority answers listed for a clause.
const maxMinorities = 10

// LearnedLine is a learned clause in JSON.
type LearnedLine struct {
	Clause  string       `json:"clause"`
	Rows    int          `json:"rows"` // that decide it
	Pinned  bool         `json:"pinned"`
	Open    string       `json:"open,omitempty"` // why it is not
	Answers []AnswerLine `json:"answers"`        // the most frequent first
}

// AnswerLine is an answer of a clause, written as in the readings file.
type AnswerLine struct {
	Answer   string   `json:"answer"`
	Rows     int      `json:"rows"`
	Examples []string `json:"examples"`
}

// LineOf returns the JSON form of a clause.
func LineOf(x *model.Learned) *LearnedLine {
	l := &LearnedLine{model.ClauseName(x.Clause), x.Rows, x.Open == "", x.Open, []AnswerLine{}}
	for i := range x.Answers {
		a := &x.Answers[i]
		l.Answers = append(l.Answers, AnswerLine{AnswerOf(x.Clause, a), a.Rows, a.Examples})
	}
	return l
}

// AnswerOf returns an observed answer as one line.
func AnswerOf(id model.ClauseID, a *model.Answer) string {
	if a.Beyond() {
		return "one of many other answers"
	}
	return model.Line(AnswerText(id, a.Yield))
}

// Examples returns the names of an answer's example chats.
func Examples(a *model.Answer) string {
	names := make([]string, len(a.Examples))
	for i, id := range a.Examples {
		names[i] = model.Name(id)
	}
	return strings.Join(names, ", ")
}

// ReadingsSchema returns the JSON Schema of a readings file. It is generated from the table of rules.
func ReadingsSchema() []byte {
	type schema = map[string]any
	text := func(says string) schema { return schema{"type": "string", "description": says} }
	clauses := make(schema)
	for _, id := range model.InferredClauses() {
		c := model.ClauseOf(id)
		fields, words := schema{}, []string{asReference}
		switch c.Kind {
		case model.RoleClause:
			fields["role"] = text("")
		case model.ResultClause:
			fields["result"], fields["reason"] = text(""), text("")
		case model.SilenceClause:
			words = append(words, noRow)
			fields["type"] = schema{"enum": []string{"queue", "strategy"}}
			fallthrough
		default:
			fields["role"], fields["result"], fields["reason"] = text(""), text(""), text("")
		}
		clauses[model.ClauseName(id)] = schema{
			"description": model.RuleOf(id).Says, "oneOf": []any{
				schema{"enum": words},
				schema{"type": "object", "minProperties": 1, "additionalProperties": false, "properties": fields},
			},
		}
	}
	b, err := stdjson.MarshalIndent(schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "A readings file of chatproof",
		"description": "What an Info Mart answers where the guide is silent: each inferred clause that is pinned, " +
			"with its one answer.",
		"type": "object", "additionalProperties": false, "required": []string{"clauses"},
		"properties": schema{
			"suite":  text("the version of the suite that wrote the file"),
			"events": text("a digest of the events from which it was learnt, whatever their order"),
			"facts":  text("a digest of the rows"), "period": text("from the first event to the last"),
			"rules": schema{
				"type": "object", "additionalProperties": schema{"type": "string"},
				"description": "a digest of each rule as it was then: chatproof refuses the file if the rule has " +
					"changed since",
			},
			"clauses": schema{
				"type": "object", "minProperties": 1, "additionalProperties": false, "properties": clauses,
			},
		},
	}, "", "  ")
	if err != nil {
		panic(err) // of text alone
	}
	return append(b, '\n')
}

// AnswerText returns a clause's answer as a readings file writes it.
func AnswerText(id model.ClauseID, y model.Yield) string {
	c := model.ClauseOf(id)
	over := c.Yield
	over.Give(y)
	var parts []string
	for _, p := range [...]struct{ key, value string }{
		{"type", string(over.Type)},
		{"role", string(over.Role)},
		{"result", string(over.Result)},
		{"reason", string(over.Reason)},
	} {
		if p.value != "" && (p.key != "type" || c.Kind == model.SilenceClause) {
			parts = append(parts, p.key+": "+flowText(p.value))
		}
	}
	switch {
	case parts != nil:
		return "{" + strings.Join(parts, ", ") + "}"
	case c.Kind == model.SilenceClause:
		return noRow
	}
	return asReference
}

// plainWord matches text that needs no quotes within YAML braces.
var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 –-]*[A-Za-z0-9]$`)

// flowText returns text as YAML within braces, quoted if need be.
func flowText(s string) string {
	if plainWord.MatchString(s) && !slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off"},
		strings.ToLower(s)) {
		return s
	}
	return yamlText(s)
}
