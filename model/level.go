package model

import (
	"fmt"
	"slices"
	"strings"
)

// Level says how firm an expectation is, from what the guide states to what an ill-formed log may do. A suite run
// requires a set of levels; differences at other levels are notes.
type Level uint8

// The levels, the strongest first.
const (
	Documented Level = iota // the guide says it: R1–R14
	Invariant               // holds however the open questions are answered
	Own                     // a team's own features
	Inferred                // our reading where the guide is silent: I1–I21, and start, end, received_from
	Delivery                // the same events make the same facts however they are delivered
	Robustness              // an ill-formed log harms nothing else
	Repaired                // in an audit: what all repairs of an ill-formed log agree on
)

var levelNames = [...]string{"documented", "invariant", "own", "inferred", "delivery", "robustness", "repaired"}

// AllLevels lists the levels that a suite has, the strongest first. Repaired is not one of them, nor part of "all".
var AllLevels = []Level{Documented, Invariant, Own, Inferred, Delivery, Robustness}

func (l Level) String() string { return levelNames[l] }

// MarshalText returns the level's name, which stands for it in JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's name. It fails if there is no such level.
func (l *Level) UnmarshalText(name []byte) error {
	level, ok := ParseLevel(string(name))
	if !ok {
		return fmt.Errorf("%s is not a level", Quoted(string(name)))
	}
	*l = level
	return nil
}

// ParseLevel returns the level with a name, and whether there is one.
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

// Require sets Required on each difference, by its level and its change, and reports whether any is required.
func Require(ds []Difference, levels Levels) (any bool) {
	for i := range ds {
		ds[i].Required = levels.Has(ds[i].Level) && ds[i].Change.Gates()
		any = any || ds[i].Required
	}
	return any
}
