package steps

import (
	"fmt"
	"strings"
	"testing"

	gherkin "github.com/cucumber/gherkin/go/v26"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inLanguage returns a feature with every keyword in a language; its steps are English, as ours are.
func inLanguage(d *gherkin.Dialect) string {
	keyword := func(kind string) string { // the first that is a word
		for _, k := range d.Keywords[kind] {
			if k != "* " {
				return k
			}
		}
		return ""
	}
	const left = "the chat enters queue \"%s\"\n    %sthe customer leaves\n    %sthe facts are:\n" +
		"      | resource | technical descriptor |\n      | %s | Received/CustomerAbandoned [AbandonedWhileQueued] |\n"
	return "# language: " + d.Language + "\n" +
		keyword("feature") + ": F\n  Words that say what it is about.\n\n" +
		"  " + keyword("background") + ":\n    " + keyword("given") + "a customer submits a chat\n\n" +
		"  " + keyword("scenario") + ": A\n    " + keyword("when") + fmt.Sprintf(left, "Queue 1", keyword("and"), keyword("then"), "Queue 1") + "\n" +
		"  " + keyword("rule") + ": R\n\n" +
		"    " + keyword("scenario") + ": C\n      Words, too.\n    " + keyword("when") + fmt.Sprintf(left, "Queue 1", keyword("and"), keyword("then"), "Queue 1") + "\n" +
		"  " + keyword("scenarioOutline") + ": B <name>\n    " + keyword("when") + fmt.Sprintf(left, "<name>", keyword("and"), keyword("then"), "<name>") +
		"\n    " + keyword("examples") + ":\n      | name |\n      | Queue 2 |\n"
}

// misspellings are what typing may make of a keyword.
func misspellings(line string) (all []string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	word := []rune(strings.TrimLeft(line, " "))
	end := 0 // of the keyword
	for end < len(word) && word[end] != ' ' && word[end] != ':' {
		end++
	}
	if end < 3 {
		return nil
	}
	add := func(s string) { all = append(all, indent+s) }
	rest := string(word[end:])
	for i := range end {
		add(string(word[:i]) + string(word[i+1:]))                 // a letter lost
		add(string(word[:i]) + string(word[i]) + string(word[i:])) // a letter twice
		if i+1 < end && word[i] != word[i+1] {
			add(string(word[:i]) + string(word[i+1]) + string(word[i]) + string(word[i+2:])) // two swapped
		}
	}
	add(strings.ToUpper(string(word[:end])) + rest)
	add(strings.ToLower(string(word[:end])) + rest)
	add("\u200b" + string(word))
	add("- " + string(word))
	if rest[0] == ':' {
		add(string(word[:end]) + rest[1:])
		add(string(word[:end]) + "\uff1a" + rest[1:])
		add(string(word[:end]) + ";" + rest[1:])
	} else {
		add(string(word[:end]) + ":" + rest)
		add(string(word[:end]) + "\u00a0" + rest[1:])
		add(string(word[:end]) + "," + rest)
	}
	return all
}

// Whatever keyword of a feature is misspelt, in whatever language, nothing that was written is left out silently.
func TestMisspeltKeywords(t *testing.T) {
	for _, language := range []string{"en", "de", "fr", "es", "ru"} {
		text := inLanguage(gherkin.DialectsBuiltin().GetDialect(language))
		whole, err := compileFiles(map[string]string{"f.feature": text})
		require.NoError(t, err, text)
		require.Len(t, whole, 3)
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			if trimmed := strings.TrimSpace(line); i == 0 || trimmed == "" || strings.HasPrefix(trimmed, "|") || strings.HasPrefix(trimmed, "Words") {
				continue
			}
			for _, wrong := range misspellings(line) {
				changed := append(append(append([]string{}, lines[:i]...), wrong), lines[i+1:]...)
				cases, err := compileFiles(map[string]string{"f.feature": strings.Join(changed, "\n")})
				if err != nil {
					continue
				}
				require.Len(t, cases, len(whole), "%s, line %d: %s", language, i+1, wrong)
				for j := range cases { // a name may have taken a part of its keyword
					assert.Equal(t, whole[j].Events, cases[j].Events, "%s, line %d: %s", language, i+1, wrong)
					assert.Equal(t, whole[j].Table, cases[j].Table, "%s, line %d: %s", language, i+1, wrong)
				}
			}
		}
	}
}

func TestDescriptionThatIsMeantToBeRun(t *testing.T) {
	const advice = ", but Gherkin reads it as a description: correct it, or reword the description"
	const said = "Feature: F\n  "
	const then = "\n" + "  Scenario: S\n    Given a customer submits a chat\n" + noFacts
	for _, c := range []struct{ name, text, want string }{
		{"a scenario misspelt", said + "Scenaro: x" + then, "2: Scenaro: x: it looks like a keyword"},
		{"of another language", said + "Szenario: x" + then, "2: Szenario: x: it looks like a keyword"},
		{"a second feature", said + "words\n\n  Feature: G" + then, "4: Feature: G: it looks like a keyword"},
		{"examples of nothing", said + "Examples:" + then, "2: Examples:: it looks like a keyword"},
		{"a step without a scenario", said + "Given a customer submits a chat" + then, "2: Given a customer submits a chat: it looks like a step"},
		{"prose that begins like a step", said + "When in doubt, ask." + then, "2: When in doubt, ask.: it looks like a step"},
		{"a row", said + "| resource |" + then, "2: | resource |: it looks like a row of a table"},
		{"a doc string", said + `"""` + then, `2: "\"\"\"": it looks like a doc string`},
		{"after a separator of lines", said + "words\u2028Scenario: x" + then, "2: Scenario: x: it looks like a keyword"},
		{"a step without its keyword", "Feature: F\n  Scenario: S\n    the customer leaves\n    Given a customer submits a chat\n" + noFacts, "3: the customer leaves: it looks like a step"},
		{"a step of a letter too many", "Feature: F\n  Scenario: S\n    Gven a customer submitts a chat\n    Given a customer submits a chat\n" + noFacts, "3: Gven a customer submitts a chat: it looks like a step"},
		{"a scenario without its colon", "Feature: F\n  Scenario: S\n  Scenario T\n    Given a customer submits a chat\n" + noFacts, "3: Scenario T: it looks like a keyword without its colon"},
		{"in a rule", "Feature: F\n  Rule: R\n    Backgruond:" + then, "3: Backgruond:: it looks like a keyword"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, "test/f.feature:"+c.want+advice, problem(t, c.text)) })
	}
}

// Plain words are left alone.
func TestDescriptionOfWords(t *testing.T) {
	for _, words := range []string{
		"The customer leaves while an agent is alerted: nobody takes the chat.", "Note: the second agent stays.", "* one\n  * two", "- a list", "Role and result by R2.", "1. first",
		"and the abandon has no fact of its own.", "A chat enters a queue.", "Source: section 1.4",
	} {
		_, err := compileFiles(map[string]string{"f.feature": "Feature: F\n  " + words + "\n\n  Scenario: S\n    Given a customer submits a chat\n" + noFacts})
		assert.NoError(t, err, words)
	}
}

func TestOutlineThatSaysInPartWhatNobodyReads(t *testing.T) {
	outline := func(step, examples string) string {
		return "Feature: F\n  Scenario Outline: O <n>\n    Given a customer submits a chat\n    " + step + "\n" + noFacts + examples
	}
	for _, c := range []struct{ name, text, want string }{
		{"no examples", outline("And the customer leaves", ""), "2: the outline has no examples"},
		{"a heading alone", outline("And the customer leaves", "    Examples:\n      | n |\n"), "6: the outline has no examples here; expected a heading and at least one row"},
		{"one of two without a row", outline("And the customer leaves", "    Examples:\n      | n |\n      | 1 |\n    Examples:\n      | n |\n"), "9: the outline has no examples here; expected a heading and at least one row"},
		{"a placeholder without a column", outline(`And "<agnet>" leaves`, "    Examples:\n      | n | agent |\n      | 1 | A |\n"), "4: the examples have no column \"agnet\"; their columns are n, agent (and 1 more problem)"},
		{"a column without a placeholder", outline("And the customer leaves", "    Examples:\n      | n | agent |\n      | 1 | A |\n"), "7: the examples: column agent is not used, because the outline has no <agent>; remove the column or use it"},
		{"a column of another case", outline(`And "<Agent>" leaves`, "    Examples:\n      | n | agent |\n      | 1 | A |\n"), "4: the examples have no column \"Agent\"; their columns are n, agent (and 1 more problem)"},
		{"a column twice", outline("And the customer leaves", "    Examples:\n      | n | n |\n      | 1 | 2 |\n"), "7: the examples: two columns are called n"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, "test/f.feature:"+c.want, problem(t, c.text)) })
	}
}

func TestOtherEncodings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"Windows-1252", submitted + "    And \"M\xfcller\" leaves\n" + noFacts, `4: not UTF-8: "And \"M\ufffdller\" leaves"`},
		{"in a comment", submitted + "    # M\xfcller\n" + noFacts, `4: not UTF-8: "# M\ufffdller"`},
		{"UTF-16", "\xff\xfeF\x00e\x00", "1: it is UTF-16; save it as UTF-8"},
		{"UTF-16 without a mark", "F\x00e\x00a\x00", "1: it is UTF-16; save it as UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, "test/f.feature:"+c.want, problem(t, c.text)) })
	}
	_, err := compileFiles(map[string]string{"f.feature": "\ufeff" + submitted + noFacts})
	assert.NoError(t, err, "a byte order mark")
}
