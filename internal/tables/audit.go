package tables

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// audited are the invariants that need rows alone.
func audited() (of []model.NamedInvariant) {
	for _, v := range model.Invariants() {
		if v.Kind == model.OnFacts {
			of = append(of, v)
		}
	}
	return of
}

// Audit is a statement whose result is the facts that break an invariant which needs rows alone, by interaction and
// ordinal: the columns of [Dialect.FactQuery], and a column for each of the invariants, 1 where it is broken, else 0.
func (d *Dialect) Audit(m *Mapping) (string, error) {
	facts, err := d.FactQuery(m)
	if err != nil {
		return "", err
	}
	return d.Statement(auditQuery(facts)), nil
}

// auditQuery makes a query of facts one of those that break an invariant. All dialects understand what it adds.
func auditQuery(facts string) string {
	var kept []string // the columns of the query
	has := func(column string) bool { return strings.Contains(facts, " AS "+column) }
	for _, c := range factColumns {
		if has(c.name) {
			kept = append(kept, c.name)
		}
	}
	var added []string // what conditions are about
	for _, name := range []string{"resource_type", "resource_role", "technical_result", "result_reason"} {
		code := "'UNSPECIFIED'"
		if column := name + "_code"; has(column) {
			code = fmt.Sprintf("COALESCE(NULLIF(UPPER(REPLACE(%s, ' ', '')), ''), 'UNSPECIFIED')", column)
		}
		added = append(added, code+" AS "+name)
	}
	const ordinal, chat = "interaction_resource_ordinal", "OVER (PARTITION BY media_server_ixn_guid)"
	possible := map[string]bool{"V6": has(ordinal), "V11": has("start_ts") && has("end_ts")}
	order := "media_server_ixn_guid"
	if possible["V6"] {
		order += ", " + ordinal
		added = append(added, ordinal+" AS ordinal",
			fmt.Sprintf("CASE WHEN COUNT(*) %[2]s = COUNT(%[1]s) %[2]s THEN MIN(%[1]s) %[2]s END AS lowest_ordinal", ordinal, chat))
	}
	if possible["V11"] {
		added = append(added, "start_ts AS started", "end_ts AS ended")
	}
	var flags, names []string
	for _, v := range audited() {
		condition, name := v.SQL(), strings.ToLower(v.ID)
		if can, asked := possible[v.ID]; asked && !can { // the table has no such column
			condition = "1 = 0"
		}
		flags = append(flags, fmt.Sprintf("CASE WHEN %s THEN 1 ELSE 0 END AS %s", condition, name))
		names = append(names, name)
	}
	return fmt.Sprintf("SELECT %s,\n       %s\nFROM (\nSELECT coded.*,\n       %s\nFROM (\nSELECT facts.*,\n       %s\nFROM (\n%s\n) facts\n) coded\n) checked\nWHERE %s > 0\nORDER BY %s",
		strings.Join(kept, ", "), strings.Join(names, ", "), strings.Join(flags, ",\n       "), strings.Join(added, ",\n       "), facts, strings.Join(names, " + "), order)
}

// Audit has a database look for the facts that break an invariant which needs rows alone, and calls broken for each,
// with those that it breaks, the facts of an interaction behind each other. It returns how many facts there are, and
// of how many interactions.
func Audit(ctx context.Context, p Place, broken func(*model.Fact, []model.NamedInvariant) error) (facts, interactions int, err error) {
	db, err := openDatabase(ctx, p.Path, false)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	query, err := queryFacts(ctx, db, p.Mapping)
	if err != nil {
		return 0, 0, err
	}
	count := "SELECT COUNT(*), COUNT(DISTINCT media_server_ixn_guid) FROM (\n" + query + "\n) facts"
	if err := db.QueryRowContext(ctx, count).Scan(&facts, &interactions); err != nil {
		return 0, 0, db.failed("", err)
	}
	r, err := readTable(ctx, p, wire.FactForm, func(context.Context, *database, *Mapping) (string, error) { return auditQuery(query), nil })
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	all := audited()
	for {
		f, err := r.Read()
		if err == io.EOF {
			return facts, interactions, nil
		} else if err != nil {
			return 0, 0, err
		}
		var of []model.NamedInvariant
		for i, c := range r.own.row[r.width-len(all):] {
			if c.N == 1 {
				of = append(of, all[i])
			}
		}
		if err := broken(&f, of); err != nil {
			return 0, 0, err
		}
	}
}
