package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A shard comes from the flag, else from the scheduler's variables; half of them is an error, never the whole suite.
func TestShardOf(t *testing.T) {
	for _, tt := range []struct {
		flag      string
		variables map[string]string
		i, n      int // 0 is an error
	}{
		{"", nil, 1, 1},
		{"2/5", nil, 2, 5},
		{"1000000/1000000", nil, 1000000, 1000000},
		{"", map[string]string{"CI_NODE_TOTAL": "1"}, 1, 1}, // GitLab, where a job is not parallel
		{"", map[string]string{"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, 3, 3},
		{"", map[string]string{"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "4"}, 1, 4},
		{"", map[string]string{"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "4"}, 4, 4},
		{"1/1", map[string]string{"JOB_COMPLETION_INDEX": "3"}, 1, 1},
		{"", map[string]string{"JOB_COMPLETION_INDEX": "3"}, 0, 0},
		{"", map[string]string{"JOB_COMPLETION_INDEX": "4", "JOB_COMPLETIONS": "4"}, 0, 0},
		{"", map[string]string{"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "3"}, 0, 0},
		{"", map[string]string{"CI_NODE_INDEX": "one", "CI_NODE_TOTAL": "3"}, 0, 0},
		{"3/2", nil, 0, 0},
		{"0/2", nil, 0, 0},
		{"2", nil, 0, 0},
		{"1/2/3", nil, 0, 0},
		{"1/1000001", nil, 0, 0},
	} {
		for _, s := range schedulers {
			t.Setenv(s.index, tt.variables[s.index])
			t.Setenv(s.total, tt.variables[s.total])
		}
		i, n, err := shardOf(tt.flag)
		if tt.n == 0 {
			assert.Error(t, err, tt)
			continue
		}
		require.NoError(t, err, tt)
		assert.Equal(t, [2]int{tt.i, tt.n}, [2]int{i, n}, tt)
	}
}
