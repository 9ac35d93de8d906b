package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// A parser's error has a heading, and a line for each place: (7:3): inconsistent cell count within the table.
var (
	parseErrorLine = regexp.MustCompile(`\((\d+):\d+\): (.*)`)
	unexpected     = regexp.MustCompile(`^(unexpected end of file, )?expected: (.*?)(?:, got '(.*)')?$`)
)

// unparsed returns the first place that the parser complains about, in our words. The parser's words name its tokens
// (#StepLine), and repeat a line of the file as it is, which may move the cursor.
func unparsed(label string, err error) *Problem {
	problem := &Problem{label, 1, err.Error()}
	if m := parseErrorLine.FindStringSubmatch(err.Error()); m != nil {
		problem.Text = m[2]
		fmt.Sscan(m[1], &problem.Line)
	}
	if m := unexpected.FindStringSubmatch(problem.Text); m != nil {
		got := "the end of the file"
		if m[1] == "" {
			got = model.Word(strings.TrimSpace(m[3]))
		}
		problem.Text = "expected " + tokens(strings.Split(m[2], ", ")) + ", got " + got
	} else if language, ok := strings.CutPrefix(problem.Text, "Language not supported: "); ok {
		problem.Text = fmt.Sprintf("Gherkin has no language %s; for English leave out the line # language:",
			model.Name(language))
	} else if said, ok := inWords[problem.Text]; ok {
		problem.Text = said
	}
	return problem
}

// inWords rewords the parser's other errors.
var inWords = map[string]string{
	"inconsistent cell count within the table": "the row has more or fewer cells than the table's first row; " +
		"write | in a cell as \\|",
	"A tag may not contain whitespace": "a tag cannot contain blanks; each begins with @",
}

// tokenNames are what the parser may expect, without comments and blank lines, which are welcome everywhere. Keywords
// are those of the feature's language.
var tokenNames = []struct{ token, name string }{
	{"#FeatureLine", "a feature (Feature:)"},
	{"#TagLine", "tags (@…)"},
	{"#BackgroundLine", "a background"},
	{"#ScenarioLine", "a scenario (Scenario:)"},
	{"#RuleLine", "a rule"},
	{"#ExamplesLine", "examples"},
	{"#StepLine", "a step (Given, When, Then, And, But, *)"},
	{"#TableRow", "a row of a table (|)"},
	{"#DocStringSeparator", `a doc string (""")`},
	{"#EOF", "the end of the file"},
}

// tokens names the tokens that the parser expects.
func tokens(expected []string) string {
	var names []string
	for _, t := range tokenNames {
		if slices.Contains(expected, t.token) {
			names = append(names, t.name)
		}
	}
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " or " + names[n]
	}
	return strings.Join(names, "")
}
