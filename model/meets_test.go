package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// Which invariants a row is about, for rows at hand and in a database: an invariant that met no row is not said to hold.
func TestMeets(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		row        string
		from       model.Number
		start, end time.Time
		want       string // of V6, V7, V8, V11, V20 and V21
	}{
		{row: "-, agent, Agent 1, RoutedTo/Completed", want: ""},
		{row: "1, agent, Agent 1, RoutedTo/Completed", want: "V6 V20"},
		{row: "-, agent, Agent 1, RoutedTo/Redirected [Revoked]", want: "V7"},
		{row: "-, agent, Agent 1, RoutedTo/CustomerAbandoned [AbandonedWhileRinging]", want: "V7 V8 V21"},
		{row: "-, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]", want: "V7 V8 V21"},
		{row: "-, agent, Agent 1, RoutedTo/Completed", start: at, end: at, want: "V11"},
		{row: "-, agent, Agent 1, RoutedTo/Completed", start: at, end: at.Add(time.Second), want: "V11 V20"},
		{row: "-, agent, Agent 1, ReceivedTransfer/Completed", from: model.Num(1), want: "V21"},
	}
	asked := strings.Fields("V6 V7 V8 V11 V20 V21")
	for _, tt := range tests {
		row := rowsOf(tt.row)[0]
		row.ReceivedFrom, row.Start, row.End = tt.from, tt.start, tt.end
		met := model.Meets([]model.Fact{row})
		var got, inSQL []string
		for i, v := range model.Invariants() {
			if v.Kind != model.OnFacts {
				continue
			}
			listed := strings.Contains(" "+strings.Join(asked, " ")+" ", " "+v.ID+" ")
			if met&(1<<i) != 0 && listed {
				got = append(got, v.ID)
			}
			assert.Equal(t, !listed, model.MeetsSQL(v.ID) == "1 = 1", "%s is about every row, or is among those asked", v.ID)
			if listed && meetsInSQL(model.MeetsSQL(v.ID), &row) {
				inSQL = append(inSQL, v.ID)
			}
		}
		assert.Equal(t, tt.want, strings.Join(got, " "), tt.row)
		assert.Equal(t, tt.want, strings.Join(inSQL, " "), "in SQL: %s", tt.row)
	}
}

func meetsInSQL(sql string, f *model.Fact) bool {
	columns := map[string]string{"result_reason": "'" + model.Code(string(f.Reason)) + "'", "technical_result": "'" + model.Code(string(f.Result)) + "'"}
	for column, given := range map[string]bool{"ordinal": f.Ordinal.Is == model.Given, "received_from": f.ReceivedFrom.Is == model.Given} {
		if given {
			columns[column] = "1"
		}
	}
	for column, at := range map[string]time.Time{"started": f.Start, "ended": f.End} {
		if !at.IsZero() {
			columns[column] = at.Format(time.RFC3339)
		}
	}
	return condition(sql)(columns)
}

// A row without an end is not the row that ends in 1970, nor is a year that 64 bits of nanoseconds cannot hold another.
func TestTwinsByTime(t *testing.T) {
	times := []time.Time{{}, time.Unix(0, 0), time.Unix(18446744073, 709551616), time.Unix(0, 0).In(time.FixedZone("", 3600))}
	for _, at := range times { // the third is 2^64 ns after the second
		for _, other := range times {
			rows := rowsOf("1, agent, Agent 1, RoutedTo/Completed\n1, agent, Agent 1, RoutedTo/Completed")
			rows[0].End, rows[1].End = at, other
			_, ds := model.Twins(nil, rows)
			assert.Equal(t, at.Equal(other), len(ds) == 2, "%v and %v", at, other)
		}
	}
}

// A row that a chat has again and again is said once for each, and the others are compared without it.
func TestTwins(t *testing.T) {
	tests := []struct{ name, rows, rest, want string }{
		{"one row", "1, agent, Agent 1, RoutedTo/Completed", "1", ""},
		{"in order", "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 1, RoutedTo/Completed", "1 2", ""},
		{
			"doubled", "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 2, RoutedTo/Completed\n1, agent, Agent 1, RoutedTo/Completed", "1 2",
			"Agent 1 a duplicated row, Agent 1 a duplicated row",
		},
		{"an ordinal twice", "1, agent, Agent 1, RoutedTo/Completed\n1, agent, Agent 2, RoutedTo/Completed", "1 1", ""},
		{"without ordinals and times none can tell", "-, agent, Agent 1, RoutedTo/Completed\n-, agent, Agent 1, RoutedTo/Completed", "0 0", ""},
	}
	for _, tt := range tests {
		rest, ds := model.Twins(nil, rowsOf(tt.rows))
		var ordinals, found []string
		for _, f := range rest {
			ordinals = append(ordinals, string(rune('0'+f.Ordinal.Value)))
		}
		for _, d := range ds {
			assert.Equal(t, model.Field("V20"), d.Field, tt.name)
			found = append(found, d.Resource+" "+d.Actual)
		}
		assert.Equal(t, tt.rest, strings.Join(ordinals, " "), tt.name)
		assert.Equal(t, tt.want, strings.Join(found, ", "), tt.name)
	}
}
