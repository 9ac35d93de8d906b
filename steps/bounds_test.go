package steps_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/steps"
)

// A small file must not become gigabytes of steps, and a pipe must not keep us waiting.
func TestFeaturesAreBounded(t *testing.T) {
	outline := func(nSteps, rows int, cell string) string {
		return "Feature: f\n\n  Scenario Outline: o\n" + strings.Repeat("    And the agent \"<a>\" leaves the chat\n", nSteps) +
			"    Examples:\n      | a |\n" + strings.Repeat("      | "+cell+" |\n", rows)
	}
	for _, c := range []struct {
		name string
		file fstest.MapFile
		want string
	}{
		{"many steps by many rows", fstest.MapFile{Data: []byte(outline(800, 60_000, "x"))}, "own/x.feature:3: the scenarios up to this one exceed 33554432 bytes once outlines are expanded; split the file"},
		{"long cells by many placeholders", fstest.MapFile{Data: []byte(outline(1000, 10, strings.Repeat("x", 50_000)))}, "own/x.feature:3: the scenarios up to this one exceed 33554432 bytes once outlines are expanded; split the file"},
		{"a large file", fstest.MapFile{Data: []byte(strings.Repeat("# x\n", steps.MaxFeature/4+1))}, "own/x.feature: larger than 4194304 bytes"},
		{"a pipe", fstest.MapFile{Mode: fs.ModeNamedPipe}, "own/x.feature: expected a file, got p---------"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := steps.Compile(steps.Source{FS: fstest.MapFS{"x.feature": &c.file}, Label: "own", Own: true})
			assert.EqualError(t, err, c.want)
		})
	}
}
