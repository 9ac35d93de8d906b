package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

func (e *env) schema() *cobra.Command {
	schemas := map[string][]byte{
		"event": wire.EventSchema, "fact": wire.FactSchema, "protocol": wire.ProtocolSchema,
		"results": engine.ResultsSchema, "expect": engine.ExpectSchema, "mapping": tables.MappingSchema(),
		"profile":  twin.Schema,
		"readings": engine.ReadingsSchema(),
		"tables":   []byte(tables.EventDDL + "\n" + tables.FactDDL),
	}
	return &cobra.Command{
		Use: "schema event|fact|protocol|results|expect|mapping|readings|profile|tables",
		Short: "Print the JSON Schema of events, facts, messages of the stream protocol, results, an expectations " +
			"file, a mapping, readings or a profile; or the tables, in SQL",
		Example: "  chatproof schema event > event.schema.json",
		ValidArgs: []string{
			"event", "fact", "protocol", "results", "expect", "mapping", "readings", "profile", "tables",
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, ok := schemas[strings.Join(args, " ")]
			if !ok {
				return fmt.Errorf("schema: expected event, fact, protocol, results, expect, mapping, readings, "+
					"profile or tables, got %s%s", model.Name(strings.Join(args, " ")),
					model.DidYouMean(strings.Join(args, " "), cmd.ValidArgs))
			}
			_, err := e.out.Write(text)
			return err
		},
	}
}
