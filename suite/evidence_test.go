package suite

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// A line that is no plain pass holds the chats that it is about, and a feature made of it is the same scenario again.
func TestFailuresCarryTheirChats(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	p, err := NewPlan(append(cases, Generated(1, 40)...))
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
		for _, chat := range chats {
			for i := range chat {
				assert.Contains(t, byID[l.ID].Events, chat[i])
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
		for _, id := range newScenario(c).checks() {
			checks[id]++
		}
	}
	for _, v := range model.Invariants() {
		assert.Positive(t, checks[v.ID], v.ID)
	}
	assert.Equal(t, 110, checks["V1"]) // generated and delivery
	assert.Equal(t, 2, checks["D3"])
}
