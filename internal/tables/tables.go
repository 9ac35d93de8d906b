package tables

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// EventDDL and FactDDL create the tables that events and facts are read from by default, in SQL that PostgreSQL and
// SQLite understand.
var (
	//go:embed chat_event.sql
	EventDDL string
	//go:embed infomart.sql
	FactDDL string
)

// dimension is a table of Info Mart, with the columns that are read.
type dimension struct {
	name, aliases      string // each alias is a letter
	required, optional []string
}

var infoMart = []dimension{
	{
		"interaction_resource_fact", "fp", // f, and the row p that it was received from
		[]string{"interaction_id", "technical_descriptor_key", "resource_key"},
		[]string{
			"interaction_resource_id", "interaction_resource_ordinal", "received_from_ixn_resource_id", "start_ts",
			"end_ts",
		},
	},
	{"interaction_fact", "i", []string{"interaction_id", "media_server_ixn_guid"}, nil},
	{
		"technical_descriptor", "d",
		[]string{"technical_descriptor_key"},
		[]string{
			"resource_role_code", "resource_role", "role_reason_code", "role_reason",
			"technical_result_code", "technical_result", "result_reason_code", "result_reason",
		},
	},
	{"resource_", "r", []string{"resource_key", "resource_name"}, []string{"resource_type_code", "resource_type"}},
}

// Dialect is a dialect of SQL, for queries that the user's own client runs.
type Dialect struct {
	Name          string
	before, after string
	quotes        string // around names that are not plain
	quoted        bool   // the client does not quote fields, so the query does
	anyCase       bool   // quoted names match in any case
	minusOne      string // if columns of numbers may hold text: a literal that goes with both
	text          string // the type of a text
	padded        string // if a cast to it drops the blanks of a char: what keeps them
	bytes         string // what turns a text into its bytes, which compare as in Go, whatever the text's collation
}

// Dialects lists the dialects.
var Dialects = []Dialect{
	{
		Name: "postgres", after: ";", quotes: `""`, minusOne: "'-1'",
		text: "text", padded: "CONCAT(%s)", bytes: "CONVERT_TO(%s, 'UTF8')",
	},
	{
		Name: "sqlite", after: ";", quotes: `""`, minusOne: "-1",
		text: "text", bytes: "CAST(%s AS blob)",
	},
	{
		Name: "sqlserver", before: "SET NOCOUNT ON;\n", after: ";", quotes: "[]", quoted: true, anyCase: true,
		text: "nvarchar(4000)", bytes: "CAST(%s AS varbinary(8000))",
	},
	{
		Name: "oracle", after: ";", quotes: `""`,
		text: "varchar2(4000)", bytes: "NLSSORT(%s, 'NLS_SORT=BINARY')",
	},
	{
		Name: "snowflake", after: ";", quotes: `""`,
		text: "varchar", bytes: "TO_BINARY(%s, 'UTF-8')",
	},
	{
		Name: "trino", after: ";", quotes: `""`, anyCase: true,
		text: "varchar", bytes: "%s",
	},
	{
		Name: "spark", after: ";", quotes: "``", anyCase: true,
		text: "string", bytes: "HEX(%s)",
	},
	{
		Name: "bigquery", quotes: "``", anyCase: true,
		text: "string", bytes: "COLLATE(%s, '')",
	},
}

// ParseDialect finds a dialect by its name.
func ParseDialect(name string) (*Dialect, error) {
	var names []string
	for i := range Dialects {
		if Dialects[i].Name == name {
			return &Dialects[i], nil
		}
		names = append(names, Dialects[i].Name)
	}
	return nil, fmt.Errorf("expected %s, got %s", files.Or(names), model.Word(name))
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// name returns the name of a column as SQL.
func (d *Dialect) name(s string) string {
	reserved := d.anyCase && strings.EqualFold(s, "end") // a column of a flat table
	if plainName.MatchString(s) && !reserved {
		return s
	}
	return d.quotes[:1] + strings.ReplaceAll(s, d.quotes[1:], d.quotes[1:]+d.quotes[1:]) + d.quotes[1:]
}

// exactly returns SQL for the bytes of an expression's text, by which ids and names compare.
func (d *Dialect) exactly(expression string) string {
	return fmt.Sprintf(d.bytes, d.asText(expression))
}

func (d *Dialect) asText(expression string) string {
	return "CAST(" + expression + " AS " + d.text + ")"
}

// given returns SQL for the text of an expression, NULL if that is blank. The blanks after an id are part of it.
func (d *Dialect) given(expression string) string {
	if d.padded != "" {
		return fmt.Sprintf("CASE WHEN %s <> '' THEN "+d.padded+" END", d.asText(expression), expression)
	}
	return "NULLIF(" + d.asText(expression) + ", '')"
}

// Statement turns a query into one for the dialect's client.
func (d *Dialect) Statement(query string) string { return d.before + query + d.after + "\n" }

// ExtractFacts returns a statement whose result, printed as CSV with a header, is all facts in the flat form.
func (d *Dialect) ExtractFacts(m *Mapping) (string, error) {
	query, err := d.FactQuery(m)
	if err != nil || !d.quoted {
		return d.Statement(query), err
	}
	var items []string // the client prints fields as they are, so the query quotes text
	for _, c := range factColumns {
		item := c.name
		if c.text {
			item = fmt.Sprintf(`'"' + REPLACE(%[1]s, '"', '""') + '"' AS %[1]s`, c.name)
		}
		items = append(items, item)
	}
	return d.Statement("SELECT " + strings.Join(items, ",\n       ") + "\nFROM (\n" + query + "\n) facts"), nil
}

// factColumns lists the columns of a query of facts, in the order of the fields. Each comes from its first source that
// exists and is not blank.
var factColumns = []struct {
	name string
	text bool
	from []string
}{
	{"media_server_ixn_guid", true, []string{"i.media_server_ixn_guid", "f.interaction_id"}},
	{"interaction_resource_ordinal", false, []string{"f.interaction_resource_ordinal"}},
	{"resource_type_code", true, []string{"r.resource_type_code", "r.resource_type"}},
	{"resource_name", true, []string{"r.resource_name"}},
	{"resource_role_code", true, []string{"d.resource_role_code", "d.resource_role"}},
	{"role_reason_code", true, []string{"d.role_reason_code", "d.role_reason"}},
	{"technical_result_code", true, []string{"d.technical_result_code", "d.technical_result"}},
	{"result_reason_code", true, []string{"d.result_reason_code", "d.result_reason"}},
	{"received_from", false, []string{"p.sender"}},
	{"start_ts", false, []string{"f.start_ts"}},
	{"end_ts", false, []string{"f.end_ts"}},
}

// FactQuery returns a query, without a semicolon, whose rows are facts under Info Mart's names: media_server_ixn_guid,
// interaction_resource_ordinal, resource_type_code, resource_name, resource_role_code, role_reason_code,
// technical_result_code, result_reason_code, received_from (an ordinal), start_ts, end_ts. Where a code is blank, the
// name stands for it. The error says what the query cannot apply: whoever reads its result would not know of it.
func (d *Dialect) FactQuery(m *Mapping) (string, error) {
	query, _, err := d.factQuery(m)
	return query, err
}

func (d *Dialect) factQuery(m *Mapping) (query string, kept []string, err error) {
	if key := m.beyondSQL(); key != "" {
		return "", nil, fmt.Errorf("the query cannot apply the mapping's %s; apply it in a view of your database, and "+
			"remove it from the mapping", model.Quoted(key))
	}
	return factQuery(d, m, func(string) (map[string]string, error) { return nil, nil })
}

// factQuery returns the query and the columns that it has. columns returns the columns of a table, from lower case to
// their spelling; nil means unknown.
func factQuery(d *Dialect, m *Mapping,
	columns func(table string) (map[string]string, error),
) (query string, kept []string, err error) {
	tables := infoMart
	if m.flat() {
		tables = []dimension{{name: wire.FactForm.Table, aliases: "f", optional: knownColumns()[wire.FactForm.Table]}}
	}
	real, err := realColumns(d, m, tables, columns)
	if err != nil {
		return "", nil, err
	}
	var items []string
	for i, c := range factColumns {
		field, sources := &wire.FactForm.Columns[i], c.from
		if m.flat() {
			sources = nil
			for _, name := range field.Names {
				sources = append(sources, "f."+name)
			}
		}
		sources = slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return real[s] == "" })
		switch {
		case len(sources) > 0 && c.text && len(sources) > 1:
			items = append(items, fmt.Sprintf("COALESCE(%s, %s) AS %s", d.given(real[sources[0]]),
				d.given(real[sources[1]]), c.name))
			kept = append(kept, c.name)
		case len(sources) > 0:
			items = append(items, real[sources[0]]+" AS "+c.name)
			kept = append(kept, c.name)
		case field.Need >= wire.NeedColumn:
			table := m.table("technical_descriptor")
			if m.flat() {
				table = m.table(wire.FactForm.Table)
			}
			return "", nil, fmt.Errorf("table %s has no column %s", table, quotedOr(field.Names))
		}
	}
	query = "SELECT " + strings.Join(items, ",\n       ") + "\nFROM " + m.source(tables[0].name) + " f"
	interactions := "LEFT JOIN" // a row whose interaction is missing is a row, too
	if m.orOurs().tables["interaction_fact"].Where != "" {
		interactions = "JOIN" // the mapping wants only some interactions
	}
	for _, j := range [][4]string{
		{interactions, m.source("interaction_fact"), "i.interaction_id", "f.interaction_id"},
		{"LEFT JOIN", m.source("technical_descriptor"), "d.technical_descriptor_key", "f.technical_descriptor_key"},
		{"LEFT JOIN", m.source("resource_"), "r.resource_key", "f.resource_key"},
		{
			"LEFT JOIN", m.table("interaction_resource_fact"), "p.interaction_resource_id",
			"f.received_from_ixn_resource_id",
		},
	} {
		if !m.flat() && real[j[2]] != "" && real[j[3]] != "" {
			query += fmt.Sprintf("\n%s %s %s ON %s = %s", j[0], j[1], j[2][:1], real[j[2]], real[j[3]])
		}
	}
	return query, kept, nil
}

// realColumns returns SQL for the columns of tables, by alias and our name.
func realColumns(d *Dialect, m *Mapping, tables []dimension,
	columns func(table string) (map[string]string, error),
) (map[string]string, error) {
	real := make(map[string]string)
	for _, t := range tables {
		has, err := columns(m.table(t.name))
		if err != nil {
			return nil, err
		}
		for _, c := range append(slices.Clone(t.required), t.optional...) {
			actual, err := m.actual(d, t.name, c, has, slices.Contains(t.required, c))
			if err != nil {
				return nil, err
			}
			for alias := range strings.SplitSeq(t.aliases, "") {
				if actual != "" {
					real[alias+"."+c] = m.translated(d, t.name, c, alias+"."+actual)
				}
			}
		}
	}
	if real["p.interaction_resource_id"] != "" && real["p.interaction_resource_ordinal"] != "" &&
		real["f.received_from_ixn_resource_id"] != "" {
		real["p.sender"] = d.sender(real)
	}
	return real, nil
}

// sender returns an SQL expression for the ordinal of the row p that a row f was received from. If p is no row of the
// same chat, its ordinal would name another row of this chat, and NULL would say that nobody was the sender. So the
// ordinal is -1, which no row has.
func (d *Dialect) sender(real map[string]string) string {
	from := real["f.received_from_ixn_resource_id"]
	named := from + " IS NOT NULL"
	if d.minusOne != "" { // and empty text names nothing
		named = "CAST(" + from + " AS varchar(99)) <> ''"
	}
	return fmt.Sprintf("CASE WHEN %s = %s THEN %s WHEN %s THEN %s END", d.exactly(real["p.interaction_id"]),
		d.exactly(real["f.interaction_id"]), real["p.interaction_resource_ordinal"], named, cmp.Or(d.minusOne, "-1"))
}

// translated returns an SQL expression for our values of a column. Theirs are compared by their bytes, as in a file.
func (m *Mapping) translated(d *Dialect, table, column, expression string) string {
	form := m.orOurs().tables[table].forms[column]
	if form == nil || len(form.values) == 0 {
		return expression
	}
	literal := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	b, other := "CASE "+d.exactly(expression), expression
	if isText(table, column) { // the column may hold numbers, for which ours are no values
		other = d.given(expression)
	}
	for _, v := range form.values {
		b += " WHEN " + d.exactly(literal(v.theirs)) + " THEN " + literal(v.ours)
	}
	return b + " ELSE " + other + " END"
}

// isText reports whether a column of a table is read as text.
func isText(table, column string) bool {
	for i := range factColumns {
		c, isIt := &factColumns[i], func(source string) bool { return source[len("f."):] == column }
		if table == wire.FactForm.Table && slices.Contains(wire.FactForm.Columns[i].Names, column) ||
			table != wire.FactForm.Table && slices.ContainsFunc(c.from, isIt) {
			return c.text
		}
	}
	return false
}

// source returns a table, or those of its rows that the mapping wants. It needs an alias, which older PostgreSQL
// requires.
func (m *Mapping) source(name string) string {
	if where := m.orOurs().tables[name].Where; where != "" {
		return "(SELECT * FROM " + m.table(name) + " WHERE " + where + ")"
	}
	return m.table(name)
}

// actual returns the name that a column has in the table, "" if there is none. If has is nil, the columns are unknown:
// then all of Info Mart's are assumed to exist, and those of a flat table that are renamed, or have the names of the
// fields.
func (m *Mapping) actual(d *Dialect, table, name string, has map[string]string, required bool) (string, error) {
	actual, renamed := m.column(table, name)
	switch spelled, ok := has[strings.ToLower(actual)]; {
	case renamed && actual == "" && required:
		return "", fmt.Errorf("the mapping says that table %s has no column %s, which is needed; name the column that "+
			"holds it", m.table(table), name)
	case renamed && actual == "":
		return "", nil
	case ok:
		return `"` + strings.ReplaceAll(spelled, `"`, `""`) + `"`, nil
	case has != nil && (renamed || required):
		return "", fmt.Errorf("table %s has no column %s; its columns are %s", m.table(table), model.Quoted(actual),
			wire.Listed(slices.Sorted(maps.Values(has))))
	case has != nil:
		return "", nil
	case table != wire.FactForm.Table || renamed:
		return d.name(actual), nil
	}
	for i := range wire.FactForm.Columns {
		c := &wire.FactForm.Columns[i]
		if c.Name == name && !slices.ContainsFunc(c.Names,
			func(n string) bool { _, renamed := m.column(table, n); return renamed }) {
			return d.name(name), nil
		}
	}
	return "", nil
}
