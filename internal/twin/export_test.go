package twin

import (
	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Rounded is a number to two digits.
var Rounded = rounded

// Chosen is how many choices were made in a state.
func (t *Tally) Chosen(s gen.State) (n int) {
	if of := t.states[s]; of != nil {
		n = of.n
	}
	return n
}

// Waited is how many chats waited for a move in a state.
func (t *Tally) Waited(s gen.State, m model.Move) int { return int(t.states[s].move(m).wait.n) }

// Apart is by how much shares of twin and log differ, by name.
func (c *Comparison) Apart(name string) map[string]float64 {
	all := make(map[string]float64)
	for _, s := range c.sections {
		for _, r := range s.rows {
			if s.name == name {
				all[r.name] = r.twin - r.log
			}
		}
	}
	return all
}

// Error is by how much the median or the ninetieth percentile of a time differs, relatively; 0 of one that is rare.
func (c *Comparison) Error(name string) float64 {
	for _, d := range c.durations {
		if d.name == name {
			return d.error
		}
	}
	return 0
}
