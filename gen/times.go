package gen

import (
	"time"

	"github.com/chatproof/chatproof/model"
)

// timeWays are the ways of V16 to change the times of a chat.
var timeWays = []struct {
	says   string
	change func(log []model.Event, src Source)
}{
	{"shifted and stretched", stretch},
	{
		"over midnight", overEdge(time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC)),
	},
	{
		"over the full hour", overEdge(time.Date(2026, 3, 11, 14, 0, 0, 0, time.UTC),
			time.Date(2026, 3, 11, 14, 30, 0, 0, time.UTC)),
	},
	{
		"over a month's end", overEdge(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
			time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)),
	},
	{"over a year's end", overEdge(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))},
	{"over a change of summer time", overEdge( // in Europe and America, both ways
		time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC),
	)},
	{"with pauses of hours", pause},
	{"all alike", func(log []model.Event, _ Source) {
		for i := range log {
			log[i].Time = log[0].Time
		}
	}},
	{"running backwards", backwards},
}

func stretch(log []model.Event, src Source) {
	shift, factor := time.Duration(src.Intn(400)-200)*24*time.Hour, time.Duration(src.Intn(4))
	began := log[0].Time
	for i := range log {
		log[i].Time = began.Add(shift + factor*log[i].Time.Sub(began))
	}
}

// overEdge shifts a chat so that one of its events is the first at or after one of some moments.
func overEdge(moments ...time.Time) func(log []model.Event, src Source) {
	return func(log []model.Event, src Source) {
		edge := moments[src.Intn(len(moments))]
		at := choosePlace(log, src, func(i int) bool { return i > 0 && log[i].Time.After(log[i-1].Time) })
		shift := edge.Sub(log[max(at, 0)].Time)
		for i := range log {
			log[i].Time = log[i].Time.Add(shift)
		}
	}
}

// pause puts at least one event long after the one before it.
func pause(log []model.Event, src Source) {
	sure, total := 1+src.Intn(max(1, len(log)-1)), time.Duration(0)
	for i := range log {
		if i == sure || i > 0 && src.Intn(6) == 0 {
			total += time.Duration(31+src.Intn(30*60)) * time.Minute
		}
		log[i].Time = log[i].Time.Add(total)
	}
}

// backwards puts each event but the first before the one that precedes it, and none before the first.
func backwards(log []model.Event, _ Source) {
	began, ended := log[0].Time, log[len(log)-1].Time
	for i := 1; i < len(log); i++ {
		log[i].Time = began.Add(ended.Sub(log[i].Time) + time.Duration(len(log)-i)*time.Second)
	}
}

// seqWays are the ways of D5: other seqs in the same order. first is the seq of the first of n events, step the
// distance between two.
var seqWays = []struct {
	says  string
	first func(n int64) int64
	step  int64
}{
	{"from 0", func(int64) int64 { return 0 }, 1},
	{"from 0, with gaps", func(int64) int64 { return 0 }, 7},
	{"over 2^15", func(n int64) int64 { return 1<<15 - n/2 }, 1},
	{"over 2^31", func(n int64) int64 { return 1<<31 - n/2 }, 1},
	{"over 2^32", func(n int64) int64 { return 1<<32 - n/2 }, 1},
	{"multiples of 2^32", func(int64) int64 { return 1 << 32 }, 1 << 32},
	{"up to 2^53 - 1", func(n int64) int64 { return model.MaxSeq - n + 1 }, 1},
}

// otherSeqs renumbers a chat, and lets its events arrive in any order: otherwise nobody would look at the seqs.
func otherSeqs(log []model.Event, how int, src Source) {
	way := seqWays[how]
	first := way.first(int64(len(log)))
	for i := range log {
		log[i].Seq = first + way.step*int64(i)
	}
	Shuffle(log, src)
}

// otherSpellings are the ways of D6 to write an instant.
var otherSpellings = []*model.Wire{
	{Zone: 330}, {Digits: 3}, {Zone: -480, Digits: 6}, {Digits: 9}, {Zone: 330, Digits: 3}, {Zone: 840}, {
		Zone: -210, Digits: 1,
	},
}

// respell writes a chat's times in other zones and with fractions: each event in its own way, or all in one.
func respell(log []model.Event, how int, src Source) {
	fraction := time.Duration(src.Intn(2)*src.Intn(500)) * time.Millisecond // facts are compared to the second
	for i := range log {
		at := how
		if how == len(otherSpellings) {
			at = src.Intn(how)
		}
		log[i].Wire = otherSpellings[at]
		log[i].Time = log[i].Time.Add(fraction)
	}
}
