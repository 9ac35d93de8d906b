package godogsteps_test

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber/godog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
	"github.com/chatproof/chatproof/steps/godogsteps"
)

// classify is the reference as a team's classifier. It refuses logs that cannot happen.
func classify(log []model.Event) (facts []model.Fact, err error) {
	chats, bad := model.ClassifyLog(model.Reference(), log)
	if len(bad) > 0 {
		return nil, bad[0]
	}
	for i := range chats {
		for j := range chats[i].IRFs {
			facts = append(facts, chats[i].IRFs[j].Fact)
		}
	}
	return facts, nil
}

// renamed gives the interactions of a log ids in their order of appearance.
func renamed(log []model.Event) []model.Event {
	log = slices.Clone(log)
	ids := make(map[string]string)
	for i := range log {
		id, seen := ids[log[i].InteractionID]
		if !seen {
			id = string(rune('a' + len(ids)))
			ids[log[i].InteractionID] = id
		}
		log[i].InteractionID = id
	}
	return log
}

// The whole corpus also conforms when godog runs it, and what godog has the classifier asked is what is compiled: no
// scenario is missing, none says anything else.
func TestCorpus(t *testing.T) {
	cases, err := steps.Compile(steps.Source{FS: features.FS, Label: "features"})
	require.NoError(t, err)
	// What is about ids and spellings on the wire is left out: a Go classifier does not see it.
	cases = slices.DeleteFunc(cases, func(c *model.Case) bool {
		return !strings.HasPrefix(c.Source, "features/documented/") && !strings.HasPrefix(c.Source, "features/inferred/")
	})
	var asked [][]model.Event
	for _, dir := range []string{"documented", "inferred"} { // a suite each: godog slows down with size
		status := godog.TestSuite{
			Name: dir,
			Options: &godog.Options{
				FS: features.FS, Paths: []string{dir}, Strict: true, TestingT: t, Format: "progress", NoColors: true, Output: t.Output(),
			},
			ScenarioInitializer: godogsteps.Initialize(func(log []model.Event) ([]model.Fact, error) {
				asked = append(asked, slices.Clone(log))
				return classify(log)
			}),
		}.Run()
		assert.Zero(t, status, dir)
	}
	require.Len(t, asked, len(cases))
	ids := make(map[string]string)
	for i, c := range cases {
		assert.Equal(t, renamed(c.Events), renamed(asked[i]), c.Source)
		for _, chat := range model.Chats(asked[i]) {
			id := chat[0].InteractionID
			assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id)
			assert.Empty(t, ids[id], "%s and this have an interaction in common", c.Source)
			ids[id] = c.Source
		}
	}
}

// run runs scenarios with godog, and returns its status and what it prints.
func run(initialize func(*godog.ScenarioContext), strict bool, scenarios string) (status int, out string) {
	var b bytes.Buffer
	status = godog.TestSuite{
		Options: &godog.Options{
			FeatureContents: []godog.Feature{{Name: "chats.feature", Contents: []byte("Feature: F\n" + scenarios)}},
			Strict:          strict, Format: "progress", NoColors: true, Output: &b,
		},
		ScenarioInitializer: initialize,
	}.Run()
	return status, b.String()
}

const (
	declined = `  Scenario: An agent declines a transfer
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
`
	declinedFacts = `    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
`
	impossible = "Scenario: S\n    When the customer leaves\n    Then there are no facts\n"
)

func TestScenarioThatFails(t *testing.T) {
	change := func(change func(facts []model.Fact) []model.Fact) func([]model.Event) ([]model.Fact, error) {
		return func(log []model.Event) ([]model.Fact, error) {
			facts, err := classify(log)
			return change(facts), err
		}
	}
	for _, tt := range []struct {
		name, scenario string
		classify       func([]model.Event) ([]model.Fact, error)
		want           []string
	}{
		{
			"wrong role", declined + declinedFacts, change(func(facts []model.Fact) []model.Fact {
				facts[1].Role = model.RoutedTo
				return facts
			}), []string{`Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got RoutedTo/Abandoned [Revoked]; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)`},
		},
		{
			"no fact", declined + declinedFacts, change(func([]model.Fact) []model.Fact { return nil }),
			[]string{`Agent 1: expected RoutedTo/Completed, got no row; R1, R8`, `Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got no row; R2, R11`},
		},
		{
			"fact of another chat", declined + declinedFacts, change(func(facts []model.Fact) []model.Fact {
				return append(facts, model.Fact{InteractionID: "yesterday's", Resource: "Agent 1", Role: model.RoutedTo, Result: model.Completed})
			}), []string{`fact 3 has interaction yesterday's, but the scenario has no such chat`},
		},
		{
			"error", declined + declinedFacts, func([]model.Event) ([]model.Fact, error) { return nil, errors.New("no rules yet") },
			[]string{`classify: no rules yet`},
		},
		{
			"panic", declined + declinedFacts, func([]model.Event) ([]model.Fact, error) { panic("no rules yet") },
			[]string{`no rules yet`},
		},
		{
			"table of another meaning", declined + strings.Replace(declinedFacts, "Abandoned [Revoked]", "Redirected [Revoked]", 1), classify,
			[]string{`Agent 2: expected ReceivedTransfer/Redirected [Revoked], got ReceivedTransfer/Abandoned [Revoked]`},
		},
		{"bad cell", declined + strings.Replace(declinedFacts, "RoutedTo", "Routed", 1), classify, []string{`row 1, technical descriptor: "Routed" is not a role; expected one of RoutedTo`}},
		{"no table", declined + "    Then the facts are:\n", classify, []string{`expected a table; write "there are no facts" for none`}},
		{"table that the step does not take", declined + "    Then there are no facts\n      | a |\n", classify, []string{`the step takes no table and no doc string`}},
		{"event after the facts", declined + declinedFacts + "    When the customer leaves\n", classify, []string{`an event after the facts; a scenario ends with what it expects`}},
		{"facts twice", declined + declinedFacts + "    And there are no facts\n", classify, []string{`the facts are given twice`}},
		{"no event", "  Scenario: S\n    Then there are no facts\n", classify, []string{`the scenario has no event`}},
		{"no facts", declined, classify, []string{`not judged: the scenario ends without "Then the facts are:" or "Then there are no facts"`}},
		{
			"log that cannot happen", "  " + impossible, classify,
			[]string{`these events cannot happen: interaction "chat 1", seq 1: W1: `, `; if this is intended, tag the scenario @ill-formed`},
		},
		{
			"facts of a log that is meant to be ill-formed", "  @ill-formed\n  " + impossible,
			func(log []model.Event) ([]model.Fact, error) {
				return []model.Fact{{InteractionID: log[0].InteractionID, Resource: "Agent 1", Role: model.RoutedTo, Result: model.Completed}}, nil
			},
			[]string{`Agent 1: expected no row, got RoutedTo/Completed`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, out := run(godogsteps.Initialize(tt.classify), true, tt.scenario)
			assert.Equal(t, 1, status)
			assert.Contains(t, out, "1 scenarios (1 failed)")
			for _, want := range tt.want {
				assert.Contains(t, out, want)
			}
		})
	}
}

func TestScenarioThatPasses(t *testing.T) {
	for _, tt := range []struct{ name, scenario string }{
		{"a chat", declined + declinedFacts},
		{"time after the facts", declined + declinedFacts + "    And 5 seconds pass\n"},
		{"an ill-formed log that is meant, and refused", "  @ill-formed\n  " + impossible},
		{"two chats beside each other", `  Scenario: S
    Given a chat that "Agent 1" handles
    And chat "other"
    And a chat that "Agent 2" handles
    When "Agent 2" completes the chat
    And chat "chat 1"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction | resource | technical descriptor |
      | other       | Agent 2  | RoutedTo/Completed   |
      | chat 1      | Agent 1  | RoutedTo/Completed   |
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, out := run(godogsteps.Initialize(classify), true, tt.scenario)
			assert.Zero(t, status, out)
			assert.Contains(t, out, "1 scenarios (1 passed)")
		})
	}
}

// A team's own steps work next to these, may be made of them, and may skip a scenario.
func TestStepsOfTheTeam(t *testing.T) {
	asked, counted := 0, 0
	initialize := func(sc *godog.ScenarioContext) {
		godogsteps.Initialize(func(log []model.Event) ([]model.Fact, error) {
			asked++
			return classify(log)
		})(sc)
		sc.Step(`^"([^"]*)" has a quiet shift$`, func(name string) godog.Steps {
			return godog.Steps{`a chat that "` + name + `" handles`, `"` + name + `" completes the chat`}
		})
		sc.Step(`^the dashboard shows them$`, func() { counted++ })
		sc.Step(`^the night shift is on duty$`, func() error { return godog.ErrSkip })
		sc.Step(`^somebody writes this$`, func() error { return godog.ErrPending })
	}
	status, out := run(initialize, false, `
  Scenario: Their steps are made of ours
    Given "Agent 1" has a quiet shift
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |
    And the dashboard shows them
  Scenario: No step of ours
    Then the dashboard shows them
  Scenario: Skipped
    Given a customer submits a chat
    And the night shift is on duty
    Then there are no facts
  Scenario: Pending
    Given a customer submits a chat
    And somebody writes this
    Then there are no facts
`)
	assert.Zero(t, status, out)
	assert.Equal(t, 1, asked)
	assert.Equal(t, 2, counted)
}

// If godog is not strict, a step without a definition is no failure, and what follows is skipped, even the facts.
func TestScenarioIsNotGreenUnjudged(t *testing.T) {
	status, out := run(godogsteps.Initialize(classify), false, strings.Replace(declined, "completes", "finishes", 1)+declinedFacts)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "1 scenarios (1 undefined)")
}

// Two rows of an outline are two questions, although they have one name.
func TestRowsOfAnOutlineShareNoInteraction(t *testing.T) {
	seen := make(map[string]bool)
	status, out := run(godogsteps.Initialize(func(log []model.Event) ([]model.Fact, error) {
		seen[log[0].InteractionID] = true
		return classify(log)
	}), true, `  Scenario Outline: O
    Given a chat that "<agent>" handles
    When "<agent>" completes the chat
    Then the facts are:
      | resource | technical descriptor |
      | <agent>  | RoutedTo/Completed   |
    Examples:
      | agent   |
      | Agent 1 |
      | Agent 2 |
`)
	assert.Zero(t, status, out)
	assert.Len(t, seen, 2)
}

// The document shows the example of this package as it is.
func TestDocumentShowsTheExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/implementing.md")
	require.NoError(t, err)
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)```go\n(func TestChats.*?)```").FindSubmatch(text)
	require.NotNil(t, shown)
	assert.Contains(t, string(example), string(shown[1]))
}
