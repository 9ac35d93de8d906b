package reports

import (
	"cmp"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
)

// pageCause is why scenarios do not pass, with the first of them that is shown in full.
type pageCause struct {
	Of    string
	Said  string // of the first
	What  string // what is wrong, and by which rules; "" where Said says it
	Where string // flows and families
	Count int
	First string
}

// group is the scenarios of a flow or family, a line each.
type group struct {
	Name, Title string
	Cells       []cell
	Lines       []scenarioRow
}

// scenarioRow is a scenario in a list.
type scenarioRow struct {
	ID       string
	Shown    bool // in full, elsewhere
	Verdicts []engine.Verdict
	Said     string
}

// scenarios sorts the scenarios of all results: those that are shown in full, and all of them by group.
func (p *page) scenarios() {
	place := make(map[string]int)
	var ids []string
	var all [][]*engine.ScenarioLine // by scenario, by result
	for i, r := range p.Results {
		for _, l := range r.Lines {
			at, ok := place[l.ID]
			if !ok {
				at = len(ids)
				place[l.ID], ids, all = at, append(ids, l.ID), append(all, make([]*engine.ScenarioLine, len(p.Results)))
			}
			all[at][i] = l
		}
	}
	chosen := p.choose(all, place)
	byName := make(map[string]*group)
	for at, lines := range all {
		l := lines[slices.IndexFunc(lines, func(l *engine.ScenarioLine) bool { return l != nil })]
		g := byName[groupOf(l)]
		if g == nil {
			g = &group{Name: groupOf(l)}
			byName[g.Name], p.Groups = g, append(p.Groups, g)
		}
		row := scenarioRow{ID: ids[at], Shown: chosen[at]}
		for _, l := range lines {
			if l == nil {
				row.Verdicts = append(row.Verdicts, "")
				continue
			}
			row.Verdicts = append(row.Verdicts, l.Verdict)
			if row.Said == "" {
				row.Said = said(l)
			}
		}
		g.Lines = append(g.Lines, row)
	}
	for _, g := range p.Groups {
		for _, r := range p.Results {
			c := cell{"", "–"}
			for _, count := range r.groups() {
				if count.Name == g.Name {
					g.Title, c = count.Title, standing(&count)
				}
			}
			g.Cells = append(g.Cells, c)
		}
	}
}

// choose chooses what is shown in full, and makes it ready: the first scenario of each cause, then in the order of the
// plan, until it is enough.
func (p *page) choose(all [][]*engine.ScenarioLine, place map[string]int) map[int]bool {
	var order []int
	for i, r := range p.Results {
		for _, c := range r.causes() {
			if !fails(c.lines[0]) {
				continue
			}
			said := pageCause{Said: c.said, Where: c.where(), Count: len(c.lines), First: c.lines[0].ID}
			if d := telling(c.lines[0]); c.lines[0].Verdict == engine.Fail && d != nil {
				said.What = blamed(d)
			}
			if p.Several() {
				said.Of = p.Names[i]
			}
			if p.Causes = append(p.Causes, said); len(p.Causes) <= maxRemarks {
				order = append(order, place[said.First])
			}
		}
	}
	p.Causes = p.Causes[:min(len(p.Causes), maxRemarks)]
	for at, lines := range all {
		if slices.ContainsFunc(lines, fails) {
			order = append(order, at)
			p.Failing++
		}
	}
	chosen, room := make(map[int]bool), maxArticles
	ready := make(map[int]*failure)
	for _, at := range order {
		if chosen[at] || len(chosen) == maxFailures || room < 0 {
			continue
		}
		shown := make([]*engine.ScenarioLine, len(all[at]))
		for i, l := range all[at] {
			if fails(l) {
				shown[i] = l
			}
		}
		f := newFailure(shown, p.Names)
		chosen[at], ready[at] = true, f
		room -= f.size()
	}
	for at := range all {
		if chosen[at] {
			p.Failures = append(p.Failures, ready[at])
		}
	}
	slices.SortStableFunc(p.Failures, func(a, b *failure) int { return first(a.gates(), b.gates()) })
	return chosen
}

// fails reports whether a scenario is shown among the failures: a skip is, if the implementation does not conform by it.
func fails(l *engine.ScenarioLine) bool {
	return l != nil && (l.Verdict == engine.Fail || l.Verdict == engine.Error || l.Verdict == engine.Skip && l.Gates)
}

// gates reports whether some result does not conform by the scenario.
func (f *failure) gates() bool {
	return slices.ContainsFunc(f.Views, func(v *view) bool { return v.Gates })
}

// size is about how many bytes the page needs for it.
func (f *failure) size() int {
	n := 4000 + len(f.Feature)
	for _, v := range f.Views {
		n += 1000 * len(v.Reasons)
		for _, svg := range v.Pictures {
			n += len(svg)
		}
	}
	return n
}

// said is what there is to say of a scenario in a list.
func said(l *engine.ScenarioLine) string {
	switch d := telling(l); {
	case l.Verdict == engine.Error:
		return cut(safe(l.Failure.Kind+": "+l.Failure.Message), 160)
	case l.Verdict == engine.Skip:
		return cut(safe(l.Reason), 160)
	case d != nil:
		return cut(safe(d.Resource+": expected "+d.Expected+", got "+d.Actual), 160)
	}
	return ""
}

// slowest lists the scenarios that took longest, where that is known.
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
