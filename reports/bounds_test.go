package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// However many scenarios there are, the page opens: beyond 5,000, passing and other ones are only counted.
func TestPageIsBounded(t *testing.T) {
	for _, c := range []struct {
		verdict engine.Verdict
		want    string
	}{{engine.Pass, "and 15,000 others that pass"}, {engine.Fail, "and 15,000 others that do not pass"}} {
		tally := engine.NewTally()
		r := &reports.Results{Header: &engine.Header{Scenarios: 20_000}}
		for i := range 20_000 {
			l := &engine.ScenarioLine{Index: i + 1, ID: fmt.Sprintf("generated/1/%d", i), Level: "inferred", Verdict: c.verdict}
			if c.verdict == engine.Fail {
				l.Differences = []model.Difference{{Resource: "Agent 1", Field: model.RowField, Expected: "a row", Actual: "none", Required: true}}
			}
			r.Lines = append(r.Lines, l)
			tally.Add(l)
		}
		r.Footer = engine.NewFooter(tally, nil)
		var page, junit bytes.Buffer
		require.NoError(t, reports.WriteHTML(&page, r))
		assert.Less(t, page.Len(), 5_000_000)
		assert.True(t, strings.Contains(page.String(), c.want), c.want)
		require.NoError(t, r.WriteJUnit(&junit))
		assert.Less(t, junit.Len(), 10_000_000)
	}
}
