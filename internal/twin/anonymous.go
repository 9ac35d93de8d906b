package twin

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// These limit what a profile gives away. What fewer chats than the threshold did is merged. A rare choice goes into the
// rest of its state; the rest is drawn as in the same state whatever came before. A rare state goes into the same state
// whatever came before, and a rare one of these into all states. A quantile has at least threshold chats at or beyond
// it, and is the mean of the five values next to it.
const (
	DefaultThreshold = 5  // chats
	LeastChats       = 50 // fewer have no shape to learn
	mostBytes        = 200_000
)

// Profile returns what the chats are like. If the profile would be too large, it merges more. The error says why the
// chats are too few.
func (t *Tally) Profile(threshold int) (*Profile, error) {
	if least := max(LeastChats, LeastChats/DefaultThreshold*threshold); t.Chats < least {
		have := "the log has " + plural(t.Chats, "chat")
		if why := t.why(); why != "" {
			have = fmt.Sprintf("only %d of %s can be used%s", t.Chats, plural(t.read(), "chat"), why)
		}
		return nil, fmt.Errorf("%s; expected %d or more, because a profile of fewer chats would reveal details of "+
			"single chats", have, least)
	}
	for ; ; threshold += threshold/2 + 1 {
		p := t.profile(threshold)
		if len(p.Append(nil)) <= mostBytes {
			return p, nil
		}
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// read returns how many chats there were.
func (t *Tally) read() int { return t.Chats + t.Unfinished + t.IllFormed + t.Unlike }

// why says how many chats taught nothing, and why. Broken requirements come with the most frequent first.
func (t *Tally) why() string {
	var kinds []string
	if t.Unfinished > 0 {
		kinds = append(kinds, fmt.Sprintf("%d unfinished", t.Unfinished))
	}
	var broken []string
	for w := range t.Requirements {
		broken = append(broken, w)
	}
	slices.SortFunc(broken, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.Requirements[b], t.Requirements[a]), cmp.Compare(a, b))
	})
	for _, w := range broken {
		kinds = append(kinds, fmt.Sprintf("%d ill-formed (%s)", t.Requirements[w], w))
	}
	if t.Unlike > 0 {
		kinds = append(kinds, fmt.Sprintf("%d with more parties than a twin's chats can have", t.Unlike))
	}
	if len(kinds) == 0 {
		return ""
	}
	return "; left out: " + strings.Join(kinds, ", ")
}

// Summary says what was learnt from.
func (t *Tally) Summary() string {
	return fmt.Sprintf("learnt from %s with %s%s", plural(t.Chats, "chat"), plural(t.Events, "event"), t.why())
}

func (t *Tally) profile(threshold int) *Profile {
	p := &Profile{
		About: "learnt from a log", Chats: rounded(t.Chats), Threshold: threshold,
		Agents: load(t.loads[kindAgent], threshold), Queues: load(t.loads[kindQueue], threshold),
		Strategies: load(t.loads[kindStrategy], threshold), Handled: digits(float64(t.handled)/float64(t.Chats), 3),
		States: make(map[gen.State]*Next), Waits: make(map[Wait]Quantiles), Modes: make(map[Given][4]float64),
		Again: make(map[model.Move]Again),
	}
	for state, s := range t.states {
		if next := s.next(threshold); next != nil {
			p.States[state] = next
		}
	}
	if all := t.all.next(threshold); all != nil {
		p.Moves = all.Choices
	}
	waits := func(w Wait, s *spread) {
		if q := s.quantiles(threshold, 2*threshold); q != nil {
			p.Waits[w] = q
		}
	}
	for i := range t.all.moves {
		waits(Wait{Move: t.all.moves[i].move}, &t.all.moves[i].wait)
	}
	for m := range model.MoveCount {
		waits(Wait{Move: m, Within: true}, &t.within[m])
		if s := shares(t.again[m][:], threshold); s != nil {
			p.Again[m] = Again{s[classNew], s[classSame], s[classOther]}
		}
		for before := range t.modes[m] {
			if s := shares(t.modes[m][before][:], threshold); s != nil {
				p.Modes[Given{m, model.VisibilityMode(before)}] = [4]float64(s)
			}
		}
	}
	p.Media = t.mediaShares(threshold)
	p.AtOnce = t.atOnce(threshold)
	t.week(p, threshold)
	return p
}

// rounded rounds a number to two significant digits.
func rounded(n int) int { return int(digits(float64(n), 2)) }

// digits rounds to n significant digits.
func digits(x float64, n int) float64 {
	if x == 0 {
		return 0
	}
	places := float64(n) - math.Ceil(math.Log10(math.Abs(x)))
	scale := math.Pow(10, math.Abs(places))
	if places < 0 { // divided by a power less than 1, a million would be 999,999.9999999999
		return math.Round(x/scale) * scale
	}
	return math.Round(x*scale) / scale
}

// next returns what the state's chats did, or nil if that is less than the threshold or all of it is rare.
func (s *stateTally) next(threshold int) *Next {
	if s.n < threshold { // most states of a log that has everything
		return nil
	}
	total, rest := float64(s.n), 0.0
	n := &Next{Waits: make(map[model.Move]Quantiles)}
	s.each(func(of Choice, c count) {
		if c.chats < uint32(threshold) {
			rest += float64(c.n)
			return
		}
		n.Choices = append(n.Choices, Share[Choice]{of, digits(float64(c.n)/total, 4)})
		m := s.move(of.Move)
		if q := m.wait.quantiles(threshold, 20*threshold); q != nil { // fewer are as all that make the move
			n.Waits[of.Move] = q
		}
	})
	if len(n.Choices) == 0 {
		return nil
	}
	n.Rest = digits(rest/total, 4)
	slices.SortFunc(n.Choices, func(a, b Share[Choice]) int {
		if a.Share == b.Share {
			return cmp.Compare(a.Of.String(), b.Of.String())
		}
		return cmp.Compare(b.Share, a.Share)
	})
	return n
}

// percents are those of the quantiles that are kept if they rest on enough chats.
var percents = []int{1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99}

// quantiles returns those with at least threshold chats at or beyond them, or nil if there are fewer chats than least.
// It leaves out a quantile that interpolation between its neighbours gives anyway.
func (s *spread) quantiles(threshold, least int) (q Quantiles) {
	if int(s.n) < least {
		return nil
	}
	values, upTo := s.sorted()
	at := 0
	for _, percent := range percents {
		below := int(s.n) * percent / 100
		if min(below, int(s.n)-below) < max(threshold, 3) { // else the mean would be of less than five
			continue
		}
		sum := 0.0
		for rank := below - 2; rank <= below+2; rank++ {
			for at > 0 && int(upTo[at-1]) > rank {
				at--
			}
			for int(upTo[at]) <= rank {
				at++
			}
			sum += values[at]
		}
		q = append(q, Quantile{percent, digits(math.Round(sum/5), 3)})
	}
	return q.thinned()
}

func (q Quantiles) thinned() Quantiles {
	if len(q) == 0 || !slices.ContainsFunc(q, func(x Quantile) bool { return x.Value != q[0].Value }) {
		return q[:min(len(q), 1)]
	}
	for i := len(q) - 2; i > 0; i-- {
		without := slices.Delete(slices.Clone(q), i, i+1)
		if without.At(float64(q[i].Percent)/100) == q[i].Value {
			q = without
		}
	}
	return q
}

// shares returns the shares of the counts. What rests on few chats is added to the most frequent; nil if that does too.
func shares(counts []count, threshold int) []float64 {
	most, total, few := 0, 0.0, 0.0
	s := make([]float64, len(counts))
	for i := range counts {
		if counts[i].n > counts[most].n {
			most = i
		}
		total += float64(counts[i].n)
		if counts[i].chats < uint32(threshold) {
			few += float64(counts[i].n)
		} else {
			s[i] = float64(counts[i].n)
		}
	}
	if counts[most].chats < uint32(threshold) {
		return nil
	}
	s[most] += few
	for i := range s {
		s[i] = digits(s[i]/total, 4)
	}
	return s
}

func (t *Tally) mediaShares(threshold int) (media []Share[string]) {
	counts := t.media
	other := &counts[len(counts)-1]
	for i := range counts[:len(counts)-1] {
		if c := &counts[i]; c.chats < uint32(threshold) {
			other.merge(c)
			*c = count{}
		}
	}
	for i, share := range shares(counts[:], threshold) {
		if share > 0 {
			media = append(media, Share[string]{knownMedia[i], share})
		}
	}
	return media
}

const mostGroups = 10

// load returns how the counts of names spread: by groups of at least threshold names, or by the power that fits best if
// there would be fewer than two groups.
func load(of names, threshold int) Load {
	l := Load{Count: min(max(len(of.counts)<<of.half, 1), mostOf)}
	sorted, total := make([]float64, 0, len(of.counts)), 0.0
	for _, n := range of.counts {
		sorted = append(sorted, float64(n))
		total += float64(n)
	}
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
	groups := min(len(sorted)/threshold, mostGroups)
	if groups < 2 {
		l.Slope = slope(sorted)
		return l
	}
	for at := range groups {
		sum := 0.0
		for _, n := range sorted[groupEnd(len(sorted), groups, at-1):groupEnd(len(sorted), groups, at)] {
			sum += n
		}
		l.Shares = append(l.Shares, digits(sum/total, 3))
	}
	return l
}

// slope returns the power of the rank that best fits the falling counts, to a tenth.
func slope(sorted []float64) float64 {
	x, y, xx, xy, n := 0.0, 0.0, 0.0, 0.0, float64(len(sorted))
	for i, c := range sorted {
		a, b := math.Log(float64(i+1)), math.Log(c)
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	if n < 2 {
		return 0
	}
	return max(0, math.Round(-10*(n*xy-x*y)/(n*xx-x*x))/10)
}

// atOnce returns the shares of how many chats an agent has at once. Numbers of few stays are added to the next lower.
func (t *Tally) atOnce(threshold int) (s []float64) {
	counts, total := t.stays.atOnce(), 0
	for _, n := range counts {
		total += n
	}
	last := len(counts) - 1
	for ; last > 0 && counts[last] < threshold; last-- {
		counts[last-1] += counts[last]
	}
	for _, n := range counts[:last+1] {
		s = append(s, digits(float64(n)/float64(total), 3))
	}
	return s
}

// week sets how many chats begin in each quarter of an hour. Neighbours within a day that have few get their mean. A
// quarter of an hour without chats stays empty: that exposes no chat.
func (t *Tally) week(p *Profile, threshold int) {
	type group struct{ from, to, n int }
	for day, times := range t.occurrences(threshold) {
		var groups []group
		for q, n := range t.starts[day*quarters : (day+1)*quarters] {
			last := len(groups) - 1
			switch {
			case n == 0:
			case last < 0 || groups[last].n >= threshold:
				groups = append(groups, group{q, q + 1, int(n)})
			default:
				groups[last].to, groups[last].n = q+1, groups[last].n+int(n)
			}
		}
		if last := len(groups) - 1; last > 0 && groups[last].n < threshold {
			before := &groups[last-1]
			before.to, before.n = groups[last].to, before.n+groups[last].n
			groups = groups[:last]
		}
		for _, g := range groups {
			for q := g.from; q < g.to && g.n >= threshold; q++ {
				p.Week[day][q] = digits(float64(g.n)/max(times, 1)/float64(g.to-g.from), 3)
			}
		}
	}
}

// occurrences returns how often each day of the week lay within the log. It ignores the first and last days until
// threshold chats have begun: otherwise one odd clock would make the log last a century.
func (t *Tally) occurrences(threshold int) (times [days]float64) {
	all := slices.Sorted(maps.Keys(t.began))
	beyond := func(days []int32) (at int) {
		for n := 0; at < len(days); at++ {
			n += int(t.began[days[at]])
			if n >= threshold {
				return at
			}
		}
		return 0
	}
	if len(all) == 0 {
		return times
	}
	first := all[beyond(all)]
	slices.Reverse(all)
	last := max(all[beyond(all)], first)
	for day := int64(first); day <= int64(last); day++ {
		times[weekly(day*quarters)/quarters]++
	}
	return times
}
