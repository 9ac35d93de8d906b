package gen

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// What a seed and an index give is the same in every version of one [Generation]: a scenario's id in a report of last
// year still names it. Where a digest here has to change, that number is to be raised.
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
	assert.Equal(t, 2, Generation)
	assert.Equal(t, map[string]string{
		"generated":   "1bb0ed38ecb14c97",
		"delivery":    "87526213abc4a14b",
		"robustness":  "c814d840163f2533",
		"fuzz":        "f58438775b4812ce",
		"random":      "76805254978e5a68",
		"documented":  "37779eddfcfa21d6",
		"all":         "676127db0294c1fb",
		"duplicated":  "810257c38eee2efa",
		"interleaved": "e9bb6ca1b0c4f945",
		"shuffled":    "806d52880966a624",
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
