package steps

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// compiledCases compiles one file, which must be without problems.
func compiledCases(t *testing.T, feature string) []*model.Case {
	t.Helper()
	cases, err := compileFiles(map[string]string{"f.feature": feature})
	require.NoError(t, err)
	return cases
}

// names writes the events of a log, each with its chat and seq before it.
func names(events []model.Event) (names []string) {
	for _, e := range events {
		names = append(names, fmt.Sprintf("%s/%d %s", e.InteractionID, e.Seq, strings.TrimPrefix(string(e.Name), "Event")))
	}
	return names
}

func TestScenarioBecomesACase(t *testing.T) {
	cases, err := compileFiles(map[string]string{"sub/my chats.feature": "@team\nFeature: Our chats\n  @slow @1.9\n  Scenario: Ünsere 2 Chats – done\n    Given a customer submits a chat\n" +
		"    Then the facts are:\n      | resource | resource type | technical descriptor | received from | start | end |\n      | Q | queue | received / customerabandoned [ABANDONEDWHILEQUEUED] |  | 09:00:01 | 2026-01-05T10:00:02+01:00 |\n"})
	require.NoError(t, err)
	require.Len(t, cases, 1)
	assert.Equal(t, model.Case{
		ID: "own/sub/my chats/ünsere-2-chats-done", Level: model.Own, Flow: "1.9", Title: "Our chats", Name: "Ünsere 2 Chats – done",
		Tags: []string{"@team", "@slow", "@1.9", "@own"}, Source: "test/sub/my chats.feature:4", Authored: true,
		Events: []model.Event{{InteractionID: "chat 1", Seq: 1, Time: dayStart, Name: model.Submitted, Actor: model.Party{Type: model.MediaServer}}},
		Table: []model.Fact{{
			InteractionID: "chat 1", Resource: "Q", ResourceType: model.QueueResource, Role: "received", Result: "customerabandoned", Reason: "ABANDONEDWHILEQUEUED",
			ReceivedFrom: model.Number{Is: model.Null}, Start: dayStart.Add(time.Second), End: time.Date(2026, 1, 5, 9, 0, 2, 0, time.UTC),
		}},
	}, *cases[0])
}

// Ids are stable: however the folder is spelt on the command line, a team's scenario is own/FILE/SLUG.
func TestIDIsIndependentOfHowTheFolderIsSpelt(t *testing.T) {
	for _, label := range []string{"chats", "../chats", "/srv/chats", ".", "./chats", "chats/", "/srv//chats"} {
		cases, err := Compile(Source{FS: tree(map[string]string{"f.feature": submitted + noFacts}), Label: label, Own: true})
		require.NoError(t, err, label)
		assert.Equal(t, "own/f/s", cases[0].ID, label)
	}
}

func TestBuiltInIDs(t *testing.T) {
	cases, err := Compile(Source{Label: "features", FS: tree(map[string]string{
		"documented/1.06-fails.feature": "@1.6\n" + submitted + noFacts,
		"documented/more.feature":       submitted + noFacts,
		"inferred/I04-revoked.feature":  submitted + noFacts,
		"inferred/I10-stopped.feature":  "@1.11\n" + submitted + noFacts,
	})})
	require.NoError(t, err)
	var ids []string
	for _, c := range cases {
		ids = append(ids, c.ID+" "+c.Flow+" "+c.Tags[len(c.Tags)-1])
	}
	assert.Equal(t, []string{"documented/1.6/s 1.6 @documented", "documented/more/s  @documented", "inferred/I4/s  @inferred", "inferred/I10/s 1.11 @inferred"}, ids)
}

func TestScenarioOutlineWithAParameterInItsName(t *testing.T) {
	cases := compiledCases(t, "Feature: F\n  Scenario Outline: <who> leaves\n    Given a customer submits a chat\n    And \"<who>\" leaves\n"+noFacts+
		"    Examples:\n      | who |\n      | Agent 1 |\n      | Agent 2 |\n    @late\n    Examples: More\n      | who |\n      | Agent 3 |\n")
	require.Len(t, cases, 3)
	for i, line := range []int{8, 9, 13} {
		who := fmt.Sprintf("Agent %d", i+1)
		assert.Equal(t, who+" leaves", cases[i].Name)
		assert.Equal(t, fmt.Sprintf("own/f/agent-%d-leaves", i+1), cases[i].ID)
		assert.Equal(t, fmt.Sprintf("test/f.feature:%d", line), cases[i].Source, "the row of examples")
		assert.Equal(t, who, cases[i].Events[1].Party.ID)
	}
	assert.Equal(t, []string{"@late", "@own"}, cases[2].Tags)
}

func TestBackgroundsAndRules(t *testing.T) {
	cases := compiledCases(t, "Feature: F\n  Background:\n    Given a customer submits a chat\n  Scenario: S\n    When the customer leaves\n"+noFacts+
		"  @r\n  Rule: R\n    Background:\n      Given the chat is held\n    Scenario: T\n      When the chat is resumed\n"+noFacts)
	require.Len(t, cases, 2)
	assert.Equal(t, []string{"chat 1/1 InteractionSubmitted", "chat 1/2 ProcessingStopped"}, names(cases[0].Events))
	assert.Equal(t, []string{"chat 1/1 InteractionSubmitted", "chat 1/2 Held", "chat 1/3 Resumed"}, names(cases[1].Events), "each scenario begins anew")
	assert.Equal(t, "test/f.feature:11", cases[1].Source)
	assert.Equal(t, []string{"@r", "@own"}, cases[1].Tags)
}

func TestChatsRunBesideEachOther(t *testing.T) {
	c := compiledCases(t, submitted+"    And chat \"b\"\n    And a customer submits a chat\n    And 10 seconds pass\n    And chat \"chat 1\"\n    And the chat is held\n    And chat \"b\"\n    And the chat is held\n"+
		"    Then the facts are:\n"+pipes("interaction | resource | technical descriptor\nb | A | RoutedTo/Completed\nchat 1 | B | RoutedTo/Completed"))[0]
	assert.Equal(t, []string{"chat 1/1 InteractionSubmitted", "b/1 InteractionSubmitted", "chat 1/2 Held", "b/2 Held"}, names(c.Events))
	var at []time.Duration
	for _, e := range c.Events {
		at = append(at, e.Time.Sub(dayStart)/time.Second)
	}
	assert.Equal(t, []time.Duration{0, 1, 12, 13}, at, "they share one clock")
	assert.Equal(t, "b", c.Table[0].InteractionID)
	assert.Equal(t, "chat 1", c.Table[1].InteractionID)
}

// docString is a step with events as they are.
func docString(lines ...string) string {
	return "    Given the events:\n      \"\"\"\n      " + strings.Join(lines, "\n      ") + "\n      \"\"\"\n"
}

func TestEventsOfADocStringAreTakenAsTheyAre(t *testing.T) {
	c := compiledCases(t, head+docString(
		`{"interaction_id":"x","seq":40,"time":"2026-03-01T01:00:00.5+01:00","event":"EventPartyAdded","actor":{"type":"agent","id":"A"},"party":{"type":"agent","id":"A"},"visibility_mode":2}`,
		``,
		`{"interaction_id":"x","seq":7,"event":"EventTypingStarted"}`,
	)+"    Then the facts are:\n"+pipes("resource | technical descriptor\nA | Puller/Completed"))[0]
	assert.Equal(t, []model.Event{
		{
			InteractionID: "x", Seq: 40, Time: time.Date(2026, 3, 1, 0, 0, 0, 5e8, time.UTC), Name: model.PartyAdded,
			Actor: agent("A"), Party: agent("A"), VisibilityMode: model.Monitor, Wire: &model.Wire{Zone: 60},
		},
		{InteractionID: "x", Seq: 7, Name: "EventTypingStarted"},
	}, c.Events)
	assert.Equal(t, "x", c.Table[0].InteractionID, "a row that names no chat is of that of the events")
}

func TestBadLineInADocString(t *testing.T) {
	got := problem(t, head+docString(`{"interaction_id":"x","seq":1,"event":"EventHeld"}`, `{"interaction_id":"x","seq":"second","event":"EventHeld"}`)+noFacts)
	assert.Regexp(t, `^test/f\.feature:3: step 'the events': the doc string:2: seq: expected an integer from 0 to 9007199254740991, got "second"$`, got, "the step, and the line within the doc string")
}

// A step goes on where the doc string left the chat: with the next seq, a second later.
func TestStepsGoOnBehindADocString(t *testing.T) {
	c := compiledCases(t, head+docString(`{"interaction_id":"x","seq":40,"time":"2026-03-01T00:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}`)+
		"    When the customer leaves\n"+noFacts)[0]
	assert.Equal(t, model.Event{
		InteractionID: "x", Seq: 41, Time: time.Date(2026, 3, 1, 0, 0, 1, 0, time.UTC), Name: model.ProcessingStopped, Actor: mediaServer,
	}, c.Events[1])
}

// The clock of a scenario runs forward, whatever number somebody types.
func TestTimeThatPassesIsNeverNegative(t *testing.T) {
	cases, err := compileFiles(map[string]string{"f.feature": submitted + "    And 9999999999 seconds pass\n    And the customer leaves\n" + noFacts})
	if err == nil {
		assert.True(t, cases[0].Events[1].Time.After(dayStart), "the chat begins %s and ends %s", dayStart, cases[0].Events[1].Time)
	}
}

func TestCompileMayBeCalledAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			cases, err := compileFiles(map[string]string{fmt.Sprintf("%d.feature", i): submitted + noFacts})
			if assert.NoError(t, err) {
				assert.Equal(t, fmt.Sprintf("own/%d/s", i), cases[0].ID)
			}
		})
	}
	wg.Wait()
}
