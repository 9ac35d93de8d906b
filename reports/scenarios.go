package reports

import (
	"cmp"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
)

// pageCause is why scenarios do not pass, with those of them that are shown in full.
type pageCause struct {
	Of     string // the result's name; "" where there is but one
	What   string
	Rules  []law  // that are to blame
	Where  string // flows and families
	Count  int
	Full   []*failure
	Others []string // ids of others
	More   int      // others that are not named either
}

// OthersCount is how many scenarios are not shown in full.
func (c *pageCause) OthersCount() int { return len(c.Others) + c.More }

// group is the scenarios of a flow or family, a line each.
type group struct {
	Name, Title string
	Cells       []cell
	Lines       []scenarioRow
	Passing     int // scenarios that pass and are not among Lines
	More        int // others that are not
}

// scenarioRow is a scenario in a list.
type scenarioRow struct {
	ID       string
	Shown    bool // in full, elsewhere
	Fails    bool
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
	passing, others := maxPassing, maxOthers
	for at, lines := range all {
		l := lines[slices.IndexFunc(lines, func(l *engine.ScenarioLine) bool { return l != nil })]
		g := byName[groupOf(l)]
		if g == nil {
			g = &group{Name: groupOf(l)}
			byName[g.Name], p.Groups = g, append(p.Groups, g)
		}
		row := scenarioRow{ID: ids[at], Shown: chosen[at], Fails: slices.ContainsFunc(lines, fails)}
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
		switch green := !slices.ContainsFunc(lines, func(l *engine.ScenarioLine) bool {
			return l != nil &&
				l.Verdict != engine.Pass
		}); {
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
}

// choose chooses what is shown in full: the first scenario of each cause, then the next ones, until it is enough. The
// others are named.
func (p *page) choose(all [][]*engine.ScenarioLine, place map[string]int) map[int]bool {
	var causes []*cause
	chosen, room := make(map[int]bool), maxArticles
	show := func(at, cause int) {
		shown := make([]*engine.ScenarioLine, len(all[at]))
		for i, l := range all[at] {
			if fails(l) {
				shown[i] = l
			}
		}
		f := newFailure(shown, p.Names)
		chosen[at] = true
		p.Causes[cause].Full = append(p.Causes[cause].Full, f)
		room -= f.size()
	}
	for i, r := range p.Results {
		for _, c := range r.causes() {
			if !fails(c.lines[0]) {
				continue
			}
			if len(causes) == maxRemarks {
				p.OtherCauses++
				continue
			}
			said := pageCause{What: c.what, Rules: laws(c.rules), Where: c.where(), Count: len(c.lines)}
			if p.Several() {
				said.Of = p.Names[i]
			}
			causes, p.Causes = append(causes, c), append(p.Causes, said)
			if at := place[c.lines[0].ID]; !chosen[at] {
				show(at, len(causes)-1)
			}
		}
	}
	for depth, more := 0, true; more; depth++ { // a scenario of each cause in turn
		more = false
		for k, c := range causes {
			if depth >= len(c.lines) {
				continue
			}
			more = true
			at, of := place[c.lines[depth].ID], &p.Causes[k]
			switch {
			case chosen[at]:
			case len(chosen) < maxFailures && room > 0:
				show(at, k)
			case len(of.Others) < maxRemarks:
				of.Others = append(of.Others, c.lines[depth].ID)
			default:
				of.More++
			}
		}
	}
	p.InFull = len(chosen)
	for _, lines := range all {
		if slices.ContainsFunc(lines, fails) {
			p.Failing++
		}
	}
	return chosen
}

// fails reports whether a scenario is shown among the failures: a skip is, if the implementation does not conform by
// it.
func fails(l *engine.ScenarioLine) bool {
	return l != nil && (l.Verdict == engine.Fail || l.Verdict == engine.Error || l.Verdict == engine.Skip && l.Gates)
}

// size is about how many bytes the page needs for it.
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

// said is what there is to say of a scenario in a list.
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
