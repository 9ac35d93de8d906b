package model_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// drawn are random chats.
var drawn = sync.OnceValue(func() (logs [][]model.Event) {
	n := 2_000
	if testing.Short() {
		n = 500
	}
	w := gen.NewWalker(gen.Everyday)
	for i := range n {
		logs = append(logs, slices.Clone(w.Log(fmt.Sprintf("c-%05d", i), gen.Seed(18, uint64(i)))))
	}
	return logs
})

// drawnChats are what the reference reads in those.
var drawnChats = sync.OnceValue(func() (chats []model.Chat) {
	for _, log := range drawn() {
		chat, _ := mart(model.Reference(), log)
		chats = append(chats, chat)
	}
	return chats
})

// mart is what a table answers of a chat.
func mart(t *model.Table, log []model.Event) (chat model.Chat, rows []model.Fact) {
	c, rows := newMart(t).of(log)
	return *c, rows
}

// warmMart answers for a table: what it returned before is lost.
type warmMart struct {
	*model.Classifier
	chat model.Chat
	rows []model.Fact
}

func newMart(t *model.Table) *warmMart { return &warmMart{Classifier: model.NewClassifier(t)} }

func (m *warmMart) of(log []model.Event) (*model.Chat, []model.Fact) {
	if err := m.Classify(&m.chat, log); err != nil {
		panic(err)
	}
	m.rows = m.rows[:0]
	for i := range m.chat.IRFs {
		m.rows = append(m.rows, m.chat.IRFs[i].Fact)
	}
	return &m.chat, m.rows
}

// learnt is what the rows of a mart say, which are changed a little first.
func learnt(of *model.Table, least int, change func(i int, rows []model.Fact)) ([]model.Learned, *model.Table) {
	halves, answering := []*model.Learner{model.NewLearner(), model.NewLearner()}, newMart(of)
	for i, log := range drawn() {
		_, rows := answering.of(log)
		change(i, rows)
		halves[i%2].Note(&drawnChats()[i], rows)
	}
	halves[1].Merge(halves[0])
	return halves[1].Learned(model.Reference(), least, .99)
}

func unchanged(int, []model.Fact) {}

// alternatives of a clause, as readings have them.
func alternatives(id model.ClauseID) []model.Yield {
	return slices.Concat(model.ClauseOf(id).Accepts, model.ClauseOf(id).Allows)
}

// judged are the differences between the rows of a mart and what is expected under readings, those of times left out.
func judged(of, readings *model.Table, logs [][]model.Event) (ds []model.Difference) {
	right, answering := newMart(readings), newMart(of)
	for _, log := range logs {
		chat, _ := right.of(log)
		_, rows := answering.of(log)
		want := model.Expect(chat)
		ds = append(ds, model.Compare(&want, rows)...)
		ds = append(ds, model.CheckInvariants(chat, rows)...)
	}
	return ds
}

// What a mart answers is learnt, clause by clause, and nothing else: each alternative alone, mixes of them, and values
// that nobody accepts. Under what was learnt the mart is right, and each mart that answers otherwise is wrong.
func TestLearned(t *testing.T) {
	type test struct {
		name  string
		table *model.Table
		put   map[model.ClauseID]model.Yield
	}
	tests := []test{{"the reference", model.Reference(), nil}}
	answers := func(table *model.Table, id model.ClauseID, k int) *model.Table { return table.Answering(id, k) }
	for _, id := range model.InferredClauses() {
		for k, y := range alternatives(id) {
			tests = append(tests, test{
				fmt.Sprintf("%s %d", model.ClauseName(id), k), answers(model.Reference(), id, k),
				map[model.ClauseID]model.Yield{id: y},
			})
		}
	}
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 18))
		mix := test{fmt.Sprintf("mix %d", seed), model.Reference(), make(map[model.ClauseID]model.Yield)}
		for _, id := range model.InferredClauses() {
			if ys := alternatives(id); len(ys) > 0 && random.IntN(2) == 0 {
				k := random.IntN(len(ys))
				mix.table, mix.put[id] = answers(mix.table, id, k), ys[k]
			}
		}
		tests = append(tests, mix)
	}
	for id, y := range map[model.ClauseID]model.Yield{
		model.I21:        {Result: "Diverted", Reason: "AnsweredByAgent"},
		model.I1Rejected: {Reason: "DECLINED"},
		model.I4:         {Result: "Cleared", Reason: model.NoReason},
		model.I14:        {Reason: "STOPPED"},
		model.I7Entering: {Role: "DivertedTo"},
		model.I16:        {Type: model.QueueResource, Role: model.Received, Result: model.CustomerAbandoned, Reason: "LEFT"},
		model.I9Queue:    {Type: model.QueueResource, Role: model.Received, Result: model.Completed},
	} {
		table, err := model.Reference().Reading(id, y)
		require.NoError(t, err)
		tests = append(tests, test{model.ClauseName(id) + ", another value", table, map[model.ClauseID]model.Yield{id: y}})
	}
	open := make(map[string]int)
	for _, tt := range tests {
		all, table := learnt(tt.table, 5, unchanged)
		for _, x := range all {
			name := tt.name + ": " + model.ClauseName(x.Clause)
			switch {
			case x.Open != "":
				open[model.ClauseName(x.Clause)]++
				assert.False(t, table.Pinned().Has(x.Clause), name)
			case assert.Len(t, x.Answers, 1, name):
				assert.Equal(t, tt.put[x.Clause], x.Answers[0].Yield, name)
				assert.GreaterOrEqual(t, x.Rows, 5)
				assert.True(t, slices.IsSorted(x.Answers[0].Examples))
			}
		}
		for _, d := range judged(tt.table, table, drawn()) {
			if d.OfInvariant() && slices.ContainsFunc(slices.Collect(maps.Keys(tt.put)), func(id model.ClauseID) bool { return !table.Pinned().Has(id) }) {
				continue // of few chats too little was learnt, and the value is no combination of ours
			}
			assert.Equal(t, model.Inferred, d.Level, "%s: %s", tt.name, &d) // behind a clause that is open
		}
	}
	if !testing.Short() { // few chats do not come to all 36
		assert.Less(t, len(open), 4, "%v", slices.Sorted(maps.Keys(open)))
	}
}

// Under the readings of one mart each that answers otherwise is wrong, at the level own; its own answer is right.
func TestReadingsTellMartsApart(t *testing.T) {
	all := model.Reference()
	for _, id := range model.InferredClauses() {
		var err error
		all, err = all.Reading(id, model.Yield{})
		require.NoError(t, err)
	}
	for _, id := range model.InferredClauses() {
		logs := touching(id, 50)
		if len(logs) < 5 {
			continue
		}
		marts := []*model.Table{model.Reference()}
		for k := range alternatives(id) {
			marts = append(marts, model.Reference().Answering(id, k))
		}
		for i, y := range append([]model.Yield{{}}, alternatives(id)...) {
			readings, err := all.Reading(id, y)
			require.NoError(t, err, model.ClauseName(id))
			for j, other := range marts {
				levels := make(map[model.Level]int)
				for _, d := range judged(other, readings, logs) {
					levels[d.Level]++
				}
				name := fmt.Sprintf("%s pinned to %d, answered %d", model.ClauseName(id), i, j)
				if i == j {
					assert.Empty(t, levels, name)
				} else {
					assert.NotZero(t, levels[model.Own], name)
					assert.Zero(t, levels[model.Documented], name)
				}
			}
		}
	}
}

// A fault in what is documented is one under any readings.
func TestFaultsAreSeenUnderReadings(t *testing.T) {
	for _, id := range []model.ClauseID{model.I1Rejected, model.I3Target, model.I9Strategy, model.I15, model.I21} {
		k := len(alternatives(id)) - 1
		readings, err := model.Reference().Reading(id, alternatives(id)[k])
		require.NoError(t, err)
		for _, documented := range []model.ClauseID{model.R1, model.R2, model.R4, model.R8, model.R9, model.R11, model.R14} {
			wrong := model.Reference().Answering(id, k).Dropping(documented)
			assert.True(t, slices.ContainsFunc(judged(wrong, readings, touching(documented, 40)), func(d model.Difference) bool {
				return d.Level == model.Documented
			}), "%s, without %s", model.ClauseName(id), model.RuleOf(documented).ID)
		}
	}
}

// touching are chats in which a clause bears on a row, or on none.
func touching(id model.ClauseID, n int) (logs [][]model.Event) {
	for i, log := range drawn() {
		chat := &drawnChats()[i]
		if chat.Silent.Has(id) || slices.ContainsFunc(chat.IRFs, func(r model.IRF) bool { return r.Clauses.Has(id) }) {
			logs = append(logs, log)
		}
		if len(logs) == n {
			break
		}
	}
	return logs
}

// One wrong row in a thousand does not keep a clause from being pinned, and is told with an example; 2 % do.
func TestMinorities(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: too few chats are drawn for one in 200")
	}
	spoil := func(every int) func(int, []model.Fact) {
		n := 0
		return func(_ int, rows []model.Fact) {
			for i := range rows {
				if rows[i].Reason == model.RejectedReason {
					if n++; n%every == 0 {
						rows[i].Reason = model.RevokedReason
					}
				}
			}
		}
	}
	const text = "I1.rejected"
	of := func(every int) model.Learned {
		all, _ := learnt(model.Reference(), 20, spoil(every))
		id, ok := model.InferredClause(text)
		require.True(t, ok)
		return all[slices.IndexFunc(all, func(x model.Learned) bool { return x.Clause == id })]
	}
	few := of(200)
	assert.Empty(t, few.Open)
	require.Len(t, few.Answers, 2)
	assert.Equal(t, model.Yield{Reason: model.RevokedReason}, few.Answers[1].Yield)
	assert.Len(t, few.Answers[1].Examples, min(few.Answers[1].Rows, model.MaxExamples))
	assert.Regexp(t, `^its most frequent answer has 98\.[0-9] % of the rows, and 99 % are needed$`, of(50).Open)
}

// What a mart answers in more ways than are told apart is counted, and never pinned.
func TestManyAnswers(t *testing.T) {
	spoil := func(i int, rows []model.Fact) {
		for n := range rows {
			if rows[n].Reason == model.RejectedReason {
				rows[n].Reason = model.Reason(fmt.Sprintf("R%d/%d", i, n))
			}
		}
	}
	forward := model.NewLearner()
	for range 3 {
		for i, log := range drawn() {
			chat, rows := mart(model.Reference(), log)
			spoil(i*7+len(rows), rows)
			forward.Note(&chat, rows)
		}
	}
	all, table := forward.Learned(model.Reference(), 20, .99)
	for _, x := range all {
		if model.ClauseName(x.Clause) == "I1.rejected" {
			assert.NotEmpty(t, x.Open)
			assert.LessOrEqual(t, len(x.Answers), 1001)
		}
	}
	assert.False(t, table.Pinned().Has(model.I1Rejected))
}

// What a reading may not say: each is refused by the invariant that its rows would break, or as no answer of the clause.
func TestReadingsThatBreak(t *testing.T) {
	for _, tt := range []struct {
		clause string
		yield  model.Yield
		want   string
	}{
		{"I10", model.Yield{Result: "Nonsense"}, "V1"},
		{"I15", model.Yield{Role: "Guest"}, "V1"},
		{"I4", model.Yield{Result: model.Completed}, "V7"}, // with the reason Revoked
		{"I4", model.Yield{Reason: model.AbandonedWhileQueued}, "V7"},
		{"I12", model.Yield{Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued}, "V9"},
		{"I5.stopped-by-another", model.Yield{Result: model.CustomerAbandoned, Reason: model.AbandonedWhileRinging}, "V9"},
		{"I5.the-customer-leaves", model.Yield{Result: model.CustomerAbandoned, Reason: model.NoReason}, "V9"},
		{"I21.the-agent", model.Yield{Result: model.Transferred, Reason: model.NoReason}, "V5"},
		{"I9.queue", model.Yield{Type: model.QueueResource, Role: model.Received, Result: model.CustomerAbandoned}, "V9"},
		{"I16", model.Yield{Type: model.QueueResource, Role: model.Received, Result: model.Completed, Reason: model.AbandonedWhileRinging}, "V7"},
		{"I16", model.Yield{Role: model.Received, Result: model.Completed}, "the type (queue or strategy), role and result of a row"},
		{"I1.rejected", model.Yield{Type: model.AgentResource, Reason: "X"}, "type"},
		{"I15", model.Yield{Result: model.Completed}, "a role alone"},
		{"I10", model.Yield{Role: model.RoutedTo}, "no role"},
		{"I8", model.Yield{Role: model.RoleByFirstMode}, "is not an answer of this clause"},
		{"I13", model.Yield{Reason: model.AbandonedWhileQueued}, "V7"},
		{"I1.rejected", model.Yield{Role: model.ReceivedTransfer}, "V6"}, // also of a chat's first agent
		{"I7.entering", model.Yield{Role: model.InConference}, "V6"},
		{"I9.queue", model.Yield{Type: model.QueueResource, Role: model.ReceivedConsult, Result: model.Completed}, "V6"},
		{"I8", model.Yield{Reason: "Transferred"}, "V14"}, // with mode 1, there is no I8
		{"I12", model.Yield{Reason: "Other"}, "V12"},      // without the pending invitation that fails, there is no I12
		{"I19", model.Yield{Reason: "Other"}, "V19"},
		{"I17.failed-late", model.Yield{Role: "DivertedTo"}, "V12"}, // without the invitation that failed, it is R8's
	} {
		id, ok := model.InferredClause(tt.clause)
		require.True(t, ok, tt.clause)
		_, err := model.Reference().Reading(id, tt.yield)
		assert.ErrorContains(t, err, tt.want, tt.clause)
	}
	table, err := model.Reference().Reading(model.I1Rejected, model.Yield{Reason: model.RevokedReason})
	require.NoError(t, err)
	_, err = table.Reading(model.I4, model.Yield{Result: "Cleared", Reason: "Other"})
	assert.ErrorContains(t, err, "V7") // each by itself is right
	_, ok := model.InferredClause("R1")
	assert.False(t, ok)
	assert.Equal(t, model.Yield{Reason: model.RevokedReason}, table.Answer(model.I1Rejected))
}

// Whatever is not refused breaks no invariant and no relation, in the chats that it bears on.
func TestReadingsKeepInvariants(t *testing.T) {
	n, kept := 60, 0
	if testing.Short() {
		n = 10
	}
	for _, id := range model.InferredClauses() {
		logs := touching(id, n)
		for y := range someYields {
			table, err := model.Reference().Reading(id, y)
			if err != nil {
				continue
			}
			kept++
			name := fmt.Sprintf("%s %+v", model.ClauseName(id), y)
			for _, d := range judged(table, table, logs) {
				assert.Fail(t, d.String(), name)
			}
			for i, log := range logs {
				_, of := mart(table, log)
				for _, relation := range gen.Relations {
					variant, r, ok := gen.Relate(nil, relation, -1, log, "3a50f11f-081b-79d6-78ad-37817ca9c361", gen.Seed(6, uint64(i)))
					if !ok {
						continue
					}
					for _, chat := range chatsOf(variant) {
						if _, rows := mart(table, chat); chat[0].InteractionID == r.Variant {
							require.Empty(t, r.Compare(of, rows), "%s: %s", name, relation)
						}
					}
				}
			}
		}
	}
	assert.Greater(t, kept, 200)
}

// someYields are answers of each kind, some of which no clause may have.
func someYields(yield func(model.Yield) bool) {
	for _, kind := range []model.ResourceType{"", model.QueueResource, model.StrategyResource} {
		for _, role := range []model.Role{"", model.Received, model.InConference, "DivertedTo"} {
			for _, result := range []model.Result{"", model.Completed, model.Transferred, "Cleared"} {
				for _, reason := range []model.Reason{"", "Other"} {
					y := model.Yield{Type: kind, Role: role, Result: result, Reason: reason}
					if y != (model.Yield{}) && !yield(y) {
						return
					}
				}
			}
		}
	}
}

// chatsOf parts events by their interactions.
func chatsOf(events []model.Event) [][]model.Event {
	by := make(map[string][]model.Event)
	for _, e := range events {
		by[e.InteractionID] = append(by[e.InteractionID], e)
	}
	return slices.Collect(maps.Values(by))
}

// Rows without a log may have what a reading pins, and nothing else that is no combination of ours.
func TestReadingsOfRowsAlone(t *testing.T) {
	table, err := model.Reference().Reading(model.I1Rejected, model.Yield{Reason: "Declined"})
	require.NoError(t, err)
	table, err = table.Reading(model.I9Queue, model.Yield{Type: model.QueueResource, Role: model.Received, Result: "Cleared"})
	require.NoError(t, err)
	row := func(kind model.ResourceType, role model.Role, result model.Result, reason model.Reason) []model.Fact {
		return []model.Fact{{InteractionID: "c", ResourceType: kind, Resource: "x", Role: role, Result: result, Reason: reason}}
	}
	for _, rows := range [][]model.Fact{
		row(model.AgentResource, model.RoutedTo, model.Redirected, "declined"),
		row("", model.InConference, model.Abandoned, "DECLINED"),
		row("Queue", model.Received, "cleared", ""),
	} {
		assert.Empty(t, table.CheckRows(rows))
		assert.Len(t, model.CheckInvariants(nil, rows), 1)
		for _, c := range model.RowConditions() {
			if c.Invariant == "V2" {
				_, broken := c.On(table, &rows[0])
				assert.False(t, broken)
			}
		}
	}
	assert.Len(t, table.CheckRows(row(model.AgentResource, model.RoutedTo, model.Completed, "Declined")), 1)
}

// A difference counts where a clause is pinned, though others stand behind the row that have but one answer: a consulted
// agent that stays on alone (I8) has always been left (I12).
func TestPinnedClausesCount(t *testing.T) {
	of := func(clause string, y model.Yield) *model.Table {
		id, ok := model.InferredClause(clause)
		require.True(t, ok)
		table, err := model.Reference().Reading(id, y)
		require.NoError(t, err)
		return table
	}
	events := log(t, handled+`"Agent 1" invites "Agent 2" to a consult
		"Agent 2" accepts
		"Agent 1" removes "Agent 1"
		"Agent 2" completes the chat`)
	judged := func(table *model.Table) string {
		var chat model.Chat
		require.NoError(t, model.NewClassifier(table).Classify(&chat, events))
		want := model.Expect(&chat)
		got := mustRows(t, events)
		return told(model.Compare(&want, got))
	}
	assert.Empty(t, judged(model.Reference()))
	assert.Regexp(t, `^own Agent 2: expected InConference/Completed, got ReceivedConsult/Completed`, judged(of("I8", model.Yield{Role: model.InConference})))
}

// mustRows are the reference's rows of a log.
func mustRows(t *testing.T, events []model.Event) (rows []model.Fact) {
	for _, r := range classify(t, events).IRFs {
		rows = append(rows, r.Fact)
	}
	return rows
}
