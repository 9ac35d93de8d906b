package steps

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

var update = flag.Bool("update", false, "rewrite testdata/written.feature")

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	require.TestingT
	Helper()
}

// written writes scenarios, at most 500 to a feature, compiles them again and checks the cases against them. It
// returns how many needed the doc string.
func written(t failer, scenarios []Written) (quoted int) {
	t.Helper()
	if len(scenarios) == 0 {
		return 0
	}
	files := make(map[string]string)
	for i := 0; i < len(scenarios); i += 500 {
		var b strings.Builder
		require.NoError(t, Write(&b, "Written", scenarios[i:min(i+500, len(scenarios))]))
		files[fmt.Sprintf("%06d/f.feature", i)] = b.String()
		quoted += strings.Count(b.String(), "    Given the events:\n      \"\"\"\n")
	}
	cases, err := compileFiles(files)
	require.NoError(t, err)
	require.Len(t, cases, len(scenarios))
	for i := range scenarios {
		requireSame(t, &scenarios[i], cases[i])
	}
	return quoted
}

// requireSame compares a case with the scenario that it was written from.
func requireSame(t failer, s *Written, c *model.Case) {
	t.Helper()
	want, err := s.expectation()
	require.NoError(t, err)
	require.Equal(t, strings.Join(strings.Fields(s.Name), " "), c.Name)
	require.True(t, slices.Equal(append(slices.Clone(s.tags()), "@own"), c.Tags), "tags %q of %q", c.Tags, s.Tags)
	require.Equal(t, instants(s.Events), c.Events, s.Name)
	require.Len(t, c.Table, len(want), s.Name)
	for i := range want {
		want[i].Start, want[i].End = want[i].Start.UTC(), want[i].End.UTC()
		require.Equal(t, want[i], c.Table[i], s.Name)
	}
}

// instants returns events with their times in UTC.
func instants(events []model.Event) []model.Event {
	events = slices.Clone(events)
	for i := range events {
		events[i].Time = events[i].Time.UTC()
	}
	return events
}

// classified makes a scenario of a log and the reference's answer, or nothing of an ill-formed log.
func classified(name string, events ...model.Event) Written {
	s := Written{Name: name, Events: slices.Clone(events)}
	chats, _ := model.ClassifyLog(model.Reference(), events)
	for i := range chats {
		for j := range chats[i].IRFs {
			s.Facts = append(s.Facts, chats[i].IRFs[j].Fact)
		}
	}
	return s
}

// plain reports whether no name in a log holds a double quote.
func plain(events []model.Event) bool {
	return !slices.ContainsFunc(events, func(e model.Event) bool {
		return strings.Contains(e.Actor.ID+e.Party.ID+e.Queue, `"`)
	})
}

// walks makes n random chats.
func walks(limits gen.Limits, id string, n int, seed uint64) (logs [][]model.Event) {
	w := gen.NewWalker(limits)
	for i := range n {
		logs = append(logs, slices.Clone(w.Log(id, gen.Seed(seed, uint64(i)))))
	}
	return logs
}

// interleave merges logs at random, each in its own order.
func interleave(src gen.Source, logs ...[]model.Event) (merged []model.Event) {
	for len(logs) > 0 {
		i := src.Intn(len(logs))
		merged = append(merged, logs[i][0])
		if logs[i] = logs[i][1:]; len(logs[i]) == 0 {
			logs = slices.Delete(logs, i, i+1)
		}
	}
	return merged
}

func TestBuiltInScenariosWrittenAgain(t *testing.T) {
	var scenarios []Written
	spelt := 0
	for _, c := range corpus() {
		if slices.ContainsFunc(c.Events, func(e model.Event) bool { return e.Wire != nil || e.Reason != "" && e.Name == model.PartyAdded }) {
			spelt++
		}
		scenarios = append(scenarios, Written{Name: c.ID, Tags: c.Tags, Comment: c.Title, Events: c.Events, Facts: c.Table})
	}
	assert.Equal(t, spelt, written(t, scenarios), "the others are written in steps, as they were")
}

// Every well-formed chat that the grammar makes can be written in steps: one step, one event.
func TestGeneratedChatsWritten(t *testing.T) {
	long, even := gen.Everyday, gen.Everyday
	long.Events, even.Irregular = 400, false
	most := walks(long, "a chat", 1000, 1)
	slices.SortFunc(most, func(a, b []model.Event) int { return len(b) - len(a) })
	everyday, known := walks(gen.Everyday, "chat 1", 1000, 2), make(map[model.EventName]bool)
	for _, e := range slices.Concat(everyday...) {
		known[e.Name] = true
	}
	for _, name := range model.EventNames {
		assert.True(t, known[name], "a thousand chats have no %s", name)
	}
	for name, logs := range map[string][][]model.Event{
		"everyday": everyday[:500], "long": most[:50], "even": walks(even, "chat 1", 250, 3), "guide": walks(gen.Guide, "Ünsere", 250, 4),
	} {
		t.Run(name, func(t *testing.T) {
			var inSteps, inQuotes []Written
			events := 0
			for i, log := range logs {
				s := classified(fmt.Sprint("Walk ", i), log...)
				events += len(log)
				if plain(log) {
					inSteps = append(inSteps, s)
				} else {
					inQuotes = append(inQuotes, s)
				}
			}
			start := time.Now()
			assert.Zero(t, written(t, inSteps), "plain names need no doc string")
			assert.Equal(t, len(inQuotes), written(t, inQuotes), "a double quote has no place between double quotes")
			t.Logf("%d chats of %d events, %d with the doc string, in %s", len(logs), events, len(inQuotes), time.Since(start).Round(time.Millisecond))
		})
	}
}

func TestDisturbedLogsWritten(t *testing.T) {
	canonical := gen.Everyday
	canonical.Irregular = false
	for name, disturb := range map[string]func(src gen.Source, a, b []model.Event) []model.Event{
		"interleaved": func(src gen.Source, a, b []model.Event) []model.Event { return interleave(src, a, b) },
		"shuffled": func(src gen.Source, a, _ []model.Event) []model.Event {
			for i := range a {
				j := i + src.Intn(len(a)-i)
				a[i], a[j] = a[j], a[i]
			}
			return a
		},
		"doubled": func(src gen.Source, a, _ []model.Event) []model.Event {
			i := src.Intn(len(a))
			return slices.Insert(a, i+src.Intn(len(a)-i), a[i])
		},
		"without an event": func(src gen.Source, a, _ []model.Event) []model.Event {
			i := src.Intn(len(a))
			return slices.Delete(a, i, i+1)
		},
		"two events swapped": func(src gen.Source, a, _ []model.Event) []model.Event {
			i, j := src.Intn(len(a)), src.Intn(len(a))
			a[i], a[j] = a[j], a[i]
			return a
		},
		"two contents swapped": func(src gen.Source, a, _ []model.Event) []model.Event {
			i, j := src.Intn(len(a)), src.Intn(len(a))
			x, y := a[i], a[j]
			a[i], a[j] = y, x
			a[i].Seq, a[i].Time, a[j].Seq, a[j].Time = x.Seq, x.Time, y.Seq, y.Time
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			var scenarios []Written
			inSteps := 0
			first := append(walks(gen.Everyday, "chat 1", 50, 2), walks(canonical, "chat 1", 50, 3)...)
			second := append(walks(gen.Everyday, "chat 2", 50, 4), walks(canonical, "chat 2", 50, 5)...)
			for i := range first {
				log := disturb(gen.Seed(6, uint64(i)), first[i], second[i])
				if name == "interleaved" && plain(log) {
					inSteps++
				}
				scenarios = append(scenarios, classified(fmt.Sprint("Log ", i), log...))
			}
			quoted := written(t, scenarios)
			t.Logf("%d of %d with the doc string", quoted, len(scenarios))
			assert.LessOrEqual(t, quoted, len(scenarios)-inSteps)
		})
	}
}

// hostile are strings that would break out of a quote, a line, a cell, a doc string or a comment.
var hostile = []string{
	"", " ", "a", `"`, `""`, `"""`, `\"\"\"`, "```", "\\`\\`\\`", `a" leaves`, "\n", "a\nb", "a\r", "\ra", "a\r\nb", "\r\n", "\t", " a ", "a|b", "|", `\`, `\\`, `a\`, `\n`, `\|`,
	"#", "# language: fr", "@tag", "Feature: x", "\nScenario: x\n", "Rule:", "Examples:", "| a |", "* ", "Given the events:", "<a>", "\x00", "\x7f", "\u0085", "\u00a0", "\u2028", "\ufeff",
	"李雷", "😀", "é", "And \"A\" leaves\n    And \"B", "\u202e", "\"\n    Then there are no facts\n  Scenario: y\n    Given a customer submits a \"",
	"\"\"\"\n", "\n      \"\"\"\n", strings.Repeat("x", 300),
}

func hostileString() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(hostile), 2, 3), func(s []string) string { return strings.Join(s, "") }))
}

// Whatever strings a log holds, what Write writes compiles to them; what it cannot write it refuses.
func TestHostileNamesWritten(t *testing.T) {
	logs := walks(gen.Everyday, "chat 1", 30, 7)
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		log := slices.Clone(rapid.SampledFrom(logs).Draw(t, "log"))
		log = log[:min(len(log), 12)]
		put := func(field string, s *string) {
			if rapid.IntRange(0, 3).Draw(t, field+" changes") == 0 {
				*s = hostileString().Draw(t, field)
			}
		}
		s := Written{Name: "a" + hostileString().Draw(t, "name"), Comment: hostileString().Draw(t, "comment")}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			e := &log[rapid.IntRange(0, len(log)-1).Draw(t, "event")]
			put("interaction", &e.InteractionID)
			put("event", (*string)(&e.Name))
			put("actor type", (*string)(&e.Actor.Type))
			put("actor", &e.Actor.ID)
			put("party type", (*string)(&e.Party.Type))
			put("party", &e.Party.ID)
			put("queue", &e.Queue)
			put("operation", (*string)(&e.Operation))
			put("reason", &e.Reason)
			put("media type", &e.MediaType)
		}
		s.Events = log
		if rapid.IntRange(0, 5).Draw(t, "tagged") == 0 {
			s.Tags = []string{"@a", "@" + hostileString().Draw(t, "tag")}
		}
		for range rapid.IntRange(0, 3).Draw(t, "facts") {
			f := model.Fact{InteractionID: rapid.SampledFrom(log).Draw(t, "of").InteractionID, Resource: "A", Role: model.RoutedTo, Result: model.Completed}
			put("resource", &f.Resource)
			put("result reason", (*string)(&f.Reason))
			s.Facts = append(s.Facts, f)
		}
		var b strings.Builder
		if err := Write(&b, hostileString().Draw(t, "title"), []Written{s, {Name: "z last", Events: log[:1]}}); err != nil {
			refused++
			require.Empty(t, b.String(), "nothing is written where something is wrong")
			return
		}
		cases, err := compileFiles(map[string]string{"f.feature": b.String()})
		require.NoError(t, err, b.String())
		require.Len(t, cases, 2, b.String())
		requireSame(t, &s, cases[0])
	})
	t.Logf("%d refused", refused)
}

// A name of any characters but a double quote and a newline stands in a step.
func TestNamesThatStandInSteps(t *testing.T) {
	for _, name := range hostile {
		p := agent(name)
		s := Written{Name: "a", Events: []model.Event{
			{InteractionID: "chat 1", Seq: 1, Time: dayStart, Name: model.Submitted, Actor: mediaServer},
			{InteractionID: "chat 1", Seq: 2, Time: dayStart.Add(time.Second), Name: model.PartyAdded, Actor: p, Party: p},
		}}
		want := 0
		if strings.ContainsAny(name, "\"\n") {
			want = 1
		}
		assert.Equal(t, want, written(t, []Written{s}), "%q", name)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("T", "S", "@tag", "two\nlines", "chat 1", "Strategy 1", "Agent 1", "Queue 1", "Expired", "sms")
	f.Add("", "#", "", "", "\"\"\"", `\"\"\"`, "a\nb", "|\\", "\r", "\x00")
	f.Fuzz(func(t *testing.T, title, name, tag, comment, chat, router, who, queue, reason, medium string) {
		s, a := strategy(router), agent(who)
		events := []model.Event{
			{Name: model.Submitted, Actor: mediaServer, MediaType: medium},
			{Name: model.PlacedInQueue, Actor: mediaServer, Queue: queue},
			{Name: model.TakenFromQueue, Actor: s, Queue: queue},
			{Name: model.PartyAdded, Actor: s, Party: s},
			{Name: model.AgentInvited, Actor: s, Party: a},
			{Name: model.Revoked, Actor: server, Party: a, Reason: reason},
			{Name: model.EventName(reason)},
			{Name: model.ProcessingStopped, Actor: a},
		}
		for i := range events {
			events[i].InteractionID, events[i].Seq, events[i].Time = chat, int64(i+1), dayStart.Add(time.Duration(i)*time.Second)
		}
		w := Written{Name: name, Comment: comment, Events: events, Facts: []model.Fact{{Resource: who, Role: model.RoutedTo, Result: model.Redirected, Reason: model.Reason(reason)}, {Resource: queue, Role: model.RoutedTo, Result: model.Completed}}}
		if tag != "" {
			w.Tags = []string{tag}
		}
		for _, w.Facts = range [][]model.Fact{w.Facts, nil} {
			var b strings.Builder
			if Write(&b, title, []Written{w}) != nil {
				continue
			}
			cases, err := compileFiles(map[string]string{"f.feature": b.String()})
			require.NoError(t, err, b.String())
			require.Len(t, cases, 1, b.String())
			require.Equal(t, strings.Join(strings.Fields(title), " "), cases[0].Title)
			requireSame(t, &w, cases[0])
		}
	})
}

const golden = "testdata/written.feature"

// goldenScenarios are those of the golden file: they show each way of writing.
func goldenScenarios(t *testing.T) (scenarios []Written) {
	text, err := os.ReadFile(golden)
	require.NoError(t, err)
	for _, c := range compiledCases(t, string(text)) {
		scenarios = append(scenarios, Written{Name: c.Name, Tags: c.Tags[:len(c.Tags)-1], Events: c.Events, Facts: c.Table})
	}
	scenarios[0].Comment = "Found by seed 20.\r\n\nIn two lines. \n"
	return scenarios
}

// Text that was written, read and written again stays the same.
func TestWrittenFeature(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Write(&b, " What Write\nwrites", goldenScenarios(t)))
	if *update {
		require.NoError(t, os.WriteFile(golden, b.Bytes(), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "go test ./steps -update rewrites it")
	assert.Equal(t, 1, written(t, goldenScenarios(t)), "doc strings")
}

func TestWhatCannotBeWritten(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(s *Written)
		want   string
	}{
		{"no event", func(s *Written) { s.Events = nil }, "it has no event"},
		{"no name", func(s *Written) { s.Name = "–" }, "its name has no letters or digits, and so makes no id; give it some"},
		{"no interaction", func(s *Written) { s.Events[0].InteractionID = "" }, "interaction_id: missing; expected a non-empty string"},
		{"no event name", func(s *Written) { s.Events[1].Name = "" }, "event: missing; expected the name of an event"},
		{"visibility mode 4", func(s *Written) { s.Events[1].VisibilityMode = 4 }, "visibility_mode: expected 1, 2 or 3, got 4"},
		{"year 10000", func(s *Written) { s.Events[1].Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "time: expected a time"},
		{"no UTF-8", func(s *Written) { s.Events[1].Queue = "\xff" }, "event 2: a feature cannot hold it"},
		{"no UTF-8 in the comment", func(s *Written) { s.Comment = "\xff" }, "it is not UTF-8"},
		{"long line", func(s *Written) { s.Events[1].Queue = strings.Repeat("x", 1<<16) }, "a line is longer than 65535 bytes"},
		{"long comment", func(s *Written) { s.Comment = strings.Repeat("x", 1<<16) }, "a line is longer than 65535 bytes"},
		{"tag without @", func(s *Written) { s.Tags = []string{"@a", "tag"} }, `A tag may not contain whitespace`},
		{"first tag without @", func(s *Written) { s.Tags = []string{"tag"} }, `a feature cannot hold its tags "tag"`},
		{"tag with a blank", func(s *Written) { s.Tags = []string{"@a tag"} }, `A tag may not contain whitespace`},
		{"tag of two", func(s *Written) { s.Tags = []string{"@a@b"} }, `a feature cannot hold its tags "@a@b"`},
		{"tag and comment", func(s *Written) { s.Tags = []string{"@a", "#b"} }, `a feature cannot hold its tags "@a #b"`},
		{"no resource", func(s *Written) { s.Facts[0].Resource = "" }, "row 1, resource: expected a name, got a blank"},
		{"no role", func(s *Written) { s.Facts[0].Role = "" }, "row 1, technical descriptor: expected Role/Result"},
		{"unknown result", func(s *Written) { s.Facts[0].Result = "Done" }, "row 1, technical descriptor: \"Done\" is not a result"},
		{"unknown type", func(s *Written) { s.Facts[0].ResourceType = "robot" }, "row 1, resource type: expected one of agent, queue, strategy, got robot"},
		{"role reason", func(s *Written) { s.Facts[0].RoleReason = "x" }, "fact 1: a table cannot hold it"},
		{"another interaction", func(s *Written) { s.Facts[0].InteractionID = "y" }, "fact 1: a table cannot hold it"},
		{"received from row 3", func(s *Written) { s.Facts[0].ReceivedFrom = model.Num(3) }, "fact 1 is received from row 3, but there is no such row"},
		{"received from given or absent", func(s *Written) { s.Facts[0].ReceivedFrom = model.Num(2) }, "fact 2: a table cannot hold it"},
		{"ordinals in disorder", func(s *Written) { s.Facts[0].Ordinal = model.Num(2) }, "fact 2 has ordinal 2; expected ordinals in rising order"},
		{"fact in the year 10000", func(s *Written) { s.Facts[1].End = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "row 2, end: expected a time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := goldenScenarios(t)
			s := all[len(all)-1]
			c.change(&s)
			var b strings.Builder
			err := Write(&b, "T", []Written{all[0], s})
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "scenario "+model.Name(s.Name)+": ")
			assert.Empty(t, b.String())
		})
	}
	assert.EqualError(t, Write(&strings.Builder{}, "T", nil), "a feature needs a scenario")
	events := goldenScenarios(t)[0].Events
	twice := []Written{{Name: "a b", Events: events}, {Name: "A, B!", Events: events}}
	assert.EqualError(t, Write(&strings.Builder{}, "T", twice), `scenario A, B!: its id would be the same as the id of scenario a b; rename one of them`)
	assert.ErrorIs(t, Write(brokenWriter{}, "T", twice[:1]), errBroken)
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestTimeAndSeqOfTheNextEvent(t *testing.T) {
	c := compiledCases(t, head+`    Given the next event has seq 5
    And the next event is at 09:00:07
    And a customer submits a chat
    And the next event is at 08:00:00.5
    And chat "b"
    And a customer submits a chat
    And the next event is at 2026-01-06T10:00:00.25+01:00
    And the next event has seq 3
    And 2 seconds pass
    And the chat is held
    And chat "chat 1"
    And the customer leaves
`+noFacts)[0]
	assert.Equal(t, []string{"chat 1/5 InteractionSubmitted", "b/1 InteractionSubmitted", "b/3 Held", "chat 1/6 ProcessingStopped"}, names(c.Events))
	var at []string
	for _, e := range c.Events {
		at = append(at, e.Time.Format(time.RFC3339Nano))
	}
	assert.Equal(t, []string{"2026-01-05T09:00:07Z", "2026-01-05T08:00:00.5Z", "2026-01-06T09:00:02.25Z", "2026-01-06T09:00:03.25Z"}, at)

	for step, want := range map[string]string{
		"the next event has seq 1":                        "expected a seq from 2 to 9007199254740991",
		"the next event has seq 99999999999999999999":     "99999999999999999999 is too large",
		"the next event is at noon":                       "expected a time such as 09:00:07 or 2026-01-05T09:00:07Z, got \"noon\"",
		"the next event is at 0001-01-01T00:00:00Z":       "an event cannot be in the year 1",
		`the unknown event "EventHeld" occurs`:            "EventHeld is a known event",
		`the server removes the media server`:             "no such step",
		`strategy "S" stops the chat by an agent`:         "no such step",
		`the chat leaves queue "Q" for the media server`:  "no such step",
		`the unknown event "E" of the media server leave`: "no such step",
	} {
		assert.Contains(t, problem(t, submitted+"    And "+step+"\n"+noFacts), want)
	}
}

// The other forms of steps that existed before.
func TestStepsForGeneratedChatsRecord(t *testing.T) {
	a, s := agent("A"), strategy("S")
	for step, want := range map[string]model.Event{
		`the chat leaves queue "Q" for strategy "S"`:                        {Name: model.TakenFromQueue, Actor: s, Queue: "Q"},
		`the chat leaves queue "Q" for "A"`:                                 {Name: model.TakenFromQueue, Actor: a, Queue: "Q"},
		`strategy "S" accepts`:                                              {Name: model.PartyAdded, Actor: s, Party: s},
		`the server removes "A"`:                                            {Name: model.PartyRemoved, Actor: server, Party: a},
		`the server removes strategy "S"`:                                   {Name: model.PartyRemoved, Actor: server, Party: s},
		`the media server removes strategy "S"`:                             {Name: model.PartyRemoved, Actor: mediaServer, Party: s},
		`an agent stops the chat`:                                           {Name: model.ProcessingStopped, Actor: agent("")},
		`a strategy stops the chat`:                                         {Name: model.ProcessingStopped, Actor: strategy("")},
		`the unknown event "EventTypingStarted" of the media server occurs`: {Name: "EventTypingStarted", Actor: mediaServer},
	} {
		r := NewRecorder()
		require.NoError(t, r.step(step, nil))
		want.InteractionID, want.Seq, want.Time = firstChat, 1, dayStart
		assert.Equal(t, []model.Event{want}, r.events, step)
	}
}

func BenchmarkWrite(b *testing.B) {
	var scenarios []Written
	for i, log := range walks(gen.Everyday, "chat 1", 1000, 9) {
		scenarios = append(scenarios, classified(fmt.Sprint("Walk ", i), log...))
	}
	for b.Loop() {
		require.NoError(b, Write(io.Discard, "Written", scenarios))
	}
	b.ReportMetric(float64(len(scenarios)*b.N)/b.Elapsed().Seconds(), "scenarios/s")
}
