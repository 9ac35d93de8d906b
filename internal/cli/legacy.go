package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/tables"
)

// oldMart is the part of check that compares with the mart being replaced.
type oldMart struct {
	legacy        []string
	legacyMapping string
}

func (o *oldMart) addLegacy(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.legacy, "legacy", nil,
		"the `ROWS` of the old mart for the same chats: a file, a directory, a glob, a database, or "+
			"- for stdin; may be repeated")
	cmd.Flags().StringVar(&o.legacyMapping, "legacy-mapping", "",
		"the mapping `FILE` for the rows of --legacy; by default it is that of --mapping")
}

// oldPlace returns the place of the old rows, or nil if there are none. It aligns both mappings' ids and names.
func (o *oldMart) oldPlace(ctx context.Context, flags *placeFlags, facts *tables.Place) (*tables.Place, error) {
	if len(o.legacy) == 0 {
		return nil, nil
	}
	of := &placeFlags{format: flags.format, mapping: o.legacyMapping, queryTimeout: flags.queryTimeout}
	if o.legacyMapping == "" {
		of.mapping, of.read = flags.mapping, flags.read
	}
	for _, path := range o.legacy { // --format is about --facts
		if tables.IsDSN(path) || path != "-" {
			of.format = ""
		}
	}
	place, err := of.place(ctx, o.legacy[0], o.legacy[1:]...)
	if err != nil {
		return nil, fmt.Errorf("--legacy: %w", err)
	}
	place.Mapping, facts.Mapping = tables.Alike(place.Mapping, facts.Mapping)
	flags.read = facts.Mapping
	return &place, nil
}
