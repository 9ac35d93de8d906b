package docs

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/chatproof/chatproof/internal/needs"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// aRow is an event with one field as it is written: text, or a number where isNumber.
type aRow struct {
	field, text string
	isNumber    bool
}

// columns are those of the event, in an order; the field is as it is written.
func (r *aRow) columns() (names []string, values []any) {
	names = []string{"interaction_id", "seq", "time", "event", "actor_type", "actor_id"}
	values = []any{"c-1", "1", "2026-01-05T09:00:00Z", "EventHeld", "agent", "A"}
	for i := range names {
		if names[i] == r.field {
			values[i] = r.text
			if r.isNumber {
				values[i], _ = strconv.ParseInt(r.text, 10, 64)
			}
		}
	}
	return names, values
}

// writers write the row in each format, and tell where.
var writers = map[string]func(t *testing.T, r *aRow) string{
	"JSON Lines": func(t *testing.T, r *aRow) string {
		names, values := r.columns()
		object := make(map[string]any)
		for i := range names {
			object[strings.ToUpper(names[i])] = values[i]
		}
		line, err := json.Marshal(object)
		require.NoError(t, err)
		return written(t, "events.jsonl", "\ufeff"+string(line)+"\n")
	},
	"JSON Lines, nested": func(t *testing.T, r *aRow) string {
		names, values := r.columns()
		object, actor := make(map[string]any), make(map[string]any)
		for i, name := range names {
			if short, ok := strings.CutPrefix(name, "actor_"); ok {
				actor[short] = values[i]
			} else {
				object[name] = values[i]
			}
		}
		object["actor"] = actor
		line, err := json.Marshal(object)
		require.NoError(t, err)
		return written(t, "events.jsonl", string(line)+"\n")
	},
	"CSV": func(t *testing.T, r *aRow) string {
		names, values := r.columns()
		var fields []string
		for _, v := range values {
			if n, ok := v.(int64); ok {
				v = strconv.FormatInt(n, 10)
			}
			fields = append(fields, v.(string))
		}
		return written(t, "events.csv", "\ufeff"+strings.ToUpper(strings.Join(names, "|"))+"\n"+strings.Join(fields, "|")+"\n")
	},
	"Parquet": func(t *testing.T, r *aRow) string {
		names, values := r.columns()
		group := make(parquet.Group)
		for i := range values {
			if group[names[i]] = parquet.Optional(parquet.String()); r.isNumber && names[i] == r.field {
				group[names[i]] = parquet.Optional(parquet.Int(64))
			}
		}
		path := filepath.Join(t.TempDir(), "events.parquet")
		file, err := os.Create(path)
		require.NoError(t, err)
		out := parquet.NewGenericWriter[any](file, parquet.NewSchema("events", group))
		row := make(parquet.Row, len(names))
		for i, name := range names {
			leaf, _ := out.Schema().Lookup(name)
			row[leaf.ColumnIndex] = parquet.ValueOf(values[i]).Level(0, 1, leaf.ColumnIndex)
		}
		_, err = out.WriteRows([]parquet.Row{row})
		require.NoError(t, err)
		require.NoError(t, out.Close())
		require.NoError(t, file.Close())
		return path
	},
	"table": func(t *testing.T, r *aRow) string {
		names, values := r.columns()
		path := filepath.Join(t.TempDir(), "events.db")
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		defer db.Close()
		_, err = db.Exec("CREATE TABLE chat_event (" + strings.Join(names, ", ") + ")")
		require.NoError(t, err)
		_, err = db.Exec("INSERT INTO chat_event VALUES (?"+strings.Repeat(", ?", len(names)-1)+")", values...)
		require.NoError(t, err)
		return "sqlite:" + path
	},
}

func written(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

var (
	formatRow = regexp.MustCompile("(?m)^\\| `(time|seq|actor_type|actor_id)` \\| `([^`]*)` \\| (.*) \\|$")
	wholeText = regexp.MustCompile(`^[0-9]+$`)
)

// The table of values holds in every format; what is a number is read as text and as a number.
func TestFormatsAreReadAlike(t *testing.T) {
	needs.Tree(t)
	doc, err := os.ReadFile("docs/databases.md")
	require.NoError(t, err)
	rows := formatRow.FindAllStringSubmatch(string(doc), -1)
	require.Len(t, rows, 24)
	for _, m := range rows {
		for format, write := range writers {
			for _, r := range []aRow{{m[1], m[2], false}, {m[1], m[2], true}} {
				if r.isNumber && !wholeText.MatchString(r.text) {
					continue
				}
				t.Run(strings.Join([]string{format, m[1], m[2]}, " "), func(t *testing.T) {
					in, err := tables.OpenEvents(t.Context(), tables.Place{Path: write(t, &r)}, nil)
					require.NoError(t, err)
					defer in.Close()
					e, err := in.Read()
					is, isRefused := strings.CutPrefix(m[3], "refused")
					if isRefused {
						require.Error(t, err)
						assert.Contains(t, strings.ToLower(err.Error()), m[1]+": expected ")
						assert.Contains(t, err.Error(), strings.TrimPrefix(is, ": it "))
						return
					}
					require.NoError(t, err)
					checkField(t, &e, m[1], is)
				})
			}
		}
	}
}

// checkField holds a field against what the table says it is.
func checkField(t *testing.T, e *model.Event, field, is string) {
	switch field {
	case "time":
		assert.Equal(t, time.Date(2026, 1, 5, 9, 0, 7, 0, time.UTC), e.Time)
		assert.Equal(t, "09:00:07 UTC", is)
	case "seq":
		assert.Equal(t, is, strconv.FormatInt(e.Seq, 10))
	case "actor_type":
		assert.Equal(t, is, string(e.Actor.Type))
	case "actor_id":
		if name, ok := strings.CutSuffix(is, " with its blanks"); ok {
			is = name + "     "
		}
		assert.Equal(t, is, e.Actor.ID)
	}
}
