package bulk

import (
	"context"
	"io"

	"github.com/chatproof/chatproof/internal/tables"
)

// AddFacts adds the facts of a file of JSON Lines.
func (g *Groups) AddFacts(ctx context.Context, lines io.Reader) error {
	return g.addFacts(ctx, aFact, tables.Place{Path: "-"}, lines, nil)
}
