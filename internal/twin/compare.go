package twin

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Comparison compares the chats of a log with those of a twin.
type Comparison struct {
	log, twin *Tally
	threshold int
	sections  []section
	durations []duration
}

// section is shares of a whole, in the log and in the twin.
type section struct {
	name      string
	rows      []row
	variation float64 // total variation: half the sum of the differences
}

type row struct {
	name      string
	log, twin float64
}

// duration is a time's median and ninetieth percentile, in seconds.
type duration struct {
	name      string
	log, twin [2]float64
	error     float64 // the larger of both relative differences
}

// Unlearnt lists the correlations that no twin has: those between things that are drawn separately.
var Unlearnt = []string{
	"who takes which chats: agents, queues and strategies are drawn by their load alone, not by queue, flow or skill",
	"the link between how long something takes and its later outcome, or between two durations in the same chat",
	"the link between how a chat goes and its medium, its hour, or how many chats its agent has at once",
	"seasons, holidays and trends beyond one week, and bursts within a quarter of an hour",
	"the effect of earlier events in a chat beyond two failed invitations and three agents",
	"who removes a party or revokes an invitation; reasons without a meaning; events with unknown names",
}

// Compare compares two tallies. Whatever fewer than threshold chats of the log have is shown together.
func Compare(log, twin *Tally, threshold int) *Comparison {
	c := &Comparison{log: log, twin: twin, threshold: threshold}
	c.section("flows", (*Tally).eachFlow)
	c.section("technical descriptors", (*Tally).eachDescriptor)
	c.section("moves", (*Tally).eachMove)
	c.section("simultaneous chats per agent", (*Tally).eachAtOnce)
	c.section("media", (*Tally).eachMedium)
	c.section("hours of the week", (*Tally).eachHour)
	c.duration("the whole chat", &log.length, &twin.length)
	for m := range model.Submit {
		c.duration("until "+model.MoveNames[m], &log.all.move(m).wait, &twin.all.move(m).wait)
	}
	return c
}

// section compares what each lists for both tallies. Each name must occur once.
func (c *Comparison) section(name string, each func(*Tally, func(string, count))) {
	counted := func(t *Tally) (counts map[string]count, total float64) {
		counts = make(map[string]count)
		each(t, func(name string, n count) { counts[name], total = n, total+float64(n.n) })
		return counts, total
	}
	s, whole := section{name: name}, row{name: "other"}
	var log, twin map[string]count
	log, whole.log = counted(c.log)
	twin, whole.twin = counted(c.twin)
	other := whole
	for _, key := range slices.Sorted(maps.Keys(log)) {
		if n := log[key]; n.chats >= uint32(c.threshold) {
			r := row{key, float64(n.n), float64(twin[key].n)}
			s.rows = append(s.rows, r)
			other.log, other.twin = other.log-r.log, other.twin-r.twin
		}
	}
	slices.SortStableFunc(s.rows, func(a, b row) int { return cmp.Compare(b.log, a.log) })
	if other.log > 0 || other.twin > 0 {
		s.rows = append(s.rows, other)
	}
	for i := range s.rows {
		r := &s.rows[i]
		r.log, r.twin = r.log/max(whole.log, 1), r.twin/max(whole.twin, 1)
		s.variation += math.Abs(r.log-r.twin) / 2
	}
	c.sections = append(c.sections, s)
}

func (c *Comparison) duration(name string, log, twin *spread) {
	if int(log.n) < 100*c.threshold || twin.n == 0 { // of fewer, the draw alone is further off
		return
	}
	d := duration{name: name}
	for i, percent := range [...]uint32{50, 90} {
		d.log[i], d.twin[i] = log.exact(percent), twin.exact(percent)
		// times are whole seconds: one more or less is none
		if apart := math.Abs(d.log[i] - d.twin[i]); apart > 1 {
			d.error = max(d.error, apart/max(d.log[i], 1))
		}
	}
	c.durations = append(c.durations, d)
}

func (s *spread) exact(percent uint32) float64 {
	values, upTo := s.sorted()
	for i := range values {
		if uint64(upTo[i])*100 >= uint64(s.n)*uint64(percent) {
			return values[i]
		}
	}
	return 0
}

// Largest returns the largest total variation of shares, and the largest error of a median or ninetieth percentile.
func (c *Comparison) Largest() (variation, quantile float64) {
	for _, s := range c.sections {
		variation = max(variation, s.variation)
	}
	for _, d := range c.durations {
		quantile = max(quantile, d.error)
	}
	return variation, quantile
}

// Summary says in one line how far apart twin and log are.
func (c *Comparison) Summary() string {
	var parts []string
	for _, s := range c.sections {
		parts = append(parts, fmt.Sprintf("%.2g %% in %s", 100*s.variation, s.name))
	}
	durations := "do not differ"
	if _, quantile := c.Largest(); quantile > 0 {
		durations = fmt.Sprintf("differ by at most %.2g %%", 100*quantile)
	}
	return fmt.Sprintf("the twin has %s; it differs from the log by %s; the medians and p90s of durations %s",
		plural(c.twin.Chats, "chat"), strings.Join(parts, ", "), durations)
}

// mostShown is the most rows of a section that are written. Its variation counts all.
const mostShown = 40

// Text returns the comparison as text.
func (c *Comparison) Text() (b []byte) {
	line := func(log, twin, apart, what string) {
		b = fmt.Appendf(b, "%14s %14s %8s  %s\n", log, twin, apart, what)
	}
	line("log", "twin", "", "")
	line(fmt.Sprint(c.log.Chats), fmt.Sprint(c.twin.Chats), "", "chats")
	line(fmt.Sprint(c.log.Events), fmt.Sprint(c.twin.Events), "", "events")
	line(fmt.Sprintf("%.4g", c.log.busiest()), fmt.Sprintf("%.4g", c.twin.busiest()), "",
		"chats in the busiest hour of the week, on average")
	for _, s := range c.sections {
		b = fmt.Appendf(b, "\n%s: total variation %.2f %%\n", s.name, 100*s.variation)
		for i, r := range s.rows {
			if i == mostShown {
				line("", "", "", fmt.Sprintf("and %d more", len(s.rows)-i))
				break
			}
			line(fmt.Sprintf("%.2f %%", 100*r.log), fmt.Sprintf("%.2f %%", 100*r.twin),
				fmt.Sprintf("%+.2f", 100*(r.twin-r.log)), r.name)
		}
	}
	b = append(b, "\ndurations in seconds: median, p90, and the larger of their relative errors\n"...)
	for _, d := range c.durations {
		line(fmt.Sprintf("%.0f, %.0f", d.log[0], d.log[1]), fmt.Sprintf("%.0f, %.0f", d.twin[0], d.twin[1]),
			fmt.Sprintf("%.1f %%", 100*d.error), d.name)
	}
	variation, quantile := c.Largest()
	b = fmt.Appendf(b, "\nlargest total variation %.2f %%, largest error of a median or p90 %.1f %%\n", 100*variation,
		100*quantile)
	return fmt.Appendf(b, "\nWhat a twin lacks, because it is not learnt:\n- %s\n", strings.Join(Unlearnt, "\n- "))
}

func (t *Tally) eachMedium(add func(string, count)) {
	for i, c := range t.media {
		if c.n > 0 {
			add(knownMedia[i], c)
		}
	}
}

func (t *Tally) eachFlow(add func(string, count)) {
	var names [len(t.rows)]string
	for d, i := range t.descriptors {
		names[i] = d.String()
	}
	for flow, c := range t.flows {
		var parts []string
		for _, n := range flow {
			if n > 0 {
				parts = append(parts, names[n])
			}
		}
		name := cmp.Or(strings.Join(parts, ", "), "no row")
		if len(parts) == mostRows {
			name += " …"
		}
		add(name, *c)
	}
}

func (t *Tally) eachDescriptor(add func(string, count)) {
	for d, i := range t.descriptors {
		add(d.String(), t.rows[i])
	}
}

func (t *Tally) eachMove(add func(string, count)) {
	t.all.each(func(of Choice, c count) { add(of.String(), c) })
}

func (t *Tally) eachAtOnce(add func(string, count)) {
	for i, n := range t.stays.atOnce() {
		if n > 0 {
			name := fmt.Sprint(i + 1)
			if i+1 == mostAtOnce {
				name += " or more"
			}
			add(name, count{n: uint32(n), chats: uint32(n)})
		}
	}
}

func (t *Tally) hour(i int) (n uint32) {
	for _, c := range t.starts[4*i : 4*i+4] {
		n += c
	}
	return n
}

func (t *Tally) eachHour(add func(string, count)) {
	for i := range days * 24 {
		if n := t.hour(i); n > 0 {
			add(fmt.Sprintf("%s %02d:00", dayNames[i/24], i%24), count{n: n, chats: n})
		}
	}
}

// busiest returns how many chats begin in the busiest hour of the week, on average.
func (t *Tally) busiest() (most float64) {
	times := t.occurrences(DefaultThreshold)
	for i := range days * 24 {
		if occurred := times[i/24]; occurred > 0 {
			most = max(most, float64(t.hour(i))/occurred)
		}
	}
	return most
}
