package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// No flag by which a verb writes a file is forgotten where its files are kept apart.
func TestEveryFileThatIsWrittenIsKnown(t *testing.T) {
	flag := regexp.MustCompile(`(?m)^ +(?:-\w, )?--([\w-]+) [A-Z]+ +(?:with --\w+: )?write `)
	for _, verb := range []string{"run", "fuzz", "generate", "classify", "check", "explain", "report", "list", "selftest", "init", "doctor", "schema"} {
		var help bytes.Buffer
		assert.Equal(t, exitDone, Run(t.Context(), []string{verb, "--help"}, strings.NewReader(""), &help, &help))
		for _, found := range flag.FindAllStringSubmatch(help.String(), -1) {
			assert.True(t, slices.Contains(strings.Fields(uses[verb].writes), found[1]), "%s --%s writes a file", verb, found[1])
		}
	}
}
