package steps

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// Ids, spellings, seqs and blanks come back as they were.
func TestOddEventsAreWritten(t *testing.T) {
	all := goldenScenarios(t)
	s := all[0]
	s.Tags = []string{AsWrittenTag}
	s.Events = slices.Clone(s.Events)
	s.Facts = slices.Clone(s.Facts)
	for i := range s.Events {
		e := &s.Events[i]
		e.InteractionID, e.Seq = "0000KaH1KVG2 ", int64(i)<<33
		e.Wire = &model.Wire{Zone: 330, Digits: 3, Also: `"node":7,"media_type":null`}
	}
	for i := range s.Facts {
		s.Facts[i].InteractionID = s.Events[0].InteractionID
	}
	s.Facts[0].Resource = ` "Zoe\u0308" `
	var b bytes.Buffer
	require.NoError(t, Write(&b, "Odd", []Written{s}))
	assert.Contains(t, b.String(), `"seq":0,"time":"2026-01-05T14:30:00.000+05:30"`)
	assert.Contains(t, b.String(), `| " \\"Zoe`)
	c := compiledCases(t, b.String())[0]
	assert.True(t, c.Opaque)
	assert.Equal(t, s.Facts[0].Resource, c.Table[0].Resource)
	assert.Equal(t, -1, differAt(c.Events, s.Events, sameWritten))

	s.Events[0].Wire, s.Events[1].Wire = nil, nil
	from0 := problemFree(t, "a customer submits a chat", "the next event has seq 0")
	assert.Zero(t, from0.Events[0].Seq)
	assert.EqualValues(t, 1, from0.Events[1].Seq)
}

// problemFree compiles a scenario that begins with a seq.
func problemFree(t *testing.T, submitted, seq string) *model.Case {
	return compiledCases(t, "Feature: F\n  Scenario: S\n    Given "+seq+"\n    And "+submitted+"\n    And the customer leaves\n    Then there are no facts\n")[0]
}
