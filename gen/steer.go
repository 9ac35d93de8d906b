package gen

import (
	"math/bits"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// A campaign steers by what the reference's reading of its chats contains: the pairs of rules that bear on one row,
// on a row and the row before it, and on a row and the same party's last one, by how many rows that party had before,
// up to three. A chat with something new is kept. Half of the chats that steer begin like a kept one, or equal one
// except for a single choice; and of several that are drawn, the first with something new is asked about. Finding as
// much takes a third of the events that it takes without steering.

// Epoch is how many trials steer by each other: trial i by those from the last multiple of Epoch on. It limits the cost
// of a single trial that is asked for by its number.
const Epoch = 1 << 14

// steering is what the trials of an epoch have found.
type steering struct {
	next   int // the next trial
	begun  bool
	seen   [64][mostTimes + 2]model.Clauses // with each rule: those of its row, the party's last, the one before
	kept   [][]uint32                       // the choices of chats that had something new
	source replay
	chat   model.Chat
}

// mostTimes caps the number of a party's earlier rows.
const mostTimes = 3

// replay is a source that repeats the choices of an earlier chat, then makes its own, and records all of them.
type replay struct {
	*Seeded
	repeated []uint32
	changed  int // the place of a choice that is made anew
	made     []uint32
}

// Intn returns the next choice.
func (r *replay) Intn(n int) int {
	at := len(r.made)
	choice := 0
	if at < len(r.repeated) && at != r.changed {
		choice = int(r.repeated[at]) % n
	} else {
		choice = r.Seeded.Intn(n)
	}
	r.made = append(r.made, uint32(choice))
	return choice
}

// steered draws the chat of trial i, after drawing those of the epoch before it.
func (s *Scenarios) steered(i int, id string) []model.Event {
	t := &s.steering
	if start := i - i%Epoch; !t.begun || i < t.next || t.next < start {
		t.begun, t.next, t.kept = true, start, t.kept[:0]
		t.seen = [len(t.seen)][mostTimes + 2]model.Clauses{}
	}
	for ; t.next < i; t.next++ {
		if !atOnce(t.next) {
			s.steer(t.next, "chat")
		}
	}
	t.next++
	return s.steer(i, id)
}

func (s *Scenarios) steer(i int, id string) []model.Event {
	src := Seed(Generation, fuzzFamily, s.seed, uint64(i), 1)
	switch src.Intn(32) {
	case 0, 1:
		return s.long.Log(id, src)
	case 2:
		return s.grand.Log(id, src)
	}
	if src.Intn(steeredShare) > 0 {
		return s.everyday.Log(id, src)
	}
	return s.follow(id, src)
}

// One in steeredShare trials steers: it takes the first of candidates chats that has something new. Drawing a chat
// and looking at it costs a quarter of asking about it in process, and next to nothing when a program is asked.
const (
	steeredShare = 4
	candidates   = 4
)

// follow draws a chat that has something new, if it soon finds one.
func (s *Scenarios) follow(id string, src *Seeded) (log []model.Event) {
	t := &s.steering
	for range candidates {
		log = s.candidate(id, src)
		if t.learn() {
			t.kept = append(t.kept, slices.Clone(t.source.made))
			break
		}
	}
	return log
}

// candidate draws a chat, and classifies it.
func (s *Scenarios) candidate(id string, src *Seeded) []model.Event {
	t := &s.steering
	t.source = replay{Seeded: src, changed: -1, made: t.source.made[:0]}
	if n := len(t.kept); n > 0 && src.Intn(2) == 0 {
		of := t.late(src)
		for range 2 {
			if other := t.late(src); len(other) < len(of) {
				of = other
			}
		}
		if at := src.Intn(len(of)); src.Intn(2) == 0 {
			t.source.repeated = of[:at]
		} else {
			t.source.repeated, t.source.changed = of, at
		}
	}
	log := s.everyday.Log(id, &t.source)
	if err := s.classifier.Classify(&t.chat, log); err != nil {
		panic(err) // the grammar makes well-formed logs only: a fault of the program
	}
	return log
}

// late draws one of the kept chats, preferably a late one.
func (t *steering) late(src Source) []uint32 {
	return t.kept[max(src.Intn(len(t.kept)), src.Intn(len(t.kept)))]
}

// learn adds the features of the current chat, and reports whether one of them is new.
func (t *steering) learn() (news bool) {
	irfs := t.chat.IRFs
	for k := range irfs {
		own, last, times := irfs[k].Clauses, model.Clauses(0), 0
		for j := range k {
			if irfs[j].Resource == irfs[k].Resource {
				last, times = irfs[j].Clauses, min(times+1, mostTimes)
			}
		}
		before := model.Clauses(0)
		if k > 0 {
			before = irfs[k-1].Clauses
		}
		for rest := own; rest != 0; rest &= rest - 1 {
			seen := &t.seen[bits.TrailingZeros64(uint64(rest))]
			had := *seen
			seen[0] |= own
			seen[times] |= last
			seen[mostTimes+1] |= before
			news = news || *seen != had
		}
	}
	return news
}
