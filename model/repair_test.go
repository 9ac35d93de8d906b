package model_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

var damagedChats = flag.Int("damaged", 100, "how many ill-formed chats TestRepairs makes by each kind of damage")

// damages are what logs suffer: to lose an event, to hold one twice under another seq, to hold two in each other's place.
// Each damages the log at i.
var damages = []struct {
	name   string
	damage func(log []model.Event, i int) []model.Event
}{
	{"lost", func(log []model.Event, i int) []model.Event { return slices.Delete(log, i, i+1) }},
	{"doubled", func(log []model.Event, i int) []model.Event {
		again := log[i]
		log = slices.Insert(log, min(i+1+i%3, len(log)), again)
		renumber(log)
		return log
	}},
	{"swapped", func(log []model.Event, i int) []model.Event {
		j := min(i+1, len(log)-1)
		log[i], log[j] = log[j], log[i]
		renumber(log)
		return log
	}},
}

func renumber(log []model.Event) {
	for i := range log {
		log[i].Seq = int64(10 * (i + 1))
	}
}

// Where all repairs of a chat that lost one event agree, they are right: the lost event is among what is tried. It is not
// so of other damage, of which fewer edits may make another chat: how often, the table says that docs/repair.md shows
// (go test ./model -run Repairs -v -damaged 100000).
func TestRepairs(t *testing.T) {
	n := *damagedChats
	var table strings.Builder
	table.WriteString("\n| the event was | copies | ill-formed | repaired | unanimous | unanimous and right | unanimous and wrong |\n|---|---|---|---|---|---|---|\n")
	for _, d := range damages {
		c := repairs(t, n, d.damage)
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d | %d |\n", d.name, c.events, c.illFormed, c.repaired, c.unanimous, c.unanimous-c.wrong, c.wrong)
		if d.name == "lost" {
			assert.Zero(t, c.wrong)
			assert.Equal(t, c.illFormed, c.repaired)
			assert.Greater(t, 4*c.unanimous, 3*c.illFormed, "of 100,000 it is 83 %")
		}
	}
	t.Log(table.String())
}

// Logs of which a share of all events suffers, as production's do: chats that suffer twice have no proof.
func TestRepairsOfShares(t *testing.T) {
	n := *damagedChats / 2 // several edits take longer than one
	var table strings.Builder
	table.WriteString("\n| the events were | share of events | chats | ill-formed | repaired | unanimous | unanimous and right |\n|---|---|---|---|---|---|---|\n")
	for _, d := range damages {
		for _, percent := range []int{1, 2, 5} {
			src := gen.Seed(uint64(percent))
			c := repairs(t, n, func(log []model.Event, i int) []model.Event {
				if i > 0 {
					return log // it has suffered
				}
				for j := len(log) - 1; j >= 0; j-- {
					if src.Intn(100) < percent {
						log = d.damage(log, j)
					}
				}
				return log
			})
			fmt.Fprintf(&table, "| %s | %d %% | %d | %d | %d | %d | %d |\n", d.name, percent, c.chats, c.illFormed, c.repaired, c.unanimous, c.unanimous-c.wrong)
		}
	}
	t.Log(table.String())
}

type repairCount struct{ chats, events, illFormed, repaired, unanimous, wrong int }

// repairs damages random chats at one event each, until so many have become ill-formed.
func repairs(t *testing.T, n int, damage func([]model.Event, int) []model.Event) (count repairCount) {
	r, c, w := model.NewRepairer(model.Reference()), model.NewClassifier(model.Reference()), gen.NewWalker(gen.Everyday)
	var truth, damaged model.Chat
	for seed := uint64(1); count.illFormed < n; seed++ {
		whole := slices.Clone(w.Log("chat", gen.Seed(seed)))
		require.NoError(t, c.Classify(&truth, whole))
		if truth.StoppedSeq == 0 {
			continue
		}
		count.chats++
		for i := range whole {
			if !whole[i].Name.Known() || whole[i].Name.Neutral() || count.illFormed == n {
				continue
			}
			log := damage(slices.Clone(whole), i)
			count.events++
			if c.Classify(&damaged, log) == nil {
				continue
			}
			count.illFormed++
			repair := r.Repair(log)
			if len(repair.Edits) > 0 {
				count.repaired++
			}
			if !repair.Unanimous {
				assert.False(t, len(repair.Edits) == model.MostEdits && repair.Sure, "not all were looked at")
				continue
			}
			if count.unanimous++; !slices.Equal(undated(repair.Chat.IRFs), undated(truth.IRFs)) {
				count.wrong++
			}
		}
	}
	return count
}

// undated are rows without their times.
func undated(irfs []model.IRF) (rows []model.Fact) {
	for _, r := range irfs {
		r.Start, r.End = time.Time{}, time.Time{}
		rows = append(rows, r.Fact)
	}
	return rows
}

// The repaired log holds what was put in where it belongs, with names for those whom the log does not name.
func TestApply(t *testing.T) {
	whole := log(t, entered+"strategy \"Strategy 1\" routes the chat from queue \"Queue 1\" to \"Agent 1\"\n\"Agent 1\" accepts\n\"Agent 1\" completes the chat")
	lacking := slices.DeleteFunc(slices.Clone(whole), func(e model.Event) bool {
		return e.Actor.Type == model.Strategy && e.Name == model.PartyAdded || e.Name == model.TakenFromQueue
	})
	require.Less(t, len(lacking), len(whole))
	repair := model.NewRepairer(model.Reference()).Repair(lacking)
	require.NotEmpty(t, repair.Edits)
	repaired, put := repair.Apply(lacking)
	require.NotEmpty(t, put)
	require.Len(t, repaired, len(lacking)+len(put))
	for i, e := range repaired {
		assert.Equal(t, int64(i+1), e.Seq)
	}
	classify(t, repaired)
	for _, d := range repair.Defects {
		assert.Equal(t, "missing", d.Kind.String())
	}
	assert.Equal(t, "superfluous, out of order", model.Superfluous.String()+", "+model.OutOfOrder.String())
}
