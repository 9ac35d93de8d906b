package gen

import (
	"fmt"
	"hash/fnv"
	"slices"
	"testing"

	"github.com/chatproof/chatproof/model"
)

func TestZZ(t *testing.T) {
	trials := newTrials()
	n := 0
	for _, tr := range trials[model.DeliveryKind] {
		if l, _ := tr.judge(reading(slices.Clone[[]model.Event])(tr.events)); l != 0 && n < 2 {
			n++
			got := reading(slices.Clone[[]model.Event])(tr.events)
			for i := range tr.want {
				for _, d := range model.Compare(&tr.want[i], got) {
					fmt.Println(d.String(), d.Level, "stopped:", tr.chats[i].StoppedSeq)
				}
				// the reference's own rows
				var own []model.Fact
				for _, r := range tr.chats[i].IRFs { own = append(own, r.Fact) }
				fmt.Println("own:", len(model.Compare(&tr.want[i], own)))
			}
			fmt.Println(describe(tr.events))
		}
	}
	sig := map[string]string{}
	for _, f := range Faults() {
		h := fnv.New64a()
		for k, ts := range trials {
			for i, tr := range ts {
				if k == 0 && i > 2500 { continue }
				fmt.Fprint(h, f.Answer(tr.events), "|")
			}
		}
		s := fmt.Sprint(h.Sum64())
		if sig[s] != "" { fmt.Println("SAME", f.Name, sig[s]) }
		sig[s] = f.Name
	}
}
