package model

import "slices"

// CheckBesides is [CheckInvariants] for rows that differ from the expected ones by ds. A wrong descriptor often breaks
// an invariant, too, which only repeats the difference. So differences at the levels are mended first, and what the
// rows still break is returned: a row that ends before it starts must not hide behind another row's descriptor.
func CheckBesides(want *Expected, got []Fact, ds []Difference, levels Levels) []Difference {
	if !slices.ContainsFunc(ds, func(d Difference) bool { return levels.Has(d.Level) }) {
		return CheckInvariants(want.Chat, got)
	}
	m := mending{want: want, got: got, partners: want.partners(got)}
	for i := range ds {
		if levels.Has(ds[i].Level) {
			m.wrong = append(m.wrong, &ds[i])
		}
	}
	rows, was := m.rows()
	mended := make([]*Fact, len(rows))
	for i := range rows {
		mended[i] = &rows[i]
	}
	found := CheckInvariants(want.Chat, rows)
	for i := range found {
		if k := indexOf(found[i].row, mended); k >= 0 {
			found[i].row = was[k]
		}
	}
	return found
}

// mending replaces what is wrong with rows by what is expected.
type mending struct {
	want     *Expected
	got      []Fact
	partners []*Fact // of got, for each expected row
	wrong    []*Difference
}

// rows returns the mended rows, with the row of got that each was; nil is one that was missing.
func (m *mending) rows() (rows []Fact, was []*Fact) {
	extra := slices.ContainsFunc(m.wrong, func(d *Difference) bool { return d.Field == RowField && d.Ordinal == 0 })
	renumber := slices.ContainsFunc(m.wrong, func(d *Difference) bool { return d.Field == OrdinalField })
	var expected []*ExpectedRow // of rows; nil if a row is not expected
	add := func(f Fact, from *Fact, of *ExpectedRow) {
		rows, was, expected = append(rows, f), append(was, from), append(expected, of)
	}
	for i, f := range m.got {
		switch k := slices.Index(m.partners, &m.got[i]); {
		case k >= 0:
			m.mend(&f, &m.want.Rows[k])
			add(f, &m.got[i], &m.want.Rows[k])
		case !extra:
			add(f, &m.got[i], nil)
		}
	}
	for k := range m.want.Rows {
		if of := &m.want.Rows[k]; m.partners[k] == nil && m.differs(of, RowField) {
			add(of.Fact, nil, of)
			renumber = true // another row may have its ordinal
		}
	}
	if renumber {
		for i := range rows {
			rows[i].Ordinal, rows[i].ReceivedFrom = Num(int64(len(m.want.Rows)+i+1)), Number{Is: Null}
			if of := expected[i]; of != nil {
				rows[i].Ordinal = of.Ordinal
			}
		}
	}
	return rows, was
}

// differs reports whether a field of an expected row is wrong.
func (m *mending) differs(of *ExpectedRow, field Field) bool {
	return slices.ContainsFunc(m.wrong, func(d *Difference) bool {
		return d.Ordinal == of.Ordinal.Value && d.Field == field
	})
}

// mend mends a row, except for its ordinal. Who sent the chat is left out: no invariant asks for a sender.
func (m *mending) mend(f *Fact, of *ExpectedRow) {
	for _, d := range m.wrong {
		if d.Ordinal != of.Ordinal.Value {
			continue
		}
		switch d.Field {
		case DescriptorField:
			f.Role, f.Result, f.Reason = of.Role, of.Result, of.Reason
		case RoleReasonField:
			f.RoleReason = of.RoleReason
		case ResourceField:
			f.Resource = of.Resource
		case TypeField:
			f.ResourceType = of.ResourceType
		case StartField:
			f.Start = of.Start
		case EndField:
			f.End = of.End
		case ReceivedFromField:
			f.ReceivedFrom = Number{Is: Null}
		}
	}
}
