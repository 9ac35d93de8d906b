package tables

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/chatproof/chatproof/model"
)

// Mapping says how tables and columns are really called. A nil Mapping renames nothing.
//
// The tables are chat_event; fact, one flat table that is read instead of Info Mart's; and Info Mart's own:
// interaction_resource_fact, technical_descriptor, resource_ and interaction_fact. The columns of chat_event and fact
// are those of files, too.
type Mapping struct {
	tables map[string]Renamed
}

// Renamed is a table under another name, or with other names of columns.
type Renamed struct {
	Table   string            `yaml:"table"`   // with its schema, where it needs one
	Columns map[string]string `yaml:"columns"` // from our name; one without a name does not exist
	Where   string            `yaml:"where"`   // a condition in SQL on the rows of the table
}

// ReadMapping reads a mapping from a YAML file.
func ReadMapping(path string) (*Mapping, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("larger than %d bytes", most)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := parseMapping(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// tableName is a name with its schema and catalog, each plain or in the quotes of a dialect. It is compiled where it is
// needed: all letters and digits of Unicode take a twentieth of the program's start.
var tableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(" + part + `)(\.(` + part + "))*$") })

const part = `[\pL_][\pL\pN_$#]*|"[^"\x00]+"|\[[^\]\x00]+\]|` + "`[^`\x00]+`"

func parseMapping(text []byte) (*Mapping, error) {
	m := &Mapping{tables: make(map[string]Renamed)}
	err := yaml.UnmarshalWithOptions(text, &m.tables, yaml.Strict())
	if errors.Is(err, io.EOF) {
		return m, nil // only comments
	} else if err != nil {
		first, _, _ := strings.Cut(yaml.FormatError(err, false, false), "\n")
		return nil, errors.New(first)
	}
	known := knownColumns()
	for _, table := range slices.Sorted(maps.Keys(m.tables)) {
		t := m.tables[table]
		columns, ok := known[table]
		if !ok {
			return nil, fmt.Errorf("no table %s is read; expected %s", model.Name(table), strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if t.Table != "" && !tableName().MatchString(t.Table) {
			return nil, fmt.Errorf("%s: %s names no table; expected the like of TABLE, SCHEMA.TABLE or \"Schema\".\"Table\"", table, model.Name(t.Table))
		}
		for _, c := range slices.Sorted(maps.Keys(t.Columns)) {
			if !slices.Contains(columns, c) {
				return nil, fmt.Errorf("%s: no column %s is read; expected %s", table, model.Name(c), strings.Join(columns, ", "))
			}
		}
	}
	return m, nil
}

// knownColumns are the columns that are read, by table.
func knownColumns() map[string][]string {
	known := map[string][]string{eventForm.table: nil, factForm.table: nil}
	for i := range eventForm.columns {
		known[eventForm.table] = append(known[eventForm.table], eventForm.columns[i].accepted()...)
	}
	for i := range factForm.columns {
		known[factForm.table] = append(known[factForm.table], factForm.columns[i].accepted()...)
	}
	for _, t := range infoMart {
		known[t.name] = append(slices.Clone(t.required), t.optional...)
	}
	return known
}

// table is how a table is called.
func (m *Mapping) table(name string) string {
	if m != nil && m.tables[name].Table != "" {
		return m.tables[name].Table
	}
	return name
}

// column is how a column is called, and whether the mapping says so; "" does not exist.
func (m *Mapping) column(table, name string) (actual string, renamed bool) {
	if m == nil {
		return name, false
	}
	actual, renamed = m.tables[table].Columns[name]
	if !renamed {
		return name, false
	}
	return actual, true
}

// flat reports whether facts are read from one flat table.
func (m *Mapping) flat() bool {
	if m == nil {
		return false
	}
	_, ok := m.tables[factForm.table]
	return ok
}
