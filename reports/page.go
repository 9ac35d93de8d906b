package reports

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// The parts of the page, each in its own file.
var (
	//go:embed page/report.html
	pageHTML string
	//go:embed page/audit.html
	auditHTML string
	//go:embed page/report.css
	pageCSS string
	//go:embed page/report.js
	pageJS string
)

// The limits of the page: it opens at once, however many scenarios fail.
const (
	maxFailures = 100
	maxArticles = 2_000_000 // bytes of scenarios shown in full
	maxRemarks  = 100       // lines of a list
	maxPassing  = 5000      // scenarios in the list of all that pass
	maxOthers   = 5000      // and of all that do not
)

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"safe": safe, "lines": lines, "number": Number, "join": strings.Join, "sentence": sentence,
		"anchor": anchor, "tail": tail, "link": func(id string) string { return "#" + anchor(id) },
		"causeID":      func(i int) string { return fmt.Sprintf("cause-%d", i+1) },
		"milliseconds": func(micro int64) string { return fmt.Sprintf("%.1f", float64(micro)/1000) },
		"combination":  func(c model.Combination) string { return combination(&c) },
	}).Parse(pageHTML + auditHTML))
})

// page is what the template shows.
type page struct {
	Policy      string
	CSS         template.CSS
	JS          template.JS
	Results     []*Results
	Names       []string // of the results, each different
	Matrix      *table
	Causes      []pageCause
	Groups      []*group
	Laws        []lawTable
	Remarks     []remark
	MoreRemarks int
	Slow        []*engine.ScenarioLine
	Failing     int // scenarios
	InFull      int // of these, shown in full
	OtherCauses int // that are not listed
}

// WriteHTML writes one self-contained page about one result, or about several side by side: of different
// implementations, or of versions of one. It needs no network and no script, and its size is limited.
func WriteHTML(w io.Writer, results ...*Results) error {
	if !slices.ContainsFunc(results, func(r *Results) bool { return r.Footer.Audit != nil }) {
		return pageTemplate().Execute(w, newPage(results))
	} else if len(results) > 1 {
		return errors.New("results of 'check' cannot be shown together with other results; give them alone")
	}
	return pageTemplate().ExecuteTemplate(w, "audit", newAuditPage(results[0]))
}

func newPage(results []*Results) *page {
	p := emptyPage(results)
	p.name()
	p.scenarios()
	p.laws()
	if p.First().Campaign != "" {
		p.ofFindings()
		return p
	}
	p.matrix()
	p.remarks()
	p.slowest()
	return p
}

func emptyPage(results []*Results) *page {
	css := pageCSS + timelineCSS
	return &page{
		CSS: template.CSS(css), JS: template.JS(pageJS), Results: results, Matrix: new(table),
		Policy: fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "+
			"form-action 'none'", digest(css), digest(pageJS)),
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ofFindings reduces a campaign's page to what it has to tell: no flows, no list, and only the rules to blame.
func (p *page) ofFindings() {
	p.Groups = nil
	for i := range p.Causes {
		p.Causes[i].Where = ""
		if len(p.Causes[i].Full) > 0 {
			p.Causes[i].Where = safe(p.Causes[i].Full[0].Name)
		}
	}
	for i := range p.Laws {
		p.Laws[i].Rows = slices.DeleteFunc(p.Laws[i].Rows, func(r lawRow) bool { return r.blamed == 0 })
	}
	p.Laws = slices.DeleteFunc(p.Laws, func(t lawTable) bool { return len(t.Rows) == 0 })
}

// Counted writes a number of scenarios, or of a campaign's findings.
func (p *page) Counted(n int) string {
	if p.First().Campaign != "" {
		return Number(n, "finding", "findings")
	}
	return scenarios(n)
}

// Several reports whether results stand side by side.
func (p *page) Several() bool { return len(p.Results) > 1 }

// Standing says how the only result ended.
func (p *page) Standing() string {
	switch p.First().Footer.Conclusion() {
	case engine.Conforming:
		return "pass"
	case engine.Nonconforming:
		return "fail"
	}
	return "note"
}

// Answer says why most failures fail, if one thing explains them and the causes do not say it.
func (p *page) Answer() string {
	head, why := p.First().answer()
	if p.Several() || head == "" || strings.HasSuffix(head, "cause") {
		return ""
	}
	if e := p.First().Header.Environment; e != nil && (len(e.Command) > 0 && e.Facts == "" || e.URL != "") {
		why += " Try 'chatproof doctor' with the same flags and command."
	}
	return head + ": " + why
}

// Levels reports whether there are columns for the levels by which scenarios differ.
func (t *table) Levels() bool { return len(t.Head) > 1 }

// Expected reports whether expectations are in force.
func (p *page) Expected() bool {
	return slices.ContainsFunc(p.Results, func(r *Results) bool { return len(r.Footer.Expectations) > 0 })
}

// First returns the first result, which the page is about if it is the only one.
func (p *page) First() *Results { return p.Results[0] }

// firstCauses is how many causes stand above the table: a phone's screen holds that many.
const firstCauses = 3

// FirstCauses returns the causes above the table, or none if no row came back: that is cause enough.
func (p *page) FirstCauses() []pageCause {
	if !p.Several() && p.First().rowless() {
		return nil
	}
	return p.Causes[:min(len(p.Causes), firstCauses)]
}

// MoreCauses returns how many other causes there are.
func (p *page) MoreCauses() int { return len(p.Causes) + p.OtherCauses - len(p.FirstCauses()) }

// name tells the results apart: by implementation or, if that is not enough, also by chatproof's version and the
// file.
func (p *page) name() {
	for _, r := range p.Results {
		p.Names = append(p.Names, cut(safe(r.Implementation()), 60))
	}
	for i, r := range p.Results {
		if slices.ContainsFunc(p.Results, func(o *Results) bool {
			return o != r &&
				o.Implementation() == r.Implementation()
		}) {
			p.Names[i] += " (" + cut(safe("chatproof "+r.Header.Chatproof+", "+r.Name), 80) + ")"
		}
	}
}

// table is a matrix of counts.
type table struct {
	Head []string
	Rows []tableRow
}

type tableRow struct {
	Name, Title string
	Cells       []cell
}

// cell is a count or a word, with how good it is: pass, fail, note, or "" if there is nothing to say.
type cell struct {
	Is, Text string
	Bar      []barPart
}

// barPart is the share of a group's scenarios that ended alike, on a line of length 100.
type barPart struct{ Is, At, Width string }

// barOf draws how a group of scenarios did, what is wrong first.
func barOf(c *engine.Count) (parts []barPart) {
	all, at := float64(c.Scenarios()), 0.0
	for _, p := range []struct {
		is string
		n  int
	}{
		{"fail", c.Bad() - c.Known},
		{"known", c.Known},
		{"unrun", c.NotRun},
		{"note", c.Differ + c.Pending},
		{"pass", c.Pass},
	} {
		if p.n > 0 {
			width := 100 * float64(p.n) / all
			parts = append(parts, barPart{p.is, fmt.Sprintf("%.2f", at), fmt.Sprintf("%.2f", width)})
			at += width
		}
	}
	return parts
}

// standing says how a group of scenarios did.
func standing(c *engine.Count) cell {
	all := c.Scenarios()
	s := cell{"pass", fmt.Sprintf("%d pass", all), barOf(c)}
	switch bad := c.Bad(); {
	case all == 0:
		return cell{Text: "–"}
	case bad > 0 && bad == c.Known:
		s.Is, s.Text = "note", fmt.Sprintf("%d of %d known", bad, all)
	case bad > 0:
		s.Is, s.Text = "fail", fmt.Sprintf("%d of %d %s", bad, all, plural(bad, "fails", "fail"))
	case c.NotRun > 0:
		s.Is, s.Text = "", fmt.Sprintf("%d of %d not run", c.NotRun, all)
	case c.Pending > 0:
		s.Is, s.Text = "note", fmt.Sprintf("%d of %d pending", c.Pending, all)
	case c.Differ > 0:
		s.Is, s.Text = "note", fmt.Sprintf("%d of %d %s", c.Differ, all, plural(c.Differ, "differs", "differ"))
	}
	return s
}

// Bar draws how all scenarios of the only result did.
func (p *page) Bar() []barPart { return barOf(&p.First().Footer.Totals.All) }

// matrix shows how flows and families did, and by which levels their scenarios differ; or several results side by
// side.
func (p *page) matrix() {
	if p.Several() {
		p.sideBySide()
		return
	}
	r := p.First()
	differ := make(map[[2]string]int) // scenarios of a group that differ by a level
	var levels []model.Level
	for _, level := range model.AllLevels {
		for _, l := range r.Lines {
			if slices.ContainsFunc(l.Differences, func(d model.Difference) bool { return d.Level == level }) {
				differ[[2]string{groupOf(l), level.String()}]++
			}
		}
		if slices.ContainsFunc(r.groups(),
			func(c engine.Count) bool { return differ[[2]string{c.Name, level.String()}] > 0 }) {
			levels = append(levels, level)
		}
	}
	p.Matrix.Head = []string{"scenarios"}
	for _, level := range levels {
		p.Matrix.Head = append(p.Matrix.Head, level.String())
	}
	for _, c := range r.groups() {
		t := tableRow{Name: safe(c.Name), Title: safe(c.Title), Cells: []cell{standing(&c)}}
		for _, level := range levels {
			of := cell{Is: "note"}
			if slices.Contains(r.Header.Require, level.String()) {
				of.Is = "fail"
			}
			if n := differ[[2]string{c.Name, level.String()}]; n > 0 {
				of.Text = fmt.Sprint(n)
			} else {
				of.Is = ""
			}
			t.Cells = append(t.Cells, of)
		}
		p.Matrix.Rows = append(p.Matrix.Rows, t)
	}
}

// sideBySide shows flows, families and levels, a column per result.
func (p *page) sideBySide() {
	p.Matrix.Head = p.Names
	row := func(groups func(*Results) []engine.Count) {
		for _, r := range p.Results {
			for _, c := range groups(r) {
				if slices.ContainsFunc(p.Matrix.Rows, func(t tableRow) bool { return t.Name == safe(c.Name) }) {
					continue
				}
				t := tableRow{Name: safe(c.Name), Title: safe(c.Title)}
				for _, o := range p.Results {
					of := groups(o)
					if i := slices.IndexFunc(of, func(x engine.Count) bool { return x.Name == c.Name }); i >= 0 {
						t.Cells = append(t.Cells, standing(&of[i]))
					} else {
						t.Cells = append(t.Cells, cell{Text: "–"})
					}
				}
				p.Matrix.Rows = append(p.Matrix.Rows, t)
			}
		}
	}
	row((*Results).groups)
	row(func(r *Results) []engine.Count {
		levels := slices.Clone(r.Footer.Totals.Levels)
		for i := range levels {
			levels[i].Name = "level " + levels[i].Name
		}
		return levels
	})
}

// citing counts the scenarios that fail by a difference for which a rule is to blame, not those in which the rule
// only bears on a correct row. So one fault points at one rule.
func (r *Results) citing(rule string) (n int) {
	for _, l := range r.Lines {
		if d := telling(l); l.Verdict == engine.Fail && d != nil && slices.Contains(d.Blame().Rules, rule) {
			n++
		}
	}
	return n
}

// lawTable holds the rules, or the invariants: what each says, how the results did by it, and how often it was
// exercised.
type lawTable struct {
	Kind, Source string // headings
	Rows         []lawRow
}

type lawRow struct {
	ID, Says, Source string
	Stands           []lawStanding // one per result
	blamed           int
}

// lawStanding is how a result did by a rule or an invariant, and how often it was exercised.
type lawStanding struct {
	cell
	Exercised string
}

// lawTables lists the rules and the invariants, those that most is wrong by first. The functions tell how the results
// did by one, and how much is wrong by it; an invariant without standings is left out.
func lawTables(rule func(place int, id string) ([]lawStanding, int),
	invariant func(*model.NamedInvariant) ([]lawStanding, int),
) []lawTable {
	rules := lawTable{Kind: "rule", Source: "guide section"}
	for i, r := range model.Rules() {
		stands, blamed := rule(i, r.ID)
		rules.Rows = append(rules.Rows, lawRow{r.ID, r.Says, r.Source, stands, blamed})
	}
	invariants := lawTable{Kind: "invariant", Source: "checked on"}
	for _, v := range model.Invariants() {
		if stands, blamed := invariant(&v); stands != nil {
			invariants.Rows = append(invariants.Rows, lawRow{v.ID, v.Says, string(v.Kind), stands, blamed})
		}
	}
	tables := []lawTable{rules, invariants}
	for _, t := range tables {
		slices.SortStableFunc(t.Rows, func(a, b lawRow) int { return b.blamed - a.blamed })
	}
	return tables
}

// laws lists the rules and the invariants, those that most scenarios fail by first.
func (p *page) laws() {
	p.Laws = lawTables(func(i int, id string) (all []lawStanding, blamed int) {
		for _, r := range p.Results {
			stands := lawStanding{cell: cell{Text: "–"}}
			if c := r.Footer.Coverage; c != nil && i < len(c.Rules) && c.Rules[i].ID == id {
				stands.Exercised = "exercised in " + chats(c.Rules[i].Chats)
			}
			if n := r.citing(id); n > 0 {
				stands.Is, stands.Text = "fail", fmt.Sprintf("%d %s it", n, plural(n, "fails", "fail"))
				blamed += n
			} else if c := r.Footer.Totals.Rules; i < len(c) && c[i].Scenarios() > c[i].NotRun+c[i].Error+c[i].Skip {
				stands.Is, stands.Text = "pass", "met"
			}
			all = append(all, stands)
		}
		return all, blamed
	}, func(v *model.NamedInvariant) (all []lawStanding, blamed int) {
		for _, r := range p.Results {
			stands := lawStanding{cell: cell{Text: "–"}}
			for _, b := range r.Footer.Totals.Invariants {
				if b.Name == v.ID {
					stands = invariantStanding(&b)
					blamed += b.Scenarios
				}
			}
			all = append(all, stands)
		}
		return all, blamed
	})
}

func invariantStanding(b *engine.Broken) lawStanding {
	s := lawStanding{cell{Text: "–"}, "in no scenario"}
	switch {
	case b.Scenarios > 0:
		s.Is, s.Text = "fail", fmt.Sprintf("%d %s it", b.Scenarios, plural(b.Scenarios, "breaks", "break"))
		s.Exercised = "of " + scenarios(b.Checked)
	case b.Checked > 0:
		s.Is, s.Text = "pass", "holds"
		s.Exercised = "in " + scenarios(b.Checked)
	}
	return s
}

// remark is something that is no failure: a skip, a pending scenario, or how scenarios that pass differ.
type remark struct {
	Of    string
	Count int
	First string // a scenario's id
	Said  string
}

func (p *page) remarks() {
	for i, r := range p.Results {
		var all []*remark
		byKey := make(map[string]*remark)
		add := func(key, said string, l *engine.ScenarioLine) {
			m := byKey[key]
			if m == nil {
				m = &remark{First: l.ID, Said: said}
				if p.Several() {
					m.Of = p.Names[i]
				}
				byKey[key], all = m, append(all, m)
			}
			m.Count++
		}
		for _, c := range r.causes() {
			for _, l := range c.lines {
				if l.Verdict == engine.Pending {
					add("pending "+c.said, "pending, "+c.said, l)
				}
			}
		}
		for _, l := range r.Lines {
			switch {
			case l.Verdict == engine.Skip:
				add("skip "+l.Reason, "skipped: "+safe(l.Reason), l)
			case l.Verdict == engine.Differs:
				d := &l.Differences[0]
				add("note "+d.Signature(), d.Level.String()+": "+sentence(d), l)
			}
		}
		slices.SortStableFunc(all, func(a, b *remark) int { return cmp.Compare(b.Count, a.Count) })
		for k, m := range all {
			if k < maxRemarks {
				p.Remarks = append(p.Remarks, *m)
			}
		}
		p.MoreRemarks += max(0, len(all)-maxRemarks)
	}
}

// anchor turns a scenario's id into that of an element.
func anchor(id string) string { return strings.ReplaceAll(safe(id), " ", "_") }

// tail returns the last lines of a text.
func tail(s string) string {
	all := strings.Split(strings.TrimRight(s[max(0, len(s)-maxTail):], "\n"), "\n")
	return lines(strings.Join(all[max(0, len(all)-20):], "\n"))
}

// maxTail limits how much of a text's end is shown, in bytes.
const maxTail = 8000
