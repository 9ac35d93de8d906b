package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// rowCheck is an invariant of kind OnFacts, which each row keeps by itself, twice from the same data: for rows at hand,
// and as SQL for rows in a database.
type rowCheck struct {
	first bool               // it asks only the rows that rank first
	found func(*Fact) string // what is wrong with a row, "" for nothing
	sql   func() string      // the condition that a row breaks it; see NamedInvariant.SQL
	// spares reports whether the log, or a reading, tells that a row may break it; nil is never. c is nil without a
	// log.
	spares func(t *Table, c *Chat, f *Fact) bool
}

func (r *rowCheck) check(t *Table, c *Chat, got []Fact, report func(resource, found string)) {
	lowest, ranked := Number{}, true
	if r.first {
		lowest, ranked = lowestOrdinal(got, c == nil)
		if !ranked || c != nil && c.StoppedSeq == 0 {
			return
		}
	}
	for i := range got {
		if r.first && got[i].Ordinal != lowest {
			continue
		}
		if found := r.found(&got[i]); found != "" && (r.spares == nil || !r.spares(t, c, &got[i])) {
			report(got[i].Resource, found)
		}
	}
}

// lowestOrdinal is the one of the row, or the rows, that rank first; ok is false where a row has none, and without the
// log where they are not as many as they span from 0 or 1: the first row of the chat may then be missing.
func lowestOrdinal(got []Fact, gapless bool) (lowest Number, ok bool) {
	highest := Number{}
	for i := range got {
		switch o := got[i].Ordinal; {
		case o.Is != Given:
			return lowest, false
		case i == 0:
			lowest, highest = o, o
		case o.Value < lowest.Value:
			lowest = o
		case o.Value > highest.Value:
			highest = o
		}
	}
	if gapless && (lowest.Value < 0 || lowest.Value > 1 || highest.Value-lowest.Value != int64(len(got)-1)) {
		return lowest, false
	}
	return lowest, true
}

// noCode is how SQL knows a blank: the empty string is NULL to some.
const noCode = "UNSPECIFIED"

var row1 = &rowCheck{
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

// combinationCodes are the codes of the valid combinations; under a blank type those of any type.
var combinationCodes = sync.OnceValue(func() map[[4]string]bool {
	codes := make(map[[4]string]bool)
	for _, c := range combinations() {
		// as the reference spells it
		codes[[4]string{string(c.Type), string(c.Role), string(c.Result), string(c.Reason)}] = true
		code := [4]string{Code(string(c.Type)), Code(string(c.Role)), Code(string(c.Result)), Code(string(c.Reason))}
		codes[code] = true
		code[0] = ""
		codes[code] = true
	}
	return codes
})

var row2 = &rowCheck{
	found: func(f *Fact) string {
		means, _ := f.ResourceType.Meaning()
		if combinationCodes()[[4]string{string(means), string(f.Role), string(f.Result), string(f.Reason)}] ||
			combinationCodes()[[4]string{
				Code(string(means)), Code(string(f.Role)), Code(string(f.Result)),
				Code(string(f.Reason)),
			}] {
			return ""
		}
		return fmt.Sprintf("%s %s", bareName(string(f.ResourceType)), plainDescriptor(f))
	},
	// What a handling timeout leaves is open (I21), and readings pin what is no combination of ours.
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

// joined are the roles of those who come to a chat that somebody else had before.
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

// bound are reasons that stand only with some results, and types.
var bound = []struct {
	reason  Reason
	results []Result
	agents  agents
}{
	{RevokedReason, []Result{Redirected, Abandoned}, anybody},
	{AbandonedWhileQueued, []Result{CustomerAbandoned}, noAgent},
	{AbandonedWhileRinging, []Result{CustomerAbandoned}, onlyAgents},
}

// agents says whose a reason may be.
type agents uint8

const (
	anybody agents = iota
	noAgent
	onlyAgents
)

var row7 = &rowCheck{
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
	// The order of events counts, not the clock: where it ran backwards within an attempt, so may the row.
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

// codeList writes codes as SQL has it after IN, each once.
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
