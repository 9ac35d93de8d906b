package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Of an unfinished chat the attempts that have closed must have their rows. A row beyond them may be newer than the log.
func TestCompareOpen(t *testing.T) {
	want := model.Expect(classify(t, log(t, alerted+"the invitation of \"Agent 1\" is revoked")))
	tests := []struct {
		name, rows, told string
		judged           int
	}{
		{"what has closed", "1, agent, Agent 1, RoutedTo/Redirected [Revoked]", "", 1},
		{"and a newer row", "1, agent, Agent 1, RoutedTo/Redirected [Revoked]\n2, agent, Agent 2, RoutedTo/Completed", "", 1},
		{"what has closed otherwise", "1, agent, Agent 1, RoutedTo/Completed", "differs", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ds, judged := model.CompareOpen(&want, rowsOf(tt.rows))
			assert.Len(t, judged, tt.judged)
			assert.Equal(t, tt.told == "", len(ds) == 0, told(ds))
		})
	}
}
