package faults

import (
	"slices"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Blanks lists programs that do nothing useful. What they pass is the floor of a suite: it proves nothing.
func Blanks() []Fault {
	completed := model.Descriptor{Role: model.RoutedTo, Result: model.Completed}
	valid := model.Combinations()
	return []Fault{
		{Name: "no rows", Answer: func([]model.Event) []model.Fact { return nil }},
		{
			Name: "one constant row",
			Answer: rowsOfAgents(func(agents []string) []string { return agents[:min(1, len(agents))] },
				constant(completed)),
		},
		{Name: "RoutedTo/Completed for every agent", Answer: rowsOfAgents(slices.Clone[[]string], constant(completed))},
		{
			Name: "echo of the last party",
			Answer: rowsOfAgents(func(agents []string) []string { return agents[max(0, len(agents)-1):] },
				constant(completed)),
		},
		{Name: "random valid descriptors", Answer: rowsOfAgents(slices.Clone[[]string],
			func(src *gen.Seeded) model.Descriptor {
				c := valid[src.Intn(len(valid))]
				return model.Descriptor{Role: c.Role, Result: c.Result, Reason: c.Reason}
			})},
	}
}

func constant(d model.Descriptor) func(*gen.Seeded) model.Descriptor {
	return func(*gen.Seeded) model.Descriptor { return d }
}

// rowsOfAgents writes for each chat a row for some of the agents that it names.
func rowsOfAgents(which func(agents []string) []string,
	descriptor func(*gen.Seeded) model.Descriptor,
) func([]model.Event) []model.Fact {
	return func(events []model.Event) (facts []model.Fact) {
		for _, log := range model.Chats(events) {
			var agents []string
			for _, e := range log {
				if e.Party.Type == model.Agent && !slices.Contains(agents, e.Party.ID) {
					agents = append(agents, e.Party.ID)
				}
			}
			src := gen.Seed(uint64(len(log)), uint64(len(agents)))
			for _, name := range which(agents) {
				d := descriptor(src)
				facts = append(facts, model.Fact{
					InteractionID: log[0].InteractionID, Resource: name, Role: d.Role, Result: d.Result,
					Reason: d.Reason,
				})
			}
		}
		return facts
	}
}
