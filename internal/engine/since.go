package engine

import (
	"fmt"
	"slices"

	"github.com/chatproof/chatproof/steps"
)

// Base is the minor version that counts as the origin of every scenario that came with it or before.
const Base = steps.Base

// Later reports whether a minor version, such as 0.3, is later than that of another version, such as 0.2.1. Text that
// is no version is earlier than every version.
func Later(a, b string) bool { return slices.Compare(minor(a), minor(b)) > 0 }

func minor(version string) []int {
	n := make([]int, 2)
	if _, err := fmt.Sscanf(version, "%d.%d", &n[0], &n[1]); err != nil {
		return nil
	}
	return n
}

// spare marks the scenarios as [Pending] that are new in a version: those that came after [steps.Base], with this
// minor version. So a team that takes a new version of the suite has until the next one to fix what it newly finds,
// and a gate that was green stays green.
func (p *Plan) spare(version string) {
	for _, s := range p.Scenarios {
		s.pending = Later(s.Since, steps.Base) && !Later(version, s.Since)
	}
}
