package engine

import (
	"bytes"
	"cmp"
	_ "embed" // for the compiled features
	"encoding/gob"
	"slices"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// builtin holds the suite's features as cases: parsing them took a third of a run. TestBuiltin writes it with -update,
// and compares it otherwise.
//
//go:embed builtin.gob
var builtin []byte

// compilation is what builtin holds.
type compilation struct {
	Suite string // the digest of what it was compiled from
	Cases []*model.Case
}

// Builtin returns the cases of the suite's features, by level. It compiles them if the compiled ones are not of these
// features.
func Builtin() ([]*model.Case, error) {
	var c compilation
	if err := gob.NewDecoder(bytes.NewReader(builtin)).Decode(&c); err == nil && c.Suite == Digest() {
		return c.Cases, nil
	}
	return compileBuiltin()
}

func compileBuiltin() ([]*model.Case, error) {
	cases, err := compile(steps.Source{FS: features.FS, Label: "features"}, model.Reference())
	slices.SortStableFunc(cases, func(a, b *model.Case) int { return cmp.Compare(a.Level, b.Level) })
	for _, c := range cases {
		c.Checked = true
	}
	return cases, err
}
