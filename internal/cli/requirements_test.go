package cli

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A cell that a spreadsheet would execute is quoted, and no other.
func TestRequirementsAreInert(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, writeRequirements(&out, []item{
		{object: &requirement{
			ID: "=1+1", Section: "1.4", Says: "-2", Scenarios: []string{"@a", "b"}, Untested: "+3, \"x\"",
		}},
		{object: &requirement{ID: "1-1", Section: "\t=1", Says: "a = b"}},
	}))
	assert.Equal(t, "id,section,says,rules,scenarios,not_tested\n'=1+1,1.4,'-2,,'@a b,\"'+3, \"\"x\"\"\"\n1-1,'\t=1,a = b,,,\n", out.String())
}
