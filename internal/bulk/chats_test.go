package bulk_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// history is n random chats in order of time, some of them unfinished. They have so many ids: two chats of one id are
// ill-formed.
func history(n, ids int) (events []model.Event, lines []string) {
	sequence := gen.Random(n, false, 1)
	for i := range n {
		log, _ := sequence(i, fmt.Sprintf("chat %d", i%ids))
		if i%7 == 0 {
			log = log[:len(log)-1]
		}
		events = append(events, log...)
	}
	slices.SortStableFunc(events, func(a, b model.Event) int { return a.Time.Compare(b.Time) })
	for i := range events {
		lines = append(lines, string(wire.AppendEvent(nil, &events[i])))
	}
	return events, lines
}

type classify func(ctx context.Context, o bulk.Options, file string, in wire.Blocks[model.Event], out *wire.Output[model.Fact], illFormed func(string)) error

// classified is what is written, and then what is said of ill-formed chats.
func classified(t *testing.T, by classify, o bulk.Options, lines []string) string {
	t.Helper()
	var b bytes.Buffer
	var said string
	err := by(t.Context(), o, "log", wire.EventBlocks("log", strings.NewReader(strings.Join(lines, "")), nil), wire.FactLines(&b), func(text string) { said += text + "\n" })
	require.NoError(t, err)
	return b.String() + said
}

// expected is what model says, for all the log in memory.
func expected(events []model.Event) (text string) {
	found, bad := model.ClassifyLog(model.Reference(), events)
	var b []byte
	for i := range found {
		for j := range found[i].IRFs {
			b = wire.AppendFact(b, &found[i].IRFs[j].Fact)
		}
	}
	for _, err := range bad {
		text += "log: " + err.Error() + "\n"
	}
	return string(b) + text
}

func TestClassifyIsThatOfTheModel(t *testing.T) {
	events, lines := history(1_000, 900)
	want := expected(events)
	assert.Contains(t, want, "log: interaction")
	for _, c := range []struct {
		name string
		by   classify
		o    bulk.Options
	}{
		{"in memory", bulk.Classify, bulk.Options{}},
		{"one job", bulk.Classify, bulk.Options{Jobs: 1}},
		{"files", bulk.Classify, bulk.Options{Memory: 1 << 16, Jobs: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			shuffled := slices.Clone(lines)
			assert.True(t, want == classified(t, c.by, c.o, shuffled), "in order")
			rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			assert.True(t, want == classified(t, c.by, c.o, shuffled), "shuffled")
			assert.True(t, want == classified(t, c.by, c.o, slices.Concat(shuffled, shuffled[:len(shuffled)/2])), "doubled")
		})
	}
}

// Formats, jobs, orders and memories bear on nothing: all give the same facts.
func TestFormatsAreClassifiedAlike(t *testing.T) {
	events, _ := history(300, 300)
	want := expected(events)
	shuffled := slices.Clone(events)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, ending := range []string{".jsonl.gz", ".csv", ".parquet"} {
		at := tables.Place{Path: filepath.Join(t.TempDir(), "log"+ending)}
		same := func(by classify, o bulk.Options) {
			in, err := tables.OpenEventBlocks(t.Context(), at, nil)
			require.NoError(t, err)
			var b bytes.Buffer
			require.NoError(t, by(t.Context(), o, "log", in, wire.FactLines(&b), func(text string) { t.Error(text) }))
			assert.True(t, want == b.String(), "%s %+v", ending, o)
			require.NoError(t, in.Close())
		}
		for _, log := range [][]model.Event{shuffled, events} {
			out, err := tables.CreateEvents(t.Context(), at, nil)
			require.NoError(t, err)
			require.NoError(t, out.All(log))
			require.NoError(t, files.Keep(out.On))
			for _, o := range []bulk.Options{{Jobs: 1}, {Jobs: 3}, {Jobs: 3, Memory: 1 << 16}} {
				same(bulk.Classify, o)
			}
		}
		same(bulk.ClassifyOrdered, bulk.Options{Jobs: 1})
		same(bulk.ClassifyOrdered, bulk.Options{Jobs: 3})
	}
}

// Chats whose logs allow it, in order of time.
func TestOrderedIsTheSame(t *testing.T) {
	events, _ := history(1_000, 900)
	_, bad := model.ClassifyLog(model.Reference(), events)
	wrong := make(map[string]bool)
	for _, err := range bad {
		wrong[err.InteractionID] = true
	}
	events = slices.DeleteFunc(events, func(e model.Event) bool { return wrong[e.InteractionID] })
	beginning := events[0] // of a chat whose log misses its own
	beginning.InteractionID, beginning.Name, beginning.Seq = "late", model.Held, 9
	events = slices.Insert(events, 1, beginning)
	var lines []string
	for i := range events {
		lines = append(lines, string(wire.AppendEvent(nil, &events[i])))
	}
	want := expected(events)
	for _, jobs := range []int{1, 2, 3} {
		assert.True(t, want == classified(t, bulk.ClassifyOrdered, bulk.Options{Jobs: jobs}, lines), "%d jobs", jobs)
	}
	var shards []string
	for shard := range 3 {
		of := classified(t, bulk.ClassifyOrdered, bulk.Options{Shard: shard + 1, Shards: 3}, lines)
		assert.True(t, of == classified(t, bulk.Classify, bulk.Options{Shard: shard + 1, Shards: 3}, lines))
		assert.NotEmpty(t, of)
		shards = slices.AppendSeq(shards, strings.Lines(of))
	}
	assert.Equal(t, slices.Sorted(strings.Lines(want)), slices.Sorted(slices.Values(shards)))
}

func event(id string, seq int, second int, name model.EventName) string {
	return fmt.Sprintf(`{"interaction_id":%q,"seq":%d,"time":"2026-01-05T09:00:%02dZ","event":%q,"actor":{"type":"media_server"},"queue":"Q"}`+"\n", id, seq, second, name)
}

// stopping is a chat that stops, and the beginning of a later one.
var stopping = event("a", 1, 0, model.Submitted) + event("a", 2, 1, model.PlacedInQueue) + event("a", 3, 2, model.ProcessingStopped) + event("b", 1, 3, model.Submitted)

func TestOrderedRefusesWhatComesTooLate(t *testing.T) {
	chat := event("a", 1, 0, model.Submitted) + event("a", 2, 1, model.PlacedInQueue) + event("a", 3, 2, model.ProcessingStopped)
	for _, c := range []struct{ name, more, want string }{
		{"time falls", event("b", 1, 1, model.Submitted), "log:4: time: 2026-01-05T09:00:01Z is earlier than 2026-01-05T09:00:02Z, the time of an event above this line; leave out --ordered for a log that is not in time order"},
		{"after the stop, at the same time", event("a", 4, 2, model.Held) + event("a", 5, 2, model.Resumed), ""},
		{"after the stop, neutral", event("b", 1, 3, model.Submitted) + event("a", 4, 3, model.Held), ""},
		{"after the stop", event("b", 1, 3, model.Submitted) + event("a", 4, 3, model.PartyRemoved), `log:5: EventPartyRemoved comes after the stop of interaction a, and its facts are already written; leave out --ordered for such a log`},
		{"a line that is no event", event("b", 1, 3, model.Submitted) + `{"interaction_id":"a","seq":"x","event":"EventHeld"}`, `log:5: a line comes after the stop of interaction a, and its facts are already written; leave out --ordered for such a log`},
		{"no interaction", event("", 1, 3, model.Submitted), "log:4: interaction_id: missing; expected a non-empty string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var written bytes.Buffer
			err := bulk.ClassifyOrdered(t.Context(), bulk.Options{}, "log", wire.EventBlocks("log", strings.NewReader(chat+c.more), nil), wire.FactLines(&written), func(string) {})
			if c.want == "" {
				assert.NoError(t, err)
				assert.Equal(t, 1, strings.Count(written.String(), "\n"))
			} else {
				assert.EqualError(t, err, c.want)
			}
		})
	}
	var many strings.Builder
	for i := range 1000 {
		many.WriteString(event(fmt.Sprint(i), 1, 0, model.Submitted))
	}
	err := bulk.ClassifyOrdered(t.Context(), bulk.Options{Memory: 1 << 16}, "log", wire.EventBlocks("log", strings.NewReader(many.String()), nil), nil, nil)
	assert.ErrorContains(t, err, "more chats are open here than --memory has room for")
}

// What has no room is refused at the same line, whatever the jobs and whichever chat's memory is used again.
func TestOrderedRefusesTheSame(t *testing.T) {
	var log strings.Builder
	for i := range 200 { // long ones, that stop
		id := fmt.Sprint("long-", i)
		log.WriteString(event(id, 1, i/4, model.Submitted))
		for seq := range 30 {
			log.WriteString(event(id, seq+2, i/4, model.Held))
		}
		log.WriteString(event(id, 40, i/4, model.ProcessingStopped))
	}
	for i := range 2000 {
		log.WriteString(event(fmt.Sprint("open-", i), 1, 59, model.Submitted))
	}
	first := ""
	for i := range 12 {
		o := bulk.Options{Memory: 1 << 18, Jobs: i%4 + 1}
		err := bulk.ClassifyOrdered(t.Context(), o, "log", wire.EventBlocks("log", strings.NewReader(log.String()), nil), wire.FactLines(io.Discard), nil)
		require.ErrorContains(t, err, "more chats are open here than --memory has room for")
		if first == "" {
			first = err.Error()
		}
		assert.Equal(t, first, err.Error())
	}
}

// Whatever the jobs, the first of several lines that spoil a log is named, and an input that fails is, too.
func TestTheFirstErrorIsNamed(t *testing.T) {
	_, lines := history(2_000, 2_000)
	lines = slices.Insert(slices.Insert(lines, 9_000, "{\n"), 5_000, "[\n")
	broken := errors.New("the disk is gone")
	for _, by := range []classify{bulk.Classify, bulk.ClassifyOrdered} {
		for jobs := range 4 {
			err := by(t.Context(), bulk.Options{Jobs: jobs + 1}, "log", wire.EventBlocks("log", strings.NewReader(strings.Join(lines, "")), nil), wire.FactLines(io.Discard), nil)
			var bad *wire.LineError
			require.ErrorAs(t, err, &bad)
			assert.Equal(t, 5_001, bad.Line)
			in := io.MultiReader(strings.NewReader(strings.Join(lines[:3_000], "")), iotest.ErrReader(broken))
			err = by(t.Context(), bulk.Options{Jobs: jobs + 1}, "log", wire.EventBlocks("log", in, nil), wire.FactLines(io.Discard), nil)
			assert.ErrorIs(t, err, broken)
			assert.ErrorContains(t, err, "log:3001: ")
		}
	}
}

// An output that fails ends it, with its error, though the input has no end.
func TestOutputFails(t *testing.T) {
	_, lines := history(500, 500)
	full := errors.New("no space left")
	for _, by := range []classify{bulk.Classify, bulk.ClassifyOrdered} {
		for jobs := range 3 {
			out := wire.FactLines(io.Discard)
			out.Write = func([]byte) (int, error) { return 0, full }
			err := by(t.Context(), bulk.Options{Jobs: jobs + 1}, "log", wire.EventBlocks("log", strings.NewReader(strings.Join(lines, "")), nil), out, nil)
			assert.ErrorIs(t, err, full)
		}
	}
	in, more, err := os.Pipe()
	require.NoError(t, err)
	defer more.Close()
	out := wire.FactLines(io.Discard)
	out.Write = func([]byte) (int, error) { return 0, full }
	_, err = more.WriteString(stopping)
	require.NoError(t, err)
	assert.ErrorIs(t, bulk.ClassifyOrdered(t.Context(), bulk.Options{}, "log", wire.EventBlocks("log", in, nil), out, nil), full)
}

// With --ordered, the facts of a chat are written while the input waits.
func TestOrderedWritesAsChatsStop(t *testing.T) {
	in, more, err := os.Pipe()
	require.NoError(t, err)
	read, out, err := os.Pipe()
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		done <- bulk.ClassifyOrdered(t.Context(), bulk.Options{}, "log", wire.EventBlocks("log", in, nil), wire.FactLines(out), nil)
	}()
	_, err = more.WriteString(stopping)
	require.NoError(t, err)
	line, err := bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, `"interaction_id":"a"`)
	require.NoError(t, more.Close())
	assert.NoError(t, <-done)
}

// An interrupt does not wait for an input that gives nothing.
func TestInterrupted(t *testing.T) {
	for _, by := range []classify{bulk.Classify, bulk.ClassifyOrdered} {
		in, out, err := os.Pipe()
		require.NoError(t, err)
		defer out.Close()
		ctx, cancel := context.WithCancel(t.Context())
		_, err = out.WriteString(event("a", 1, 0, model.Submitted))
		require.NoError(t, err)
		cancel()
		assert.ErrorIs(t, by(ctx, bulk.Options{}, "stdin", wire.EventBlocks("stdin", in, nil), nil, nil), context.Canceled)
	}
}

// What is read of events and of facts comes together, and the first line that spoils a chat.
func TestGroups(t *testing.T) {
	g := bulk.NewGroups(bulk.Options{Jobs: 1})
	defer g.Close()
	log := event("a", 1, 0, model.Submitted) + "\n" + `{"interaction_id":"a","seq":"x","event":"EventHeld"}` + "\n" + `{"interaction_id":"a","queue":7}` + "\n" + event("b", 1, 0, model.Submitted) + event("c", 1, 0, "EventTypingStarted")
	require.NoError(t, g.AddEvents(t.Context(), wire.EventBlocks("log", strings.NewReader(log), nil)))
	require.NoError(t, g.AddFacts(t.Context(), strings.NewReader(`{"interaction_id":"b","resource":"A","resource_role":"RoutedTo","technical_result":"Completed","ordinal":7}`)))
	got := make(map[string]string)
	require.NoError(t, g.Each(t.Context(), func(_ int, c *bulk.Chat) error {
		got[c.ID] = fmt.Sprintf("%d %d %v", len(c.Events), len(c.Facts), c.Bad)
		for _, f := range c.Facts {
			assert.Equal(t, model.Fact{InteractionID: "b", Resource: "A", Role: model.RoutedTo, Result: model.Completed, Ordinal: model.Num(7)}, f)
		}
		return nil
	}))
	assert.Equal(t, map[string]string{"a": "1 0 log:3: seq: expected an integer from 0 to 9007199254740991, got \"x\"", "b": "1 1 <nil>"}, got)
}
