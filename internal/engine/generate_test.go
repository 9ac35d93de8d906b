package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// generated writes what is asked for.
func generated(t testing.TB, g Generation) (events, facts string) {
	t.Helper()
	logs, err := g.Logs()
	require.NoError(t, err)
	return delivered(t, logs, g.Delivery)
}

func delivered(t testing.TB, logs Logs, d Delivery) (events, facts string) {
	t.Helper()
	var e, f bytes.Buffer
	require.NoError(t, d.Write(t.Context(), logs, &Outputs{Events: wire.EventLines(&e), Facts: wire.FactLines(&f)}))
	return e.String(), f.String()
}

func readEvents(t testing.TB, text string) (events []model.Event) {
	t.Helper()
	for r := wire.NewEventReader("generated", strings.NewReader(text)); ; {
		e, err := r.Read()
		if err != nil {
			require.Equal(t, io.EOF, err)
			return events
		}
		events = append(events, e)
	}
}

// classified is what 'classify' says of events: the facts of each chat, by interaction.
func classified(events []model.Event) map[string]string {
	facts := make(map[string]string)
	chats, _ := model.ClassifyLog(model.Reference(), events)
	for i := range chats {
		for j := range chats[i].IRFs {
			facts[chats[i].InteractionID] += string(wire.AppendFact(nil, &chats[i].IRFs[j].Fact))
		}
	}
	return facts
}

// sortedLines are the lines of texts, sorted.
func sortedLines(texts ...string) []string {
	lines := strings.SplitAfter(strings.Join(texts, ""), "\n")
	slices.Sort(lines)
	return slices.Compact(lines)[1:] // without what is after the last
}

// The same seed gives the same bytes, with any number of jobs; shards hold the lines of the whole, in order those of
// their chats; and facts are the same for any delivery.
func TestGeneratedBytesDependOnTheSeedAlone(t *testing.T) {
	generations, jobs := map[string]Generation{
		"many": {Random: 1000}, "random": {Random: 300}, "documented": {Random: 150, Level: "documented"}, "exhaustive": {Exhaustive: 6}, "flows": {Flows: true},
	}, []int{0, 7} // as many as there are processors, and more than those
	if testing.Short() {
		generations, jobs = map[string]Generation{"random": {Random: 450}, "flows": {Flows: true}}, []int{3}
	}
	for name, g := range generations {
		g.Seed = 7
		logs, err := g.Logs()
		require.NoError(t, err)
		ordered, wantFacts := delivered(t, logs, Delivery{Jobs: 1})
		lines, factLines := sortedLines(ordered), sortedLines(wantFacts)
		for k := range 8 {
			if name == "many" && k > 0 {
				continue // fewer are enough
			}
			how := gen.Delivery{Duplicated: k&1 > 0, Interleaved: k&2 > 0, Shuffled: k&4 > 0}
			t.Run(fmt.Sprintf("%s %+v", name, how), func(t *testing.T) {
				whole, facts := delivered(t, logs, Delivery{Delivery: how, Seed: 7, Jobs: 1})
				assert.True(t, facts == wantFacts, "the facts differ from those of the ordered chats")
				assert.Equal(t, k > 0, whole != ordered, "changed")
				assert.True(t, slices.Equal(lines, sortedLines(whole)), "the events differ from the ordered ones")
				for _, jobs := range jobs {
					again, facts := delivered(t, logs, Delivery{Delivery: how, Seed: 7, Jobs: jobs})
					assert.True(t, whole == again && facts == wantFacts, "other bytes with %d jobs", jobs)
				}
				var shards, shardFacts []string
				for shard := 1; shard <= 3; shard++ {
					events, facts := delivered(t, logs, Delivery{Delivery: how, Seed: 7, Shard: shard, Shards: 3})
					shards, shardFacts = append(shards, events), append(shardFacts, facts)
				}
				assert.True(t, slices.Equal(lines, sortedLines(shards...)), "the shards are not the whole")
				assert.True(t, slices.Equal(factLines, sortedLines(shardFacts...)), "the shards are not the whole")
				assert.Equal(t, len(whole), len(strings.Join(shards, "")), "duplicates are a chat's own")
				if !how.Interleaved {
					assert.True(t, whole == zip(t, shards), "a shard does not hold its chats in order")
				}
			})
		}
	}
}

// zip puts ordered shards together again, chat by chat.
func zip(t testing.TB, shards []string) string {
	var b []byte
	var chats [][][]model.Event
	for _, s := range shards {
		chats = append(chats, model.Chats(readEvents(t, s)))
	}
	for i := 0; i/len(chats) < len(chats[i%len(chats)]); i++ {
		for _, e := range chats[i%len(chats)][i/len(chats)] {
			b = wire.AppendEvent(b, &e)
		}
	}
	return string(b)
}

func TestGeneratedFactsAreThoseOfClassify(t *testing.T) {
	n, length := 1000, 7
	if testing.Short() {
		n, length = 200, 6
	}
	for _, g := range []Generation{
		{Random: n},
		{Random: n, Delivery: Delivery{Delivery: gen.Delivery{Interleaved: true, Shuffled: true, Duplicated: true}}},
		{Random: n / 4, Level: "documented"},
		{Exhaustive: length},
		{Flows: true},
		{Suite: true, Generated: 200},
	} {
		text, facts := generated(t, g)
		events := readEvents(t, text)
		want := classified(events)
		var inOrder strings.Builder
		for _, log := range model.Chats(events) {
			inOrder.WriteString(want[log[0].InteractionID])
		}
		if g.Interleaved {
			assert.Equal(t, sortedLines(inOrder.String()), sortedLines(facts))
		} else {
			assert.Equal(t, inOrder.String(), facts)
		}
	}
}

func TestGeneratedChats(t *testing.T) {
	t.Run("ids look like GUIDs, and differ", func(t *testing.T) {
		seen, guid := make(map[string]bool), regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
		for _, g := range []Generation{
			{Random: 500, Delivery: Delivery{Seed: 1}},
			{Random: 500, Delivery: Delivery{Seed: 2}},
			{Random: 500, Level: "documented"},
			{Exhaustive: 6},
			{Exhaustive: 7},
			{Flows: true},
		} {
			events, _ := generated(t, g)
			for _, log := range model.Chats(readEvents(t, events)) {
				id := log[0].InteractionID
				assert.True(t, guid.MatchString(id), id)
				assert.False(t, seen[id], id)
				seen[id] = true
			}
		}
	})
	t.Run("more chats begin with the same", func(t *testing.T) {
		few, _ := generated(t, Generation{Random: 100})
		many, _ := generated(t, Generation{Random: 300})
		assert.True(t, strings.HasPrefix(many, few))
	})
	t.Run("documented rules decide documented ones", func(t *testing.T) {
		documented := func(g Generation) (n int) {
			events, _ := generated(t, g)
			chats, bad := model.ClassifyLog(model.Reference(), readEvents(t, events))
			assert.Empty(t, bad)
			for i := range chats {
				if gen.Documented(&chats[i]) {
					n++
				}
			}
			return n
		}
		assert.Equal(t, 1000, documented(Generation{Random: 1000, Level: "documented"}))
		assert.Less(t, documented(Generation{Random: 1000}), 700)
	})
	t.Run("exhaustive ones are counted, and each decided by named rules", func(t *testing.T) {
		for events, want := range map[int]int{2: 2, 5: 8, 8: 3604} {
			text, _ := generated(t, Generation{Exhaustive: events})
			chats, bad := model.ClassifyLog(model.Reference(), readEvents(t, text))
			assert.Empty(t, bad)
			assert.Equal(t, want, len(chats), "at most %d events", events)
			for _, c := range chats {
				for _, irf := range c.IRFs {
					assert.NotZero(t, irf.Clauses)
				}
			}
		}
	})
}

// What --suite writes is what a run sends: the same events, in the order of the plan; sharded as a run is.
func TestGeneratedSuiteIsWhatARunSends(t *testing.T) {
	cases, err := Builtin()
	require.NoError(t, err)
	for shard := range 3 {
		p, err := NewPlan(append(slices.Clone(cases), Generated(7, 40)...))
		require.NoError(t, err)
		g := Generation{Suite: true, Generated: 40, Delivery: Delivery{Seed: 7}}
		if shard > 0 {
			p.Shard(shard, 2)
			g.Shard, g.Shards = shard, 2
		}
		var sent []string
		_, _, err = run(t, p, answering(func(batch []target.Question) (*target.Round, error) {
			for _, q := range batch {
				for i := range q.Events {
					sent = append(sent, string(wire.AppendEvent(nil, &q.Events[i])))
				}
			}
			return &target.Round{Answers: make([]target.Answer, len(batch))}, nil
		}), defaults)
		require.NoError(t, err)
		events, _ := generated(t, g)
		assert.Equal(t, sortedLines(sent...), sortedLines(events))
	}
}

// compiled compiles a feature and returns the events of each of its scenarios.
func compiled(t testing.TB, text string) []*model.Case {
	t.Helper()
	cases, err := steps.Compile(steps.Source{FS: fstest.MapFS{"g.feature": {Data: []byte(text)}}, Label: "generated", Own: true})
	require.NoError(t, err)
	return cases
}

func TestGeneratedFeatureIsTheSameChats(t *testing.T) {
	for name, g := range map[string]Generation{
		"random":              {Random: 60},
		"flows":               {Flows: true},
		"exhaustive":          {Exhaustive: 6},
		"suite":               {Suite: true, Generated: 20},
		"duplicated":          {Random: 20, Delivery: Delivery{Delivery: gen.Delivery{Duplicated: true}}},
		"everything at once":  {Random: 20, Delivery: Delivery{Delivery: gen.Delivery{Interleaved: true, Shuffled: true, Duplicated: true}}},
		"one shard of random": {Random: 60, Delivery: Delivery{Shard: 2, Shards: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && (g.Suite || g.Flows) {
				t.Skip("its scenarios are many")
			}
			want, wantFacts := generated(t, g)
			logs, err := g.Logs()
			require.NoError(t, err)
			var feature, facts bytes.Buffer
			require.NoError(t, g.WriteFeature(t.Context(), logs, &feature, wire.FactLines(&facts)))
			assert.Equal(t, wantFacts, facts.String())
			var got []byte
			for _, c := range compiled(t, feature.String()) {
				for i := range c.Events {
					got = wire.AppendEvent(got, &c.Events[i])
				}
				for _, d := range c.Judge(c.Expected(model.Reference()), faults.Right(c.Events)) {
					assert.Fail(t, "the table differs from the reference", "%s: %s", c.Name, d)
				}
			}
			assert.Equal(t, want, string(got))
		})
	}
}

// Where a start is given, every chat begins then, and its facts with it.
func TestGeneratedChatsBeginAtAStart(t *testing.T) {
	start := time.Date(2030, 2, 3, 4, 5, 6, 0, time.UTC)
	for _, d := range []gen.Delivery{{}, {Interleaved: true, Shuffled: true}} {
		events, facts := generated(t, Generation{Random: 40, Delivery: Delivery{Delivery: d}})
		moved, movedFacts := generated(t, Generation{Random: 40, Delivery: Delivery{Delivery: d, Start: start}})
		before, after := readEvents(t, events), readEvents(t, moved)
		began := model.Began(before)
		for _, at := range model.Began(after) {
			assert.Equal(t, start, at)
		}
		for i := range before {
			before[i].Time = before[i].Time.Add(start.Sub(began[before[i].InteractionID]))
		}
		assert.Equal(t, before, after)
		assert.NotEqual(t, facts, movedFacts)
		var want []string
		for _, lines := range classified(after) {
			want = append(want, lines)
		}
		assert.Equal(t, sortedLines(want...), sortedLines(movedFacts))
	}
}

func TestGeneratedFeatureIsToBeRead(t *testing.T) {
	most := Generation{Random: MostInFeature}
	logs, err := most.Logs()
	require.NoError(t, err)
	assert.NoError(t, most.WriteFeature(t.Context(), logs, io.Discard, nil))
	for names, g := range map[string]Generation{
		"Scenario: chat 2\n":            {Random: 9},
		"Scenario: chat 1 and 7 more\n": {Random: 9, Delivery: Delivery{Delivery: gen.Delivery{Interleaved: true}}},
	} {
		logs, err := g.Logs()
		require.NoError(t, err)
		var feature bytes.Buffer
		require.NoError(t, g.WriteFeature(t.Context(), logs, &feature, nil))
		assert.Contains(t, feature.String(), names)
		assert.Contains(t, feature.String(), "Scenario: chat 9\n")
	}
	for _, c := range []struct {
		g    Generation
		want string
	}{
		{Generation{Random: MostInFeature + 1}, "more than 1000 chats: the feature file would be too long to read; ask for fewer chats"},
		{Generation{Random: 1, Delivery: Delivery{Shard: 2, Shards: 2}}, "no chat falls in this shard, and a feature needs at least one"},
	} {
		logs, err := c.g.Logs()
		require.NoError(t, err)
		assert.EqualError(t, c.g.WriteFeature(t.Context(), logs, io.Discard, nil), c.want)
	}
}

// full is a writer that has room for so many bytes.
type full int

var errFull = errors.New("no space left")

func (f *full) Write(b []byte) (int, error) {
	if *f -= full(len(b)); *f < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestGeneratingEndsEarly(t *testing.T) {
	for _, jobs := range []int{1, 7} {
		g := Generation{Random: 100_000_000, Delivery: Delivery{Jobs: jobs}}
		logs, err := g.Logs()
		require.NoError(t, err)
		room, little := full(1<<20), full(1<<10)
		assert.Equal(t, errFull, g.Write(t.Context(), logs, &Outputs{Events: wire.EventLines(&room)}))
		assert.Equal(t, errFull, g.Write(t.Context(), logs, &Outputs{Events: wire.EventLines(io.Discard), Facts: wire.FactLines(&little)}))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Equal(t, context.Canceled, g.Write(ctx, logs, &Outputs{Events: wire.EventLines(io.Discard)}))
	}
}

func BenchmarkGenerateRandom(b *testing.B) {
	for _, level := range []string{"inferred", "documented"} {
		for _, facts := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/facts=%v", level, facts), func(b *testing.B) {
				const n = 6400
				g := Generation{Random: n, Level: level, Delivery: Delivery{Seed: 7, Jobs: 1}}
				logs, err := g.Logs()
				require.NoError(b, err)
				text, _ := generated(b, g)
				events := strings.Count(text, "\n")
				m, block := g.newMaker(logs, facts), new(block)
				out := &Outputs{Events: wire.EventLines(io.Discard), Facts: wire.FactLines(io.Discard)}
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() { // one job's work, on one processor
					for k := range n / groupsPerBlock {
						block.fill(m, out, k)
						require.NoError(b, block.events.Flush(out.Events))
						require.NoError(b, block.facts.Flush(out.Facts))
					}
				}
				b.ReportMetric(float64(events*b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}
