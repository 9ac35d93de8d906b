package model

import (
	"fmt"
	"slices"
	"strings"
)

// Level says how hard an expectation is, from what the guide states to what an ill-formed log may do. A suite run
// requires a set of levels; differences of other levels are notes.
type Level uint8

// The levels, the strongest first.
const (
	Documented Level = iota // the guide says it: R1–R14
	Invariant               // holds whatever the open questions
	Own                     // a team's own features
	Inferred                // our reading where the guide is silent: I1–I21, and start, end, received_from
	Delivery                // the same facts however the same events are delivered
	Robustness              // an ill-formed log harms nothing else
	Repaired                // of an audit: what all repairs of an ill-formed log agree on
)

var levelNames = [...]string{"documented", "invariant", "own", "inferred", "delivery", "robustness", "repaired"}

// AllLevels lists the levels that a suite has, the strongest first. Repaired is none of them, nor of "all".
var AllLevels = []Level{Documented, Invariant, Own, Inferred, Delivery, Robustness}

func (l Level) String() string { return levelNames[l] }

// MarshalText gives the name, by which JSON has a level.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a name. The error says that there is no such level.
func (l *Level) UnmarshalText(name []byte) error {
	level, ok := ParseLevel(string(name))
	if !ok {
		return fmt.Errorf("%s is not a level", Name(string(name)))
	}
	*l = level
	return nil
}

// ParseLevel reads a level's name.
func ParseLevel(name string) (Level, bool) {
	i := slices.Index(levelNames[:], name)
	return Level(max(i, 0)), i >= 0
}

// Levels is a set of levels.
type Levels uint8

// LevelSet makes a set.
func LevelSet(levels ...Level) (s Levels) {
	for _, l := range levels {
		s |= 1 << l
	}
	return s
}

// Has reports whether l is in the set.
func (s Levels) Has(l Level) bool { return s&(1<<l) != 0 }

// String lists the set's levels, comma-separated, the strongest first.
func (s Levels) String() string {
	var names []string
	for l, name := range levelNames {
		if s.Has(Level(l)) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// Require marks the differences whose level counts, and reports whether there is one.
func Require(ds []Difference, levels Levels) (any bool) {
	for i := range ds {
		ds[i].Required = levels.Has(ds[i].Level) && ds[i].Change.Gates()
		any = any || ds[i].Required
	}
	return any
}
