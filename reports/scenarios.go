package reports

import (
	"cmp"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
)

// pageCause is why scenarios do not pass, with those that are shown in full.
type pageCause struct {
	Of     string // the result's name; "" if there is only one
	What   string
	Rules  []law  // that are to blame
	Where  string // flows and families
	Count  int
	Full   []*failure
	Others []string // ids of others
	More   int      // others that are not even named
}

// OthersCount returns how many scenarios are not shown in full.
func (c *pageCause) OthersCount() int { return len(c.Others) + c.More }

// group is the scenarios of a flow or family, a row each.
type group struct {
	Name, Title string
	Cells       []cell
	Lines       []scenarioRow
	Passing     int // scenarios that pass and are not among Lines
	More        int // others that do not pass
}

// scenarioRow is a scenario in a list.
type scenarioRow struct {
	ID       string
	Shown    bool // in full, elsewhere
	Fails    bool
	Verdicts []engine.Verdict
	Said     string
}

// scenarios fills in the scenarios of all results: some in full, and all of them by group.
func (p *page) scenarios() {
	all, place := p.byScenario()
	chosen := p.choose(all, place)
	byName := make(map[string]*group)
	passing, others := maxPassing, maxOthers
	for at, lines := range all {
		l := lines[slices.IndexFunc(lines, func(l *engine.ScenarioLine) bool { return l != nil })]
		g := byName[groupOf(l)]
		if g == nil {
			g = &group{Name: groupOf(l)}
			byName[g.Name], p.Groups = g, append(p.Groups, g)
		}
		row, green := rowOf(l.ID, lines)
		row.Shown = chosen[at]
		switch {
		case green && passing > 0:
			passing--
		case green:
			g.Passing++
			continue
		case others > 0 || row.Shown:
			others--
		default:
			g.More++
			continue
		}
		g.Lines = append(g.Lines, row)
	}
	for _, g := range p.Groups {
		slices.SortStableFunc(g.Lines, func(a, b scenarioRow) int { return first(a.Fails, b.Fails) })
		p.stand(g)
	}
}

// byScenario returns the lines of all results, by scenario and by result, nil if a result lacks it; and the index of
// each scenario, by its id.
func (p *page) byScenario() (all [][]*engine.ScenarioLine, place map[string]int) {
	place = make(map[string]int)
	for i, r := range p.Results {
		for _, l := range r.Lines {
			at, ok := place[l.ID]
			if !ok {
				at = len(all)
				place[l.ID], all = at, append(all, make([]*engine.ScenarioLine, len(p.Results)))
			}
			all[at][i] = l
		}
	}
	return all, place
}

// rowOf returns a scenario's row in a list; green says that it passes in every result that has it.
func rowOf(id string, lines []*engine.ScenarioLine) (row scenarioRow, green bool) {
	row, green = scenarioRow{ID: id, Fails: slices.ContainsFunc(lines, fails)}, true
	for _, l := range lines {
		if l == nil {
			row.Verdicts = append(row.Verdicts, "")
			continue
		}
		row.Verdicts = append(row.Verdicts, l.Verdict)
		green = green && l.Verdict == engine.Pass
		if row.Said == "" {
			row.Said = said(l)
		}
	}
	return row, green
}

// stand adds how each result did in a group.
func (p *page) stand(g *group) {
	for _, r := range p.Results {
		c := cell{Text: "–"}
		for _, count := range r.groups() {
			if count.Name == g.Name {
				g.Title, c = count.Title, standing(&count)
			}
		}
		g.Cells = append(g.Cells, c)
	}
}

// choice is the choice of what is shown in full.
type choice struct {
	*page
	all    [][]*engine.ScenarioLine // by scenario, by result
	causes []*cause                 // of the page's Causes
	chosen map[int]bool
	room   int // bytes, roughly
}

// choose chooses what is shown in full: the first scenario of each cause, then the next ones while there is room. The
// others are named.
func (p *page) choose(all [][]*engine.ScenarioLine, place map[string]int) map[int]bool {
	c := choice{page: p, all: all, chosen: make(map[int]bool), room: maxArticles}
	for i, r := range p.Results {
		for _, cause := range r.causes() {
			if !fails(cause.lines[0]) {
				continue
			}
			if len(c.causes) == maxRemarks {
				p.OtherCauses++
				continue
			}
			said := pageCause{
				What: cause.what, Rules: r.laws(cause.rules), Where: cause.where(), Count: len(cause.lines),
			}
			if p.Several() {
				said.Of = p.Names[i]
			}
			c.causes, p.Causes = append(c.causes, cause), append(p.Causes, said)
			if at := place[cause.lines[0].ID]; !c.chosen[at] {
				c.show(at, len(c.causes)-1)
			}
		}
	}
	c.inTurn(place)
	p.InFull = len(c.chosen)
	for _, lines := range all {
		if slices.ContainsFunc(lines, fails) {
			p.Failing++
		}
	}
	return c.chosen
}

// show shows a scenario in full, under a cause.
func (c *choice) show(at, cause int) {
	shown := make([]*engine.ScenarioLine, len(c.all[at]))
	for i, l := range c.all[at] {
		if fails(l) {
			shown[i] = l
		}
	}
	f := newFailure(shown, c.Results, c.Names)
	c.chosen[at] = true
	c.Causes[cause].Full = append(c.Causes[cause].Full, f)
	c.room -= f.size()
}

// inTurn takes a scenario of each cause in turn, until all are shown, named or counted.
func (c *choice) inTurn(place map[string]int) {
	for depth, more := 0, true; more; depth++ {
		more = false
		for k, cause := range c.causes {
			if depth >= len(cause.lines) {
				continue
			}
			more = true
			at, of := place[cause.lines[depth].ID], &c.Causes[k]
			switch {
			case c.chosen[at]:
			case len(c.chosen) < maxFailures && c.room > 0:
				c.show(at, k)
			case len(of.Others) < maxRemarks:
				of.Others = append(of.Others, cause.lines[depth].ID)
			default:
				of.More++
			}
		}
	}
}

// fails reports whether a scenario is shown among the failures: a skip is if it gates.
func fails(l *engine.ScenarioLine) bool {
	return l != nil && (l.Verdict == engine.Fail || l.Verdict == engine.Error || l.Verdict == engine.Skip && l.Gates)
}

// size estimates how many bytes of the page a failure takes.
func (f *failure) size() int {
	n := 4000 + len(f.Feature)
	for _, v := range f.Views {
		n += 1000 * (len(v.Reasons) + len(v.Others))
		if e := v.Environment; e != nil {
			n += min(len(e.Stderr), maxTail)
		}
		for _, svg := range v.Pictures {
			n += len(svg)
		}
	}
	return n
}

// said returns what a list says about a scenario.
func said(l *engine.ScenarioLine) string {
	switch d := telling(l); {
	case l.Wrong() == engine.Error:
		return cut(safe(l.Failure.Kind+": "+l.Failure.Message), 160)
	case l.Wrong() == engine.Skip:
		return cut(safe(l.Reason), 160)
	case d != nil:
		return cut(safe(d.Resource+": expected "+d.Expected+", got "+d.Actual), 160)
	}
	return ""
}

// slowest lists the scenarios that took longest, as far as that is known.
func (p *page) slowest() {
	for _, l := range p.First().Lines {
		if l.Environment != nil && l.Environment.Microseconds > 0 {
			p.Slow = append(p.Slow, l)
		}
	}
	slices.SortStableFunc(p.Slow, func(a, b *engine.ScenarioLine) int {
		return cmp.Compare(b.Environment.Microseconds, a.Environment.Microseconds)
	})
	p.Slow = p.Slow[:min(len(p.Slow), 10)]
}
