package bulk_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// centre is what a running centre logs in three days, with the rows of its mart: chats come all day, and each event
// follows the one before by minutes at most; one chat is parked for most of the second day.
func centre(random *rand.Rand) (events []model.Event, facts []model.Fact, from time.Time) {
	const chats = 6000
	from = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	logs := gen.Random(chats, false, 1)
	for i := range chats {
		log, _ := logs(i, fmt.Sprintf("chat %04d", i))
		slices.SortStableFunc(log, func(a, b model.Event) int { return int(a.Seq - b.Seq) })
		at := from.Add(time.Duration(random.Int64N(int64(72 * time.Hour))))
		for k := range log {
			log[k].Time = at.Truncate(time.Second)
			at = at.Add(time.Duration(random.ExpFloat64() * float64(time.Minute)))
			if i == 0 && k == 1 {
				at = from.Add(46 * time.Hour)
			}
		}
		if i == 0 {
			log[0].Time, log[1].Time = from.Add(25*time.Hour), from.Add(25*time.Hour)
		}
		found, bad := model.ClassifyLog(model.Reference(), log)
		if len(bad) > 0 {
			continue
		}
		events = append(events, log...)
		for _, r := range found[0].IRFs {
			facts = append(facts, r.Fact)
		}
	}
	return events, facts, from
}

// A day that is cut out of the log is not red for its edges. It is where chats of its middle lost an event, and one chat
// that was parked for most of the day excuses one of them, not all.
func TestWindow(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	events, facts, from := centre(random)
	day := slices.DeleteFunc(slices.Clone(events), func(e model.Event) bool {
		return e.Time.Before(from.Add(24*time.Hour)) || !e.Time.Before(from.Add(48*time.Hour))
	})
	rows := place(t, wire.AppendFact, facts)
	o := options
	o.Repair = true
	check := func(events []model.Event) *bulk.Report {
		r, err := bulk.CheckChats(t.Context(), o, place(t, wire.AppendEvent, events), rows)
		require.NoError(t, err)
		return r
	}
	r := check(day)
	assert.Zero(t, r.Differing)
	assert.Positive(t, r.CutOff)
	assert.Positive(t, r.Unfinished)
	assert.LessOrEqual(t, r.Share, 0.01)
	assert.Less(t, r.AtEdge, 3600)
	assert.Zero(t, r.Repairs.Repaired, "nobody knows how much of their beginnings is missing")
	assert.Equal(t, r.Repairs.Unanimous, r.Repairs.Mends)
	assert.Empty(t, r.Repairs.Defects)

	whole := make(map[string]int) // events of the chats of the middle
	for _, e := range day {
		if whole[e.InteractionID]++; e.Time.Before(from.Add(27*time.Hour)) || e.Time.After(from.Add(45*time.Hour)) {
			whole[e.InteractionID] = -1 << 20
		}
	}
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(whole)), func(id string) bool { return whole[id] < 3 })
	for _, which := range []struct {
		name string
		of   func(events int) int
	}{
		{"the first event", func(int) int { return 0 }},
		{"the last event", func(n int) int { return n - 1 }},
		{"any event", random.IntN},
	} {
		name, lost := which.name, make(map[string]int)
		for _, i := range random.Perm(len(ids))[:len(ids)/50] {
			lost[ids[i]] = which.of(whole[ids[i]])
		}
		seen := make(map[string]int)
		r := check(slices.DeleteFunc(slices.Clone(day), func(e model.Event) bool {
			at, some := lost[e.InteractionID]
			seen[e.InteractionID]++
			return some && seen[e.InteractionID] == at+1
		}))
		assert.True(t, r.Differing > 0 || r.Share > 0.01, "%s: %d lost, %d differ, %d set aside, %d of them cut off, %d without end", name, len(lost), r.Differing, r.SetAside, r.CutOff, r.Endless)
		if name == "the first event" {
			assert.GreaterOrEqual(t, r.SetAside-r.CutOff, len(lost)-5, name)
			assert.GreaterOrEqual(t, r.Repairs.Repaired, len(lost)-5, name)
		}
	}
}

// Rows that all stand there twice are one finding: a duplicated row. The rest agrees.
func TestWholeMartTwice(t *testing.T) {
	logs := gen.Random(100, true, 1)
	var events []model.Event
	for i := range 100 {
		log, _ := logs(i, fmt.Sprint("chat ", i))
		events = append(events, log...)
	}
	var facts []model.Fact
	found, _ := model.ClassifyLog(model.Reference(), events)
	withRows := 0
	for _, c := range found {
		for _, r := range c.IRFs {
			facts = append(facts, r.Fact, r.Fact)
		}
		if len(c.IRFs) > 0 {
			withRows++
		}
	}
	r, err := bulk.CheckChats(t.Context(), options, place(t, wire.AppendEvent, events), place(t, wire.AppendFact, facts))
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "V20 a duplicated row", r.Findings[0].Signature)
	assert.Equal(t, withRows, r.Differing)
	assert.Equal(t, len(facts), r.Findings[0].Times)
}

// recorded is the record of a check.
func recorded(t *testing.T, r *bulk.Report) string {
	coverage, err := r.Coverage()
	require.NoError(t, err)
	lines := r.Lines(options.Require)
	record := engine.NewAudit(&r.Audit, lines, coverage, options.Require, new(engine.Judged))
	var b bytes.Buffer
	require.NoError(t, engine.WriteLine(&b, record.Header))
	for _, l := range record.Lines {
		require.NoError(t, engine.WriteLine(&b, l))
	}
	require.NoError(t, engine.WriteLine(&b, record.Footer))
	return b.String()
}

// The record of a check is the same bytes for any order of events and rows, and any number of jobs.
func TestRecordInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	logs := gen.Random(300, false, 1)
	var events []model.Event
	for i := range 300 {
		log, _ := logs(i, fmt.Sprint("chat ", i))
		if i%7 == 0 {
			log = log[1:]
		}
		events = append(events, log...)
	}
	found, _ := model.ClassifyLog(model.Reference(), events)
	var facts []model.Fact
	for _, c := range found {
		for _, r := range c.IRFs {
			if random.IntN(9) == 0 {
				r.Result, r.Start = model.Completed, r.Start.Add(time.Hour)
			}
			facts = append(facts, r.Fact)
		}
	}
	want := ""
	for jobs := 1; jobs < 4; jobs++ {
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		random.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		o := options
		o.Jobs = jobs
		r, err := bulk.CheckChats(t.Context(), o, place(t, wire.AppendEvent, events), place(t, wire.AppendFact, facts))
		require.NoError(t, err)
		text := recorded(t, r)
		if want == "" {
			want = text
		}
		assert.Equal(t, want, text)
	}
}
