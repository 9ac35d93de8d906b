package gen

import (
	"fmt"
	"testing"

	"github.com/chatproof/chatproof/model"
)

func TestZZ(t *testing.T) {
	s := NewScenarios(1)
	type q struct { c *model.Case; w []model.Expected }
	var g, d, r []q
	for i := range 500 { c := s.Generated(i); g = append(g, q{c, c.Expected(model.Reference())}) }
	for i := range 200 { c := s.Delivery(i); d = append(d, q{c, c.Expected(model.Reference())}) }
	for i := range 100 { c := s.Robustness(i); r = append(r, q{c, c.Expected(model.Reference())}) }
	for _, f := range Faults() {
		set := g
		if f.Levels.Has(model.Delivery) { set = d } else if f.Levels.Has(model.Robustness) { set = r }
		first := 0
		var seen model.Levels
		for i, x := range set {
			for _, df := range x.c.Judge(x.w, f.Answer(x.c.Events)) {
				seen |= model.LevelSet(df.Level)
				if required(&f).Has(df.Level) && first == 0 { first = i + 1 }
			}
		}
		if first == 0 || first > 200 || f.Levels == onlyInferred && seen != onlyInferred { fmt.Println(f.Name, first, seen) }
	}
}
