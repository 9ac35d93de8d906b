package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

func campaign(n int, require_ model.Levels) *Campaign {
	return &Campaign{Seed: 1, Require: require_, Prove: 100_000, Scenarios: n}
}

// run runs a campaign that ends by itself.
func (c *Campaign) run(t testing.TB, to target.Target) *Harvest {
	t.Helper()
	h, err := c.Run(t.Context(), to)
	require.NoError(t, err)
	return h
}

func TestCampaignFindsNothingInTheReference(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 600
	}
	h := campaign(n, model.LevelSet(model.AllLevels...)).run(t, target.Reference{Table: model.Reference()})
	assert.Equal(t, n, h.Scenarios)
	assert.Equal(t, smallShare*n, h.Small)
	assert.Empty(t, h.Findings)
}

// What cannot be in a user's world is not asked: neither other media, nor names that are one there, nor chats that arrive
// otherwise than whole and in order; and ids have the form that it has. Nothing else is lost: a fault is still found.
func TestCampaignKeepsToTheWorld(t *testing.T) {
	all := model.LevelSet(model.AllLevels...)
	guid, asked := regexp.MustCompile("(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), 0
	narrow := target.Function(func(log []model.Event) (facts []model.Fact, err error) {
		asked++
		for i, e := range log {
			if !guid.MatchString(e.InteractionID) || e.MediaType != "" && e.MediaType != "chat" ||
				i > 0 && e.InteractionID == log[i-1].InteractionID && e.Seq <= log[i-1].Seq {
				t.Errorf("asked %+v", e)
			}
		}
		for _, chat := range model.Chats(log) {
			assert.False(t, merges(&model.Case{Events: chat}, strings.ToLower))
		}
		chats, _ := model.ClassifyLog(model.Reference().Yielding(model.R8, model.Yield{Result: "Cleared"}), log)
		for _, c := range chats {
			for i := range c.IRFs {
				facts = append(facts, c.IRFs[i].Fact)
			}
		}
		return facts, nil
	})
	c := campaign(400, all)
	c.Prove = 100
	c.World = World{Media: []string{"chat"}, Fold: strings.ToLower, WholeChats: true, Form: "guid"}
	h := c.run(t, narrow)
	require.NotEmpty(t, h.Findings)
	assert.Greater(t, asked, 400)
}

// Finishing queues have the world's names where they are sent and where rows come back, and the suite's in between.
func TestQueuesOfTheWorld(t *testing.T) {
	all := model.LevelSet(model.AllLevels...)
	w := World{Finishing: &model.Deployment{Completed: []string{"Chat_Stop"}, Canceled: []string{"Chat_Canceled"}}}
	seen := make(map[string]int)
	theirs := target.Function(func(log []model.Event) (facts []model.Fact, err error) {
		chats, _ := model.ClassifyLog(w.Reference(), log)
		for _, c := range chats {
			for i := range c.IRFs {
				facts = append(facts, c.IRFs[i].Fact)
				seen["row of "+c.IRFs[i].Resource]++
			}
		}
		for i := range log {
			seen[log[i].Queue]++
		}
		return facts, nil
	})
	c := campaign(400, all)
	c.World = w
	assert.Empty(t, c.run(t, theirs).Findings)
	abandoned := &model.Case{ID: "abandoned", Level: model.Inferred, Checked: true, Events: []model.Event{
		{InteractionID: "c", Seq: 1, Time: gen.Day, Name: model.Submitted, Actor: model.Party{Type: model.MediaServer}},
		{InteractionID: "c", Seq: 2, Time: gen.Day, Name: model.PlacedInQueue, Actor: model.Party{Type: model.MediaServer}, Queue: "iWD_Canceled"},
		{InteractionID: "c", Seq: 3, Time: gen.Day, Name: model.ProcessingStopped, Actor: model.Party{Type: model.MediaServer}},
	}}
	cases, err := Builtin()
	require.NoError(t, err)
	p, err := NewPlan(append(cases, abandoned))
	require.NoError(t, err)
	p.Of(w)
	_, verdict, err := run(t, p, theirs, all)
	require.NoError(t, err)
	assert.Equal(t, Conforming, verdict)
	assert.NotZero(t, seen["Chat_Stop"])
	assert.NotZero(t, seen["row of Chat_Canceled"])
	assert.Zero(t, seen["iWD_Completed"]+seen["iWD_Canceled"])
}

// A rule that answers otherwise is found, and its counterexample is as short as it can be.
func TestCampaignShrinks(t *testing.T) {
	tests := []struct {
		name      string
		table     *model.Table
		signature string
		events    int
		causes    int
	}{
		{
			"a failed conference taken for a routed invitation",
			model.Reference().Yielding(model.R11, model.Yield{Result: model.Redirected, Reason: model.RevokedReason}),
			"R3 R11 technical_descriptor INCONFERENCE/ABANDONED[REVOKED] -> INCONFERENCE/REDIRECTED[REVOKED]", 9, 3,
		},
		{
			"no transfers", model.Reference().Yielding(model.R9, model.Yield{Result: model.Completed}),
			"R1 R9 technical_descriptor ROUTEDTO/TRANSFERRED -> ROUTEDTO/COMPLETED", 10, 3,
		},
		{
			"abandons in the queue lost", model.Reference().Dropping(model.R12),
			"R6 R12 row RECEIVED/CUSTOMERABANDONED[ABANDONEDWHILEQUEUED] -> NOROW", 3, 3,
		},
		{
			"a conference through a queue taken for an entering chat", model.Reference().Dropping(model.R5),
			"R4 R5 R8 technical_descriptor RECEIVEDCONSULT/COMPLETED -> ROUTEDTO/COMPLETED", 14, 3,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := false
			asked := 800 // ten chats a scenario may be asked to prove that another is the shortest
			if tt.events > 10 {
				asked = 1200 // of 14 events there are too many
			}
			if testing.Short() && tt.events > 10 {
				t.Skip("-short: its shortest chat takes long to prove")
			}
			h := campaign(asked, defaults).run(t, target.Reference{Table: tt.table})
			for _, f := range h.Findings {
				t.Logf("%s ×%d: %d events, %s", f.Signature, f.Count, len(f.Minimal.Log), f.Verdict())
				assert.False(t, f.Unstable)
				assert.NotEmpty(t, f.Found)
				for _, signature := range f.signatures() {
					if signature == tt.signature {
						found = true
						assert.LessOrEqual(t, len(f.Minimal.Log), tt.events)
						assert.True(t, f.Minimal.Proven() || len(f.Minimal.Log) > 11, "there are too many shorter ones")
					}
				}
			}
			assert.True(t, found, tt.signature)
			assert.LessOrEqual(t, len(h.Findings), tt.causes)
		})
	}
}

// signatures are all that the finding has.
func (f *Finding) signatures() []string {
	all := []string{f.Signature}
	for _, face := range f.Faces {
		all = append(all, face.Signature)
	}
	return all
}

// Findings come by level, then the most frequent first, then by name. What is interrupted has found what it found, and
// says how short that is known to be.
func TestFindingsAreOrdered(t *testing.T) {
	wrong := target.Reference{Table: model.Reference().Yielding(model.R8, model.Yield{Result: "Cleared"}).Yielding(model.I14, model.Yield{Result: "Odd"})}
	stopped := errors.New("stopped")
	after := func(rounds int) target.Target {
		return answering(func(batch []target.Question) (*target.Round, error) {
			if rounds--; rounds < 0 {
				return nil, stopped
			}
			return wrong.Ask(t.Context(), batch)
		})
	}
	all := model.LevelSet(model.AllLevels...)
	for _, rounds := range []int{1, 2, 3, 12} {
		var told []*Finding
		c := campaign(600, all)
		c.Found = func(f *Finding) { told = append(told, f) }
		h, err := c.Run(t.Context(), after(rounds))
		assert.ErrorIs(t, err, stopped)
		assert.True(t, slices.IsSortedFunc(h.Findings, func(a, b *Finding) int {
			return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Count, a.Count), strings.Compare(a.Signature, b.Signature))
		}))
		assert.NotEmpty(t, h.Findings)
		assert.ElementsMatch(t, h.Findings, told, "each is told once")
	}
	c := campaign(600, all)
	h, err := c.Run(t.Context(), after(1))
	assert.ErrorIs(t, err, stopped)
	assert.Equal(t, "not fully shrunk: it was interrupted", h.Findings[0].Verdict())

	// Interrupted while it is asked, the implementation has answered in vain no trial.
	ctx, cancel := context.WithCancel(t.Context())
	h, err = campaign(600, defaults).Run(ctx, answering(func(batch []target.Question) (*target.Round, error) {
		cancel()
		return wrong.Ask(t.Context(), batch)
	}))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Positive(t, h.Small)
}

// A campaign that is to find one thing ends with the round that shows it, however far ahead the next is drawn.
func TestCampaignEndsOnce(t *testing.T) {
	for range 5 {
		c := campaign(10_000, defaults)
		c.Once = true
		h := c.run(t, target.Reference{Table: model.Reference().Dropping(model.R12)})
		assert.Equal(t, piecemealRound, h.Small)
		assert.Zero(t, h.Scenarios)
		require.NotEmpty(t, h.Findings)
		assert.Equal(t, "R6 R12 row RECEIVED/CUSTOMERABANDONED[ABANDONEDWHILEQUEUED] -> NOROW", h.Findings[0].Signature)
	}
}

// Small chats are asked the shortest first, then random ones in rounds that grow, each once, of a shard those of every
// n-th epoch.
func TestTrialsAreShared(t *testing.T) {
	asks := func(c *Campaign) (ids []string, sizes []int) {
		h := c.run(t, answering(func(batch []target.Question) (*target.Round, error) {
			sizes = append(sizes, len(batch))
			for _, q := range batch {
				ids = append(ids, q.Events[0].InteractionID)
			}
			return target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
		}))
		assert.Len(t, ids, h.Small+h.Scenarios)
		return ids[h.Small:], sizes
	}
	_, sizes := asks(campaign(1000, defaults))
	assert.Equal(t, []int{128, 256, 512, 1024, 2048, 4096, 1936, 960, 32, 8}, sizes, "deliveries, and several chats at once, come apart")
	for shard := 1; shard <= 3; shard++ {
		c := campaign(4, defaults)
		c.Shard, c.Shards = shard, 3
		ids, _ := asks(c)
		var of []string
		for i := range 4 {
			of = append(of, gen.NewScenarios(1).Trial((shard-1)*gen.Epoch + i).Events[0].InteractionID)
		}
		assert.Equal(t, of, ids)
	}
	last := (&Campaign{Seed: 1, Scenarios: math.MaxInt, Shard: 2, Shards: 3}).randomTrials(time.Time{})
	last.made = gen.Epoch
	assert.Equal(t, fmt.Sprintf("fuzz/1/%d", 4*gen.Epoch), last.next().ID)
}

// No chat is asked for a second time to shrink or prove something, whichever finding it is for; and a campaign has few
// rounds, by each of which a program is started.
func TestAnswersAreShared(t *testing.T) {
	wrong := target.Reference{Table: model.Reference().Dropping(model.R5).Yielding(model.R9, model.Yield{Result: "Odd"})}
	rounds := 0
	asked, known := make(map[chatKey]int), newMemory()
	h := campaign(500, defaults).run(t, answering(func(batch []target.Question) (*target.Round, error) {
		rounds++
		for _, q := range batch {
			if chats := model.Chats(q.Events); len(chats) == 1 {
				asked[known.keyOf("", chats[0])]++
			}
		}
		return wrong.Ask(t.Context(), batch)
	}))
	assert.NotEmpty(t, h.Findings)
	again := 0
	for _, n := range asked {
		if n > 1 {
			again += n - 1
		}
	}
	assert.LessOrEqual(t, again, 3*h.Signatures(), "a finding is confirmed, and shown as it is when it is short")
	assert.Less(t, rounds, 100)
	for _, f := range h.Findings {
		t.Logf("%s (%d faces): %d events, %s", f.Signature, len(f.Faces), len(f.Minimal.Log), f.Verdict())
	}
}

// A campaign of a span ends within it, whatever it is doing; what it has found is told as it is.
func TestCampaignEndsInTime(t *testing.T) {
	wrong := target.Reference{Table: model.Reference().Dropping(model.R12)}
	c := &Campaign{Seed: 1, Require: defaults, Prove: 1000, Span: 200 * time.Millisecond}
	h := c.run(t, answering(func(batch []target.Question) (*target.Round, error) { return wrong.Ask(t.Context(), batch) }))
	require.NotEmpty(t, h.Findings)
	assert.True(t, h.Findings[0].Minimal.Proven(), "it is the second chat that is asked")
}

// Who confuses the attempts of an agent has many signatures, and one finding, which says so: found by asking with another
// agent each time. What needs no such agent is another one.
func TestAgentsThatComeAgainAreOneCause(t *testing.T) {
	byName := func(name string) func([]model.Event) []model.Fact {
		all := faults.All()
		return all[slices.IndexFunc(all, func(f faults.Fault) bool { return f.Name == name })].Answer
	}
	for _, name := range []string{"last-attempt-of-agent-only", "role-of-first-attempt"} {
		h := campaign(300, defaults).run(t, answers(byName(name)))
		require.Len(t, h.Findings, 1, name)
		assert.True(t, h.Findings[0].Again, name)
		assert.Greater(t, h.Signatures(), 3, name)
	}
	h := campaign(300, defaults).run(t, target.Reference{Table: model.Reference().Dropping(model.R12)})
	assert.False(t, h.Findings[0].Again)
}

// A counterexample holds what it needs and no more: what differs in a chat needs no variant beside it, though the scenario
// in which it was seen first had one, that differs, too; what breaks a relation needs the variant.
func TestCounterexamplesHoldWhatTheyNeed(t *testing.T) {
	table := model.Reference().Dropping(model.R12)
	h := func() *Harvest {
		c := campaign(1500, defaults)
		c.Prove = 0 // else a small chat shows what differs, which has no variant
		return c.run(t, answers(func(events []model.Event) (facts []model.Fact) {
			chats, _ := model.ClassifyLog(table, events)
			for i := range chats {
				for _, r := range chats[i].IRFs {
					if chats[i].Began.Month() != gen.Day.Month() { // whatever is not of January is lost by halves
						r.Role = model.Puller
					}
					facts = append(facts, r.Fact)
				}
			}
			return facts
		}))
	}()
	found := make(map[string]bool)
	for _, f := range h.Findings {
		chats := model.Chats(f.Case().Events)
		switch {
		case strings.HasPrefix(f.Signature, "R6 R12 row"):
			assert.Len(t, chats, 1, f.Signature)
			assert.Len(t, f.Minimal.Log, 3)
		case f.Signature == "V16":
			assert.Len(t, chats, 2)
			assert.Len(t, f.Minimal.Log, 6, "the shortest with an attempt")
			assert.Equal(t, gen.Day.Month(), chats[0][0].Time.Month())
			assert.NotEqual(t, gen.Day.Month(), chats[1][0].Time.Month())
		default:
			t.Errorf("%s: %d chats, %d events", f.Signature, len(chats), len(f.Minimal.Log))
		}
		found[f.Signature[:3]] = true
	}
	assert.Len(t, found, 2)
}

// Rounds grow, and only in a campaign of a span they shrink when one takes long.
func TestRoundsOfSlowProgramsAreSmall(t *testing.T) {
	s := newSizes(answering(nil), true)
	assert.Equal(t, []int{128, 256, 512}, []int{s.next(), s.next(), s.next()})
	s.took(512, 2*slowRound)
	assert.Equal(t, []int{256, 256}, []int{s.next(), s.next()})
	s.took(256, slowRound/2)
	assert.Equal(t, 256, s.next())
	s.took(256, 1000*slowRound)
	assert.Equal(t, []int{1, 1}, []int{s.next(), s.next()})

	s = newSizes(target.Reference{}, false)
	assert.Equal(t, []int{64, 64, 64}, []int{s.next(), s.next(), s.atMost()})

	s = newSizes(answering(nil), false)
	s.took(512, 1000*slowRound)
	assert.Equal(t, 1, s.atMost())
	assert.Equal(t, []int{128, 256, 512, 1024, 2048, 4096, 4096}, []int{
		s.next(), s.next(), s.next(), s.next(), s.next(), s.next(), s.next(),
	})
}

// What a campaign finds, and how short it says that is, does not depend on how long anything takes, unless it has a
// span: the clock of the second one leaps half a minute whenever it is read, as on a machine that does much else.
func TestFindingsDoNotDependOnTheClock(t *testing.T) {
	all := faults.All()
	f := all[slices.IndexFunc(all, func(f faults.Fault) bool { return f.Name == "dead-conference-has-a-row" })]
	told := func(once bool, now func() time.Time) (told []string) {
		c := campaign(400, defaults)
		c.Once, c.now = once, now
		for _, found := range c.run(t, answers(f.Answer)).Findings {
			told = append(told, fmt.Sprint(found.signatures(), found.Count, len(found.Minimal.Log), found.Verdict()))
		}
		return told
	}
	for _, once := range []bool{true, false} {
		at := gen.Day
		want := told(once, nil)
		require.NotEmpty(t, want)
		assert.Equal(t, want, told(once, func() time.Time { at = at.Add(30 * time.Second); return at }))
	}
}

// What a program answers no more ends the campaign.
func TestCampaignEndsInSilence(t *testing.T) {
	rounds := 0
	h := campaign(1000, defaults).run(t, answering(func(batch []target.Question) (*target.Round, error) {
		rounds++
		return &target.Round{Answers: slices.Repeat([]target.Answer{{NotRun: true}}, len(batch))}, nil
	}))
	assert.Equal(t, 1, rounds)
	assert.True(t, h.Over)
	assert.Empty(t, h.Findings)
}

// Of what was found, an answer may be unstable, and one that gives no facts is confirmed but not shrunk.
func TestFindingsAreConfirmed(t *testing.T) {
	calls := 0
	once := func(first target.Answer) target.Target {
		calls = 0
		return answering(func(batch []target.Question) (*target.Round, error) {
			round, err := target.Reference{Table: model.Reference()}.Ask(t.Context(), batch)
			if calls++; calls == 1 {
				round.Answers[1] = first
			}
			return round, err
		})
	}
	crash := target.Answer{Failure: &target.Failure{Kind: target.Crash, Message: "exited with status 7"}}
	always := answering(func(batch []target.Question) (*target.Round, error) {
		return &target.Round{Answers: slices.Repeat([]target.Answer{crash}, len(batch))}, nil
	})
	for _, tt := range []struct {
		name    string
		to      target.Target
		count   int
		verdict string
	}{
		{"wrong once", once(target.Answer{}), 1, "unstable: it did not show when the chat was sent again"},
		{"crashed once", once(crash), 1, "unstable: it did not show when the chat was sent again"},
		{"crashes always", always, 88, "not shrunk"},
		{"declined, or not asked", once(target.Answer{Skip: "no"}), 0, ""},
		{"not asked", once(target.Answer{NotRun: true}), 0, ""},
	} {
		calls = 0
		h := campaign(8, defaults).run(t, tt.to)
		assert.Equal(t, tt.count > 0, len(h.Findings) > 0, tt.name)
		for _, f := range h.Findings {
			assert.Equal(t, tt.verdict, f.Verdict(), tt.name)
			assert.Equal(t, tt.count, f.Count, tt.name)
			assert.Empty(t, f.Found, tt.name)
			assert.True(t, tt.count == 1 || len(f.Example.Events) == 2, "the shortest chat is kept")
		}
	}
}

// A campaign keeps the memory of its trials: what is left is little more than what each scenario expects.
func TestCampaignAllocates(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the race detector, which runs so, allocates too")
	}
	const trials = 2000
	perRun := testing.AllocsPerRun(1, func() {
		c := campaign(trials, defaults)
		c.Prove = 0
		c.run(t, target.Reference{Table: model.Reference()})
	})
	assert.Less(t, perRun/trials, 18.0, "one in 32 are five to nine chats, each drawn by itself")
}

func BenchmarkCampaign(b *testing.B) {
	c := &Campaign{Seed: 1, Require: defaults, Scenarios: b.N}
	h := c.run(b, target.Reference{Table: model.Reference()})
	b.ReportMetric(float64(h.Scenarios)/b.Elapsed().Seconds(), "scenarios/s")
}

func BenchmarkSmallChats(b *testing.B) {
	c := &Campaign{Seed: 1, Require: defaults, Prove: b.N, Scenarios: b.N}
	h := c.run(b, target.Reference{Table: model.Reference()})
	b.ReportMetric(float64(h.Small)/b.Elapsed().Seconds(), "chats/s")
}
