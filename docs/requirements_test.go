package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/internal/needs"
)

// README's section on what is not tested is what the requirements say that the guide's page does not speak of.
func TestREADMESaysWhatIsNotTested(t *testing.T) {
	needs.Tree(t)
	var section strings.Builder
	for _, r := range features.Requirements() {
		if r.Section() == "" {
			column := 0
			for i, word := range strings.Fields("- **" + r.Says + "** " + r.Untested) {
				switch {
				case i == 0:
				case column+1+len(word) > 120:
					section.WriteString("\n  ")
					column = 2
				default:
					section.WriteString(" ")
					column++
				}
				section.WriteString(word)
				column += len(word)
			}
			section.WriteString("\n")
		}
	}
	const heading = "## What is not tested\n\n"
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), heading)
	require.True(t, found)
	_, after, found := strings.Cut(rest, "\n\n")
	require.True(t, found)
	want := before + heading + section.String() + "\n[docs/requirements.md](docs/requirements.md) says, sentence by sentence, which parts of the chapter are not tested.\n"
	_, last, found := strings.Cut(after, "## License")
	require.True(t, found)
	want += "\n## License" + last
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(want), 0o666))
		return
	}
	assert.Equal(t, want, string(text))
}
