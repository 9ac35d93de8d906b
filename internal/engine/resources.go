package engine

import (
	"cmp"
	"slices"
	"sync"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Resources collects the agents, queues and strategies that events name: what an implementation may need to know
// before it is given chats. The zero Resources is empty.
type Resources struct {
	mu   sync.Mutex
	seen map[wire.Resource]bool
}

// see adds the resources of an event. On a nil Resources it does nothing.
func (r *Resources) see(e *model.Event) {
	if r == nil {
		return
	}
	for _, p := range [...]model.Party{e.Actor, e.Party} {
		switch p.Type {
		case model.Agent:
			r.add(model.AgentResource, p.ID)
		case model.Strategy:
			r.add(model.StrategyResource, p.ID)
		}
	}
	r.add(model.QueueResource, e.Queue)
}

func (r *Resources) add(t model.ResourceType, name string) {
	if name == "" {
		return
	}
	if r.seen == nil {
		r.seen = make(map[wire.Resource]bool)
	}
	r.seen[wire.Resource{Type: t, Name: name}] = true
}

// merge adds what other has seen. Several goroutines may call it at once.
func (r *Resources) merge(other *Resources) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range other.seen {
		r.add(s.Type, s.Name)
	}
}

// All lists them by type and name.
func (r *Resources) All() []wire.Resource {
	all := make([]wire.Resource, 0, len(r.seen))
	for s := range r.seen {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b wire.Resource) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	return all
}
