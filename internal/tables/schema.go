package tables

import (
	"encoding/json"

	"github.com/chatproof/chatproof/internal/wire"
)

// schema is a JSON Schema.
type schema = map[string]any

func objectOf(says string, properties schema) schema {
	return schema{"type": "object", "description": says, "additionalProperties": false, "properties": properties}
}

func listOf(says string) schema {
	return schema{"type": "array", "description": says, "items": schema{"type": []string{"string", "null"}}}
}

func textSchema(says string) schema { return schema{"type": "string", "description": says} }

// MappingSchema returns the JSON Schema of a mapping.
func MappingSchema() []byte {
	all := schema{
		"ids": objectOf("how ids and names are written and compared", schema{
			"form": schema{
				"enum":        []string{"guid", "interaction-server"},
				"description": "the form of the ids that the suite gives its chats",
			},
			"compare": schema{"enum": []string{Exact, IgnoreCase, GUID}}, "trim": schema{"type": "boolean"},
		}),
		"null":  listOf("words that stand for an absent value"),
		"media": listOf("the media of the deployment"),
		"finishing_queues": objectOf("queues in which a chat is finished (I20)", schema{
			"completed": listOf(""), "canceled": listOf(""),
		}),
		"events": objectOf("programs in jq", schema{
			"send": programSchema("turns our events into yours", false),
			"read": programSchema("turns your values into our events", true),
		}),
		"facts": objectOf("programs in jq", schema{"read": programSchema("turns your values into our facts", true)}),
	}
	for table, names := range knownColumns() {
		all[table] = tableSchema(table, names)
	}
	s := objectOf("How a user's data differs from chatproof's", all)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // of text alone
	}
	return append(b, '\n')
}

var nullable = schema{"type": []string{"string", "null"}}

// programSchema returns the schema of a program in jq; reads says whether it reads the user's values.
func programSchema(says string, reads bool) schema {
	properties := schema{
		"jq":   textSchema("the program"),
		"file": textSchema("the program's file, relative to the mapping's directory"),
		"per": schema{
			"enum": []string{"chat"}, "description": "the program is given the array of a chat's values",
		},
	}
	if reads {
		properties["key"] = textSchema("a program that returns the chat id of a value")
	}
	return schema{"description": says, "oneOf": []any{schema{"type": "string"}, objectOf("", properties)}}
}

// tableSchema returns the schema of what a mapping says about a table.
func tableSchema(table string, names []string) schema {
	columns := make(schema)
	for _, name := range names {
		form := schema{"column": nullable}
		if isTime(name) {
			form["format"] = schema{"enum": []string{"epoch_s", "epoch_ms", "epoch_us", "epoch_ns", "rfc3339"}}
			form["zone"] = textSchema("the time zone of times that name none, such as Europe/Berlin")
		} else {
			form["values"] = schema{
				"type": "object",
				"description": "your values, each with ours; if several of yours stand for one of ours, the first is " +
					"written",
			}
		}
		columns[name] = schema{"oneOf": []any{nullable, objectOf("", form)}}
	}
	properties := schema{
		"table": nullable, "where": textSchema("a condition in SQL: which rows of the table to read"),
		"columns": objectOf("your names of the columns; an empty name means that there is no such column", columns),
	}
	if table == wire.KeyForm.Table {
		properties["file"] = textSchema("a CSV or Parquet file with the table, relative to the mapping's directory")
	}
	s := objectOf("how the table, or the rows of a file, differ from ours", properties)
	s["type"] = []string{"object", "null"}
	return s
}
