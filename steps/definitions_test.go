package steps

import (
	"bytes"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
)

// matching lists the definitions that match a step, by their examples.
func matching(step string) (examples []string) {
	for i, pattern := range Patterns() {
		if pattern.MatchString(step) {
			examples = append(examples, definitions[i].Example)
		}
	}
	return examples
}

// recorded compiles a scenario that a customer begins and these steps continue, and returns what they add to the log,
// without chat, seq and time.
func recorded(t *testing.T, steps ...string) (events []model.Event) {
	t.Helper()
	text := submitted
	for _, s := range steps {
		text += "    When " + s + "\n"
	}
	for _, e := range compiledCases(t, text+noFacts)[0].Events[1:] {
		e.InteractionID, e.Seq, e.Time = "", 0, time.Time{}
		events = append(events, e)
	}
	return events
}

func TestEveryExampleIsOfItsDefinitionAlone(t *testing.T) {
	for _, d := range Definitions() {
		assert.Equal(t, []string{d.Example}, matching(d.Example))
		assert.True(t, strings.HasPrefix(d.Pattern, "^") && strings.HasSuffix(d.Pattern, "$"), "%s matches a part of a step", d.Pattern)
	}
}

func TestWhatEachStepRecords(t *testing.T) {
	const (
		transfer, conference = model.Transfer, model.Conference
		typing               = model.EventName("EventTypingStarted")
	)
	a1, a2, s1 := agent("Agent 1"), agent("Agent 2"), strategy("Strategy 1")
	for _, tt := range []struct {
		step string
		want []model.Event
	}{
		{`a customer submits a chat`, []model.Event{{Name: model.Submitted, Actor: mediaServer}}},
		{`a customer submits a "callback" interaction`, []model.Event{{Name: model.Submitted, Actor: mediaServer, MediaType: "callback"}}},
		{`a customer submits an "email" interaction`, []model.Event{{Name: model.Submitted, Actor: mediaServer, MediaType: "email"}}},
		{`the chat enters queue "Queue 1"`, []model.Event{{Name: model.PlacedInQueue, Actor: mediaServer, Queue: "Queue 1"}}},
		{`strategy "Strategy 1" takes the chat from queue "Queue 1"`, []model.Event{{Name: model.TakenFromQueue, Actor: s1, Queue: "Queue 1"}, {Name: model.PartyAdded, Actor: s1, Party: s1}}},
		{`"Agent 1" pulls the chat from queue "Queue 1"`, []model.Event{{Name: model.TakenFromQueue, Actor: a1, Queue: "Queue 1"}, {Name: model.PartyAdded, Actor: a1, Party: a1}}},
		{`"Agent 1" pulls the chat from queue "Queue 1" with visibility mode 2`, []model.Event{{Name: model.TakenFromQueue, Actor: a1, Queue: "Queue 1"}, {Name: model.PartyAdded, Actor: a1, Party: a1, VisibilityMode: 2}}},
		{`strategy "Strategy 1" invites "Agent 1"`, []model.Event{{Name: model.AgentInvited, Actor: s1, Party: a1}}},
		{`strategy "Strategy 1" invites "Agent 1" with visibility mode 3`, []model.Event{{Name: model.AgentInvited, Actor: s1, Party: a1, VisibilityMode: 3}}},
		{`"Agent 1" invites "Agent 2" to a transfer`, []model.Event{{Name: model.AgentInvited, Actor: a1, Party: a2, Operation: transfer}}},
		{`"Agent 1" invites "Agent 2" to a conference`, []model.Event{{Name: model.AgentInvited, Actor: a1, Party: a2, Operation: conference}}},
		{`"Agent 1" invites "Agent 2" to a conference with visibility mode 1`, []model.Event{{Name: model.AgentInvited, Actor: a1, Party: a2, Operation: conference, VisibilityMode: 1}}},
		{`"Agent 1" invites "Agent 2" to a consult`, []model.Event{{Name: model.AgentInvited, Actor: a1, Party: a2, Operation: conference, VisibilityMode: 3}}},
		{`"Agent 1" transfers through queue "Queue 2"`, []model.Event{{Name: model.PlacedInQueue, Actor: a1, Queue: "Queue 2", Operation: transfer}}},
		{`"Agent 1" confers through queue "Queue 2"`, []model.Event{{Name: model.PlacedInQueue, Actor: a1, Queue: "Queue 2", Operation: conference}}},
		{`"Agent 1" confers through queue "Queue 2" with visibility mode 1`, []model.Event{{Name: model.PlacedInQueue, Actor: a1, Queue: "Queue 2", Operation: conference, VisibilityMode: 1}}},
		{`"Agent 1" consults through queue "Queue 2"`, []model.Event{{Name: model.PlacedInQueue, Actor: a1, Queue: "Queue 2", Operation: conference, VisibilityMode: 3}}},
		{`"Agent 1" accepts`, []model.Event{{Name: model.PartyAdded, Actor: a1, Party: a1}}},
		{`"Agent 1" accepts with visibility mode 3`, []model.Event{{Name: model.PartyAdded, Actor: a1, Party: a1, VisibilityMode: 3}}},
		{`"Agent 1" rejects`, []model.Event{{Name: model.Rejected, Actor: a1, Party: a1}}},
		{`"Agent 1" rejects as "Busy"`, []model.Event{{Name: model.Rejected, Actor: a1, Party: a1, Reason: "Busy"}}},
		{`the invitation of "Agent 1" is revoked`, []model.Event{{Name: model.Revoked, Actor: server, Party: a1}}},
		{`the invitation of "Agent 1" is revoked as "Expired"`, []model.Event{{Name: model.Revoked, Actor: server, Party: a1, Reason: "Expired"}}},
		{`"Agent 1" leaves`, []model.Event{{Name: model.PartyRemoved, Actor: a1, Party: a1}}},
		{`strategy "Strategy 1" leaves`, []model.Event{{Name: model.PartyRemoved, Actor: s1, Party: s1}}},
		{`the media server removes "Agent 1"`, []model.Event{{Name: model.PartyRemoved, Actor: mediaServer, Party: a1}}},
		{`the server returns the chat to queue "Queue 1"`, []model.Event{{Name: model.PlacedInQueue, Actor: server, Queue: "Queue 1"}}},
		{`strategy "Strategy 1" sends the chat on to queue "Queue 2"`, []model.Event{{Name: model.PlacedInQueue, Actor: s1, Queue: "Queue 2"}}},
		{`the customer leaves`, []model.Event{{Name: model.ProcessingStopped, Actor: mediaServer}}},
		{`"Agent 1" stops the chat`, []model.Event{{Name: model.ProcessingStopped, Actor: a1}}},
		{`strategy "Strategy 1" stops the chat`, []model.Event{{Name: model.ProcessingStopped, Actor: s1}}},
		{`the server stops the chat`, []model.Event{{Name: model.ProcessingStopped, Actor: server}}},
		{`the chat is held`, []model.Event{{Name: model.Held}}},
		{`the chat is resumed`, []model.Event{{Name: model.Resumed}}},
		{`the chat is updated`, []model.Event{{Name: model.PropertiesChanged}}},
		{`the unknown event "EventTypingStarted" occurs`, []model.Event{{Name: typing}}},
		{`30 seconds pass`, nil},
		{`1 second passes`, nil},
		{`chat "chat 2"`, nil},
		{`strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"`, []model.Event{{Name: model.TakenFromQueue, Actor: s1, Queue: "Queue 1"}, {Name: model.PartyAdded, Actor: s1, Party: s1}, {Name: model.AgentInvited, Actor: s1, Party: a1}, {Name: model.PartyRemoved, Actor: s1, Party: s1}}},
		{`"Agent 1" completes the chat`, []model.Event{{Name: model.PartyRemoved, Actor: a1, Party: a1}, {Name: model.ProcessingStopped, Actor: a1}}},
	} {
		step, want := tt.step, tt.want
		t.Run(step, func(t *testing.T) {
			assert.Len(t, matching(step), 1)
			assert.Equal(t, want, recorded(t, step))
		})
	}
}

var eventName = regexp.MustCompile(`\bEvent[A-Z]\w+`)

// What a definition says it records is what its example records; if the text gives a choice, one of the choices.
func TestExamplesRecordWhatTheirDefinitionsSay(t *testing.T) {
	for _, d := range Definitions() {
		if strings.HasSuffix(d.Example, ":") || d.Example == "there are no facts" {
			continue // nothing without its table or doc string; or the end of every scenario here
		}
		said := eventName.FindAllString(d.Records, -1)
		var got []string
		for _, e := range recorded(t, d.Example) {
			got = append(got, string(e.Name))
		}
		switch {
		case strings.Contains(d.Records, "no event"):
			assert.Empty(t, got, d.Example)
		case len(said) > 0 && strings.Contains(d.Records, ", EventResumed or "):
			assert.Subset(t, said, got, d.Example)
		case len(said) > 0:
			assert.Equal(t, said, got, d.Example)
		default:
			assert.NotEmpty(t, got, d.Example)
		}
	}
}

func TestCompositeStepsAreTheirSingleSteps(t *testing.T) {
	routed := []string{`strategy "S" takes the chat from queue "Q"`, `strategy "S" invites "A"`, `strategy "S" leaves`}
	for composite, single := range map[string][]string{
		`strategy "S" routes the chat from queue "Q" to "A"`: routed,
		`"A" completes the chat`:                             {`"A" leaves`, `"A" stops the chat`},
		`a chat that "A" handles`: {
			`a customer submits a chat`, `the chat enters queue "Queue 1"`, `strategy "Strategy 1" takes the chat from queue "Queue 1"`,
			`strategy "Strategy 1" invites "A"`, `strategy "Strategy 1" leaves`, `"A" accepts`,
		},
	} {
		write := func(steps ...string) []model.Event {
			return compiledCases(t, submitted+"    When "+strings.Join(steps, "\n    And ")+"\n"+noFacts)[0].Events
		}
		assert.Equal(t, write(single...), write(composite), composite)
	}
}

// unusedSteps are the steps that no built-in feature uses, and why they are there all the same.
var unusedSteps = map[string]string{
	`the chat leaves queue "Queue 1" for strategy "Strategy 1"`: "it is for logs that are written as features, where the taker is added later, or other chats come between",
}

func TestBuiltInFeaturesUseEveryStep(t *testing.T) {
	used := map[string]bool{}
	require.NoError(t, fs.WalkDir(features.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(features.FS, p)
		if err != nil {
			return err
		}
		id := (&messages.Incrementing{}).NewId
		doc, err := gherkin.ParseGherkinDocument(bytes.NewReader(text), id)
		if err != nil {
			return err
		}
		for _, pickle := range gherkin.Pickles(*doc, p, id) {
			for _, s := range pickle.Steps {
				m := matching(s.Text)
				assert.Len(t, m, 1, s.Text)
				used[strings.Join(m, "")] = true
			}
		}
		return nil
	}))
	var unused []string
	for _, d := range Definitions() {
		if !used[d.Example] {
			unused = append(unused, d.Example)
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(unusedSteps)), unused)
}
