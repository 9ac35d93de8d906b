package model

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// Learner counts, clause by clause, what an Info Mart's rows answer where the guide is silent. The result depends
// neither on the order of the chats nor on how many learners share them. It is not safe for concurrent use.
type Learner struct {
	// seen holds the answers by clauses: a single clause, or several if the answer may be any one's of them.
	seen  map[Clauses]map[Yield]*Answer
	known map[shown][]said // caches says
}

// Answer is what rows answer for a clause, as a yield laid over the clause's own: the zero Yield is the reference's
// answer. For a clause that makes no row, it is the row found in its place.
type Answer struct {
	Yield
	Rows     int
	Examples []string // the least chat ids, at most [MaxExamples]
}

// MaxExamples bounds the examples of an [Answer]. maxAnswers bounds the answers of a clause that are counted
// separately, because rows may hold anything; those with the least codes are kept.
const (
	MaxExamples = 3
	maxAnswers  = 1_000
)

// beyond stands for all answers of a clause over maxAnswers.
var beyond = Yield{Role: "\uffff"}

// Beyond reports whether the answer stands for all those of its clause that are not counted separately.
func (a *Answer) Beyond() bool { return a.Yield == beyond }

// shown is what a row shows: its descriptor, and the clauses and ways that the reference has for it.
type shown struct {
	clauses Clauses
	ways    ways
	Descriptor
}

// said is one answer that a row gives, for one of the clauses.
type said struct {
	clauses Clauses
	Yield
}

// maxShown bounds the cache of what rows say.
const maxShown = 10_000

// NewLearner returns a learner that has seen nothing.
func NewLearner() *Learner {
	return &Learner{seen: make(map[Clauses]map[Yield]*Answer), known: make(map[shown][]said)}
}

// Note counts what the rows of a chat say. The chat must be classified by a table without readings; got is not
// changed. An attempt whose row is missing or another resource's says nothing.
func (l *Learner) Note(chat *Chat, got []Fact) {
	silent := chat.StoppedSeq != 0 && chat.Silent != 0
	if !silent && !slices.ContainsFunc(chat.IRFs, func(r IRF) bool { return r.Clauses&inferredClauses != 0 }) {
		return
	}
	want := Expect(chat)
	got = want.inOrder(ranked(got))
	pairs := inPlace(chat, got)
	if pairs == nil {
		pairs = pair(&want, got)
	}
	whole := true
	for i, j := range pairs[:len(chat.IRFs)] {
		r := &want.Rows[i]
		whole = whole && j != never
		if j == never {
			continue
		}
		if g := &got[j]; r.sameType(g) && (r.Resource == g.Resource || r.loose()) {
			for _, s := range l.says(&shown{r.irf.Clauses, r.irf.ways, g.Descriptor()}) {
				l.count(s, chat.InteractionID)
			}
		}
	}
	if silent && whole {
		l.silence(chat, got, pairs[:len(chat.IRFs)])
	}
}

// inPlace pairs rows with attempts by their order, or returns nil if their resources differ. Otherwise, if an agent
// comes twice, an unknown answer to one of its attempts would be taken for an answer to the other.
func inPlace(chat *Chat, got []Fact) (pairs []int) {
	if len(got) < len(chat.IRFs) {
		return nil
	}
	for i := range chat.IRFs {
		if got[i].Resource != chat.IRFs[i].Resource {
			return nil
		}
		pairs = append(pairs, i)
	}
	return pairs
}

// silence counts the row, or its absence, where the reference has no row.
func (l *Learner) silence(chat *Chat, got []Fact, pairs []int) {
	says, rest := said{clauses: chat.Silent}, 0
	for j := range got {
		if slices.Contains(pairs, j) {
			continue
		}
		g := &got[j]
		means, _ := g.ResourceType.Meaning()
		if rest++; rest > 1 || g.Resource != chat.SilentResource || Code(string(means)) != "" &&
			!isOneOf(means, QueueResource, StrategyResource) {
			return
		}
		says.Yield = canonical(Yield{means, g.Role, g.Result, g.Reason})
		for id := range chat.Silent.All() {
			for _, a := range clauseTable[id].Allows {
				if means == "" && a.Role == says.Role && a.Result == says.Result {
					says.Type = a.Type
				}
			}
		}
		if says.Type == "" {
			return
		}
	}
	l.count(says, chat.InteractionID)
}

// says returns what a row says about the clauses that made it.
func (l *Learner) says(row *shown) []said {
	says, ok := l.known[*row]
	if !ok {
		says = row.decides()
		if len(l.known) == maxShown {
			clear(l.known)
		}
		l.known[*row] = says
	}
	return says
}

// decides lists the clauses that a row decides whatever its other clauses answer: those that have the same answer in
// every combination of known answers that explains the row. If none explains it, one of them has an unknown answer.
func (row *shown) decides() (says []said) {
	var chosen [clauseCount]uint64 // the alternatives that explain the row, as bits
	explained := false
	for y, t := range reference.combined(row.clauses, row.ways) {
		if (Descriptor{y.Role, y.Result, y.Reason}).Same(row.Descriptor) {
			explained = true
			for id := range (row.clauses & inferredClauses).All() {
				chosen[id] |= 1 << t.chosen[id]
			}
		}
	}
	if !explained {
		return row.other()
	}
	for id := range (row.clauses & inferredClauses).All() {
		if bits.OnesCount64(chosen[id]) != 1 {
			continue
		}
		s := said{clauses: Set(id)}
		if k := bits.TrailingZeros64(chosen[id]); k > 0 {
			s.Yield = clauseTable[id].Accepts[k-1]
		}
		says = append(says, s)
	}
	return says
}

// other returns what a row says that no known answers explain.
func (row *shown) other() []said {
	own := reference.apply(row.clauses, row.ways)
	var y Yield
	if !sameCode(string(own.Role), string(row.Role)) {
		y.Role = row.Role
	}
	if !sameCode(string(own.Result), string(row.Result)) {
		y.Result = row.Result
	}
	if !sameCode(string(own.Reason), string(row.Reason)) {
		y.Reason = cmp.Or(row.Reason, NoReason)
	}
	return []said{{row.clauses & inferredClauses, canonical(y)}}
}

// canonical spells a yield as the reference does, and unknown words by their codes.
func canonical(y Yield) Yield {
	y.Role = spelt(y.Role, Roles)
	y.Result = spelt(y.Result, Results)
	if y.Reason != "" {
		y.Reason = cmp.Or(spelt(y.Reason, Reasons), NoReason)
	}
	y.Type = spelt(y.Type, []ResourceType{AgentResource, QueueResource, StrategyResource})
	return y
}

func spelt[S ~string](s S, known []S) S {
	for _, k := range known {
		if sameCode(string(s), string(k)) && s != "" {
			return k
		}
	}
	return S(Code(string(s)))
}

// count counts what a row says.
func (l *Learner) count(s said, example string) {
	l.add(s.clauses, &Answer{s.Yield, 1, []string{example}})
}

func (l *Learner) add(to Clauses, a *Answer) {
	if l.seen[to] == nil {
		l.seen[to] = make(map[Yield]*Answer)
	}
	all := l.seen[to]
	mine := all[a.Yield]
	if mine == nil {
		mine = &Answer{Yield: a.Yield}
		all[a.Yield] = mine
	}
	mine.Rows += a.Rows
	if len(a.Examples) != 1 || len(mine.Examples) < MaxExamples || a.Examples[0] < mine.Examples[MaxExamples-1] {
		mine.Examples = append(mine.Examples, a.Examples...)
		slices.Sort(mine.Examples)
		mine.Examples = slices.Compact(mine.Examples)
		mine.Examples = mine.Examples[:min(len(mine.Examples), MaxExamples)]
	}
	if len(all) > maxAnswers+1 { // drop the greatest: then what remains in the end was never dropped
		greatest := slices.MaxFunc(slices.Collect(maps.Keys(all)), func(a, b Yield) int {
			switch {
			case a == beyond:
				return -1
			case b == beyond:
				return 1
			}
			return compareYields(a, b)
		})
		dropped := all[greatest]
		delete(all, greatest)
		dropped.Yield = beyond
		l.add(to, dropped)
	}
}

func compareYields(a, b Yield) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Result, b.Result),
		cmp.Compare(a.Reason, b.Reason))
}

// Merge adds what another learner has seen in other chats.
func (l *Learner) Merge(o *Learner) {
	for id, answers := range o.seen {
		for _, a := range answers {
			l.add(id, a)
		}
	}
}

// Learned is what rows say about a clause.
type Learned struct {
	Clause  ClauseID
	Rows    int      // how many rows decide it
	Answers []Answer // the most frequent first
	Open    string   // why it is not pinned; "" if it is pinned, to the first of the answers
}

// Learned decides the inferred clauses, in the order of the table of rules. It pins a clause if least rows or more
// decide it, the share (0 to 1) of them agrees, and no invariant breaks. The table returned is t with these readings.
func (l *Learner) Learned(t *Table, least int, share float64) (all []Learned, _ *Table) {
	var usual Clauses // answered as the reference does, by the rows that depend on the clause alone
	for _, id := range InferredClauses() {
		x := l.of(id, 0)
		if x.open(least, share) == "" && x.Answers[0].Yield == (Yield{}) {
			usual |= Set(id)
		}
	}
	for _, id := range InferredClauses() {
		x := l.of(id, usual)
		x.Open = x.open(least, share)
		if x.Open == "" {
			pinned, err := t.Reading(id, x.Answers[0].Yield)
			if err == nil {
				t = pinned
			} else {
				x.Open = err.Error()
			}
		}
		all = append(all, x)
	}
	return all, t
}

// of returns what rows say about a clause: those that depend on it alone, or otherwise only on usual clauses.
func (l *Learner) of(id ClauseID, usual Clauses) Learned {
	together := Learner{seen: make(map[Clauses]map[Yield]*Answer)}
	kind := clauseTable[id].Kind
	for s, answers := range l.seen {
		for _, a := range answers {
			strange := kind == RoleClause && (a.Result != "" || a.Reason != "") || kind == ResultClause && a.Role != ""
			if s.Has(id) && s&^Set(id)&^usual == 0 && !overlaid(id, s) && !(strange && a.Yield != beyond) {
				together.add(Set(id), a)
			}
		}
	}
	x := Learned{Clause: id}
	for _, a := range together.seen[Set(id)] {
		x.Rows += a.Rows
		x.Answers = append(x.Answers, *a)
	}
	slices.SortFunc(x.Answers, func(a, b Answer) int { return cmp.Or(b.Rows-a.Rows, compareYields(a.Yield, b.Yield)) })
	return x
}

// overlaid reports whether a later mark of the set hides part of a clause's answer, as I1 hides I4's reason.
func overlaid(id ClauseID, s Clauses) bool {
	for other := range s.All() {
		if other > id && clauseTable[other].Kind == MarkClause && clauseTable[other].Yield != (Yield{}) {
			return true
		}
	}
	return false
}

// open says why a clause cannot be pinned, or "" if it can.
func (x *Learned) open(least int, share float64) string {
	switch {
	case x.Rows == 0:
		return "no row decides it"
	case x.Rows < least:
		return fmt.Sprintf("only %d of the %d rows that are needed", x.Rows, least)
	case x.Answers[0].Yield == beyond || float64(x.Answers[0].Rows) < share*float64(x.Rows):
		return fmt.Sprintf("its most frequent answer has %.1f %% of the rows, and %g %% are needed",
			100*float64(x.Answers[0].Rows)/float64(x.Rows), 100*share)
	}
	return ""
}
