package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"go/build/constraint"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// ErrNothing is the error of a selection that leaves no scenario, or asks for a level that has none.
var ErrNothing = errors.New("nothing to run")

// Select narrows the plan to the scenarios whose tags satisfy a Cucumber tag expression (where it is not empty) and
// whose ids match one of the globs (where there are any); * and ? cross slashes. A glob that matches no scenario, or
// an empty selection, is [ErrNothing]; a malformed expression is another error.
func (p *Plan) Select(tags string, globs []string) error {
	if tags != "" {
		keep, err := tagExpression(tags)
		if err != nil {
			return fmt.Errorf("--tags: %w", err)
		}
		kept := slices.DeleteFunc(slices.Clone(p.Scenarios), func(s *Scenario) bool { return !keep(s.Tags) })
		if before := p.Scenarios; len(kept) == 0 {
			return fmt.Errorf("%w: %s", ErrNothing, noneTagged(tags, before))
		}
		p.Scenarios = kept
	}
	if len(globs) > 0 {
		chosen := make(map[*Scenario]bool)
		for _, g := range globs {
			pattern, before := globPattern(g), len(chosen)
			matched := false
			for _, s := range p.Scenarios {
				if pattern.MatchString(s.ID) {
					matched, chosen[s] = true, true
				}
			}
			if len(chosen) == before && !matched {
				return fmt.Errorf("%w: %s", ErrNothing, p.NoSuch(g))
			}
		}
		p.Scenarios = slices.DeleteFunc(p.Scenarios, func(s *Scenario) bool { return !chosen[s] })
	}
	if tags != "" || len(globs) > 0 {
		p.seal()
	}
	return nil
}

// noneTagged says that no scenario matches an expression. It names the first tag of it that no scenario has, and the
// nearest that one has.
func noneTagged(expression string, scenarios []*Scenario) string {
	var tags []string
	for _, s := range scenarios {
		for _, tag := range s.Tags {
			if !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
	}
	for _, word := range tagToken.FindAllString(expression, -1) {
		if word[0] == '@' && !slices.Contains(tags, word) {
			said := "no scenario has the tag " + model.Name(word) + model.DidYouMean(word, tags)
			if word != expression {
				said = fmt.Sprintf("no scenario matches the tags %s: %s", model.Quoted(expression), said)
			}
			return said
		}
	}
	return "no scenario matches the tags " + model.Quoted(expression)
}

// NoSuch says that no scenario of the plan has an id, or matches a glob, and which was probably meant.
func (p *Plan) NoSuch(id string) string {
	said := "no scenario is called " + model.Name(id)
	if why := p.leftOut(id); why != "" {
		return why
	}
	if strings.ContainsAny(id, "[]{}") {
		return said + ": in a glob, only * and ? are wildcards; brackets stand for themselves"
	}
	if !strings.ContainsAny(id, "*?") {
		var ids []string
		for _, s := range p.Scenarios {
			if strings.HasPrefix(s.ID, strings.TrimSuffix(id, "/")+"/") {
				return said + "; there are ids below it, such as " + s.ID + "; run them all with '" +
					model.Line(strings.TrimSuffix(id, "/")) + "/*'"
			}
			ids = append(ids, s.ID)
		}
		if best := model.Nearest(id, ids); best != "" {
			return said + "; did you mean " + model.Name(best) + "?"
		}
	}
	return said + "; see 'list scenarios'"
}

// Demand checks that each of the levels that are asked for by name can be judged by some scenario. Beside others, the
// level of a team's own features may have none, as by default: a team need not have features of its own.
func (p *Plan) Demand(levels model.Levels) error {
	has := p.Levels()
	for _, l := range model.AllLevels {
		besides := l == model.Own && levels != model.LevelSet(model.Own)
		if levels.Has(l) && !has.Has(l) && !besides {
			return fmt.Errorf("%w: no scenario has the level %s, which --require names", ErrNothing,
				model.Quoted(l.String()))
		}
	}
	return nil
}

// Levels is the set of levels that the plan's scenarios can judge.
func (p *Plan) Levels() (levels model.Levels) {
	for _, s := range p.Scenarios {
		levels |= s.Levels
	}
	return levels
}

func globPattern(glob string) *regexp.Regexp {
	s := regexp.QuoteMeta(strings.ToValidUTF8(glob, "\ufffd"))
	s = strings.ReplaceAll(s, `\*`, `.*`)
	s = strings.ReplaceAll(s, `\?`, `.`)
	return regexp.MustCompile(`(?s)^` + s + `$`)
}

var tagToken = regexp.MustCompile(`\s+|[()]|(?:\\.|[^\s()\\])+|\\`)

var wrongEscape = regexp.MustCompile(`^(?:[^\\]|\\[\\() ])*\\(?:[^\\() ]|$)`)

// escaped replaces the characters that follow a backslash in a tag of an expression.
var escaped = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\ `, ` `)

// tagExpression compiles a Cucumber tag expression. It is translated to a build constraint, whose grammar is the
// same but for the spelling of its operators and of its tags.
func tagExpression(s string) (func(tags []string) bool, error) {
	var b strings.Builder
	b.WriteString("//go:build ")
	negated := false                 // just now: two in a row, which a build constraint forbids, cancel out
	names := make(map[string]string) // stand-ins for tags, which may hold any character
	for _, t := range tagToken.FindAllString(s, -1) {
		switch {
		case negated && (t == "and" || t == "or"):
			return nil, fmt.Errorf("expected a tag after 'not', got '%s'", t)
		case t == "and":
			b.WriteString("&&")
		case t == "or":
			b.WriteString("||")
		case t == "not":
			negated = !negated
			continue
		case strings.TrimSpace(t) == "":
			b.WriteString(t)
			continue
		case t == "(", t == ")":
			b.WriteString(not(&negated) + t)
		case wrongEscape.MatchString(t):
			return nil, fmt.Errorf("%s: a backslash may only stand before (, ), a blank or another "+
				"backslash", model.Name(t))
		case strings.Contains(t, ","):
			return nil, fmt.Errorf("%s: a comma does not join tags; write 'or'", model.Quoted(t))
		case len(t) > 1 && t[0] == '@':
			name := fmt.Sprintf("t%d", len(names))
			names[name] = escaped.Replace(t)
			b.WriteString(not(&negated) + name)
		default:
			return nil, fmt.Errorf("expected 'and', 'or', 'not', '(', ')' or a tag (such as @R2), got %s",
				model.Word(t))
		}
	}
	b.WriteString(not(&negated)) // one that nothing follows
	expr, err := constraint.Parse(b.String())
	if err != nil {
		return nil, fmt.Errorf("%s is not a tag expression; expected something like '@R2 and not (@1.4 or @inferred)'",
			model.Quoted(s))
	}
	return func(tags []string) bool {
		return expr.Eval(func(name string) bool { return slices.Contains(tags, names[name]) })
	}, nil
}

// Shard keeps the part of the plan that falls to shard i of n, from 1: that depends on each scenario's id alone.
func (p *Plan) Shard(i, n int) {
	p.Scenarios = slices.DeleteFunc(p.Scenarios, func(s *Scenario) bool {
		sum := sha256.Sum256([]byte(s.ID))
		return binary.BigEndian.Uint64(sum[:8])%uint64(n) != uint64(i-1)
	})
	p.shard = fmt.Sprintf("%d/%d", i, n)
}

// not returns the operator that is due before an operand.
func not(negated *bool) string {
	if !*negated {
		return ""
	}
	*negated = false
	return "!"
}
