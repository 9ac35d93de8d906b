package tables

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Mapping says how the user's world differs from ours: how tables and columns are really called, which words mean
// absent, and how ids and names compare. A nil Mapping is ours.
//
// The tables are chat_event; fact, one flat table that is read instead of Info Mart's; and Info Mart's own:
// interaction_resource_fact, technical_descriptor, resource_ and interaction_fact. The columns of chat_event and fact
// are those of files, too.
type Mapping struct {
	tables map[string]Renamed
	null   map[string]bool
	keys   Keys

	deployment *model.Deployment // nil: the mapping does not say
	media      []string          // nil: the mapping does not say
}

// Media are the media of the deployment that a mapping names; nil is all.
func (m *Mapping) Media() []string {
	if m == nil {
		return nil
	}
	return m.media
}

// Reference is the reference's table of answers for the deployment that a mapping tells of; nil is no mapping.
func (m *Mapping) Reference() *model.Table {
	if m == nil || m.deployment == nil {
		return model.Reference()
	}
	return model.Reference().In(*m.deployment)
}

// Renamed is a table under another name, or with other names of columns.
type Renamed struct {
	Table   string            // with its schema, where it needs one
	Columns map[string]string // from our name; one without a name does not exist
	Where   string            // a condition in SQL on the rows of the table
}

// ReadMapping reads a mapping from a YAML file. Errors name the file, the line and the column.
func ReadMapping(ctx context.Context, path string) (*Mapping, error) {
	text, err := files.Text(ctx, path)
	if err != nil {
		return nil, err
	}
	return parseMapping(path, text)
}

// tableName is a name with its schema and catalog, each plain or in the quotes of a dialect. It is compiled where it is
// needed: all letters and digits of Unicode take a twentieth of the program's start.
var tableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(" + part + `)(\.(` + part + "))*$") })

const part = `[\pL_][\pL\pN_$#]*|"[^"\x00]+"|\[[^\]\x00]+\]|` + "`[^`\x00]+`"

// mappingFile is a mapping that is being read.
type mappingFile struct {
	path string
	*Mapping
}

func parseMapping(path, text string) (*Mapping, error) {
	f := &mappingFile{path: path, Mapping: &Mapping{tables: make(map[string]Renamed), null: make(map[string]bool)}}
	body, err := files.YAML(path, text)
	if err != nil || body == nil {
		return f.Mapping, err
	}
	known := knownColumns()
	keys := map[string]func(ast.Node) error{"ids": f.ids, "null": f.nullWords, "finishing_queues": f.finishingQueues, "media": f.mediaNames}
	for table, columns := range known {
		keys[table] = func(n ast.Node) error { return f.table(table, columns, n) }
	}
	return f.Mapping, f.each(body, "", keys)
}

// wrong is an error about a node.
func (f *mappingFile) wrong(n ast.Node, format string, args ...any) error {
	at := n.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", f.path, at.Line, at.Column, fmt.Sprintf(format, args...))
}

// each reads a mapping of YAML; keys are those that it may have.
func (f *mappingFile) each(n ast.Node, what string, keys map[string]func(ast.Node) error) error {
	if what != "" {
		what += ": "
	}
	fields, ok := n.(*ast.MappingNode)
	if !ok {
		return f.wrong(n, "%sexpected keys, each with a colon and a value; got %s", what, model.Name(n.String()))
	}
	for _, field := range fields.Values {
		key := field.Key.GetToken().Value
		read, ok := keys[key]
		if !ok {
			return f.wrong(field.Key, "%sno such key: %s; expected %s", what, model.Name(key), strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		}
		if err := read(field.Value); err != nil {
			return err
		}
	}
	return nil
}

// scalar is the text of a value; "" of none.
func (f *mappingFile) scalar(n ast.Node, what string) (string, error) {
	switch n := n.(type) {
	case *ast.NullNode:
		return "", nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", f.wrong(n, "%s: expected text, got %s", what, model.Name(n.String()))
}

// oneOf reads a word.
func (f *mappingFile) oneOf(n ast.Node, what string, words ...string) (string, error) {
	s, err := f.scalar(n, what)
	if err == nil && !slices.Contains(words, s) {
		err = f.wrong(n, "%s: expected %s, got %s", what, strings.Join(words, ", "), model.Name(s))
	}
	return s, err
}

func (f *mappingFile) table(name string, columns []string, n ast.Node) error {
	t := Renamed{Columns: make(map[string]string)}
	if _, isNull := n.(*ast.NullNode); isNull { // as it is, all of it
		f.tables[name] = t
		return nil
	}
	text := func(key string, into *string) func(ast.Node) error {
		return func(n ast.Node) (err error) {
			*into, err = f.scalar(n, name+"."+key)
			return err
		}
	}
	renamed := make(map[string]func(ast.Node) error)
	for _, c := range columns {
		renamed[c] = func(n ast.Node) (err error) {
			t.Columns[c], err = f.scalar(n, name+".columns."+c)
			return err
		}
	}
	err := f.each(n, name, map[string]func(ast.Node) error{
		"table": func(n ast.Node) error {
			if err := text("table", &t.Table)(n); err != nil || t.Table == "" || tableName().MatchString(t.Table) {
				return err
			}
			return f.wrong(n, "%s: %s names no table; expected the like of TABLE, SCHEMA.TABLE or \"Schema\".\"Table\"", name, model.Name(t.Table))
		},
		"where":   text("where", &t.Where),
		"columns": func(n ast.Node) error { return f.each(n, name+".columns", renamed) },
	})
	f.tables[name] = t
	return err
}

func (f *mappingFile) nullWords(n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return f.wrong(n, `null: expected a list of words, such as ["n/a", "-"]`)
	}
	for _, item := range list.Values {
		word, err := f.scalar(item, "null")
		if err != nil {
			return err
		}
		if word == "" {
			word = item.GetToken().Value // of an unquoted null, or ~
		}
		f.null[word] = true
	}
	return nil
}

func (f *mappingFile) mediaNames(n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 {
		return f.wrong(n, `media: expected a list of media, such as [chat, sms]`)
	}
	for _, item := range list.Values {
		medium, err := f.scalar(item, "media")
		if err == nil && medium == "" {
			err = f.wrong(item, "media: a medium without a name")
		}
		if err != nil {
			return err
		}
		f.media = append(f.media, medium)
	}
	return nil
}

func (f *mappingFile) finishingQueues(n ast.Node) error {
	f.deployment = new(model.Deployment)
	queues := func(key string, into *[]string) func(ast.Node) error {
		what := "finishing_queues." + key
		return func(n ast.Node) error {
			list, ok := n.(*ast.SequenceNode)
			if !ok {
				return f.wrong(n, `%s: expected a list of queues, such as ["Chat_Stop"]`, what)
			}
			for _, item := range list.Values {
				queue, err := f.scalar(item, what)
				switch {
				case err != nil:
					return err
				case queue == "":
					return f.wrong(item, "%s: a queue without a name", what)
				case f.deployment.Finishes(queue):
					return f.wrong(item, "%s: %s stands twice", what, model.Name(queue))
				}
				*into = append(*into, queue)
			}
			return nil
		}
	}
	return f.each(n, "finishing_queues", map[string]func(ast.Node) error{
		"completed": queues("completed", &f.deployment.Completed), "canceled": queues("canceled", &f.deployment.Canceled),
	})
}

func (f *mappingFile) ids(n ast.Node) error {
	return f.each(n, "ids", map[string]func(ast.Node) error{
		"compare": func(n ast.Node) (err error) {
			f.keys.Compare, err = f.oneOf(n, "ids.compare", Exact, IgnoreCase, GUID)
			return err
		},
		"trim": func(n ast.Node) error {
			s, err := f.oneOf(n, "ids.trim", "true", "false")
			f.keys.Trim = s == "true"
			return err
		},
	})
}

// knownColumns are the columns that are read, by table.
func knownColumns() map[string][]string {
	known := map[string][]string{wire.EventForm.Table: nil, wire.FactForm.Table: nil}
	for i := range wire.EventForm.Columns {
		known[wire.EventForm.Table] = append(known[wire.EventForm.Table], wire.EventForm.Columns[i].Names...)
	}
	for i := range wire.FactForm.Columns {
		known[wire.FactForm.Table] = append(known[wire.FactForm.Table], wire.FactForm.Columns[i].Names...)
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
	_, ok := m.tables[wire.FactForm.Table]
	return ok
}

// reading is how rows of files are read that have the columns of a table; nil is as ours.
func (m *Mapping) reading(table string) *wire.Reading {
	r := m.words()
	if m != nil && len(m.tables[table].Columns) > 0 {
		if r == nil {
			r = new(wire.Reading)
		}
		r.Columns = m.tables[table].Columns
	}
	return r
}

// words is [Mapping.reading] of columns that have our names.
func (m *Mapping) words() *wire.Reading {
	if m == nil || len(m.null) == 0 && m.keys.exact() {
		return nil
	}
	r := &wire.Reading{Null: m.null}
	if !m.keys.exact() {
		r.Key = m.keys.Fold
	}
	return r
}

// Keys are how ids and names compare.
func (m *Mapping) Keys() Keys {
	if m == nil {
		return Keys{}
	}
	return m.keys
}
