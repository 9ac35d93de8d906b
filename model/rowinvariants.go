package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// rowCheck is an invariant of kind OnFacts that each row keeps by itself. It has two forms, made from the same data: a
// function for rows in memory, and SQL for rows in a database.
type rowCheck struct {
	first bool // only the rows that rank first are checked
	// combined says that rows which are among the valid combinations (V2) cannot break it
	combined bool
	found    func(*Fact) string // what is wrong with a row, "" if nothing
	sql      func() string      // the condition that a row breaks it; see NamedInvariant.SQL
	// spares reports whether the log or a reading allows a row to break it; nil is never. c is nil without a log.
	spares func(t *Table, c *Chat, f *Fact) bool
}

func (r *rowCheck) check(t *Table, c *Chat, got []Fact) (all []breach) {
	var o ordinals
	if r.first {
		o = ordinalsOf(got)
		if !o.all || c == nil && !o.gapless || c != nil && c.StoppedSeq == 0 {
			return nil
		}
	}
	for i := range got {
		if r.first && got[i].Ordinal.Value != o.lowest {
			continue
		}
		if found := r.found(&got[i]); found != "" && (r.spares == nil || !r.spares(t, c, &got[i])) {
			all = append(all, breach{got[i].Resource, found, &got[i]})
		}
	}
	return all
}

// ordinals sums up the ordinals of a chat's rows. Without the log, rows whose ordinals have a gap do not say who comes
// first: the first row of the chat may be missing.
type ordinals struct {
	all, rising bool // each row has one; each is above the one before
	gapless     bool // they begin at 0 or 1, and span as many numbers as there are rows
	lowest      int64
}

func ordinalsOf(got []Fact) ordinals {
	o, highest := ordinals{all: true, rising: true}, int64(0)
	for i := range got {
		n := got[i].Ordinal.Value
		if i == 0 {
			o.lowest, highest = n, n
		}
		o.all = o.all && got[i].Ordinal.Is == Given
		o.rising = o.rising && (i == 0 || got[i-1].Ordinal.Value < n)
		o.lowest, highest = min(o.lowest, n), max(highest, n)
	}
	o.gapless = (o.lowest == 0 || o.lowest == 1) && highest-o.lowest == int64(len(got)-1)
	return o
}

// noCode stands for a blank in SQL: some databases take the empty string for NULL.
const noCode = "UNSPECIFIED"

var row1 = &rowCheck{
	combined: true,
	found: func(f *Fact) string {
		var wrong []string
		if blankCode(string(f.Role)) || !isOneOf(f.Role, Roles...) {
			wrong = append(wrong, "role "+bareName(string(f.Role)))
		}
		if blankCode(string(f.Result)) || !isOneOf(f.Result, Results...) {
			wrong = append(wrong, "result "+bareName(string(f.Result)))
		}
		return strings.Join(wrong, ", ")
	},
	sql: func() string {
		blank := func(r Result) bool { return blankCode(string(r)) }
		return "resource_role NOT IN " + codeList(Roles...) + "\n   OR technical_result NOT IN " +
			codeList(slices.DeleteFunc(slices.Clone(Results), blank)...)
	},
}

// codes returns the codes of the row's type, role, result and reason, by which it is compared with combinations.
func (f *Fact) codes() [4]string {
	means, _ := f.ResourceType.Meaning()
	return [4]string{Code(string(means)), Code(string(f.Role)), Code(string(f.Result)), Code(string(f.Reason))}
}

// addCodes adds the codes of a yield, and the same with a blank type.
func (y Yield) addCodes(codes map[[4]string]bool) {
	f := y.fact()
	code := f.codes()
	codes[code] = true
	code[0] = ""
	codes[code] = true
}

// combinationCodes returns the codes of the valid combinations, each also with a blank type.
var combinationCodes = sync.OnceValue(func() map[[4]string]bool {
	codes := make(map[[4]string]bool)
	for _, c := range combinations() {
		// as the reference spells it
		codes[[4]string{string(c.Type), string(c.Role), string(c.Result), string(c.Reason)}] = true
		c.addCodes(codes)
	}
	return codes
})

// combined reports whether a row is one of the combinations, spelt as the reference does.
func (f *Fact) combined() bool {
	means, _ := f.ResourceType.Meaning()
	return combinationCodes()[[4]string{string(means), string(f.Role), string(f.Result), string(f.Reason)}]
}

func allCombined(got []Fact) bool {
	for i := range got {
		if !got[i].combined() {
			return false
		}
	}
	return true
}

var row2 = &rowCheck{
	combined: true,
	found: func(f *Fact) string {
		if f.combined() || combinationCodes()[f.codes()] {
			return ""
		}
		return fmt.Sprintf("%s %s", bareName(string(f.ResourceType)), plainDescriptor(f))
	},
	// What a handling timeout leaves is open (I21), and readings may pin what is not one of our combinations.
	spares: func(t *Table, c *Chat, f *Fact) bool {
		if c == nil {
			return t.pinned != 0 && t.gives(f)
		}
		return slices.ContainsFunc(c.IRFs, func(r IRF) bool {
			return r.Resource == f.Resource && (r.open() || r.Pinned() != 0 && r.accepts(f.Descriptor()))
		})
	},
	sql: func() string {
		var groups []Yield // without their roles
		roles := make(map[Yield][]Role)
		for _, c := range combinations() {
			y := c.Yield
			y.Role = ""
			if roles[y] == nil {
				groups = append(groups, y)
			}
			roles[y] = append(roles[y], c.Role)
		}
		var valid []string
		for _, y := range groups {
			valid = append(valid,
				fmt.Sprintf("resource_type IN %s AND technical_result IN %s AND result_reason IN %s AND "+
					"resource_role IN %s",
					codeList(y.Type, ""), codeList(y.Result), codeList(y.Reason), codeList(roles[y]...)))
		}
		return "NOT (" + strings.Join(valid, "\n   OR ") + ")"
	},
}

// joined are the roles of agents who come to a chat that somebody else had before.
var joined = []Role{ReceivedTransfer, InConference, ReceivedConsult}

var row6 = &rowCheck{
	first: true,
	found: func(f *Fact) string {
		if isOneOf(f.Role, joined...) {
			return bareName(string(f.Role)) + " ranks first"
		}
		return ""
	},
	sql: func() string { return "ordinal = lowest_ordinal AND resource_role IN " + codeList(joined...) },
}

// bound are the reasons that are allowed only with some results and types.
var bound = []struct {
	reason  Reason
	results []Result
	agents  agents
}{
	{RevokedReason, []Result{Redirected, Abandoned}, anybody},
	{AbandonedWhileQueued, []Result{CustomerAbandoned}, noAgent},
	{AbandonedWhileRinging, []Result{CustomerAbandoned}, onlyAgents},
}

// agents says which resources may have a reason.
type agents uint8

const (
	anybody agents = iota
	noAgent
	onlyAgents
)

var row7 = &rowCheck{
	combined: true,
	found: func(f *Fact) string {
		for _, b := range bound {
			if isOneOf(f.Reason, b.reason) && !isOneOf(f.Result, b.results...) {
				return plainDescriptor(f)
			}
		}
		return ""
	},
	sql: func() string {
		var broken []string
		for _, b := range bound {
			broken = append(broken, fmt.Sprintf("result_reason = '%s' AND technical_result NOT IN %s",
				Code(string(b.reason)), codeList(b.results...)))
		}
		return strings.Join(broken, "\n   OR ")
	},
}

var row8 = &rowCheck{
	combined: true,
	found: func(f *Fact) string {
		means, _ := f.ResourceType.Meaning()
		agent := means == AgentResource
		for _, b := range bound {
			if isOneOf(f.Reason, b.reason) && (agent && b.agents == noAgent || !agent && b.agents == onlyAgents &&
				means != "") {
				return bareName(string(f.ResourceType)) + " " + plainDescriptor(f)
			}
		}
		return ""
	},
	sql: func() string {
		var broken []string
		for _, b := range bound {
			of := fmt.Sprintf("result_reason = '%s' AND resource_type ", Code(string(b.reason)))
			switch b.agents {
			case noAgent:
				broken = append(broken, of+"IN "+codeList(AgentResource))
			case onlyAgents:
				broken = append(broken, of+"NOT IN "+codeList(AgentResource, ""))
			}
		}
		return strings.Join(broken, "\n   OR ")
	},
}

var row11 = &rowCheck{
	found: func(f *Fact) string {
		if !f.Start.IsZero() && !f.End.IsZero() && f.End.Unix() < f.Start.Unix() {
			return second(f.Start) + " to " + second(f.End)
		}
		return ""
	},
	sql: func() string { return "ended < started" },
	// The order of events counts, not the clock: if that ran backwards within an attempt, so may the row.
	spares: func(_ *Table, c *Chat, f *Fact) bool {
		if c == nil {
			return false
		}
		of := func(r IRF) bool { return r.Resource == f.Resource }
		return c.Backwards && (!slices.ContainsFunc(c.IRFs, of) || slices.ContainsFunc(c.IRFs, func(r IRF) bool {
			return of(r) && r.Trace.Backwards
		}))
	},
}

// codeList writes the codes of names as a list for SQL's IN, each once.
func codeList[S ~string](names ...S) string {
	var codes []string
	for _, n := range names {
		code := Code(string(n))
		if code == "" {
			code = noCode
		}
		code = "'" + code + "'"
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return "(" + strings.Join(codes, ", ") + ")"
}
