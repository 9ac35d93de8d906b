package tables

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
)

// KeySource is the table of keys that a mapping names: which id of a new mart each id of an old one is.
type KeySource interface {
	Read() (wire.KeyPair, error) // io.EOF at the end
	Close() error
}

// OpenKeys opens the table of keys that the mapping of a place has: a file, or a table of the place's own database. It
// is nil where there is none.
func OpenKeys(ctx context.Context, p Place) (KeySource, error) {
	form := wire.KeyForm
	if p.Mapping == nil {
		return nil, nil
	}
	t, ok := p.Mapping.tables[form.Table]
	switch {
	case !ok:
		return nil, nil
	case t.file == "" && IsDSN(p.Path):
		r, err := readTable(ctx, p, form, queryKeys)
		return keySource(r, err)
	case t.file == "":
		return nil, fmt.Errorf("keys: the rows are in no database that could have a table of keys; expected keys.file")
	}
	at := Place{Path: t.file, Mapping: p.Mapping}
	format, err := FormatOf(at.Path, "")
	if err != nil {
		return nil, err
	}
	switch format {
	case "parquet":
		r, err := openParquet(ctx, at, form)
		return keySource(r, err)
	case "csv":
		in, name, err := files.Open(ctx, at.Path, nil)
		if err != nil {
			return nil, err
		}
		r, err := newCSV(form, p.Mapping.reading(form.Table), name, in)
		if err != nil {
			in.Close()
			return nil, err
		}
		r.close = in.Close
		return r, nil
	}
	return nil, fmt.Errorf("keys.file: %s: expected CSV, TSV or Parquet", at.Path)
}

func keySource(r *flatReader[wire.KeyPair], err error) (KeySource, error) {
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return r, nil
}

// queryKeys is the query of a table of keys.
func queryKeys(ctx context.Context, db *database, m *Mapping) (string, error) {
	table := wire.KeyForm.Table
	has, err := db.columns(ctx, m.table(table))
	if err != nil {
		return "", err
	}
	query := "SELECT "
	for i, c := range wire.KeyForm.Columns {
		actual, err := m.actual(&Dialects[0], table, c.Name, has, true)
		if err != nil {
			return "", fmt.Errorf("%s: %w", db.name, err)
		}
		if i > 0 {
			query += ", "
		}
		query += actual + " AS " + c.Name
	}
	return query + " FROM " + m.source(table) + " k", nil
}

// besides is the path of a file that a mapping names, from its own directory.
func besides(mapping, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(mapping), filepath.FromSlash(file))
}

// Alike makes two mappings compare ids and names alike: as both say.
func Alike(a, b *Mapping) (*Mapping, *Mapping) {
	x, y := a.Keys(), b.Keys()
	both := Keys{Compare: coarser(x.Compare, y.Compare), Trim: x.Trim || y.Trim}
	with := func(m *Mapping) *Mapping {
		if m.Keys() == both {
			return m
		}
		c := Mapping{}
		if m != nil {
			c = *m
		}
		c.keys = both
		return &c
	}
	return with(a), with(b)
}

// coarser is the comparison that takes more for one; a GUID without regard to case is one with it, too.
func coarser(a, b string) string {
	for _, how := range []string{IgnoreCase, GUID} {
		if a == how || b == how {
			return how
		}
	}
	return Exact
}
