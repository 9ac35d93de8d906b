package gen

import (
	"cmp"
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Defect is what is wrong with how an event of a chat arrives.
type Defect struct {
	Event model.Event
	Kind  DefectKind
	After int // of a doubled or late event: how many places of its chat the copy, or the event, comes later
}

// DefectKind is lost, doubled or late.
type DefectKind string

// The defects that real logs have.
const (
	Lost    DefectKind = "lost"    // it does not arrive
	Doubled DefectKind = "doubled" // it arrives twice, the second time perhaps after other events
	Late    DefectKind = "late"    // it arrives after events that follow it
)

// Damage gives a share of a chat's events a defect, each with the same chance, and returns the events in the order in
// which they arrive. What it draws depends on the seed and the chat's number alone.
func Damage(log []model.Event, share float64, seed uint64, number int) (arrived []model.Event, defects []Defect) {
	src := Seed(Generation, defectFamily, seed, uint64(number))
	type arrival struct {
		event int
		place float64
	}
	order := make([]arrival, 0, len(log)+2)
	for i := range log {
		if float64(src.Intn(1<<53)) >= share*(1<<53) {
			order = append(order, arrival{i, float64(i)})
			continue
		}
		left := len(log) - 1 - i
		d := Defect{Event: log[i], Kind: [...]DefectKind{Lost, Doubled, Late}[src.Intn(3)], After: src.Intn(4)}
		switch {
		case d.Kind == Late && left == 0: // nothing follows
			d.Kind = Doubled
			fallthrough
		case d.Kind == Doubled:
			d.After = min(d.After, left)
			order = append(order, arrival{i, float64(i)}, arrival{i, float64(i+d.After) + 0.5})
		case d.Kind == Late:
			d.After = min(max(d.After, 1), left)
			order = append(order, arrival{i, float64(i+d.After) + 0.5})
		default:
			d.After = 0
		}
		defects = append(defects, d)
	}
	slices.SortStableFunc(order, func(a, b arrival) int { return cmp.Compare(a.place, b.place) })
	arrived = make([]model.Event, len(order))
	for i, a := range order {
		arrived[i] = log[a.event]
	}
	return arrived, defects
}
