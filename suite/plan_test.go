package suite

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

// A feature of other words, or of another name, makes another suite.
func TestDigestIsOfFeatures(t *testing.T) {
	seen := map[string]string{Digest(): "the built-in features"}
	for name, files := range map[string]fstest.MapFS{
		"none":           {},
		"one":            {"a/1.feature": {Data: []byte("Feature: 1")}},
		"of other words": {"a/1.feature": {Data: []byte("Feature: 2")}},
		"of other name":  {"a/2.feature": {Data: []byte("Feature: 1")}},
	} {
		d := digest(files)
		assert.Empty(t, seen[d], name)
		seen[d] = name
		assert.Equal(t, d, digest(files))
	}
}
