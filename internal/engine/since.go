package engine

import (
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/steps"
)

// Base is the minor version since which every scenario is that came with it or before.
const Base = steps.Base

// Later reports whether a minor version, such as 0.3, is later than that of another version, such as 0.2.1. What is no
// version is earlier than every one.
func Later(a, b string) bool { return slices.Compare(minor(a), minor(b)) > 0 }

func minor(version string) []int {
	n := make([]int, 2)
	if _, err := fmt.Sscanf(version, "%d.%d", &n[0], &n[1]); err != nil {
		return nil
	}
	return n
}

// spare lets the scenarios be [Pending] that are new in a version: those that came after [steps.Base], with this minor
// version. Who takes a new version of the suite so has until the next one to mend what it newly finds, and a gate that
// was green stays so. A program that conforms to more than its version asks is none the worse for it.
func (p *Plan) spare(version string) {
	for _, s := range p.Scenarios {
		s.pending = Later(s.Since, steps.Base) && !Later(version, s.Since)
	}
}
