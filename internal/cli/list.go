package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// listing is something that list prints: a heading and its rows, and the same as JSON.
type listing struct {
	name    string
	short   string
	heading []string
	rows    func(w engine.World, dirs []string) ([]item, error)
}

// item is a row of a listing: an object for machines, cells for people.
type item struct {
	object any
	cells  []string
}

// itemsOf makes a row of each object.
func itemsOf[T any](all []T, cells func(x *T) []string) (items []item) {
	for i := range all {
		items = append(items, item{&all[i], cells(&all[i])})
	}
	return items
}

func (e *env) list() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the suite's flows, scenarios, rules, requirements, invariants, combinations, faults or steps",
		Example: `  chatproof list flows
  chatproof list rules --json
  chatproof list scenarios --features our-flows/`,
		Args: noSuchVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fmt.Errorf("list what? expected flows, scenarios, rules, requirements, invariants, combinations, " +
				"faults or steps")
		},
	}
	for _, l := range listings {
		var asJSON, asCSV bool
		var only onlyScenarios
		var dirs []string
		var in placeFlags
		sub := &cobra.Command{
			Use:     l.name,
			Short:   l.short,
			Example: "  chatproof list " + l.name + "\n  chatproof list " + l.name + " --json",
			Args:    noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				w, err := in.world(cmd.Context(), "", "")
				if err != nil {
					return err
				}
				items, err := l.rows(w, dirs)
				if err != nil {
					return err
				}
				items, err = only.of(items)
				if err != nil {
					return err
				}
				switch {
				case asJSON && asCSV:
					return errors.New("expected --json or --csv, not both")
				case asJSON:
					return writeArray(e.out, items)
				case asCSV:
					return writeRequirements(e.out, items)
				}
				return writeTable(e.out, l.heading, items)
			},
		}
		sub.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
		if l.name == "requirements" {
			sub.Flags().BoolVar(&asCSV, "csv", false,
				"print CSV, one requirement per line, with the ids of its scenarios")
		}
		if l.name == "scenarios" {
			sub.Flags().StringVar(&only.rule, "rule", "", "only those about this `RULE`, such as R2")
			sub.Flags().StringVar(&only.flow, "flow", "", "only those of this `FLOW`, such as 1.4")
			sub.Flags().StringArrayVar(&dirs, "features", nil,
				"also list the scenarios of the .feature files in this `DIR`; may be repeated")
			in.addMapping(sub)
		}
		cmd.AddCommand(sub)
	}
	return cmd
}

func writeArray(w io.Writer, items []item) error {
	b := []byte("[")
	for i, it := range items {
		line, err := json.Marshal(it.object)
		if err != nil {
			return err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, "\n  "...), line...)
	}
	_, err := w.Write(append(b, "\n]\n"...))
	return err
}

func writeTable(w io.Writer, heading []string, items []item) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, strings.Join(heading, "\t"))
	for _, it := range items {
		fmt.Fprintln(out, strings.Join(it.cells, "\t"))
	}
	return out.Flush()
}

var listings = []listing{
	{
		"flows", "The guide's flows, with the number of scenarios for each",
		[]string{"FLOW", "TITLE", "SCENARIOS", "FILE"},
		listFlows,
	},
	{"scenarios", "Every scenario, in the order of a run", []string{"ID", "RULES", "SOURCE"}, listScenarios},
	{
		"rules", "The rules of classification, and what makes a log well-formed",
		[]string{"RULE", "LEVEL", "SECTION", "SAYS"},
		listRules,
	},
	{
		"requirements",
		"Each statement of the guide about outcomes: the rules and scenarios that cover it, or why none does",
		[]string{"REQUIREMENT", "RULES", "SCENARIOS", "SAYS", "NOT TESTED"},
		listRequirements,
	},
	{
		"invariants", "What holds for every chat, on any reading of the guide",
		[]string{"INVARIANT", "NEEDS", "SAYS"},
		listInvariants,
	},
	{
		"combinations", "The valid combinations of resource type and technical descriptor",
		[]string{"RESOURCE", "TECHNICAL DESCRIPTOR", "LEVEL", "RULES"},
		listCombinations,
	},
	{
		"faults", "The deliberately faulty classifiers of 'selftest'",
		[]string{"FAULT", "FAMILY", "SEEN AT", "DOES"},
		listFaults,
	},
	{"steps", "The steps that a feature may use", []string{"STEP", "RECORDS"}, listSteps},
}

func planned(w engine.World, dirs []string) (*engine.Plan, error) {
	cases, err := engine.Authored(w, dirs)
	if err != nil {
		return nil, err
	}
	return engine.NewPlan(cases)
}

type flow struct {
	Flow      string `json:"flow"`
	Title     string `json:"title"`
	Scenarios int    `json:"scenarios"`
	File      string `json:"file"`
}

func listFlows(engine.World, []string) (items []item, err error) {
	plan, err := planned(engine.World{}, nil)
	if err != nil {
		return nil, err
	}
	var flows []flow // the scenarios of a flow are adjacent
	for _, s := range plan.Scenarios {
		if s.Level != model.Documented {
			continue
		}
		if n := len(flows); n == 0 || flows[n-1].Flow != s.Flow {
			file, _, _ := strings.Cut(s.Source, ":")
			flows = append(flows, flow{Flow: s.Flow, Title: s.Title, File: file})
		}
		flows[len(flows)-1].Scenarios++
	}
	return itemsOf(flows, func(f *flow) []string {
		return []string{f.Flow, f.Title, fmt.Sprint(f.Scenarios), f.File}
	}), nil
}

type scenario struct {
	ID     string   `json:"id"`
	Level  string   `json:"level"`
	Since  string   `json:"since,omitempty"`
	Flow   string   `json:"flow,omitempty"`
	Title  string   `json:"title"`
	Name   string   `json:"name"`
	Rules  []string `json:"rules"`
	Tags   []string `json:"tags"`
	Source string   `json:"source"`
}

// onlyScenarios filters a list of scenarios. Without a rule or a flow, it leaves any list as it is.
type onlyScenarios struct{ rule, flow string }

func (o *onlyScenarios) of(items []item) ([]item, error) {
	if o.rule == "" && o.flow == "" {
		return items, nil
	}
	var kept []item
	var rules, flows []string
	for _, it := range items {
		s := it.object.(*scenario)
		rules, flows = append(rules, s.Rules...), append(flows, s.Flow)
		if (o.rule == "" || slices.Contains(s.Rules, o.rule)) && (o.flow == "" || s.Flow == o.flow) {
			kept = append(kept, it)
		}
	}
	switch {
	case len(kept) > 0:
		return kept, nil
	case o.rule != "" && !slices.Contains(rules, o.rule):
		return nil, fmt.Errorf("--rule: no scenario bears on %s%s", model.Name(o.rule), model.DidYouMean(o.rule, rules))
	case o.flow != "" && !slices.Contains(flows, o.flow):
		return nil, fmt.Errorf("--flow: no scenario belongs to %s%s", model.Name(o.flow),
			model.DidYouMean(o.flow, flows))
	}
	return nil, fmt.Errorf("no scenario of flow %s bears on %s", model.Name(o.flow), model.Name(o.rule))
}

func listScenarios(w engine.World, dirs []string) (items []item, err error) {
	plan, err := planned(w, dirs)
	if err != nil {
		return nil, err
	}
	for _, s := range plan.Scenarios {
		items = append(items, item{
			&scenario{s.ID, s.Level.String(), s.Since, s.Flow, s.Title, s.Name, s.Rules, s.Tags, s.Source},
			[]string{model.Line(s.ID), strings.Join(s.Rules, " "), model.Line(s.Source)},
		})
	}
	return items, nil
}

// wellFormed is a requirement of a well-formed log.
type wellFormed struct {
	ID      string `json:"id"`
	Level   string `json:"level"`
	Section string `json:"section"`
	Says    string `json:"says"`
}

func listRules(engine.World, []string) ([]item, error) {
	items := itemsOf(model.Rules(), func(r *model.Rule) []string {
		return []string{r.ID, r.Level.String(), r.Source, r.Says}
	})
	for _, w := range model.Requirements() {
		w := &wellFormed{ID: w.ID, Level: "well-formed", Says: w.Says}
		items = append(items, item{w, []string{w.ID, w.Level, w.Section, w.Says}})
	}
	return items, nil
}

func listInvariants(engine.World, []string) ([]item, error) {
	return itemsOf(model.Invariants(), func(v *model.NamedInvariant) []string {
		return []string{v.ID, string(v.Kind), v.Says}
	}), nil
}

type combination struct {
	model.Combination
	Level string   `json:"level"`
	Rules []string `json:"rules"`
}

func listCombinations(engine.World, []string) (items []item, err error) {
	for _, c := range model.Combinations() {
		d := model.Descriptor{Role: c.Role, Result: c.Result, Reason: c.Reason}
		items = append(items, item{
			&combination{c, c.Level.String(), c.Rules},
			[]string{string(c.Type), d.String(), c.Level.String(), strings.Join(c.Rules, " ")},
		})
	}
	return items, nil
}

func listSteps(engine.World, []string) ([]item, error) {
	return itemsOf(steps.Definitions(), func(d *steps.Definition) []string {
		return []string{d.Example, d.Records}
	}), nil
}
