package tables

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// ReadMapping reads a mapping from a YAML file. Errors name the file, the line and the column.
func ReadMapping(ctx context.Context, path string) (*Mapping, error) {
	text, err := files.Text(ctx, path)
	if err != nil {
		return nil, err
	}
	return parseMapping(ctx, path, strings.ReplaceAll(text, "\r\n", "\n"))
}

// tableName matches a name with its schema and catalog, each plain or in the quotes of a dialect. It is compiled only
// when needed: all letters and digits of Unicode would take a twentieth of the program's start.
var tableName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^(" + part + `)(\.(` + part + "))*$")
})

const part = `[\pL_][\pL\pN_$#]*|"[^"\x00]+"|\[[^\]\x00]+\]|` + "`[^`\x00]+`"

// mappingFile is a mapping while it is read.
type mappingFile struct {
	ctx  context.Context
	text string
	read hash.Hash // of everything read
	files.Document
	*Mapping
}

func parseMapping(ctx context.Context, path, text string) (*Mapping, error) {
	f := &mappingFile{
		ctx: ctx, text: text, read: sha256.New(), Document: files.Document{Path: path}, Mapping: &Mapping{
			tables: make(map[string]Renamed), null: make(map[string]bool),
		},
	}
	io.WriteString(f.read, text) //nolint:errcheck // it has none
	body, err := files.YAML(path, text)
	if err != nil || body == nil {
		return f.Mapping, err
	}
	keys := map[string]func(ast.Node) error{
		"ids": f.ids, "null": f.nullWords, "finishing_queues": f.finishingQueues, "media": f.mediaNames,
		"events": func(n ast.Node) error {
			return f.each(n, "events", map[string]func(ast.Node) error{
				"send": f.program("events.send", &f.jq.send), "read": f.program("events.read", &f.jq.readEvents),
			})
		},
		"facts": func(n ast.Node) error {
			return f.each(n, "facts", map[string]func(ast.Node) error{"read": f.program("facts.read", &f.jq.readFacts)})
		},
	}
	for table, columns := range knownColumns() {
		keys[table] = func(n ast.Node) error { return f.table(table, columns, n) }
	}
	if err := f.each(body, "", keys); err != nil {
		return nil, err
	}
	f.digest = hex.EncodeToString(f.read.Sum(nil)[:12])
	return f.Mapping, f.contradiction(body)
}

// contradiction returns an error for columns that are renamed and also made by a program.
func (f *mappingFile) contradiction(n ast.Node) error {
	switch {
	case (f.jq.send != nil || f.jq.readEvents != nil) && len(f.tables[wire.EventForm.Table].Columns) > 0:
		return f.Wrong(n, "chat_event.columns: a program of events already sets the columns; leave out the program or "+
			"the columns")
	case f.jq.readFacts != nil && len(f.tables[wire.FactForm.Table].Columns) > 0:
		return f.Wrong(n, "fact.columns: facts.read already sets the columns; leave out facts.read or the columns")
	}
	return nil
}

// each reads a YAML mapping; keys are the keys that it may have.
func (f *mappingFile) each(n ast.Node, what string, keys map[string]func(ast.Node) error) error {
	return f.Each(n, what, func(key string, at, value ast.Node) error {
		read, ok := keys[key]
		if !ok {
			return f.NoSuchKey(at, what, key, slices.Collect(maps.Keys(keys)))
		}
		return read(value)
	})
}

// scalar returns the text of a value; "" for null.
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
	return "", f.Wrong(n, "%s: expected text, got %s", what, model.Name(n.String()))
}

// oneOf reads a word.
func (f *mappingFile) oneOf(n ast.Node, what string, words ...string) (string, error) {
	s, err := f.scalar(n, what)
	if err == nil && !slices.Contains(words, s) {
		err = f.Wrong(n, "%s: expected %s, got %s", what, files.Or(words), model.Word(s))
	}
	return s, err
}

func (f *mappingFile) table(name string, columns []string, n ast.Node) error {
	t := Renamed{Columns: make(map[string]string), forms: make(map[string]*columnForm)}
	if _, isNull := n.(*ast.NullNode); isNull { // nothing differs
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
			what := name + ".columns." + c
			if _, isForm := n.(*ast.MappingNode); isForm {
				t.Columns[c], t.forms[c], err = f.columnForm(n, what, c)
			} else {
				t.Columns[c], err = f.scalar(n, what)
			}
			return err
		}
	}
	keys := map[string]func(ast.Node) error{
		"table": func(n ast.Node) error {
			if err := text("table", &t.Table)(n); err != nil || t.Table == "" || tableName().MatchString(t.Table) {
				return err
			}
			return f.Wrong(n,
				"%s.table: expected a name such as TABLE, SCHEMA.TABLE or \"Schema\".\"Table\", got %s",
				name, model.Quoted(t.Table))
		},
		"where":   text("where", &t.Where),
		"columns": func(n ast.Node) error { return f.each(n, name+".columns", renamed) },
	}
	if name == wire.KeyForm.Table {
		keys["file"] = text("file", &t.file)
	}
	err := f.each(n, name, keys)
	t.file = besides(f.Path, t.file)
	f.tables[name] = t
	return err
}

// isTime reports whether a column holds times, by any of its names.
func isTime(name string) bool {
	return slices.Contains([]string{"time", "start", "start_ts", "end", "end_ts"}, name)
}

// columnForm reads how the values of a column are written: {column: NAME, format: F, zone: Z, values: {THEIRS: OURS}}.
func (f *mappingFile) columnForm(n ast.Node, what, column string) (name string, c *columnForm, err error) {
	name, c = column, new(columnForm)
	onlyTimes := func(key string, n ast.Node) error {
		if isTime(column) {
			return nil
		}
		return f.Wrong(n, "%s.%s: goes only with a column of times; leave it out", what, key)
	}
	err = f.each(n, what, map[string]func(ast.Node) error{
		"column": func(n ast.Node) (err error) {
			name, err = f.scalar(n, what+".column")
			return err
		},
		"format": func(n ast.Node) (err error) {
			err = onlyTimes("format", n)
			if err == nil {
				c.format, err = f.oneOf(n, what+".format", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns", "rfc3339")
			}
			return err
		},
		"zone": func(n ast.Node) error {
			zone, err := f.scalar(n, what+".zone")
			if err == nil {
				err = onlyTimes("zone", n)
			}
			if err != nil {
				return err
			}
			c.zone, err = time.LoadLocation(zone)
			if err != nil || zone == "" || zone == "Local" {
				return f.Wrong(n, "%s.zone: no such time zone: %s; expected a name such as Europe/Berlin", what,
					model.Name(zone))
			}
			return nil
		},
		"values": func(n ast.Node) error {
			if isTime(column) {
				return f.Wrong(n, "%s.values: a column of times has none; use format or zone", what)
			}
			return f.values(n, what+".values", c)
		},
	})
	return name, c, err
}

// values reads {THEIRS: OURS}, in order.
func (f *mappingFile) values(n ast.Node, what string, c *columnForm) error {
	list, ok := n.(*ast.MappingNode)
	if !ok || len(list.Values) == 0 {
		return f.Wrong(n, "%s: expected your values, each with ours, such as {ROUTINGPOINT: strategy}", what)
	}
	for _, v := range list.Values {
		ours, err := f.scalar(v.Value, what)
		if err != nil {
			return err
		}
		c.values = append(c.values, translation{v.Key.GetToken().Value, ours})
	}
	return nil
}

// list reads a list of texts; such says what is expected, and take takes the text of each item.
func (f *mappingFile) list(n ast.Node, what, such string, take func(item ast.Node, text string) error) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return f.Wrong(n, "%s: expected a list of %s", what, such)
	}
	for _, item := range list.Values {
		text, err := f.scalar(item, what)
		if err == nil {
			err = take(item, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *mappingFile) nullWords(n ast.Node) error {
	return f.list(n, "null", `words, such as ["n/a", "-"]`, func(item ast.Node, word string) error {
		if word == "" {
			word = item.GetToken().Value // an unquoted null, or ~
		}
		f.null[word] = true
		return nil
	})
}

func (f *mappingFile) mediaNames(n ast.Node) error {
	const such = "media, such as [chat, sms]"
	if list, ok := n.(*ast.SequenceNode); ok && len(list.Values) == 0 {
		return f.Wrong(n, "media: expected a list of %s", such)
	}
	return f.list(n, "media", such, func(item ast.Node, medium string) error {
		if medium == "" {
			return f.Wrong(item, "media: expected the name of a medium, got nothing")
		}
		f.media = append(f.media, medium)
		return nil
	})
}

func (f *mappingFile) finishingQueues(n ast.Node) error {
	f.deployment = new(model.Deployment)
	queues := func(key string, into *[]string) func(ast.Node) error {
		what := "finishing_queues." + key
		return func(n ast.Node) error {
			return f.list(n, what, `queues, such as ["Chat_Stop"]`, func(item ast.Node, queue string) error {
				switch {
				case queue == "":
					return f.Wrong(item, "%s: expected the name of a queue, got nothing", what)
				case f.deployment.Finishes(queue):
					return f.Wrong(item, "%s: %s is listed twice; leave out one", what, model.Name(queue))
				}
				*into = append(*into, queue)
				return nil
			})
		}
	}
	return f.each(n, "finishing_queues", map[string]func(ast.Node) error{
		"completed": queues("completed", &f.deployment.Completed),
		"canceled":  queues("canceled", &f.deployment.Canceled),
	})
}

func (f *mappingFile) ids(n ast.Node) error {
	return f.each(n, "ids", map[string]func(ast.Node) error{
		"form": func(n ast.Node) (err error) {
			f.form, err = f.oneOf(n, "ids.form", "guid", "interaction-server")
			return err
		},
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
