package twin_test

import (
	"bytes"
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/model"
)

// More chats make the tests slower, and what they hold to stricter.
var chats = flag.Int("chats", 5000, "how many chats are made by each profile")

var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// written are the profiles that were written by hand: the built-in one, and nine of testdata.
var written = sync.OnceValue(func() map[string]*twin.Profile {
	paths, _ := filepath.Glob("testdata/*.yaml")
	profiles := make(map[string]*twin.Profile)
	for _, path := range append(paths, twin.Builtin) {
		p, err := twin.Read(context.Background(), path)
		if err != nil {
			panic(err)
		}
		profiles[path] = p
	}
	return profiles
})

// logs are what each of them makes.
var logs = sync.OnceValue(func() map[string]*twin.Tally {
	tallies := make(map[string]*twin.Tally)
	for name, p := range written() {
		tallies[name] = made(p, 1, *chats)
	}
	return tallies
})

// made makes chats by a profile, which teach a tally.
func made(p *twin.Profile, seed uint64, n int) *twin.Tally {
	maker, learner := twin.NewMaker(twin.NewPlan(p, seed, monday)), twin.NewLearner(model.Reference())
	for i := range n {
		learner.Learn(maker.Chat(i, "chat"))
	}
	if n != learner.Tally.Chats {
		panic(learner.Tally.Summary())
	}
	return learner.Tally
}

func learnt(t *testing.T, tally *twin.Tally) *twin.Profile {
	t.Helper()
	p, err := tally.Profile(twin.DefaultThreshold)
	require.NoError(t, err)
	return p
}

// What is learnt of the chats that a profile makes is that profile: each share that was not merged within 4.5 standard
// errors, where it rests on 1,000 choices or more, and quantiles within 5 % or a second.
func TestAProfileIsLearntBack(t *testing.T) {
	require.Len(t, written(), 10)
	shares, quantiles := 0, 0
	for name, p := range written() {
		tally := logs()[name]
		for state, next := range learnt(t, tally).States {
			of := p.States[state]
			if of == nil {
				of = p.States[state.AnyHistory()]
			}
			n := float64(tally.Chosen(state))
			if of == nil || !state.History || n < 1000 {
				continue // made up of several, by other states or all of them
			}
			for _, c := range next.Choices {
				at := slices.IndexFunc(of.Choices, func(o twin.Share[twin.Choice]) bool { return o.Of == c.Of })
				if !assert.GreaterOrEqual(t, at, 0, "%s: %v: %v", name, state, c.Of) {
					continue
				}
				share := of.Choices[at].Share
				shares++
				assert.InDelta(t, share, c.Share, 4.5*math.Sqrt(share*(1-share)/n)+0.0001, "%s: %v: %v of %v", name, state, c.Of, n)
			}
			for move, q := range next.Waits {
				want := of.Waits[move]
				if want == nil {
					want = p.Waits[twin.Wait{Move: move}]
				}
				waited := float64(tally.Waited(state, move))
				if waited < 2500 {
					continue
				}
				most := 0.05
				if waited < 20_000 { // the draw's own error
					most += 3 / math.Sqrt(waited)
				}
				for _, percent := range []float64{20, 50, 80} {
					quantiles++
					expected := want.At(percent / 100)
					assert.InDelta(t, expected, q.At(percent/100), max(1, most*expected), "%s: %v: %v, p%v", name, state, model.MoveNames[move], percent)
				}
			}
		}
	}
	t.Logf("%d shares, %d quantiles", shares, quantiles)
	assert.Greater(t, shares, 150)
	assert.Greater(t, quantiles, 50)
}

// A twin's rows have the log's descriptors, and it is told how far the two are apart.
func TestATwinHasTheShapeOfItsLog(t *testing.T) {
	for name, log := range logs() {
		c := twin.Compare(log, made(learnt(t, log), 2, *chats), twin.DefaultThreshold)
		most := 1.0 + 4.5*100*math.Sqrt(0.5/float64(*chats)) // in points, and the draw's own error at fewer chats
		if *chats >= 100_000 {
			most = 1
		}
		for descriptor, apart := range c.Apart("technical descriptors") {
			assert.LessOrEqual(t, math.Abs(100*apart), most, "%s: %s", name, descriptor)
		}
		for _, time := range []string{"until stop", "until leave"} {
			assert.LessOrEqual(t, c.Error(time), 0.12, "%s: %s", name, time)
		}
		assert.Contains(t, string(c.Text()), "What a twin lacks")
		t.Logf("%s: %s", name, c.Summary())
	}
}

// A log of all that the grammar makes is learnt from, too, and stays a small file.
func TestRandomChatsAreLearnt(t *testing.T) {
	learner := twin.NewLearner(model.Reference())
	sequence := gen.Random(*chats, false, 1)
	for i := range *chats {
		log, _ := sequence(i, "chat")
		log = slices.Clone(log)
		gen.Shuffle(log, gen.Seed(uint64(i)))
		learner.Learn(append(log, log[0]))
	}
	require.Equal(t, *chats, learner.Tally.Chats, learner.Tally.Summary())
	p := learnt(t, learner.Tally)
	assert.LessOrEqual(t, len(p.Append(nil)), 200_000)
	made(p, 1, 2000)
}

// How many chats taught a profile is told to two digits, also where these are many.
func TestNumbersAreRounded(t *testing.T) {
	for n, want := range map[int]int{7: 7, 99: 99, 123: 120, 1_011_000: 1_000_000, 8_603: 8_600, 23_456_789: 23_000_000} {
		assert.Equal(t, want, twin.Rounded(n))
	}
}

// The lowest threshold has a quantile of two chats, which lie next to less than five.
func TestTheLowestThreshold(t *testing.T) {
	maker := twin.NewMaker(twin.NewPlan(written()["testdata/plain.yaml"], 1, monday))
	learner := twin.NewLearner(model.Reference())
	for n := 1; n < 1000; n++ {
		learner.Learn(maker.Chat(n-1, "chat"))
		if n >= twin.LeastChats && n%25 == 0 {
			_, err := learner.Tally.Profile(2)
			require.NoError(t, err)
		}
	}
}

// What is written is read as it was, by us and by its schema.
func TestAProfileIsWhatIsWritten(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(twin.Schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("profile.json", schema))
	compiled, err := compiler.Compile("profile.json")
	require.NoError(t, err)
	for name, p := range written() {
		for _, p := range []*twin.Profile{p, learnt(t, made(p, 1, 2000))} {
			text := p.Append(nil)
			again, err := twin.Parse(name, string(text))
			require.NoError(t, err, "%s\n%s", name, text)
			assert.Equal(t, string(text), string(again.Append(nil)))
			assert.NoError(t, compiled.Validate(yamlValue(t, text)), name)
		}
	}
	for _, wrong := range []string{"profile: 1", "profile: 2\nweek: {}", "profile: 1\nwek: {}\n"} {
		assert.Error(t, compiled.Validate(yamlValue(t, []byte(wrong))), wrong)
	}
}

// Tallies are merged, in any order, to what one would have counted.
func TestTalliesAreMerged(t *testing.T) {
	p := written()[twin.Builtin]
	maker := twin.NewMaker(twin.NewPlan(p, 1, monday))
	learners := make([]*twin.Learner, 4)
	for i := range learners {
		learners[i] = twin.NewLearner(model.Reference())
	}
	for i := range 3000 {
		log := maker.Chat(i, "chat")
		learners[3].Learn(log)
		learners[i%3].Learn(log)
	}
	all := twin.NewTally()
	for _, i := range []int{2, 0, 1} {
		all.Merge(learners[i].Tally)
	}
	assert.Equal(t, string(learnt(t, learners[3].Tally).Append(nil)), string(learnt(t, all).Append(nil)))
	assert.Contains(t, twin.Compare(learners[3].Tally, all, 5).Summary(), "0 % in flows, 0 % in technical descriptors, 0 % in moves, 0 % in simultaneous chats per agent, 0 % in media, 0 % in hours of the week; the medians and p90s of durations do not differ")
}

// Chats begin in the order of their numbers, as many as the week has.
func TestChatsBeginAsTheWeekHasThem(t *testing.T) {
	for name, p := range written() {
		start := time.Date(2026, 3, 4, 13, 7, 30, 0, time.UTC) // a Wednesday
		plan := twin.NewPlan(p, 1, start)
		n := plan.ChatsOf(9)
		require.Positive(t, n)
		maker, last := twin.NewMaker(plan), start
		for i := range n {
			began := maker.Chat(i, "chat")[0].Time
			require.False(t, began.Before(last), "%s: chat %d", name, i)
			last = began
		}
		assert.True(t, last.Before(start.AddDate(0, 0, 9).Add(time.Second)) && last.After(start.AddDate(0, 0, 4)), "%s: %v", name, last)
	}
}

// One odd chat does not show: with it or without it, the profile has the same states, moves and outer quantiles.
func TestOneOddChatDoesNotShow(t *testing.T) {
	p := written()["testdata/plain.yaml"]
	learn := func(odd int) string {
		maker, learner := twin.NewMaker(twin.NewPlan(p, 1, monday)), twin.NewLearner(model.Reference())
		for i := range 2000 {
			learner.Learn(maker.Chat(i, "chat"))
		}
		for i := range odd {
			log := slices.Clone(maker.Chat(2000+i, "chat"))
			rejected := log[4] // the invitation: once declined, once accepted after a year
			rejected.Name, rejected.Actor = model.Rejected, rejected.Party
			log = append(slices.Clone(log[:6]), rejected)
			stop := log[0]
			stop.Name, stop.Time = model.ProcessingStopped, stop.Time.AddDate(1, 0, 0)
			learner.Learn(gen.Renumber(append(log, stop)))
		}
		require.Equal(t, 2000+odd, learner.Tally.Chats)
		return string(learnt(t, learner.Tally).Append(nil))
	}
	assert.NotContains(t, learn(4), "reject")
	assert.NotContains(t, learn(4), "315")
	assert.Contains(t, learn(5), "reject")
}

func yamlValue(t *testing.T, text []byte) any {
	t.Helper()
	json, err := yaml.YAMLToJSON(text)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(json))
	require.NoError(t, err)
	return value
}

// What is read as a profile makes chats that are well-formed and end; all else is an error of one line.
func FuzzProfile(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.yaml")
	require.NoError(f, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(string(text))
	}
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := twin.Parse("profile.yaml", text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		maker := twin.NewMaker(twin.NewPlan(p, 1, monday))
		for i := range 5 {
			require.NoError(t, classifier.Classify(chat, maker.Chat(i, "chat")))
			require.False(t, chat.Ended.IsZero())
		}
	})
}

// A state that few chats came to lasts as long as the same state whatever came before, not as all others.
func TestRareStatesLastAsTheSameOfAnyHistory(t *testing.T) {
	text, err := os.ReadFile("testdata/unanswered.yaml")
	require.NoError(t, err)
	leaves := "handling agents=1 latest=entry: {next: {leave: 1}}"
	require.Contains(t, string(text), leaves)
	p, err := twin.Parse("rare.yaml", strings.Replace(string(text), leaves,
		"handling agents=1 latest=entry: {next: {leave: 0.97, stop.customer: 0.03}, wait: {stop: {p50: 500}}}", 1))
	require.NoError(t, err)
	tally := made(p, 1, 5000)
	never, err := gen.ParseState("handling agents=1 latest=entry failures=0 joins=1")
	require.NoError(t, err)
	require.Less(t, tally.Waited(never, model.Stop), 100)
	maker, found := twin.NewMaker(twin.NewPlan(learnt(t, tally), 2, monday)), 0
	for i := range 5000 {
		log := maker.Chat(i, "chat")
		if stop, before := log[len(log)-1], log[len(log)-2]; before.Name == model.PartyAdded && before.Party.Type == model.Agent {
			found++
			assert.Equal(t, 500*time.Second, stop.Time.Sub(before.Time))
		}
	}
	assert.Greater(t, found, 50)
}
