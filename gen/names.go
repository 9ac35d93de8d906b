package gen

import "strconv"

// namesOf are the names that a chat gives its agents, queues and strategies.
type namesOf struct{ agents, queues, strategies *[maxParties]string }

func (n *namesOf) queue(i int8) string { return n.queues[i] }

func numbered(word string) *[maxParties]string {
	var names [maxParties]string
	for i := range names {
		names[i] = word + " " + strconv.Itoa(i+1)
	}
	return &names
}

var canonicalNames = namesOf{numbered("Agent"), numbered("Queue"), numbered("Strategy")}

// namings are the ways in which an irregular chat names its people: in no alphabetical order, with what CSV, SQL and
// HTML have to quote, one name for a queue, a strategy and an agent.
var namings = func() (all [8]namesOf) {
	odd := [maxParties]string{"Zoë", "agent-2", "O'Brien", "Müller, Ana", "1001", "Agent 10", "Agent 20", "Agent 2", "李雷", "a<b>&c", `"q"`, "x", "y;z", "Agent 1", "-", "0"}
	for i := range all {
		n := namesOf{new([maxParties]string), new([maxParties]string), new([maxParties]string)}
		for j := range maxParties {
			n.agents[j] = odd[(j*5+i*3)%maxParties]
			n.queues[j] = odd[(j*7+i)%maxParties]
			n.strategies[j] = odd[(j*3+i*5)%maxParties]
		}
		all[i] = n
	}
	return all
}()

func drawNames(src Source) namesOf {
	if i := src.Intn(2 * len(namings)); i < len(namings) {
		return namings[i]
	}
	return canonicalNames
}
