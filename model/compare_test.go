package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/model"
)

// rowsOf writes rows for comparison tests, one a line: ordinal, resource type, resource, descriptor, each "-" where
// it is not given.
func rowsOf(lines string) (rows []model.Fact) {
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		cells := strings.SplitN(strings.TrimSpace(line), ", ", 4)
		f := model.Fact{InteractionID: "chat 1", Resource: cells[2]}
		if cells[0] != "-" {
			var n int64
			fmt.Sscan(cells[0], &n)
			f.Ordinal = model.Num(n)
		}
		if cells[1] != "-" {
			f.ResourceType = model.ResourceType(cells[1])
		}
		d, ok := model.ParseDescriptor(cells[3])
		if !ok {
			panic(cells[3])
		}
		f.Role, f.Result, f.Reason = d.Role, d.Result, d.Reason
		rows = append(rows, f)
	}
	return rows
}

func told(ds []model.Difference) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s %s\n", d.Level, d.String())
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	const (
		failedTransfer = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" completes the chat"
		queued         = entered + "the customer leaves"
		rejected       = alerted + "\"Agent 1\" rejects\nthe customer leaves"
		twice          = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 2\" accepts\n\"Agent 1\" leaves\n\"Agent 2\" completes the chat"
		alike          = handled + "\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" invites \"Agent 3\" to a conference with visibility mode 1\nthe invitation of \"Agent 3\" is revoked\n\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" completes the chat"
		right          = "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]"
	)
	tests := []struct{ name, log, got, want string }{
		{"the expected rows", failedTransfer, right, ""},
		{"in any order", failedTransfer, "2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]\n1, agent, Agent 1, RoutedTo/Completed", ""},
		{"ordinals from 0, with gaps", failedTransfer, "0, agent, Agent 1, RoutedTo/Completed\n7, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]", ""},
		{"nothing but what is required", failedTransfer, "-, -, Agent 2, ReceivedTransfer/Abandoned [Revoked]\n-, -, Agent 1, RoutedTo/Completed", ""},
		{"codes instead of names", failedTransfer, "1, AGENT, Agent 1, ROUTEDTO/COMPLETED\n2, Agent, Agent 2, Received Transfer/abandoned [REVOKED]", ""},
		{"Unspecified is blank", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed [Unspecified]\n2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]", ""},

		{
			"who invited is not seen", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 2, RoutedTo/Redirected [Revoked]",
			"documented Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got RoutedTo/Redirected [Revoked]; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n",
		},
		{
			"a row is missing", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed",
			"documented Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got no row; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n",
		},
		{
			"a row too many", failedTransfer, right + "\n3, agent, Customer, RoutedTo/Completed",
			"documented Customer: expected no row, got RoutedTo/Completed\n",
		},
		{
			"a row doubled", failedTransfer, right + "\n3, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 2: expected no row, got ReceivedTransfer/Abandoned [Revoked]\n",
		},
		{
			"the wrong resource", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 3, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 2: resource expected Agent 2, got Agent 3; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n",
		},
		{
			"the wrong resource and descriptor are two rows", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed\n2, agent, Agent 3, RoutedTo/Completed",
			"documented Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got no row; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n" +
				"documented Agent 3: expected no row, got RoutedTo/Completed\n",
		},
		{
			"the wrong type of resource", failedTransfer, "1, queue, Agent 1, RoutedTo/Completed\n2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: resource_type expected agent, got queue; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n",
		},
		{
			"ordinals the wrong way round", failedTransfer, "2, agent, Agent 1, RoutedTo/Completed\n1, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: ordinal expected rank 1, got rank 2 (ordinal 2); R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n" +
				"documented Agent 2: ordinal expected rank 2, got rank 1 (ordinal 1); R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n",
		},
		{
			"one ordinal for two rows", failedTransfer, "1, agent, Agent 1, RoutedTo/Completed\n1, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: ordinal expected rank 1, got 1, which another row has too; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n" +
				"documented Agent 2: ordinal expected rank 2, got 1, which another row has too; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n",
		},
		{
			"unknown codes are named", failedTransfer, "1, agent, Agent 1, Handled/Finished [Happy]\n2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: expected RoutedTo/Completed, got Handled/Finished [Happy]; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n",
		},
		{"rows of one resource are told apart by descriptor", twice, "-, -, Agent 2, ReceivedTransfer/Completed\n-, -, Agent 1, RoutedTo/Transferred\n-, -, Agent 2, ReceivedTransfer/Abandoned [Revoked]", ""},
		{
			"rows of one resource are told apart by ordinal", twice, "1, -, Agent 1, RoutedTo/Transferred\n2, -, Agent 2, ReceivedTransfer/Completed\n3, -, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 2: ordinal expected rank 2, got rank 3 (ordinal 3); R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n" +
				"documented Agent 2: ordinal expected rank 3, got rank 2 (ordinal 2); R2, R8: invited by Agent 1's transfer (seq 10), accepted (seq 11), left (seq 13)\n",
		},

		{
			"of rows that look alike, the first is the first", alike, "1, -, Agent 1, RoutedTo/Completed [Odd]\n2, -, Agent 2, ReceivedTransfer/Odd [Revoked]\n3, -, Agent 3, InConference/Abandoned [Odd]\n4, -, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: expected RoutedTo/Completed, got RoutedTo/Completed [Odd]; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 14)\n" +
				"documented Agent 2: expected ReceivedTransfer/Abandoned [Revoked], got ReceivedTransfer/Odd [Revoked]; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n" +
				"documented Agent 3: expected InConference/Abandoned [Revoked], got InConference/Abandoned [Odd]; R3, R11: invited by Agent 1's conference with visibility mode 1 (seq 10), revoked (seq 11)\n",
		},
		{
			"the resource of an abandon in the queue is our reading", queued, "1, agent, Nobody, Received/CustomerAbandoned [AbandonedWhileQueued]",
			"inferred Queue 1: resource expected Queue 1, got Nobody; R6, R12: placed in Queue 1 (seq 2), where the chat stopped (seq 3)\n" +
				"inferred Queue 1: resource_type expected queue, got agent; R6, R12: placed in Queue 1 (seq 2), where the chat stopped (seq 3)\n",
		},
		{
			"its descriptor is the guide's", queued, "1, queue, Queue 1, Received/CustomerAbandoned",
			"documented Queue 1: expected Received/CustomerAbandoned [AbandonedWhileQueued], got Received/CustomerAbandoned; R6, R12: placed in Queue 1 (seq 2), where the chat stopped (seq 3)\n",
		},

		{"an accepted alternative", rejected, "1, agent, Agent 1, RoutedTo/Redirected [Revoked]", ""},
		{"another accepted alternative", rejected, "1, agent, Agent 1, RoutedTo/Redirected", ""},
		{"the row more that a rule allows", rejected, "1, agent, Agent 1, RoutedTo/Redirected\n2, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]", ""},
		{
			"a row more of another kind has the level of the rule that makes none", rejected, "1, agent, Agent 1, RoutedTo/Redirected\n2, agent, Agent 2, RoutedTo/Completed",
			"inferred Agent 2: expected no row, got RoutedTo/Completed; I16\n",
		},
		{
			"no alternative", rejected, "1, agent, Agent 1, RoutedTo/Abandoned",
			"inferred Agent 1: expected RoutedTo/Redirected [Rejected], got RoutedTo/Abandoned; R1, R10, I1: invited by Strategy 1 (seq 5), rejected (seq 7); also accepted: RoutedTo/Redirected [Revoked], RoutedTo/Redirected\n",
		},
		{
			"hostile names are shown escaped", failedTransfer, "1, agent, Agent 1, \x1bRed/\u202eCompleted\n2, agent, Agent 2, ReceivedTransfer/Abandoned [Revoked]",
			"documented Agent 1: expected RoutedTo/Completed, got \"\\x1bRed\"/\"\\u202eCompleted\"; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := model.Expect(classify(t, log(t, tt.log)))
			assert.Equal(t, tt.want, told(model.Compare(&want, rowsOf(tt.got))))
		})
	}
}

func TestCompareOptionalFields(t *testing.T) {
	chat := classify(t, log(t, handled+"\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" completes the chat"))
	want := model.Expect(chat)
	rows := func(change func(rows []model.Fact)) []model.Fact {
		out := []model.Fact{chat.IRFs[0].Fact, chat.IRFs[1].Fact}
		change(out)
		return out
	}
	tests := []struct {
		name   string
		change func(rows []model.Fact)
		want   string
	}{
		{"as expected", func([]model.Fact) {}, ""},
		{"fractions of a second are cut off", func(r []model.Fact) { r[0].Start = r[0].Start.Add(999 * time.Millisecond) }, ""},
		{"another zone, the same instant", func(r []model.Fact) { r[0].Start = r[0].Start.In(time.FixedZone("", 3600)) }, ""},
		{"start", func(r []model.Fact) { r[0].Start = r[0].Start.Add(time.Hour) }, "inferred Agent 1: start expected 2026-01-05T09:00:04Z, got 2026-01-05T10:00:04Z; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n"},
		{"end", func(r []model.Fact) { r[1].End = r[1].Start }, "inferred Agent 2: end expected 2026-01-05T09:00:08Z, got 2026-01-05T09:00:07Z; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n"},
		{"role reason", func(r []model.Fact) { r[0].RoleReason = "Odd" }, "documented Agent 1: role_reason expected blank, got Odd; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n"},
		{"role reason Unspecified", func(r []model.Fact) { r[0].RoleReason = "UNSPECIFIED" }, ""},
		{"received from nobody", func(r []model.Fact) { r[1].ReceivedFrom = model.Number{Is: model.Null} }, "inferred Agent 2: received_from expected Agent 1's row, got null; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n"},
		{"received from itself", func(r []model.Fact) { r[1].ReceivedFrom = model.Num(2) }, "inferred Agent 2: received_from expected Agent 1's row, got Agent 2's row; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n"},
		{"sent by itself", func(r []model.Fact) { r[0].ReceivedFrom = model.Num(1) }, "inferred Agent 1: received_from expected null, got Agent 1's row; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n"},
		{"received from a row that is not there", func(r []model.Fact) { r[1].ReceivedFrom = model.Num(9) }, "inferred Agent 2: received_from expected Agent 1's row, got ordinal 9, which no row has; R2, R11: invited by Agent 1's transfer (seq 8), revoked (seq 9)\n"},
		{"received though routed", func(r []model.Fact) { r[0].ReceivedFrom = model.Num(2) }, "inferred Agent 1: received_from expected null, got Agent 2's row; R1, R8: invited by Strategy 1 (seq 5), accepted (seq 7), left (seq 10)\n"},
		{"received from is followed by ordinal, wherever those begin", func(r []model.Fact) {
			r[0].Ordinal, r[1].Ordinal, r[1].ReceivedFrom = model.Num(10), model.Num(20), model.Num(10)
		}, ""},
		{"without ordinals only whether is compared", func(r []model.Fact) {
			r[0].Ordinal, r[1].Ordinal, r[1].ReceivedFrom = model.Number{}, model.Number{}, model.Num(77)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, told(model.Compare(&want, rows(tt.change))))
		})
	}
}

// Of an unfinished chat the sender may have no row yet to point to: then nothing is compared, for a table that joins rows
// has nothing to show.
func TestCompareSenderWithoutARow(t *testing.T) {
	chat := classify(t, log(t, handled+"\"Agent 1\" invites \"Agent 2\" to a transfer\n\"Agent 2\" rejects"))
	want := model.Expect(chat)
	row := chat.IRFs[0].Fact
	assert.Empty(t, told(model.Compare(&want, []model.Fact{row})))
	row.ReceivedFrom = model.Num(7)
	assert.Empty(t, told(model.Compare(&want, []model.Fact{row})))
	row.ReceivedFrom = model.Number{Is: model.Null}
	assert.Empty(t, told(model.Compare(&want, []model.Fact{row})))
}

// The row more that a rule allows stands after all others.
func TestExpectedRowsAreNumbered(t *testing.T) {
	events := log(t, alerted+"\"Agent 1\" rejects\nthe customer leaves")
	numbers := func(w model.Expected) (out []int64) {
		for _, r := range w.Rows {
			out = append(out, r.Ordinal.Value)
		}
		return out
	}
	assert.Equal(t, []int64{1, 2}, numbers(model.Expect(classify(t, events))))
	table := rowsOf("-, -, Agent 1, RoutedTo/Redirected [Rejected]\n-, -, Agent 2, RoutedTo/Completed\n-, -, Agent 3, RoutedTo/Completed")
	assert.Equal(t, []int64{1, 2, 3}, numbers(model.ExpectTable(table, nil, model.Own)))
}

// A feature's table is the oracle; the reference only explains the rows on which both agree.
func TestTablesAreTheOracle(t *testing.T) {
	events := log(t, alerted+"\"Agent 1\" rejects\nthe customer leaves")
	judged := func(level model.Level, table, got string) string {
		c := model.Case{Level: level, Events: events, Authored: true, Table: rowsOf(table)}
		return told(c.Judge(c.Expected(model.Reference()), rowsOf(got)))
	}
	const reference, alternative = "-, -, Agent 1, RoutedTo/Redirected [Rejected]", "-, -, Agent 1, RoutedTo/Redirected [Revoked]"
	const why = "; R1, R10, I1: invited by Strategy 1 (seq 5), rejected (seq 7)\n"

	assert.Empty(t, judged(model.Inferred, reference, alternative))
	assert.Empty(t, judged(model.Own, reference, reference))
	assert.Equal(t, "own Agent 1: expected RoutedTo/Redirected [Rejected], got RoutedTo/Redirected [Revoked]"+why, judged(model.Own, reference, alternative))
	assert.Equal(t, "own Agent 1: expected RoutedTo/Redirected [Revoked], got RoutedTo/Redirected [Rejected]\n", judged(model.Own, alternative, reference))
	assert.Equal(t, "own Agent 2: expected no row, got RoutedTo/Completed\n", judged(model.Own, reference, reference+"\n-, -, Agent 2, RoutedTo/Completed"))
	assert.Equal(t, "inferred Agent 2: expected no row, got RoutedTo/Completed; I16\n", judged(model.Inferred, reference, reference+"\n-, -, Agent 2, RoutedTo/Completed"))

	// The row more that a rule allows stands beside a table, too, but not beside a team's own.
	const more = "\n-, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]"
	assert.Empty(t, judged(model.Inferred, reference, reference+more))
	assert.Equal(t, "own Queue 1: expected no row, got Received/CustomerAbandoned [AbandonedWhileQueued]\n", judged(model.Own, reference, reference+more))

	// What a table leaves open is compared with the reference's, at level inferred, unless it is a team's own.
	complete := func(table func(*model.Fact), got func(*model.Fact)) (out [2]string) {
		for i, level := range []model.Level{model.Documented, model.Own} {
			chat := classify(t, log(t, handled+"\"Agent 1\" invites \"Agent 2\" to a transfer\nthe invitation of \"Agent 2\" is revoked\n\"Agent 1\" completes the chat"))
			rows, answer := rowsOf("1, -, Agent 1, RoutedTo/Completed\n2, -, Agent 2, ReceivedTransfer/Abandoned [Revoked]"), []model.Fact{chat.IRFs[0].Fact, chat.IRFs[1].Fact}
			table(&rows[1])
			got(&answer[1])
			want := model.ExpectTable(rows, chat, level)
			for _, d := range model.Compare(&want, answer) {
				out[i] += fmt.Sprintf("%s %s %s, got %s\n", d.Level, d.Field, d.Expected, d.Actual)
			}
		}
		return out
	}
	open := func(*model.Fact) {}
	assert.Equal(t, [2]string{"", ""}, complete(open, open))
	assert.Equal(t, [2]string{"inferred received_from Agent 1's row, got null\n", ""}, complete(open, func(f *model.Fact) { f.ReceivedFrom = model.Number{Is: model.Null} }))
	assert.Equal(t, [2]string{"documented resource_type agent, got queue\n", ""}, complete(open, func(f *model.Fact) { f.ResourceType = "queue" }))
	assert.Equal(t, [2]string{"inferred start 2026-01-05T09:00:07Z, got 2026-01-05T10:00:07Z\n", ""}, complete(open, func(f *model.Fact) { f.Start = f.Start.Add(time.Hour) }))
	assert.Equal(t, [2]string{"inferred end 2026-01-05T09:00:08Z, got 2026-01-05T10:00:08Z\n", ""}, complete(open, func(f *model.Fact) { f.End = f.End.Add(time.Hour) }))
	given := func(f *model.Fact) { f.ReceivedFrom, f.ResourceType = model.Number{Is: model.Null}, "queue" }
	assert.Equal(t, [2]string{"", ""}, complete(given, given), "what it gives stands")

	// Of an ill-formed log the table alone speaks.
	c := model.Case{Level: model.Own, Events: log(t, entered+entered), Authored: true, Table: rowsOf(reference)}
	assert.Equal(t, "own Agent 1: expected RoutedTo/Redirected [Rejected], got no row\n", told(c.Judge(c.Expected(model.Reference()), nil)))
}

// However rows are changed, told apart and shuffled: the same differences, and none only if nothing was changed.
func TestCompareDoesNotDependOnOrder(t *testing.T) {
	logs := corpusLogs(t)
	rapid.Check(t, func(t *rapid.T) {
		var chat model.Chat
		if err := model.NewClassifier(model.Reference()).Classify(&chat, rapid.SampledFrom(logs).Draw(t, "log")); err != nil {
			t.Fatal(err)
		}
		want := model.Expect(&chat)
		var got []model.Fact
		for _, r := range chat.IRFs {
			if rapid.Bool().Draw(t, "change") {
				r.Role = rapid.SampledFrom(model.Roles).Draw(t, "role")
				r.Ordinal = model.Num(rapid.Int64Range(0, 3).Draw(t, "ordinal"))
			}
			for range rapid.IntRange(0, 2).Draw(t, "copies") {
				got = append(got, r.Fact)
			}
		}
		before := told(model.Compare(&want, got))
		assert.Equal(t, before, told(model.Compare(&want, rapid.Permutation(got).Draw(t, "order"))))
		if before == "" && len(chat.Silent.Rules()) == 0 {
			assert.Len(t, got, len(chat.IRFs))
		}
	})
}

// Far more rows than expected are counted, not paired one by one.
func TestCompareBoundsItsWork(t *testing.T) {
	want := model.Expect(classify(t, log(t, entered+"the customer leaves")))
	row := rowsOf("1, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]")[0]
	ds := model.Compare(&want, slices.Repeat([]model.Fact{row}, 100_000))
	assert.Less(t, len(ds), 1000)
	assert.Equal(t, "99743 more rows", ds[len(ds)-1].Actual)

	some := model.Compare(&want, slices.Repeat([]model.Fact{row}, 1+256))
	assert.Len(t, some, 256)
	assert.Equal(t, "Received/CustomerAbandoned [AbandonedWhileQueued]", some[255].Actual, "so many are named one by one")
}

func TestParseDescriptor(t *testing.T) {
	for _, tt := range []struct {
		text string
		want model.Descriptor
		ok   bool
	}{
		{"RoutedTo/Completed", model.Descriptor{Role: "RoutedTo", Result: "Completed"}, true},
		{" RoutedTo / Redirected [ Revoked ] ", model.Descriptor{Role: "RoutedTo", Result: "Redirected", Reason: "Revoked"}, true},
		{"RoutedTo/Redirected[Revoked]", model.Descriptor{Role: "RoutedTo", Result: "Redirected", Reason: "Revoked"}, true},
		{"RoutedTo", model.Descriptor{}, false},
		{"RoutedTo/", model.Descriptor{}, false},
		{"/Completed", model.Descriptor{}, false},
		{"RoutedTo/Completed/Revoked", model.Descriptor{}, false},
		{"RoutedTo/Redirected [Revoked", model.Descriptor{}, false},
		{"RoutedTo/Redirected Revoked]", model.Descriptor{}, false},
		{"RoutedTo/Redirected []", model.Descriptor{}, false},
		{"RoutedTo/Redirected [Revoked] too", model.Descriptor{}, false},
		{"", model.Descriptor{}, false},
	} {
		got, ok := model.ParseDescriptor(tt.text)
		assert.Equal(t, tt.ok, ok, tt.text)
		assert.Equal(t, tt.want, got, tt.text)
	}
}

func TestNamesAreSafeToShow(t *testing.T) {
	assert.Equal(t, "Agent 1", model.Name("Agent 1"))
	assert.Equal(t, `""`, model.Name(""))
	assert.Equal(t, `"a\nb"`, model.Name("a\nb"))
	assert.Equal(t, `"say \"hi\" \\"`, model.Name(`say "hi" \`))
	assert.Equal(t, `"\u202eevil\x1b[2J"`, model.Name("\u202eevil\x1b[2J"))
	assert.Equal(t, `"\ufffd"`, model.Name("\xff"))
	assert.Equal(t, strings.Repeat("ä", 80)+"…", model.Name(strings.Repeat("ä", 100)))
	assert.Equal(t, `a "b" \x1b[2J`, model.Line("a \"b\" \x1b[2J"))
	assert.Equal(t, strings.Repeat("x", 400)+"…", model.Line(strings.Repeat("x", 500)))
}

// Two names that look alike are written so that the eye sees where they differ.
func TestNamesApart(t *testing.T) {
	tests := []struct{ a, b, wantA, wantB string }{
		{"Agent 1", "Agent 2", "Agent 1", "Agent 2"},
		{"Zo\u00eb", "Zoe\u0308", `"Zo\u00eb"`, `"Zoe\u0308"`},
		{"Anna", "\u0391nna", `"Anna"`, `"\u0391nna"`},
		{"Zoë", "Zoé", "Zoë", "Zoé"},
		{"Agent 1", "Agent 1 ", "Agent 1", `"Agent 1·"`},
		{"a  b·", "a b·", `"a ·b\u00b7"`, "a b·"},
		{"say \"\u00eb\"", "say \"e\u0308\"", `"say \"\u00eb\""`, `"say \"e\u0308\""`},
	}
	for _, tt := range tests {
		a, b := model.Apart(tt.a, tt.b)
		assert.Equal(t, []string{tt.wantA, tt.wantB}, []string{a, b}, "%q and %q", tt.a, tt.b)
	}
}

func TestLevels(t *testing.T) {
	set := model.LevelSet(model.Inferred, model.Documented)
	assert.Equal(t, "documented,inferred", set.String())
	assert.True(t, set.Has(model.Inferred))
	assert.False(t, set.Has(model.Own))
	for _, l := range model.AllLevels {
		parsed, ok := model.ParseLevel(l.String())
		assert.True(t, ok)
		assert.Equal(t, l, parsed)
	}
	_, ok := model.ParseLevel("Documented")
	assert.False(t, ok)
}

// Names are compared by code without making the codes.
func FuzzSameCode(f *testing.F) {
	for _, s := range []string{"", " ", "Unspecified", "un specified", "RoutedTo", "ROUTED TO", "Routed\tTo", "ß", "SS", "é", "É", "u"} {
		f.Add(s, "RoutedTo")
		f.Add("Unspecified", s)
		f.Add(s, s+" ")
	}
	for _, pair := range [][2]string{{"az", "AZ"}, {"a z", "AZ"}, {"`{", "@["}, {"\t", ""}, {"é", "É"}, {"unspecified", ""}, {"UNSPECIFIED", " "}, {"u", "U"}, {"abandoned", ""}, {"ß", "\xc3 \x9f"}} {
		f.Add(pair[0], pair[1])
		f.Add(pair[1], pair[0])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := model.Descriptor{Role: model.Role(a)}, model.Descriptor{Role: model.Role(b)}
		assert.Equal(t, model.Code(a) == model.Code(b), x.Same(y), "%q %q", a, b)
	})
}

// Names in ASCII have the code that they have beside other letters, which is found in another way.
func TestCodesOfASCII(t *testing.T) {
	for c := range rune(128) {
		name := "a" + string(c) + "B"
		assert.Equal(t, model.Code("É"+name), "É"+model.Code(name), "%q", name)
	}
}
