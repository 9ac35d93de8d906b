package reports

import (
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// auditPage is what the template shows of a check.
type auditPage struct {
	*page
	Audit    *engine.Audit
	Coverage *engine.Coverage // nil if only rows were checked
	Sum      string
	Audited  string
	Top      []auditCause
	Unjudged []string
	Rows     []*auditRow
	MoreRows int
}

// auditRow is a finding, with its example if there is room.
type auditRow struct {
	*engine.ScenarioLine
	Counts, Is, Hint string
	Shown            bool
	Failure          *failure
	Yours            []string
	Abreast          []abreast // of two marts
}

func newAuditPage(r *Results) *auditPage {
	p := &auditPage{
		page: emptyPage([]*Results{r}), Audit: r.Footer.Audit, Coverage: r.Footer.Coverage, Sum: r.sum(),
		Audited: r.audited(), Unjudged: r.unjudged(),
	}
	causes := r.auditCauses()
	p.Top = causes[:min(len(causes), auditCauses)]
	room := maxArticles
	for i, l := range r.Lines {
		if i == maxFailures {
			p.MoreRows = len(r.Lines) - i
			break
		}
		row := &auditRow{ScenarioLine: l, Counts: counts(l), Hint: r.inCommon([]*engine.ScenarioLine{l})}
		switch row.Counts {
		case "yes":
			row.Is = "fail"
		case "known":
			row.Is = "note"
		}
		if room > 0 {
			row.show(r)
			room -= row.Failure.size()
		}
		p.Rows = append(p.Rows, row)
	}
	p.Laws = r.auditLaws()
	return p
}

// show prepares the example.
func (row *auditRow) show(r *Results) {
	row.Shown, row.Failure = true, newFailure([]*engine.ScenarioLine{row.ScenarioLine}, []*Results{r}, nil)
	if row.Legacy != nil {
		row.Abreast = rowsAbreast(row.ScenarioLine)
	}
	_, rows, err := row.Facts()
	if err != nil {
		return // a record that somebody else wrote
	}
	for i := range rows[:min(len(rows), maxRows)] {
		row.Yours = append(row.Yours, safe(rowLine(&rows[i])))
	}
	if n := len(rows) - maxRows; n > 0 {
		row.Yours = append(row.Yours, fmt.Sprintf("and %d more", n))
	}
}

// auditLaws returns the rules, and the invariants of rows and events, those that most rows break first.
func (r *Results) auditLaws() []lawTable {
	wrong := make(map[string]int)
	for _, l := range r.Lines {
		if len(l.Differences) > 0 {
			d := &l.Differences[0]
			if d.OfInvariant() {
				wrong[string(d.Field)] += l.Found.Times
			}
			for _, id := range d.Blame().Rules {
				wrong[id] += l.Found.Times
			}
		}
	}
	stand := func(id string, met bool, exercised string) ([]lawStanding, int) {
		s := cell{Text: "not applicable"}
		switch {
		case wrong[id] > 0:
			s = cell{Is: "fail", Text: Number(wrong[id], "time wrong", "times wrong")}
		case met:
			s = cell{Is: "pass", Text: "met"}
		}
		return []lawStanding{{s, exercised}}, wrong[id]
	}
	c := r.Footer.Coverage
	tables := lawTables(func(i int, id string) ([]lawStanding, int) {
		if c == nil || i >= len(c.Rules) {
			return stand(id, false, "")
		}
		return stand(id, c.Rules[i].Chats > 0, "exercised in "+chats(c.Rules[i].Chats))
	}, func(v *model.NamedInvariant) ([]lawStanding, int) {
		if v.Kind != model.OnFacts && (v.Kind != model.OnEvents || c == nil) {
			return nil, 0
		}
		return stand(v.ID, r.Footer.Audit.Chats > 0 && !slices.Contains(r.Footer.Audit.NotMet, v.ID), "")
	})
	if c == nil { // rows alone say nothing of the rules
		tables = tables[1:]
	}
	return tables
}
