package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// chat is the log of a chat with two IRFs, or three: the agent that got it conferred others in.
func chat(id string, conferred int) (events []model.Event) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	add := func(e model.Event) {
		e.InteractionID, e.Seq, e.Time = id, int64(len(events)+1), at.Add(time.Duration(len(events))*time.Second)
		events = append(events, e)
	}
	server, strategy := model.Party{Type: model.MediaServer}, model.Party{Type: model.Strategy, ID: "Strategy 1"}
	agent := func(i int) model.Party { return model.Party{Type: model.Agent, ID: fmt.Sprintf("Agent %d", i)} }
	add(model.Event{Name: model.Submitted, Actor: server})
	add(model.Event{Name: model.PlacedInQueue, Actor: server, Queue: "Queue 1"})
	add(model.Event{Name: model.TakenFromQueue, Actor: strategy, Queue: "Queue 1"})
	add(model.Event{Name: model.PartyAdded, Actor: strategy, Party: strategy})
	add(model.Event{Name: model.AgentInvited, Actor: strategy, Party: agent(1)})
	add(model.Event{Name: model.PartyRemoved, Actor: strategy, Party: strategy})
	add(model.Event{Name: model.PartyAdded, Actor: agent(1), Party: agent(1)})
	for i := 2; i <= conferred+1; i++ {
		add(model.Event{Name: model.AgentInvited, Actor: agent(1), Party: agent(i), Operation: model.Conference, VisibilityMode: model.Conferred})
		add(model.Event{Name: model.PartyAdded, Actor: agent(i), Party: agent(i)})
	}
	for i := conferred + 1; i >= 1; i-- {
		add(model.Event{Name: model.PartyRemoved, Actor: agent(i), Party: agent(i)})
	}
	add(model.Event{Name: model.ProcessingStopped, Actor: agent(1)})
	return events
}

// batchOf is n questions of a chat each.
func batchOf(n int) (batch []Question) {
	for i := range n {
		batch = append(batch, Question{Events: chat(fmt.Sprintf("chat-%d", i), i%3)})
	}
	return batch
}

// interleaved is questions of two chats each, whose events come by turns.
func interleaved() (batch []Question) {
	for i := range 3 {
		a, b := chat(fmt.Sprintf("first-%d", i), 2), chat(fmt.Sprintf("second-%d", i), 0)
		var q Question
		for j := range a {
			q.Events = append(q.Events, a[j])
			if j < len(b) {
				q.Events = append(q.Events, b[j])
			}
		}
		batch = append(batch, q)
	}
	return batch
}

// row is a fact line.
func row(interaction, resource string) string {
	return string(wire.AppendFact(nil, &model.Fact{InteractionID: interaction, Resource: resource, Role: model.RoutedTo, Result: model.Completed}))
}

func TestReference(t *testing.T) {
	r := Reference{model.Reference()}
	assert.Equal(t, "reference", r.Way())
	assert.Nil(t, r.Command())
	f := &Filter{Argv: []string{"a", "b"}}
	assert.Equal(t, "filter", f.Way())
	assert.Equal(t, []string{"a", "b"}, f.Command())

	batch := append(batchOf(2), Question{}, Question{Events: chat("broken", 0)[3:]})
	round, err := r.Ask(t.Context(), batch)
	require.NoError(t, err)
	require.Len(t, round.Answers, 4)
	assert.Len(t, round.Answers[0].Facts, 1)
	assert.Len(t, round.Answers[1].Facts, 2)
	assert.Zero(t, round.Answers[2])
	require.NotNil(t, round.Answers[3].Failure)
	assert.Equal(t, Said, round.Answers[3].Failure.Kind)
	assert.Regexp(t, "^said: interaction broken, seq 4: W[1-9]: .", round.Answers[3].Failure.Error())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	round, err = r.Ask(ctx, batch)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, round)
}

func TestSorter(t *testing.T) {
	const bad = `{"interaction_id":"chat-1","resource":[5],"resource_role":"RoutedTo","technical_result":"Completed"}` + "\n"
	protocol := func(message string) *Failure { return &Failure{Protocol, message} }
	tests := []struct {
		name, out string
		facts     [3]int
		failures  [3]*Failure
		ignored   int
		err       string // a pattern
	}{
		{name: "nothing"},
		{name: "blank lines and carriage returns", out: "\n\r\n  \n" + strings.ReplaceAll(row("chat-0", "A"), "\n", "\r\n") + "\n\n", facts: [3]int{1, 0, 0}},
		{name: "a byte order mark", out: "\ufeff" + row("chat-0", "A"), facts: [3]int{1, 0, 0}},
		{name: "the last line does not end", out: row("chat-2", "A") + strings.TrimSuffix(row("chat-2", "B"), "\n"), facts: [3]int{0, 0, 2}},
		{name: "a line is cut off", out: row("chat-2", "A") + row("chat-2", "B")[:30], facts: [3]int{0, 0, 1}, err: "stdout:2: not a JSON object: .*"},
		{name: "by turns", out: row("chat-2", "A") + row("chat-0", "A") + row("nobody", "A") + row("chat-2", "B"), facts: [3]int{1, 0, 2}, ignored: 1},
		{
			name: "good lines around a bad one", out: row("chat-1", "A") + bad + row("chat-1", "B") + row("chat-0", "A"),
			facts: [3]int{1, 1, 0}, failures: [3]*Failure{1: protocol("stdout:2: resource: expected a string, got an array")},
		},
		{
			name: "the first of two bad lines counts", out: bad + strings.Replace(bad, "RoutedTo", "Received", 1),
			failures: [3]*Failure{1: protocol("stdout:1: resource: expected a string, got an array")},
		},
		{
			name: "a bad line of nobody's", out: row("chat-0", "A") + strings.Replace(bad, "chat-1", "nobody", 1) + row("chat-2", "A"),
			facts: [3]int{1, 0, 1}, ignored: 1,
		},
		{name: "bytes that are not UTF-8", out: row("chat-0", "A") + strings.Replace(row("chat-1", "@"), "@", "\xff\xfe", 1), facts: [3]int{1, 0, 0}, err: "stdout:2: not a JSON object: invalid UTF-8; the line is .*"},
		{name: "NUL bytes", out: row("chat-0", "A") + "\x00\x00\n", facts: [3]int{1, 0, 0}, err: `stdout:2: not a JSON object: "\\x00\\x00"`},
		{name: "deep nesting", out: row("chat-0", "A") + strings.Repeat(`{"a":`, 20_000), facts: [3]int{1, 0, 0}, err: "stdout:2: not a JSON object: .*"},
		{name: "what a terminal or a page would act on", out: row("chat-0", "\x1b[2J<script>alert(1)</script>\x00"), facts: [3]int{1, 0, 0}},
		{name: "100,000 rows", out: strings.Repeat(row("chat-2", "A"), 100_000), failures: [3]*Failure{2: protocol("more than 100 rows for one interaction")}},
		{name: "no interaction", out: strings.Replace(bad, `"interaction_id":"chat-1",`, "", 1), err: "stdout:1: interaction_id: missing; .*"},
		{name: "two objects on a line", out: strings.TrimSpace(row("chat-0", "A")) + row("chat-0", "B"), err: "stdout:1: not a JSON object: .*"},
		{name: "an interaction named twice", out: `{"interaction_id":"chat-0","interaction_id":"chat-1"}`, err: `stdout:1: not a JSON object: duplicate name "interaction_id"; the line is .*`},
		{
			name: "too many rows for two interactions of one question", out: strings.Repeat(row("chat-1", "A"), LeastFacts) + strings.Repeat(row("chat-1b", "A"), LeastFacts),
			facts: [3]int{0, 2 * LeastFacts, 0},
		},
		{
			name: "too many rows", out: strings.Repeat(row("chat-1", "A"), LeastFacts+1) + row("chat-1b", "A"),
			failures: [3]*Failure{1: protocol("more than 100 rows for one interaction")},
		},
		{
			name: "too much text", out: strings.Repeat(row("chat-1", strings.Repeat("x", MaxText/10)), 10) + row("chat-1b", "A"),
			failures: [3]*Failure{1: protocol("more than 65536 bytes of text in the rows of one interaction")},
		},
		{name: "a long line", out: row("chat-1", strings.Repeat("x", MaxText-100)), facts: [3]int{0, 1, 0}},
		{
			name: "too long a line", out: row("chat-0", "A") + row("chat-1", strings.Repeat("x", wire.MaxLine+1<<20)) + row("chat-2", "A"),
			facts: [3]int{1, 0, 0}, err: "stdout:2: the line is longer than 16777216 bytes",
		},
	}
	batch := batchOf(3)
	batch[1].Events = append(batch[1].Events, chat("chat-1b", 0)...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, in := newSorter(batch), strings.NewReader(tt.out)
			told := make(map[int]int)
			s.first = func(question int) { told[question]++ }
			err := s.read(wire.NewFactReader("stdout", in), in)
			if tt.err == "" {
				assert.NoError(t, err)
			} else if assert.Error(t, err) {
				assert.Regexp(t, "^(?:"+tt.err+")$", err.Error())
			}
			assert.Zero(t, in.Len(), "all was read")
			assert.Equal(t, tt.ignored, s.ignored)
			for i, a := range s.answers {
				assert.Len(t, a.Facts, tt.facts[i])
				if len(a.Facts) > 0 {
					assert.Equal(t, 1, told[i], "that the first came is told once")
				}
				assert.Equal(t, tt.failures[i], a.Failure)
			}
		})
	}

	t.Run("the output cannot be read", func(t *testing.T) {
		broken := errors.New("broken")
		s := newSorter(batch)
		in := io.MultiReader(strings.NewReader(row("chat-0", "A")), iotest.ErrReader(broken))
		err := s.read(wire.NewFactReader("stdout", in), in)
		assert.ErrorIs(t, err, broken)
		assert.Len(t, s.answers[0].Facts, 1)
	})
}

func TestFeed(t *testing.T) {
	var b bytes.Buffer
	batch := batchOf(100)
	require.NoError(t, feed(&closing{Writer: &b}, batch))
	for r := wire.NewEventReader("stdin", &b); len(batch) > 0; batch = batch[1:] {
		for _, want := range batch[0].Events {
			got, err := r.Read()
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}

	b.Reset()
	require.NoError(t, feed(&closing{Writer: &b}, []Question{{Lines: []string{"no event", ""}}, {Events: chat("c", 0)[:1], Lines: []string{"{"}}}))
	assert.Regexp(t, `^no event\n\n\{"interaction_id":"c","seq":1,.*\}\n\{\n$`, b.String())

	broken := errors.New("broken")
	for _, batch := range [][]Question{batchOf(1), batchOf(100)} {
		assert.ErrorIs(t, feed(&closing{Writer: failing{broken}}, batch), broken)
		assert.ErrorIs(t, feed(&closing{Writer: io.Discard, err: broken}, batch), broken)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

type closing struct {
	io.Writer
	err error
}

func (c *closing) Close() error { return c.err }

// lastBytes reads to the end and keeps the last n bytes.
func lastBytes(in io.Reader, n int) string {
	t := &tail{size: n}
	io.Copy(t, in) //nolint:errcheck // what was read before counts
	return t.take()
}

// A line is about the question whose interaction it names, and about that named before it where it names none. How the
// output is cut into pieces means nothing.
func TestStderrIsTiedToItsQuestion(t *testing.T) {
	const in = "starting up\n" +
		"chat-1: KeyError: 'queue'\n  at line 7\n" +
		"[warn] nobody-7 unknown\n" +
		"INFO reading <chat-0>\n" +
		"\"chat-2\" one\nchat-2 two\nchat-2 three\nchat-2 four\xff\nchat-2 five\nno end"
	for _, reader := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in)), iotest.HalfReader(strings.NewReader(in))} {
		w := newWitness(map[string]int{"chat-0": 0, "chat-1": 1, "chat-2": 2})
		_, err := io.Copy(w, reader)
		require.NoError(t, err)
		answers := make([]Answer, 3)
		w.testify(answers)
		assert.Equal(t, "INFO reading <chat-0>", answers[0].Stderr)
		assert.Equal(t, "chat-1: KeyError: 'queue'\n  at line 7\n[warn] nobody-7 unknown", answers[1].Stderr)
		assert.Equal(t, "chat-2 two\nchat-2 three\nchat-2 four\ufffd\nchat-2 five", answers[2].Stderr, "the last of them")
		assert.Equal(t, strings.ToValidUTF8(in, "\ufffd"), w.tail.take())
	}
}

// However much a program writes there, what is kept is bounded.
func TestStderrIsBounded(t *testing.T) {
	owner := make(map[string]int)
	var b strings.Builder
	for i := range maxWitnesses + 100 {
		id := "chat-" + strconv.Itoa(i)
		owner[id] = i
		b.WriteString(strings.Repeat(id+" "+strings.Repeat("x", 2*maxWitnessLine)+"\n", 2*maxWitness))
	}
	w := newWitness(owner)
	w.Write([]byte(b.String())) //nolint:errcheck // it never fails
	answers, kept := make([]Answer, len(owner)), 0
	w.testify(answers)
	for _, a := range answers {
		kept += len(a.Stderr)
	}
	assert.Positive(t, kept)
	assert.LessOrEqual(t, kept, maxWitnesses*maxWitness*(maxWitnessLine+1))
}

func TestLastBytes(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"little", "a\nb", "a\nb"},
		{"as much as is kept", "12345\n6789", "12345\n6789"},
		{"from the start of a line", "one\ntwos\nthree\n", "three\n"},
		{"lines that begin there", "one\ntwo\nthree\n", "two\nthree\n"},
		{"a line that begins there", "x\n123456789\n", "123456789\n"},
		{"a line and nothing else", "0123456789abcdef", "6789abcdef"},
		{"a long line that ends", "0123456789abcdef\n", "789abcdef\n"},
		{"blank lines", "0123456789\n\n\n", "\n\n"},
		{"not UTF-8", "a\xff\xfeb\xc3", "a\ufffdb\ufffd"},
		{"a character cut in two", "ab\u00e9\u00e9\u00e9\u00e9\u00e9x", "\ufffd\u00e9\u00e9\u00e9\u00e9x"},
		{"what a terminal would act on", "\x1b[2J\x00\r\b", "\x1b[2J\x00\r\b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []io.Reader{
				strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in)), iotest.DataErrReader(strings.NewReader(tt.in)),
				io.MultiReader(strings.NewReader(tt.in), iotest.ErrReader(errors.New("broken"))),
			} {
				assert.Equal(t, tt.want, lastBytes(in, 10))
			}
		})
	}
	var much strings.Builder
	for i := range 100_000 {
		much.WriteString("line " + strconv.Itoa(i) + "\xff\n")
	}
	kept := lastBytes(strings.NewReader(much.String()), stderrTail)
	assert.True(t, strings.HasPrefix(kept, "line 99"))
	assert.True(t, strings.HasSuffix(kept, "line 99999\ufffd\n"))
	assert.True(t, utf8.ValidString(kept))
}

// Whatever a program prints, over and over, reading it ends, every question has an answer, what is kept is bounded, and
// how the output is cut into pieces means nothing.
func FuzzAnswers(f *testing.F) {
	one, other := row("chat-0", "Agent 1"), row("chat-1", "Agent \u00e9")
	for _, out := range []string{
		"", "\n", "\ufeff" + one, one + other + one, strings.TrimSpace(one), one[:40], one + one[:40], strings.TrimSpace(one) + other,
		row("nobody", "Agent 1") + one, "Traceback\n" + one, "\x00\xff\xfe\n", "null\n[]\n{}\n", "{\"interaction_id\":\"chat-0\"}\n" + one,
		`{"interaction_id":"chat-0","interaction_id":"chat-1","resource":"A","resource_role":"","technical_result":""}`,
		`{"interaction_id":"chat-1","resource":["A"],"resource_role":{},"technical_result":null,"start":"now","ordinal":1e9}` + "\n" + other,
		`{"interaction_id":"chat-1","resource":"\ud800","resource_role":"RoutedTo","technical_result":"Completed"}`,
	} {
		f.Add([]byte(out), uint16(1))
	}
	f.Add([]byte(one), uint16(LeastFacts+1))
	f.Add([]byte(other+one), uint16(LeastFacts))
	f.Add([]byte(row("chat-0", strings.Repeat("x", 300))), uint16(LeastFacts))
	f.Add([]byte(`{"x":[`), uint16(100))
	f.Add([]byte("["), uint16(20_000))
	batch := batchOf(3)
	batch[1].Events = append(batch[1].Events, chat("chat-1b", 0)...)
	batch = append(batch, Question{})
	f.Fuzz(func(t *testing.T, out []byte, times uint16) {
		if len(out)*int(times) > 1<<20 {
			t.Skip("too long to be worth it")
		}
		out = bytes.Repeat(out, int(times))
		in, s := bytes.NewReader(out), newSorter(batch)
		err := s.read(wire.NewFactReader("stdout", in), in)
		if in.Len() > 0 {
			t.Fatalf("%d bytes were left", in.Len())
		}
		if len(s.answers) != len(batch) {
			t.Fatalf("%d answers to %d questions", len(s.answers), len(batch))
		}
		for i, a := range s.answers {
			kept, text := make(map[string]int), make(map[string]int)
			for _, fact := range a.Facts {
				kept[fact.InteractionID]++
				text[fact.InteractionID] += len(fact.Resource) + len(fact.RoleReason)
				if s.owner[fact.InteractionID] != i || kept[fact.InteractionID] > LeastFacts || text[fact.InteractionID] > MaxText {
					t.Fatalf("question %d has a fact too many: %v", i, fact)
				}
			}
			if a.Failure != nil && (a.Failure.Kind != Protocol || strings.ContainsAny(a.Failure.Message, "\n\r\x00\x1b") || len(a.Failure.Message) > 4<<10) {
				t.Fatalf("question %d: %q", i, a.Failure.Message)
			}
		}
		if err != nil && (strings.ContainsAny(err.Error(), "\n\r\x00\x1b") || len(err.Error()) > 4<<10) {
			t.Fatalf("%q", err)
		}
		again := newSorter(batch)
		halves := iotest.HalfReader(bytes.NewReader(out))
		err2 := again.read(wire.NewFactReader("stdout", halves), halves)
		if fmt.Sprint(err) != fmt.Sprint(err2) || !assert.ObjectsAreEqual(s.answers, again.answers) || s.ignored != again.ignored {
			t.Fatalf("read in pieces: %v, then %v", err, err2)
		}
	})
}
