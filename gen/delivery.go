package gen

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

// The families of draws other than those of generated scenarios. They are separate sequences of one seed.
const (
	randomFamily = iota + robustnessFamily + 1
	documentedFamily
	duplicatedFamily
	interleavedFamily
	shuffledFamily
	defectFamily
)

// Delivery says how the events of a group of chats arrive; the zero Delivery is each chat in order, one after the
// other. Each of the three draws from its own source: asking for one does not change what another draws.
type Delivery struct {
	Duplicated  bool // one event in four arrives twice, the second time at once or a few events later
	Interleaved bool // the chats run at the same time, each in its own order
	Shuffled    bool // the events of the group arrive in any order
}

// Arrive returns the events of a group of logs in the order in which they arrive. What it draws depends on the seed
// and the chats' numbers alone: on each chat's for its duplicates, on the first one's for the order.
func (d Delivery) Arrive(seed uint64, numbers []int, logs [][]model.Event) []model.Event {
	source := func(family, number int) *Seeded { return Seed(Generation, uint64(family), seed, uint64(number)) }
	logs = slices.Clone(logs)
	if d.Duplicated {
		for k := range logs {
			logs[k] = duplicate(logs[k], source(duplicatedFamily, numbers[k]))
		}
	}
	var events []model.Event
	if d.Interleaved {
		events = Interleave(logs, source(interleavedFamily, numbers[0]))
	} else {
		events = slices.Concat(logs...)
	}
	if d.Shuffled {
		Shuffle(events, source(shuffledFamily, numbers[0]))
	}
	return events
}

// duplicate sends one event in four twice.
func duplicate(log []model.Event, src Source) []model.Event {
	out := make([]model.Event, 0, len(log)+len(log)/2)
	var late []model.Event // copies that have not arrived
	for _, e := range log {
		out = append(out, e)
		if src.Intn(4) == 0 {
			late = append(late, e)
		}
		for len(late) > 0 && src.Intn(2) == 0 {
			out, late = append(out, late[0]), late[1:]
		}
	}
	return append(out, late...)
}
