package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

func (e *env) schema() *cobra.Command {
	names := []string{"event", "fact", "protocol", "results", "expect", "mapping", "readings", "profile", "tables"}
	return &cobra.Command{
		Use:   "schema " + strings.Join(names, "|"),
		Short: "Print the JSON Schema of a format that chatproof reads or writes, or its tables in SQL",
		Long: `Schema prints the JSON Schema of one of these formats:
  event      a line that an implementation reads
  fact       a line that it prints
  protocol   a message of the stream protocol ('chatproof run --stream')
  results    a line of results.jsonl ('chatproof run --report')
  expect     the file of known failures ('chatproof run --expect')
  mapping    the file that says how your events and rows differ from chatproof's ('--mapping')
  readings   the answers of your Info Mart ('chatproof check --learn')
  profile    the shape of a log ('chatproof generate --like')

'chatproof schema tables' prints CREATE TABLE for events and facts, in SQL.`,
		Example:   "  chatproof schema event > event.schema.json",
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			name := strings.Join(args, " ")
			i := slices.Index(names, name)
			if i < 0 {
				return fmt.Errorf("schema: expected %s, got %s%s", files.Or(names), model.Word(name),
					model.DidYouMean(name, names))
			}
			_, err := e.out.Write([][]byte{
				wire.EventSchema, wire.FactSchema, wire.ProtocolSchema, engine.ResultsSchema, engine.ExpectSchema,
				tables.MappingSchema(), engine.ReadingsSchema(), twin.Schema,
				[]byte(tables.EventDDL + "\n" + tables.FactDDL),
			}[i])
			return err
		},
	}
}
