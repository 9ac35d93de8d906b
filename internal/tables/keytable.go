package tables

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/chatproof/chatproof/internal/wire"
)

// KeySource reads the table of keys that a mapping names: the id in the new mart for each id in the old one.
type KeySource interface {
	Read() (wire.KeyPair, error) // io.EOF at the end
	Close() error
}

// OpenKeys opens the table of keys of a place's mapping: a file, or a table of the place's own database. It returns
// nil if there is none.
func OpenKeys(ctx context.Context, p Place) (KeySource, error) {
	form := wire.KeyForm
	if p.Mapping == nil {
		return nil, nil
	}
	t, ok := p.Mapping.tables[form.Table]
	switch {
	case !ok:
		return nil, nil
	case t.file != "":
		p = Place{Path: t.file, Mapping: p.Mapping}
	case !IsDSN(p.Path):
		return nil, errors.New("the mapping names a table of keys, but the rows are in files, not in a database; " +
			"put the keys in a file, and name this file in the mapping, under keys.file")
	}
	r, lines, err := openColumns(ctx, p, nil, form, queryColumns(form))
	switch {
	case lines != nil:
		lines.Close()
		return nil, fmt.Errorf("keys.file: %s: expected CSV, TSV or Parquet", p.Path)
	case err != nil:
		return nil, fmt.Errorf("%w; this is read as the table of keys", err)
	}
	return r, nil
}

// besides returns the path of a file that a mapping names, relative to the mapping's directory.
func besides(mapping, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(mapping), filepath.FromSlash(file))
}

// Alike returns two mappings that compare ids and names in the same way, the coarser of both.
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

// coarser returns the comparison under which more ids are one. Ignoring case includes GUIDs in either case.
func coarser(a, b string) string {
	for _, how := range []string{IgnoreCase, GUID} {
		if a == how || b == how {
			return how
		}
	}
	return Exact
}
