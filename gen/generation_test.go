package gen

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// What a seed and an index give is the same in every version of one [Generation]: a scenario's id in last year's
// report still names it. If a digest here has to change, that number has to be raised.
func TestGenerationIsPinned(t *testing.T) {
	digest := func(write func(add func(*model.Case))) string {
		h := sha256.New()
		write(func(c *model.Case) {
			fmt.Fprintln(h, c.ID, c.Level, c.Kind, c.Name, c.Aside, c.Lines)
			for _, v := range c.Variants {
				fmt.Fprintln(h, v.Relation, v.Of, v.Variant, v.How)
			}
			for _, e := range c.Events {
				fmt.Fprintln(h, e.InteractionID, e.Seq, e.Time.UnixNano(), e.Name, e.Actor, e.Party, e.Queue, e.Operation, e.VisibilityMode, e.Reason, e.MediaType)
				if e.Wire != nil {
					fmt.Fprintln(h, *e.Wire)
				}
			}
		})
		return fmt.Sprintf("%x", h.Sum(nil)[:8])
	}
	scenarios := func(n int, of func(*Scenarios, int) *model.Case) string {
		return digest(func(add func(*model.Case)) {
			for _, seed := range []uint64{1, 1<<63 + 7} {
				s := NewScenarios(seed)
				for i := range n {
					add(of(s, i))
				}
			}
		})
	}
	sequence := func(s Sequence) string {
		return digest(func(add func(*model.Case)) {
			for i := 0; ; i++ {
				log, ok := s(i, "x")
				if !ok {
					add(&model.Case{Name: fmt.Sprint(i)})
					return
				}
				add(&model.Case{Events: log})
			}
		})
	}
	arriving := func(d Delivery) string {
		return digest(func(add func(*model.Case)) {
			chats := Random(6, false, 3)
			logs, numbers := make([][]model.Event, 6), []int{0, 1, 2, 3, 4, 5}
			for i := range logs {
				log, _ := chats(i, fmt.Sprint(i))
				logs[i] = append([]model.Event(nil), log...)
			}
			add(&model.Case{Events: d.Arrive(5, numbers, logs)})
		})
	}
	assert.Equal(t, 3, Generation)
	assert.Equal(t, map[string]string{
		"generated":   "e9efb67761afb938",
		"delivery":    "51aea818a8b4016a",
		"robustness":  "199997ce9576b551",
		"fuzz":        "269891ecf619322b",
		"random":      "c9531e1820aaa5df",
		"documented":  "952843fc8fd9f9dc",
		"all":         "091b5a8f43be03fb",
		"duplicated":  "c5a2fa2750ea5572",
		"interleaved": "bba82ac6ae879cfc",
		"shuffled":    "10c393d2d2a72b3c",
	}, map[string]string{
		"generated":   scenarios(120, (*Scenarios).Generated),
		"delivery":    scenarios(20, (*Scenarios).Delivery),
		"robustness":  scenarios(40, (*Scenarios).Robustness),
		"fuzz":        scenarios(200, (*Scenarios).Trial),
		"random":      sequence(Random(300, false, 7)),
		"documented":  sequence(Random(100, true, 7)),
		"all":         sequence(All(7)),
		"duplicated":  arriving(Delivery{Duplicated: true}),
		"interleaved": arriving(Delivery{Interleaved: true}),
		"shuffled":    arriving(Delivery{Shuffled: true}),
	})
}
