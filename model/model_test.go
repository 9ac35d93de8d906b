package model_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// handled begins most logs: Agent 1 has accepted a routed chat, after seq 7.
const handled = "a chat that \"Agent 1\" handles\n"

// entered is a chat in Queue 1, after seq 2.
const entered = "a customer submits a chat\nthe chat enters queue \"Queue 1\"\n"

// alerted is a chat with Agent 1 invited by Strategy 1, which has left, after seq 6.
const alerted = entered + "strategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 1\"\n"

// log writes a log in the words of the features.
func log(t testing.TB, lines string) []model.Event {
	t.Helper()
	var b strings.Builder
	b.WriteString("Feature: f\n  Scenario: s\n")
	for line := range strings.Lines(lines) {
		b.WriteString("    When " + strings.TrimSpace(line) + "\n")
	}
	b.WriteString("    Then there are no facts\n")
	cases, err := steps.Compile(steps.Source{FS: fstest.MapFS{"f.feature": {Data: []byte(b.String())}}, Label: "test", Own: true})
	require.NoError(t, err)
	return cases[0].Events
}

// classify gives the chat of a log of one interaction.
func classify(t testing.TB, events []model.Event) *model.Chat {
	t.Helper()
	chat := new(model.Chat)
	require.NoError(t, model.NewClassifier(model.Reference()).Classify(chat, events))
	return chat
}

// facts writes a chat's facts, one a line: resource, descriptor, ordinal of the sender, start–end as seconds of the
// minute, rules.
func facts(c *model.Chat) string {
	var b strings.Builder
	for _, r := range c.IRFs {
		from := "-"
		if r.ReceivedFrom.Is == model.Given {
			from = fmt.Sprint(r.ReceivedFrom.Value)
		}
		fmt.Fprintf(&b, "%d %s %s %s from %s %02d-%02d %s\n", r.Ordinal.Value, r.ResourceType, r.Resource, r.Descriptor(), from,
			r.Start.Second(), r.End.Second(), r.Clauses)
	}
	if c.Silent != 0 {
		fmt.Fprintf(&b, "silent %s, of %q\n", c.Silent, c.SilentResource)
	}
	return b.String()
}

// corpusLogs are the logs of all built-in scenarios.
func corpusLogs(t testing.TB) (logs [][]model.Event) {
	t.Helper()
	cases, err := steps.Compile(steps.Source{FS: features.FS, Label: "features"})
	require.NoError(t, err)
	for _, c := range cases {
		logs = append(logs, model.Chats(c.Events)...)
	}
	return logs
}
