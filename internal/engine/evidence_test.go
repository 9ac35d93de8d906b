package engine

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// A line that is no plain pass holds the chats that it is about, and a feature made of it is the same scenario again.
func TestFailuresCarryTheirChats(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	p, err := NewPlan(append(cases, Generated(1, 20)...))
	require.NoError(t, err)
	record, _, err := run(t, p, silent, defaults)
	require.NoError(t, err)
	failed, byID := 0, make(map[string]*Scenario)
	for _, s := range p.Scenarios {
		byID[s.ID] = s
	}
	for line := range strings.Lines(record) {
		var l ScenarioLine
		require.NoError(t, json.Unmarshal([]byte(line), &l))
		if l.Type != "scenario" {
			continue
		}
		if l.Verdict == Pass && len(l.Differences) == 0 {
			assert.Empty(t, l.Events)
			continue
		}
		failed++
		chats, err := l.Chats()
		require.NoError(t, err)
		sent := make(map[string]bool)
		for i := range byID[l.ID].Events {
			sent[string(wire.AppendEvent(nil, &byID[l.ID].Events[i]))] = true
		}
		for _, chat := range chats {
			for i := range chat {
				assert.True(t, sent[string(wire.AppendEvent(nil, &chat[i]))], l.ID)
			}
		}
		if testing.Short() && failed%4 > 0 {
			continue
		}
		feature, err := l.Feature()
		require.NoError(t, err, l.ID)
		again, err := steps.Compile(steps.Source{FS: fstest.MapFS{"again.feature": {Data: []byte(feature)}}, Own: true})
		require.NoError(t, err, feature)
		assert.Len(t, again[0].Table, countFacts(&l, again[0]), l.ID)
		assert.Len(t, model.Chats(again[0].Events), len(chats), l.ID)
	}
	assert.Greater(t, failed, 100)
}

// countFacts counts the expected facts of the chats that a case holds.
func countFacts(l *ScenarioLine, c *model.Case) (n int) {
	expected, _, _ := l.Facts()
	for _, chat := range model.Chats(c.Events) {
		for i := range expected {
			if expected[i].InteractionID == chat[0].InteractionID {
				n++
			}
		}
	}
	return n
}

func TestWhatIsChecked(t *testing.T) {
	checks := make(map[string]int)
	for _, c := range Generated(1, 100) {
		for _, id := range newScenario(c, nil).checks() {
			checks[id]++
		}
	}
	for _, v := range model.Invariants() {
		assert.Positive(t, checks[v.ID], v.ID)
	}
	assert.Equal(t, 110, checks["V1"]) // generated and delivery
	assert.Equal(t, 1, checks["D3"])
}

// A delivery scenario is held against the relations that its delivery is about; an unfinished chat against the
// invariants of rows alone.
func TestWhatIsCheckedOfADelivery(t *testing.T) {
	at := func(seqs ...int) *Scenario {
		c := synthetic("x", model.Delivery)
		c.Kind = model.DeliveryKind
		events := c.Events
		c.Events = nil
		for _, i := range seqs {
			c.Events = append(c.Events, events[i])
		}
		return newScenario(c, nil)
	}
	assert.Empty(t, at(0, 1, 2).checks())
	assert.Equal(t, []string{"D1"}, at(0, 2, 1).checks())
	assert.Equal(t, []string{"D2"}, at(0, 1, 1, 2).checks())
	assert.Equal(t, []string{"D1", "D2"}, at(0, 1, 2, 1).checks())

	c := synthetic("x", model.Inferred)
	c.Checked = true
	assert.Contains(t, newScenario(c, nil).checks(), "V3")
	c.Events = c.Events[:2]
	assert.Equal(t, []string{"V1", "V2", "V6", "V7", "V8", "V11", "V20", "V21"}, newScenario(c, nil).checks())
}

// What a line says of rows and chats is read again, or refused.
func TestLineIsRead(t *testing.T) {
	row, event := jsontext.Value(`{"interaction_id":"x","resource":"A","resource_role":"RoutedTo","technical_result":"Completed"}`), jsontext.Value(`{"interaction_id":"x","seq":1,"event":"EventHeld","time":"2026-01-05T09:00:00Z"}`)
	l := ScenarioLine{ID: "own/f/x", Name: "a name", Title: "a title", Expected: []jsontext.Value{row, row}, Actual: []jsontext.Value{row}, Events: []jsontext.Value{event}}
	expected, actual, err := l.Facts()
	require.NoError(t, err)
	assert.Len(t, expected, 2)
	assert.Len(t, actual, 1)
	assert.Equal(t, "A", actual[0].Resource)

	feature, err := l.Feature()
	require.NoError(t, err)
	assert.Contains(t, feature, "Feature: a title")
	assert.Contains(t, feature, "Scenario: a name")
	l.Name, l.Title = "", ""
	feature, err = l.Feature()
	require.NoError(t, err)
	assert.Contains(t, feature, "Feature: own")
	assert.Contains(t, feature, "Scenario: own/f/x")

	for _, broken := range []*[]jsontext.Value{&l.Events, &l.Actual, &l.Expected} {
		*broken = []jsontext.Value{jsontext.Value(`{}`)}
		_, _, err := l.Facts()
		assert.Equal(t, broken != &l.Events, err != nil)
		_, err = l.Chats()
		assert.Error(t, err)
		_, err = l.Feature()
		assert.Error(t, err)
	}
}
