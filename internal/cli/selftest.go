package cli

import (
	"bytes"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

func (e *env) selftest() *cobra.Command {
	t := engine.SelfTest{}
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Show that the suite can tell right from wrong",
		Long: `Selftest shows that the suite detects faults. It runs the suite against classifiers that are
wrong on purpose. Some are mutants, which have one changed rule. The others have the faults that
home-made ETLs have ('chatproof list faults').

For each family of faults it prints how many are detected (killed), which part of the suite detects
them, how many generated scenarios that takes, and how short the counterexamples get. Some mutants
only follow another reading of the guide, which the suite accepts. These are not faults, and must
pass.

Last comes the floor: how much of the suite passes if a program does nothing useful.

Exit codes:
    0  the suite detects every fault
    1  a fault is not detected, an accepted answer is called a fault, or the floor is too high
    2  wrong usage`,
		Example: `  chatproof selftest
  chatproof selftest --seeds 10`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case t.Seeds < 1:
				return fmt.Errorf("--seeds: expected 1 or more, got %d", t.Seeds)
			case t.Scenarios < 10 || t.Scenarios > engine.MaxGenerated:
				return fmt.Errorf("--generated: expected 10 to %d, got %d", engine.MaxGenerated, t.Scenarios)
			case t.Prove < 0:
				return fmt.Errorf("--prove: expected 0 or more, got %d", t.Prove)
			}
			kills, err := t.Run(cmd.Context())
			if err != nil {
				return err
			}
			floors, documented, generated, err := t.Floor()
			if err != nil {
				return err
			}
			var b bytes.Buffer
			good := killMatrix(&b, kills)
			good = floorTable(&b, floors, documented, generated) && good
			if _, err := e.out.Write(b.Bytes()); err != nil {
				return err
			}
			if !good {
				return &exitError{code: exitNonconforming}
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&t.Seeds, "seeds", 1, "how many seeds to try")
	cmd.Flags().IntVar(&t.Scenarios, "generated", 500, "how many generated scenarios to run for each seed")
	cmd.Flags().IntVar(&t.Prove, "prove", 10_000,
		"how many chats to try before a counterexample is called minimal")
	return cmd
}

// killMatrix writes one row per family, then the kills that are wrong, and reports whether there are none.
func killMatrix(b *bytes.Buffer, kills []*engine.Kill) bool {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table,
		"FAMILY\tFAULTS\tKILLED\tBY FEATURES\tBY INVARIANTS\tBY GENERATED\tSCENARIOS TO KILL\tEVENTS OF "+
			"COUNTEREXAMPLE\tPROVEN MINIMAL")
	var families []string
	for _, k := range kills {
		if !k.Accepted && !slices.Contains(families, k.Family) {
			families = append(families, k.Family)
		}
	}
	var wrong []*engine.Kill
	for _, family := range append(families, "all") {
		var faults, killed, features, invariants, generated, proven, short int
		var first, shrunk []int
		for _, k := range kills {
			if k.Accepted || family != "all" && k.Family != family {
				continue
			}
			faults++
			killed += one(k.Killed())
			features += one(k.ByFeatures)
			invariants += one(k.ByInvariants)
			generated += one(k.First[0] > 0)
			proven += k.Proven
			short += k.Short
			first = append(first, slices.DeleteFunc(slices.Clone(k.First), func(n int) bool { return n < 0 })...)
			shrunk = append(shrunk, k.Shrunk...)
		}
		share := ""
		if short > 0 {
			share = fmt.Sprintf("%d of %d with at most 11 events", proven, short)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", family, faults, killed, features, invariants,
			generated, spread(first), spread(shrunk), share)
	}
	table.Flush()
	accepted := 0
	for _, k := range kills {
		accepted += one(k.Accepted)
		if !k.Right() {
			wrong = append(wrong, k)
		}
	}
	b.WriteString("Scenarios and events: median / 95th percentile / maximum.\n")
	fmt.Fprintf(b, "\n%d mutants give an accepted alternative; %d of them are taken for faults.\n", accepted,
		count(wrong, true))
	fmt.Fprintf(b, "%d faults survive.\n", count(wrong, false))
	for _, k := range wrong {
		fmt.Fprintf(b, "  %s: %s: %s\n", k.Family, k.Name, k.Says)
	}
	return len(wrong) == 0
}

func count(kills []*engine.Kill, accepted bool) (n int) {
	for _, k := range kills {
		n += one(k.Accepted == accepted)
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spread returns the median, the 95th percentile and the maximum of some numbers.
func spread(ns []int) string {
	if len(ns) == 0 {
		return ""
	}
	slices.Sort(ns)
	return fmt.Sprintf("%d / %d / %d", ns[len(ns)/2], ns[len(ns)*95/100], ns[len(ns)-1])
}

// The highest floor allowed, in percent.
const (
	documentedFloor = 5
	generatedFloor  = 10
)

func floorTable(b *bytes.Buffer, floors []engine.Floor, documented, generated int) bool {
	good := true
	b.WriteString("\nThe floor: what programs that do nothing useful pass.\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROGRAM\tDOCUMENTED SCENARIOS\tGENERATED SCENARIOS")
	for _, f := range floors {
		fmt.Fprintf(table, "%s\t%d of %d\t%d of %d\n", f.Name, f.Documented, documented, f.Generated, generated)
		good = good && f.Documented*100 <= documentedFloor*documented && f.Generated*100 <= generatedFloor*generated
	}
	table.Flush()
	fmt.Fprintf(b, "At most %d %% of the documented and %d %% of the generated scenarios may pass.\n",
		documentedFloor, generatedFloor)
	return good
}

type fault struct {
	Name   string `json:"name"`
	Family string `json:"family"`
	Levels string `json:"levels"`
	Says   string `json:"says"`
}

func listFaults(engine.World, []string) (items []item, err error) {
	for _, f := range append(faults.Rules(), faults.All()...) {
		levels := f.Levels.String()
		switch {
		case f.Accepted:
			levels = "accepted"
		case f.Levels == 0:
			levels = "default"
		}
		says := model.Line(f.Says)
		items = append(items, item{&fault{f.Name, f.Family, levels, says}, []string{f.Name, f.Family, levels, says}})
	}
	return items, nil
}
