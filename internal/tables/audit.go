package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Audit returns a statement whose result is the facts that are wrong whatever their log is, by interaction and ordinal:
// the columns of [Dialect.FactQuery]; no_interaction, which is 1 if the fact has no interaction id, so that nothing
// else can be said about it; and one for each of [model.RowConditions], which is 1 if it holds, else 0.
func (d *Dialect) Audit(m *Mapping) (string, error) {
	facts, kept, err := d.factQuery(m)
	if err != nil {
		return "", err
	}
	return d.Statement(auditQuery(d, facts, kept)), nil
}

const (
	chatColumn    = "media_server_ixn_guid"
	ordinalColumn = "interaction_resource_ordinal"
)

// codedFacts returns the beginning of a query, which all dialects understand. It defines coded, the rows that
// conditions are about. facts is the query of the facts, and kept are its columns. Ids and names are compared by their
// bytes: the collation of a column may ignore case.
func codedFacts(d *Dialect, facts string, kept []string) string {
	has := func(columns ...string) bool {
		return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(kept, c) })
	}
	var added []string
	add := func(expression, name string) { added = append(added, expression+" AS "+name) }
	code := func(name string) string {
		if !has(name + "_code") {
			return "'UNSPECIFIED'"
		}
		return fmt.Sprintf("COALESCE(NULLIF(UPPER(REPLACE(%s_code, ' ', '')), ''), 'UNSPECIFIED')", name)
	}
	add(d.exactly(chatColumn), "chat")
	add("NULLIF("+d.asText(chatColumn)+", '')", "id")
	add("COALESCE("+d.exactly("resource_name")+", "+d.exactly("''")+")", "resource_bytes")
	add(code("resource_type"), "type_code")
	add(model.TypeSQL(code("resource_type")), "resource_type")
	for _, name := range []string{"resource_role", "role_reason", "technical_result", "result_reason"} {
		add(code(name), name)
	}
	const nothing = "CAST(NULL AS INTEGER)" // a column that is not there is no reason to call a row wrong
	ordinal, started, ended := nothing, nothing, nothing
	if has(ordinalColumn) {
		ordinal = ordinalColumn
	}
	if has("start_ts", "end_ts") {
		started, ended = "start_ts", "end_ts"
	}
	add(ordinal, "ordinal")
	add(started, "started")
	add(ended, "ended")
	if !has("received_from") {
		add(nothing, "received_from")
	}
	return "WITH facts AS (\n" + facts + "\n), coded AS (\nSELECT facts.*,\n       " +
		strings.Join(added, ",\n       ") + "\nFROM facts\n)"
}

// auditQuery turns a query of facts into a query of the wrong ones.
func auditQuery(d *Dialect, facts string, kept []string) string {
	const (
		chat = "OVER (PARTITION BY chat)"
		same = "OVER (PARTITION BY chat, ordinal)"
	)
	counted := []string{
		"COUNT(*) OVER (PARTITION BY chat, type_code, resource_bytes, resource_role, role_reason, " +
			"technical_result, result_reason, ordinal, received_from, started, ended) AS alike",
		"COUNT(*) " + same + " AS same_ordinal",
		"COUNT(*) " + chat + " AS rows_of_chat",
		"CASE WHEN COUNT(*) " + chat + " = COUNT(ordinal) " + chat + " THEN 1 ELSE 0 END AS ranked",
		"CASE WHEN COUNT(*) " + chat + " = COUNT(ordinal) " + chat + " AND MIN(ordinal) " + chat +
			" IN (0, 1) AND MAX(ordinal) " + chat + " - MIN(ordinal) " + chat +
			" + 1 = COUNT(*) " + chat + " THEN MIN(ordinal) " + chat + " END AS lowest_ordinal",
		"MIN(ordinal) " + chat + " AS lowest",
		"MAX(ordinal) " + chat + " AS highest",
		"SUM(CASE WHEN technical_result = 'CUSTOMERABANDONED' AND result_reason <> 'ABANDONEDWHILERINGING' THEN 1 " +
			"ELSE 0 END) " + chat + " AS abandons",
	}
	gapless := "CASE WHEN ranked = 1 AND lowest IN (0, 1) AND highest - lowest + 1 = rows_of_chat AND " +
		"MAX(same_ordinal) " + chat + " = 1 THEN 1 ELSE 0 END AS gapless"
	flags, names := []string{"CASE WHEN id IS NULL THEN 1 ELSE 0 END AS no_interaction"}, []string{"no_interaction"}
	for _, c := range model.RowConditions() {
		flags = append(flags, fmt.Sprintf("CASE WHEN %s THEN 1 ELSE 0 END AS %s", c.SQL, c.Column))
		names = append(names, c.Column)
	}
	order := "chat"
	if slices.Contains(kept, ordinalColumn) {
		order += ", " + ordinalColumn
	}
	return codedFacts(d, facts, kept) + fmt.Sprintf(`, counted AS (
SELECT coded.*,
       %s
FROM coded
), spaced AS (
SELECT counted.*, %s
FROM counted
), mediations AS (
SELECT chat, ordinal AS sender_ordinal FROM counted WHERE same_ordinal = 1 AND resource_type IN ('QUEUE', 'STRATEGY')
), known AS (
SELECT spaced.*, CASE WHEN mediations.sender_ordinal IS NULL THEN 0 ELSE 1 END AS sender
FROM spaced LEFT JOIN mediations ON mediations.chat = spaced.chat AND mediations.sender_ordinal = spaced.received_from
), checked AS (
SELECT known.*,
       %s
FROM known
)
SELECT %s,
       %s
FROM checked
WHERE %s > 0
ORDER BY %s`, strings.Join(counted, ",\n       "), gapless, strings.Join(flags, ",\n       "),
		strings.Join(kept, ", "), strings.Join(names, ", "),
		strings.Join(names, " + "), order)
}

// AuditCounts says how much was checked: facts, their interactions, and for each invariant the facts that it is about.
type AuditCounts struct {
	Facts, Interactions int
	Met                 map[string]int
}

// ErrBeyondSQL says that SQL would not judge the rows as Go does, so they must be read.
var ErrBeyondSQL = errors.New("the rows can only be judged when they are read")

// Audit lets a database find the facts that are wrong whatever their log is. It calls broken for each, with the
// conditions that hold for it, the facts of an interaction one after the other. Counts and facts are of the same
// moment. The error is [ErrBeyondSQL] if the mapping says what SQL does not do, or if an ordinal or a time is no number
// that SQL compares as Go does.
func Audit(ctx context.Context, p Place, broken func(*model.Fact, []model.RowCondition) error) (*AuditCounts, error) {
	if p.Mapping.beyondSQL() != "" {
		return nil, ErrBeyondSQL
	}
	counts := &AuditCounts{Met: make(map[string]int)}
	r, err := readTable(ctx, p, wire.FactForm, func(ctx context.Context, db *database, m *Mapping) (string, error) {
		facts, kept, err := db.facts(ctx, m)
		if err == nil {
			err = counts.count(ctx, db, codedFacts(db.dialect(), facts, kept))
		}
		return auditQuery(db.dialect(), facts, kept), err
	})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all := model.RowConditions()
	for {
		f, err := r.Read()
		if err == io.EOF {
			return counts, nil
		} else if err != nil {
			return nil, err
		}
		var of []model.RowCondition
		for i, c := range r.own.row[r.width-len(all):] {
			if c.N == 1 {
				of = append(of, all[i])
			}
		}
		if err := broken(&f, of); err != nil {
			return nil, err
		}
	}
}

// count fills in the counts.
func (a *AuditCounts) count(ctx context.Context, db *database, coded string) error {
	query := coded + "\nSELECT COUNT(*), COUNT(DISTINCT chat), COUNT(id)"
	named := 0
	into := []any{&a.Facts, &a.Interactions, &named}
	types, err := db.types(ctx, coded+"\nSELECT "+strings.Join(compared, ", ")+" FROM coded WHERE 1 = 0")
	if err != nil {
		return db.failed("", err)
	}
	if db.postgres && unlike(types) {
		return ErrBeyondSQL
	}
	ends := make([]any, 2*len(compared)) // the least and the greatest value of each column
	fractions, isFraction := 0, "1 = 0"  // of the columns that may hold numbers which are not whole
	for i, column := range compared {
		if !db.postgres || ofNumbers(types[i]) && !strings.HasPrefix(types[i].DatabaseTypeName(), "INT") {
			isWhole := column + " = FLOOR(" + column + ") AND ABS(" + column + ") < 1e15"
			isFraction += " OR NOT (" + isWhole + ")"
			if db.postgres { // whose driver returns a NUMERIC as text
				column = "CASE WHEN " + isWhole + " THEN CAST(" + column + " AS bigint) END"
			}
		}
		query += ",\n       MIN(" + column + "), MAX(" + column + ")"
		into = append(into, &ends[2*i], &ends[2*i+1])
	}
	query += ",\n       COUNT(CASE WHEN " + isFraction + " THEN 1 END)"
	into = append(into, &fractions)
	first := len(into)
	var ids []string
	for _, v := range model.Invariants() {
		if v.Kind == model.OnFacts {
			ids = append(ids, v.ID)
			into = append(into, new(int))
			query += ",\n       COALESCE(SUM(CASE WHEN " + model.MeetsSQL(v.ID) + " THEN 1 ELSE 0 END), 0)"
		}
	}
	if err := db.tx.QueryRowContext(ctx, query+"\nFROM coded").Scan(into...); err != nil {
		return db.failed("", err)
	}
	if named < a.Facts || fractions > 0 || slices.ContainsFunc(ends, beyondNumbers) {
		return ErrBeyondSQL
	}
	for i, id := range ids {
		a.Met[id] = *into[first+i].(*int)
	}
	return nil
}

// compared are the columns whose values SQL compares by size.
var compared = []string{"ordinal", "received_from", "started", "ended"}

// unlike reports whether columns have types that PostgreSQL does not compare, or not as we do: it takes a time without a
// zone as one of the zone of the session.
func unlike(types []*sql.ColumnType) bool {
	start, end := types[2], types[3]
	return !ofNumbers(types[0]) || !ofNumbers(types[1]) ||
		ofNumbers(start) != ofNumbers(end) || !ofNumbers(start) && start.DatabaseTypeName() != end.DatabaseTypeName()
}

// ofNumbers reports whether a type of PostgreSQL is one of numbers.
func ofNumbers(t *sql.ColumnType) bool {
	return slices.Contains([]string{"INT2", "INT4", "INT8", "NUMERIC", "FLOAT4", "FLOAT8"}, t.DatabaseTypeName())
}

// beyondNumbers reports whether the least or the greatest value of a column is no number, such as text, which is sorted
// otherwise, or one that is too large for seconds since 1970. SQLite, which may have several types in one column, sorts
// text after numbers.
func beyondNumbers(v any) bool {
	switch v := v.(type) {
	case nil, time.Time:
		return false
	case int64:
		return !wire.InSeconds(v)
	case float64:
		return !wire.InSeconds(int64(v))
	}
	return true
}
