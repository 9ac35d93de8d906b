package model

import "slices"

// Deployment is what the log alone does not say about the deployment that wrote it. The zero Deployment has no
// finishing queues.
type Deployment struct {
	// Completed and Canceled are the finishing queues (I20): Info Mart's options stop-ixn-queues and canceled-queues.
	// A chat is finished when its last agent places it in one of them.
	Completed []string `json:"completed,omitempty"`
	Canceled  []string `json:"canceled,omitempty"`
}

// Usual is the deployment of the suite's own scenarios, and of every log whose mapping says nothing else. The names
// are those of Genesys intelligent Workload Distribution, the default of canceled-queues.
var Usual = Deployment{Completed: []string{"iWD_Completed"}, Canceled: []string{"iWD_Canceled"}}

// Finishes reports whether a queue is one of the deployment's finishing queues.
func (d *Deployment) Finishes(queue string) bool { return d.finishing(queue) != unfinished }

// As returns what a queue of the deployment is called in another: a finishing queue has the name of the first there
// that finishes chats in the same way. ok is false if there is none, or if the name finishes chats only there.
func (d *Deployment) As(name string, other *Deployment) (_ string, ok bool) {
	var named []string
	switch d.finishing(name) {
	case completed:
		named = other.Completed
	case canceled:
		named = other.Canceled
	default:
		return name, !other.Finishes(name)
	}
	if len(named) == 0 {
		return name, false
	}
	return named[0], true
}

// With returns the deployment with the finishing queues of another besides. A queue of both means what it means here.
func (d *Deployment) With(other *Deployment) Deployment {
	add := func(ours, theirs []string) []string {
		return slices.Concat(ours, slices.DeleteFunc(slices.Clone(theirs), d.Finishes))
	}
	return Deployment{Completed: add(d.Completed, other.Completed), Canceled: add(d.Canceled, other.Canceled)}
}

// finishing says how the chat is finished when an agent places it in a queue, if it is.
type finishing uint8

const (
	unfinished finishing = iota
	completed
	canceled
)

func (d *Deployment) finishing(queue string) finishing {
	switch {
	case slices.Contains(d.Completed, queue):
		return completed
	case slices.Contains(d.Canceled, queue):
		return canceled
	}
	return unfinished
}
