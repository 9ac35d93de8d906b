package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// auditCause is findings with one cause: what is wrong with a row, whatever rules made it.
type auditCause struct {
	Lines []*engine.ScenarioLine
	Times int
	Gates bool
	said  string
	hint  string
}

// String writes the cause in a line.
func (c auditCause) String() string {
	said := fmt.Sprintf("  %s: %s", Number(c.Times, "time", "times"), c.said)
	if c.hint != "" {
		said += " – " + c.hint
	}
	if !c.Gates {
		said += " (does not count)"
	}
	return said
}

// Said says what is wrong.
func (c auditCause) Said() string { return c.said }

// Hint says what all that is wrong has in common, or is "" if that is nothing.
func (c auditCause) Hint() string { return c.hint }

// auditCauses groups the findings by cause, the weightiest first. A cause weighs more if it is frequent, if it
// counts, and if it is about rows and not the invariants that follow from them.
func (r *Results) auditCauses() (causes []auditCause) {
	place := make(map[string]int)
	for _, l := range r.Lines {
		// what counts is enough: a fault may be wrong in both, and corrected
		if r.Footer.Audit.Marts != nil && !l.Gates {
			continue
		}
		key := l.Found.Signature
		if len(l.Differences) > 0 {
			switch d := &l.Differences[0]; {
			case l.Found.ShiftSeconds != 0 && l.Found.Times > 1:
				key = fmt.Sprint("shift ", l.Found.ShiftSeconds)
			case !d.OfInvariant():
				key = string(d.Change) + engine.Cause(d)
			}
		}
		i, ok := place[key]
		if !ok {
			i = len(causes)
			place[key], causes = i, append(causes, auditCause{})
		}
		c := &causes[i]
		c.Lines, c.Times, c.Gates = append(c.Lines, l), c.Times+l.Found.Times, c.Gates || l.Gates
	}
	for i := range causes {
		causes[i].said, causes[i].hint = causes[i].say(), r.inCommon(causes[i].Lines)
		if ds := causes[i].Lines[0].Differences; len(ds) > 0 && ds[0].Change != "" {
			causes[i].said = safe(string(ds[0].Change)) + ", " + causes[i].said
		}
	}
	weight := func(c *auditCause) int {
		w := c.Times
		if c.Gates {
			w *= 4
		}
		if d := c.Lines[0].Differences; len(d) > 0 && (!d[0].OfInvariant() || d[0].Field == "V20") {
			w *= 5
		}
		return w
	}
	slices.SortStableFunc(causes, func(a, b auditCause) int { return cmp.Compare(weight(&b), weight(&a)) })
	return causes
}

// say says what is wrong, and by which rules.
func (c *auditCause) say() string {
	first := c.Lines[0]
	if len(first.Differences) == 0 {
		return safe(first.Found.Signature)
	}
	d := &first.Differences[0]
	blame := d.Blame()
	what := "expected " + blame.Expected + ", got " + blame.Got
	switch {
	case d.OfInvariant():
		what := strings.TrimPrefix(first.Found.Signature, string(d.Change)+": ")
		what = strings.TrimSpace(strings.TrimPrefix(what, string(d.Field)))
		return safe(cmp.Or(what, "broken") + " (" + string(d.Field) + ": " + strings.TrimSuffix(d.Expected, ".") + ")")
	case d.Field == model.RowField && d.Actual == "no row":
		what = "a row is missing"
	case d.Field == model.RowField:
		what = "a row too many"
	case d.Field != model.DescriptorField:
		what = "wrong " + strings.ReplaceAll(string(d.Field), "_", " ")
		if d.Field == model.TypeField {
			what += ": expected " + d.Expected + ", got " + d.Actual
		}
	}
	var fields, rules []string
	for _, l := range c.Lines {
		if len(l.Differences) > 0 {
			d := &l.Differences[0]
			fields = joinNew(fields, []string{strings.ReplaceAll(string(d.Field), "_", " ")})
			rules = joinNew(rules, d.Blame().Rules)
		}
	}
	switch d.Field {
	case model.StartField, model.EndField:
		return safe("wrong " + strings.Join(fields, " and "))
	case model.DescriptorField, model.RowField:
		if len(rules) > 0 {
			if n := len(rules) - maxRulesSaid; n > 0 {
				rules = append(rules[:maxRulesSaid], fmt.Sprintf("%d more", n))
			}
			what += " (" + strings.Join(rules, ", ") + ")"
		}
	}
	return safe(what)
}

// inCommon says what one shift or one value explains: by how much the times are late, that it is every row of a
// resource type, or that it is always the same resource.
func (r *Results) inCommon(lines []*engine.ScenarioLine) string {
	times, kind, resource, shift := 0, lines[0].Found.Type, lines[0].Found.Resource, lines[0].Found.ShiftSeconds
	fields := make(map[model.Field]bool)
	for _, l := range lines {
		times += l.Found.Times
		if l.Found.Type != kind {
			kind = ""
		}
		if l.Found.Resource != resource {
			resource = ""
		}
		if len(l.Differences) > 0 {
			fields[l.Differences[0].Field] = true
		}
	}
	all, ofKind := 0, 0
	for _, c := range r.Footer.Audit.Of {
		all += c.Rows
		if c.Type == kind {
			ofKind = c.Rows
		}
	}
	each := max(1, len(fields))
	var said []string
	if late := shifted(shift); late != "" && times > 1 {
		said = append(said, "all "+late)
	}
	switch {
	case times < 2:
	case times == each*all:
		said = append(said, "in every row")
	case kind != "" && times == each*ofKind:
		said = append(said, "in every row of resource type "+safe(model.Name(string(kind))))
	case resource != "" && times > 2:
		said = append(said, "always "+safe(model.Name(resource)))
	case kind != "" && len(r.Footer.Audit.Of) > 1 && shift == 0 && 2*times >= each*ofKind && ofKind > 0:
		said = append(said, fmt.Sprintf("in %s of the rows of resource type %s, and in no others",
			Percent(float64(times)/float64(each*ofKind)), safe(model.Name(string(kind)))))
	}
	return strings.Join(said, ", ")
}

// shifted says by how much times are late or early, or returns "" if they are neither.
func shifted(seconds int64) string {
	switch {
	case seconds == 0:
		return ""
	case seconds < 0:
		return spell(-seconds) + " early"
	}
	return spell(seconds) + " late"
}

// spell writes a duration as people say it.
func spell(seconds int64) string {
	switch d := time.Duration(seconds) * time.Second; {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", seconds)
}

// Percent writes a share as a percentage.
func Percent(share float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', 1, 64), ".0") + " %"
}
