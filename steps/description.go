package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/chatproof/chatproof/model"
)

// Gherkin reads any line after a title that is nothing else as description. So a scenario whose keyword is misspelt
// vanishes with all its steps into the feature's description, and a misspelt first step into its scenario's: neither
// would ever run, and the rest would be green. A description that looks as if it was meant to run is refused.

// describe checks the descriptions of a feature.
func (c *compiler) describe(text []byte) {
	lines := strings.Split(string(text), "\n")
	dialect := gherkin.DialectsBuiltin().GetDialect(c.feature.Language)
	look := func(at *messages.Location, description string, inScenario bool) {
		if description == "" {
			return
		}
		said := strings.Split(description, "\n")
		first := int(at.Line) // the index of the line after the title: lines are counted from 1
		for first < len(lines) && strings.TrimSpace(lines[first]) != strings.TrimSpace(said[0]) {
			first++
		}
		for i, line := range said {
			for _, part := range strings.FieldsFunc(line, breaks) {
				if what := mistaken(part, dialect, inScenario); what != "" {
					c.problem(int64(first+i+1), fmt.Sprintf(
						"%s: it looks like %s, but Gherkin reads it as a description: correct it, or reword the "+
							"description",
						model.Name(strings.TrimSpace(part)), what))
				}
			}
		}
	}
	look(c.feature.Location, c.feature.Description, false)
	for _, child := range c.feature.Children {
		if child.Rule != nil {
			look(child.Rule.Location, child.Rule.Description, false)
		}
	}
	for background, scenario := range children(c.feature) {
		if background != nil {
			look(background.Location, background.Description, true)
		}
		if scenario == nil {
			continue
		}
		look(scenario.Location, scenario.Description, true)
		for _, e := range scenario.Examples {
			look(e.Location, e.Description, true)
		}
	}
}

// breaks reports whether some editors show r as the end of a line although Gherkin does not.
func breaks(r rune) bool { return strings.ContainsRune("\r\v\f\u0085\u2028\u2029", r) }

// mistaken says what a line of a description looks like, or returns "" if it is just words. In a scenario it also
// detects a title without its colon; elsewhere the steps after the title give it away.
func mistaken(line string, dialect *gherkin.Dialect, inScenario bool) string {
	plain := strings.Join(strings.Fields(strings.Map(visible, line)), " ")
	title, _, hasColon := strings.Cut(plain, ":")
	switch {
	case strings.HasPrefix(plain, "|"):
		return "a row of a table"
	case strings.HasPrefix(plain, `"""`):
		return "a doc string"
	case hasColon && isTitle(strings.TrimSpace(title), dialect):
		return "a keyword"
	case inScenario && hasTitle(plain, dialect):
		return "a keyword without its colon"
	case isStep(plain, dialect):
		return "a step"
	}
	return ""
}

// visible maps a character to the one it looks like, and drops an invisible one.
func visible(r rune) rune {
	switch {
	case r == '：':
		return ':'
	case strings.ContainsRune("｜¦│￨", r):
		return '|'
	case strings.ContainsRune("“”„″", r):
		return '"'
	case unicode.Is(unicode.Cf, r):
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// titleKinds are the keywords of a dialect that have a colon.
var titleKinds = []string{"feature", "rule", "background", "scenario", "scenarioOutline", "examples"}

func titles(d *gherkin.Dialect) (all []string) {
	for _, kind := range titleKinds {
		all = append(all, d.Keywords[kind]...)
	}
	return all
}

// languages are Gherkin's: a file may be in one of them without saying so.
const languages = `af am an ar ast az be bg bm bs ca cs cy-GB da de el em en en-Scouse en-au en-lol en-old
	en-pirate en-tx eo es et fa fi fr ga gj gl he hi hr ht hu id is it ja jv ka kn ko lt lu lv mk-Cyrl mk-Latn mn
	ne nl no pa pl pt ro ru sk sl sr-Cyrl sr-Latn sv ta th te tlh tr tt uk ur uz vi zh-CN zh-TW mr amh`

// anyTitle returns the titles of all languages, in lower case.
var anyTitle = sync.OnceValue(func() map[string]bool {
	all := make(map[string]bool)
	for _, l := range strings.Fields(languages) {
		if d := gherkin.DialectsBuiltin().GetDialect(l); d != nil {
			for _, t := range titles(d) {
				all[strings.ToLower(t)] = true
			}
		}
	}
	return all
})

// isTitle reports whether the words before a colon are a title in any language, or a misspelt one in the feature's
// language or in English.
func isTitle(words string, dialect *gherkin.Dialect) bool {
	words = strings.ToLower(strings.TrimLeftFunc(words, bullet))
	if anyTitle()[words] {
		return true
	}
	english := gherkin.DialectsBuiltin().GetDialect("en")
	return slices.ContainsFunc(append(titles(dialect), titles(english)...), func(t string) bool {
		long := len([]rune(t))
		return long > 4 && model.Within(words, strings.ToLower(t), 1+long/8)
	})
}

// hasTitle reports whether a line begins with the title of a background or a scenario, spelt exactly.
func hasTitle(line string, dialect *gherkin.Dialect) bool {
	titles := slices.Concat(dialect.BackgroundKeywords(), dialect.ScenarioKeywords(), dialect.ScenarioOutlineKeywords())
	return slices.ContainsFunc(titles, func(t string) bool { return line == t || strings.HasPrefix(line, t+" ") })
}

func bullet(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsDigit(r) || strings.ContainsRune("-–—*•>#.)@", r)
}

// isStep reports whether a line begins with a step's keyword, or is a step's text after at most three other words.
func isStep(line string, dialect *gherkin.Dialect) bool {
	for _, k := range dialect.StepKeywords() {
		if k != "* " && strings.HasPrefix(line+" ", k) {
			return true
		}
	}
	rest := strings.TrimLeftFunc(line, bullet)
	for range 4 {
		if isStepText(rest) {
			return true
		}
		_, rest, _ = strings.Cut(rest, " ")
	}
	return false
}

// isStepText reports whether a text is that of a step, give or take two letters.
func isStepText(text string) bool {
	for _, p := range Patterns() {
		if p.MatchString(text) {
			return true
		}
	}
	bare := skeleton(text)
	return len(bare) > 12 && slices.ContainsFunc(skeletons(), func(s string) bool { return model.Within(bare, s, 2) })
}

var (
	quotedName = regexp.MustCompile(`"[^"]*"`)
	digits     = regexp.MustCompile(`[0-9]+`)
)

// skeleton returns a step's text without its names and numbers.
func skeleton(text string) string {
	return strings.Trim(strings.ToLower(digits.ReplaceAllString(quotedName.ReplaceAllString(text, `""`), "0")), " .:")
}

// skeletons returns the skeletons of all steps' examples.
var skeletons = sync.OnceValue(func() (all []string) {
	for _, d := range definitions {
		all = append(all, skeleton(d.Example))
	}
	return all
})
