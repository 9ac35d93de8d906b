package gen

import (
	"slices"

	"github.com/chatproof/chatproof/model"
)

// Defect is what is wrong with how an event of a chat arrives.
type Defect struct {
	Event model.Event
	Kind  DefectKind
	After int // of one that is doubled or late: how many events of its chat come before it that do not belong there
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
// which they arrive. What is drawn depends on the seed and the chat's number alone.
func Damage(log []model.Event, share float64, seed uint64, number int) (arrived []model.Event, defects []Defect) {
	src := Seed(Generation, defectFamily, seed, uint64(number))
	type waiting struct {
		model.Event
		left int
	}
	var late []waiting
	arrived = make([]model.Event, 0, len(log)+2)
	release := func(all bool) {
		kept := late[:0]
		for _, w := range late {
			if w.left--; w.left < 0 || all {
				arrived = append(arrived, w.Event)
			} else {
				kept = append(kept, w)
			}
		}
		late = kept
	}
	for i, e := range log {
		damaged := float64(src.Intn(1<<53)) < share*(1<<53)
		kinds := []DefectKind{Lost, Doubled, Late}
		if i == len(log)-1 {
			kinds = kinds[:2] // nothing follows that it could come after
		}
		if !damaged {
			arrived = append(arrived, e)
			release(false)
			continue
		}
		d := Defect{Event: e, Kind: kinds[src.Intn(len(kinds))]}
		left := min(src.Intn(4), len(log)-1-i)
		switch d.Kind {
		case Doubled:
			arrived = append(arrived, e)
			release(false)
			late, d.After = append(late, waiting{e, left}), left
		case Late:
			release(false)
			left = max(left, 1)
			late, d.After = append(late, waiting{e, left}), left
		case Lost:
			release(false)
		}
		defects = append(defects, d)
	}
	release(true)
	return slices.Clip(arrived), defects
}
