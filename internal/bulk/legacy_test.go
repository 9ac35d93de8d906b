package bulk_test

import (
	"fmt"
	"math/rand/v2"
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

// Of chats within the guide, each row of some kind is spoilt in the old mart, in the new one, in both alike, or in both
// differently: the counts are those that were put in, whatever the order of lines and the number of processors.
func TestMartsThreeWays(t *testing.T) {
	logs := gen.Random(400, true, 1) // documented alone
	var events []model.Event
	var old, successor []model.Fact
	attempts, chats := make(map[model.Change]int), make(map[model.Change]int)
	classes := []model.Change{model.Alike, model.Regression, model.Corrected, model.AlikeWrong, model.WrongOtherwise}
	for i := range 400 {
		log, _ := logs(i, fmt.Sprintf("c-%03d", i))
		events = append(events, log...)
		found, _ := model.ClassifyLog(model.Reference(), log)
		for _, c := range found {
			var changes []model.Change
			for k := range c.IRFs {
				a, b := c.IRFs[k].Fact, c.IRFs[k].Fact
				class := classes[(i+k)%len(classes)]
				switch class {
				case model.Regression:
					b.Role = "Initiated"
				case model.Corrected:
					a.Role = "Initiated"
				case model.AlikeWrong:
					a.Role, b.Role = "Initiated", "Initiated"
				case model.WrongOtherwise:
					a.Role, b.Role = "Initiated", "DivertedTo"
				}
				changes = append(changes, class)
				attempts[class]++
				old, successor = append(old, a), append(successor, b)
			}
			if len(changes) > 0 {
				chats[model.Worst(changes)]++
			}
		}
	}
	counted := func(of map[model.Change]int) (counts []engine.ChangeCount) {
		for _, c := range model.Changes {
			if of[c] > 0 {
				counts = append(counts, engine.ChangeCount{Change: c, Number: of[c]})
			}
		}
		return counts
	}
	var first *bulk.Report
	for i := range 3 {
		o := options
		o.Jobs = 1 + i
		legacy := place(t, wire.AppendFact, old)
		o.Legacy = &legacy
		r, err := bulk.CheckChats(t.Context(), o, place(t, wire.AppendEvent, events), place(t, wire.AppendFact, successor))
		require.NoError(t, err)
		assert.Equal(t, counted(attempts), r.Marts.Attempts)
		assert.Equal(t, counted(chats), r.Marts.Chats)
		assert.Equal(t, chats[model.Regression]+chats[model.WrongOtherwise], r.Differing)
		assert.Zero(t, r.Marts.Alone())
		for _, f := range r.Findings {
			d := f.Example.Differences[0]
			assert.Equal(t, f.Required, d.Change == model.Regression || d.Change == model.WrongOtherwise, f.Signature)
			if d.Change == model.Regression {
				assert.NotEqual(t, d.Was, d.Actual)
				assert.Equal(t, d.Expected, d.Was)
			}
		}
		if first == nil {
			first = r
		}
		assert.Equal(t, first.Audit, r.Audit)
		assert.Equal(t, first.Findings, r.Findings)
		for _, rows := range [][]model.Fact{old, successor} {
			rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		}
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	}

	// Without events, what is alike is wrong only if it breaks an invariant; the rest has changed, and counts.
	o := options
	legacy := place(t, wire.AppendFact, old)
	o.Legacy = &legacy
	r, err := bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, successor))
	require.NoError(t, err)
	same := attempts[model.Alike] + attempts[model.AlikeWrong]
	of := make(map[model.Change]int)
	for _, c := range r.Marts.Attempts {
		of[c.Change] = c.Number
	}
	assert.Equal(t, same, of[model.Alike]+of[model.AlikeWrong])
	assert.Positive(t, r.Differing)
}

// A chat in one mart alone is outside the time that both marts cover only if it starts outside: that the other mart has
// no rows of it says nothing of when it was.
func TestAloneOutside(t *testing.T) {
	hours := func(of ...int) (rows []model.Fact) {
		for _, h := range of {
			rows = append(rows, model.Fact{
				InteractionID: fmt.Sprint("at ", h), Resource: "Anna", Role: model.RoutedTo, Result: model.Completed,
				Start: time.Date(2026, 1, 5, h, 0, 0, 0, time.UTC),
			})
		}
		return rows
	}
	for _, tt := range []struct {
		old, new       []int
		alone, outside int
	}{
		{[]int{9, 10, 11}, []int{9, 11}, 1, 0},
		{[]int{9, 11}, []int{9, 10, 11}, 1, 0},
		{[]int{9, 10, 11}, []int{9, 10}, 1, 1},
		{[]int{9, 10, 12}, []int{8, 10, 11, 12}, 3, 1},
	} {
		o := options
		legacy := place(t, wire.AppendFact, hours(tt.old...))
		o.Legacy = &legacy
		r, err := bulk.CheckRows(t.Context(), o, place(t, wire.AppendFact, hours(tt.new...)))
		require.NoError(t, err)
		assert.Equal(t, [...]int{tt.alone, tt.outside}, [...]int{r.Marts.Alone(), r.Marts.Outside}, "%v, %v", tt.old, tt.new)
	}
}
