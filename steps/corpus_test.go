package steps

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
)

// corpus are the built-in scenarios. Nobody changes them.
var corpus = sync.OnceValue(func() []*model.Case {
	cases, err := Compile(Source{FS: features.FS, Label: "features"})
	if err != nil {
		panic(err)
	}
	return cases
})

// answers classifies a case's log like an implementation that reads the rules as the table says.
func answers(table *model.Table, c *model.Case) (facts []model.Fact) {
	chats, _ := model.ClassifyLog(table, c.Events)
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			facts = append(facts, irf.Fact)
		}
	}
	return facts
}

func judge(table *model.Table, c *model.Case) []model.Difference {
	return c.Judge(c.Expected(model.Reference()), answers(table, c))
}

// Every scenario that the files show to somebody who looks for the keyword becomes a case that says where it stands;
// in an outline, every row of its examples does.
func TestEveryScenarioBecomesACase(t *testing.T) {
	want := make(map[string]string) // name, or row, by file and line
	err := fs.WalkDir(features.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(features.FS, p)
		examples, heading := false, false
		for i, line := range strings.Split(string(text), "\n") {
			place, line := fmt.Sprintf("features/%s:%d", p, i+1), strings.TrimSpace(line)
			name, scenario := strings.CutPrefix(line, "Scenario: ")
			switch row := strings.HasPrefix(line, "|"); {
			case scenario:
				want[place] = name
				examples = false
			case strings.HasPrefix(line, "Scenario Outline: "):
				examples = false
			case strings.HasPrefix(line, "Examples:"):
				examples, heading = true, true
			case examples && row && heading:
				heading = false
			case examples && row:
				want[place] = ""
			}
		}
		return err
	})
	require.NoError(t, err)
	cases := corpus()
	for _, c := range cases {
		name, found := want[c.Source]
		assert.True(t, found, "%s: no scenario stands at %s", c.ID, c.Source)
		if name != "" {
			assert.Equal(t, name, c.Name, c.Source)
		}
		assert.True(t, strings.HasPrefix(c.Source, "features/"+c.Level.String()+"/"), c.Source)
		assert.True(t, strings.HasPrefix(c.ID, c.Level.String()+"/"), c.ID)
		assert.Equal(t, "@"+c.Level.String(), c.Tags[len(c.Tags)-1], c.ID)
	}
	assert.Len(t, cases, len(want))
}

func TestCorpusHoldsTheElevenFlows(t *testing.T) {
	flows := map[string]int{}
	documented := 0
	cases := corpus()
	for _, c := range cases {
		if c.Level == model.Documented {
			flows[c.Flow]++
			documented++
		}
	}
	for n := 1; n <= 11; n++ {
		assert.NotZero(t, flows[fmt.Sprintf("1.%d", n)], "flow 1.%d", n)
	}
	assert.Len(t, flows, 11)
	assert.GreaterOrEqual(t, len(cases), 50)
	assert.GreaterOrEqual(t, documented, 25)
}

var ruleTag = regexp.MustCompile(`^@[RI]\d+$`)

// Every rule is named by a scenario, and a scenario names only rules that bear on what it expects; what the
// documented scenarios expect rests on the guide alone.
func TestTagsNameTheRules(t *testing.T) {
	named := map[string]bool{}
	for _, c := range corpus() {
		bearing := model.RulesIn(c.Expected(model.Reference()))
		for _, tag := range c.Tags {
			if ruleTag.MatchString(tag) {
				named[tag[1:]] = true
				assert.Contains(t, bearing, tag[1:], "%s (%s)", c.ID, c.Source)
			}
		}
		if c.Level == model.Documented {
			for _, id := range bearing {
				assert.True(t, strings.HasPrefix(id, "R"), "%s (%s) rests on %s, which is inferred", c.ID, c.Source, id)
			}
		}
	}
	for _, r := range model.Rules() {
		assert.True(t, named[r.ID], "no scenario is tagged @%s", r.ID)
	}
}

// A documented scenario would notice a documented rule that answered anything else, or that was missing.
func TestDocumentedScenariosKillEveryMutantOfEveryRule(t *testing.T) {
	cases := slices.DeleteFunc(slices.Clone(corpus()), func(c *model.Case) bool { return c.Level != model.Documented })
	killed := func(table *model.Table) bool {
		return slices.ContainsFunc(cases, func(c *model.Case) bool {
			return slices.ContainsFunc(judge(table, c), func(d model.Difference) bool { return d.Level == model.Documented })
		})
	}
	mutants := 0
	check := func(name string, table *model.Table) {
		mutants++
		assert.True(t, killed(table), name)
	}
	for _, r := range model.Rules() {
		if r.Level != model.Documented {
			continue
		}
		clause := r.Clauses[0]
		check(r.ID+" dropped", model.Reference().Dropping(clause.ID))
		if clause.Kind == model.RoleClause {
			for _, role := range model.Roles {
				if y := clause.Yield; y.Role != role {
					y.Role = role
					check(fmt.Sprintf("%s role %s", r.ID, role), model.Reference().Yielding(clause.ID, y))
				}
			}
			continue
		}
		for _, result := range model.Results {
			if y := clause.Yield; y.Result != result {
				y.Result = result
				check(fmt.Sprintf("%s result %s", r.ID, result), model.Reference().Yielding(clause.ID, y))
			}
		}
		for _, reason := range model.Reasons {
			if y := clause.Yield; model.Code(string(y.Reason)) != model.Code(string(reason)) {
				y.Reason = reason
				check(fmt.Sprintf("%s reason %s", r.ID, reason), model.Reference().Yielding(clause.ID, y))
			}
		}
	}
	t.Logf("%d mutants, all killed by %d documented scenarios", mutants, len(cases))
}

// An implementation that always answers with one of the accepted alternatives conforms. The scenarios do show that it
// differs from the reference, so this proves something.
func TestEveryAcceptedAlternativeConforms(t *testing.T) {
	cases := corpus()
	for _, r := range model.Rules() {
		for _, clause := range r.Clauses {
			for k := range len(clause.Accepts) + len(clause.Allows) {
				table := model.Reference().Answering(clause.ID, k)
				seen := false
				for _, c := range cases {
					got := answers(table, c)
					seen = seen || !slices.Equal(got, answers(model.Reference(), c))
					assert.Empty(t, c.Judge(c.Expected(model.Reference()), got), "%s %s, alternative %d, %s", r.ID, clause.Part, k+1, c.ID)
				}
				assert.True(t, seen, "no scenario shows alternative %d of %s %s", k+1, r.ID, clause.Part)
			}
		}
	}
}
