package gen

import "github.com/chatproof/chatproof/model"

// Sequence returns the logs of a sequence by their numbers, from 0: i may not fall from one call to the next, but may
// skip numbers. ok is false after the last. The events are the sequence's memory: valid until the next call.
type Sequence func(i int, id string) (log []model.Event, ok bool)

// Random is the sequence of n random chats of a seed, each a function of the seed and its number alone. With
// documented, only documented rules decide them.
func Random(n int, documented bool, seed uint64) Sequence {
	everyday, guide := NewWalker(Everyday), NewWalker(Guide)
	classifier, chat := model.NewClassifier(model.Reference()), new(model.Chat)
	return func(i int, id string) ([]model.Event, bool) {
		if i >= n {
			return nil, false
		}
		if !documented {
			return everyday.Log(id, Seed(Generation, randomFamily, seed, uint64(i))), true
		}
		for src := Seed(Generation, documentedFamily, seed, uint64(i)); ; {
			log := guide.Log(id, src)
			if err := classifier.Classify(chat, log); err != nil {
				panic(err) // the grammar makes well-formed logs only: a fault of the program
			}
			if Documented(chat) {
				return log, true
			}
		}
	}
}

// All is the sequence of all chats of at most so many events, at least 2, over the alphabet [Exhaustive]. Skipping a
// number takes as long as making its log.
func All(events int) Sequence {
	limits := Exhaustive
	limits.Events = events
	w, choices, next, more := NewWalker(limits), new(Odometer), 0, true
	return func(i int, id string) (log []model.Event, ok bool) {
		for ; next <= i && more; next++ {
			log, ok = w.Log(id, choices), next == i
			more = choices.Next()
		}
		return log, ok
	}
}
