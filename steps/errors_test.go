package steps

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// compileFiles compiles a team's features, by file name.
func compileFiles(files map[string]string) ([]*model.Case, error) {
	return Compile(Source{FS: tree(files), Label: "test", Own: true})
}

func tree(files map[string]string) fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range files {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

// head is the beginning of most features here: what follows it is on line 3.
const head = "Feature: F\n  Scenario: S\n"

// submitted is a scenario with its first event: what follows it is on line 4.
const submitted = head + "    Given a customer submits a chat\n"

const noFacts = "    Then there are no facts\n"

// problem compiles one file and returns what is wrong with it.
func problem(t *testing.T, feature string) string {
	t.Helper()
	cases, err := compileFiles(map[string]string{"f.feature": feature})
	require.Error(t, err, feature)
	assert.Empty(t, cases)
	return err.Error()
}

func TestFileThatIsNoFeature(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "test/f.feature:1: the file has no scenario"},
		{"comment alone", "# to do\n", "test/f.feature:1: the file has no scenario"},
		{"no scenario", "Feature: F\n  Some words.\n", "test/f.feature:1: the file has no scenario"},
		{"outline without a row of examples", "Feature: F\n  Scenario Outline: O <a>\n    Given a customer submits a chat\n" + noFacts + "    Examples:\n      | a |\n", "test/f.feature:5: the outline has no examples here; expected a heading and at least one row"},
		{"long line", submitted + "    # " + strings.Repeat("x", 1<<16) + "\n" + noFacts, "test/f.feature:1: a line is longer than 65535 bytes"},
		{"no Gherkin", "interaction_id,seq\n", "test/f.feature:1: expected a feature (Feature:), tags (@…) or the end of the file, got \"interaction_id,seq\""},
		{"keyword misspelt", submitted + "    Them there are no facts\n", "test/f.feature:4: expected tags (@…), a scenario (Scenario:), a rule, examples, a step (Given, When, Then, And, But, *), a row of a table (|), a doc string (\"\"\") or the end of the file, got \"Them there are no facts\""},
		{"line that moves the cursor", submitted + "    Them \x1b[2J\n", "test/f.feature:4: expected tags (@…), a scenario (Scenario:), a rule, examples, a step (Given, When, Then, And, But, *), a row of a table (|), a doc string (\"\"\") or the end of the file, got " + `"Them \x1b[2J"`},
		{"doc string left open", head + "    Given the events:\n      \"\"\"\n      {}\n", `test/f.feature:6: expected a doc string ("""), got the end of the file`},
		{"tags alone", "@a\n", "test/f.feature:2: expected a feature (Feature:) or tags (@…), got the end of the file"},
		{"tag with a blank", "@a b\n" + submitted + noFacts, "test/f.feature:1: a tag cannot contain blanks; each begins with @"},
		{"no such language", "# language: xx\n" + submitted + noFacts, "test/f.feature:1: Gherkin has no language xx; for English leave out the line # language:"},
		{"cells missing", submitted + "    Then the facts are:\n      | resource | technical descriptor |\n      | Agent 1 |\n", "test/f.feature:6: the row has more or fewer cells than the table's first row; write | in a cell as \\|"},
		{"cells missing, and more wrong after it", submitted + "    Then the facts are:\n      | resource | technical descriptor |\n      | Agent 1 |\n  Scenario: T\n    Them\n    Those\n", "test/f.feature:6: the row has more or fewer cells than the table's first row; write | in a cell as \\|"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, problem(t, c.text)) })
	}
}

func TestFolderWithoutFeatures(t *testing.T) {
	for name, files := range map[string]map[string]string{"empty": nil, "other files": {"README.md": "#", "f.feature.bak": submitted}} {
		_, err := compileFiles(files)
		assert.EqualError(t, err, "test: no .feature file in this directory", name)
	}
}

func TestStepThatIsNotUnderstood(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"misspelt", submitted + "    And the customer goes\n" + noFacts, "test/f.feature:4: no such step: the customer goes; see 'list steps'"},
		{"of another case", submitted + "    And The customer leaves\n" + noFacts, "test/f.feature:4: no such step: The customer leaves; see 'list steps'"},
		{"more after it", submitted + "    And the customer leaves angrily\n" + noFacts, "test/f.feature:4: no such step: the customer leaves angrily; see 'list steps'"},
		{"visibility mode 4", submitted + `    And "A" accepts with visibility mode 4` + "\n" + noFacts, "test/f.feature:4: no such step: " + model.Name(`"A" accepts with visibility mode 4`) + "; see 'list steps'"},
		{"in the background", "Feature: F\n  Background:\n    Given a customer submitts a chat\n  Scenario: S\n" + noFacts, "test/f.feature:3: no such step: a customer submitts a chat; see 'list steps'"},
		{"in a rule", submitted + noFacts + "  Rule: R\n    Scenario: T\n      Given a client\n", "test/f.feature:7: no such step: a client; see 'list steps'"},
		{"visibility mode on a consult", submitted + `    And "A" invites "B" to a consult with visibility mode 1` + "\n" + noFacts, `test/f.feature:4: step '"A" invites "B" to a consult with visibility mode 1': a consult always has visibility mode 3; leave "with visibility mode 1" out, or write conference instead of consult`},
		{"visibility mode on a consult through a queue", submitted + `    And "A" consults through queue "Q" with visibility mode 3` + "\n" + noFacts, `test/f.feature:4: step '"A" consults through queue "Q" with visibility mode 3': a consult always has visibility mode 3; leave "with visibility mode 3" out, or write conference instead of consult`},
		{"unknown event that is known", submitted + `    And the unknown event "EventHeld" occurs` + "\n" + noFacts, `test/f.feature:4: step 'the unknown event "EventHeld" occurs': EventHeld is a known event`},
		{"a number that no clock shows", submitted + "    And 99999999999999999999 seconds pass\n" + noFacts, "test/f.feature:4: step '99999999999999999999 seconds pass': 99999999999999999999 is too large"},
		{"a character that moves the cursor", submitted + "    And chat \"\x1b[2J\"\n    And the unknown event \"EventHeld\x1b[2J\" occurs\n      | a |\n" + noFacts, `test/f.feature:5: step 'the unknown event "EventHeld\x1b[2J" occurs': the step takes no table and no doc string`},
		{"chat without a name", submitted + `    And chat ""` + "\n" + noFacts, `test/f.feature:4: step 'chat ""': a chat needs a name`},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, problem(t, c.text)) })
	}
}

func TestScenarioThatSaysTooLittleOrTooMuch(t *testing.T) {
	const facts = "    Then the facts are:\n      | resource | technical descriptor |\n      | Agent 1 | RoutedTo/Completed |\n"
	for _, c := range []struct{ name, text, want string }{
		{"no steps", head, "2: the scenario has no steps"},
		{"no steps but the background's", "Feature: F\n  Background:\n    Given a customer submits a chat\n  Scenario: S\n", "4: the scenario has no steps"},
		{"no event", head + noFacts, "2: the scenario has no event"},
		{"no event, for time alone passes", head + "    Given 5 seconds pass\n" + noFacts, "2: the scenario has no event"},
		{"no facts", submitted, `2: the scenario expects nothing; end it with "Then the facts are:" or "Then there are no facts"`},
		{"no facts twice", submitted + noFacts + noFacts, "5: step 'there are no facts': the facts are given twice; expected them once"},
		{"facts, then none", submitted + facts + noFacts, "7: step 'there are no facts': the facts are given twice; expected them once"},
		{"none, then facts", submitted + noFacts + facts, "5: step 'the facts are': the facts are given twice; expected them once"},
		{"event after the facts", submitted + noFacts + "    When the customer leaves\n", "5: step 'the customer leaves': an event after the facts; a scenario ends with what it expects"},
		{"doc string of events after the facts", submitted + noFacts + "    When the events:\n      \"\"\"\n      \"\"\"\n", "5: step 'the events': events after the facts; a scenario ends with what it expects"},
		{"no name", "Feature: F\n  Scenario:\n    Given a customer submits a chat\n" + noFacts, "2: the scenario's name has no letters or digits, and so makes no id; give it some"},
		{"name of signs", "Feature: F\n  Scenario: ?!\n    Given a customer submits a chat\n" + noFacts, "2: the scenario's name has no letters or digits, and so makes no id; give it some"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, "test/f.feature:"+c.want, problem(t, c.text)) })
	}
	assert.Regexp(t, `^test/f\.feature:5: .* an event after the facts; a scenario ends with what it expects$`,
		problem(t, submitted+noFacts+"    When a chat that \"Agent 1\" handles\n"), "by a step made of steps")
}

// Anything in a feature that no step understands is an error: half an expectation would pass for a whole one.
func TestTableOrDocStringThatTheStepDoesNotTake(t *testing.T) {
	const table, doc = "      | resource | technical descriptor |\n      | Agent 1 | RoutedTo/Completed |\n", "      \"\"\"\n      text\n      \"\"\"\n"
	for _, c := range []struct{ name, text, place string }{
		{"facts without a table", submitted + "    Then the facts are:\n", "test/f.feature:4: step 'the facts are':"},
		{"facts as a doc string", submitted + "    Then the facts are:\n" + doc, "test/f.feature:4: step 'the facts are':"},
		{"no facts, and a table", submitted + noFacts + table, "test/f.feature:4: step 'there are no facts'"},
		{"no facts, and a doc string", submitted + noFacts + doc, "test/f.feature:4: step 'there are no facts'"},
		{"a table after an event", submitted + "    And the customer leaves\n" + table + noFacts, "test/f.feature:4: step 'the customer leaves'"},
		{"a doc string after an event", submitted + "    And the customer leaves\n" + doc + noFacts, "test/f.feature:4: step 'the customer leaves'"},
		{"events without a doc string", submitted + "    And the events:\n" + noFacts, "test/f.feature:4: step 'the events':"},
		{"events as a table", submitted + "    And the events:\n" + table + noFacts, "test/f.feature:4: step 'the events':"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cases, err := compileFiles(map[string]string{"f.feature": c.text})
			if assert.Error(t, err, "it compiles") {
				assert.Empty(t, cases)
				assert.Contains(t, err.Error(), c.place)
				assert.NotContains(t, err.Error(), "nil pointer")
			}
		})
	}
}

func TestTableOfFacts(t *testing.T) {
	const columns = "expected interaction, resource, resource type, technical descriptor, received from, start or end"
	for _, c := range []struct{ name, table, want string }{
		{"heading alone", "resource | technical descriptor", `expected a heading and at least one row; write "there are no facts" for none`},
		{"unknown column", "resource | colour | technical descriptor\nA | red | RoutedTo/Completed", "row 1, colour: no such column; " + columns},
		{"column of another case", "resource | technical descriptor | Start\nA | RoutedTo/Completed | 09:00:00", "row 1, Start: no such column; " + columns},
		{"column twice", "resource | technical descriptor | resource\nA | RoutedTo/Completed | A", `column "resource" appears twice`},
		{"no resource", "technical descriptor\nRoutedTo/Completed", `column "resource" is missing; the columns are technical descriptor`},
		{"no descriptor", "resource | start\nA | 09:00:00", `column "technical descriptor" is missing; the columns are resource, start`},
		{"blank resource", "resource | technical descriptor\n | RoutedTo/Completed", "row 1, resource: expected a name, got a blank"},
		{"result missing", "resource | technical descriptor\nA | RoutedTo", "row 1, technical descriptor: expected Role/Result or Role/Result [Reason], got \"RoutedTo\""},
		{"bracket open", "resource | technical descriptor\nA | RoutedTo/Redirected [Revoked", "row 1, technical descriptor: expected Role/Result or Role/Result [Reason], got \"RoutedTo/Redirected [Revoked\""},
		{"blank descriptor", "resource | technical descriptor\nA | ", `row 1, technical descriptor: expected Role/Result or Role/Result [Reason], got ""`},
		{"unknown role, in the second row", "resource | technical descriptor\nA | RoutedTo/Completed\nB | Routed/Completed", "row 2, technical descriptor: \"Routed\" is not a role; expected one of " + list(model.Roles)},
		{"unknown result", "resource | technical descriptor\nA | RoutedTo/Done", "row 1, technical descriptor: \"Done\" is not a result; expected one of " + list(model.Results)},
		{"unknown reason", "resource | technical descriptor\nA | RoutedTo/Redirected [Expired]", "row 1, technical descriptor: \"Expired\" is not a reason; expected one of " + list(model.Reasons)},
		{"unknown resource type", "resource | resource type | technical descriptor\nA | robot | RoutedTo/Completed", "row 1, resource type: expected one of agent, queue, strategy, got robot"},
		{"received from an agent by name", "resource | technical descriptor | received from\nA | RoutedTo/Completed | Agent 1", "row 1, received from: expected the number of a row, or a blank, got \"Agent 1\""},
		{"received from row 0", "resource | technical descriptor | received from\nA | RoutedTo/Completed | 0", "row 1, received from: expected the number of a row, or a blank, got 0"},
		{"bad start", "resource | technical descriptor | start\nA | RoutedTo/Completed | 9 o'clock", "row 1, start: expected a time such as 09:00:07 or 2026-01-05T09:00:07Z, got 9 o'clock"},
		{"end without a zone", "resource | technical descriptor | end\nA | RoutedTo/Completed | 2026-01-05T09:00:07", "row 1, end: expected a time such as 09:00:07 or 2026-01-05T09:00:07Z, got 2026-01-05T09:00:07"},
		{"chat without events", "interaction | resource | technical descriptor\nchat 2 | A | RoutedTo/Completed", "row 1: no event has interaction chat 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, "test/f.feature:4: step 'the facts are': "+c.want, problem(t, submitted+"    Then the facts are:\n"+pipes(c.table)))
		})
	}
}

// pipes writes lines as a table.
func pipes(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		b.WriteString("      | " + strings.TrimSuffix(line, "\n") + " |\n")
	}
	return b.String()
}

func TestTwoScenariosWithOneID(t *testing.T) {
	const again = "  Scenario: s!\n    Given a customer submits a chat\n" + noFacts
	const advice = "; give them different names (if they come from an outline, put a <parameter> into its name)"
	assert.Equal(t, "test/f.feature:5: this scenario and the one at test/f.feature:2 have the same id, own/f/s"+advice, problem(t, submitted+noFacts+again))

	const outline = "Feature: F\n  Scenario Outline: O\n    Given a customer submits a chat\n    And \"<a>\" leaves\n" + noFacts +
		"    Examples:\n      | a |\n      | 1 |\n      | 2 |\n"
	assert.Equal(t, "test/f.feature:9: this scenario and the one at test/f.feature:8 have the same id, own/f/o"+advice, problem(t, outline))

	_, err := Compile(Source{Label: "features", FS: tree(map[string]string{
		"documented/1.01-a.feature": "@1.1\n" + submitted + noFacts, "documented/1.01-b.feature": "@1.1\n" + submitted + noFacts,
	})})
	assert.EqualError(t, err, "features/documented/1.01-b.feature:3: this scenario and the one at features/documented/1.01-a.feature:3 have the same id, documented/1.1/s"+advice)

	cases, err := compileFiles(map[string]string{"a.feature": submitted + noFacts, "b.feature": submitted + noFacts, "a/b.feature": submitted + noFacts})
	require.NoError(t, err, "of a team's features the id holds the file")
	assert.Len(t, cases, 3)
}

// If one file of a folder cannot be parsed, only that one is to blame.
func TestFileThatIsNoFeatureAmongOthers(t *testing.T) {
	for _, text := range []string{"interaction_id,seq\n", "# to do\n", "# " + strings.Repeat("x", 1<<16) + "\n"} {
		_, err := compileFiles(map[string]string{"a.feature": submitted + noFacts, "b.feature": text, "c.feature": submitted + noFacts, "d/e.feature": submitted + noFacts})
		assert.ErrorContains(t, err, "test/b.feature:1: ")
		assert.NotContains(t, err.Error(), "more")
	}
}

func TestFirstProblemIsReportedAndTheOthersCounted(t *testing.T) {
	_, err := compileFiles(map[string]string{
		"b.feature": submitted, // expects nothing
		"a.feature": submitted + noFacts + "  Scenario: T\n    Given a typo\n  Scenario: U\n",
		"c.feature": submitted + noFacts,
	})
	assert.EqualError(t, err, "test/a.feature:6: no such step: a typo; see 'list steps' (and 2 more problems)")
	var first *Problem
	require.ErrorAs(t, err, &first)
	assert.Equal(t, Problem{"test/a.feature", 6, "no such step: a typo; see 'list steps'"}, *first)
}

// However many scenarios share a step, it is one place to mend.
func TestPlaceThatScenariosShareIsCountedOnce(t *testing.T) {
	const two = "  Scenario: S\n" + noFacts + "  Scenario: T\n" + noFacts
	assert.Equal(t, "test/f.feature:3: no such step: a typo; see 'list steps'", problem(t, "Feature: F\n  Background:\n    Given a typo\n"+two))
}

// Whatever a file holds, it compiles, or is refused by one safe line that names a place in the file, or its end.
func FuzzCompile(f *testing.F) {
	for _, text := range []string{
		"", submitted + noFacts, submitted + "    Them\n", head + docString(`{"interaction_id":"x","seq":1,"event":"EventHeld"}`) + noFacts,
		submitted + "    Then the facts are:\n      | resource | technical descriptor |\n      | A | RoutedTo/Completed |\n",
		"# language: de\n@t\nFunktionalität: F\n  Grundlage:\n    Angenommen a customer submits a chat\n  Regel: R\n    Szenariogrundriss: <a>\n" +
			"      Und \"<a>\" leaves\n      Dann there are no facts\n    Beispiele:\n      | a |\n      | 1 |\n",
	} {
		f.Add(text)
	}
	place := regexp.MustCompile(`^test/f\.feature:([1-9]\d*): [^\n\r\x1b]+$`)
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := compileFiles(map[string]string{"f.feature": text})
		if err == nil {
			assert.NotEmpty(t, cases)
			return
		}
		m := place.FindStringSubmatch(err.Error())
		require.NotNil(t, m, "%q", err)
		line, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		assert.LessOrEqual(t, line, strings.Count(text, "\n")+2)
	})
}
