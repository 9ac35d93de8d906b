package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

func (e *env) schema() *cobra.Command {
	names := []string{"event", "fact", "protocol", "results", "expect", "mapping", "readings", "profile", "tables"}
	return &cobra.Command{
		Use: "schema " + strings.Join(names, "|"),
		Short: "Print the JSON Schema of events, facts, messages of the stream protocol, results, an expectations " +
			"file, a mapping, readings or a profile; or the tables, in SQL",
		Example:   "  chatproof schema event > event.schema.json",
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			name := strings.Join(args, " ")
			i := slices.Index(names, name)
			if i < 0 {
				last := len(names) - 1
				return fmt.Errorf("schema: expected %s or %s, got %s%s", strings.Join(names[:last], ", "), names[last],
					model.Name(name), model.DidYouMean(name, names))
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
