package model_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// What became of each attempt between two marts. The chat has two rows: Agent 1 is routed and transfers, Agent 2
// rejects (I1).
func TestCompareMarts(t *testing.T) {
	log := log(t, alerted+"\"Agent 1\" rejects\nthe server returns the chat to queue \"Queue 1\"\nstrategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 2\"\n\"Agent 2\" accepts\n\"Agent 2\" completes the chat")
	chat, right := mart(model.Reference(), log)
	require.Len(t, right, 2)
	want := model.Expect(&chat)
	levels := model.LevelSet(model.Documented, model.Invariant, model.Own)
	row := func(i int, change func(*model.Fact)) []model.Fact {
		rows := append([]model.Fact{}, right...)
		change(&rows[i])
		return rows
	}
	role := func(r model.Role) func(*model.Fact) { return func(f *model.Fact) { f.Role = r } }
	reason := func(r model.Reason) func(*model.Fact) { return func(f *model.Fact) { f.Reason = r } }
	held := func(rows []model.Fact) model.MartRows {
		return model.MartRows{Rows: rows, Differences: model.Compare(&want, rows)}
	}
	for _, tt := range []struct {
		name     string
		old, new []model.Fact
		changes  []model.Change
		says     []string
	}{
		{"alike and right", right, right, []model.Change{model.Alike, model.Alike}, nil},
		{"in any order", right, []model.Fact{right[1], right[0]}, []model.Change{model.Alike, model.Alike}, nil},
		{
			"a regression", right, row(1, role(model.Puller)),
			[]model.Change{model.Alike, model.Regression},
			[]string{"expected RoutedTo/Completed, was RoutedTo/Completed, got Puller/Completed"},
		},
		{
			"corrected", row(1, role(model.Puller)), right,
			[]model.Change{model.Alike, model.Corrected},
			[]string{"expected RoutedTo/Completed, was Puller/Completed, got RoutedTo/Completed"},
		},
		{"alike and wrong", row(1, role(model.Puller)), row(1, role(model.Puller)), []model.Change{model.Alike, model.AlikeWrong}, []string{"was Puller/Completed, got Puller/Completed"}},
		{"both wrong", row(1, role(model.Puller)), row(1, role(model.InConference)), []model.Change{model.Alike, model.WrongOtherwise}, []string{"was Puller/Completed, got InConference/Completed"}},
		{"an accepted alternative", right, row(0, reason(model.RevokedReason)), []model.Change{model.Otherwise, model.Alike}, []string{"was RoutedTo/Redirected [Rejected], got RoutedTo/Redirected [Revoked]"}},
		{"at another level", right, row(0, reason(model.CanceledReason)), []model.Change{model.Beneath, model.Alike}, []string{"was RoutedTo/Redirected [Rejected], got RoutedTo/Redirected [Canceled]"}},
		{"a row is lost", right, right[:1], []model.Change{model.Alike, model.Regression}, []string{"expected RoutedTo/Completed, was RoutedTo/Completed, got no row"}},
		{
			"a row too many", right, append(append([]model.Fact{}, right...), model.Fact{InteractionID: right[0].InteractionID, Resource: "x", Role: model.Puller, Result: model.Completed}),
			[]model.Change{model.Alike, model.Alike, model.Regression},
			[]string{"x: expected no row, was no row, got Puller/Completed"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes, ds := model.CompareMarts(&want, held(tt.old), held(tt.new), levels)
			assert.Equal(t, tt.changes, changes)
			require.Len(t, ds, len(tt.says))
			for i := range ds {
				assert.Contains(t, ds[i].String(), tt.says[i])
			}
			worst := model.Worst(changes)
			assert.Equal(t, worst == model.Regression || worst == model.WrongOtherwise, model.Require(ds, levels))
		})
	}
}

// With a log, readings say which of the two marts is right, even if they pin all that decides the chat: its level is
// then that of a comparison without a log.
func TestCompareMartsUnderReadings(t *testing.T) {
	id, ok := model.InferredClause("I9.strategy")
	require.True(t, ok)
	table, err := model.Reference().Reading(id, model.Yield{Type: model.StrategyResource, Role: model.Puller, Result: model.Completed})
	require.NoError(t, err)
	chat, right := mart(table, log(t, "a customer submits a chat\nthe chat enters queue \"Queue 1\"\nstrategy \"Strategy 1\" takes the chat from queue \"Queue 1\"\nstrategy \"Strategy 1\" stops the chat"))
	want := model.Expect(&chat)
	require.Equal(t, model.Own, want.Level)
	require.Len(t, right, 1)
	held := func(rows ...model.Fact) model.MartRows {
		return model.MartRows{Rows: rows, Differences: model.Compare(&want, rows)}
	}
	wrong := right[0]
	wrong.Result = model.Abandoned
	for _, tt := range []struct {
		name     string
		old, new model.MartRows
		want     model.Change
	}{
		{"corrected", held(wrong), held(right[0]), model.Corrected},
		{"a regression", held(right[0]), held(wrong), model.Regression},
		{"alike and wrong", held(wrong), held(wrong), model.AlikeWrong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes, ds := model.CompareMarts(&want, tt.old, tt.new, model.LevelSet(model.Own))
			assert.Equal(t, []model.Change{tt.want}, changes)
			require.Len(t, ds, 1)
			assert.Contains(t, ds[0].String(), "expected Puller/Completed, was ")
		})
	}
}

// Without a log the old rows are taken to the letter, whatever their ordinals begin with.
func TestExpectRows(t *testing.T) {
	old := []model.Fact{
		{InteractionID: "c", Ordinal: model.Num(1), Resource: "B", Role: model.ReceivedTransfer, Result: model.Completed, ReceivedFrom: model.Num(0)},
		{InteractionID: "c", Ordinal: model.Num(0), Resource: "A", Role: model.RoutedTo, Result: model.Transferred},
	}
	successor := []model.Fact{
		{InteractionID: "c", Ordinal: model.Num(1), Resource: "A", Role: model.RoutedTo, Result: model.Transferred},
		{InteractionID: "c", Ordinal: model.Num(2), Resource: "B", Role: model.ReceivedTransfer, Result: model.Completed, ReceivedFrom: model.Num(1)},
	}
	want := model.ExpectRows("c", old)
	assert.Empty(t, model.Compare(&want, successor))
	changes, ds := model.CompareMarts(&want, model.MartRows{Rows: old}, model.MartRows{Rows: successor}, model.LevelSet(model.Own))
	assert.Equal(t, []model.Change{model.Alike, model.Alike}, changes)
	assert.Empty(t, ds)

	successor[1].Result, successor[1].Reason = model.Abandoned, model.RevokedReason
	bad := model.Difference{InteractionID: "c", Resource: "B", Field: "V7", Level: model.Invariant, Actual: "x"}
	changes, ds = model.CompareMarts(&want, model.MartRows{Rows: old}, model.MartRows{
		Rows: successor, Differences: append(model.Compare(&want, successor), bad),
	}, model.LevelSet(model.Own, model.Invariant))
	assert.Equal(t, []model.Change{model.Alike, model.Regression}, changes)
	require.Len(t, ds, 2)
	assert.Contains(t, ds[0].String(), "was ReceivedTransfer/Completed, got ReceivedTransfer/Abandoned [Revoked]")
	assert.NotContains(t, ds[0].String(), "expected")
	assert.Equal(t, model.Regression, ds[1].Change)
	assert.Contains(t, ds[1].String(), "was nothing, x")

	lines := model.Beside(&want, old, append(successor, model.Fact{InteractionID: "c", Resource: "C"}))
	require.Len(t, lines, 3)
	assert.Equal(t, model.Completed, lines[1][0].Result)
	assert.Equal(t, model.Abandoned, lines[1][1].Result)
	assert.Nil(t, lines[2][0])
	assert.Equal(t, "C", lines[2][1].Resource)
}

// Without a log a row is one attempt, whatever is wrong with it. What breaks an invariant alike in both marts, or has a
// type that nobody knows in both, has not changed.
func TestCompareMartsWithoutLog(t *testing.T) {
	row := func(name string, kind model.ResourceType, result model.Result) model.Fact {
		return model.Fact{InteractionID: "c", Resource: name, ResourceType: kind, Role: model.RoutedTo, Result: result}
	}
	const agent, pulled = model.AgentResource, "Pulled" // which RoutedTo never has: V2
	good, bad, odd := row("Anna", agent, model.Completed), row("Anna", agent, pulled), row("Anna", "SITE", model.Completed)
	late := row("Anna", agent, model.Completed) // V11
	late.Start, late.End = time.Unix(1, 0), time.Unix(0, 0)
	rows := func(rows ...model.Fact) []model.Fact { return rows }
	for _, tt := range []struct {
		name     string
		old, new []model.Fact
		want     []model.Change
		says     []model.Change // of the differences
	}{
		{"alike", rows(good), rows(good), []model.Change{model.Alike}, nil},
		{"an invariant broken alike", rows(bad), rows(bad), []model.Change{model.AlikeWrong}, []model.Change{model.AlikeWrong}},
		{"an unknown type in both", rows(odd), rows(odd), []model.Change{model.Beneath}, []model.Change{model.AlikeWrong}},
		{"another unknown type", rows(odd), rows(row("Anna", "PLACE", model.Completed)), []model.Change{model.Changed}, []model.Change{model.Changed, model.WrongOtherwise}},
		{"changed", rows(good), rows(row("Anna", agent, model.Redirected)), []model.Change{model.Changed}, []model.Change{model.Changed}},
		{"changed to what breaks an invariant", rows(good), rows(bad), []model.Change{model.Regression}, []model.Change{model.Changed, model.Regression}},
		{"changed from it", rows(bad), rows(good), []model.Change{model.Changed}, []model.Change{model.Changed, model.Corrected}},
		{"changed from one to another", rows(bad), rows(late), []model.Change{model.WrongOtherwise}, []model.Change{model.Changed, model.Regression, model.Corrected}},
		{"under another name", rows(good), rows(row("Ann", agent, pulled)), []model.Change{model.Changed, model.Regression}, []model.Change{model.Changed, model.Regression, model.Changed}},
		{"one of two rows of an agent", rows(good, good), rows(good, bad), []model.Change{model.Alike, model.Regression}, []model.Change{model.Changed, model.Regression}},
		{"both rows of an agent, alike", rows(bad, bad), rows(bad, bad), []model.Change{model.AlikeWrong, model.AlikeWrong}, []model.Change{model.AlikeWrong, model.AlikeWrong}},
		{"another row of the agent changed", rows(good, bad), rows(row("Anna", agent, model.Redirected), bad), []model.Change{model.Changed, model.AlikeWrong}, []model.Change{model.Changed, model.AlikeWrong}},
		{"a row too many that breaks one", rows(good), rows(good, row("Bob", agent, pulled)), []model.Change{model.Alike, model.Regression}, []model.Change{model.Regression, model.Changed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, table := model.ExpectRows("c", tt.old), model.Reference()
			changes, ds := model.CompareMarts(&want, model.MartRows{Rows: tt.old, Differences: table.CheckRows(tt.old)}, model.MartRows{
				Rows: tt.new, Differences: append(model.Compare(&want, tt.new), table.CheckRows(tt.new)...),
			}, model.LevelSet(model.Documented, model.Invariant, model.Own))
			assert.Equal(t, tt.want, changes)
			var says []model.Change
			for _, d := range ds {
				says = append(says, d.Change)
			}
			assert.Equal(t, tt.says, says)
		})
	}
}

// Of an agent's two rows, one breaks an invariant in the old mart, and the other in the new one, in a chat that is over
// or still open: that is not alike.
func TestCompareMartsByRow(t *testing.T) {
	const rejects = "\"Agent 1\" rejects\nthe server returns the chat to queue \"Queue 1\"\n"
	const twice = alerted + rejects + "strategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 1\"\n" + rejects
	for name, end := range map[string]string{"finished": "the server stops the chat", "open": ""} {
		t.Run(name, func(t *testing.T) {
			chat, right := mart(model.Reference(), log(t, twice+end))
			want := model.Expect(&chat)
			doubled := func(i int) model.MartRows {
				rows, ds := model.Twins(&chat, append([]model.Fact{right[i]}, right...))
				if chat.StoppedSeq == 0 {
					_, rows = model.CompareOpen(&want, rows)
				}
				return model.MartRows{Rows: rows, Differences: ds}
			}
			levels := model.LevelSet(model.Invariant)
			changes, ds := model.CompareMarts(&want, doubled(1), doubled(0), levels)
			assert.Equal(t, []model.Change{model.Regression, model.Corrected}, changes[:2])
			assert.True(t, model.Require(ds, levels))
			changes, ds = model.CompareMarts(&want, doubled(1), doubled(1), levels)
			assert.Equal(t, []model.Change{model.Alike, model.AlikeWrong}, changes[:2])
			assert.False(t, model.Require(ds, levels))
		})
	}
}

// So of rows that differ from what is expected, too, whose differences are mended before invariants are checked.
func TestCompareMartsByMendedRow(t *testing.T) {
	const expires = "the invitation of \"Agent 1\" is revoked as \"Expired\"\nthe server returns the chat to queue \"Queue 1\"\n"
	chat, right := mart(model.Reference(), log(t, alerted+expires+
		"strategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 1\"\n"+expires+"the server stops the chat"))
	want, levels := model.Expect(&chat), model.LevelSet(model.Documented, model.Invariant)
	backwards := func(i int) model.MartRows {
		rows := slices.Clone(right)
		for k := range rows {
			rows[k].Reason = "Zz"
		}
		rows[i].End = rows[i].Start.Add(-time.Second)
		ds := model.Compare(&want, rows)
		return model.MartRows{Rows: rows, Differences: append(ds, model.CheckBesides(&want, rows, ds, levels)...)}
	}
	changes, ds := model.CompareMarts(&want, backwards(1), backwards(0), levels)
	assert.Equal(t, model.WrongOtherwise, changes[0])
	assert.True(t, model.Require(ds, levels))
	_, ds = model.CompareMarts(&want, backwards(1), backwards(1), levels)
	assert.False(t, model.Require(ds, levels))
}

// Without a log, too: the row whose received_from names no row of an agent is another one.
func TestCompareMartsBySender(t *testing.T) {
	rows := func(strange int) (rows []model.Fact) {
		for i := range 3 {
			f := model.Fact{InteractionID: "c", Ordinal: model.Num(int64(i + 1)), Resource: "Anna", Role: model.RoutedTo, Result: model.Completed}
			if i == strange {
				f.ReceivedFrom = model.Num(9)
			}
			rows = append(rows, f)
		}
		return append(rows[1:], rows[0])
	}
	old, successor, table := rows(1), rows(2), model.Reference()
	want := model.ExpectRows("c", old)
	changes, _ := model.CompareMarts(&want, model.MartRows{Rows: old, Differences: table.CheckRows(old)},
		model.MartRows{Rows: successor, Differences: table.CheckRows(successor)}, model.LevelSet(model.Inferred))
	assert.Equal(t, []model.Change{model.Alike, model.Corrected, model.Regression}, changes)
}

// Old rows have ranks only if each has an ordinal of its own: a name's place in the alphabet is none.
func TestExpectRowsRanks(t *testing.T) {
	rows := func(zoe, anna model.Number) []model.Fact {
		return []model.Fact{
			{InteractionID: "c", Ordinal: zoe, Resource: "Zoe", Role: model.RoutedTo, Result: model.Transferred},
			{InteractionID: "c", Ordinal: anna, Resource: "Anna", Role: model.ReceivedTransfer, Result: model.Completed},
		}
	}
	one, two, none := model.Num(1), model.Num(2), model.Number{}
	for _, tt := range []struct {
		name        string
		old, new    []model.Fact
		differences int
	}{
		{"with ordinals", rows(one, two), rows(one, two), 0},
		{"in another order", rows(two, one), rows(one, two), 2},
		{"without", rows(none, none), rows(one, two), 0},
		{"one without", rows(one, none), rows(one, two), 0},
		{"the new ones without", rows(two, one), rows(none, none), 0},
		{"one ordinal twice", rows(one, one), rows(one, one), 0},
		{"one ordinal twice, mended", rows(one, one), rows(one, two), 0},
		{"one ordinal twice, new", rows(one, two), rows(one, one), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := model.ExpectRows("c", tt.old)
			assert.Len(t, model.Compare(&want, tt.new), tt.differences)
		})
	}
}
