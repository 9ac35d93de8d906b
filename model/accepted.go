package model

import (
	"cmp"
	"slices"
)

// Accepted lists the technical descriptors that are accepted for the IRF: all combinations of the alternatives of
// its rules, the reference's own first.
//
// If a clause is open ([Clause]), these are only examples.
func (r *IRF) Accepted() []Descriptor {
	ys := cmp.Or(r.readings, reference).variants(r.Clauses, r.ways)
	ds := make([]Descriptor, len(ys))
	for i, y := range ys {
		ds[i] = Descriptor{y.Role, y.Result, y.Reason}
	}
	return ds
}

// accepts reports whether a descriptor is the reference's, or accepted in its place.
func (r *IRF) accepts(d Descriptor) bool {
	accepted := r.Accepted()
	if slices.ContainsFunc(accepted, d.Same) {
		return true
	}
	return r.open() && openTo(d) &&
		slices.ContainsFunc(accepted, func(a Descriptor) bool { return sameCode(string(a.Role), string(d.Role)) })
}

// open reports whether a clause of the IRF is open, and no reading pins it.
func (r *IRF) open() bool {
	open := r.Clauses & openClauses
	return open != 0 && !r.readings.pins(open)
}

// Pinned returns the clause that makes no IRF, or an extra row, if readings have pinned it.
func (c *Chat) Pinned() Clauses {
	if c.readings == nil {
		return 0
	}
	return c.Silent & c.readings.pinned
}

// Answer returns what the chat's readings answer for a clause, or else the reference, as [Table.Answer] does.
func (c *Chat) Answer(id ClauseID) Yield { return cmp.Or(c.readings, reference).Answer(id) }

// NoRowBy returns the clause that makes no IRF: Silent, unless readings give it a row.
func (c *Chat) NoRowBy() Clauses {
	if slices.ContainsFunc(c.IRFs, func(r IRF) bool { return r.Clauses == c.Silent }) {
		return 0
	}
	return c.Silent
}

// Level returns the level of the weakest rule behind the IRF. A rule that readings have pinned has level [Own].
func (r *IRF) Level() Level { return r.readings.level(r.Clauses) }

// Pinned returns the clauses behind the IRF that readings have pinned.
func (r *IRF) Pinned() Clauses {
	if r.readings == nil {
		return 0
	}
	return r.Clauses & r.readings.pinned
}
