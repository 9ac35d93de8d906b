package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Readings are what somebody's Info Mart answers where the guide is silent, as a file says it and a record names it.
// Nil is none.
type Readings struct {
	Digest  string         `json:"digest"` // of the clauses and their answers, whatever else the file says
	Clauses []PinnedClause `json:"clauses"`
}

// PinnedClause is an inferred clause with its one answer, which is laid over the clause's own. An empty answer is the
// reference's.
type PinnedClause struct {
	Clause string      `json:"clause"` // like I1.rejected
	Answer model.Yield `json:"answer"`
}

// PinnedIn returns clauses that readings pin, with their answers in a chat.
func PinnedIn(c *model.Chat, pinned model.Clauses) (all []PinnedClause) {
	for id := range pinned.All() {
		all = append(all, PinnedClause{model.ClauseName(id), c.Answer(id)})
	}
	return all
}

// Pinned tells the answers to clauses of a rule, or returns "" if there are none.
func Pinned(all []PinnedClause, rule string) string {
	var says []string
	for _, p := range all {
		if id, ok := model.InferredClause(p.Clause); ok && model.RuleOf(id).ID == rule {
			says = append(says, p.Clause+": "+AnswerText(id, p.Answer))
		}
	}
	if says == nil {
		return ""
	}
	return "pinned by the readings: " + strings.Join(says, ", ")
}

// On returns a table that answers as the readings say. Readings that do not fit are left out: a record may have been
// written by somebody else.
func (r *Readings) On(t *model.Table) *model.Table {
	if r == nil {
		return t
	}
	for _, p := range r.Clauses {
		if id, ok := model.InferredClause(p.Clause); ok {
			if pinned, err := t.Reading(id, p.Answer); err == nil {
				t = pinned
			}
		}
	}
	return t
}

// The answers that are single words.
const (
	asReference = "reference"
	noRow       = "no row"
)

// ReadReadings reads a readings file. The error names the file, the line and the clause: one that no rule has, that is
// pinned twice or that has changed since, or one whose answer breaks an invariant.
func ReadReadings(ctx context.Context, path string) (*Readings, error) {
	text, err := files.Text(ctx, path)
	if err != nil {
		return nil, err
	}
	return parseReadings(path, text)
}

func parseReadings(path, text string) (*Readings, error) {
	f := &readingsFile{Document: files.Document{Path: path}, rules: make(map[string]string)}
	body, err := files.YAML(path, text)
	if err == nil && body != nil {
		err = f.read(body)
	}
	if err != nil {
		return nil, err
	}
	if len(f.Clauses) == 0 {
		return nil,
			fmt.Errorf("%s: no clause is pinned; expected something like clauses: {I1.rejected: {reason: Revoked}}",
				model.Line(path))
	}
	slices.SortFunc(f.Clauses, func(a, b PinnedClause) int { return place(a.Clause) - place(b.Clause) })
	h := sha256.New()
	for _, p := range f.Clauses {
		a := p.Answer
		h.Write(field(nil, p.Clause, string(a.Type), string(a.Role), string(a.Result), string(a.Reason)))
	}
	f.Digest = hex.EncodeToString(h.Sum(nil)[:12])
	return &f.Readings, nil
}

// place returns the position of a clause in the table of rules.
func place(name string) int {
	id, _ := model.InferredClause(name)
	return slices.Index(model.InferredClauses(), id)
}

// readingsFile is a file that is being read.
type readingsFile struct {
	suite string
	rules map[string]string
	table *model.Table
	files.Document
	Readings
}

func (f *readingsFile) read(body ast.Node) error {
	var clauses ast.Node
	err := f.Each(body, "", func(key string, at, value ast.Node) error {
		text, isText := scalar(value)
		switch {
		case key == "clauses":
			clauses = value
			return nil
		case key == "rules":
			return f.Each(value, "rules", func(key string, _, value ast.Node) error {
				f.rules[key], _ = scalar(value)
				return nil
			})
		case !slices.Contains([]string{"suite", "events", "facts", "period"}, key):
			return f.NoSuchKey(at, "", key, []string{"suite", "events", "facts", "period", "rules", "clauses"})
		case !isText:
			return f.Wrong(value, "%s: expected text, got %s", key, model.Name(value.String()))
		case key == "suite":
			f.suite = text
		}
		return nil
	})
	if err != nil || clauses == nil {
		return err
	}
	f.table = model.Reference()
	return f.Each(clauses, "clauses", f.clause)
}

// clause reads a pinned clause.
func (f *readingsFile) clause(name string, at, value ast.Node) (err error) {
	id, ok := model.InferredClause(name)
	if !ok {
		return f.Wrong(at, "no such clause: %s%s", model.Name(name), model.DidYouMean(name, clauseNames()))
	}
	if f.table.Pinned().Has(id) {
		return f.Wrong(at, "%s: pinned twice", name)
	}
	rule := model.RuleOf(id)
	if was, ok := f.rules[rule.ID]; ok && was != ruleDigest(rule) {
		return f.Wrong(at, "%s: rule %s has changed since the suite %s; learn it anew with 'check --learn'", name,
			rule.ID, model.Name(cmp.Or(f.suite, "that wrote the file")))
	}
	y, err := f.answer(id, name, value)
	if err != nil {
		return err
	}
	f.table, err = f.table.Reading(id, y)
	if err != nil {
		return f.Wrong(value, "%s: %v", name, err)
	}
	f.Clauses = append(f.Clauses, PinnedClause{name, y})
	return nil
}

// answer reads what a clause is pinned to. The clause's own answer is the zero Yield, however it is written.
func (f *readingsFile) answer(id model.ClauseID, name string, value ast.Node) (y model.Yield, err error) {
	c := model.ClauseOf(id)
	if word, ok := scalar(value); ok {
		if word == asReference || word == noRow && c.Kind == model.SilenceClause {
			return y, nil
		}
		return y, f.Wrong(value, "%s: expected %s, got %s", name, expectedAnswer(c), model.Word(word))
	}
	err = f.Each(value, name, func(key string, at, value ast.Node) error {
		text, ok := scalar(value)
		if !ok || strings.TrimSpace(text) == "" {
			return f.Wrong(value, "%s: %s: expected text, got %s", name, key, model.Name(value.String()))
		}
		switch key {
		case "type":
			y.Type = model.ResourceType(text)
		case "role":
			y.Role = model.Role(text)
		case "result":
			y.Result = model.Result(text)
		case "reason":
			y.Reason = model.Reason(text)
		default:
			return f.NoSuchKey(at, name, key, []string{"type", "role", "result", "reason"})
		}
		return nil
	})
	if err != nil {
		return y, err
	}
	if y == (model.Yield{}) {
		return y, f.Wrong(value, "%s: expected %s, got nothing", name, expectedAnswer(c))
	}
	over := c.Yield
	if over.Give(y); over == c.Yield {
		y = model.Yield{}
	}
	return y, nil
}

func expectedAnswer(c *model.Clause) string {
	if c.Kind == model.SilenceClause {
		return "no row, or {type: queue, role: Received, result: CustomerAbandoned}"
	}
	return "reference, or something like {result: Redirected, reason: Revoked}"
}

func clauseNames() (names []string) {
	for _, id := range model.InferredClauses() {
		names = append(names, model.ClauseName(id))
	}
	return names
}

// ruleDigest returns a digest that changes with what a rule says and yields.
func ruleDigest(r *model.Rule) string {
	sum := sha256.Sum256(field(nil, r.Says, fmt.Sprint(r.Clauses)))
	return hex.EncodeToString(sum[:6])
}
