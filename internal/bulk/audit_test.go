package bulk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

var options = bulk.CheckOptions{Options: bulk.Options{Memory: 32 << 20}, Require: model.LevelSet(model.Documented, model.Invariant, model.Own)}

// place writes lines to a file.
func place[T any](t *testing.T, appended func([]byte, *T) []byte, of []T) tables.Place {
	var b []byte
	for i := range of {
		b = appended(b, &of[i])
	}
	file := filepath.Join(t.TempDir(), "rows.jsonl")
	require.NoError(t, os.WriteFile(file, b, 0o666))
	return tables.Place{Path: file}
}

func rowOf(id, resource, descriptor string) model.Fact {
	d, ok := model.ParseDescriptor(descriptor)
	if !ok {
		panic(descriptor)
	}
	return model.Fact{InteractionID: id, Resource: resource, Role: d.Role, Result: d.Result, Reason: d.Reason}
}

// Whatever the order in which rows come, and however many work, the report is the same: the example is the smallest.
func TestExampleIsTheSmallest(t *testing.T) {
	facts := []model.Fact{
		rowOf("c", "A", "RoutedTo/Completed [Revoked]"),
		rowOf("b", "A", "RoutedTo/Completed [Revoked]"),
		rowOf("a", "A", "RoutedTo/Completed [Revoked]"), rowOf("a", "B", "InConference/Completed"),
	}
	for i := range 10 {
		rand.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		o := options
		o.Jobs = 1 + i%3
		r, err := bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, facts))
		require.NoError(t, err)
		assert.Equal(t, 3, r.Differing)
		require.Len(t, r.Findings, 2)
		for i, signature := range []string{"V2 (blank) RoutedTo/Completed [Revoked]", "V7 RoutedTo/Completed [Revoked]"} {
			assert.Equal(t, signature, r.Findings[i].Signature)
			assert.Equal(t, 3, r.Findings[i].Chats)
			assert.Equal(t, "b", r.Findings[i].Example.InteractionID)
		}
	}
}

// A column that is wrong everywhere is one finding, not one for each combination of rules.
func TestColumnThatIsWrongEverywhere(t *testing.T) {
	logs := gen.Random(50, false, 1)
	var events []model.Event
	for i := range 50 {
		log, _ := logs(i, fmt.Sprint("chat ", i))
		events = append(events, log...)
	}
	var facts []model.Fact
	found, _ := model.ClassifyLog(model.Reference(), events)
	for _, c := range found {
		for _, r := range c.IRFs {
			r.ReceivedFrom = model.Num(99)
			facts = append(facts, r.Fact)
		}
	}
	r, err := bulk.CheckChats(t.Context(), options, place(t, wire.AppendEvent, events), place(t, wire.AppendFact, facts))
	require.NoError(t, err)
	require.Len(t, r.Findings, 2)
	assert.Equal(t, "V21 received_from names no earlier row of an agent", r.Findings[0].Signature) // which needs no log to see it
	assert.Equal(t, "received_from", r.Findings[1].Signature)
}

// An implementation may write anything: signatures are bounded, what is beyond them is counted, and which are kept does
// not depend on the order.
func TestSignaturesAreBounded(t *testing.T) {
	var facts []model.Fact
	for i := range 5000 {
		facts = append(facts, rowOf(fmt.Sprint(i), "A", fmt.Sprintf("Role %d/Completed", i)))
	}
	var kept []string
	for jobs := 1; jobs < 4; jobs++ {
		rand.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		o := options
		o.Jobs = jobs
		r, err := bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, facts))
		require.NoError(t, err)
		assert.Equal(t, 5000, r.Differing)
		assert.Len(t, r.Findings, 1000)
		assert.Equal(t, 9000, r.Unsaid) // each row breaks V1 and V2
		assert.Equal(t, []engine.Unsaid{
			{Signature: "V2 *", Level: "invariant", Gates: true, Times: 5000, Chats: 5000, Field: "V2"},
			{Signature: "V1 *", Level: "invariant", Gates: true, Times: 4000, Chats: 4000, Field: "V1"},
		}, r.UnsaidBy)
		var signatures []string
		for _, f := range r.Findings {
			signatures = append(signatures, f.Signature)
		}
		if kept == nil {
			kept = signatures
		}
		assert.Equal(t, kept, signatures)
	}
}

// The verdict counts what has no finding, too, and so do the entries of expectations.
func TestVerdictCountsWhatIsNotListed(t *testing.T) {
	var facts []model.Fact
	for i := range 1100 {
		facts = append(facts, rowOf(fmt.Sprint(i), "A", fmt.Sprintf("Role %d/Completed", i)))
	}
	facts = append(facts, rowOf("x", "A", "RoutedTo/Pulled"), rowOf("y", "A", "RoutedTo/Pulled"))
	const roles, combinations = "- {signature: V1 *, verdict: fail, reason: roles}\n", "- {signature: V2 *, verdict: fail, reason: others}\n"
	for _, c := range []struct {
		expected string
		held     []int
		verdict  engine.Conclusion
		first    string
	}{
		{"", nil, engine.Nonconforming, "V2 (blank) RoutedTo/Pulled"},
		{roles, []int{1100}, engine.Nonconforming, "V2 (blank) RoutedTo/Pulled"},
		{combinations, []int{1102}, engine.Nonconforming, "V1 Role 0/Completed"},
		{roles + combinations, []int{1100, 1102}, engine.AsExpected, "V2 (blank) RoutedTo/Pulled"},
	} {
		for jobs := 1; jobs < 4; jobs++ {
			rand.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
			x, err := engine.ReadExpectations("expect.yaml", c.expected)
			require.NoError(t, err)
			o := options
			o.Jobs, o.Expect, o.Excuse = jobs, x, true
			r, err := bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, facts))
			require.NoError(t, err)
			x.Count(r.Held, r.Chats)
			for i, n := range c.held {
				assert.Equal(t, n, x.Entries[i].Held)
			}
			verdict := func(lines []*engine.ScenarioLine) engine.Conclusion {
				return engine.NewAudit(&r.Audit, lines, nil, options.Require, &engine.Judged{Known: x}).Footer.Verdict
			}
			assert.Equal(t, c.verdict, verdict(r.Lines(options.Require)), c.expected)
			assert.Equal(t, c.verdict == engine.Nonconforming, verdict(nil) == engine.Nonconforming, "whichever are kept")
			assert.Equal(t, c.verdict == engine.Nonconforming, r.Lines(options.Require)[0].Gates)
			o.Excuse = false // the entries are only to be rewritten
			r, err = bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, facts))
			require.NoError(t, err)
			for _, u := range r.UnsaidBy {
				assert.Equal(t, "yes", u.Counts())
			}
		}
	}
}

// Whoever expects what was found needs a difference of each finding, even if a chat has very many of another one.
func TestFindingHasItsDifferences(t *testing.T) {
	var facts []model.Fact
	for i := range bulk.MaxRows + 100 {
		facts = append(facts, rowOf("a", fmt.Sprint("A", i), "RoutedTo/Pulled"))
	}
	late := rowOf("a", "Z", "RoutedTo/Completed")
	late.Start = time.Unix(1_800_000_000, 0)
	late.End = late.Start.Add(-time.Hour)
	r, err := bulk.CheckRows(t.Context(), options, place(t, wire.AppendFact, append(facts, late)))
	require.NoError(t, err)
	require.Len(t, r.Findings, 2)
	for i, differences := range []int{bulk.MaxRows, 1} {
		f := r.Findings[i]
		assert.Len(t, f.Example.Differences, differences)
		for _, d := range f.Example.Differences {
			assert.Contains(t, f.Signature, string(d.Field))
		}
	}
}

// The reference's own facts agree, whole chats and unfinished ones, whatever their order; and one row more, less or
// other is seen, and named with its chat, but for rows of attempts that were still open.
func TestChats(t *testing.T) {
	var log []model.Event
	var facts []model.Fact
	logs := gen.Random(200, false, 1)
	for i := range 200 {
		events, _ := logs(i, fmt.Sprint("chat ", i))
		if i%5 == 0 {
			events = events[:len(events)-1]
		}
		log = append(log, events...)
	}
	found, bad := model.ClassifyLog(model.Reference(), log)
	require.Empty(t, bad)
	open := 0
	for _, c := range found {
		for _, r := range c.IRFs {
			facts = append(facts, r.Fact)
		}
		if c.StoppedSeq == 0 {
			open++
			facts = append(facts, rowOf(c.InteractionID, "later", "RoutedTo/Completed"))
		}
	}
	rand.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
	rand.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
	events := place(t, wire.AppendEvent, log)
	o := options
	o.Require = model.LevelSet(model.AllLevels...)
	checked := func(facts []model.Fact) *bulk.Report {
		r, err := bulk.CheckChats(t.Context(), o, events, place(t, wire.AppendFact, facts))
		require.NoError(t, err)
		return r
	}
	r := checked(facts)
	assert.Equal(t, len(found), r.Chats)
	assert.Equal(t, len(found), r.Agreeing)
	assert.Equal(t, len(facts), r.Rows)
	assert.Equal(t, open, r.Unfinished)
	assert.Equal(t, open, r.Early)

	at := slices.IndexFunc(facts, func(f model.Fact) bool { return f.Resource != "later" })
	r = checked(slices.Delete(slices.Clone(facts), at, at+1))
	assert.Equal(t, 1, r.Differing)
	assert.Equal(t, facts[at].InteractionID, r.Findings[0].Example.InteractionID)
	other := slices.Clone(facts)
	other[at].Role = "Initiated"
	assert.Equal(t, 1, checked(other).Differing)
	assert.Equal(t, 1, checked(append(slices.Clone(facts), rowOf("nobody", "A", "RoutedTo/Completed"))).Strangers)
}
