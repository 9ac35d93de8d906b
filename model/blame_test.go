package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

func TestBlame(t *testing.T) {
	descriptor := func(expected, actual string, rules ...string) model.Difference {
		return model.Difference{Field: model.DescriptorField, Expected: expected, Actual: actual, Rules: rules}
	}
	for _, tt := range []struct {
		name string
		d    model.Difference
		want model.Blame
	}{
		{"the role alone", descriptor("ReceivedTransfer/Abandoned [Revoked]", "RoutedTo/Abandoned [Revoked]", "R2", "R11"), model.Blame{Rules: []string{"R2"}, Expected: "ReceivedTransfer", Got: "RoutedTo"}},
		{"the result alone", descriptor("RoutedTo/Redirected [Revoked]", "RoutedTo/Completed", "R1", "R10"), model.Blame{Rules: []string{"R10"}, Expected: "Redirected [Revoked]", Got: "Completed"}},
		{"both", descriptor("ReceivedTransfer/Abandoned [Revoked]", "RoutedTo/Redirected [Revoked]", "R2", "R11"), model.Blame{Rules: []string{"R2", "R11"}, Expected: "ReceivedTransfer/Abandoned [Revoked]", Got: "RoutedTo/Redirected [Revoked]"}},
		{"no row", model.Difference{Field: model.RowField, Expected: "RoutedTo/Completed", Actual: "no row", Rules: []string{"R1", "R8"}}, model.Blame{Rules: []string{"R1", "R8"}, Expected: "RoutedTo/Completed", Got: "no row"}},
		{"marks decide nothing", descriptor("ReceivedTransfer/Transferred", "RoutedTo/Transferred", "R2", "I2", "I12"), model.Blame{Rules: []string{"R2"}, Expected: "ReceivedTransfer", Got: "RoutedTo"}},
	} {
		assert.Equal(t, tt.want, tt.d.Blame(), tt.name)
	}
}
